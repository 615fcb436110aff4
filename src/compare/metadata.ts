/** What of `metadata` is the server's, and its schema, which kinds do not repeat. */
import type { Shape } from "./types.ts";

const leaf = (schema: Shape["schema"]): Shape => ({ schema, field: () => undefined, items: undefined, values: undefined });
const text = leaf({ type: "string" });
const texts: Shape = { ...leaf({ type: "object" }), values: text };
const FIELDS: Readonly<Record<string, Shape>> = {
  labels: texts, annotations: texts,
  finalizers: { ...leaf({ type: "array", "x-kubernetes-list-type": "set" }), items: text },
  ownerReferences: { ...leaf({ type: "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["uid"] }), items: { ...texts } },
};
const METADATA: Shape = { ...leaf({ type: "object" }), field: (name) => (Object.hasOwn(FIELDS, name) ? FIELDS[name] : text) };

const known = new WeakMap<Shape, Shape>();
const untyped: Shape = { ...leaf({ type: "object" }), field: (name) => (name === "metadata" ? METADATA : undefined) };

/** The schema of a whole object, metadata included; of a kind without a schema, metadata alone. */
export function rooted(shape: Shape | undefined): Shape {
  if (!shape) return untyped;
  let root = known.get(shape);
  if (!root) {
    root = { schema: shape.schema, field: (name) => (name === "metadata" ? METADATA : shape.field(name)), items: undefined, values: undefined, ...(shape.defaults && { defaults: shape.defaults }) };
    known.set(shape, root);
  }
  return root;
}

const SERVER = "the server sets it";
/** Fields of an object's metadata that are not compared, and why. A deletion timestamp is: an object on its way out does not equal one that stays. */
export const ASSIGNED_METADATA: Readonly<Record<string, string>> = {
  uid: SERVER, resourceVersion: SERVER, generation: SERVER, creationTimestamp: SERVER, selfLink: SERVER, deletionGracePeriodSeconds: SERVER,
  managedFields: "who wrote what, not what was written",
};

/** Where kubectl keeps a copy of what it applied; it can hold secrets, and never decides anything here. */
export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
