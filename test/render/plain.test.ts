import { ApiObject, App, Chart } from "cdk8s";
import fc from "fast-check";
import { expect, test } from "vitest";
import { plainManifest } from "../../src/render/plain.ts";

const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant(undefined));
const tree = fc.letrec((tie) => ({
  node: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("node").filter((v) => v !== undefined && v !== null), { maxLength: 4 }), fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), tie("node"), { maxKeys: 5, noNullPrototype: true })),
})).node;
const map = fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), fc.string(), { maxKeys: 3, noNullPrototype: true });

test("a plain manifest is what cdk8s renders it to", () => {
  fc.assert(fc.property(fc.record({ spec: tree, data: tree }), map, map, (body, labels, annotations) => {
    const manifest = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "n", labels, annotations }, ...body };
    const chart = new Chart(new App(), "c", { disableResourceNameHashes: true });
    const theirs = new ApiObject(chart, "o", structuredClone(manifest)).toJson();
    expect(JSON.stringify(plainManifest(manifest))).toBe(JSON.stringify(theirs));
  }), { numRuns: 300 });
});
