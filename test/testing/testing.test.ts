import { expect, test } from "vitest";
import { assertIsolated, isolationIssues, type RenderedTenant, renderTenant } from "../../build/testing/index.js";
import { PRODUCT, project, TENANT } from "../support/project.ts";

const files = { "tenants/acme/tenant.ts": TENANT(), "tenants/acme/sales/orders.ts": PRODUCT('tables: { orders: { store: "postgres", key: ["id"], columns: { id: { type: "uuid", classification: "internal" } } } },'), "tenants/globex/tenant.ts": TENANT() };
const root = project(files);
const rendered = await renderTenant({ root, tenant: "acme", asOf: "2026-11-24" });

test("renders one tenant in memory, the same every time", async () => {
  expect(rendered.find("Namespace").map((o) => o.metadata.name)).toEqual(["tenant-acme"]);
  expect(rendered.files.every((f) => f.path.startsWith("prod-eu/tenants/acme/"))).toBe(true);
  expect(rendered.others).toEqual(["globex"]);
  expect((await renderTenant({ root, tenant: "acme", asOf: "2026-11-24" })).snapshot()).toBe(rendered.snapshot());
});

test("what Bulkhead renders is isolated", () => { expect(isolationIssues(rendered)).toEqual([]); });

test.each<[string, string, (r: RenderedTenant) => void]>([
  ["names no other tenant", "it names tenant globex", (r) => { r.files[0]!.text += "# globex\n"; }],
  ["content stays in the tenant's namespaces", "it is in namespace kube-system", (r) => { r.objects.push({ path: "prod-eu/tenants/acme/content/x.yaml", apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", namespace: "kube-system" } }); }],
  ["content stays in the tenant's namespaces", "it is cluster-wide", (r) => { r.objects.push({ path: "prod-eu/tenants/acme/content/x.yaml", apiVersion: "v1", kind: "PersistentVolume", metadata: { name: "x" } }); }],
  ["no secret in git", "a Secret holds its value", (r) => { r.objects.push({ path: "x.yaml", apiVersion: "v1", kind: "Secret", metadata: { name: "x", namespace: "tenant-acme" } }); }],
  ["traffic is denied by default, both ways", "no policy denies Ingress", (r) => { r.objects = r.objects.filter((o) => o.kind !== "NetworkPolicy"); }],
  ["no network rule is open to all", "an ingress rule without peers", (r) => { r.find("NetworkPolicy")[0]!.spec = { podSelector: {}, policyTypes: ["Ingress"], ingress: [{}] }; }],
  ["roles bind only the tenant's own", "it binds tenant-globex/default", (r) => { r.objects.push({ path: "x.yaml", apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding", metadata: { name: "x", namespace: "tenant-acme" }, subjects: [{ kind: "ServiceAccount", name: "default", namespace: "tenant-globex" }] }); }],
  ["the namespace keeps pods restricted", "is not restricted", (r) => { delete r.find("Namespace")[0]!.metadata.labels!["pod-security.kubernetes.io/enforce"]; }],
])("finds what breaks \"%s\": %s", (rule, message, spoil) => {
  const spoiled: RenderedTenant = { ...rendered, files: structuredClone(rendered.files), objects: structuredClone(rendered.objects), find: (kind) => spoiled.objects.filter((o) => o.kind === kind) };
  spoil(spoiled);
  expect(isolationIssues(spoiled)).toContainEqual(expect.objectContaining({ rule, message: expect.stringContaining(message) }));
  expect(() => assertIsolated(spoiled)).toThrow(message);
});

test("says what is wrong when the definitions do not compile, and which tenants there are", async () => {
  const broken = project({ ...files, "tenants/acme/tenant.ts": TENANT(" plan: 3,") });
  await expect(renderTenant({ root: broken, tenant: "acme", asOf: "2026-11-24" })).rejects.toThrow(/BH1002.*plan[\s\S]*tenant.ts:2/);
  await expect(renderTenant({ root, tenant: "acm", asOf: "2026-11-24" })).rejects.toThrow('there is no tenant "acm"; tenants: acme, globex');
});
