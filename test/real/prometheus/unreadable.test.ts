/** What the three readers do with servers that say nothing, half of it, or something else: unknown, never clean, and never their text. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { compareItems } from "../../../src/compare/items.ts";
import { alertmanagerAudit, grafanaAudit, prometheusAudit } from "../../../src/layers/observability/plane.ts";
import type { ItemDifference, PlaneAudit, Reading, StoreAccess } from "../../../src/model/plane.ts";
import { grafanaOf, serveGrafana } from "../../layers/observability/grafana-replies.ts";
import { exampleTree } from "../../layers/observability/tree.ts";
import { type Cutter, type Harm, startCutter } from "../../support/cutter.ts";
import { alertmanagerConfiguration } from "../apply/alertmanager-operator.ts";
import { type AlertmanagerCluster, attempt, provisionAlertmanager, provisionLabelProxy, provisionPrometheus, startAlertmanagers, startLabelProxy } from "../provision/index.ts";
import { AUDITOR, type Exporter, jobsOf, type Stage, stagePrometheus, startExporter, told } from "./stage.ts";

const [program, labelProxy, alertmanager] = await Promise.all([attempt(provisionPrometheus), attempt(provisionLabelProxy), attempt(provisionAlertmanager)]);
const tree = exampleTree();

describe.skipIf(program === null || labelProxy === null || alertmanager === null)("what cannot be read", () => {
  let stage: Stage;
  let exporter: Exporter;
  let cluster: AlertmanagerCluster;
  let grafana: { url: string; stop(): Promise<void> };
  const cutters = new Map<string, Cutter>();
  beforeAll(async () => {
    exporter = await startExporter();
    stage = await stagePrometheus(program!, labelProxy, tree, jobsOf(exporter, "northwind"));
    cluster = await startAlertmanagers(alertmanager!, exporter.target, 1, { config: alertmanagerConfiguration(tree, { route: { receiver: "on-call" }, receivers: [{ name: "on-call", webhook_configs: [{ url: `http://${exporter.target}/` }] }] }) });
    grafana = await serveGrafana(grafanaOf(tree));
    for (const [plane, url] of [["prometheus", stage.server.url], ["alertmanager", cluster.peers[0]!.url], ["grafana", grafana.url]] as const) cutters.set(plane, await startCutter(url));
  });
  beforeEach(() => { for (const cutter of cutters.values()) cutter.harm.clear(); });
  afterAll(async () => {
    for (const cutter of cutters.values()) await cutter.stop();
    await Promise.all([grafana?.stop(), cluster?.stop(), stage?.stop(), exporter?.stop()]);
  });

  const LOGIN: Record<string, Pick<StoreAccess, "user" | "password">> = { prometheus: { user: AUDITOR.user, password: AUDITOR.password }, alertmanager: {}, grafana: { user: "auditor", password: "pw" } };
  async function audit(audited: PlaneAudit, over: Partial<StoreAccess> = {}): Promise<{ reading: Reading; differences: ItemDifference[]; unknown: string[] }> {
    const { state, store } = audited.desired(tree)[0]!;
    // One peer runs here, of the two that git names.
    if (audited.plane === "alertmanager") (state as { peers: string[] }).peers.length = 1;
    const reading = await audited.read({ store, endpoint: cutters.get(audited.plane)!.url, timeoutMs: 1500, plain: true, ...LOGIN[audited.plane], ...over }, state);
    const { items, unknown } = audited.items(state, reading);
    // Rules wait for their first evaluation here; that is another test's.
    const rows = [...reading.coverage, ...unknown.filter(({ what }) => what !== "evaluation")];
    return { reading, differences: compareItems(items, reading.items, rows), unknown: rows.filter(({ state: of }) => of === "unknown").map(({ what }) => what).sort() };
  }
  const HARMS: readonly Harm[] = ["cut", "hang", "garbage", "shape", "deny", "redirect", "error"];
  const PATHS: readonly [PlaneAudit, string, string[] | "nothing"][] = [
    [prometheusAudit, "/api/v1/status/buildinfo", "nothing"],
    [prometheusAudit, "/api/v1/status/config", ["configuration", "rule", "rule-group", "scrape"]],
    [prometheusAudit, "/api/v1/status/runtimeinfo", ["configuration"]],
    [prometheusAudit, "/api/v1/rules", ["rule", "rule-group"]],
    [prometheusAudit, "/api/v1/targets", ["target-labels"]],
    [alertmanagerAudit, "/api/v2/status", "nothing"],
    [alertmanagerAudit, "/api/v2/silences", ["silence"]],
    [grafanaAudit, "/api/health", "nothing"],
    [grafanaAudit, "/api/orgs", ["dashboard", "datasource", "folder", "member", "organization", "public-dashboard", "server-administrators", "settings", "user"]],
    [grafanaAudit, "/api/search", ["dashboard", "folder"]],
  ];

  test("without harm all is read, by GET alone", async () => {
    for (const audited of [prometheusAudit, alertmanagerAudit, grafanaAudit]) {
      await expect.poll(async () => told((await audit(audited)).differences), { timeout: 20_000 }).toEqual([]);
      expect((await audit(audited)).unknown).toEqual([]);
    }
    // All that a proxy in front of them has to let through (docs/planes); numbers and uids are anybody's.
    const asked = [...cutters.values()].flatMap((cutter) => cutter.asked).map((one) => one.replace(/\?.*$/, "").replace(/\/(?:\d+|bh-[^/]+)(?=\/|$)/, "/*"));
    expect([...new Set(asked)].sort()).toEqual([
      "GET /api/admin/settings", "GET /api/dashboards/public-dashboards", "GET /api/dashboards/uid/*", "GET /api/datasources", "GET /api/datasources/uid/*", "GET /api/health", "GET /api/org", "GET /api/orgs", "GET /api/orgs/*/users", "GET /api/search", "GET /api/users",
      "GET /api/v1/rules", "GET /api/v1/status/buildinfo", "GET /api/v1/status/config", "GET /api/v1/status/runtimeinfo", "GET /api/v1/targets", "GET /api/v2/silences", "GET /api/v2/status",
    ]);
  });

  test.each(PATHS.flatMap(([audited, path, kinds]) => HARMS.map((harm) => [audited.plane, path, harm, audited, kinds] as const)))("%s %s: %s", async (plane, path, harm, audited, kinds) => {
    cutters.get(plane)!.harm.set(path, harm);
    const read = audit(audited);
    // A status of another shape is a status all the same.
    if (kinds === "nothing" && harm === "shape" && plane === "alertmanager") expect((await read).unknown).toEqual(["cluster", "delivery", "inhibition", "leak", "route"]);
    else if (kinds === "nothing" && harm === "shape" && plane === "grafana") expect((await read).unknown).toEqual([]);
    else if (kinds === "nothing") {
      const error = await read.then(() => undefined, (reason: Error) => reason);
      expect(error?.constructor.name === "StoreUnreadable" || error?.constructor.name === "Refused", String(error)).toBe(true);
      expect(error!.message).not.toMatch(/hunter2|\u001b/);
    } else {
      const { unknown, differences, reading } = await read;
      expect(unknown).toEqual(kinds);
      expect(told(differences)).toEqual([]);
      expect(JSON.stringify(reading)).not.toMatch(/hunter2|\u001b/);
    }
  });

  test.each([prometheusAudit, grafanaAudit])("$plane: a wrong password is refused, and said without it", async (audited) => {
    const read = audit(audited, { password: "wrong-secret" });
    if (audited.plane === "prometheus") await expect(read).rejects.toThrow("it refused the auditor's credentials (401)");
    else expect((await read).unknown.length).toBeGreaterThan(5);
  });
  test.each([prometheusAudit, alertmanagerAudit, grafanaAudit])("$plane: down, cancelled, unencrypted, no URL", async (audited) => {
    await expect(audit(audited, { endpoint: "http://127.0.0.1:1" })).rejects.toThrow("nothing answers there");
    await expect(audit(audited, { signal: AbortSignal.abort() })).rejects.toThrow("the audit was cancelled");
    await expect(audit(audited, { plain: false, password: "x" })).rejects.toThrow("credentials are not sent without TLS");
    for (const endpoint of ["file:///etc/passwd", "", "not a url"]) await expect(audit(audited, { endpoint })).rejects.toThrow("no http URL");
    await expect(audit(audited, { endpoint: cutters.get(audited.plane)!.url.replace("http:", "https:") })).rejects.toThrow("TLS");
  });
  test("a proxy that hides rules is noticed: what it does not list is not missing", async () => {
    const proxy = await startLabelProxy(labelProxy!, [`-upstream=${cutters.get("prometheus")!.url}`, "-label=tenant", "-label-value=northwind", "-enable-label-apis=true"]);
    try {
      // It has no password of its own to give, and takes the auditor's along.
      await expect(audit(prometheusAudit, { endpoint: proxy.url })).rejects.toThrow("it does not know the API");
    } finally {
      await proxy.stop();
    }
  });
});
