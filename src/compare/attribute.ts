/**
 * Who claims to have written a place of a live object, from `metadata.managedFields`. The names are the clients' own, the time is that of the manager's
 * last write to the object through this subresource, and what was removed leaves no trace. Format: apimachinery's FieldsV1 (`f:` fields, `k:` items by
 * key, `v:` items by value, `i:` items by index).
 */
import type { Claim } from "../model/finding.ts";
import { stepsOf } from "../model/pointer.ts";
import type { KubeObject } from "./types.ts";
import { type Fields, isEmpty, isFields, member, same, valueAt } from "./value.ts";

/** True where an object says who wrote it. `tracked`: others there do, and a server that does drops a list in which nobody claims anything. */
export function hasClaims({ metadata }: KubeObject, tracked: boolean): boolean {
  const managedFields = metadata["managedFields"];
  return Array.isArray(managedFields) && (!tracked || managedFields.length > 0);
}

/** Managers of the place at a pointer, the latest first; none where nobody claims it, or it is not there. */
export function claims(live: KubeObject, pointer: string): Claim[] {
  const entries = live.metadata["managedFields"];
  const steps = stepsOf(pointer);
  if (!Array.isArray(entries) || !steps || valueAt(live, steps) === undefined) return [];
  const found: Claim[] = [];
  for (const entry of entries) {
    if (!isFields(entry) || !isFields(entry["fieldsV1"])) continue;
    const reach = reaches(entry["fieldsV1"], live, steps);
    if (reach === undefined) continue;
    const { manager, operation, subresource, time, apiVersion } = entry;
    found.push({
      manager: text(manager) ?? "unknown", operation: text(operation) ?? "unknown", ...(text(subresource) && { subresource: text(subresource)! }), ...(text(time) && { time: text(time)! }),
      confidence: apiVersion === live.apiVersion || apiVersion === undefined ? reach : "approximate",
    });
  }
  return found.sort((a, b) => ((a.time ?? "") < (b.time ?? "") ? 1 : (a.time ?? "") > (b.time ?? "") ? -1 : 0));
}
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** `exact` when the set of fields holds the place or something in it, `above` when it ends at a parent, which it then owns whole. */
function reaches(fields: Fields, live: unknown, steps: readonly string[]): "exact" | "above" | undefined {
  let set: unknown = fields;
  let value = live;
  for (const [depth, step] of steps.entries()) {
    if (depth > 0 && isEmpty(set)) return "above";
    const key = Array.isArray(value) ? itemKey(set as Fields, value, Number(step)) : `f:${step}`;
    set = key === undefined ? undefined : member(set, key);
    value = member(value, Array.isArray(value) ? Number(step) : step);
    if (!isFields(set)) return undefined;
  }
  return "exact";
}

/** The member of a set of fields that is about an item of a list. */
function itemKey(set: Fields, list: readonly unknown[], index: number): string | undefined {
  const item = list[index];
  return Object.keys(set).find((key) => {
    if (key.startsWith("i:")) return Number(key.slice(2)) === index;
    if (!/^[kv]:/.test(key)) return false;
    try {
      const said: unknown = JSON.parse(key.slice(2));
      if (key.startsWith("v:")) return same(said, item);
      // A half of a key that the object does not say has its default.
      return isFields(said) && isFields(item) && Object.entries(said).every(([name, value]) => item[name] === undefined || same(item[name], value));
    } catch {
      return false;
    }
  });
}
