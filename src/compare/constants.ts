/** What the server writes into every object, always with the same value. Another value in the same place stays, and is compared. */
import type { Step } from "../model/pointer.ts";
import { groupOf } from "./emptiness.ts";
import { ASSIGNED_METADATA, LAST_APPLIED } from "./metadata.ts";
import type { KubeObject } from "./types.ts";
import { type Fields, same, valueAt, without } from "./value.ts";

interface Constant { steps: readonly Step[]; reason: string; /** The values that are taken away; absent: all. */ holds?: (value: unknown, object: KubeObject) => boolean }

const EVERYWHERE: readonly Constant[] = [
  { steps: ["status"], reason: "what its controller says, not what was declared" },
  ...Object.entries(ASSIGNED_METADATA).map(([field, reason]) => ({ steps: ["metadata", field], reason })),
  { steps: ["metadata", "annotations", LAST_APPLIED], reason: "kubectl's own copy of what it applied" },
];
/** By `group/Kind`. */
const OF_KIND: Readonly<Record<string, readonly Constant[]>> = {
  "/Namespace": [
    { steps: ["metadata", "labels", "kubernetes.io/metadata.name"], reason: "the server writes the name there", holds: (value, { metadata }) => value === metadata.name },
    { steps: ["spec", "finalizers"], reason: "every namespace has this finalizer", holds: (value) => same(value, ["kubernetes"]) },
  ],
  // v1 has no such field any more; false is what it means without.
  "apiextensions.k8s.io/CustomResourceDefinition": [{ steps: ["spec", "preserveUnknownFields"], reason: "apiextensions/v1 drops it", holds: (value) => value === false }],
};

/** The object without them. Shares what does not change. */
export function withoutConstants(object: KubeObject, note?: (steps: readonly Step[], reason: string) => void): KubeObject {
  let out: Fields = object;
  for (const { steps, reason, holds } of [...EVERYWHERE, ...(OF_KIND[`${groupOf(object.apiVersion)}/${object.kind}`] ?? [])]) {
    if (holds && !holds(valueAt(object, steps), object)) continue;
    const after = without(out, steps);
    if (after === out) continue;
    out = after;
    note?.(steps, reason);
  }
  return out as KubeObject;
}
