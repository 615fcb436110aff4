import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shardOf } from "../../src/audit/shard.ts";
import type { AuditReport } from "../../src/model/finding.ts";
import { drifted, finding, report, unread } from "../report/audit/sample.ts";
import { nobody } from "../report/sink.ts";
import { bulkhead } from "../support/project.ts";

const folder = mkdtempSync(join(tmpdir(), "bulkhead-report-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content: AuditReport | string): string => { writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content)); return name; };
const run = (...args: string[]): ReturnType<typeof bulkhead> => bulkhead(folder, ["report", ...args]);

describe("report show", () => {
  const reports: [string, AuditReport, number][] = [["clean", report(), 0], ["drifted", drifted([finding()]), 1], ["incomplete", report(unread()), 3], ["both", drifted([finding()], unread()), 1]];
  for (const [name, content, code] of reports) {
    test.each([["text", /prod-eu/], ["json", /"version": 1/], ["markdown", /^### bulkhead audit of `prod-eu`/], ["sarif", /"results": \[/], ["junit", /^<\?xml/], ["html", /^<!doctype html>\n[^]*<h1 class="(?:good|bad)">prod-eu: /]])(`${name} as %s, exit ${code}`, (format, shows) => {
      expect(run("show", file(`${name}.json`, content), "--format", format)).toEqual({ code, stdout: expect.stringMatching(shows), stderr: "" });
    });
  }
  test("colour on a terminal or by force, in text only", () => {
    const colored = (format: string): string => bulkhead(folder, ["report", "show", file("c.json", drifted([finding()])), "--format", format], { NO_COLOR: "", FORCE_COLOR: "1" }).stdout;
    expect([colored("text").includes("\u001b[31m"), colored("markdown").includes("\u001b")]).toEqual([true, false]);
  });

  const whole = JSON.stringify(drifted([finding()]));
  const bad: { name: string; text: string; stderr: RegExp }[] = [
    { name: "cut off", text: whole.slice(0, whole.length / 2), stderr: /error\[BH7102\] the report ends in the middle\n {2}--> bad\.json\n/ },
    { name: "cut off in a string after an escape", text: '{"version": 1, "cluster": "a\\"', stderr: /BH7102/ },
    { name: "empty", text: "", stderr: /BH7102/ },
    { name: "no JSON", text: "hunter22: {}", stderr: /error\[BH7101\] the report is no JSON\n|error\[BH7101\] the report is no JSON, at position [0-9]+\n/ },
    { name: "of a later version", text: '{"version": 2}', stderr: /error\[BH7103\] the report has version 2; this bulkhead reads version 1\n/ },
    { name: "no report", text: '{"problems": []}', stderr: /error\[BH7101\] the file is no audit report: version: .*; cluster: / },
    { name: "null", text: "null", stderr: /error\[BH7101\] the file is no audit report: \(top\)/ },
    { name: "with a finding that is none", text: JSON.stringify({ ...report(), findings: [{ ...finding(), impact: "none" }] }), stderr: /findings\.0\.impact: Invalid option/ },
    { name: "with a time that is none", text: JSON.stringify({ ...report(), ended: "soon" }), stderr: /ended: Invalid ISO datetime/ },
  ];
  test.each(bad)("a file that is $name is refused", ({ text, stderr }) => {
    const result = run("show", file("bad.json", text));
    expect(result).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(stderr) });
    expect(result.stderr).not.toContain("hunter22");
  });
  test("a file that is not there", () => { expect(run("show", "none.json")).toMatchObject({ code: 2, stderr: expect.stringMatching(/error\[BH0005\] the report cannot be read: ENOENT\n {2}--> none\.json/) }); });
  test("fields of a later bulkhead under the same version are kept", () => {
    expect(JSON.parse(run("show", file("later.json", JSON.stringify({ ...report(), later: { a: 1 } })), "--format", "json").stdout).later).toEqual({ a: 1 });
  });
  test("an unknown format has a suggestion", () => { expect(run("show", "x.json", "--format", "srif")).toMatchObject({ code: 2, stderr: expect.stringMatching(/--format "srif" is not known[^]*"sarif"/) }); });
});

describe("report merge", () => {
  const shard = (index: number, findings: ReturnType<typeof finding>[] = []): AuditReport => ({ ...drifted(findings), verdicts: report().verdicts.filter((_, i) => i % 2 === index), scope: { shard: { index, of: 2 } } });
  beforeAll(() => { file("s0.json", shard(0)); file("s1.json", shard(1, [finding()])); });
  test("shards become one report, shown and written", () => {
    expect(run("merge", "s1.json", "s0.json", "--out", "merged.json")).toMatchObject({ code: 1, stdout: expect.stringMatching(/^prod-eu: P0, 1 finding /), stderr: "" });
    expect(JSON.parse(readFileSync(join(folder, "merged.json"), "utf8"))).toMatchObject({ scope: {}, findings: [{ id: "f1" }], verdicts: { length: 3 } });
  });
  test("a shard that is not there makes it incomplete", () => { expect(run("merge", "s0.json")).toMatchObject({ code: 3, stdout: expect.stringMatching(/INCOMPLETE[^]*shard 1 of 2: it delivered no report/) }); });
  test.each(['{"version": 1,', "none"])("so does one that cannot be used (%j), and what the others found is not lost", (text) => {
    const broken = text === "none" ? "absent.json" : file("broken.json", text);
    expect(run("merge", "s1.json", broken)).toMatchObject({ code: 1, stdout: expect.stringMatching(/P0, 1 finding [^]*INCOMPLETE/), stderr: expect.stringMatching(/^warning\[BH(?:7102|0005)\]/) });
  });
  test("nothing that can be used is an error", () => { expect(run("merge", "absent.json")).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/^error\[BH0005\]/) }); });
  test("contradictions are refused", () => { expect(run("merge", "s0.json", file("other.json", { ...shard(1), cluster: "prod-us" }))).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/^error\[BH7104\] the reports are of different clusters/) }); });
  test("--state says since when, and what is over; what a lost shard would have read is not", () => {
    const later = (index: number, minute: number, findings: ReturnType<typeof finding>[]): AuditReport => ({ ...shard(index, findings), started: `2026-11-24T10:0${minute}:00.000Z` });
    const merged = (minute: number, reports: AuditReport[]): { code: number; ages: string[]; resolved: string[] } => {
      const { code, stdout } = run("merge", ...reports.map((one, i) => file(`m${minute}-${i}.json`, one)), "--state", "state/of/runs", "--out", "aged.json", "--format", "json");
      const { findings, resolved } = JSON.parse(stdout) as AuditReport;
      expect(readFileSync(join(folder, "aged.json"), "utf8")).toBe(stdout);
      return { code, ages: findings.map(({ age, firstSeen }) => `${age} ${firstSeen.slice(11, 16)}`), resolved: resolved.map(({ id }) => id) };
    };
    const own = shardOf("acme", 2);
    const both = (minute: number, findings: ReturnType<typeof finding>[]): AuditReport[] => [0, 1].map((index) => later(index, minute, index === own ? findings : []));
    expect(merged(1, both(1, [finding()]))).toEqual({ code: 1, ages: ["new 10:01"], resolved: [] });
    expect(merged(2, both(2, [finding()]))).toEqual({ code: 1, ages: ["open 10:01"], resolved: [] });
    expect(merged(3, both(3, []).filter((_, index) => index !== own))).toEqual({ code: 3, ages: [], resolved: [] });
    expect(merged(4, both(4, []))).toEqual({ code: 0, ages: [], resolved: ["f1"] });
    expect(merged(5, both(5, [finding()]))).toEqual({ code: 1, ages: ["reopened 10:01"], resolved: [] });
  });
  test("a state folder that cannot be used delays ages, not findings", () => {
    expect(run("merge", "s0.json", "s1.json", "--state", file("no-folder", ""))).toMatchObject({ code: 1, stdout: expect.stringMatching(/P0, 1 finding [^]*notices:\n[^]*cannot be used [(]EEXIST[)]: this audit is not remembered/), stderr: "" });
  });
  test("a folder that is not there", () => { expect(run("merge", "s0.json", "s1.json", "--out", "none/x.json")).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error\[BH7109\] none\/x\.json cannot be written: ENOENT/) }); });
});

describe("report send", () => {
  test("metrics alone", () => {
    expect(run("send", file("r.json", report()), "--metrics", "b.prom")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(readFileSync(join(folder, "b.prom"), "utf8")).toContain("bulkhead_audit_last_success_timestamp_seconds");
  });
  test("a peer that is down is exit 3, and what was to be sent is remembered", async () => {
    const url = await nobody();
    expect(run("send", file("d.json", drifted([finding()])), "--alertmanager", url, "--memory", "memory.json")).toMatchObject({ code: 3, stdout: `${url}/api/v2/alerts: 0 of 1 alerts taken\n`, stderr: expect.stringMatching(/^warning\[BH7107\] .* did not get 1 alert: ECONNREFUSED/) });
    expect(existsSync(join(folder, "memory.json"))).toBe(true);
  });
  test("a memory that cannot be used is said", async () => {
    expect(run("send", file("d.json", report()), "--alertmanager", await nobody(), "--memory", file("m.json", "{}"))).toMatchObject({ stderr: expect.stringMatching(/warning\[BH7108\]/) });
  });
  test.each([[["--interval", "soon"], "BH0001"], [["--bound", "0"], "BH0001"], [[], "BH0007"]])("a wrong call: %j", (args, code) => {
    expect(run("send", file("r.json", report()), ...args, ...(args.length > 0 ? ["--metrics", "x.prom"] : []))).toMatchObject({ code: 2, stderr: expect.stringMatching(new RegExp(`^error\\[${code}\\]`)) });
  });
});
