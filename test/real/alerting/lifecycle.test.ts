/** Alerts of audits on a real, highly available pair of Alertmanagers, through `bulkhead report send` as a cluster's audit calls it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { AuditReport, Finding } from "../../../src/model/finding.ts";
import { drifted, finding, report, unread } from "../../report/audit/sample.ts";
import { type Sink, startSink } from "../../report/sink.ts";
import { bulkhead } from "../../support/project.ts";
import { type AlertmanagerCluster, type FiringAlert, startAlertmanagers } from "../provision/index.ts";

const program = inject("alertmanager");
const now = (): string => new Date().toISOString();
/** A policy of acme's that is open; `name` keeps tests apart. */
const open = (name: string, over: Partial<Finding> = {}): Finding => finding({ id: name, object: { ...finding().object, name }, firstSeen: new Date(Date.now() - 60_000).toISOString(), ...over });
const at = (of: AuditReport): AuditReport => ({ ...of, started: now(), ended: now() });

describe.skipIf(program === null)("alerts on a pair of Alertmanagers", () => {
  const folder = mkdtempSync(join(tmpdir(), "bulkhead-alerting-"));
  let cluster: AlertmanagerCluster;
  let webhook: Sink;
  beforeAll(async () => {
    webhook = await startSink();
    cluster = await startAlertmanagers(program!, webhook.url, 2);
  });
  afterAll(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** One audit's report, sent to both; the memory is the test's own. */
  function send(memory: string, of: AuditReport): ReturnType<typeof bulkhead> {
    writeFileSync(join(folder, "report.json"), JSON.stringify(at(of)));
    return bulkhead(folder, ["report", "send", "report.json", "--memory", `${memory}.json`, "--interval", "1h", "--runbooks", "https://runbooks.example", ...cluster.peers.flatMap(({ url }) => ["--alertmanager", url])]);
  }
  const named = async (name: string): Promise<FiringAlert[][]> => Promise.all(cluster.peers.map(async (peer) => (await peer.alerts()).filter(({ labels }) => labels.name === name)));
  const both = async (name: string): Promise<number[]> => (await named(name)).map((alerts) => alerts.length);
  /** Notifications about one object, as the receiver got them. */
  const told = (name: string): string[] => webhook.got.map(({ body }) => JSON.parse(body) as { status: string; groupLabels: Record<string, string> }).filter(({ groupLabels }) => groupLabels.name === name).map(({ status }) => status);

  test("fires on both, tells the receiver once, with all that on-call needs", async () => {
    const finding = open("fires");
    expect(send("fires", drifted([finding]))).toEqual({ code: 0, stdout: cluster.peers.map(({ url }) => `${url}/api/v2/alerts: 1 of 1 alerts taken\n`).join(""), stderr: "" });
    const [[alert]] = (await named("fires")) as [[FiringAlert]];
    expect(alert.labels).toEqual({ alertname: "BulkheadDrift", severity: "critical", priority: "P0", cluster: "prod-eu", tenant: "acme", plane: "kubernetes", kind: "NetworkPolicy.networking.k8s.io", namespace: "tenant-acme", name: "fires", drift_class: "isolation" });
    expect(alert.annotations).toMatchObject({ source: "tenants/acme/tenant.ts:3:14 (plan)", claimed_by: expect.stringContaining("kubectl-edit"), revert: expect.stringContaining("argocd app sync"), runbook_url: "https://runbooks.example/bulkhead-drift" });
    expect([Date.parse(alert.startsAt), Date.parse(alert.endsAt) - Date.now() > 3.9 * 3_600_000]).toEqual([Date.parse(finding.firstSeen), true]);
    expect(await both("fires")).toEqual([1, 1]);
    await expect.poll(() => told("fires")).toEqual(["firing"]);
  });

  test("stays the same alert on a second audit, which tells nobody again", async () => {
    const first = open("stays");
    send("stays", drifted([first]));
    const before = (await named("stays"))[0]![0]!;
    await expect.poll(() => told("stays")).toEqual(["firing"]);
    // Other values, another writer, another line: the same object.
    send("stays", drifted([{ ...first, age: "open", changes: [{ pointer: "/spec/egress", kind: "added", live: [{}] }], source: { file: "tenants/acme/tenant.ts", path: "plan", line: 99, column: 1 } }, open("marker")]));
    await expect.poll(() => told("marker")).toEqual(["firing"]);
    const after = (await named("stays"))[0]!;
    expect(after.map(({ fingerprint, startsAt }) => [fingerprint, startsAt])).toEqual([[before.fingerprint, before.startsAt]]);
    expect(Date.parse(after[0]!.endsAt)).toBeGreaterThan(Date.parse(before.endsAt));
    expect(after[0]!.annotations.source).toContain(":99:");
    expect(told("stays")).toEqual(["firing"]);
  });

  test("ends after a repair, on both, and tells the receiver", async () => {
    send("ends", drifted([open("ends")]));
    await expect.poll(() => told("ends")).toEqual(["firing"]);
    expect(send("ends", report())).toMatchObject({ code: 0 });
    await expect.poll(() => both("ends")).toEqual([0, 0]);
    await expect.poll(() => told("ends"), { timeout: 20_000 }).toEqual(["firing", "resolved"]);
    // Said again by the next audit, which changes nothing.
    expect(send("ends", report()).stdout).toContain("1 of 1 alerts taken");
    expect(await both("ends")).toEqual([0, 0]);
  });

  test("is ended without a memory too, by what the audit lists as resolved", async () => {
    const one = open("forgotten", { impact: "access" });
    send("one", drifted([one]));
    expect(await both("forgotten")).toEqual([1, 1]);
    send("another", report({ resolved: [{ id: one.id, object: one.object, tenant: "acme", firstSeen: one.firstSeen }] }));
    await expect.poll(() => both("forgotten")).toEqual([0, 0]);
  });

  test("an incomplete audit ends nothing, lasts what fires, and is an alert itself; the next complete one ends both", async () => {
    send("incomplete", drifted([open("unseen")]));
    const before = (await named("unseen"))[0]![0]!;
    expect(send("incomplete", report(unread(["acme"])))).toMatchObject({ code: 0 });
    const after = (await named("unseen"))[0]![0]!;
    expect([after.fingerprint, Date.parse(after.endsAt) > Date.parse(before.endsAt), after.annotations]).toEqual([before.fingerprint, true, before.annotations]);
    const incomplete = async (): Promise<number> => (await cluster.peers[1]!.alerts()).filter(({ labels }) => labels.alertname === "BulkheadAuditIncomplete").length;
    expect(await incomplete()).toBe(1);
    send("incomplete", report());
    await expect.poll(async () => [...(await both("unseen")), await incomplete()]).toEqual([0, 0, 0]);
  });

  test("a tenant with very many findings is a few alerts and one for the rest", async () => {
    const findings = Array.from({ length: 30 }, (_, i) => open(`many${i}`, { tenant: "globex", impact: "availability" }));
    send("many", drifted(findings));
    const alerts = (await cluster.peers[0]!.alerts()).filter(({ labels }) => labels.tenant === "globex");
    expect([alerts.length, alerts.filter(({ labels }) => labels.alertname === "BulkheadDriftMore").length]).toEqual([21, 1]);
    send("many", report());
    await expect.poll(async () => (await cluster.peers[0]!.alerts()).filter(({ labels }) => labels.tenant === "globex").length).toBe(0);
  });

  // Last: one of the pair is gone afterwards.
  test("a peer that is down delays nobody else, and its delivery is incomplete", async () => {
    await cluster.peers[1]!.stop();
    const { code, stdout, stderr } = send("down", drifted([open("down")]));
    expect([code, stdout]).toEqual([3, `${cluster.peers[0]!.url}/api/v2/alerts: 1 of 1 alerts taken\n${cluster.peers[1]!.url}/api/v2/alerts: 0 of 1 alerts taken\n`]);
    expect(stderr).toMatch(/^warning\[BH7107\] .* did not get 1 alert: ECONNREFUSED/);
    expect((await cluster.peers[0]!.alerts()).filter(({ labels }) => labels.name === "down")).toHaveLength(1);
  });
});
