import { describe, expect, test } from "vitest";
import { claims } from "../../src/compare/attribute.ts";
import type { KubeObject } from "../../src/compare/types.ts";

const entry = (manager: string, fieldsV1: object, rest: object = {}): object => ({ manager, operation: "Update", apiVersion: "apps/v1", fieldsType: "FieldsV1", time: "2026-11-28T00:00:00Z", fieldsV1, ...rest });
const live = (...managedFields: unknown[]): KubeObject => ({
  apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "x", labels: { "a/b": "1" }, finalizers: ["one", "two"], managedFields },
  spec: {
    replicas: 2, selector: { matchLabels: { app: "x" } }, list: [{ x: 1 }, { x: 2 }],
    template: { spec: { containers: [{ name: "a", image: "a" }, { name: "b", image: "b", ports: [{ containerPort: 53 }, { containerPort: 53, protocol: "UDP" }], args: ["x", "y"] }] } },
  },
});
const pod = (fields: object): object => ({ "f:spec": { "f:template": { "f:spec": fields } } });
const container = (name: string, fields: object): object => pod({ "f:containers": { [`k:{"name":"${name}"}`]: fields } });
const C = "/spec/template/spec/containers";

describe("claims", () => {
  test.each<[name: string, pointer: string, fields: object, confidence: string | undefined]>([
    ["a field", "/spec/replicas", { "f:spec": { "f:replicas": {} } }, "exact"],
    ["a field of another", "/spec/replicas", { "f:spec": { "f:paused": {} } }, undefined],
    ["only that the parent is there", "/metadata/labels/a~1b", { "f:metadata": { "f:labels": { ".": {} } } }, undefined],
    ["a key with a slash", "/metadata/labels/a~1b", { "f:metadata": { "f:labels": { "f:a/b": {} } } }, "exact"],
    ["a place within an atomic map", "/spec/selector/matchLabels/app", { "f:spec": { "f:selector": {} } }, "above"],
    ["an item by its key", `${C}/1`, container("b", { ".": {}, "f:image": {} }), "exact"],
    ["a field of an item by its key", `${C}/1/image`, container("b", { "f:image": {} }), "exact"],
    ["a field of another item", `${C}/1/image`, container("a", { "f:image": {} }), undefined],
    ["a field of an item, by a set that ends at the item", `${C}/1/image`, container("b", {}), "above"],
    ["an item whose key has a default that it does not say", `${C}/1/ports/0`, container("b", { "f:ports": { 'k:{"containerPort":53,"protocol":"TCP"}': {} } }), "exact"],
    ["an item whose key says another half", `${C}/1/ports/1`, container("b", { "f:ports": { 'k:{"containerPort":53,"protocol":"TCP"}': {} } }), undefined],
    ["a member of a set", "/metadata/finalizers/1", { "f:metadata": { "f:finalizers": { 'v:"two"': {} } } }, "exact"],
    ["another member of a set", "/metadata/finalizers/0", { "f:metadata": { "f:finalizers": { 'v:"two"': {} } } }, undefined],
    ["an item by its index", "/spec/list/1/x", { "f:spec": { "f:list": { "i:1": { "f:x": {} } } } }, "exact"],
    ["an item of an atomic list", `${C}/1/args/0`, container("b", { "f:args": {} }), "above"],
    ["something within a subtree", `${C}/1`, container("b", { "f:image": {} }), "exact"],
    ["a place that is not there", "/spec/nothing", { "f:spec": { "f:nothing": {} } }, undefined],
    ["a place below one that is not there", "/spec/nothing/at/all", { "f:spec": {} }, undefined],
    ["a set with a key that is no JSON", `${C}/1/image`, pod({ "f:containers": { "k:{name": { "f:image": {} }, 'k:{"name":"b"}': { "f:image": {} } } }), "exact"],
    ["no pointer", "spec", { "f:spec": {} }, undefined],
  ])("%s", (_, pointer, fields, confidence) => {
    expect(claims(live(entry("m", fields)), pointer).map((claim) => claim.confidence)).toEqual(confidence === undefined ? [] : [confidence]);
  });

  test("say manager, operation, subresource and time; the latest comes first, one without a time last", () => {
    const fields = { "f:spec": { "f:replicas": {} } };
    expect(claims(live(entry("old", fields, { time: "2026-01-01T00:00:00Z" }), entry("timeless", fields, { time: undefined }), entry("new", fields, { subresource: "scale", time: "2026-02-01T00:00:00Z" })), "/spec/replicas")).toEqual([
      { manager: "new", operation: "Update", subresource: "scale", time: "2026-02-01T00:00:00Z", confidence: "exact" },
      { manager: "old", operation: "Update", time: "2026-01-01T00:00:00Z", confidence: "exact" },
      { manager: "timeless", operation: "Update", confidence: "exact" },
    ]);
  });
  test("of an entry in another version are approximate", () => {
    expect(claims(live(entry("m", { "f:spec": { "f:replicas": {} } }, { apiVersion: "apps/v1beta1" })), "/spec/replicas")[0]!.confidence).toBe("approximate");
  });
  test.each<[string, unknown]>([["none", undefined], ["no list", "x"], ["nulls", [null]], ["entries without fields", [{ manager: "m" }]], ["fields that are none", [{ manager: "m", fieldsV1: "x" }]]])("managedFields with %s give none", (_, managedFields) => {
    expect(claims({ apiVersion: "v1", kind: "X", metadata: { name: "x", managedFields }, spec: { replicas: 1 } }, "/spec/replicas")).toEqual([]);
  });
});
