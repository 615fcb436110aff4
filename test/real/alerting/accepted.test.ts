/** What real receivers take: every alert of generated reports, the good ones of a bad batch, and metrics that promtool finds nothing wrong with. */
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { sendAlerts } from "../../../src/report/alert/alertmanager.ts";
import { type Alert, alertsOf } from "../../../src/report/alert/alerts.ts";
import { metricsText } from "../../../src/report/textfile.ts";
import { reports } from "../../report/audit/arbitrary.ts";
import { drifted, finding, report, unread } from "../../report/audit/sample.ts";
import { type Sink, startSink } from "../../report/sink.ts";
import { type AlertmanagerCluster, startAlertmanagers, suiteCount } from "../provision/index.ts";

const seed = Number(process.env["BULKHEAD_SEED"] ?? 20261124);
const runs = { seed, numRuns: suiteCount("alerting", "reports") };
console.log(`fast-check seed ${seed}, ${runs.numRuns} runs`);

const program = inject("alertmanager");
describe.skipIf(program === null)("Alertmanager", () => {
  let cluster: AlertmanagerCluster;
  let webhook: Sink;
  beforeAll(async () => {
    webhook = await startSink();
    cluster = await startAlertmanagers(program!, webhook.url, 1);
  });
  afterAll(() => cluster?.stop());
  const peers = (): string[] => cluster.peers.map(({ url }) => url);
  const names = async (): Promise<string[]> => (await cluster.peers[0]!.alerts()).map(({ labels }) => labels.alertname!).sort();

  test("takes every alert of generated reports, whatever names they hold, and lists each under its labels", async () => {
    await fc.assert(fc.asyncProperty(reports, async (of) => {
      const { alerts } = alertsOf(of, { interval: 3600, now: new Date(), runbooks: "https://runbooks.example", reportUrl: "https://reports.example/1" });
      expect(await sendAlerts(alerts, { peers: peers() })).toMatchObject({ complete: true, notices: [] });
      const listed = new Set((await cluster.peers[0]!.alerts()).map(({ labels }) => JSON.stringify(Object.entries(labels).sort())));
      const firing = alerts.filter(({ endsAt }) => Date.parse(endsAt) > Date.now());
      expect(firing.filter(({ labels }) => !listed.has(JSON.stringify(Object.entries(labels).sort())))).toEqual([]);
    }), runs);
  });

  const [good] = alertsOf(drifted([finding()]), { interval: 3600, now: new Date() }).alerts as [Alert];
  const called = (alertname: string, over: Partial<Alert> = {}): Alert => ({ ...good, labels: { alertname }, ...over });
  const bad: [string, Alert][] = [
    ["a label that is none, which is refused alone", called("BadLabel", { labels: { "b-d": "x" } })],
    ["an end before its start, which is refused alone", called("BadTimes", { startsAt: good.endsAt, endsAt: good.startsAt })],
    ["a URL that is none, for which the whole batch is refused", called("BadUrl", { generatorURL: "not a url" })],
    ["a time that is none, for which the whole batch is refused", called("BadTime", { startsAt: "soon" })],
  ];
  test.each(bad)("takes the good ones of a batch that holds %s", async (name, alert) => {
    const good = Array.from({ length: 6 }, (_, i) => called(`Good ${name} ${i}`));
    const delivery = await sendAlerts([...good.slice(0, 3), alert, ...good.slice(3)], { peers: peers() });
    expect(delivery).toMatchObject({ complete: false, peers: [{ sent: 6, refused: 1, unsent: 0 }], notices: [expect.stringMatching(/refused 1 alert: .*: 4(?:00|22) /)] });
    expect((await names()).filter((one) => one.startsWith(`Good ${name}`))).toHaveLength(6);
  });
});

const promtool = inject("promtool");
describe.skipIf(promtool === null)("promtool check metrics", () => {
  const check = (text: string): string => execFileSync(promtool!, ["check", "metrics"], { input: text, encoding: "utf8", stdio: "pipe" });
  test.each([["clean", report()], ["drifted", drifted([finding()])], ["incomplete", report(unread())]])("finds nothing wrong with those of a report that is %s", (_, of) => { expect(check(metricsText(of))).toBe(""); });
  test("nor of generated reports", () => { fc.assert(fc.property(reports, (of) => { expect(check(metricsText(of))).toBe(""); }), runs); });
  test("it is asked: a metric by another convention is found", () => { expect(() => check(metricsText(report()).replaceAll("bulkhead_audit_duration_seconds", "bulkhead_audit_duration_total"))).toThrow(/total/); });
});
