import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AuditReport, auditExit, isIncomplete } from "../../../src/model/finding.ts";
import { mergeReports } from "../../../src/report/audit/merge.ts";
import { suiteCount } from "../../real/provision/budget.ts";
import { reports } from "./arbitrary.ts";
import { drifted, finding, report, unread } from "./sample.ts";
import { split } from "./split.ts";

const seed = Number(process.env["BULKHEAD_SEED"] ?? 20261124);
const runs = { seed, numRuns: suiteCount("unit", "reports") };
console.log(`fast-check seed ${seed}, ${runs.numRuns} runs`);

const shuffled = <T>(items: readonly T[], by: number): T[] => items.map((item, i) => ({ item, key: (i * 7919 + by) % 101 })).sort((a, b) => a.key - b.key).map(({ item }) => item);

test("merged shards are the report of one process, in whatever order they come", () => {
  fc.assert(fc.property(reports, fc.integer({ min: 1, max: 6 }), fc.nat(100), (whole, of, by) => { expect(mergeReports(shuffled(split(whole, of), by))).toEqual(whole); }), runs);
});

test("without one shard it is incomplete, and holds what the others found", () => {
  fc.assert(fc.property(reports, fc.integer({ min: 2, max: 6 }), fc.nat(5), (whole, of, lost) => {
    const shards = split(whole, of).filter(({ scope }) => scope.shard!.index !== lost % of);
    const merged = mergeReports(shards);
    expect(isIncomplete(merged)).toBe(true);
    expect(auditExit(merged)).not.toBe(0);
    expect(merged.findings.map((f) => f.id).sort()).toEqual(shards.flatMap((s) => s.findings.map((f) => f.id)).sort());
    // Whether a rule is of use, the lost shard could have said.
    expect(merged.allowed.unmatched).toEqual([]);
    expect(merged.notices.at(-1)).toContain(`1 shard of ${of} delivered no report: ${lost % of}`);
  }), runs);
});

const shard = (index: number, of: number, over: Partial<AuditReport> = {}): AuditReport => ({ ...report(), verdicts: [], scope: { shard: { index, of } }, ...over });
const refusals: { name: string; shards: AuditReport[]; code: string; message: RegExp }[] = [
  { name: "nothing", shards: [], code: "BH7105", message: /no shard to merge/ },
  { name: "two clusters", shards: [shard(0, 2), shard(1, 2, { cluster: "prod-us" })], code: "BH7104", message: /clusters: "prod-eu", "prod-us"/ },
  { name: "two commits", shards: [shard(0, 2), shard(1, 2, { desired: { from: "HEAD", commit: "b".repeat(40) } })], code: "BH7104", message: /commits/ },
  { name: "two live sides", shards: [shard(0, 2), shard(1, 2, { live: { from: "snapshot" } })], code: "BH7104", message: /live sides/ },
  { name: "two scopes", shards: [shard(0, 2), shard(1, 2, { scope: { tenants: ["acme"], shard: { index: 1, of: 2 } } })], code: "BH7104", message: /scopes/ },
  { name: "two numbers of shards", shards: [shard(0, 2), shard(1, 3)], code: "BH7104", message: /numbers of shards/ },
  { name: "a report of everything", shards: [report()], code: "BH7105", message: /no shards/ },
  { name: "a report of everything beside a shard", shards: [report(), shard(1, 2)], code: "BH7104", message: /numbers of shards/ },
  { name: "a shard twice", shards: [shard(0, 2), shard(1, 2), shard(1, 2)], code: "BH7105", message: /shard 1 is there twice/ },
  { name: "a shard beyond the last", shards: [shard(2, 2)], code: "BH7105", message: /no shard 2 of 2/ },
  { name: "one object in two shards", shards: [shard(0, 2, { findings: [finding()] }), shard(1, 2, { findings: [finding()] })], code: "BH7104", message: /two shards report NetworkPolicy default-deny/ },
];
test.each(refusals)("refuses $name", ({ shards, code, message }) => {
  expect(() => mergeReports(shards)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message), hint: expect.stringMatching(/./) }));
});

describe("what only some shards say", () => {
  const verdict = (tenant: string, verdict: "clean" | "unknown" | "drifted", coverage: number, findings = 0): AuditReport["verdicts"][number] => ({ plane: "postgres", tenant, verdict, coverage, findings });
  test("what one shard could not read concerns its tenants only", () => {
    const { coverage } = mergeReports([shard(0, 2), shard(1, 2, { coverage: unread().coverage, verdicts: [verdict("globex", "unknown", 50)] })]);
    expect(coverage).toContainEqual({ plane: "kubernetes", what: "Deployment.apps", state: "unknown", objects: 0, reason: "forbidden", tenants: ["globex"] });
  });
  test.each([[0, []], [1, []]] as const)("and everybody when it is the platform's shard, or one without any verdict (%i)", (index, verdicts) => {
    const { coverage } = mergeReports([shard(1 - index, 2), shard(index, 2, { coverage: unread().coverage, verdicts: [...verdicts] })]);
    expect(coverage.find((one) => one.state === "unknown")!.tenants).toBeUndefined();
  });
  test("two stores of one plane give a tenant one verdict, the worse, with the least coverage", () => {
    const { verdicts } = mergeReports([shard(0, 2, { verdicts: [verdict("acme", "clean", 100), verdict("globex", "unknown", 0)] }), shard(1, 2, { verdicts: [verdict("acme", "unknown", 80), verdict("globex", "drifted", 100, 2)] })]);
    expect(verdicts).toEqual([verdict("acme", "unknown", 80), verdict("globex", "drifted", 0, 2)]);
  });
  test("times span the run, the ref is as far behind as any saw it", () => {
    const merged = mergeReports([shard(0, 2, { started: "2026-11-24T10:00:05.000Z", ended: "2026-11-24T10:00:06.000Z" }), shard(1, 2, { started: "2026-11-24T12:00:04.000+02:00", ended: "2026-11-24T10:00:05.500Z", desired: { ...report().desired, behind: 2 } })]);
    expect(merged).toMatchObject({ started: "2026-11-24T12:00:04.000+02:00", ended: "2026-11-24T10:00:06.000Z", desired: { behind: 2 }, scope: {} });
  });
  test("findings are worst first, whichever shard they come from", () => {
    const merged = mergeReports([shard(0, 2, { findings: [finding({ id: "a", impact: "cosmetic" })] }), shard(1, 2, { findings: drifted([finding({ id: "b", tenant: "zeta" })]).findings })]);
    expect(merged.findings.map((f) => f.id)).toEqual(["b", "a"]);
  });
});
