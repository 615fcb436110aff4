/** Closed-world comparison of two lists of items: whatever is only on one side, or differs in a leaf, is a difference. */
import type { Change } from "../model/finding.ts";
import type { DeclaredItem, ItemCoverage, ItemDifference, LiveItem, Normal, PlaneItem } from "../model/plane.ts";
import { pointerOf } from "../model/pointer.ts";
import { isMap } from "../model/value.ts";

const identity = ({ kind, namespace, name }: PlaneItem): string => JSON.stringify([kind, namespace ?? "", name]);

/**
 * Differences in the order of their identities. Of a kind whose coverage is unknown nothing is missing: what was not read may be there. Throws where a side
 * has two items of one identity: its reader or parser is wrong, and one of the two would be hidden.
 */
export function compareItems(desired: readonly DeclaredItem[], live: readonly LiveItem[], coverage: readonly ItemCoverage[]): ItemDifference[] {
  const [declared, found] = [byIdentity(desired), byIdentity(live)];
  const unknown = new Set(coverage.filter(({ state }) => state !== "read").map(({ what }) => what));
  const differences: ItemDifference[] = [];
  for (const key of [...new Set([...declared.keys(), ...found.keys()])].sort()) {
    const [want, have] = [declared.get(key), found.get(key)];
    const { kind, namespace, name } = (want ?? have)!;
    const tenant = want ? want.tenant : have!.tenant;
    const about = { kind, ...(namespace !== undefined && { namespace }), name, ...(tenant !== undefined && { tenant }) };
    if (!want) differences.push({ ...about, status: "unmanaged", changes: [], live: have! });
    else if (!have) { if (!unknown.has(kind)) differences.push({ ...about, status: "missing", changes: [], desired: want }); }
    else {
      const changes = changesOf(want.value, have.value);
      if (changes.length > 0) differences.push({ ...about, status: "changed", changes, desired: want, live: have });
    }
  }
  return differences;
}

function byIdentity<T extends PlaneItem>(items: readonly T[]): Map<string, T> {
  const map = new Map<string, T>();
  for (const item of items) {
    const key = identity(item);
    if (map.has(key)) throw new Error(`two items of one identity: ${key}`);
    map.set(key, item);
  }
  return map;
}

/** Leaves, members and lists in which two normal forms differ, in the order of their pointers. */
export function changesOf(desired: Normal, live: Normal, pointer = ""): Change[] {
  if (!isMap(desired) || !isMap(live)) return equal(desired, live) ? [] : [{ pointer, kind: "changed", desired, live }];
  return [...new Set([...Object.keys(desired), ...Object.keys(live)])].sort().flatMap((key): Change[] => {
    const at = `${pointer}${pointerOf([key])}`;
    if (!Object.hasOwn(desired, key)) return [{ pointer: at, kind: "added", live: live[key] }];
    if (!Object.hasOwn(live, key)) return [{ pointer: at, kind: "removed", desired: desired[key] }];
    return changesOf(desired[key] as Normal, live[key] as Normal, at);
  });
}

function equal(a: Normal, b: Normal): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item: Normal, i) => equal(item, b[i] as Normal));
  if (isMap(a) && isMap(b)) return changesOf(a as Normal, b as Normal).length === 0;
  return Object.is(a, b);
}
