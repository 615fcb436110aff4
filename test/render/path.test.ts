import { describe, expect, test } from "vitest";
import { objectPath, textPath } from "../../src/render/path.ts";

const tenant = { cluster: "eu", tenant: "acme", area: "walls" as const, layer: "resources" as const };
const platform = (room: "argocd" | "database" | "admission", folder?: string) => ({ cluster: "eu", area: { platform: room, ...(folder && { folder }) }, layer: "gitops" as const });

describe("objectPath", () => {
  const cases: [string, Parameters<typeof objectPath>[0], string][] = [
    ["a tenant's object", { ...tenant, apiVersion: "v1", kind: "ResourceQuota", namespace: "tenant-acme", name: "quota" }, "eu/tenants/acme/walls/resources/tenant-acme/resourcequota.quota.yaml"],
    ["a tenant's object without namespace", { ...tenant, apiVersion: "v1", kind: "Namespace", name: "tenant-acme" }, "eu/tenants/acme/walls/resources/_cluster/namespace.tenant-acme.yaml"],
    ["the object that D6 names", { ...platform("argocd"), apiVersion: "argoproj.io/v1alpha1", kind: "Application", namespace: "argocd", name: "platform" }, "eu/platform/argocd/application.platform.yaml"],
    ["a guest in a platform room", { ...platform("argocd"), apiVersion: "v1", kind: "ServiceAccount", namespace: "bulkhead-appliers", name: "walls" }, "eu/platform/argocd/bulkhead-appliers/serviceaccount.walls.yaml"],
    ["a shared table's folder", { ...platform("database", "sales__orders.orders"), apiVersion: "batch/v1", kind: "Job", namespace: "bulkhead-database", name: "j" }, "eu/platform/database/sales__orders.orders/job.j.yaml"],
    ["a kind of a group of its own", { ...tenant, apiVersion: "objectbucket.io/v1alpha1", kind: "ObjectBucketClaim", namespace: "n", name: "b" }, "eu/tenants/acme/walls/resources/n/objectbucketclaim.objectbucket.io.b.yaml"],
    ["a well-known kind of another group", { ...tenant, apiVersion: "app.k8s.io/v1", kind: "Application", namespace: "n", name: "b" }, "eu/tenants/acme/walls/resources/n/application.app.k8s.io.b.yaml"],
    ["a name outside [a-z0-9.-]", { ...tenant, apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", name: "system:Ö_x" }, "eu/tenants/acme/walls/resources/_cluster/clusterrole.system%3a%c3%96%5fx.yaml"],
    ["a namespace that leads out", { ...tenant, apiVersion: "v1", kind: "ConfigMap", namespace: "..", name: "x" }, "eu/tenants/acme/walls/resources/%2e%2e/configmap.x.yaml"],
    ["a namespace with slashes", { ...tenant, apiVersion: "v1", kind: "ConfigMap", namespace: "../../b", name: "x" }, "eu/tenants/acme/walls/resources/..%2f..%2fb/configmap.x.yaml"],
    ["a namespace that looks like none", { ...tenant, apiVersion: "v1", kind: "ConfigMap", namespace: "_cluster", name: "x" }, "eu/tenants/acme/walls/resources/%5fcluster/configmap.x.yaml"],
    ["a kind with slashes", { ...tenant, apiVersion: "v1", kind: "a/../b", namespace: "n", name: "x" }, "eu/tenants/acme/walls/resources/n/a%2f..%2fb.x.yaml"],
  ];
  test.each(cases)("%s", (_, input, expected) => expect(objectPath(input)).toBe(expected));

  test("stays a file name, and two long names stay two", () => {
    const [a, b] = ["a", "b"].map((end) => objectPath({ ...tenant, apiVersion: "v1", kind: "ConfigMap", namespace: "n", name: "x".repeat(252) + end }));
    expect(a).not.toBe(b);
    expect(a!.split("/").at(-1)!.length).toBe(255);
    expect(a!.endsWith(".yaml")).toBe(true);
  });
  test("needs the tenant of a tenant's area", () => expect(() => objectPath({ cluster: "eu", area: "walls", layer: "resources", apiVersion: "v1", kind: "K", name: "n" })).toThrow(/needs a tenant/));
});

describe("textPath", () => {
  test("stands in the layer's folder", () => expect(textPath({ ...tenant, name: "sub/state.json" })).toBe("eu/tenants/acme/walls/resources/sub/state.json"));
  test.each(["x.yaml", "x.YAML", "../x.sql", "/x.sql", "a//b", "a/./b", "a\\b", "a\nb", ""])("refuses %j", (name) => expect(() => textPath({ ...tenant, name })).toThrow(TypeError));
});
