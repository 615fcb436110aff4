import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { metricsText, writeMetrics } from "../../src/report/textfile.ts";
import { drifted, finding, report, unread } from "./audit/sample.ts";

const folder = mkdtempSync(join(tmpdir(), "bulkhead-metrics-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const samples = (text: string): string[] => text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
const ENDED = Date.parse("2026-11-24T10:00:04.500Z") / 1000;

test("every metric of a clean audit, at 0 where there is nothing", () => {
  expect(samples(metricsText(report({ verdicts: report().verdicts.slice(0, 2) })))).toEqual([
    `bulkhead_audit_last_success_timestamp_seconds{cluster="prod-eu"} ${ENDED}`, `bulkhead_audit_last_end_timestamp_seconds{cluster="prod-eu"} ${ENDED}`, 'bulkhead_audit_duration_seconds{cluster="prod-eu"} 4.5',
    'bulkhead_audit_complete{cluster="prod-eu"} 1', 'bulkhead_audit_missing_shards{cluster="prod-eu"} 0',
    'bulkhead_audit_findings{cluster="prod-eu",plane="kubernetes",finding="isolation"} 0', 'bulkhead_audit_findings{cluster="prod-eu",plane="kubernetes",finding="drift"} 0',
    ...["", ',tenant="acme"'].flatMap((tenant) => ["isolation", "access", "availability", "cosmetic"].map((impact) => `bulkhead_audit_tenant_findings{cluster="prod-eu"${tenant},plane="kubernetes",impact="${impact}"} 0`)),
    'bulkhead_audit_coverage_ratio{cluster="prod-eu",plane="kubernetes"} 1', 'bulkhead_audit_coverage_ratio{cluster="prod-eu",tenant="acme",plane="kubernetes"} 1', 'bulkhead_audit_unknown_kinds{cluster="prod-eu",plane="kubernetes"} 0',
  ]);
});

test("findings are counted by what they break, a tenant and plane each", () => {
  const text = metricsText(drifted([finding(), finding({ id: "2", impact: "access" }), finding({ id: "3", impact: "access" }), finding({ id: "4", tenant: undefined, impact: "cosmetic" })]));
  for (const line of ['findings{cluster="prod-eu",plane="kubernetes",finding="isolation"} 1', 'findings{cluster="prod-eu",plane="kubernetes",finding="drift"} 3', 'tenant_findings{cluster="prod-eu",tenant="acme",plane="kubernetes",impact="access"} 2', 'tenant_findings{cluster="prod-eu",plane="kubernetes",impact="cosmetic"} 1']) expect(text).toContain(`bulkhead_audit_${line}\n`);
});

describe("an audit that is incomplete", () => {
  const incomplete = report({ ...unread(), ended: "2026-11-24T11:00:00.000Z" });
  test("keeps the time of the last success", () => {
    const text = metricsText(incomplete, metricsText(report()));
    expect(samples(text).slice(0, 2)).toEqual([`bulkhead_audit_last_success_timestamp_seconds{cluster="prod-eu"} ${ENDED}`, `bulkhead_audit_last_end_timestamp_seconds{cluster="prod-eu"} ${Date.parse("2026-11-24T11:00:00Z") / 1000}`]);
    expect(text).toContain('bulkhead_audit_complete{cluster="prod-eu"} 0\n');
    expect(text).toContain('bulkhead_audit_unknown_kinds{cluster="prod-eu",plane="kubernetes"} 1\n');
  });
  test.each([["none", ""], ["one of another cluster", metricsText(report({ cluster: "prod-us" }))], ["one that is no number", 'bulkhead_audit_last_success_timestamp_seconds{cluster="prod-eu"} soon\n']])("claims no success where there was %s", (_, previous) => {
    expect(metricsText(incomplete, previous)).not.toContain("last_success");
  });
  test("counts the shards that delivered nothing", () => {
    const lost = [1, 2].flatMap((i) => (["kubernetes", "kafka"] as const).map((plane) => ({ plane, what: `shard ${i} of 4`, state: "unknown" as const, objects: 0 })));
    expect(metricsText(report({ coverage: lost }))).toContain('bulkhead_audit_missing_shards{cluster="prod-eu"} 2\n');
  });
});

test("label values are quoted", () => {
  expect(metricsText(report({ cluster: 'a"b\\c\nd' }))).toContain('{cluster="a\\"b\\\\c\\nd"} 1\n');
});

test("the file is replaced whole, and nothing else lies beside it", async () => {
  const file = join(folder, "bulkhead.prom");
  await writeMetrics(file, report());
  await writeMetrics(file, report(unread()));
  expect(readFileSync(file, "utf8")).toBe(metricsText(report(unread()), metricsText(report())));
  expect(readdirSync(folder)).toEqual(["bulkhead.prom"]);
  await expect(writeMetrics(join(folder, "none/bulkhead.prom"), report())).rejects.toThrow("ENOENT");
});
