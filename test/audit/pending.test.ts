import { afterAll, describe, expect, test } from "vitest";
import type { LiveObject } from "../../src/audit/live/source.ts";
import { openRevisionSide } from "../../src/audit/desired/revision.ts";
import { type Judgement, type PendingAudit, pendingOf } from "../../src/audit/pending.ts";
import { platformApplication, tenantApplicationSet } from "../../src/layers/gitops/applicationset.ts";
import type { Finding } from "../../src/model/finding.ts";
import { commit, config, git, rendered, repository } from "./repository.ts";

const NS = "tenant-acme";
const REPOSITORY = "https://git.example/platform.git";
const tree = (files: Parameters<typeof rendered>[1]): Record<string, string> => rendered("dist/eu/tenants/acme", files);
const A = "content/resources/tenant-acme/configmap.a.yaml";
const GONE = "content/resources/tenant-acme/configmap.gone.yaml";
const WALL = "walls/resources/tenant-acme/configmap.w.yaml";
const FILE = `eu/tenants/acme/${A}`;
const OLD = tree({ [A]: config("a", NS, { v: "old" }), [GONE]: config("gone", NS), [WALL]: config("w", NS, { v: "old" }) });
const NEW = { ...tree({ [A]: config("a", NS, { v: "new" }), [WALL]: config("w", NS, { v: "new" }), "content/resources/tenant-acme/configmap.fresh.yaml": config("fresh", NS) }) };

const root = repository({ ...OLD, ...rendered("dist/eu/platform", {}) }, "2026-11-24T08:00:00Z");
const applied = git(root, ["rev-parse", "HEAD"]);
git(root, ["checkout", "-q", "-b", "elsewhere"]);
const elsewhere = commit(root, { [`dist/${FILE}`]: "elsewhere" }, "2026-11-24T08:30:00Z");
git(root, ["checkout", "-q", "main"]);
commit(root, { ...NEW, [`dist/eu/tenants/acme/${GONE}`]: null }, "2026-11-24T10:00:00Z");
commit(root, { unrelated: "" }, "2026-11-24T10:09:00Z");
const side = await openRevisionSide({ root, ref: "HEAD", out: "dist", cluster: "eu" });
afterAll(() => side.close());

/** The Application as the rendered ApplicationSet makes it, with a status. */
function application(part: "walls" | "content", status: object = {}, edit: (spec: any, metadata: any) => void = () => {}): LiveObject {
  const { spec } = tenantApplicationSet(part, { repository: REPOSITORY, revision: "main", path: "./dist" }, "eu", "https://eu") as unknown as { spec: { template: { metadata: object; spec: object } } };
  const text = JSON.stringify(spec.template).replaceAll("{{ index .path.segments 3 }}", "acme").replaceAll("{{ .path.path }}", `dist/eu/tenants/acme/${part}`);
  const made = { apiVersion: "argoproj.io/v1alpha1", kind: "Application", ...(JSON.parse(text) as { metadata: LiveObject["metadata"]; spec: object }), status: { operationState: succeeded(applied), ...status } };
  edit(made.spec, made.metadata);
  return made;
}
const succeeded = (revision: string, more: object = {}): object => ({ phase: "Succeeded", finishedAt: "2026-11-24T09:00:00Z", syncResult: { revision, source: { repoURL: REPOSITORY, path: "dist/eu/tenants/acme/content" } }, operation: { sync: {} }, ...more });

const FINDING: Pick<Finding, "object" | "tenant" | "status" | "file"> = { object: { plane: "kubernetes", apiVersion: "v1", kind: "ConfigMap", namespace: NS, name: "a" }, tenant: "acme", status: "changed", file: FILE };
const data = (value: Record<string, unknown>): unknown => (value.data as { v?: string } | undefined)?.v;
const judge = (finding: Partial<typeof FINDING> = {}, audit: Partial<PendingAudit> = {}, live = "old"): Promise<Judgement> =>
  pendingOf({ ...FINDING, ...finding }, { side, applications: [application("walls"), application("content")], git: { repository: REPOSITORY, path: "dist" }, cluster: "eu", pendingLimit: 900, now: "2026-11-24T10:10:00Z", ...audit }, (older) => data(older) === live);
const named = (name: string): Partial<typeof FINDING> => ({ object: { ...FINDING.object, name } });
const content = (status: object, edit?: Parameters<typeof application>[2]): Partial<PendingAudit> => ({ applications: [application("walls"), application("content", status, edit)] });

test("a sync that is awaited is pending: since the file changed, until the limit", async () => {
  expect(await judge()).toEqual({ pending: {
    object: FINDING.object, tenant: "acme", since: expect.stringMatching(/^2026-11-24T10:00:00/), appliedRevision: applied,
    note: `the Application content-acme has applied ${applied.slice(0, 10)} at 2026-11-24T09:00:00Z; its sync to the audited commit is awaited until 2026-11-24T10:15:00Z`,
  } });
});

test("an item of another plane says itself whether it is what older files said, and is asked with the applied revision", async () => {
  const item = (older: boolean, more: object = {}) => judge({ object: { plane: "kafka", store: "s", kind: "topic", name: "t" }, older: async (read: (file: string) => Promise<string | undefined>) => older && (await read(FILE))!.includes("old"), ...more } as never);
  expect((await item(true)).pending).toMatchObject({ object: { plane: "kafka" }, appliedRevision: applied });
  expect(await item(false)).toEqual({ note: expect.stringContaining("differs from that too") });
  // Without a file nobody knows what applies it.
  expect(await item(true, { file: undefined })).toEqual({});
});

describe("pending too", () => {
  test.each<[string, Partial<typeof FINDING>, Partial<PendingAudit>, string?]>([
    ["to the last second", {}, { now: "2026-11-24T10:15:00Z" }],
    ["a committer's clock that is a little ahead", {}, { now: "2026-11-24T09:56:00Z" }],
    ["the walls, by their own Application", { ...named("w"), file: `eu/tenants/acme/${WALL}` }, { applications: [application("walls", { operationState: succeeded(applied, { syncResult: { revision: applied } }) })] }],
    ["an object that is new", { ...named("fresh"), status: "missing", file: "eu/tenants/acme/content/resources/tenant-acme/configmap.fresh.yaml" }, {}],
    ["an object that git no longer has", { ...named("gone"), status: "unmanaged", file: undefined }, {}, undefined],
    ["while the next sync runs, by the history", {}, content({ operationState: { phase: "Running", syncResult: { revision: side.commit } }, history: [{ revision: elsewhere }, { revision: applied, deployedAt: "2026-11-24T09:00:00Z" }] })],
    ["after a sync of some resources only, by the history", {}, content({ operationState: succeeded(side.commit!, { operation: { sync: { resources: [{ kind: "ConfigMap" }] } } }), history: [{ revision: applied }] })],
    ["after a dry run, by the history", {}, content({ operationState: succeeded(side.commit!, { operation: { sync: { dryRun: true } } }), history: [{ revision: applied }] })],
  ])("%s", async (_, finding, audit) => {
    const { status } = { ...FINDING, ...finding };
    expect(await pendingOf({ ...FINDING, ...finding }, { side, applications: [application("walls"), application("content")], git: { repository: REPOSITORY, path: "dist" }, cluster: "eu", pendingLimit: 900, now: "2026-11-24T10:10:00Z", ...audit }, (older) => status === "unmanaged" || data(older) === "old")).toHaveProperty("pending");
  });
});

describe("a finding all the same", () => {
  test.each<[string, Partial<typeof FINDING>, Partial<PendingAudit>, RegExp | undefined, string?]>([
    ["what is live is neither", {}, {}, /differs from that too/, "by hand"],
    ["older than the limit", {}, { now: "2026-11-24T10:15:01Z" }, /not what changed at 2026-11-24T10:00:00.*more than 15 minutes ago/],
    ["a younger commit that did not touch the file buys no time", {}, { now: "2026-11-24T10:20:00Z" }, /more than 15 minutes ago/],
    ["a commit from the future", {}, { now: "2026-11-24T09:54:00Z" }, /in the future/],
    ["a time that is none", {}, { now: "soon" }, /./],
    ["the same file in both commits", {}, content({ operationState: succeeded(side.commit!) }), undefined],
    ["automated sync is off", {}, content({}, (spec) => { delete spec.syncPolicy.automated; }), /automated sync is off/],
    ["automated sync is disabled", {}, content({}, (spec) => { spec.syncPolicy.automated.enabled = false; }), /automated sync is off/],
    ["self-heal is off", {}, content({}, (spec) => { spec.syncPolicy.automated.selfHeal = false; }), /self-heal is off/],
    ["the Application is left alone", {}, content({}, (_, metadata) => { metadata.annotations = { "argocd.argoproj.io/skip-reconcile": "true" }; }), /automated sync is off/],
    ["pruning is off, for what git no longer has", { ...named("gone"), status: "unmanaged", file: undefined }, content({}, (spec) => { spec.syncPolicy.automated.prune = false; }), /pruning is off/],
    ["the last sync failed", {}, content({ operationState: succeeded(applied, { phase: "Failed" }), history: [{ revision: applied }] }), undefined],
    ["no sync yet", {}, content({ operationState: undefined }), undefined],
    ["a commit that the audited one does not contain", {}, content({ operationState: succeeded(elsewhere) }), /does not contain/, "elsewhere"],
    ["a commit that nobody has", {}, content({ operationState: succeeded("1".repeat(40)) }), /does not have commit 1111/],
    ["a branch for a commit", {}, content({ operationState: succeeded("main~1") }), /does not have commit main~1/],
    ["no Application", {}, { applications: [application("walls")] }, undefined],
    ["an Application of another name", {}, content({}, (_, metadata) => { metadata.name = "content-acme2"; }), undefined],
    ["an Application in another namespace", {}, content({}, (_, metadata) => { metadata.namespace = NS; }), undefined],
    ["an Application of another repository", {}, content({}, (spec) => { spec.source.repoURL = "https://evil.example/x.git"; }), undefined],
    ["an Application of another folder", {}, content({}, (spec) => { spec.source.path = "dist/eu/tenants/globex/content"; }), undefined],
    ["an Application of several sources", {}, content({}, (spec) => { spec.sources = []; }), undefined],
    ["a sync that was of another folder", {}, content({ operationState: succeeded(applied, { syncResult: { revision: applied, source: { repoURL: REPOSITORY, path: "elsewhere" } } }) }), undefined],
    ["something that was deleted live", { status: "missing" }, {}, /differs from that too/],
    ["something that never was in git", { ...named("rogue"), status: "unmanaged", file: undefined }, {}, undefined],
    ["something on its way out", { status: "deleting" }, {}, undefined],
    ["something that its operator has not taken over", { status: "unapplied" }, {}, undefined],
    ["a file of another cluster", { file: FILE.replace("eu/", "us/") }, {}, undefined],
    ["another plane", { object: { ...FINDING.object, plane: "postgres" } }, {}, undefined],
    ["manifests without a revision", {}, { side: { at: side.at, changed: side.changed } }, undefined],
  ])("%s", async (_, finding, audit, note, live) => {
    const judged = await judge(finding, audit, live);
    expect(judged.pending).toBeUndefined();
    if (note) expect(judged.note).toMatch(note); else expect(judged).toEqual({});
  });
});

test("the platform's Application covers the platform's folder", async () => {
  const platform = repository(rendered("dist/eu/platform", { "namespaces/configmap.p.yaml": config("p", "bulkhead-audit", { v: "old" }) }), "2026-11-24T08:00:00Z");
  const before = git(platform, ["rev-parse", "HEAD"]);
  commit(platform, rendered("dist/eu/platform", { "namespaces/configmap.p.yaml": config("p", "bulkhead-audit", { v: "new" }) }), "2026-11-24T10:00:00Z");
  const own = await openRevisionSide({ root: platform, ref: "HEAD", out: "dist", cluster: "eu" });
  const live = { ...platformApplication({ repository: REPOSITORY, revision: "main", path: "dist" }, "eu", "https://eu"), status: { operationState: { phase: "Succeeded", syncResult: { revision: before } } } } as unknown as LiveObject;
  expect(await judge({ object: { ...FINDING.object, namespace: "bulkhead-audit", name: "p" }, tenant: undefined, file: "eu/platform/namespaces/configmap.p.yaml" }, { side: own, applications: [live] })).toHaveProperty("pending");
  await own.close();
});
