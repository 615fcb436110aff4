/** Generated rules and their generated tests, run by Prometheus' own promtool. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { dump, load } from "js-yaml";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { observabilityLayer } from "../../../src/layers/observability/index.ts";
import { platformState, tenantState } from "../../../src/layers/observability/state.ts";
import type { RuleGroup } from "../../../src/layers/observability/rule.ts";
import { collect, platform, sample } from "../../layers/observability/fixture.ts";

const provided = inject("promtool");
/** Without the real project's setup the one on PATH. */
const promtool = provided === undefined ? "promtool" : provided;

const scope = { platform: platform(), cluster: "prod-eu" };
const files = [
  ...collect((output) => observabilityLayer.renderTenant!(tenantState({ ...scope, tenant: sample() }), output)).files,
  ...collect((output) => observabilityLayer.renderPlatform!(platformState({ ...scope, sharedTables: [] }), output)).files,
].map((file) => ({ name: basename(file.name), text: file.text }));
const tests = files.filter((file) => file.name.endsWith(".promtest"));
const rules = files.filter((file) => file.name.endsWith(".rules.promtool"));

interface Suite { rule_files: string[]; tests: { alert_rule_test: { alertname: string }[] }[] }
interface Result { ok: boolean; output: string }
function run(...args: string[]): Result {
  try {
    return { ok: true, output: execFileSync(promtool!, args, { encoding: "utf8", stdio: "pipe" }) };
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    return { ok: false, output: `${stdout ?? String(error)}${stderr ?? ""}` };
  }
}

describe.skipIf(promtool === null)("promtool", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "bulkhead-promtool-"));
    for (const file of files) writeFileSync(join(folder, file.name), file.text);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);

  test("finds nothing wrong with any rule", () => {
    const result = run("check", "rules", "--lint=all", "--lint-fatal", ...rules.map((f) => path(f.name)));
    expect(result.output).toContain("SUCCESS");
    expect(result.ok, result.output).toBe(true);
    expect(rules.length).toBeGreaterThanOrEqual(9);
  });

  test.each(tests.map((f) => f.name))("%s passes", (name) => {
    const result = run("test", "rules", path(name));
    expect(result.ok, result.output).toBe(true);
  });

  /** Applies one mutation to a rule file, runs its test, puts the file back. */
  function mutated(rule: string, mutate: (text: string) => string): Result {
    const before = readFileSync(path(rule), "utf8");
    // As people would write it, without quotes that the emitter sets for careful readers.
    const plain = dump(load(before), { lineWidth: -1 });
    const after = mutate(plain);
    expect(after, "the mutation changes something").not.toBe(plain);
    writeFileSync(path(rule), after);
    try { return run("test", "rules", path(rule.replace(".rules.promtool", ".promtest"))); } finally { writeFileSync(path(rule), before); }
  }

  test("every kind of threshold, moved by its last digits, fails its test", () => {
    const mutants: { name: string; what: string }[] = [];
    // One product with common numbers and one with odd ones; the audit; what they do not have is the same text.
    for (const base of ["acme.sales.orders", "acme.crm.odd", "bulkhead-audit"]) {
      const { groups } = load(readFileSync(path(`${base}.rules.promtool`), "utf8")) as { groups: RuleGroup[] };
      const suite = load(readFileSync(path(`${base}.promtest`), "utf8")) as Suite;
      const seen = new Set<string>();
      for (const rule of groups.flatMap((g) => g.rules)) {
        if (!rule.alert || seen.has(rule.alert) || !/(?:>|<=) [0-9.]+/.test(rule.expr)) continue;
        seen.add(rule.alert);
        for (const step of [2, -2]) {
          const places = rule.expr.includes(":ratio_rate") ? 7 : 0;
          const expr = rule.expr.replaceAll(/(> |<= )([0-9.]+)/g, (_, op: string, value: string) => `${op}${(Number(value) + step / 10 ** places).toFixed(places)}`);
          const name = `mutant-${mutants.length}`;
          writeFileSync(path(`${name}.rules`), dump({ groups: groups.map((g) => ({ ...g, rules: g.rules.map((r) => (r === rule ? { ...r, expr } : r)) })) }));
          writeFileSync(path(name), dump({ ...suite, rule_files: [`${name}.rules`], tests: suite.tests.flatMap((t) => {
            const own = t.alert_rule_test.filter((a) => a.alertname === rule.alert);
            return own.length > 0 ? [{ ...t, alert_rule_test: own }] : [];
          }) }));
          mutants.push({ name, what: `${base} ${rule.alert}: ${expr}` });
        }
      }
    }
    expect(run("check", "rules", ...mutants.map((m) => path(`${m.name}.rules`))).ok, "mutants are valid rules").toBe(true);
    // What fails is told on stderr without the file's name, so success on stdout is what is read; an unchanged file shows that it is told.
    const { output } = run("test", "rules", path("acme.finance.weekly.promtest"), ...mutants.map((m) => path(m.name)));
    const [control, ...verdicts] = output.split(/^Unit Testing: +/m).slice(1);
    expect(control).toContain("SUCCESS");
    expect(verdicts).toHaveLength(mutants.length);
    expect(mutants.filter((_, i) => verdicts[i]!.includes("SUCCESS")).map((m) => m.what)).toEqual([]);
    expect(mutants.length).toBe(32);
  });

  test.each<[string, (text: string) => string]>([
    ["severity", (t) => t.replace("severity: critical", "severity: warning")],
    ["tenant in a selector", (t) => t.replace('failed_total{namespace="bulkhead-observability",tenant="acme"', 'failed_total{namespace="bulkhead-observability",tenant="acm"')],
    ["hold of an alert", (t) => t.replace("for: 15m", "for: 55m")],
    ["and turned into or", (t) => t.replace(" and ", " or ")],
    ["comparison turned round", (t) => t.replace("> 900", "< 900")],
    ["runbook", (t) => t.replace("runbook_url: https", "runbook_url: http")],
    ["window of a recording", (t) => t.replace(/(record: product:bulkhead_request_errors:ratio_rate)5m/, "$16m")],
    ["alert removed", (t) => t.replace("alert: ProductQualityBlocked", "alert: ProductQualityBlockedNot")],
  ])("a mutation is caught: %s", (_, mutate) => {
    expect(mutated("acme.sales.orders.rules.promtool", mutate).ok).toBe(false);
  });
});
