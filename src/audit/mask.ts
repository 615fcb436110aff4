/** Changes as they may be shown: what looks like a secret, by its key, by the name beside it or by itself, is dots of the same length. */
import type { Change } from "../model/finding.ts";
import { keyOf, stepsOf } from "../model/pointer.ts";
import { masked, secretKey } from "../model/secret.ts";

/** `live` and `desired` are the whole objects, for what stands beside the leaf: an environment variable's name says whether its value is secret. */
export function maskChange(change: Change, desired: unknown, live: unknown): Change {
  const steps = stepsOf(change.pointer) ?? [];
  const key = keyOf(change.pointer);
  const name = key === "value" ? [nameBeside(steps, live), nameBeside(steps, desired)].find((found) => found !== undefined && secretKey(found)) : undefined;
  const show = (value: unknown): unknown => masked(value, name ?? key);
  return { ...change, ...("desired" in change && { desired: show(change.desired) }), ...("live" in change && { live: show(change.live) }) };
}

/** The `name` of what a `value` belongs to. */
function nameBeside(steps: readonly string[], whole: unknown): string | undefined {
  const parent = steps.slice(0, -1).reduce<unknown>((at, step) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[step] : undefined), whole);
  const name = typeof parent === "object" && parent !== null ? (parent as { name?: unknown }).name : undefined;
  return typeof name === "string" ? name : undefined;
}
