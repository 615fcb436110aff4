import jsonpatch from "jsonpatch";
import { describe, expect, test } from "vitest";
import { compareObjects } from "../../src/compare/compare.ts";
import { revertPatch } from "../../src/compare/patch.ts";
import type { KubeObject } from "../../src/compare/types.ts";
import type { PatchOperation } from "../../src/model/finding.ts";
import { types } from "./arbitrary.ts";

const object = (apiVersion: string, kind: string, rest: object = {}, metadata: object = {}): KubeObject => ({ apiVersion, kind, metadata: { name: "x", namespace: "ns", ...metadata }, ...rest });
const pod = (...containers: object[]): KubeObject => object("v1", "Pod", { spec: { serviceAccountName: "a", serviceAccount: "a", containers } });
const config = (data: unknown, metadata: object = {}): KubeObject => object("v1", "ConfigMap", { data }, metadata);
const queue = (spec: unknown): KubeObject => object("example.com/v1", "Queue", { spec });
const [A, B] = [{ name: "a", image: "a:1" }, { name: "b", image: "b:1" }];
const C = "/spec/containers";
const short = (patch: readonly PatchOperation[]): string[] => patch.map(({ op, path, from, value }) => [op, ...(from === undefined ? [] : [from]), path, ...(value === undefined ? [] : [JSON.stringify(value)])].join(" "));

describe("the patch that reverts", () => {
  test.each<[string, KubeObject, KubeObject, string[]]>([
    ["nothing", config({ a: "1" }), config({ a: "1" }), []],
    ["a leaf", config({ a: "1" }), config({ a: "2" }), ['replace /data/a "1"']],
    ["a leaf that came", config({ a: "1" }), config({ a: "1", "b/c": "2" }), ["remove /data/b~1c"]],
    ["a leaf that went", config({ a: "1", b: "2" }), config({ a: "1" }), ['add /data/b "2"']],
    ["a leaf that went, with all around it", config({ a: "1" }), object("v1", "ConfigMap"), ['add /data {"a":"1"}']],
    ["a leaf that is null now", config({ a: "1", b: "2" }), config({ a: null, b: "2" }), ['replace /data/a "1"']],
    ["the only label", config({}, { labels: { a: "1" } }), config({}), ['add /metadata/labels {"a":"1"}']],
    ["the only two annotations", config({}, { annotations: { a: "1", b: "2" } }), config({}), ['add /metadata/annotations {"a":"1"}', 'add /metadata/annotations/b "2"']],
    ["a leaf of an item that stands elsewhere", pod(A, B), pod(B, { ...A, image: "x" }), [`test ${C}/1/name "a"`, `replace ${C}/1/image "a:1"`]],
    ["an item that came", pod(A), pod({ name: "x", image: "x" }, A), [`test ${C}/0/name "x"`, `remove ${C}/0`]],
    ["two items that came: the last first", pod(A), pod({ name: "x", image: "q" }, A, { name: "y", image: "w" }), [`test ${C}/2/name "y"`, `remove ${C}/2`, `test ${C}/0/name "x"`, `remove ${C}/0`]],
    ["an item that went", pod(A, B), pod(B), [`add ${C}/0 {"name":"a","image":"a:1"}`]],
    ["the last item that went", pod(A, B), pod(A), [`add ${C}/- {"name":"b","image":"b:1"}`]],
    ["a word in a list", pod({ ...A, args: ["x", "y"] }), pod({ ...A, args: ["x", "z"] }), [`test ${C}/0/name "a"`, `test ${C}/0/args/1 "z"`, `replace ${C}/0/args/1 "y"`]],
    ["a word in front of a list", pod({ ...A, args: ["x", "y"] }), pod({ ...A, args: ["q", "x", "y"] }), [`test ${C}/0/name "a"`, `test ${C}/0/args/0 "q"`, `remove ${C}/0/args/0`]],
    ["another order", pod({ ...A, args: ["x", "y", "z"] }), pod({ ...A, args: ["z", "x", "y"] }), [`test ${C}/0/name "a"`, `test ${C}/0/args/1 "x"`, `move ${C}/0/args/1 ${C}/0/args/0`, `test ${C}/0/args/2 "y"`, `move ${C}/0/args/2 ${C}/0/args/1`]],
    ["inner lists before outer ones", pod({ ...A, args: ["x"] }), pod({ name: "q", image: "w" }, { ...A, args: ["x", "y"] }), [`test ${C}/1/name "a"`, `test ${C}/1/args/1 "y"`, `remove ${C}/1/args/1`, `test ${C}/0/name "q"`, `remove ${C}/0`]],
    ["a list that nothing is known of", queue({ a: [1, 2] }), queue({ a: [2] }), ["replace /spec/a [1,2]"]],
    ["another type", queue({ a: { b: 1 } }), queue({ a: "x" }), ['replace /spec/a {"b":1}']],
  ])("%s", (_, git, live, expected) => {
    const patch = revertPatch(git, live, compareObjects(git, live, types).changes, types)!;
    expect(short(patch)).toEqual(expected);
    const after = jsonpatch.apply_patch(structuredClone(live), structuredClone(patch)) as KubeObject;
    expect(compareObjects(git, after, types).changes).toEqual([]);
  });

  test("does not fit an object whose list has moved on", () => {
    const git = pod(A);
    const live = pod(A, { name: "rogue", image: "x" });
    const patch = revertPatch(git, live, compareObjects(git, live, types).changes, types)!;
    expect(() => jsonpatch.apply_patch(structuredClone(pod({ name: "rogue", image: "x" }, A)), structuredClone(patch))).toThrow();
  });
  test("holds only what is asked for", () => {
    const [git, live] = [config({ a: "1", b: "1" }), config({ a: "2", b: "2" })];
    const { changes } = compareObjects(git, live, types);
    expect(short(revertPatch(git, live, [changes[1]!], types)!)).toEqual(['replace /data/b "1"']);
    expect(revertPatch(git, live, [], types)).toEqual([]);
  });
  test("is none for a Secret, whose values belong in no patch", () => {
    const [git, live] = [object("v1", "Secret", { data: { a: "eA==" } }), object("v1", "Secret", { data: { a: "eQ==" } })];
    expect(revertPatch(git, live, compareObjects(git, live, types).changes, types)).toBeUndefined();
  });
  test("cannot take a deletion back", () => {
    const [git, live] = [config({}), config({}, { deletionTimestamp: "2026-11-28T00:00:00Z" })];
    expect(revertPatch(git, live, compareObjects(git, live, types).changes, types)).toEqual([]);
  });
  test("repairs what comes back with an item: variables that name each other", () => {
    const env = (...pairs: string[]): KubeObject => pod({ ...A, env: pairs.map((pair) => ({ name: pair.split("=")[0], value: pair.split("=")[1] })) });
    for (const [git, live] of [[env("A=1", "B=$(A)", "C=$(B)"), env("C=$(B)", "B=$(A)")], [env("D=1", "X=$(D)", "B=2"), env("B=2", "D=1")]] as const) {
      const patch = revertPatch(git, live, compareObjects(git, live, types).changes, types)!;
      expect(compareObjects(git, jsonpatch.apply_patch(structuredClone(live), structuredClone(patch)) as KubeObject, types).changes).toEqual([]);
    }
  });
});
