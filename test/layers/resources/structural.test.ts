import { describe, expect, test } from "vitest";
import { z } from "zod";
import { customResourceDefinitions } from "../../../src/layers/resources/crds.ts";
import { checked, dataProductSpecSchema, tenantSpecSchema } from "../../../src/layers/resources/schema.ts";
import { type Structural, structural } from "../../../src/layers/resources/structural.ts";
import { structuralIssues } from "../../../src/layers/resources/structural-check.ts";
import { dataProductSpec, tenantSpec } from "../../../src/layers/resources/spec.ts";
import { tenantOf } from "./sample.ts";

describe("zod to structural schema", () => {
  const shape = (schema: z.ZodType): unknown => structural(z.strictObject({ f: schema })).properties?.f;
  test.each<[string, z.ZodType, unknown]>([
    ["string with bounds", z.string().min(1).max(9).regex(/^a+$/), { type: "string", minLength: 1, maxLength: 9, pattern: "^a+$" }],
    ["two patterns", z.string().regex(/a/).regex(/b/), { type: "string", allOf: [{ pattern: "a" }, { pattern: "b" }] }],
    ["integer without JavaScript's bounds", z.int(), { type: "integer", format: "int64" }],
    ["integer with exclusive bounds", z.int().gt(0).lt(10), { type: "integer", format: "int64", minimum: 1, maximum: 9 }],
    ["number with exclusive bounds", z.number().gt(0).lt(1), { type: "number", minimum: 0, exclusiveMinimum: true, maximum: 1, exclusiveMaximum: true }],
    ["the stricter of two bounds", z.int().min(5).gt(2), { type: "integer", format: "int64", minimum: 5 }],
    ["boolean", z.boolean(), { type: "boolean" }],
    ["enum", z.enum(["a", "b"]), { type: "string", enum: ["a", "b"] }],
    ["literal", z.literal("a"), { type: "string", enum: ["a"] }],
    ["nullable", z.string().nullable(), { type: "string", nullable: true }],
    ["optional", z.string().optional(), { type: "string" }],
    ["default", z.string().default("a"), { type: "string", default: "a" }],
    ["int or string", z.union([z.int(), z.string()]), { "x-kubernetes-int-or-string": true }],
    ["array", z.array(z.string().max(3)).min(1).max(2), { type: "array", items: { type: "string", maxLength: 3 }, minItems: 1, maxItems: 2 }],
    ["object", z.strictObject({ a: z.string(), b: z.string().optional() }), { type: "object", properties: { a: { type: "string" }, b: { type: "string" } }, required: ["a"] }],
    ["record", z.record(z.string().max(2), z.boolean()), { type: "object", additionalProperties: { type: "boolean" }, "x-kubernetes-validations": [{ rule: "self.all(k, size(k) <= 2)", message: "every key must satisfy size(k) <= 2" }] }],
    ["rule", checked(z.string(), "!self.contains('x')", "no x", (text) => !text.includes("x")), { type: "string", "x-kubernetes-validations": [{ rule: "!self.contains('x')", message: "no x" }] }],
    ["discriminated union", z.discriminatedUnion("kind", [z.strictObject({ kind: z.literal("a"), x: z.string(), y: z.int().optional() }), z.strictObject({ kind: z.literal("b"), x: z.string(), z: z.boolean() })]), {
      type: "object", properties: { kind: { type: "string", enum: ["a", "b"] }, x: { type: "string" }, y: { type: "integer", format: "int64" }, z: { type: "boolean" } }, required: ["kind", "x"],
      "x-kubernetes-validations": [{ rule: "self.kind != 'a' || (!has(self.z))", message: "kind a has no z" }, { rule: "self.kind != 'b' || (has(self.z) && !has(self.y))", message: "kind b needs z and has no y" }],
    }],
  ])("%s", (_name, schema, expected) => {
    expect(shape(schema)).toEqual(expected);
    expect(structuralIssues(structural(z.strictObject({ f: schema })))).toEqual([]);
  });

  test.each<[string, z.ZodType, RegExp]>([
    ["lookaround", z.string().regex(/^(?!a)/), /lookaround/],
    ["back-reference", z.string().regex(/(a)\1/), /lookaround or back-references/],
    ["tuple", z.tuple([z.string()]), /items|no structural form/],
    ["union of types", z.union([z.string(), z.boolean()]), /several types/],
    ["union without discriminator", z.union([z.strictObject({ a: z.string() }), z.strictObject({ b: z.string() })]), /discriminator/],
    ["branches that differ in a field", z.discriminatedUnion("kind", [z.strictObject({ kind: z.literal("a"), x: z.string() }), z.strictObject({ kind: z.literal("b"), x: z.int() })]), /differs between branches/],
    ["anything", z.any(), /has no type/],
    ["properties beside others", z.object({ a: z.string() }).catchall(z.string()), /beside additionalProperties/],
  ])("says why not: %s", (_name, schema, why) => expect(() => shape(schema)).toThrow(why));

  test("the CRDs are structural", () => {
    for (const crd of customResourceDefinitions()) {
      const [version] = (crd.spec as { versions: { schema: { openAPIV3Schema: Structural } }[] }).versions;
      expect(structuralIssues(version?.schema.openAPIV3Schema ?? {})).toEqual([]);
    }
  });

  test.each<[string, Structural, string]>([
    ["additionalProperties beside properties", { type: "object", properties: {}, additionalProperties: { type: "string" } }, "exclude each other"],
    ["closed object", { type: "object", properties: { a: { type: "object", additionalProperties: false as never } } }, "must be a schema"],
    ["no type", { type: "object", properties: { a: {} } }, "type is missing"],
    ["number for a flag", { type: "object", properties: { a: { type: "integer", exclusiveMinimum: 0 } } }, "must be a boolean"],
    ["type below oneOf", { type: "object", properties: {}, oneOf: [{ type: "object" }] }, "forbidden below oneOf"],
    ["property only below oneOf", { type: "object", properties: {}, oneOf: [{ properties: { a: {} } }] }, "not specified outside"],
    ["reference", { type: "object", properties: { a: { $ref: "#/x", type: "string" } } }, "$ref is forbidden"],
    ["restricted metadata", { type: "object", properties: { metadata: { type: "object", properties: { labels: { type: "object" } } } } }, "only name and generateName"],
    ["array without items", { type: "object", properties: { a: { type: "array" } } }, "needs items"],
    ["no RE2", { type: "object", properties: { a: { type: "string", pattern: "(?=a)" } } }, "no RE2"],
    ["root of another type", { type: "string" }, "root must be of type object"],
  ])("the checker finds: %s", (_name, schema, message) => expect(structuralIssues(schema).map((issue) => issue.message).join()).toContain(message));

  test("what the layer writes keeps its own schemas", () => {
    const tenant = tenantOf("acme");
    expect(tenantSpecSchema.parse(tenantSpec(tenant, "eu"))).toEqual(tenantSpec(tenant, "eu"));
    const [domain] = tenant.domains;
    for (const product of domain?.products ?? []) {
      const spec = dataProductSpec(product, domain?.topic);
      expect(dataProductSpecSchema.parse(spec)).toEqual(spec);
      expect(spec.outputs.map((output) => [output.kind, output.level])).toEqual([["table", "restricted"], ["topic", "internal"], ["files", "internal"]]);
    }
    const empty = tenantSpec(tenantOf("acme", { groups: {}, domains: [] }), "eu");
    expect(tenantSpecSchema.parse(empty)).toEqual(empty);
    expect(Object.keys(empty)).not.toContain("groups");
  });
});
