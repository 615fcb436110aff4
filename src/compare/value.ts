/** Plain JSON values: what they are, where they are, and whether they are equal. */
import type { Step } from "../model/pointer.ts";
import { isMap as isFields } from "../model/value.ts";

export type Fields = Record<string, unknown>;
export { isFields };
/** A map or list without members. */
export const isEmpty = (value: unknown): value is object => typeof value === "object" && value !== null && (Array.isArray(value) ? value.length === 0 : !hasKey(value));
function hasKey(value: object): boolean {
  for (const _ in value) return true;
  return false;
}

/** The member of a map or list; undefined where there is none (a key may be called `__proto__`). */
export const member = (value: unknown, step: Step): unknown => (typeof value === "object" && value !== null && Object.hasOwn(value, step) ? (value as Fields)[step] : undefined);
/** The value at a place; undefined where there is none. */
export const valueAt = (value: unknown, steps: readonly Step[]): unknown => steps.reduce(member, value);

/** Equal JSON values, whatever the order of their keys. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!same(a[i], b[i])) return false;
    return true;
  }
  let count = 0;
  for (const key in a) {
    if (!Object.hasOwn(b, key) || !same((a as Fields)[key], (b as Fields)[key])) return false;
    count++;
  }
  for (const _ in b) count--;
  return count === 0;
}

/** Equal texts for equal JSON values, and for no others. */
export function textOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  if (Array.isArray(value)) return `[${value.map(textOf).join(",")}]`;
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${textOf((value as Fields)[key])}`).join(",")}}`;
}

/** The value with the member at a place taken out; the very same value when there is none, else a copy along the way. */
export function without(value: Fields, steps: readonly Step[]): Fields {
  const [step, ...rest] = steps as [string, ...string[]];
  if (!Object.hasOwn(value, step)) return value;
  if (rest.length === 0) {
    const { [step]: _, ...others } = value;
    return others;
  }
  const inner = value[step];
  if (!isFields(inner)) return value;
  const after = without(inner, rest);
  return after === inner ? value : { ...value, [step]: after };
}
