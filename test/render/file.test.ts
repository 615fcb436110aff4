import { describe, expect, test } from "vitest";
import { load } from "js-yaml";
import type { Placement } from "../../src/layers/layer.ts";
import type { Patch } from "../../src/model/fleet.ts";
import { annotate, applyPatches, type KubernetesObject, objectText } from "../../src/render/file.ts";

const source = { file: "tenants/acme/tenant.ts", path: "plan" };
const placement = (more: Partial<Placement> = {}): Placement => ({ area: "walls", layer: "resources", wave: -10, owner: "team", source, ...more });
const object = (): KubernetesObject => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", namespace: "n" }, data: { a: "1", none: null }, list: [{ a: 1 }, { a: 2 }] });
const patch = (ops: Patch["ops"], target: Patch["target"] = { kind: "ConfigMap", name: "x" }): Patch => ({ target, ops, reason: "because", source: { file: "f.ts", path: "patches[0]" } });

describe("annotate", () => {
  const cases: [string, string | undefined, boolean, string | undefined][] = [
    ["protects what holds data", undefined, true, "Prune=false,Delete=false"],
    ["keeps other options and drops contrary ones", "ServerSideApply=true, Prune=confirm,Delete=true", true, "ServerSideApply=true,Prune=false,Delete=false"],
    ["leaves options of what holds none", "Prune=confirm", false, "Prune=confirm"],
    ["adds no empty annotation", undefined, false, undefined],
  ];
  test.each(cases)("%s", (_, given, dataBearing, expected) => {
    const manifest = object();
    if (given !== undefined) manifest.metadata.annotations = { "argocd.argoproj.io/sync-options": given };
    expect(annotate(manifest, placement({ dataBearing })).metadata.annotations).toEqual({ "bulkhead.dev/owner": "team", "argocd.argoproj.io/sync-wave": "-10", ...(expected !== undefined && { "argocd.argoproj.io/sync-options": expected }) });
  });
});

describe("applyPatches", () => {
  const fine: [string, Patch["ops"], (o: any) => unknown, unknown][] = [
    ["add", [{ op: "add", path: "/data/b~1c", value: "2" }], (o) => o.data, { a: "1", none: null, "b/c": "2" }],
    ["append", [{ op: "add", path: "/list/-", value: 3 }], (o) => o.list, [{ a: 1 }, { a: 2 }, 3]],
    ["test of a map", [{ op: "test", path: "/list/0", value: { a: 1 } }, { op: "remove", path: "/list/0" }], (o) => o.list, [{ a: 2 }]],
    ["test of null", [{ op: "test", path: "/data/none", value: null }], (o) => o.data.none, null],
    ["move and copy", [{ op: "move", from: "/data/a", path: "/data/b" }, { op: "copy", from: "/data/b", path: "/data/c" }], (o) => o.data, { none: null, b: "1", c: "1" }],
  ];
  test.each(fine)("applies %s", (_, ops, pick, expected) => {
    const before = object();
    const { manifest, applied, problems } = applyPatches(before, [patch(ops)]);
    expect(problems).toEqual([]);
    expect(applied).toHaveLength(1);
    expect(pick(manifest)).toEqual(expected);
    expect(before).toEqual(object());
  });

  const bad: [string, Patch["ops"], string, RegExp][] = [
    // jsonpatch 3.1.0 takes any two maps for equal.
    ["a test of another map", [{ op: "test", path: "/list/0", value: { a: 2 } }], "BH4011", /operation 1 \(test \/list\/0\): the value is another/],
    ["a test of another document", [{ op: "test", path: "", value: {} }], "BH4011", /another/],
    // jsonpatch 3.1.0 silently does nothing.
    ["a key below a text", [{ op: "add", path: "/data/a/b", value: 1 }], "BH4011", /\/data\/a is no map and no list/],
    ["a key below null", [{ op: "add", path: "/data/none/b", value: 1 }], "BH4011", /\/data\/none is no map/],
    ["a missing parent", [{ op: "add", path: "/spec/a", value: 1 }], "BH4011", /\/spec is not there/],
    ["a missing value", [{ op: "replace", path: "/data/zz", value: 1 }], "BH4011", /replace \/data\/zz/],
    ["a prototype", [{ op: "add", path: "/data/__proto__", value: { x: 1 } }], "BH4011", /__proto__/],
    ["a pointer without slash", [{ op: "add", path: "data", value: 1 }], "BH4011", /slash/],
    ["a key of a list", [{ op: "test", path: "/list/length", value: 2 }], "BH4011", /no index/],
    ["a move of everything", [{ op: "move", from: "", path: "/data/b" }], "BH4011", /whole object/],
    ["another name", [{ op: "replace", path: "/metadata/name", value: "y" }], "BH4010", /changes name/],
    ["no namespace", [{ op: "remove", path: "/metadata/namespace" }], "BH4010", /changes namespace/],
    ["no metadata", [{ op: "remove", path: "/metadata" }], "BH4010", /changes name/],
    ["another document", [{ op: "replace", path: "", value: { kind: "Evil" } }], "BH4010", /changes apiVersion/],
    ["another owner", [{ op: "replace", path: "/metadata/annotations/bulkhead.dev~1owner", value: "me" }], "BH4010", /owner/],
    ["no annotations", [{ op: "remove", path: "/metadata/annotations" }], "BH4010", /owner/],
    ["no protection of data", [{ op: "replace", path: "/metadata/annotations/argocd.argoproj.io~1sync-options", value: "Prune=false" }], "BH4010", /protection from pruning/],
  ];
  test.each(bad)("refuses %s and leaves the object", (_, ops, code, message) => {
    const before = annotate(object(), placement({ dataBearing: true }));
    const { manifest, problems } = applyPatches(before, [patch([{ op: "add", path: "/data/first", value: "1" }, ...ops])].map((p) => ({ ...p, ops: p.ops.slice(1) })));
    expect(problems).toMatchObject([{ code, message: expect.stringMatching(message), source: { file: "f.ts" } }]);
    expect(manifest).toEqual(before);
  });

  test("aims by kind, name and, where given, namespace", () => {
    const ops: Patch["ops"] = [{ op: "add", path: "/data/b", value: "2" }];
    const hits = (target: Patch["target"]): number => applyPatches(object(), [patch(ops, target)]).applied.length;
    expect([{ kind: "ConfigMap", name: "x" }, { kind: "ConfigMap", name: "x", namespace: "n" }, { kind: "ConfigMap", name: "x", namespace: "m" }, { kind: "Secret", name: "x" }, { kind: "ConfigMap", name: "y" }].map(hits)).toEqual([1, 1, 0, 0, 0]);
  });
});

describe("objectText", () => {
  test("has a header that no text can leave", () => {
    const evil = { ...patch([]), reason: "Müller\nkind: Evil\r\u2028x: y\u0085z", source: { file: "a\nb: c.ts", path: "p" } };
    const text = objectText(object(), placement({ source: { file: "tenants/a\nkind: Evil", path: "" } }), [evil]);
    expect(text.split("\n").slice(0, 3)).toEqual(["# Generated by Bulkhead from tenants/a kind: Evil. Do not edit: change the definition.", "# Patched by a b: c.ts (p): Müller kind: Evil x: y z", "apiVersion: v1"]);
    expect(load(text)).toEqual(object());
  });
});
