/** Every format on generated reports: what each must hold whatever names, values and texts a report has. */
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type AuditReport, auditExit, isIncomplete } from "../../../src/model/finding.ts";
import { readReport } from "../../../src/report/audit/read.ts";
import { type AuditFormat, renderAudit } from "../../../src/report/audit/render.ts";
import { safeReport } from "../../../src/report/audit/safe.ts";
import { reportSchema } from "../../../src/report/audit/schema.ts";
import { suiteCount } from "../../real/provision/budget.ts";
import { expectSarif } from "../sarif.ts";
import { type Element, readXml } from "../xml.ts";
import { reports } from "./arbitrary.ts";

const seed = Number(process.env["BULKHEAD_SEED"] ?? 20261124);
const runs = { seed, numRuns: suiteCount("unit", "reports") };
console.log(`fast-check seed ${seed}, ${runs.numRuns} runs`);

const render = (report: AuditReport, format: AuditFormat, limit?: number): string => renderAudit(report, format, { version: "1.2.3", ...(limit !== undefined && { limit }) });
/** What steers a terminal or reorders a line; a line break is the format's own. */
const STEERING = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

describe("on generated reports", () => {
  test.each<AuditFormat>(["text", "json", "markdown", "sarif", "junit", "html"])("%s holds no character that steers a terminal or hides", (format) => {
    fc.assert(fc.property(reports, (report) => { expect(STEERING.exec(render(report, format))).toBeNull(); }), runs);
  });

  test("text names every finding, and says incomplete loudly or not at all", () => {
    fc.assert(fc.property(reports, (report) => {
      const text = render(report, "text");
      expect(text.match(/^ {4}since {3}/gm)?.length ?? 0).toBe(report.findings.length);
      expect(text.split("\n")[1]!.startsWith("INCOMPLETE")).toBe(isIncomplete(report));
      if (auditExit(report) !== 0) expect(text).not.toContain("no drift from");
    }), runs);
  });

  test("JSON is the report itself, fits the published schema, and the schema knows every field", () => {
    const open = validator(publishedSchema());
    const closed = validator(z.toJSONSchema(reportSchema, { io: "output" }));
    fc.assert(fc.property(reports, (report) => {
      const text = render(report, "json");
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(safeReport(report))));
      for (const validate of [open, closed]) expect([validate(JSON.parse(text)), validate.errors]).toEqual([true, null]);
      expect(readReport(text, "r.json")).toEqual({ report: JSON.parse(text) });
    }), runs);
  });

  test("Markdown fits, and what is left out is counted before anything is shown", () => {
    fc.assert(fc.property(reports, fc.constantFrom(8_000, 9_000, 65_536), fc.integer({ min: 1, max: 40 }), (one, limit, times) => {
      // Many findings of few kinds: a comment that cannot hold them.
      const report = { ...one, findings: Array.from({ length: times }, (_, i) => one.findings.map((f) => ({ ...f, id: `${f.id}${i}` }))).flat() };
      const text = render(report, "markdown", limit);
      expect(text.length).toBeLessThanOrEqual(limit);
      const n = report.findings.length;
      expect(text.split("\n")[0]).toContain(n === 1 ? "1 finding " : n === 0 ? (auditExit(report) === 0 && report.pending.length + report.resolved.length === 0 ? "no drift" : "0 findings") : `${n} findings `);
      const left = Number(/(\d+) findings? left out/.exec(text)?.[1] ?? 0);
      expect((text.match(/^\*\*(?:isolation|access|availability|cosmetic) [a-z-]+\*\* `/gm)?.length ?? 0) + left).toBe(n);
      expect(text.includes("[!CAUTION]")).toBe(isIncomplete(report));
    }), runs);
  });

  test("SARIF has a result a finding and a useless rule, each with one place, and a notification for what was not read", () => {
    fc.assert(fc.property(reports, (report) => {
      const log = JSON.parse(render(report, "sarif"));
      expectSarif(log, /^(?:drift-[a-z]+-[a-z-]+|allow-rule-[a-z]+)$/);
      const [run] = log.runs;
      expect(run.results).toHaveLength(report.findings.length + report.allowed.expired.length + report.allowed.unmatched.length);
      expect(new Set(run.results.map((r: { partialFingerprints: object }) => JSON.stringify(r.partialFingerprints))).size).toBe(run.results.length);
      expect(run.invocations[0].executionSuccessful).toBe(!isIncomplete(report));
      expect(run.invocations[0].toolExecutionNotifications.length > 0).toBe(isIncomplete(report));
    }), runs);
  });

  test("JUnit has a failing case a finding and one in error for what was not read; its counts are right at every level", () => {
    fc.assert(fc.property(reports, (report) => {
      const root = readXml(render(report, "junit"));
      const cases = root.children.flatMap((suite) => suite.children);
      const having = (all: readonly Element[], name: string): number => all.filter((c) => c.children.some((child) => child.name === name)).length;
      expect(having(cases, "failure")).toBe(report.findings.length + report.allowed.expired.length + report.allowed.unmatched.length);
      expect(having(cases, "error") > 0).toBe(isIncomplete(report));
      for (const level of [root, ...root.children]) {
        const own = level === root ? cases : level.children;
        expect(level.attributes).toMatchObject({ tests: `${own.length}`, failures: `${having(own, "failure")}`, errors: `${having(own, "error")}` });
        expect(own.length).toBeGreaterThan(0);
      }
    }), runs);
  });
});

function validator(schema: object): ReturnType<Ajv2020["compile"]> {
  const ajv = new Ajv2020({ strict: true, strictTypes: false });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  return ajv.compile(schema);
}

function publishedSchema(): object {
  return { $id: "urn:bulkhead:audit-report:1", title: "Report of `bulkhead audit --format json`, version 1", description: "Fields may be added under the same version; a changed or removed one raises it.", ...z.toJSONSchema(reportSchema, { io: "input" }) };
}

test("docs/schemas/audit-report-1.json is the schema that reports are read by", async () => {
  await expect(`${JSON.stringify(publishedSchema(), undefined, 1)}\n`).toMatchFileSnapshot("../../../docs/schemas/audit-report-1.json");
});
