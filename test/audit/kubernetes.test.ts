/** The kubernetes plane over made-up clusters: what is matched, what is a child, what a list that was cut off proves. */
import { describe, expect, test, vi } from "vitest";
import { audit, verdictsOf } from "../../src/audit/audit.ts";
import type { DesiredSide } from "../../src/audit/desired/side.ts";
import { auditKubernetes } from "../../src/audit/kubernetes/audit.ts";
import { originOf } from "../../src/audit/kubernetes/made.ts";
import { type LiveObject, type LiveSource, Unreadable } from "../../src/audit/live/source.ts";
import { shardOf } from "../../src/audit/shard.ts";
import type { Coverage, Finding } from "../../src/model/finding.ts";
import { kindName } from "../../src/model/kinds.ts";
import { by, cluster, declared, git, LIVE_NS, NS, object, owned, said } from "./sides.ts";

const run = (desired: DesiredSide, live: LiveSource, inScope: (tenant: string | undefined) => boolean = () => true) => auditKubernetes({ cluster: "eu", desired, live, types: { node: () => undefined }, inScope });
describe("what is matched", () => {
  test.each<[string, DesiredSide, LiveSource, string[]]>([
    ["the same: nothing", git([NS, declared("ConfigMap", "tenant-a", "c", "a", { data: { k: "v" } })]), cluster([LIVE_NS, object("ConfigMap", "tenant-a", "c", { data: { k: "v" } })]), []],
    ["a value", git([NS, declared("ConfigMap", "tenant-a", "c", "a", { data: { k: "v" } })]), cluster([LIVE_NS, object("ConfigMap", "tenant-a", "c", { data: { k: "w" } })]), ["changed ConfigMap tenant-a/c a"]],
    ["missing", git([NS, declared("ConfigMap", "tenant-a", "c", "a")]), cluster([LIVE_NS]), ["missing ConfigMap tenant-a/c a"]],
    ["being deleted", git([NS]), cluster([object("Namespace", undefined, "tenant-a", { metadata: { deletionTimestamp: "2026-11-24T00:00:00Z" } })]), ["deleting Namespace -/tenant-a a"]],
    ["not in git, in a tenant's space", git([NS]), cluster([LIVE_NS, object("ConfigMap", "tenant-a", "x")]), ["unmanaged ConfigMap tenant-a/x a"]],
    ["not in git, in nobody's space", git([NS]), cluster([LIVE_NS, object("ConfigMap", "kube-system", "x")]), []],
    ["a Secret is not looked at", git([NS]), cluster([LIVE_NS, object("Secret", "tenant-a", "x")]), []],
    ["a namespace that says it is a tenant's", git([NS]), cluster([LIVE_NS, object("Namespace", undefined, "tenant-z", { metadata: { labels: { "bulkhead.dev/tenant": "z" } } }), object("ConfigMap", "tenant-z", "x")]), ["unmanaged ConfigMap tenant-z/x z", "unmanaged Namespace -/tenant-z z"]],
    ["a binding of a tenant's account to the whole cluster", git([NS]), cluster([LIVE_NS, object("ClusterRoleBinding", undefined, "x", { subjects: [{ kind: "ServiceAccount", name: "s", namespace: "tenant-a" }] }), object("ClusterRoleBinding", undefined, "y", { subjects: [{ kind: "User", name: "jane" }] })]), ["unmanaged ClusterRoleBinding -/x a"]],
    ["the same by the accounts' group, or by all accounts", git([NS]), cluster([LIVE_NS, object("ClusterRoleBinding", undefined, "x", { subjects: [{ kind: "Group", name: "system:serviceaccounts:tenant-a" }] }), object("ClusterRoleBinding", undefined, "y", { subjects: [{ kind: "Group", name: "system:serviceaccounts" }] })]), ["unmanaged ClusterRoleBinding -/x a", "unmanaged ClusterRoleBinding -/y -"]],
    ["a project of Argo CD beside git's", git([NS, declared("AppProject", "argocd", "p")]), cluster([LIVE_NS, object("AppProject", "argocd", "p"), object("AppProject", "argocd", "q"), object("ConfigMap", "argocd", "argocd-cm")]), ["unmanaged AppProject argocd/q -"]],
    ["a cluster-wide kind with a namespace in git", git([declared("Namespace", "nonsense", "tenant-a", "a")]), cluster([LIVE_NS]), []],
    ["namespaces of which one's name begins with the other's", git([NS, declared("Namespace", undefined, "tenant-a-b", "a-b"), declared("ConfigMap", "tenant-a", "c", "a"), declared("ConfigMap", "tenant-a-b", "c", "a-b")]), cluster([LIVE_NS, object("Namespace", undefined, "tenant-a-b"), object("ConfigMap", "tenant-a", "c"), object("ConfigMap", "tenant-a-b", "c")]), []],
  ])("%s", async (_, desired, live, expected) => { expect(said((await run(desired, live)).findings)).toEqual(expected); });

  test("a version that is not served any more is no missing object; a kind that is not served is unknown", async () => {
    const { findings, coverage } = await run(git([NS, declared("Deployment", "tenant-a", "d", "a", {}, "extensions/v1beta1"), declared("Deployment", "tenant-a", "e", "a", {}, "apps/v1beta1")]), cluster([LIVE_NS, object("Deployment", "tenant-a", "e")]));
    expect(said(findings)).toEqual(["gone-version Deployment tenant-a/e a"]);
    expect(coverage.filter((c) => c.state === "unknown").map((c) => [c.what, c.reason])).toEqual([["Deployment.extensions", "the API server does not serve extensions/v1beta1 Deployment"]]);
  });

  test("bodies are asked for only of kinds that git has", async () => {
    const live = cluster([LIVE_NS]);
    await run(git([NS, declared("ConfigMap", "tenant-a", "c", "a")]), live);
    expect(live.asked).toContain("v1 ConfigMap");
    expect(live.asked).toContain("v1 Pod metadata");
    expect(live.asked.some((one) => one.startsWith("v1 Secret"))).toBe(false);
  });
});

describe("a list that is cut off", () => {
  const wanted = ["a", "b", "c", "d", "e"].map((name) => declared("ConfigMap", "tenant-a", name, "a"));
  const live = ["a", "b", "c"].map((name) => object("ConfigMap", "tenant-a", name, name === "a" ? { data: { k: "by hand" } } : {}));
  test.each([0, 1])("after %i pages: what was seen is compared, nothing is missing, the kind is unknown", async (pages) => {
    const { findings, coverage } = await run(git([NS, ...wanted]), cluster([LIVE_NS, ...live], { ConfigMap: 2 * pages }));
    expect(said(findings)).toEqual(pages === 0 ? [] : ["changed ConfigMap tenant-a/a a"]);
    expect(coverage.find((c) => c.what === "ConfigMap")).toMatchObject({ state: "unknown", reason: "forbidden", objects: pages * 2 });
  });
  test("whole, it shows what is missing", async () => {
    expect(said((await run(git([NS, ...wanted]), cluster([LIVE_NS, ...live]))).findings)).toEqual(["changed ConfigMap tenant-a/a a", "missing ConfigMap tenant-a/d a", "missing ConfigMap tenant-a/e a"]);
  });
  test("nothing can be asked: everything is unknown, and nothing is found", async () => {
    const dead = { ...cluster([]), kinds: () => Promise.reject(new Unreadable("401")) };
    expect(await run(git([NS, ...wanted]), dead)).toMatchObject({ findings: [], coverage: [{ state: "unknown", reason: "401" }] });
  });
});

describe("stopped", () => {
  const desired = git([NS, declared("ConfigMap", "tenant-a", "c", "a")]);
  const stoppable = (live: LiveSource, signal: AbortSignal) => auditKubernetes({ cluster: "eu", desired, live, types: { node: () => undefined }, inScope: () => true, signal });
  test("in the middle of a list, it is no audit of what was read", async () => {
    const stopping = new AbortController();
    const live = cluster([LIVE_NS, ...["a", "b", "c"].map((name) => object("ConfigMap", "tenant-a", name))]);
    const list: LiveSource["list"] = async function* (kind, options) { for await (const page of live.list(kind, options)) { yield page; if (kind.kind === "ConfigMap") stopping.abort("x"); } };
    await expect(stoppable({ ...live, list }, stopping.signal)).rejects.toBe("x");
  });
  test("in discovery, which then says that nothing can be asked", async () => {
    await expect(stoppable({ ...cluster([]), kinds: () => Promise.reject(new Unreadable("stopped before its end")) }, AbortSignal.abort("x"))).rejects.toBe("x");
  });
  test("when all is found: nothing is remembered", async () => {
    const stopping = new AbortController();
    const age = vi.fn();
    await expect(audit({ cluster: "eu", desired, live: cluster([]), types: { node: () => undefined }, now: () => "2026-11-24T10:00:00Z", signal: stopping.signal, age, settle: async (raw) => { stopping.abort("x"); return { left: [...raw], pending: [], allowed: { used: [], expired: [], unmatched: [] } }; } })).rejects.toBe("x");
    expect(age).not.toHaveBeenCalled();
  });
});

test("progress goes to the end of git's objects, whatever is in scope", async () => {
  const desired = git([NS, declared("ConfigMap", "tenant-a", "c", "a"), declared("ConfigMap", "tenant-b", "c", "b")]);
  const told: number[][] = [];
  await auditKubernetes({ cluster: "eu", desired, live: cluster([LIVE_NS]), types: { node: () => undefined }, inScope: (tenant) => tenant === "a", onProgress: (...counts) => { told.push(counts); } });
  expect(told).toEqual([[1, 3], [2, 3], [3, 3]]);
});

describe("children of what git knows", () => {
  const KCM = "kube-controller-manager";
  const deployment = object("Deployment", "n", "d");
  const set = object("ReplicaSet", "n", "d-1", { metadata: owned(deployment, { managedFields: [by(KCM)] }) });
  const pod = (metadata: object) => object("Pod", "n", "d-1-x", { metadata });
  const near = (...objects: LiveObject[]) => ({ byUid: new Map(objects.map((o) => [o.metadata.uid!, o])), byName: new Map(objects.map((o) => [`${kindName(o)}/${o.metadata.name}`, o])), declared: (o: LiveObject) => o === deployment, tracked: false });
  test.each<[string, LiveObject, boolean, RegExp?]>([
    ["a ReplicaSet of a known Deployment", set, true],
    ["its Pod", pod(owned(set, { managedFields: [by(KCM), by("kubelet", { "f:status": {} }, "status")] })), true],
    ["a Pod of nobody", pod({}), false],
    ["a Pod that somebody made and gave an owner", pod(owned(set, { managedFields: [by("kubectl-create")] })), false, /kube-controller-manager makes such objects, but kubectl-create claims/],
    ["a Pod into which somebody put a container", pod(owned(set, { managedFields: [by(KCM), by("kubectl-edit", { "f:spec": {} })] })), false, /kubectl-edit claims to have written its spec/],
    ["a Pod that somebody debugs", pod(owned(set, { managedFields: [by(KCM), by("kubectl", { "f:spec": {} }, "ephemeralcontainers")] })), false, /through ephemeralcontainers/],
    ["a Pod that somebody labelled", pod(owned(set, { managedFields: [by(KCM), by("kubectl-label", { "f:metadata": {} })] })), true],
    ["an owner that lives under another uid", pod({ ownerReferences: [{ ...owned(set).ownerReferences[0]!, uid: "forged" }] }), false, /does not live here under that uid/],
    ["an owner whose controller makes no such thing", pod({ ownerReferences: [{ ...owned(deployment).ownerReferences[0]! }] }), false, /whose controller makes no Pod/],
    ["an owner that is none of git's", pod(owned(object("ReplicaSet", "n", "other", { metadata: { uid: "o" } }))), false, /does not live here|git does not know either/],
    ["an owner that controls nothing", pod({ ownerReferences: [{ ...owned(set).ownerReferences[0]!, controller: false }] }), false],
    ["the account that every namespace has", object("ServiceAccount", "n", "default", { metadata: { managedFields: [] } }), true],
    ["the certificate that every namespace has", object("ConfigMap", "n", "kube-root-ca.crt", { metadata: { managedFields: [by(KCM, { "f:data": {} })] } }), true],
    ["that certificate, written by somebody else", object("ConfigMap", "n", "kube-root-ca.crt", { metadata: { managedFields: [by(KCM, { "f:data": {} }), by("kubectl-edit", { "f:data": {} })] } }), false, /kubectl-edit claims to have written its data/],
  ])("%s", (_, child, known, note) => {
    const origin = originOf(child, near(deployment, set, child));
    expect(origin.known).toBe(known);
    if (note) expect((origin as { note?: string }).note).toMatch(note);
  });
});

describe("where objects say who wrote them", () => {
  const KCM = "kube-controller-manager";
  const deployment = object("Deployment", "n", "d");
  const bare = (metadata: object = {}): LiveObject => object("ReplicaSet", "n", "d-1", { metadata: owned(deployment, metadata) });
  const account = (metadata: object = {}): LiveObject => object("ServiceAccount", "n", "default", { metadata });
  const known = (child: LiveObject, tracked: boolean): unknown => originOf(child, { byUid: new Map([[deployment.metadata.uid!, deployment]]), byName: new Map(), declared: (o) => o === deployment, tracked });
  test.each<[string, LiveObject, boolean]>([
    ["a child that its maker claims", bare({ managedFields: [by(KCM)] }), true],
    ["a child that nobody claims", bare(), false],
    ["a child whose claims were taken out", bare({ managedFields: [] }), false],
    ["the account that every namespace has, in which nothing is said", account(), true],
    ["that account, with something in it that nobody claims", account({ annotations: { "eks.amazonaws.com/role-arn": "x" } }), false],
    ["the certificate that every namespace has, that nobody claims", object("ConfigMap", "n", "kube-root-ca.crt"), false],
  ])("%s", (_, child, expected) => {
    expect(known(child, true)).toEqual(expected ? { known: true } : { known: false, note: `${KCM} makes such objects, but this one has no managedFields, so nothing says who did` });
    expect(known(child, false), "where none says it").toEqual({ known: true });
  });

  const wanted = declared("Deployment", "tenant-a", "d", "a");
  const revised = (metadata: object = {}): LiveObject => object("Deployment", "tenant-a", "d", { metadata: { annotations: { "deployment.kubernetes.io/revision": "3" }, ...metadata } });
  const found = async (one: LiveObject, tracked?: boolean): Promise<unknown[]> => (await run(git([NS, wanted]), { ...cluster([LIVE_NS, one]), ...(tracked !== undefined && { tracked }) })).findings.map(({ changes }) => changes.map(({ pointer, note }) => [pointer, note]));
  test("what a controller may write is its own only where it claims it", async () => {
    expect(await found(revised({ managedFields: [by(KCM, { "f:metadata": { "f:annotations": { "f:deployment.kubernetes.io/revision": {} } } })] }), true)).toEqual([]);
    expect(await found(revised(), true)).toEqual([[["/metadata/annotations/deployment.kubernetes.io~1revision", expect.stringMatching(/no managedFields, which others here have.*not proven/)]]]);
    for (const tracked of [false, undefined]) expect(await found(revised(), tracked)).toEqual([]);
  });
});

describe("tenants and shards", () => {
  const two = [NS, declared("ConfigMap", "tenant-a", "c", "a"), declared("Namespace", undefined, "tenant-b", "b"), declared("ConfigMap", "tenant-b", "c", "b"), declared("ConfigMap", "bulkhead", "p")];
  test("every finding belongs to one shard, and all shards have all", async () => {
    const all = said((await run(git(two), cluster([]))).findings);
    const parts = await Promise.all([0, 1, 2].map(async (shard) => said((await run(git(two), cluster([]), (tenant) => shardOf(tenant, 3) === shard)).findings)));
    expect(parts.flat().sort()).toEqual(all);
    expect(all).toHaveLength(5);
  });
  test("what belongs to no tenant is the first shard's", () => { expect([shardOf(undefined, 7), shardOf("acme", 1)]).toEqual([0, 0]); });
  test("what could not be read makes unknown what is not drifted", () => {
    const coverage: Coverage[] = [{ plane: "kubernetes", what: "A", state: "read", objects: 1 }, { plane: "kubernetes", what: "B", state: "unknown", objects: 0, reason: "x" }, { plane: "kubernetes", what: "C", state: "excluded", objects: 0 }];
    const finding = { object: { plane: "kubernetes", kind: "A", name: "x" }, tenant: "b" } as Finding;
    expect(verdictsOf([finding], coverage, () => ["a", "b"]).map((v) => [v.tenant, v.verdict, v.findings, v.coverage])).toEqual([[undefined, "unknown", 0, 50], ["a", "unknown", 0, 50], ["b", "drifted", 1, 50]]);
    expect(verdictsOf([], coverage.slice(0, 1), () => ["a"]).map((v) => v.verdict)).toEqual(["clean", "clean"]);
  });
});
