/** The prometheus plane on a real Prometheus: what is rendered is what is read, and every change of it is found. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ItemDifference, Tree } from "../../../src/model/plane.ts";
import { prometheusAudit } from "../../../src/layers/observability/plane.ts";
import { observabilityLayer } from "../../../src/layers/observability/index.ts";
import { tenantState } from "../../../src/layers/observability/state.ts";
import { collect, platform, type ProductSpec, sample, tenant } from "../../layers/observability/fixture.ts";
import { exampleTree, manifestsOf } from "../../layers/observability/tree.ts";
import { pick, random, seedOfRun } from "../../support/random.ts";
import { ruleFile, scrapeJob, uidOf } from "../apply/prometheus-operator.ts";
import { attempt, provisionLabelProxy, provisionPrometheus } from "../provision/index.ts";
import { type Exporter, jobsOf, type Stage, stagePrometheus, startExporter, told } from "./stage.ts";

const program = await attempt(provisionPrometheus);
const labelProxy = await attempt(provisionLabelProxy);

/** A rule of the tenant's own, as `extend` would bring it: the operator enforces its namespace on it. */
const OWN = { apiVersion: "monitoring.coreos.com/v1", kind: "PrometheusRule", metadata: { namespace: "tenant-northwind", name: "own" }, spec: { groups: [{
  name: "own", interval: "1s", rules: [
    { record: "northwind:spread", expr: 'max  without( pod ,instance)( northwind_load{ namespace =~ "tenant-.*", job!="x" } )', labels: { shard: "all" } },
    { alert: "Loaded", expr: "SUM by(tier) (rate(northwind_load[2m] offset 1m)) unless on(tier) -northwind:spread ^ 2 > 1e+06", for: "90s", labels: { severity: "warning" } },
  ],
}] } };
const withOwn = (tree: Tree): Tree => ({ ...tree, manifests: [...tree.manifests, { manifest: OWN, file: "own.yaml", tenant: "northwind" }] });

interface Group { name: string; interval?: string; limit?: number; rules: Record<string, unknown>[] }
type Files = Map<string, string>;
const ORDERS = ruleFile("bulkhead-observability", "northwind.sales.orders");
const AUDIT = ruleFile("bulkhead-observability", "bulkhead-audit");
/** A copy in which the groups of one file are changed. */
function edited(files: Files, file: string, edit: (groups: Group[]) => void): Files {
  const spec = JSON.parse(files.get(file)!) as { groups: Group[] };
  edit(spec.groups);
  return new Map(files).set(file, JSON.stringify(spec));
}
const rule = (groups: Group[], group: string, name: string): Record<string, unknown> => groups.find((one) => one.name === group)!.rules.find((one) => (one["alert"] ?? one["record"]) === name)!;
const added = (files: Files, namespace: string, name: string, groups: Group[]): Files => new Map(files).set(ruleFile(namespace, name), JSON.stringify({ groups }));
const replaced = (files: Files, of: string, group: string, name: string, key: string, from: string | RegExp, to: string): Files =>
  edited(files, of, (groups) => { const one = rule(groups, group, name); const before = String(one[key]); one[key] = before.replace(from, to); if (one[key] === before) throw new Error(`${name} has no such ${key}`); });

const IN = "bulkhead-observability/northwind.sales.orders";
/** Changes of rule files, and the one difference that each is. */
const RULES: readonly [name: string, change: (files: Files) => Files, expected: string, impact: string][] = [
  ["a threshold is raised", (f) => replaced(f, ORDERS, "freshness", "ProductFreshnessBreached", "expr", /> \d+$/, "> 999999"), `changed rule ${IN} freshness: alert ProductFreshnessBreached /expr`, "availability"],
  ["another tenant is matched", (f) => replaced(f, ORDERS, "availability", "ProductRequestsMissing", "expr", 'tenant="northwind"', 'tenant="helvetia-insurance"'), `changed rule ${IN} availability: alert ProductRequestsMissing /expr`, "availability"],
  ["the namespace is not matched any more", (f) => replaced(f, ORDERS, "availability", "ProductRequestsMissing", "expr", 'namespace="bulkhead-observability",', ""), `changed rule ${IN} availability: alert ProductRequestsMissing /expr`, "availability"],
  ["and is turned into or", (f) => replaced(f, ORDERS, "availability", "ProductAvailabilityBurnFast", "expr", " and ", " or "), `changed rule ${IN} availability: alert ProductAvailabilityBurnFast /expr`, "availability"],
  ["a comparison gives numbers", (f) => replaced(f, ORDERS, "availability", "ProductAvailabilityBurnFast", "expr", " > ", " > bool "), `changed rule ${IN} availability: alert ProductAvailabilityBurnFast /expr`, "availability"],
  ["sides are paired otherwise", (f) => replaced(f, ORDERS, "availability", "ProductAvailabilityBurnFast", "expr", " and ", " and on (tenant) "), `changed rule ${IN} availability: alert ProductAvailabilityBurnFast /expr`, "availability"],
  ["a window is moved", (f) => replaced(f, ORDERS, "availability", "product:bulkhead_request_errors:ratio_rate5m", "expr", "[5m]", "[5m] offset 1h"), `changed rule ${IN} availability: record product:bulkhead_request_errors:ratio_rate5m /expr`, "availability"],
  ["an alert is held longer", (f) => edited(f, ORDERS, (g) => { rule(g, "freshness", "ProductFreshnessMissing")["for"] = "15h"; }), `changed rule ${IN} freshness: alert ProductFreshnessMissing /for`, "availability"],
  ["an alert fires on", (f) => edited(f, ORDERS, (g) => { rule(g, "freshness", "ProductFreshnessMissing")["keep_firing_for"] = "1d"; }), `changed rule ${IN} freshness: alert ProductFreshnessMissing /keep_firing_for`, "availability"],
  ["a severity is lowered", (f) => edited(f, AUDIT, (g) => { (rule(g, "audit", "BulkheadIsolationBroken")["labels"] as Record<string, string>)["severity"] = "none"; }), "changed rule bulkhead-observability/bulkhead-audit audit: alert BulkheadIsolationBroken /labels/severity", "availability"],
  ["a label is taken away", (f) => edited(f, ORDERS, (g) => { delete (rule(g, "freshness", "ProductFreshnessBreached")["labels"] as Record<string, string>)["namespace"]; }), `changed rule ${IN} freshness: alert ProductFreshnessBreached /labels/namespace`, "availability"],
  ["a runbook is another", (f) => edited(f, ORDERS, (g) => { (rule(g, "freshness", "ProductFreshnessBreached")["annotations"] as Record<string, string>)["runbook_url"] = "https://evil.example"; }), `changed rule ${IN} freshness: alert ProductFreshnessBreached /annotations/runbook_url`, "cosmetic"],
  ["a group is evaluated less often", (f) => edited(f, ORDERS, (g) => { g.find(({ name }) => name === "freshness")!.interval = "1h"; }), `changed rule-group ${IN} freshness /interval`, "availability"],
  ["a group is limited", (f) => edited(f, ORDERS, (g) => { g.find(({ name }) => name === "freshness")!.limit = 1; }), `changed rule-group ${IN} freshness /limit`, "availability"],
  ["a group is in another order", (f) => edited(f, ORDERS, (g) => { g.find(({ name }) => name === "freshness")!.rules.reverse(); }), `changed rule-group ${IN} freshness /order`, "cosmetic"],
  ["a rule is gone", (f) => edited(f, AUDIT, (g) => { g[0]!.rules = g[0]!.rules.filter((one) => one["alert"] !== "BulkheadAuditMissing"); }), "missing rule bulkhead-observability/bulkhead-audit audit: alert BulkheadAuditMissing", "availability"],
  ["a group is gone", (f) => edited(f, ORDERS, (g) => { g.splice(g.findIndex(({ name }) => name === "freshness"), 1); }), `missing rule-group ${IN} freshness`, "availability"],
  ["a file was never loaded", (f) => { const next = new Map(f); next.delete(AUDIT); return next; }, "missing rule-group bulkhead-observability/bulkhead-audit audit", "availability"],
  ["a rule is added to a group", (f) => edited(f, ORDERS, (g) => { g[0]!.rules.push({ record: "northwind:copy", expr: "up" }); }), `unmanaged rule ${IN} availability: record northwind:copy`, "access"],
  ["a rule is there twice", (f) => edited(f, ORDERS, (g) => { const of = g.find(({ name }) => name === "freshness")!; of.rules.push({ ...of.rules[0]!, expr: "vector(0) > 1" }); }), `unmanaged rule ${IN} freshness: alert ProductFreshnessBreached #2`, "access"],
  ["an extra rule in the platform's namespace", (f) => added(f, "bulkhead-observability", "spy", [{ name: "spy", rules: [{ record: "spy", expr: '{tenant="northwind"}' }] }]), `unmanaged rule-group ${ruleFile("bulkhead-observability", "spy")} spy`, "isolation"],
  ["an extra rule in a tenant's namespace", (f) => added(f, "tenant-northwind", "spy", [{ name: "spy", rules: [{ record: "spy", expr: "up", labels: { namespace: "tenant-northwind" } }] }]), `unmanaged rule-group ${ruleFile("tenant-northwind", "spy")} spy`, "isolation"],
  ["another's rule speaks in a tenant's name", (f) => added(f, "default", "liar", [{ name: "liar", rules: [{ record: "quiet", expr: "vector(1)", labels: { tenant: "northwind", namespace: "default" } }] }]), `unmanaged rule-group ${ruleFile("default", "liar")} liar`, "isolation"],
  ["another's rule writes what Bulkhead's read", (f) => added(f, "default", "liar", [{ name: "liar", rules: [{ record: "bulkhead_audit_last_success_timestamp_seconds", expr: "time()", labels: { namespace: "default" } }] }]), `unmanaged rule-group ${ruleFile("default", "liar")} liar`, "isolation"],
  ["the namespace is not enforced on a tenant's rule", (f) => replaced(f, ruleFile("tenant-northwind", "own"), "own", "northwind:spread", "expr", /,?namespace="tenant-northwind"/, ""), "changed rule tenant-northwind/own own: record northwind:spread /expr", "availability"],
];

/** Changes of the loaded configuration. */
const target = (exporter: Exporter, over: Parameters<typeof scrapeJob>[3]): Record<string, unknown>[] => [jobsOf(exporter, "northwind")[0]!, scrapeJob("tenant-northwind", "app", exporter.target, over)];
const JOB = "tenant-northwind podMonitor/tenant-northwind/app/0";
const WALLS: readonly [name: string, jobs: (exporter: Exporter) => Record<string, unknown>[], expected: string[]][] = [
  ["labels of pods are honoured", (e) => target(e, { honor: true }), [`changed scrape ${JOB} /honor_labels`]],
  ["the namespace is not enforced", (e) => target(e, { enforced: false }), [`changed scrape ${JOB} /metric_label /target_label`]],
  ["a monitor says another namespace, unenforced", (e) => target(e, { enforced: false, relabelings: [{ target_label: "namespace", replacement: "bulkhead-observability" }] }), [`changed scrape ${JOB} /metric_label /target_label`, `changed target-labels ${JOB} /namespace/bulkhead-observability /namespace/tenant-northwind`]],
  ["a monitor says another tenant", (e) => target(e, { relabelings: [{ target_label: "tenant", replacement: "helvetia-insurance" }] }), [`changed target-labels ${JOB} /tenant/helvetia-insurance /tenant/northwind`]],
];

describe.skipIf(program === null || labelProxy === null)("the prometheus plane", () => {
  let stage: Stage;
  let exporter: Exporter;
  beforeAll(async () => {
    exporter = await startExporter();
    exporter.metrics = 'northwind_load{tier="a"} 1\n';
    stage = await stagePrometheus(program!, labelProxy, withOwn(exampleTree()), jobsOf(exporter, "northwind"));
  });
  afterAll(async () => {
    await stage?.stop();
    await exporter?.stop();
  });
  const clean = (): Promise<void> => expect.poll(async () => told((await stage.audit()).differences), { timeout: 20_000 }).toEqual([]);
  const finds = (expected: readonly string[]): Promise<void> => expect.poll(async () => told((await stage.audit()).differences), { timeout: 20_000 }).toEqual(expected);
  async function revert(): Promise<void> {
    const differences = (await stage.audit()).differences;
    const store = { store: "prometheus", endpoint: stage.server.url, state: stage.state };
    await stage.run(differences.flatMap((one) => prometheusAudit.revert(one, store).commands));
  }

  test("law: what git declares is what is read, to the last evaluation", async () => {
    await clean();
    // A group of one minute is evaluated for the first time within that minute; until then its health is unknown, and said to be.
    await expect.poll(async () => (await stage.audit()).unknown, { timeout: 90_000, interval: 1000 }).toEqual([]);
    const { reading, differences } = await stage.audit();
    expect(differences).toEqual([]);
    expect(reading.coverage.map(({ what, state }) => [what, state])).toEqual(["configuration", "rule-group", "rule", "scrape", "target-labels"].map((what) => [what, "read"]));
    expect(reading.version).toMatch(/^\d+\.\d+/);
    expect(reading.items.length).toBeGreaterThan(120);
    expect(JSON.stringify(reading)).not.toContain("audit-secret");
  });

  test.each(RULES)("a mutation is found, and gone after its printed revert: %s", async (_, change, expected, impact) => {
    const before = stage.files;
    expect(await stage.load(change(before))).toBe(true);
    await finds([expected]);
    const { differences } = await stage.audit();
    expect(differences.map((one: ItemDifference) => prometheusAudit.impact(one))).toEqual([impact]);
    await revert();
    await clean();
  });

  test.each(WALLS)("an opened wall is found, and closed by its printed revert: %s", async (_, jobs, expected) => {
    expect(await stage.load(stage.files, { ...stage.config, scrape_configs: jobs(exporter) })).toBe(true);
    await finds(expected);
    expect((await stage.audit()).differences.map((one) => prometheusAudit.impact(one))).toEqual(expected.map(() => "isolation"));
    await revert();
    await clean();
  });

  test("a rule whose evaluation fails is found, though it is loaded as declared, and is well again when its data are", async () => {
    // Both series become one when the rule's own label is set, which Prometheus refuses.
    exporter.metrics = 'northwind_load{tier="a",shard="1"} 1\nnorthwind_load{tier="a",shard="2"} 1\n';
    await finds(["changed rule tenant-northwind/own own: record northwind:spread /health"]);
    expect(prometheusAudit.revert((await stage.audit()).differences[0]!, { store: "prometheus", endpoint: "", state: stage.state }).note).toContain("its evaluation fails");
    exporter.metrics = 'northwind_load{tier="a"} 1\n';
    await clean();
  });

  test("a configuration that Prometheus refused is found: what it runs is older than what it was given", async () => {
    expect(await stage.load(new Map(stage.files).set(`default-broken-${uidOf("default", "broken")}.yaml`, '{"groups":[{"name":"x","rules":[{"record":"a b","expr":"("}]}]}'))).toBe(false);
    await finds(["changed configuration k8s /reloaded"]);
    await stage.load();
    await clean();
  });

  test("a Prometheus without Alertmanagers is found", async () => {
    await stage.load(stage.files, { ...stage.config, alerting: { alertmanagers: [] } });
    await finds(["changed configuration k8s /alerting"]);
    await stage.load();
    await clean();
  });

  test("two objects whose rule files are named alike are told apart by the namespace that is enforced on them", async () => {
    // `tenant-northwind` + `own` and `tenant` + `northwind-own` both give tenant-northwind-own; their uids differ.
    const forged = `tenant-northwind-own-${uidOf("tenant", "northwind-own").replace(/^./, "0")}.yaml`;
    await stage.load(new Map(stage.files).set(forged, JSON.stringify({ groups: [{ name: "own", rules: [{ record: "x", expr: "vector(1)", labels: { namespace: "tenant" } }] }] })));
    await finds([`unmanaged rule-group ${forged} own`]);
    await stage.load();
    await clean();
  });

  test("law: the other cluster of the example, and generated fleets", async () => {
    const next = random(seedOfRun());
    const fleet = (): Tree => {
      const tenants = ["acme", "acme-corp"].map((id) => tenant(id, Array.from({ length: 1 + Math.floor(next() * 4) }, (_, i): ProductSpec => ({
        id: `p${i}`, domain: pick(next, ["sales", "crm"]), ...(next() < 0.7 && { freshness: 60 + Math.floor(next() * 100_000) }), ...(next() < 0.7 && { availabilityPpm: Math.floor(next() * 1_000_001) }),
        ...(next() < 0.5 && { quality: Array.from({ length: 1 + Math.floor(next() * 12) }, (__, n): [never, string, never] => ["not-null" as never, `t.c${n % 5}`, pick(next, ["warning", "blocking"]) as never]) }),
      }))));
      const all = [...tenants, sample("zeta")].flatMap((one) => manifestsOf(collect((output) => observabilityLayer.renderTenant!(tenantState({ platform: platform(), cluster: "prod-eu", tenant: one }), output)), one.id));
      return { cluster: "prod-eu", texts: exampleTree().texts, manifests: all };
    };
    for (const tree of [exampleTree("prod-us"), fleet(), fleet()]) {
      const other = await stagePrometheus(program!, labelProxy, tree, []);
      try {
        await expect.poll(async () => told((await other.audit()).differences), { timeout: 20_000 }).toEqual([]);
        expect((await other.audit()).reading.items.length).toBeGreaterThan(20);
      } finally {
        await other.stop();
      }
    }
  });
});
