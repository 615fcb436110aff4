import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changesOf, compareItems } from "../../src/compare/items.ts";
import type { ItemCoverage, LiveItem, Normal, PlaneItem } from "../../src/model/plane.ts";
import { suiteCount } from "../real/provision/budget.ts";

const item = (name: string, value: PlaneItem["value"] = {}, more: Partial<LiveItem> = {}): LiveItem => ({ kind: "topic", name, value, ...more });
const read = (what: string, state: ItemCoverage["state"] = "read"): ItemCoverage => ({ what, state, objects: 0 });

describe("items of two sides", () => {
  test.each<[string, PlaneItem[], LiveItem[], string[]]>([
    ["the same", [item("a", { n: 1 })], [item("a", { n: 1 })], []],
    ["only in git", [item("a")], [], ["missing a"]],
    ["only live", [], [item("a")], ["unmanaged a"]],
    ["a leaf", [item("a", { n: 1 })], [item("a", { n: 2 })], ["changed a /n changed"]],
    ["a text that looks like the number", [item("a", { n: 1 })], [item("a", { n: "1" })], ["changed a /n changed"]],
    ["a member added and one removed", [item("a", { set: { x: true } })], [item("a", { set: { y: true } })], ["changed a /set/x removed /set/y added"]],
    ["a list in another order", [item("a", { l: ["x", "y"] })], [item("a", { l: ["y", "x"] })], ["changed a /l changed"]],
    ["a map where a list was", [item("a", { l: [] })], [item("a", { l: {} })], ["changed a /l changed"]],
    ["a key with a slash", [item("a", { "k/~": 1 })], [item("a")], ["changed a /k~1~0 removed"]],
    ["one name in two namespaces", [item("a", {}, { namespace: "s" })], [item("a", {}, { namespace: "t" })], ["missing a", "unmanaged a"]],
    ["one name of two kinds", [item("a")], [item("a", {}, { kind: "acl" })], ["unmanaged a", "missing a"]],
  ])("%s", (_, desired, live, expected) => {
    expect(compareItems(desired, live, [read("topic"), read("acl")]).map(({ status, name, changes }) => [status, name, ...changes.flatMap(({ pointer, kind }) => [pointer, kind])].join(" "))).toEqual(expected);
  });

  test("nothing is missing of a kind that was not read whole, and what is there is compared", () => {
    const result = compareItems([item("a"), item("b", { n: 1 })], [item("b", { n: 2 })], [read("topic", "unknown")]);
    expect(result.map(({ status, name }) => `${status} ${name}`)).toEqual(["changed b"]);
  });
  test("two items of one identity are an error: one would be hidden", () => { expect(() => compareItems([], [item("a"), item("a")], [])).toThrow(/two items/); });
  test("what git declares is whose git says", () => { expect(compareItems([item("a", { n: 1 }, { tenant: "acme" })], [item("a", {}, { tenant: "globex" })], [read("topic")])[0]!.tenant).toBe("acme"); });
});

const { tree } = fc.letrec<{ tree: Normal }>((tie) => ({ tree: fc.oneof({ maxDepth: 3 }, fc.constant(null), fc.boolean(), fc.integer(), fc.string({ maxLength: 3 }), fc.array(tie("tree"), { maxLength: 2 }), fc.dictionary(fc.constantFrom("a", "b", "~/"), tie("tree"), { maxKeys: 3 })) }));
describe("changes", () => {
  const runs = { numRuns: suiteCount("unit", "comparisons") };
  test("there are none exactly between equals", () => {
    fc.assert(fc.property(tree, tree, (a, b) => { expect(changesOf(a, b).length === 0).toBe(JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))); expect(changesOf(a, structuredClone(a))).toEqual([]); }), runs);
  });
});

/** With keys in order. */
function sorted(value: Normal): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner as Normal)])) : value;
}
