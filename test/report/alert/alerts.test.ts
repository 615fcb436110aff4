import { describe, expect, test } from "vitest";
import type { AuditReport, Finding } from "../../../src/model/finding.ts";
import { type Alert, type AlertMemory, type AlertOptions, alertsOf } from "../../../src/report/alert/alerts.ts";
import { HOSTILE } from "../sample.ts";
import { drifted, finding, report, unread } from "../audit/sample.ts";

const START = Date.parse("2026-11-24T10:01:00.000Z");
const HOUR = 3600;
/** The nth audit, an hour apart. */
const at = (n: number, over: Partial<AlertOptions> = {}): AlertOptions => ({ interval: HOUR, now: new Date(START + n * HOUR * 1000), ...over });
const time = (hours: number): string => new Date(START + hours * HOUR * 1000).toISOString();
const firing = (alerts: Alert[], now: number): Alert[] => alerts.filter((alert) => Date.parse(alert.endsAt) > START + now * HOUR * 1000);
/** Audits one after another, each with what the one before remembered. */
function run(...reports: AuditReport[]): { alerts: Alert[]; firing: Alert[]; ended: Alert[]; memory: AlertMemory } {
  let memory: AlertMemory = { version: 1, cluster: "prod-eu", alerts: [] };
  let alerts: Alert[] = [];
  reports.forEach((one, n) => ({ alerts, memory } = alertsOf(one, at(n, { memory }))));
  const now = firing(alerts, reports.length - 1);
  return { alerts, firing: now, ended: alerts.filter((alert) => !now.includes(alert)), memory };
}
const names = (alerts: readonly Alert[]): string[] => alerts.map(({ labels }) => [labels.alertname, labels.tenant, labels.name, labels.drift_class, labels.plane].filter(Boolean).join(" "));
const many = (n: number, over: (i: number) => Partial<Finding> = () => ({})): Finding[] => Array.from({ length: n }, (_, i) => finding({ id: `m${i}`, object: { ...finding().object, name: `p${String(i).padStart(3, "0")}` }, impact: "cosmetic", ...over(i) }));

describe("an alert of a finding", () => {
  const [alert] = alertsOf(drifted([finding()]), at(0, { runbooks: "https://runbooks.example/b", reportUrl: "https://reports.example/1" })).alerts;
  test("has labels that never change while the object differs", () => {
    expect(alert!.labels).toEqual({ alertname: "BulkheadDrift", severity: "critical", priority: "P0", cluster: "prod-eu", tenant: "acme", plane: "kubernetes", kind: "NetworkPolicy.networking.k8s.io", namespace: "tenant-acme", name: "default-deny", drift_class: "isolation" });
  });
  test("says what, who, where and how back in its annotations", () => {
    expect(alert!.annotations).toEqual({
      summary: "isolation changed NetworkPolicy.networking.k8s.io tenant-acme/default-deny on prod-eu",
      description: expect.stringContaining("/spec/ingress: [] -> [{}]\n  claimed by kubectl-edit (Update) at or before 2026-11-24T09:58:00Z, exact"),
      source: "tenants/acme/tenant.ts:3:14 (plan)", owner: "acme-data", claimed_by: "claimed by kubectl-edit (Update) at or before 2026-11-24T09:58:00Z, exact",
      revert: "revert  argocd app sync walls-acme --resource networking.k8s.io:NetworkPolicy:tenant-acme/default-deny", runbook_url: "https://runbooks.example/b/bulkhead-drift",
    });
  });
  test("starts when it was first seen and lasts four intervals", () => {
    expect([alert!.startsAt, alert!.endsAt, alert!.generatorURL]).toEqual(["2026-11-24T10:00:00.000Z", time(4), "https://reports.example/1"]);
  });

  const same: [string, Partial<Finding>][] = [
    ["other values", { changes: [{ pointer: "/spec/egress", kind: "added", live: "x" }] }], ["another manager", { claimedBy: [{ manager: "x", operation: "Update", confidence: "exact" }] }],
    ["another status", { status: "deleting" }], ["another line", { source: { file: "tenants/acme/tenant.ts", path: "plan", line: 9, column: 1 } }], ["age", { age: "open" }], ["another version of its kind", { object: { ...finding().object, apiVersion: "networking.k8s.io/v2" } }],
  ];
  test.each(same)("stays the same alert with %s", (_, over) => { expect(alertsOf(drifted([finding(over)]), at(1)).alerts[0]!.labels).toEqual(alert!.labels); });
  const other: [string, Partial<Finding>][] = [
    ["object", { object: { ...finding().object, name: "allow-dns" } }], ["namespace", { object: { ...finding().object, namespace: "x" } }], ["group", { object: { ...finding().object, apiVersion: "cilium.io/v2" } }],
    ["store", { object: { ...finding().object, store: "a" } }], ["tenant", { tenant: "globex" }], ["impact", { impact: "access" }],
  ];
  test.each(other)("is another one of another %s", (_, over) => { expect(alertsOf(drifted([finding(over)]), at(1)).alerts[0]!.labels).not.toEqual(alert!.labels); });

  test("of the platform's own has no tenant, and no label is empty", () => {
    const { labels } = alertsOf(drifted([finding({ tenant: undefined, object: { plane: "kubernetes", kind: "Node", name: "n1", namespace: "" } })]), at(0)).alerts[0]!;
    expect(Object.keys(labels)).toEqual(["alertname", "severity", "priority", "cluster", "plane", "kind", "name", "drift_class"]);
  });
  test("never starts after it ends, whatever the clocks say", () => {
    const [late] = alertsOf(drifted([finding({ firstSeen: "2026-11-25T10:00:00.000Z" })]), at(0)).alerts;
    expect(late!.startsAt).toBe(time(0));
  });
  test("leaves a URL out that is none: Alertmanager would refuse the whole batch", () => {
    expect(alertsOf(drifted([finding()]), at(0, { reportUrl: "report.json" })).alerts[0]).not.toHaveProperty("generatorURL");
  });
  test("is bounded in size and holds no character that steers a terminal", () => {
    const [large] = alertsOf(drifted([finding({ object: { ...finding().object, name: HOSTILE }, owner: HOSTILE.repeat(500), changes: Array.from({ length: 60 }, (_, i) => ({ pointer: `/${HOSTILE}${"x".repeat(500)}${i}`, kind: "added" as const, live: "y".repeat(500), claimedBy: finding().changes[0]!.claimedBy })) })]), at(0)).alerts;
    expect(Math.max(...Object.values(large!.annotations).map((text) => text.length))).toBeLessThanOrEqual(4000);
    expect(JSON.stringify(large).length).toBeLessThan(10_000);
    expect(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.exec(Object.values({ ...large!.annotations, ...large!.labels }).join())).toBeNull();
  });
});

describe("over audits", () => {
  const open = drifted([finding()]);
  test("what is open still fires, and only lasts longer", () => {
    const { firing: now, ended } = run(open, drifted([finding({ age: "open" })]));
    expect([names(now), ended]).toEqual([["BulkheadDrift acme default-deny isolation kubernetes"], []]);
    expect([now[0]!.startsAt, now[0]!.endsAt]).toEqual(["2026-11-24T10:00:00.000Z", time(5)]);
  });
  test("what is gone ends at once, is said again for four intervals, then no more", () => {
    expect(run(open, report()).ended).toEqual([expect.objectContaining({ labels: run(open).alerts[0]!.labels, startsAt: "2026-11-24T10:00:00.000Z", endsAt: time(1) })]);
    expect(run(open, report(), report(), report(), report()).ended.map((a) => a.endsAt)).toEqual([time(1)]);
    expect(run(open, report(), report(), report(), report(), report())).toMatchObject({ alerts: [], memory: { alerts: [] } });
  });
  test("what comes back fires and is not ended beside", () => {
    const { firing: now, ended } = run(open, report(), drifted([finding({ age: "reopened" })]));
    expect([now.length, ended.length]).toEqual([1, 0]);
  });
  test("what got worse ends as what it was and fires as what it is", () => {
    const { firing: now, ended } = run(drifted([finding({ impact: "cosmetic" })]), open);
    expect([names(now), names(ended)]).toEqual([["BulkheadDrift acme default-deny isolation kubernetes"], ["BulkheadDrift acme default-deny cosmetic kubernetes"]]);
  });

  const unseen: [string, AuditReport][] = [
    ["a kind of all tenants could not be read", report(unread())],
    ["a kind of its tenant could not be read", report(unread(["acme"]))],
    ["a kind could not be read, whatever the verdicts say", report({ coverage: unread(["acme"]).coverage })],
    ["its tenant's verdict is unknown", report({ verdicts: report().verdicts.map((v) => (v.tenant === "acme" ? { ...v, verdict: "unknown" } : v)) })],
    ["its tenant was not read whole", report({ scope: { planes: ["kubernetes"] }, verdicts: report().verdicts.map((v) => (v.tenant === "acme" ? { ...v, coverage: 99 } : v)) })],
    ["only another tenant was asked for", report({ scope: { tenants: ["globex"] }, verdicts: report().verdicts.filter((v) => v.tenant === "globex") })],
    ["only another plane was asked for", report({ scope: { planes: ["kafka"] }, verdicts: [{ plane: "kafka", tenant: "acme", verdict: "clean", findings: 0, coverage: 100 }] })],
    ["its shard delivered nothing", report({ coverage: [{ plane: "kubernetes", what: "shard 1 of 2", state: "unknown", objects: 0, reason: "it delivered no report" }], verdicts: report().verdicts.filter((v) => v.tenant !== "acme") })],
  ];
  test.each(unseen)("it fires on, as it was, when %s", (_, second) => {
    const before = run(open).alerts[0]!;
    const { firing: now, ended } = run(open, second);
    expect(now).toContainEqual({ ...before, endsAt: time(5) });
    expect(ended).toEqual([]);
    // And is ended once somebody looked.
    expect(names(run(open, second, report()).ended)).toContain("BulkheadDrift acme default-deny isolation kubernetes");
  });

  const seen: [string, AuditReport][] = [
    ["another tenant could not be read", report(unread(["globex"]))],
    ["only its tenant was asked for", report({ scope: { tenants: ["acme"] }, verdicts: report().verdicts.filter((v) => v.tenant === "acme") })],
    ["the audit lists it as resolved, though another kind could not be read", report({ ...unread(), resolved: [{ id: "f1", object: finding().object, tenant: "acme", firstSeen: "2026-11-24T10:00:00.000Z" }] })],
    ["its tenant is gone from a whole and complete audit", report({ verdicts: report().verdicts.filter((v) => v.tenant !== "acme") })],
  ];
  test.each(seen)("it ends when it was looked at: %s", (_, second) => { expect(names(run(open, second).ended)).toEqual(["BulkheadDrift acme default-deny isolation kubernetes"]); });

  test("without a memory what is resolved ends under every label it may have had", () => {
    const { alerts, memory } = alertsOf(report({ resolved: [{ id: "f1", object: finding().object, tenant: "acme", firstSeen: "2026-11-24T08:00:00.000Z" }] }), at(0));
    expect(alerts.map(({ labels, endsAt }) => [labels.drift_class, endsAt])).toEqual([["isolation", time(0)], ["access", time(0)], ["availability", time(0)], ["cosmetic", time(0)]]);
    expect(memory.alerts).toHaveLength(4);
  });
  test("a memory of another cluster is none", () => {
    const { memory } = run(open);
    expect(alertsOf({ ...report(), cluster: "prod-us" }, at(1, { memory }))).toMatchObject({ alerts: [], memory: { cluster: "prod-us", alerts: [] } });
  });
});

describe("a tenant with very many findings", () => {
  const more = (alerts: readonly Alert[]): string[] => names(alerts).filter((name) => name.startsWith("BulkheadDriftMore"));
  test("has one alert an object up to the bound, then one a class, worst first", () => {
    const findings = [...many(2, (i) => ({ id: `a${i}`, impact: "access", object: { ...finding().object, name: `a${i}` } })), ...many(30)];
    const { firing: now } = run(drifted([finding(), ...findings, finding({ id: "g", tenant: "globex" })]));
    expect(names(now).slice(0, 3)).toEqual(["BulkheadDrift acme default-deny isolation kubernetes", "BulkheadDrift acme a0 access kubernetes", "BulkheadDrift acme a1 access kubernetes"]);
    expect(now).toHaveLength(20 + 1 + 1);
    expect(more(now)).toEqual(["BulkheadDriftMore acme cosmetic"]);
    expect(now.find(({ labels }) => labels.alertname === "BulkheadDriftMore")!.annotations.description).toMatch(/^13 findings \(13 cosmetic\) of acme have no alert of their own\.\n/);
  });
  test("keeps the alerts that fire; what is new and worse pages by its class", () => {
    const before = run(drifted(many(25)));
    const after = run(drifted(many(25)), drifted([finding(), ...many(25)]));
    expect(after.ended).toEqual([]);
    expect(names(after.firing).filter((n) => n.startsWith("BulkheadDrift acme"))).toEqual(names(before.firing).filter((n) => n.startsWith("BulkheadDrift acme")));
    expect(more(after.firing).sort()).toEqual(["BulkheadDriftMore acme cosmetic", "BulkheadDriftMore acme isolation"]);
  });
  test("ends its summary when it is below the bound, keeps it when nobody looked, and its start meanwhile", () => {
    const full = drifted(many(25));
    expect(more(run(full, drifted(many(20))).ended)).toEqual(["BulkheadDriftMore acme cosmetic"]);
    expect(more(run(full, report(unread())).firing)).toEqual(["BulkheadDriftMore acme cosmetic"]);
    expect(run(full, full, full).firing.find(({ labels }) => labels.alertname === "BulkheadDriftMore")!.startsAt).toBe(time(0));
  });
});

describe("an incomplete audit", () => {
  const incomplete = (alerts: readonly Alert[]): string[] => names(alerts).filter((name) => name.startsWith("BulkheadAuditIncomplete"));
  test("is an alert of its own, a plane, which is no P0", () => {
    const [alert] = run(report(unread())).firing;
    expect(alert).toMatchObject({ labels: { alertname: "BulkheadAuditIncomplete", severity: "warning", cluster: "prod-eu", plane: "kubernetes" }, annotations: { description: "kubernetes Deployment.apps: forbidden" } });
  });
  test("keeps its start, and ends when its plane was read whole", () => {
    expect(run(report(unread()), report(unread())).firing[0]!.startsAt).toBe(time(0));
    expect(incomplete(run(report(unread()), report()).ended)).toHaveLength(1);
    expect(incomplete(run(report(unread()), report({ scope: { planes: ["kubernetes"] } })).ended)).toHaveLength(1);
  });
  test.each<[string, Partial<AuditReport>]>([["one tenant", { scope: { tenants: ["acme"] } }], ["another plane", { scope: { planes: ["kafka"] }, verdicts: [{ plane: "kafka", verdict: "clean", findings: 0, coverage: 100 }] }]])("is not over because %s was read", (_, over) => {
    expect(incomplete(run(report(unread()), report(over)).firing)).toHaveLength(1);
  });
});
