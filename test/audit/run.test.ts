/** A whole audit: what the policy lets be, what Argo CD has not come to, what earlier audits knew. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { AuditRefused, type RunOptions, runAudit } from "../../src/audit/run.ts";
import type { LiveObject } from "../../src/audit/live/source.ts";
import { type AllowRule, auditExit } from "../../src/model/finding.ts";
import { by, cluster, declared, git, LIVE_NS, NS, object, said } from "./sides.ts";

const [NOW, AUDITED, APPLIED] = ["2026-11-24T12:00:00Z", "b".repeat(40), "a".repeat(40)];
const REPOSITORY = "https://git.example/bulkhead.git";
const rule = (more: Partial<AllowRule> = {}): AllowRule => ({ kind: "ConfigMap", namespace: "tenant-a", name: "c", path: "/data/k", manager: "kubectl-edit", reason: "x", owner: "sre", expires: "2027-01-01", ...more });
const WANTED = declared("ConfigMap", "tenant-a", "c", "a", { data: { k: "new" } });
const FILE = "eu/tenants/a/walls/ConfigMap.c.yaml";
const yaml = (k: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c, namespace: tenant-a }\ndata: { k: ${k} }\n`;
const live = (k: string): LiveObject => object("ConfigMap", "tenant-a", "c", { data: { k }, metadata: { managedFields: [by("kubectl-edit", { "f:data": { "f:k": {} } })] } });
const application = (selfHeal = true): LiveObject => object("Application", "argocd", "walls-a", {
  spec: { source: { repoURL: REPOSITORY, path: "dist/eu/tenants/a/walls" }, syncPolicy: { automated: { prune: true, selfHeal } } },
  status: { operationState: { phase: "Succeeded", finishedAt: "2026-11-24T11:50:00Z", syncResult: { revision: APPLIED, source: { repoURL: REPOSITORY, path: "dist/eu/tenants/a/walls" } } } },
});

interface Case { allow?: AllowRule[]; objects?: LiveObject[]; changed?: string; policy?: string; options?: Partial<RunOptions> }
const run = ({ allow = [], objects = [live("by hand")], changed, policy, options }: Case = {}) => runAudit({
  cluster: "eu", out: "dist", now: () => NOW, live: cluster([LIVE_NS, ...objects]),
  desired: git([NS, WANTED], {
    commit: AUDITED, tenants: ["a"], changed: async () => changed,
    at: async (revision, file) => (file === "eu/platform/audit/policy.json" ? policy ?? JSON.stringify({ version: 1, cluster: "eu", git: { repository: REPOSITORY, path: "dist" }, allow, pendingLimit: 900 }) : file === FILE ? yaml(revision === APPLIED ? "old" : "new") : undefined),
  }),
  ...options,
});

describe("allow rules", () => {
  const day = (expires: string): AllowRule[] => [rule({ expires })];
  test.each<[string, Case, string[], number, [used: number, expired: number, unmatched: number]]>([
    ["none", {}, ["changed ConfigMap tenant-a/c a"], 1, [0, 0, 0]],
    ["one that fits", { allow: [rule()] }, [], 0, [1, 0, 0]],
    ["another manager's", { allow: [rule({ manager: "helm" })] }, ["changed ConfigMap tenant-a/c a"], 1, [0, 0, 1]],
    ["on its last day", { allow: day("2026-11-24") }, [], 0, [1, 0, 0]],
    ["one that has expired fails the audit, also where nothing is left", { allow: day("2026-11-23"), objects: [live("new")] }, [], 1, [0, 1, 0]],
    ["one that matches nothing fails it too", { allow: [rule()], objects: [live("new")] }, [], 1, [0, 0, 1]],
    ["but not where only some tenants were looked at", { allow: [rule()], objects: [live("new")], options: { tenants: ["a"] } }, [], 0, [0, 0, 0]],
    ["nor in one shard, which says it for the merge", { allow: [rule()], objects: [live("new")], options: { shard: { index: 0, of: 1 } } }, [], 0, [0, 0, 1]],
  ])("%s", async (_, given, findings, exit, counts) => {
    const report = await run(given);
    expect(said(report.findings)).toEqual(findings);
    expect([report.allowed.used, report.allowed.expired, report.allowed.unmatched].map((list) => list.length)).toEqual(counts);
    expect(auditExit(report)).toBe(exit);
  });
  test("a policy that cannot be believed lets nothing be: the audit is refused", async () => {
    await expect(run({ policy: "{" })).rejects.toSatisfy((error) => error instanceof AuditRefused && error.problems[0]!.code === "BH7311");
  });
});

describe("pending", () => {
  const RECENT = "2026-11-24T11:55:00Z";
  test.each<[string, Case, number, number, RegExp?]>([
    ["the text before, changed a moment ago", { objects: [live("old"), application()], changed: RECENT }, 0, 1],
    ["longer ago than the limit", { objects: [live("old"), application()], changed: "2026-11-24T11:40:00Z" }, 1, 0, /more than 15 minutes/],
    ["neither the old text nor the new", { objects: [live("by hand"), application()], changed: RECENT }, 1, 0],
    ["self-heal is off", { objects: [live("old"), application(false)], changed: RECENT }, 1, 0, /self-heal is off/],
    ["nobody says what was applied", { objects: [live("old")], changed: RECENT }, 1, 0],
    ["the old text but for what is allowed", { allow: [rule()], objects: [live("other"), application()], changed: RECENT }, 0, 0],
  ])("%s", async (_, given, findings, pending, note) => {
    const report = await run(given);
    expect([report.findings.length, report.pending.length]).toEqual([findings, pending]);
    if (note) expect(report.findings[0]!.note).toMatch(note);
  });
});

describe("memory and patches", () => {
  const folder = mkdtempSync(join(tmpdir(), "bulkhead-run-"));
  afterEach(() => { rmSync(folder, { recursive: true, force: true }); });
  test("new, open, resolved, reopened; nothing is resolved by what could not be read", async () => {
    const state = { options: { state: join(folder, "state") } };
    const ages = async (given: Case): Promise<unknown> => { const { findings, resolved } = await run({ ...state, ...given }); return [findings.map((f) => f.age), resolved.length]; };
    expect(await ages({})).toEqual([["new"], 0]);
    expect(await ages({})).toEqual([["open"], 0]);
    expect(await ages({ options: { ...state.options, live: cluster([LIVE_NS], { ConfigMap: 0 }) } })).toEqual([[], 0]);
    expect(await ages({ objects: [live("new")] })).toEqual([[], 1]);
    expect(await ages({})).toEqual([["reopened"], 0]);
  });
  test("a patch is a file, unless it would hold a secret", async () => {
    await run({ options: { patches: folder } });
    expect(readdirSync(folder)).toHaveLength(1);
    expect(JSON.parse(readFileSync(join(folder, readdirSync(folder)[0]!), "utf8"))).toEqual([{ op: "replace", path: "/data/k", value: "new" }]);
    rmSync(folder, { recursive: true });
    const secret = declared("ConfigMap", "tenant-a", "s", "a", { data: { password: "one" } });
    await runAudit({ cluster: "eu", out: "dist", now: () => NOW, live: cluster([LIVE_NS, object("ConfigMap", "tenant-a", "s", { data: { password: "two" } })]), desired: git([NS, secret]), patches: folder });
    expect(readdirSync(folder)).toEqual([]);
  });
});
