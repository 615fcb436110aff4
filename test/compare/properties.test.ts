import fc from "fast-check";
import jsonpatch from "jsonpatch";
import { expect, test } from "vitest";
import { compareObjects } from "../../src/compare/compare.ts";
import { normalise } from "../../src/compare/normal.ts";
import { revertPatch } from "../../src/compare/patch.ts";
import type { KubeObject } from "../../src/compare/types.ts";
import { same, valueAt } from "../../src/compare/value.ts";
import { type Step, stepsOf } from "../../src/model/pointer.ts";
import { suiteCount } from "../real/provision/budget.ts";
import { objects, stored, types } from "./arbitrary.ts";
import { added, changed, type Mutation, type Place, placesOf, removed } from "./mutation.ts";

const runs = { numRuns: suiteCount("unit", "comparisons") };
const isScalar = (value: unknown): boolean => typeof value !== "object" || value === null;
const isLarge = (value: unknown): boolean => !isScalar(value) && Object.keys(value as object).length > 0;
/** Two fields for one thing: the server writes the other one too. */
const TWINS: readonly Step[] = ["serviceAccount", "serviceAccountName", "dataSource", "dataSourceRef"];

test("what the server makes of a desired object does not differ from it", () => {
  fc.assert(fc.property(objects, (object) => { expect(compareObjects(object, stored(object), types).changes).toEqual([]); }), runs);
});

/** One change, at the place; or at the first parent that the normal form does not know, because nothing but emptiness was in it. */
function expectOne(object: KubeObject, before: KubeObject, { live, kind, pointer }: Mutation): void {
  const { changes } = compareObjects(object, live, types);
  expect(changes).toHaveLength(1);
  const [change] = changes as [(typeof changes)[0]];
  expect(change.kind === "removed" && kind === "changed" ? "changed" : change.kind).toBe(kind);
  if (change.pointer === pointer) return;
  expect(pointer.startsWith(`${change.pointer}/`)).toBe(true);
  expect(valueAt(normalise(before, types).value, stepsOf(change.pointer)!)).toBeUndefined();
}

test("a leaf that changes is one change, at that leaf", () => {
  fc.assert(fc.property(objects, fc.nat(), (object, n) => {
    const live = stored(object);
    const places = placesOf(live).filter((place) => isScalar(place.value) && !place.steps.some((step) => TWINS.includes(step)));
    fc.pre(places.length > 0);
    expectOne(object, live, changed(live, places[n % places.length]!));
  }), runs);
});

test("a member or item that comes is one change, where it came", () => {
  fc.assert(fc.property(objects, fc.nat(), (object, n) => {
    const live = stored(object);
    const places = placesOf(live).filter(({ value }) => isLarge(value));
    fc.pre(places.length > 0);
    expectOne(object, live, added(live, places[n % places.length]!, "rogue"));
  }), runs);
});

test("an item that goes out of a list is found, and so is a key that goes out of a map of git", () => {
  fc.assert(fc.property(objects, fc.nat(), (object, n) => {
    const live = stored(object);
    // What the server fills in again, or never stored, is no loss; an item that stands twice is the same list without one.
    const places = placesOf(live).filter(({ steps, value }) => (typeof steps.at(-1) === "number" || isScalar(value)) && same(valueAt(object, steps), value) && !steps.some((step) => TWINS.includes(step)));
    fc.pre(places.length > 0);
    // As a server stores what is left.
    const gone = stored(removed(live, places[n % places.length]!).live);
    fc.pre(!same(normalise(gone, types).value, normalise(live, types).value));
    expect(compareObjects(object, gone, types).changes.length).toBeGreaterThan(0);
  }), runs);
});

test("any changes are reverted by their patch, which jsonpatch applies, and which touches nothing of what comes", () => {
  fc.assert(fc.property(objects, fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 4 }), (object, picks) => {
    let live = stored(object);
    for (const [n, how] of picks) {
      const places = placesOf(live);
      const place = places[n % places.length];
      if (place) live = (how % 3 === 0 ? removed(live, place) : isScalar(place.value) ? changed(live, place) : added(live, place, how % 2 ? "rogue" : { name: "rogue" })).live;
    }
    const before = JSON.stringify([object, live]);
    const { changes } = compareObjects(object, live, types);
    const patch = revertPatch(object, live, changes, types)!;
    expect(patch.length === 0).toBe(changes.length === 0);
    const after = jsonpatch.apply_patch(structuredClone(live), structuredClone(patch)) as KubeObject;
    expect(compareObjects(object, after, types).changes).toEqual([]);
    expect(JSON.stringify([object, live])).toBe(before);
  }), runs);
});

test("a patch for one of several changes leaves the others", () => {
  fc.assert(fc.property(objects, fc.nat(), fc.nat(), (object, n, m) => {
    let live = stored(object);
    for (const pick of [n, m]) {
      const places = placesOf(live).filter(({ value, whole }) => isLarge(value) && !Array.isArray(value) && !whole);
      if (places.length > 0) live = added(live, places[pick % places.length]!, "rogue").live;
    }
    const { changes } = compareObjects(object, live, types);
    fc.pre(changes.length === 2);
    const after = jsonpatch.apply_patch(structuredClone(live), structuredClone(revertPatch(object, live, [changes[0]!], types)!)) as KubeObject;
    expect(compareObjects(object, after, types).changes).toEqual([changes[1]]);
  }), runs);
});
