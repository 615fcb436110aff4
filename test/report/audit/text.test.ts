import { describe, expect, test } from "vitest";
import type { AuditReport } from "../../../src/model/finding.ts";
import { renderAudit } from "../../../src/report/audit/render.ts";
import { HOSTILE } from "../sample.ts";
import { drifted, finding, report, unread } from "./sample.ts";

const text = (of: AuditReport, color = false): string => renderAudit(of, "text", { version: "1.2.3", color });

test("a report with findings, whole", async () => {
  const findings = [
    finding({ changes: [...finding().changes, { pointer: "/spec/egress/0", kind: "added", live: { to: [] }, note: "git never named it", source: { file: "tenants/platform.ts", path: "plans.standard", line: 12, column: 3 } }] }),
    finding({ id: "f2", object: { plane: "kubernetes", apiVersion: "v1", kind: "ConfigMap", namespace: "tenant-acme", name: "rogue" }, status: "unmanaged", impact: "cosmetic", changes: [], owner: undefined, source: undefined, file: undefined, claimedBy: [{ manager: "helm", operation: "Apply", subresource: "scale", confidence: "approximate" }], revert: { commands: ["kubectl delete configmap rogue -n tenant-acme", "kubectl --as admin delete configmap rogue"], breakGlass: true, note: "look who uses it first" }, confidence: "untyped", age: "reopened", firstSeen: "2026-11-20T10:00:00.000Z" }),
    finding({ id: "f3", tenant: undefined, object: { plane: "postgres", store: "warehouse-eu", kind: "policy", name: "orders.tenant" }, impact: "access", status: "missing", changes: [] }),
  ];
  const whole = drifted(findings, {
    ...unread(["globex"]), scope: { planes: ["kubernetes"] },
    pending: [{ object: { plane: "kubernetes", apiVersion: "apps/v1", kind: "Deployment", namespace: "tenant-acme", name: "api" }, tenant: "acme", since: "2026-11-24T09:55:00Z", appliedRevision: "0123456789abcdef", note: "Argo CD has not synced this revision" }],
    allowed: { used: [{ rule: { kind: "Deployment.apps", path: "/spec/replicas", manager: "keda", reason: "scaled by KEDA", owner: "acme-data", expires: "2027-01-31" }, index: 0, object: { plane: "kubernetes", apiVersion: "apps/v1", kind: "Deployment", namespace: "tenant-acme", name: "api" }, pointer: "/spec/replicas", claimedBy: [{ manager: "keda", operation: "Update", confidence: "above" }] }], expired: [{ rule: { kind: "*", reason: "x", owner: "sre", expires: "2026-01-01" }, index: 1 }], unmatched: [{ rule: { kind: "Job.batch", namespace: "tenant-*", reason: "x", owner: "sre", expires: "2027-01-01" }, index: 2 }] },
    resolved: [{ id: "r", object: { plane: "kubernetes", apiVersion: "v1", kind: "Service", namespace: "tenant-globex", name: "web" }, tenant: "globex", firstSeen: "2026-11-23T10:00:00.000Z" }],
    notices: ["dist/ differs from its inventory"], desired: { ...report().desired, behind: 3 },
  });
  whole.coverage.push({ plane: "kubernetes", what: "Secret", state: "excluded", objects: 0, reason: "Secrets are never read" });
  await expect(text(whole)).toMatchFileSnapshot("report.expected.txt");
});

describe("one line when there is nothing to say", () => {
  const quiet = "prod-eu: no drift from HEAD (a1b2c3d4e5, 2026-11-24T08:00:00Z); 12 objects read; kubernetes: 3 clean; 100 % read of the least covered";
  test.each<[string, Partial<AuditReport>, string]>([
    ["clean", {}, `${quiet}\n`],
    ["only a part was asked for", { scope: { tenants: ["acme"] } }, `${quiet}; only tenants acme\n`],
    ["a notice stands below", { notices: ["the ref is behind"] }, `${quiet}\nnote: the ref is behind\n`],
    ["allowed uses are counted", { allowed: { used: [{ rule: { kind: "*", reason: "x", owner: "y", expires: "2027-01-01" }, index: 0 }], expired: [], unmatched: [] } }, `${quiet.replace("; kubernetes", "; 1 difference allowed by rule; kubernetes")}\n`],
  ])("%s", (_, over, expected) => { expect(text(report(over))).toBe(expected); });
});

describe("never one line", () => {
  const rule = { rule: { kind: "*", reason: "x", owner: "y", expires: "2020-01-01" }, index: 0 };
  test.each<[string, Partial<AuditReport>, RegExp]>([
    ["incomplete", unread(), /^prod-eu: 0 findings\nINCOMPLETE: something could not be read, so findings may be missing\n[^]*not read:\n {2}kubernetes Deployment\.apps: forbidden\n/],
    ["a verdict is unknown that no coverage explains", { verdicts: [{ plane: "s3", tenant: "acme", verdict: "unknown", findings: 0, coverage: 0 }] }, /INCOMPLETE[^]*not read:\n {2}s3, acme: the verdict is unknown\n/],
    ["something was resolved", { resolved: [{ id: "r", object: finding().object, firstSeen: "2026-11-23T10:00:00.000Z" }] }, /resolved since the last audit:/],
    ["something is pending", { pending: [{ object: finding().object, appliedRevision: "abc", note: "waits" }] }, /pending, no drift yet:/],
    ["a rule has expired", { allowed: { used: [], expired: [rule], unmatched: [] } }, /expired: the audit fails/],
    ["a rule matches nothing", { allowed: { used: [], expired: [], unmatched: [rule] } }, /match nothing: the audit fails/],
  ])("%s", (_, over, expected) => { expect(text(report(over))).toMatch(expected); expect(text(report(over))).not.toContain("no drift from"); });
});

test("less than all is never 100 %", () => {
  expect(text(report({ ...unread(), verdicts: [{ plane: "kubernetes", verdict: "unknown", findings: 0, coverage: 99.99 }] }))).toContain("99.9 % read");
});

test("colour only when asked for", () => {
  expect(text(drifted([finding()]))).not.toContain("\u001b");
  expect(text(drifted([finding()]), true)).toContain("\u001b[31misolation changed\u001b[39m");
});

test("a hostile name stays on its line and shows what it holds", () => {
  const lines = text(drifted([finding({ object: { ...finding().object, name: HOSTILE }, owner: HOSTILE, note: "a\u202eb\u200bc" })])).split("\n");
  expect(lines.find((line) => line.includes("isolation changed"))).toBe(`  isolation changed NetworkPolicy.networking.k8s.io tenant-acme/a<b>&amp;"c"'d'\\u000d\\u000a::error::x,y:z%0A\\u0000\\u001b[31m\\ud800\ufffe]]>é😀`);
  expect(lines).toContain("    note    a\\u202eb\\u200bc");
});

test("of very many changes the first are shown and the rest counted", () => {
  const many = Array.from({ length: 45 }, (_, i) => ({ pointer: `/data/k${i}`, kind: "added" as const, live: i }));
  expect(text(drifted([finding({ changes: many })]))).toContain("/data/k39: 39\n    … 5 more changes; --format json has all");
});
