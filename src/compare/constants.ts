/** What the server writes into every object, always with the same meaning. Another value in the same place stays, and is compared. */
import type { Step } from "../model/pointer.ts";
import { groupOf } from "../model/kinds.ts";
import { ASSIGNED_METADATA, LAST_APPLIED } from "./metadata.ts";
import type { KubeObject } from "./types.ts";
import { type Fields, isFields, same, valueAt, without } from "./value.ts";

type Note = (steps: readonly Step[], reason: string) => void;

/** The object without its status and without what is the server's in its metadata. Shares what does not change. */
export function withoutAssigned(object: KubeObject, note?: Note): KubeObject {
  const metadata: Fields = {};
  for (const name in object.metadata) {
    const reason = ASSIGNED_METADATA[name];
    if (reason === undefined) metadata[name] = object.metadata[name];
    else note?.(["metadata", name], reason);
  }
  if (isFields(metadata["annotations"]) && Object.hasOwn(metadata["annotations"], LAST_APPLIED)) {
    metadata["annotations"] = without(metadata["annotations"], [LAST_APPLIED]);
    note?.(["metadata", "annotations", LAST_APPLIED], "kubectl's own copy of what it applied");
  }
  const { status, ...rest } = object;
  if (status !== undefined) note?.(["status"], "what its controller says, not what was declared");
  return { ...rest, metadata: metadata as KubeObject["metadata"] } as KubeObject;
}

interface Constant { steps: readonly Step[]; reason: string; /** The values that are taken away; absent: all. */ holds?: (value: unknown) => boolean }
/** By `group/Kind`. */
const OF_KIND: Readonly<Record<string, readonly Constant[]>> = {
  "/Namespace": [
    { steps: ["metadata", "labels", "kubernetes.io/metadata.name"], reason: "the server writes the name there, whatever was there" },
    { steps: ["spec", "finalizers"], reason: "every namespace has this finalizer", holds: (value) => same(value, ["kubernetes"]) },
  ],
  // v1 has no such field any more; false is what it means without.
  "apiextensions.k8s.io/CustomResourceDefinition": [{ steps: ["spec", "preserveUnknownFields"], reason: "apiextensions/v1 drops it", holds: (value) => value === false }],
};

/** The object without what every object of its kind has. */
export function withoutConstants(object: KubeObject, note?: Note): KubeObject {
  const constants = OF_KIND[`${groupOf(object.apiVersion)}/${object.kind}`];
  if (!constants) return object;
  let out: Fields = object;
  for (const { steps, reason, holds } of constants) {
    if (holds && !holds(valueAt(object, steps))) continue;
    const after = without(out, steps);
    if (after !== out) note?.(steps, reason);
    out = after;
  }
  return out as KubeObject;
}
