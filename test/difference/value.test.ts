import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changeText } from "../../src/difference/show.ts";
import { textDifference } from "../../src/difference/text.ts";
import { compareValues, mirrored, type Shape } from "../../src/difference/value.ts";
import { reached } from "../../src/explain/effects.ts";

const leaf: Shape = { schema: {}, field: () => undefined, items: undefined, values: undefined };
const ports: Shape = { ...leaf, schema: { "x-kubernetes-list-map-keys": ["port", "protocol"] }, items: leaf };
const byPort: Shape = { ...leaf, field: (name) => (name === "ports" ? ports : undefined) };
const acl = (name: string, ...operations: string[]) => ({ type: "allow", host: "*", operations, resource: { name, type: "topic" } });

describe("compareValues", () => {
  test.each<[string, unknown, unknown, string[], Shape?]>([
    ["a scalar", { spec: { partitions: 12 } }, { spec: { partitions: 13 } }, ["spec.partitions: 12 -> 13"]],
    ["a list of scalars, whole", { verbs: ["a"] }, { verbs: ["a", "b"] }, ["verbs: [a] -> [a, b]"]],
    ["text that could be a number", { cpu: "16" }, { cpu: 16 }, ['cpu: "16" -> 16']],
    ["a key that is no word", { annotations: { "a.b/c": "x" } }, { annotations: { "a.b/c": "y" } }, ['annotations["a.b/c"]: x -> y']],
    ["an added key", { data: {} }, { data: { a: "b" } }, ["+ data.a: b"]],
    ["a removed key", { data: { a: { b: 1 } } }, { data: {} }, ["- data.a: {b: 1}"]],
    ["null is a value", { a: null }, { a: 1 }, ["a: null -> 1"]],
    ["another type", { a: [1] }, { a: { b: 1 } }, ["a: [1] -> {b: 1}"]],
    ["an element inserted first is one addition", { acls: [acl("b"), acl("c")] }, { acls: [acl("a"), acl("b"), acl("c")] }, ['+ acls[0]: {type: allow, host: "*", operations: [], resource: {name: a, type: topic}}']],
    ["an element taken out of the middle", { acls: [acl("a"), acl("b"), acl("c")] }, { acls: [acl("a"), acl("c")] }, ['- acls[1]: {type: allow, host: "*", operations: [], resource: {name: b, type: topic}}']],
    ["an element that changed", { acls: [acl("a", "Read"), acl("b", "Read")] }, { acls: [acl("a", "Read"), acl("b", "Read", "Write")] }, ["acls[1].operations: [Read] -> [Read, Write]"]],
    ["one added before one that changed", { acls: [acl("b", "Read")] }, { acls: [{ kind: "x" }, acl("b", "Write")] }, ["acls[1].operations: [Read] -> [Write]", "+ acls[0]: {kind: x}"]],
    ["two without resemblance", { a: [{ x: 1 }] }, { a: [{ y: 2 }] }, ["- a[0]: {x: 1}", "+ a[0]: {y: 2}"]],
    ["a list map is paired by key", { ports: [{ port: 1, protocol: "TCP", name: "a" }, { port: 2, protocol: "TCP", name: "b" }] }, { ports: [{ port: 2, protocol: "TCP", name: "c" }, { port: 1, protocol: "TCP", name: "a" }] }, ["ports[0].name: b -> c"], byPort],
    ["a list map in another order", { ports: [{ port: 1, protocol: "TCP" }, { port: 2, protocol: "TCP" }] }, { ports: [{ port: 2, protocol: "TCP" }, { port: 1, protocol: "TCP" }] }, ["ports: order changed: [{port: 1, protocol: TCP}, {port: 2, protocol: TCP}] -> [{port: 2, protocol: TCP}, {port: 1, protocol: TCP}]"], byPort],
    ["a secret by its key", { password: "hunter22" }, { password: "hunter2" }, ["password: •••••••• -> •••••••"]],
    ["a secret by itself, inside what was added", {}, { env: [{ value: `ghp_${"a".repeat(36)}` }] }, [`+ env: [{value: ${"•".repeat(40)}}]`]],
    ["a reference to a secret is none", { key: "password" }, { key: "token" }, ["key: password -> token"]],
  ])("%s", (_, before, after, expected, shape) => {
    expect(compareValues(before, after, { shape }).map((c) => changeText(c))).toEqual(expected);
  });

  test("a pointer escapes what a key may hold", () => {
    expect(compareValues({ "a/b~c": 1 }, { "a/b~c": 2 })[0]!.after!.pointer).toBe("/a~1b~0c");
  });

  const value = fc.letrec((tie) => ({ node: fc.oneof({ maxDepth: 4 }, fc.constantFrom("a", "b", 1, 2, true, null), fc.array(tie("node"), { maxLength: 5 }), fc.dictionary(fc.constantFrom("a", "b", "c", "name"), tie("node"), { maxKeys: 4 })) })).node;
  test("a value does not differ from itself", () => {
    fc.assert(fc.property(value, fc.boolean(), (v, eachScalar) => { expect(compareValues(v, structuredClone(v), { eachScalar })).toEqual([]); }), { numRuns: 1000 });
  });
  test("what differs has a change", () => {
    fc.assert(fc.property(value, value, (a, b) => { expect(compareValues(a, b).length === 0).toBe(JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))); }), { numRuns: 1000 });
  });
  test("the other direction is the mirror, with added and removed exchanged", () => {
    const set = (changes: ReturnType<typeof compareValues>): string[] => changes.map((c) => JSON.stringify([c.before ?? null, c.after ?? null, c.order ?? false])).sort();
    fc.assert(fc.property(value, value, (a, b) => { expect(set(compareValues(a, b).map(mirrored))).toEqual(set(compareValues(b, a))); }), { numRuns: 2000 });
  });
});

const sorted = (v: unknown): unknown => (Array.isArray(v) ? v.map(sorted) : typeof v === "object" && v !== null ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, x]) => [k, sorted(x)])) : v);

describe("reached", () => {
  test.each<[string, unknown, unknown, string[]]>([
    ["a leaf", { a: 1, b: 2 }, { a: 1, b: 3 }, ["/b"]],
    ["everything below what is gone", { a: { b: 1, c: 2 } }, {}, ["/a/b", "/a/c"]],
    ["an element moved by another is not reached", { l: ["x", "y"] }, { l: ["w", "x", "y"] }, []],
    ["lines of a text, and the text", { t: "a\nb\nc\n" }, { t: "a\nB\nc\n" }, ["/t", "/t\n2"]],
    ["lines of a file", "a\nb\n", "x\na\nb\n", [""]],
  ])("%s", (_, before, after, expected) => { expect(reached(before, after)).toEqual(expected); });
});

test("a long difference of text is cut with a notice and counted whole", () => {
  const lines = (word: string): string => Array.from({ length: 100 }, (_, i) => `${word} ${i}\n`).join("");
  const { lines: shown, added, removed } = textDifference(lines("a"), lines("b"), 20);
  expect([shown.length, added, removed]).toEqual([21, 100, 100]);
  expect(shown.at(-1)).toBe("… 181 more lines of difference are not shown");
});
