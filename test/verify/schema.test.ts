import { describe, expect, it } from "vitest";
import { loadSchemas } from "../../src/verify/schema.ts";
import { CASES } from "./schema.fixtures.ts";

const schemas = loadSchemas();

describe.each(CASES)("$kind", ({ valid, invalid }) => {
  it("accepts a valid one and leaves it as it was", () => {
    const manifest = valid();
    expect(schemas.validate(manifest)).toEqual([]);
    expect(manifest).toEqual(valid());
  });
  it.each(invalid)("rejects: %s", (_, edit, path, says) => {
    const manifest = valid();
    edit(manifest);
    const issues = schemas.validate(manifest);
    const found = issues.find((issue) => issue.path === path && `${issue.message} ${issue.hint ?? ""}`.includes(says));
    expect(found, JSON.stringify(issues)).toBeDefined();
  });
});

describe("kinds", () => {
  it("names the nearest for an unknown one", () => {
    expect(schemas.validate({ apiVersion: "apps/v1", kind: "Deploymnt", metadata: {} })).toEqual([{ path: "/kind", message: 'unknown kind "Deploymnt" in apps/v1', hint: 'did you mean "Deployment"?' }]);
    expect(schemas.validate({ apiVersion: "extensions/v1beta1", kind: "Ingress" })[0]!.hint).toBe("Ingress is in networking.k8s.io/v1");
    expect(schemas.validate({ apiVersion: "example.test/v1", kind: "Thing" })[0]!.message).toContain("no schema is known");
    expect(schemas.validate({})[0]!.path).toBe("/apiVersion");
    expect(schemas.validate({ apiVersion: "v1" })[0]!.path).toBe("/kind");
  });
  it("tells scope and plural", () => {
    expect(schemas.kind("v1", "Namespace")).toEqual({ scope: "Cluster" });
    expect(schemas.kind("argoproj.io/v1alpha1", "Application")).toEqual({ scope: "Namespaced", plural: "applications" });
    expect(schemas.kind("v1", "Nothing")).toBeUndefined();
    expect(schemas.kinds()).toContain("policy/v1/PodDisruptionBudget");
  });
  it("says what to run where imports are missing", () => {
    expect(() => loadSchemas("/nowhere")).toThrow("npm run imports");
  });
});

describe("extra CRDs", () => {
  const crd = {
    apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", metadata: { name: "tenants.bulkhead.dev" },
    spec: {
      group: "bulkhead.dev", scope: "Cluster", names: { kind: "Tenant", plural: "tenants" },
      versions: [{
        name: "v1", served: true, storage: true,
        schema: { openAPIV3Schema: { type: "object", required: ["spec"], properties: {
          metadata: { type: "object", properties: { name: { type: "string", maxLength: 10 } } },
          spec: { type: "object", required: ["level", "limits"], properties: {
            level: { type: "string", enum: ["low", "high"], default: "low" },
            limits: { type: "object", required: ["cpu"], default: {}, properties: { cpu: { type: "integer", default: 1 } } },
            tags: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
            note: { type: "string", nullable: true },
            template: { type: "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true },
            description: { type: "string", description: "a field of this name stays" },
          } },
        } } },
      }, { name: "v1beta1", served: false, storage: false, schema: {} }],
    },
  };
  const own = loadSchemas(undefined, [crd]);
  const tenant = (spec: object, name = "acme"): object => ({ apiVersion: "bulkhead.dev/v1", kind: "Tenant", metadata: { name }, spec });

  it("sets defaults before it asks for required fields, at every level, in a copy", () => {
    const manifest = tenant({ level: null, note: null, tags: null });
    expect(own.validate(manifest)).toEqual([]);
    expect(own.withDefaults(manifest)).toEqual(tenant({ level: "low", note: null, limits: { cpu: 1 } }));
    expect(manifest).toEqual(tenant({ level: null, note: null, tags: null }));
  });
  it("checks sets, embedded resources and a narrowed name", () => {
    expect(own.validate(tenant({ tags: ["a", "b", "a"] }))).toEqual([{ path: "/spec/tags/2", message: 'repeats item 0: "a"' }]);
    expect(own.validate(tenant({ template: { kind: "ConfigMap", metadata: { lables: {} } } })).map((issue) => issue.path)).toEqual(["/spec/template", "/spec/template/metadata/lables"]);
    expect(own.validate(tenant({ template: { apiVersion: "v1", kind: "ConfigMap", anything: 1 } }))).toEqual([]);
    expect(own.validate(tenant({}, "a-name-that-is-long"))[0]!.path).toBe("/metadata/name");
    expect(own.validate(tenant({ description: "x" }))).toEqual([]);
  });
  it("does not know versions that are not served", () => {
    expect(own.validate({ ...tenant({}), apiVersion: "bulkhead.dev/v1beta1" })[0]!.hint).toBe("Tenant is in bulkhead.dev/v1");
  });
});
