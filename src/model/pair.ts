/** Which element of a list became which: by key where the schema names one, else by content. */
import { diffArrays } from "diff";

/** Indexes of one element before and after; one of them is missing for what was added or removed. */
export interface Pair { before?: number; after?: number }

/** Pairs the elements of a list map by the keys that its schema names; undefined when a key is missing or twice. */
export function pairByKey(before: readonly unknown[], after: readonly unknown[], keys: readonly string[]): Pair[] | undefined {
  const index = (list: readonly unknown[]): Map<string, number> | undefined => {
    const found = new Map<string, number>();
    for (const [i, item] of list.entries()) {
      if (typeof item !== "object" || item === null) return undefined;
      const key = JSON.stringify(keys.map((k) => (item as Record<string, unknown>)[k] ?? null));
      if (found.has(key)) return undefined;
      found.set(key, i);
    }
    return found;
  };
  const [old, now] = [index(before), index(after)];
  if (!old || !now) return undefined;
  return [
    ...[...old].map(([key, i]): Pair => ({ before: i, ...(now.has(key) && { after: now.get(key)! }) })),
    ...[...now].filter(([key]) => !old.has(key)).map(([, i]): Pair => ({ after: i })),
  ];
}

/** How elements are paired by content. */
export interface PairOptions {
  /** What neither equals nor resembles anything is paired in order, where as many went as came. */
  loose?: boolean;
  /** Pairs never cross: the order of the elements means something. */
  inOrder?: boolean;
  /** Equal texts for equal elements, and for no others. Without it, keys of maps count in their order. */
  textOf?: (item: unknown) => string;
}

/**
 * Pairs elements by content: equal ones first, in order, so that an inserted element is one addition; what is left between two equal
 * ones is paired with what resembles it most. The same pairs come out, mirrored, when the lists are exchanged.
 */
export function pairByContent(before: readonly unknown[], after: readonly unknown[], options: PairOptions = {}): Pair[] {
  const textOf = options.textOf ?? ((item: unknown) => JSON.stringify(item) ?? "");
  const [old, now] = [before.map(textOf), after.map(textOf)];
  // Two shortest edits can be equally short: the smaller text always goes first, so that the choice does not depend on the direction.
  if (JSON.stringify(old) > JSON.stringify(now)) return pairByContent(after, before, options).map(({ before: b, after: a }) => ({ ...(a !== undefined && { before: a }), ...(b !== undefined && { after: b }) }));
  const pairs: Pair[] = [];
  let [i, j] = [0, 0];
  let gap = { old: [] as number[], now: [] as number[] };
  const close = (): void => { pairs.push(...pairRest(gap.old, gap.now, before, after, options)); gap = { old: [], now: [] }; };
  for (const { added, removed, value } of diffArrays(old, now)) {
    if (!added && !removed) close();
    for (const _ of value) {
      if (added) gap.now.push(j++);
      else if (removed) gap.old.push(i++);
      else pairs.push({ before: i++, after: j++ });
    }
  }
  close();
  return pairs;
}

/** Below this share of equal leaves two elements are two, not one that changed. */
const RESEMBLES = 0.3;

/** Pairs the elements at these indexes by resemblance; what has none is alone. */
export function pairRest(old: readonly number[], now: readonly number[], before: readonly unknown[], after: readonly unknown[], { loose = false, inOrder = false }: PairOptions = {}): Pair[] {
  const scores = old.length * now.length > 10_000 ? [] : old.flatMap((b) => now.map((a) => ({ before: b, after: a, score: resemblance(before[b], after[a]) })));
  const pairs: { before: number; after: number }[] = [];
  for (const { before: b, after: a, score } of scores.sort((x, y) => y.score - x.score || x.before + x.after - y.before - y.after || x.before - y.before)) {
    const crosses = (p: { before: number; after: number }): boolean => inOrder && p.before < b !== p.after < a;
    if (score >= RESEMBLES && !pairs.some((p) => p.before === b || p.after === a || crosses(p))) pairs.push({ before: b, after: a });
  }
  if (loose && old.length === now.length && !(inOrder && pairs.length > 0)) {
    const rest = now.filter((a) => !pairs.some((p) => p.after === a));
    for (const b of old.filter((i) => !pairs.some((p) => p.before === i))) pairs.push({ before: b, after: rest.shift()! });
  }
  return [
    ...pairs.sort((x, y) => x.before - y.before),
    ...old.filter((b) => !pairs.some((p) => p.before === b)).map((b) => ({ before: b })),
    ...now.filter((a) => !pairs.some((p) => p.after === a)).map((a) => ({ after: a })),
  ];
}

/** Share of equal leaves of two values, 0 to 1. */
function resemblance(a: unknown, b: unknown): number {
  const [x, y] = [paths(a, ""), paths(b, "")];
  const same = [...x].filter((leaf) => y.has(leaf)).length;
  return (2 * same) / (x.size + y.size || 1);
}
function paths(value: unknown, at: string): Set<string> {
  if (typeof value !== "object" || value === null) return new Set([`${at}=${JSON.stringify(value)}`]);
  return new Set(Object.entries(value).flatMap(([key, inner]) => [...paths(inner, `${at}/${Array.isArray(value) ? "" : key}`)]));
}
