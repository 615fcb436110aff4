/** Which places of an object a change of the definitions reached. */
import { diffArrays } from "diff";
import { leavesOf, pointerOf } from "../model/pointer.ts";
import { compareValues } from "../difference/value.ts";

/** A leaf by its pointer; a line of a text by the text's pointer, a line feed and the line's number from 1. Text files have the empty pointer. */
export type PlaceKey = string;
const lineKey = (pointer: string, line: number): PlaceKey => `${pointer}\n${line}`;

/** Every leaf of a value, and the lines of those that are text of several lines. */
export function placesOf(value: unknown): { key: PlaceKey; pointer: string; line?: number; value: unknown }[] {
  return leavesOf(value).flatMap(({ steps, value: leaf }) => {
    const pointer = pointerOf(steps);
    const whole = { key: pointer, pointer, value: leaf };
    if (typeof leaf !== "string" || !leaf.includes("\n")) return [whole];
    return [whole, ...leaf.replace(/\n$/, "").split("\n").map((text, i) => ({ key: lineKey(pointer, i + 1), pointer, line: i + 1, value: text }))];
  });
}

/** Places of `before` that are another or are missing in `after`. What only moved is the same. */
export function reached(before: unknown, after: unknown): PlaceKey[] {
  return compareValues(before, after, { eachScalar: true }).flatMap(({ before: old, after: now, order }) => {
    if (!old || order) return [];
    if (typeof old.value === "string" && old.value.includes("\n") && typeof now?.value === "string") return [old.pointer, ...changedLines(old.value, now.value).map((n) => lineKey(old.pointer, n))];
    return placesOf(old.value).map(({ key }) => old.pointer + key);
  });
}

function changedLines(before: string, after: string): number[] {
  const found: number[] = [];
  let n = 0;
  for (const { added, removed, value } of diffArrays(before.split("\n"), after.split("\n"))) {
    if (added) continue;
    if (removed) found.push(...value.map((_, i) => n + i + 1));
    n += value.length;
  }
  return found;
}
