/** The alertmanager plane on a real pair of Alertmanagers, with amtool beside it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareItems } from "../../../src/compare/items.ts";
import { parseAlertmanager, receiversOf } from "../../../src/layers/observability/alertmanager/config.ts";
import type { AlertmanagerState } from "../../../src/layers/observability/alertmanager/desired.ts";
import { alertmanagerAudit } from "../../../src/layers/observability/plane.ts";
import type { DesiredStore, ItemDifference, Reading, StoreAccess, Tree } from "../../../src/model/plane.ts";
import { exampleTree } from "../../layers/observability/tree.ts";
import { type Sink, startSink } from "../../report/sink.ts";
import { pick, random, seedOfRun } from "../../support/random.ts";
import { alertmanagerConfiguration, type Configuration, type Route } from "../apply/alertmanager-operator.ts";
import { type AlertmanagerCluster, attempt, provisionAlertmanager, provisionAmtool, run, startAlertmanagers } from "../provision/index.ts";
import { told } from "../prometheus/stage.ts";

const program = await attempt(provisionAlertmanager);
const amtool = await attempt(provisionAmtool);

/** bcrypt of the auditor's password. Alertmanager knows one right, to ask and to write: see docs/planes/alertmanager.md. */
const USERS = { auditor: "$2b$05$abcdefghijklmnopqrstuuN2IC3fcT0x2.SvyUom3/RrieS0DweFe" };
const [USER, PASSWORD] = ["auditor", "audit-secret"];
const headers = { authorization: `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}` };
const NORTHWIND = "tenant-northwind/pages/team";

describe.skipIf(program === null || amtool === null)("the alertmanager plane", () => {
  const folder = mkdtempSync(join(tmpdir(), "bulkhead-amtool-"));
  let sink: Sink;
  let cluster: AlertmanagerCluster;
  let tree: Tree;
  let base: Configuration;
  let stores: DesiredStore<AlertmanagerState>[];

  /** AlertmanagerConfigs of two tenants, as `extend` would bring them; git names the peers as they run here. */
  function treeOf(): Tree {
    const own = (tenant: string): Tree["manifests"][number] => ({ file: `${tenant}.yaml`, tenant, manifest: { apiVersion: "monitoring.coreos.com/v1alpha1", kind: "AlertmanagerConfig", metadata: { namespace: `tenant-${tenant}`, name: "pages" }, spec: {
      route: { receiver: "team", matchers: [{ name: "alertname", matchType: "=~", value: "Product.+" }], groupBy: ["alertname"], groupWait: "0s", groupInterval: "1s", repeatInterval: "90m" },
      receivers: [{ name: "team", webhookConfigs: [{ url: `${sink.url}/${tenant}` }] }],
    } } });
    return { ...exampleTree(), manifests: [...exampleTree().manifests, own("northwind"), own("helvetia-insurance")] };
  }
  /** Where git's sender says `ALERTMANAGERS`, the peers that run. */
  function pointed(urls: readonly string[]): Tree {
    const text = JSON.stringify(tree.manifests.map((one) => one.manifest)).replace(/http:\/\/alertmanager-0\S+ http:\/\/alertmanager-1[^"]+/, urls.join(" "));
    return { ...tree, manifests: tree.manifests.map((one, i) => ({ ...one, manifest: (JSON.parse(text) as Record<string, unknown>[])[i]! })) };
  }

  beforeAll(async () => {
    sink = await startSink();
    tree = treeOf();
    base = {
      route: { receiver: "on-call", group_by: ["..."], group_wait: "0s", group_interval: "1s", routes: [{ receiver: "on-call", matchers: ['alertname=~"Bulkhead.+"'] }] },
      receivers: [{ name: "on-call", webhook_configs: [{ url: `${sink.url}/on-call` }] }, { name: "nobody" }],
      inhibit_rules: [{ source_matchers: ['severity="critical"'], target_matchers: ['severity=~"warning|info"'], equal: ["namespace", "alertname"] }],
    };
    cluster = await startAlertmanagers(program!, sink.url, 2, { config: alertmanagerConfiguration(tree, base), users: USERS, headers });
    stores = alertmanagerAudit.desired(pointed(cluster.peers.map(({ url }) => url)));
    writeFileSync(join(folder, "http.yml"), JSON.stringify({ basic_auth: { username: USER, password: PASSWORD } }));
  });
  afterAll(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const access = (i = 0, over: Partial<StoreAccess> = {}): StoreAccess => ({ store: stores[i]!.store, endpoint: stores[i]!.endpoint, user: USER, password: PASSWORD, plain: true, timeoutMs: 10_000, ...over });
  async function audit(i = 0, over: Partial<StoreAccess> = {}): Promise<{ reading: Reading; differences: ItemDifference[] }> {
    const { state } = stores[i]!;
    const reading = await alertmanagerAudit.read(access(i, over), state);
    const { items, unknown } = alertmanagerAudit.items(state, reading);
    return { reading, differences: compareItems(items, reading.items, [...reading.coverage, ...unknown]) };
  }
  const loaded = async (config: Configuration): Promise<void> => { for (const peer of cluster.peers) expect(await peer.load(config)).toBe(true); };
  const finds = (expected: readonly string[], i = 0): Promise<void> => expect.poll(async () => told((await audit(i)).differences), { timeout: 10_000 }).toEqual(expected);
  /** Runs a command line as a shell does, with amtool's own login. */
  const shell = (command: string): Promise<{ stdout: string }> => run("bash", ["-c", `amtool() { command amtool --http.config.file=${join(folder, "http.yml")} "$@"; }\n${command}`]);
  /** Runs what is printed; what the operator does is done by its stand-in. */
  async function revert(): Promise<void> {
    for (const one of (await audit()).differences) {
      for (const command of alertmanagerAudit.revert(one, stores[0]!).commands) {
        if (command.startsWith("amtool ")) await shell(command);
        else if (/^argocd app sync content-northwind --resource monitoring\.coreos\.com:AlertmanagerConfig:tenant-northwind\/pages$|^kubectl delete alertmanagerconfig\.monitoring\.coreos\.com --namespace tenant-northwind -- \S+$/.test(command)) await loaded(alertmanagerConfiguration(tree, base));
        else throw new Error(`no stand-in runs ${command}`);
      }
    }
  }
  const impacts = async (): Promise<string[]> => [...new Set((await audit()).differences.map((one) => alertmanagerAudit.impact(one)))];

  test("law: what git needs and declares is what is read, on each peer", async () => {
    expect(stores.map(({ store }) => store)).toEqual(cluster.peers.map(({ url }) => new URL(url).host));
    for (const i of [0, 1]) {
      await finds([], i);
      const { reading } = await audit(i);
      expect(reading.coverage.map(({ what, state }) => [what, state])).toEqual(["cluster", "delivery", "inhibition", "route", "leak", "silence"].map((what) => [what, "read"]));
      expect(reading.items.filter(({ kind }) => kind === "delivery").map(({ name }) => name)).toEqual(["BulkheadDrift", "BulkheadDriftMore", "BulkheadAuditIncomplete (sent)", "BulkheadAuditHeartbeat", "BulkheadAuditOverdue", "BulkheadAuditMissing",
        "BulkheadIsolationBroken", "BulkheadDriftFound", "BulkheadAuditIncomplete", "critical alerts of helvetia-insurance", "critical alerts of northwind"]);
      expect(reading.items.filter(({ kind }) => kind === "route")).toHaveLength(2);
      expect(JSON.stringify(reading)).not.toMatch(new RegExp(`${PASSWORD}|${sink.url}`));
    }
  });

  const silenced = (matchers: string): (() => Promise<unknown>) => () => shell(`amtool silence add --alertmanager.url=${cluster.peers[0]!.url} --duration=1h --comment="quiet please, password=hunter2" ${matchers}`);
  const reload = (edit: (config: Configuration) => void) => async (): Promise<void> => { const next = structuredClone(alertmanagerConfiguration(tree, base)); edit(next); await loaded(next); };
  const tenants = (config: Configuration, receiver: string): Route => config.route.routes!.find((one) => one.receiver === receiver)!;
  const OWN = ["BulkheadAuditHeartbeat", "BulkheadAuditIncomplete (sent)", "BulkheadAuditIncomplete", "BulkheadAuditMissing", "BulkheadAuditOverdue", "BulkheadDrift", "BulkheadDriftFound", "BulkheadDriftMore", "BulkheadIsolationBroken"];
  const lost = (...names: string[]): string[] => names.map((name) => `changed delivery ${name} /delivered`);

  test.each<[string, () => () => Promise<unknown>, string, RegExp]>([
    ["over drift", () => silenced("alertname=BulkheadDrift"), "isolation", /^it can silence Bulkhead's own BulkheadDrift$/],
    ["over all that is P0, by a pattern", () => silenced("'priority=~P.'"), "isolation", /BulkheadDrift, BulkheadDriftMore/],
    ["over everything", () => silenced("'alertname=~.+'"), "isolation", /BulkheadAuditHeartbeat/],
    ["over all but one name", () => silenced("'alertname!=Watchdog'"), "isolation", /BulkheadAuditHeartbeat/],
    ["over a tenant's findings", () => silenced("alertname=BulkheadDrift tenant=northwind"), "isolation", /own BulkheadDrift$/],
    ["over a tenant's product", () => silenced("alertname=ProductFreshnessBreached product=orders severity=critical"), "availability", /^it can silence alerts of northwind$/],
  ])("a silence is found, and ended by the printed command: %s", async (_, add, impact, note) => {
    await add()();
    const { differences } = await audit();
    expect(differences.map(({ kind, status, live }) => [kind, status, live?.note])).toEqual([["silence", "unmanaged", expect.stringMatching(note)]]);
    expect(await impacts()).toEqual([impact]);
    // The peer has it too, from the first.
    await expect.poll(async () => (await audit(1)).differences.length).toBe(1);
    expect(JSON.stringify((await audit()).reading)).not.toContain("hunter2");
    await revert();
    for (const i of [0, 1]) await finds([], i);
  });

  test("a silence over what is nobody's here is none of ours, nor is one that ended", async () => {
    await silenced("alertname=KubePodCrashLooping namespace=default")();
    await silenced("alertname=BulkheadSomethingElse")();
    await finds([]);
  });

  test.each<[string, () => () => Promise<void>, () => string[], string[]]>([
    ["the first receiver tells nobody", () => reload((c) => { c.receivers[0] = { name: "on-call" }; }), () => lost(...OWN), ["isolation"]],
    ["what is P0 is sent away", () => reload((c) => { c.route.routes!.unshift({ receiver: "nobody", matchers: ['priority="P0"'] }); }), () => lost("BulkheadDrift", "BulkheadDriftMore"), ["isolation"]],
    ["some drift may be sent away", () => reload((c) => { c.route.routes!.unshift({ receiver: "nobody", matchers: ['drift_class="isolation"'] }); }), () => lost("BulkheadDrift", "BulkheadDriftMore"), ["isolation"]],
    ["the heartbeat is sent away", () => reload((c) => { c.route.routes!.unshift({ receiver: "nobody", matchers: ['severity=~"info|none"'] }); }), () => lost("BulkheadAuditHeartbeat"), ["isolation"]],
    ["at night nobody is told", () => reload((c) => { c.time_intervals = [{ name: "night", time_intervals: [{ times: [{ start_time: "22:00", end_time: "24:00" }] }] }]; c.route.routes!.at(-1)!["mute_time_intervals"] = ["night"]; }), () => lost(...OWN), ["isolation"]],
    ["a tenant's route takes the drift in its namespace", () => reload((c) => { c.route.routes!.pop(); delete tenants(c, NORTHWIND).matchers; tenants(c, NORTHWIND).matchers = ['namespace="tenant-northwind"']; }),
      () => [...lost("BulkheadDrift"), "changed route tenant-northwind tenant-northwind/pages /matchers/alertname=~0\"Product.+\""], ["isolation", "availability"]],
    ["the heartbeat can be inhibited", () => reload((c) => { c.inhibit_rules!.push({ source_matchers: ['alertname="InfoInhibitor"'], target_matchers: ['severity="info"'], equal: ["namespace"] }); }), () => ['unmanaged inhibition 2: severity="info"'], ["isolation"]],
    ["a tenant's route is not bound to its namespace", () => reload((c) => { tenants(c, NORTHWIND).matchers!.pop(); }), () => [`unmanaged leak ${NORTHWIND}`, 'changed route tenant-northwind tenant-northwind/pages /matchers/namespace="tenant-northwind"'], ["isolation"]],
    ["a tenant's route is bound to another's", () => reload((c) => { tenants(c, NORTHWIND).matchers!.splice(-1, 1, 'namespace="tenant-helvetia-insurance"'); }),
      () => [`unmanaged leak ${NORTHWIND}`, 'changed route tenant-northwind tenant-northwind/pages /matchers/namespace="tenant-helvetia-insurance" /matchers/namespace="tenant-northwind"'], ["isolation"]],
    ["the platform's own route names a tenant's receiver", () => reload((c) => { c.route.routes!.unshift({ receiver: "on-call", matchers: ['severity="critical"'], continue: true, routes: [{ receiver: NORTHWIND, matchers: ['alertname=~"Product.+"'] }] }); }), () => [`unmanaged leak ${NORTHWIND}`], ["isolation"]],
    ["a tenant's route is gone", () => reload((c) => { c.route.routes = c.route.routes!.filter(({ receiver }) => receiver !== NORTHWIND); }), () => ["missing route tenant-northwind tenant-northwind/pages"], ["availability"]],
    ["a tenant's route that git does not know", () => reload((c) => { c.route.routes!.unshift({ receiver: "tenant-northwind/extra/r", matchers: ['namespace="tenant-northwind"', 'alertname="Watchdog"'], continue: true }); c.receivers.push({ name: "tenant-northwind/extra/r" }); }), () => ["unmanaged route tenant-northwind tenant-northwind/extra"], ["availability"]],
    ["a tenant is told less often", () => reload((c) => { tenants(c, NORTHWIND)["repeat_interval"] = "5d"; }), () => ["changed route tenant-northwind tenant-northwind/pages /repeat_interval"], ["availability"]],
    ["a tenant's alerts are grouped otherwise", () => reload((c) => { tenants(c, NORTHWIND)["group_by"] = ["namespace"]; }), () => ["changed route tenant-northwind tenant-northwind/pages /group_by"], ["availability"]],
    ["a tenant's receiver lost its integration", () => reload((c) => { delete c.receivers.find(({ name }) => name === NORTHWIND)!["webhook_configs"]; }), () => ["changed delivery critical alerts of northwind /delivered", `changed route tenant-northwind tenant-northwind/pages /receivers/${NORTHWIND.replaceAll("/", "~1")}/webhook`], ["availability"]],
  ])("a mutation of the routing is found, and gone after its revert: %s", async (_, change, expected, impact) => {
    await change()();
    await finds(expected());
    expect(await impacts()).toEqual(impact);
    await revert();
    // What is the platform's own and not git's is put back by the platform.
    await loaded(alertmanagerConfiguration(tree, base));
    await finds([]);
  });

  test("attack row 39: an alert of one tenant does not come to another's receiver; without the namespace's matcher it does", async () => {
    const fire = async (name: string): Promise<void> => {
      const answer = await fetch(`${cluster.peers[0]!.url}/api/v2/alerts`, { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify([{ labels: { alertname: "ProductFreshnessBreached", severity: "critical", namespace: "tenant-helvetia-insurance", tenant: "helvetia-insurance", name }, startsAt: new Date().toISOString() }]) });
      expect(answer.status).toBe(200);
    };
    const got = (path: string, name: string): number => sink.got.filter((one) => one.path === path && (JSON.parse(one.body) as { alerts: { labels: { name: string } }[] }).alerts.some(({ labels }) => labels.name === name)).length;
    await fire("kept");
    await expect.poll(() => got("/helvetia-insurance", "kept"), { timeout: 20_000 }).toBeGreaterThan(0);
    expect(got("/northwind", "kept")).toBe(0);
    await reload((c) => { tenants(c, NORTHWIND).matchers!.pop(); })();
    await fire("leaked");
    await expect.poll(() => got("/northwind", "leaked"), { timeout: 20_000 }).toBeGreaterThan(0);
    await loaded(alertmanagerConfiguration(tree, base));
  });

  test("routes are walked as Alertmanager walks them: amtool names the same receivers, for any configuration and alert", async () => {
    const next = random(seedOfRun());
    const [labels, values, names] = [["severity", "namespace", "tenant"], ["a", "b", ""], ["r0", "r1", "r2", "r3"]];
    const matcher = (): string => { const op = pick(next, ["=", "!=", "=~", "!~"]); return `${pick(next, labels)}${op}"${op.endsWith("~") ? pick(next, ["a|b", ".+", "[ac]", "b.*"]) : pick(next, values)}"`; };
    const route = (depth: number): Route => ({
      ...(next() < 0.8 && { receiver: pick(next, names) }), continue: next() < 0.4, matchers: Array.from({ length: 1 + Math.floor(next() * 2) }, matcher),
      ...(depth < 2 && { routes: Array.from({ length: Math.floor(next() * 3) }, () => route(depth + 1)) }),
    });
    const file = join(folder, "routes.yml");
    const differing: unknown[] = [];
    for (let i = 0; i < 60; i++) {
      const config = { route: { receiver: "r0", routes: Array.from({ length: 4 }, () => route(0)) }, receivers: names.map((name) => ({ name })) };
      writeFileSync(file, JSON.stringify(config));
      const alert = Object.fromEntries(labels.map((label) => [label, pick(next, values)]).filter(([, value]) => value !== ""));
      const { stdout } = await run(amtool!, ["config", "routes", "test", `--config.file=${file}`, ...Object.entries(alert).map(([label, value]) => `${label}=${value}`)]);
      const told = [...new Set(stdout.trim().split(","))].sort();
      const found = [...receiversOf({ name: "x", labels: alert, open: [] }, parseAlertmanager(JSON.stringify(config)).route)].sort();
      if (JSON.stringify(told) !== JSON.stringify(found)) differing.push({ config: JSON.stringify(config), alert, told, found });
    }
    expect(differing).toEqual([]);
  });

  test("a peer that is down is a store that says nothing, and the other says that it lost it", async () => {
    await cluster.peers[1]!.stop();
    await expect(audit(1)).rejects.toThrow("nothing answers there");
    await expect.poll(async () => told((await audit()).differences), { timeout: 60_000 }).toEqual(["changed cluster peers /peers"]);
    expect(alertmanagerAudit.revert((await audit()).differences[0]!, stores[0]!)).toMatchObject({ commands: [], note: expect.stringContaining("StatefulSet") });
  });
});
