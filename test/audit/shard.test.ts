/** What a sharded run remembers is what one process remembers, and what a shard did not read is not over. */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isChecked, remember } from "../../src/audit/memory.ts";
import { rememberRun, shardOf } from "../../src/audit/shard.ts";
import { fileOf } from "../../src/audit/state.ts";
import type { AuditReport, Coverage, Finding, PlaneObject } from "../../src/model/finding.ts";
import { compareCoverage, compareFindings, comparePlaced } from "../../src/model/order.ts";
import { mergeReports } from "../../src/report/audit/merge.ts";
import { suiteCount } from "../real/provision/budget.ts";
import { reports, TENANTS } from "../report/audit/arbitrary.ts";
import { finding, report } from "../report/audit/sample.ts";
import { split } from "../report/audit/split.ts";
import { folder } from "./repository.ts";

const seed = Number(process.env["BULKHEAD_SEED"] ?? 20261124);
const runs = { seed, numRuns: suiteCount("unit", "reports") };
const KINDS = ["ConfigMap", "Service", "Pod"];
const NAMES = ["a", "b", "c"];
const OWNERS = [undefined, ...TENANTS];
const object = (kind: string, name: string): PlaneObject => ({ plane: "kubernetes", apiVersion: "v1", kind, namespace: "n", name });
const maybe = (tenant: string | undefined): { tenant?: string } => (tenant === undefined ? {} : { tenant });

/** An audit of a small world, so that audits meet: the rest of the report is anything. A finding's tenant is its name's, shifted. */
const audits: fc.Arbitrary<AuditReport> = fc.record({
  rest: reports, found: fc.subarray(KINDS.flatMap((kind) => NAMES.map((name) => ({ kind, name })))), shift: fc.nat(2), waiting: fc.subarray(NAMES, { maxLength: 1 }), minute: fc.nat(20),
  lines: fc.tuple(...KINDS.map((what) => fc.record({ state: fc.constantFrom("read" as const, "read" as const, "unknown" as const, "excluded" as const), tenants: fc.option(fc.uniqueArray(fc.constantFrom(...TENANTS), { minLength: 1 }).map((ids) => ids.sort()), { nil: undefined }) })
    .map(({ state, tenants }): Coverage[] => [{ plane: "kubernetes", what, state: tenants ? "read" : state, objects: 7, ...(state !== "read" && !tenants && { reason: "x" }) }, ...(tenants ? [{ plane: "kubernetes", what, state: "unknown", objects: 0, reason: "x", tenants } satisfies Coverage] : [])]))),
}).map(({ rest, found, shift, waiting, minute, lines }): AuditReport => {
  const tenantOf = (name: string): string | undefined => OWNERS[(NAMES.indexOf(name) * 2 + shift) % OWNERS.length];
  const started = new Date(Date.UTC(2026, 10, 24, 10, minute)).toISOString();
  return {
    ...rest, cluster: "eu", scope: {}, started, resolved: [], coverage: lines.flat().sort(compareCoverage),
    findings: found.map(({ kind, name }): Finding => { const { tenant: _, ...base } = finding(); return { ...base, id: `${kind}-${name}`, object: object(kind, name), ...maybe(tenantOf(name)), firstSeen: started }; }).sort(compareFindings),
    pending: waiting.map((name) => ({ object: object("ConfigMap", name), ...maybe(tenantOf(name)), appliedRevision: "a", note: "" })),
  };
});
const sequences = fc.record({ of: fc.integer({ min: 1, max: 5 }), lost: fc.array(fc.nat(4), { maxLength: 12 }), wholes: fc.array(audits, { minLength: 1, maxLength: 5 }) });

const files = (dir: string): Record<string, string> => Object.fromEntries(readdirSync(dir).filter((name) => name.endsWith(".json")).map((name) => [name, readFileSync(join(dir, name), "utf8")]));

test("for any sequence of audits, shards merged with --state are one process with --state: the report, and what is remembered", async () => {
  await fc.assert(fc.asyncProperty(sequences, async ({ of, wholes }) => {
    const [one, many] = [folder(), folder()];
    for (const whole of wholes) {
      const memory = await remember(one, { ...whole, covers: () => true }, whole.started);
      const shards = split(whole, of);
      expect(await rememberRun(many, mergeReports(shards), shards)).toEqual({ ...whole, findings: [...memory.findings].sort(compareFindings), resolved: [...memory.resolved].sort(comparePlaced), notices: [...whole.notices, ...memory.notices] });
      expect(files(many)).toEqual(files(one));
    }
    for (const dir of [one, many]) rmSync(dir, { recursive: true });
  }), runs);
});

test("of a tenant whose shard is not there nothing is resolved or forgotten; of the others what their own shard read", async () => {
  await fc.assert(fc.asyncProperty(sequences, async ({ of, lost, wholes }) => {
    const dir = folder();
    for (const [i, whole] of wholes.entries()) {
      const shards = split(whole, of).filter(({ scope }) => of === 1 || scope.shard!.index !== lost[i]);
      const shardFor = (tenant: string | undefined): AuditReport | undefined => shards.find(({ scope }) => scope.shard!.index === shardOf(tenant, of));
      const before = files(dir);
      const { resolved, findings } = await rememberRun(dir, mergeReports(shards), shards);
      for (const { id, object: what, tenant } of resolved) {
        expect(findings.some((f) => f.id === id)).toBe(false);
        expect(isChecked(what, tenant, shardFor(tenant)?.coverage ?? [])).toBe(true);
      }
      // What was found again under another tenant moved there.
      const kept = (text: string | undefined): unknown[] => (text === undefined ? [] : Object.entries((JSON.parse(text) as { findings: object }).findings).filter(([id]) => !findings.some((f) => f.id === id)));
      for (const tenant of OWNERS) if (!shardFor(tenant)) expect(kept(files(dir)[fileOf(tenant)])).toEqual(kept(before[fileOf(tenant)]));
    }
    rmSync(dir, { recursive: true });
  }), runs);
});

/** A tenant of the shard that git no longer has: no verdict names it. */
const GONE = ["old-a", "old-b", "old-c", "old-d", "old-e"].find((tenant) => shardOf(tenant, 2) === 1)!;
const shard = (index: number, over: Partial<AuditReport> = {}): AuditReport => ({ ...report(), verdicts: [], scope: { shard: { index, of: 2 } }, ...over });
const kind = finding().object;
const line = (state: Coverage["state"]): Coverage[] => [{ plane: "kubernetes", what: "NetworkPolicy.networking.k8s.io", state, objects: 1, ...(state === "unknown" && { reason: "forbidden" }) }];
test.each<[string, AuditReport[], number]>([
  ["both shards read", [shard(0), shard(1)], 1],
  ["its own shard could not read what the other could", [shard(0), shard(1, { coverage: line("unknown"), verdicts: [{ plane: "kubernetes", tenant: "globex", verdict: "unknown", findings: 0, coverage: 0 }] })], 0],
  ["the other could not read what its own could", [shard(0, { coverage: line("unknown"), verdicts: [{ plane: "kubernetes", verdict: "unknown", findings: 0, coverage: 0 }] }), shard(1)], 1],
  ["its own shard is not there", [shard(0)], 0],
  ["the other is not there", [shard(1)], 1],
  ["the run was of other tenants", [shard(0), shard(1)].map((one) => ({ ...one, scope: { ...one.scope, tenants: ["acme"] } })), 0],
])("what was open of a tenant that git no longer has: %s", async (_, shards, expected) => {
  const dir = folder();
  await remember(dir, { cluster: "prod-eu", findings: [finding({ id: "x", tenant: GONE, object: kind })], pending: [], coverage: [], covers: () => true }, "2026-11-24T09:00:00.000Z");
  const { resolved } = await rememberRun(dir, mergeReports(shards), shards);
  expect(resolved.map(({ id, tenant }) => [id, tenant])).toEqual(Array(expected).fill(["x", GONE]));
});

test.each<[string, number[], Coverage["state"], number]>([
  ["its shard read it: resolved, whosever tenant it is", [0, 1], "read", 1], ["its shard could not read all of it", [0, 1], "unknown", 0], ["its shard is not there, the tenant's is", [1], "read", 0], ["its shard is there, the tenant's is not", [0], "read", 1],
])("what was open in a store: %s", async (_, there, state, expected) => {
  const store = ["s0", "s1", "s2", "s3"].find((name) => shardOf(name, 2) === 0)!;
  const dir = folder();
  await remember(dir, { cluster: "prod-eu", findings: [finding({ id: "x", tenant: GONE, object: { plane: "kafka", store, kind: "topic", name: "t" } })], pending: [], coverage: [], covers: () => true }, "2026-11-24T09:00:00.000Z");
  const shards = there.map((index) => shard(index, index === 0 ? { coverage: [{ plane: "kafka", store, what: "topics", state, objects: 1, ...(state === "unknown" && { reason: "x" }) }] } : {}));
  expect((await rememberRun(dir, mergeReports(shards), shards)).resolved.map(({ id }) => id)).toEqual(Array(expected).fill("x"));
});

test("what shards with memories of their own called resolved stays so, once, and not against what another found", async () => {
  const dir = folder();
  const over = (id: string) => ({ id, object: kind, tenant: "acme", firstSeen: "2026-11-24T09:00:00.000Z" });
  await remember(dir, { cluster: "prod-eu", findings: [finding({ id: "known" })], pending: [], coverage: [], covers: () => true }, over("").firstSeen);
  const own = shardOf("acme", 2);
  const shards = [0, 1].map((index) => shard(index, index === own ? { resolved: ["known", "unknown", "moved"].map(over) } : { findings: [finding({ id: "moved", tenant: GONE })] }));
  expect((await rememberRun(dir, mergeReports(shards), shards)).resolved.map(({ id }) => id).sort()).toEqual(["known", "unknown"]);
});
