/** An audit of some tenants asks for less, and finds what a whole listing gives, less the other tenants'. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DesiredSide } from "../../src/audit/desired/side.ts";
import { auditKubernetes, type PlaneResult } from "../../src/audit/kubernetes/audit.ts";
import { type LiveObject, PAGE } from "../../src/audit/live/source.ts";
import { suiteCount } from "../real/provision/budget.ts";
import { by, cluster, declared, git, object, owned, said } from "./sides.ts";

const runs = { seed: Number(process.env["BULKHEAD_SEED"] ?? 20261124), numRuns: suiteCount("unit", "reports") };
console.log(`fast-check seed ${runs.seed}, ${runs.numRuns} runs`);

interface Asked { result: PlaneResult; asked: string[] }
/** `selective`: the live side is a server, that may be asked for one namespace. */
async function audited(desired: DesiredSide, objects: readonly LiveObject[], tenants: readonly string[], selective: boolean, cut?: Record<string, number>): Promise<Asked> {
  const live = Object.assign(cluster(objects, cut), { selective });
  const result = await auditKubernetes({ cluster: "eu", desired, live, types: { node: () => undefined }, inScope: (tenant) => tenant !== undefined && tenants.includes(tenant), tenants });
  return { result, asked: live.asked };
}

const TENANTS = ["a", "b", "c"];
const NAMESPACES = ["tenant-a", "tenant-a-b", "tenant-b", "tenant-c", "shadow", "argocd", "jobs", "zz"];
const label = (tenant: string | undefined) => (tenant === undefined ? {} : { metadata: { labels: { "bulkhead.dev/tenant": tenant } } });
const maybe = fc.constantFrom(undefined, ...TENANTS, "stranger");
const KINDS = ["ConfigMap", "Deployment", "ServiceAccount", "AppProject", "Application", "HorizontalPodAutoscaler", "Secret"];
const place = fc.record({ kind: fc.constantFrom(...KINDS), namespace: fc.constantFrom(...NAMESPACES), name: fc.constantFrom("x", "y") });
const fields = (kind: string, value: string): object => (kind === "Deployment" ? { spec: { replicas: Number(value) } } : kind === "HorizontalPodAutoscaler" ? { spec: { maxReplicas: 9, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "x" } } } : { data: { k: value } });
const scaled = by("kube-controller-manager", { "f:spec": { "f:replicas": {} } }, "scale");
/** Objects that fill pages in git, so that asking for several namespaces one by one costs no more than asking for all. They are of nobody in scope. */
const filler = (pages: number, ...kinds: string[]) => Array.from({ length: pages * PAGE }, (_, i) => kinds.map((kind) => declared(kind, "filler", `f${i}`, "filler"))).flat();
const FILLER = filler(3, "ConfigMap", "Deployment", "HorizontalPodAutoscaler");

const worlds = fc.record({
  namespaces: fc.uniqueArray(fc.record({ name: fc.constantFrom(...NAMESPACES), git: fc.option(maybe, { nil: null }), live: fc.option(maybe, { nil: null }) }), { selector: ({ name }) => name, maxLength: NAMESPACES.length }),
  wanted: fc.uniqueArray(fc.record({ place, tenant: maybe, value: fc.constantFrom("1", "2") }), { selector: (one) => JSON.stringify(one.place), maxLength: 14 }),
  alive: fc.uniqueArray(fc.record({ place, value: fc.constantFrom("1", "2"), child: fc.boolean(), deleting: fc.boolean() }), { selector: (one) => JSON.stringify(one.place), maxLength: 14 }),
  bindings: fc.uniqueArray(fc.record({ name: fc.constantFrom("p", "q"), namespace: fc.constantFrom(...NAMESPACES) }), { selector: ({ name }) => name, maxLength: 2 }),
  tenants: fc.subarray(TENANTS, { minLength: 1 }), filled: fc.boolean(),
}).map(({ namespaces, wanted, alive, bindings, tenants, filled }) => ({
  tenants,
  desired: git([
    ...namespaces.flatMap(({ name, git: tenant }) => (tenant === null ? [] : [declared("Namespace", undefined, name, tenant)])),
    ...wanted.map(({ place: { kind, namespace, name }, tenant, value }) => declared(kind, namespace, name, tenant, fields(kind, value))), ...(filled ? FILLER : []),
  ]),
  objects: [
    ...namespaces.flatMap(({ name, live: tenant }) => (tenant === null ? [] : [object("Namespace", undefined, name, label(tenant))])),
    ...bindings.map(({ name, namespace }) => object("ClusterRoleBinding", undefined, name, { subjects: [{ kind: "ServiceAccount", name: "s", namespace }] })),
    ...alive.flatMap(({ place: { kind, namespace, name }, value, child, deleting }) => {
      const one = object(kind, namespace, name, { ...fields(kind, value), metadata: { ...(deleting && { deletionTimestamp: "2026-11-24T00:00:00Z" }), managedFields: [scaled] } });
      return child && kind === "Deployment" ? [one, object("ReplicaSet", namespace, `${name}-1`, { metadata: owned(one, { managedFields: [by("kube-controller-manager")] }) })] : [one];
    }),
  ],
}));

test("whatever git and the cluster hold, the findings are those of a whole listing, and no list is asked for that costs more requests", async () => {
  let narrowed = 0;
  await fc.assert(fc.asyncProperty(worlds, async ({ desired, objects, tenants }) => {
    const [whole, part] = [await audited(desired, objects, tenants, false), await audited(desired, objects, tenants, true)];
    // Functions are equal to none but themselves.
    const plain = ({ result }: Asked): unknown => JSON.parse(JSON.stringify(result.findings));
    expect(plain(part)).toEqual(plain(whole));
    expect(part.result.applications).toEqual(whole.result.applications);
    const lines = ({ result }: Asked): unknown[] => result.coverage.map(({ objects: _, ...line }) => JSON.stringify(line)).sort();
    expect(lines(part)).toEqual(lines(whole));
    const lists = Map.groupBy(part.asked, (one) => one.replace(/ in .*$/, ""));
    expect([...lists.keys()].sort()).toEqual([...new Set(whole.asked)].sort());
    for (const [kind, some] of lists) {
      const count = desired.entries.filter((entry) => kind.startsWith(`${entry.apiVersion} ${entry.kind}`)).length;
      expect(some.length).toBeLessThanOrEqual(Math.max(1, Math.ceil(count / PAGE)));
      if (some.some((one) => one.includes(" in "))) narrowed++;
    }
  }), runs);
  expect(narrowed).toBeGreaterThan(runs.numRuns);
});

describe("what is asked for", () => {
  const desired = git([declared("Namespace", undefined, "tenant-a", "a"), declared("Namespace", undefined, "tenant-b", "b"), declared("ConfigMap", "tenant-a", "c", "a"), declared("ConfigMap", "tenant-b", "c", "b"), declared("Application", "argocd", "walls-a", "a"), declared("AppProject", "argocd", "a", "a")]);
  const NAMESPACED = ["ConfigMap", "Deployment metadata", "Pod metadata", "ServiceAccount metadata"];
  const of = (asked: readonly string[]): string[] => asked.flatMap((one) => { const [, what, where] = /^\S+ (.*?)(?: in (.*))?$/.exec(one)!; return NAMESPACED.includes(what!) || /App/.test(what!) ? [`${what}: ${where ?? "all"}`] : []; }).sort();
  const objects = [object("Namespace", undefined, "tenant-a"), object("Namespace", undefined, "tenant-b")];
  const all = (where: string): string[] => NAMESPACED.map((what) => `${what}: ${where}`);
  test("of one tenant: its namespace; what git has of it elsewhere, there; who was applied where, everywhere", async () => {
    // Two namespaces of a kind of which git has few: all at once is one request.
    expect(of((await audited(desired, objects, ["a"], true)).asked)).toEqual(["AppProject: all", "Application: all", ...all("tenant-a")].sort());
  });
  test.each<[string, readonly string[], boolean, LiveObject[], Record<string, number>?]>([
    ["of two tenants, who have few objects", ["a", "b"], true, objects],
    ["of files, which are read whole for each list", ["a"], false, objects],
    ["where Namespaces cannot be read: whose they are is unknown", ["a"], true, objects, { Namespace: 0 }],
    ["where another namespace says that it is the tenant's", ["a"], true, [...objects, object("Namespace", undefined, "shadow", label("a"))]],
  ])("%s: all at once", async (_, tenants, selective, live, cut) => {
    expect(of((await audited(desired, live, tenants, selective, cut)).asked)).toEqual(["AppProject: all", "Application: all", ...all("all")].sort());
  });
  test("Namespaces are asked for before anything in them", async () => {
    const { asked } = await audited(desired, objects, ["a"], true);
    expect(asked.findIndex((one) => one.startsWith("v1 Namespace"))).toBeLessThan(asked.findIndex((one) => one.includes(" in ")));
  });
  test("a namespace that says it is a tenant's, unknown to git, is found with what is in it", async () => {
    const { result } = await audited(git([declared("ConfigMap", "jobs", "c", "b")]), [object("Namespace", undefined, "shadow", label("a")), object("ConfigMap", "shadow", "x"), object("ConfigMap", "jobs", "y")], ["a"], true);
    expect(said(result.findings)).toEqual(["unmanaged ConfigMap shadow/x a", "unmanaged Namespace -/shadow a"]);
  });
  test("a list of one namespace that fails makes the kind unknown, and nothing missing", async () => {
    const { result } = await audited(desired, objects, ["a"], true, { ConfigMap: 0 });
    expect(said(result.findings)).toEqual(["missing AppProject argocd/a a", "missing Application argocd/walls-a a"]);
    expect(result.coverage.find(({ what }) => what === "ConfigMap")).toMatchObject({ state: "unknown", reason: "forbidden" });
  });
  test("namespaces are asked for in the server's order, in which a-b comes before a", async () => {
    const names = ["tenant-a", "tenant-a-b", "tenant-a0"];
    const { result, asked } = await audited(git([...names.flatMap((name) => [declared("Namespace", undefined, name, "a"), declared("ConfigMap", name, "c", "a")]), ...FILLER]), names.flatMap((name) => [object("Namespace", undefined, name), object("ConfigMap", name, "c")]), ["a"], true);
    expect(said(result.findings)).toEqual([]);
    expect(asked.filter((one) => one.includes("ConfigMap"))).toEqual(["tenant-a-b", "tenant-a", "tenant-a0"].map((name) => `v1 ConfigMap in ${name}`));
  });
  test("an autoscaler beside what it scales is read, whosever it is", async () => {
    const world = git([declared("Namespace", undefined, "tenant-a", "a"), declared("Deployment", "jobs", "x", "a", fields("Deployment", "1")), declared("HorizontalPodAutoscaler", "jobs", "x", "b", fields("HorizontalPodAutoscaler", "")), ...FILLER]);
    const scaledUp = [object("Namespace", undefined, "tenant-a"), object("Deployment", "jobs", "x", { ...fields("Deployment", "7"), metadata: { managedFields: [scaled] } })];
    const autoscaler = object("HorizontalPodAutoscaler", "jobs", "x", fields("HorizontalPodAutoscaler", ""));
    expect(said((await audited(world, scaledUp, ["a"], true)).result.findings)).toEqual(["changed Deployment jobs/x a"]);
    const { result, asked } = await audited(world, [...scaledUp, autoscaler], ["a"], true);
    expect(said(result.findings)).toEqual([]);
    expect(asked.filter((one) => /Autoscaler/.test(one))).toEqual(["autoscaling/v2 HorizontalPodAutoscaler in jobs", "autoscaling/v2 HorizontalPodAutoscaler in tenant-a"]);
  });
  test.each([[8, 8], [9, 1]])("of %i namespaces, however much git has: %i lists", async (n, lists) => {
    const names = Array.from({ length: n }, (_, i) => `tenant-a${i}`);
    const { asked } = await audited(git([...names.map((name) => declared("Namespace", undefined, name, "a")), ...filler(12, "ConfigMap")]), [], ["a"], true);
    expect(asked.filter((one) => one.includes("ConfigMap"))).toHaveLength(lists);
  });
});
