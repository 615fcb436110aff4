/** What changed between two values: leaves, added and removed subtrees. Pure. */
import { pairByContent, pairByKey } from "../model/pair.ts";
import { pointerOf, type Step } from "../model/pointer.ts";
import { isMap } from "../model/value.ts";

/** One side of a change. */
export interface Side { steps: readonly Step[]; pointer: string; value: unknown }
/** A leaf or subtree that is on one side only, or differs. `order`: the same elements in another order. */
export interface Change { before?: Side; after?: Side; order?: boolean }

/** What the schema knows of a place, as far as it decides which elements of two lists are the same one. */
export interface Shape {
  readonly schema: { "x-kubernetes-list-map-keys"?: string[]; "x-kubernetes-list-type"?: string };
  field(name: string): Shape | undefined;
  readonly items: Shape | undefined;
  readonly values: Shape | undefined;
}
export interface CompareOptions {
  shape?: Shape | undefined;
  /** Lists of scalars are compared element by element, and elements without resemblance in order; without it the former are one change, whole. */
  eachScalar?: boolean;
}

/** Every change from one value to the other, in the order of the old value. Empty when they are equal. */
export function compareValues(before: unknown, after: unknown, options: CompareOptions = {}): Change[] {
  return compare(before, after, [], [], options.shape, options.eachScalar ?? false);
}

/** The change seen from the other side. */
export const mirrored = ({ before, after, order }: Change): Change => ({ ...(after && { before: after }), ...(before && { after: before }), ...(order && { order }) });

const side = (steps: readonly Step[], value: unknown): Side => ({ steps, pointer: pointerOf(steps), value });
const isScalar = (value: unknown): boolean => typeof value !== "object" || value === null;

function compare(before: unknown, after: unknown, from: readonly Step[], to: readonly Step[], shape: Shape | undefined, eachScalar: boolean): Change[] {
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(before, after, from, to, shape, eachScalar);
  if (isMap(before) && isMap(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)].filter((key) => before[key] !== undefined || after[key] !== undefined));
    return [...keys].flatMap((key) => {
      if (before[key] === undefined) return [{ after: side([...to, key], after[key]) }];
      if (after[key] === undefined) return [{ before: side([...from, key], before[key]) }];
      return compare(before[key], after[key], [...from, key], [...to, key], shape?.field(key) ?? shape?.values, eachScalar);
    });
  }
  return Object.is(before, after) ? [] : [{ before: side(from, before), after: side(to, after) }];
}

function compareLists(before: readonly unknown[], after: readonly unknown[], from: readonly Step[], to: readonly Step[], shape: Shape | undefined, eachScalar: boolean): Change[] {
  const whole: Change = { before: side(from, before), after: side(to, after) };
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!eachScalar && [...before, ...after].every(isScalar)) return [whole];
  const keys = shape?.schema["x-kubernetes-list-map-keys"];
  const pairs = (keys && pairByKey(before, after, keys)) ?? pairByContent(before, after, { loose: eachScalar });
  const changes = pairs.flatMap(({ before: b, after: a }): Change[] => {
    if (b === undefined) return [{ after: side([...to, a!], after[a!]) }];
    if (a === undefined) return [{ before: side([...from, b], before[b]) }];
    return compare(before[b], after[a], [...from, b], [...to, a], shape?.items, eachScalar);
  });
  return changes.length > 0 ? changes : [{ ...whole, order: true }];
}
