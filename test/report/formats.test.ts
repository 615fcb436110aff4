import { describe, expect, test } from "vitest";
import { githubText } from "../../src/report/github.ts";
import { junitText } from "../../src/report/junit.ts";
import { sarifText } from "../../src/report/sarif.ts";
import { expectSarif } from "./sarif.ts";
import { HOSTILE, PROBLEMS, report } from "./sample.ts";
import { readXml } from "./xml.ts";

const sarif = (...args: Parameters<typeof report>) => JSON.parse(sarifText(report(...args)));

describe("SARIF 2.1.0", () => {
  test("required properties of the OASIS schema, at every level", () => {
    expectSarif(sarif(), /^BH[0-9]{4}$/);
  });

  test("each problem with a place is a result; one without is a notification", () => {
    const [run] = sarif().runs;
    expect(run.results.map((r: { ruleId: string; level: string }) => [r.ruleId, r.level])).toEqual([["BH1001", "error"], ["BH3007", "error"], ["BH3013", "warning"], ["BH2014", "error"]]);
    expect(run.results[0].locations[0]).toEqual({ physicalLocation: { artifactLocation: { uri: "tenants/acme/sales/orders.ts", uriBaseId: "%SRCROOT%" }, region: { startLine: 3, startColumn: 1 } }, logicalLocations: [{ fullyQualifiedName: "tabels", kind: "member" }] });
    expect(run.results[1].relatedLocations[0].physicalLocation.artifactLocation.uri).toBe("tenants/acme/a%20b.ts");
    expect(run.results[3].locations[0].physicalLocation.region).toBeUndefined();
    expect(run.invocations[0]).toEqual({ executionSuccessful: false, toolExecutionNotifications: [{ level: "error", message: { text: '"acne" is no tenant\nhint: tenants: acme' }, descriptor: { id: "BH0002" } }] });
  });

  test("results are there when nothing is wrong", () => {
    expect(sarif([]).runs[0]).toMatchObject({ results: [], tool: { driver: { rules: [] } }, invocations: [{ executionSuccessful: true }] });
  });

  test("an alert survives an edit above it, and two problems are two alerts", () => {
    const prints = (line: number) => sarif(PROBLEMS.map((p) => (p.source ? { ...p, source: { ...p.source, line } } : p))).runs[0].results.map((r: { partialFingerprints: object }) => JSON.stringify(r.partialFingerprints));
    expect(prints(3)).toEqual(prints(30));
    expect(new Set(prints(3)).size).toBe(4);
  });
});

describe("JUnit", () => {
  test("a case a definition file, one failure for all its errors, warnings aside", () => {
    const suites = readXml(junitText(report()));
    const [suite] = suites.children;
    expect(suite!.attributes).toEqual({ name: "bulkhead check", tests: "6", failures: "4", errors: "0", skipped: "0" });
    const byName = new Map(suite!.children.map((c) => [c.attributes.name, c]));
    expect(byName.get("tenants/platform.ts")!.children).toEqual([]);
    const [failure] = byName.get("tenants/acme/sales/orders.ts")!.children;
    expect(failure!.attributes).toEqual({ type: "BH1001", message: 'unknown property "tabels"' });
    expect(failure!.text).toMatch(/at tenants\/acme\/sales\/orders\.ts:3:1 \(tabels\)/);
    expect(byName.get("tenants/acme/tenant.ts")!.children.map((c) => c.name)).toEqual(["system-out"]);
    expect(byName.get("bulkhead check")!.children[0]!.attributes.type).toBe("BH0002");
  });

  test("hostile text stays text", () => {
    const text = junitText(report());
    expect(readXml(text).children[0]!.children.map((c) => c.attributes.name).join()).toContain(`a<b>&amp;"c"'d'`);
    expect(text).not.toContain("\u001b");
  });

  test("several errors of one file are one failure that says so", () => {
    const twice = [PROBLEMS[0]!, { ...PROBLEMS[0]!, code: "BH1002" }];
    const [failure] = readXml(junitText(report(twice))).children[0]!.children[0]!.children;
    expect(failure!.attributes.message).toMatch(/\(and 1 more\)$/);
    expect(failure!.text).toMatch(/BH1001[^]*BH1002/);
  });
});

describe("GitHub annotations", () => {
  const lines = githubText(report(PROBLEMS, "platform/")).split("\n");
  test("one line a problem, with its place from the repository's root", () => {
    expect(lines[0]).toBe('::error file=platform/tenants/acme/sales/orders.ts,line=3,col=1,title=BH1001::unknown property "tabels"%0Ahint: did you mean "tables"?');
    expect(lines[2]).toMatch(/^::warning file=/);
    expect(lines[3]).toBe('::error file=platform/tenants/Acme_1,title=BH2014::"Acme_1" is no tenant identifier');
    expect(lines[4]).toMatch(/^::error title=BH0002::/);
  });
  test("hostile text cannot end a command or begin another", () => {
    expect(lines).toHaveLength(PROBLEMS.length + 1);
    const [, properties, data] = /^::error ([^]*?)::([^]*)$/.exec(lines[1]!)!;
    const values = Object.fromEntries(properties!.split(",").map((p) => p.split("=") as [string, string]));
    const decode = (text: string): string => text.replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%0A", "\n").replaceAll("%0D", "\r").replaceAll("%25", "%");
    expect(Object.keys(values)).toEqual(["file", "line", "col", "title"]);
    expect(decode(values.file!)).toBe(`platform/tenants/acme/${HOSTILE}.ts`);
    expect(decode(data!)).toBe(`${HOSTILE}\nhint: ${HOSTILE}`);
  });
});
