import { describe, expect, test } from "vitest";
import { type Dashboard, productDashboard } from "../../../src/layers/observability/dashboard.ts";
import { DASHBOARD_CHECKS, lintDashboard } from "../../../src/layers/observability/lint/dashboards.ts";
import { GRAFANA_CHECKS, lintGrafana } from "../../../src/layers/observability/lint/grafana.ts";
import { readDashboard } from "../../../src/layers/observability/lint/read.ts";
import { lintRules, RULE_CHECKS } from "../../../src/layers/observability/lint/rules.ts";
import { parse, selectorsOf } from "../../../src/layers/observability/promql/parse.ts";
import { productRules } from "../../../src/layers/observability/product.ts";
import type { Rule, RuleGroup } from "../../../src/layers/observability/rule.ts";
import type { Manifest } from "../../../src/layers/layer.ts";
import { platform, product } from "./fixture.ts";

const orders = product("acme", { id: "orders", freshness: 900, availabilityPpm: 999_000, quality: [["unique", "orders", "blocking"]] });
const CONSTANTS = { tenant: "acme", namespace: "bulkhead-observability" };
type Change<T> = (subject: T) => void;

/** Every rule has at least one mutation, and each mutation is found by exactly that rule among others it may break. */
function negatives<T>(fresh: () => T, lint: (subject: T) => { rule: string }[], rules: string[], changes: [string, string, Change<T>][]): void {
  test("the unchanged subject is clean", () => expect(lint(fresh())).toEqual([]));
  test("every rule has a negative test", () => expect([...new Set(changes.map(([rule]) => rule))].sort()).toEqual([...rules].sort()));
  test.each(changes)("%s: %s", (rule, _, change) => {
    const subject = fresh();
    change(subject);
    expect(lint(subject).map((f) => f.rule)).toContain(rule);
  });
}

describe("dashboards", () => {
  const variable = (d: Dashboard, name: string) => d.templating.list.find((v) => v.name === name)!;
  const expr = (d: Dashboard, from: string | RegExp, to: string) => { for (const p of d.panels) for (const t of p.targets) t.expr = t.expr.replace(from, to); };
  const loki = (d: Dashboard, text: string) => { variable(d, "datasource").query = "loki"; d.panels[0]!.targets[0]!.expr = text; };
  negatives<Dashboard>(() => structuredClone(productDashboard(orders)), (d) => lintDashboard(d, CONSTANTS), DASHBOARD_CHECKS.map((c) => c.rule), [
    ["template-datasource", "missing", (d) => { d.templating.list = d.templating.list.filter((v) => v.name !== "datasource"); }],
    ["template-datasource", "two", (d) => { d.templating.list.push({ ...variable(d, "datasource"), name: "second" }); }],
    ["template-datasource", "name", (d) => { variable(d, "datasource").name = "ds"; }],
    ["template-datasource", "label", (d) => { variable(d, "datasource").label = "Source"; }],
    ["template-datasource", "kind", (d) => { variable(d, "datasource").query = "mysql"; }],
    ["template-job", "missing", (d) => { d.templating.list = d.templating.list.filter((v) => v.name !== "job"); }],
    ["template-job", "label", (d) => { variable(d, "job").label = "Jobs"; }],
    ["template-job", "allValue", (d) => { variable(d, "job").allValue = ".*"; }],
    ["template-job", "datasource", (d) => { variable(d, "job").datasource = { type: "prometheus", uid: "abc" }; }],
    ["template-instance", "single", (d) => { variable(d, "instance").multi = false; }],
    ["template-instance", "type", (d) => { variable(d, "instance").type = "datasource"; }],
    ["template-label-promql", "syntax", (d) => { variable(d, "job").query = "label_values({tenant=, job)"; }],
    ["template-label-promql", "no selector", (d) => { variable(d, "job").query = "label_values(job)"; }],
    ["template-on-time-change-reload", "on load", (d) => { variable(d, "job").refresh = 1; }],
    ["panel-datasource", "panel", (d) => { d.panels[0]!.datasource = { type: "prometheus", uid: "abc" }; }],
    ["panel-datasource", "target", (d) => { d.panels[0]!.targets[0]!.datasource = { type: "prometheus", uid: "abc" }; }],
    ["panel-title-description", "title", (d) => { d.panels[0]!.title = ""; }],
    ["panel-title-description", "description", (d) => { d.panels[0]!.description = ""; }],
    ["panel-units", "unit", (d) => { d.panels[0]!.fieldConfig.defaults.unit = "seconds"; }],
    ["panel-no-targets", "none", (d) => { d.panels[0]!.targets = []; }],
    ["target-logql", "braces", (d) => loki(d, '{app="a"')],
    ["target-logql", "no selector", (d) => loki(d, "sum(1)")],
    ["target-logql-auto", "fixed range", (d) => loki(d, 'rate({app="a"}[5m])')],
    ["target-promql", "syntax", (d) => expr(d, "time()", "time(")],
    ["target-promql", "unknown function", (d) => expr(d, "time()", "tim()")],
    ["target-rate-interval", "fixed range", (d) => expr(d, "$__rate_interval", "5m")],
    ["target-job", "no matcher", (d) => expr(d, ',job=~"$job"', "")],
    ["target-instance", "equality", (d) => expr(d, 'instance=~"$instance"', 'instance="$instance"')],
    ["target-counter-agg", "bare counter", (d) => expr(d, /^sum\(rate\((.*)\[\$__rate_interval\]\)\)$/, "sum($1)")],
    ["uneditable", "editable", (d) => { (d as { editable: boolean }).editable = true; }],
    ["mixtool-title", "no title", (d) => { d.title = ""; }],
    ["mixtool-uid", "no uid", (d) => { d.uid = ""; }],
    ["mixtool-uid", "too long", (d) => { d.uid = "x".repeat(41); }],
    ["tenant-constant", "another tenant", (d) => expr(d, 'tenant="acme"', 'tenant="umbrella"')],
    ["tenant-constant", "a regular expression", (d) => expr(d, 'tenant="acme"', 'tenant=~"acme"')],
    ["tenant-constant", "a variable", (d) => expr(d, 'tenant="acme"', 'tenant="$tenant"')],
    ["tenant-constant", "beside another", (d) => expr(d, 'tenant="acme"', 'tenant="acme",tenant=~".+"')],
    ["tenant-constant", "variable's query", (d) => { variable(d, "job").query = variable(d, "job").query.replace('tenant="acme",', ""); }],
    ["tenant-variable", "a tenant variable", (d) => { d.templating.list.push({ ...variable(d, "job"), name: "tenant" }); }],
  ]);
});

describe("rules", () => {
  const all = (groups: RuleGroup[]): Rule[] => groups.flatMap((g) => g.rules);
  const alert = (groups: RuleGroup[], name = "ProductFreshnessBreached"): Rule => all(groups).find((r) => r.alert === name)!;
  const burn = (g: RuleGroup[]) => alert(g, "ProductAvailabilityBurnFast");
  const record = (groups: RuleGroup[]): Rule => all(groups).find((r) => r.record)!;
  negatives<RuleGroup[]>(() => structuredClone(productRules(orders, platform())!.groups), (g) => lintRules(g, CONSTANTS), RULE_CHECKS.map((c) => c.rule), [
    ["mixtool-group-size", "21 rules", (g) => { g[0]!.rules = Array.from({ length: 21 }, (_, i) => ({ ...g[0]!.rules[0]!, record: `r${i}` })); }],
    ["mixtool-group-name", "41 characters", (g) => { g[0]!.name = "x".repeat(41); }],
    ["mixtool-alert-name", "snake", (g) => { alert(g).alert = "product_freshness"; }],
    ["mixtool-alert-name", "long", (g) => { alert(g).alert = "P".repeat(41); }],
    ["mixtool-severity", "page", (g) => { alert(g).labels.severity = "page"; }],
    ["mixtool-description", "no template", (g) => { alert(g).annotations!.description = "old."; }],
    ["mixtool-summary", "no full stop", (g) => { alert(g).annotations!.summary = "Old"; }],
    ["mixtool-summary", "template", (g) => { alert(g).annotations!.summary = "Old {{ $value }}."; }],
    ["runbook-url", "missing", (g) => { delete alert(g).annotations!.runbook_url; }],
    ["pint-promql-syntax", "bracket", (g) => { alert(g).expr += ")"; }],
    ["pint-promql-syntax", "rate without range", (g) => { record(g).expr = record(g).expr.replace("[5m]", ""); }],
    ["pint-alerts-comparison", "no comparison", (g) => { alert(g).expr = alert(g).expr.replace(" > 900", ""); }],
    ["pint-alerts-for", "zero", (g) => { alert(g).for = "0s"; }],
    ["pint-alerts-for", "invalid", (g) => { alert(g).for = "5 minutes"; }],
    ["pint-alerts-template", "value in label", (g) => { alert(g).labels.value = "{{ $value }}"; }],
    ["pint-alerts-template", "lost label", (g) => { alert(g).annotations!.description += " {{ $labels.instance }}"; }],
    ["pint-alerts-template", "raw rate", (g) => { burn(g).annotations!.description = "{{ $value }}"; }],
    ["pint-group-interval", "10m", (g) => { g[0]!.interval = "10m"; }],
    ["pint-promql-fragile", "ratio without for", (g) => { const r = alert(g); delete r.for; r.expr = `${record(g).expr} > 0.5`; }],
    ["pint-promql-impossible", "ratio above 1", (g) => { burn(g).expr = burn(g).expr.replace("0.0144", "1.44"); }],
    ["pint-promql-regexp", "needless", (g) => { record(g).expr = record(g).expr.replace('product="orders"', 'product=~"orders"'); }],
    ["pint-promql-regexp", "anchored", (g) => { record(g).expr = record(g).expr.replace('product="orders"', 'product=~"^ord.*"'); }],
    ["pint-promql-selector", "no tenant", (g) => { record(g).expr = record(g).expr.replace('tenant="acme",', ""); }],
    ["pint-promql-selector", "other tenant", (g) => { alert(g).expr = alert(g).expr.replace('tenant="acme"', 'tenant="acme2"'); }],
    ["pint-promql-selector", "forgeable namespace", (g) => { alert(g).expr = alert(g).expr.replace('namespace="bulkhead-observability",', ""); }],
    ["pint-rule-duplicate", "twice", (g) => { g[1]!.rules.push(structuredClone(g[1]!.rules[0]!)); }],
    ["pint-rule-name", "both", (g) => { alert(g).record = "x"; }],
    ["recording-constants", "tenant", (g) => { record(g).labels.tenant = "umbrella"; }],
  ]);
});

describe("Grafana resources", () => {
  const at = (kind: string, spec: object): Manifest & { spec: any } => ({ apiVersion: "grafana.integreatly.org/v1beta1", kind, metadata: { name: "x", namespace: "tenant-acme", labels: { "bulkhead.dev/tenant": "acme" } }, spec });
  type Pair = { datasource: ReturnType<typeof at>; grafana: ReturnType<typeof at> };
  const fresh = (): Pair => ({
    datasource: at("GrafanaDatasource", { uid: "u", instanceSelector: { matchLabels: { "bulkhead.dev/tenant": "acme" } }, datasource: { editable: false, url: "http://metrics-acme.bulkhead-observability.svc:8080" } }),
    grafana: at("Grafana", { external: { url: "https://g" } }),
  });
  negatives<Pair>(fresh, (p) => [...lintGrafana(p.datasource, "acme"), ...lintGrafana(p.grafana, "acme")], GRAFANA_CHECKS.map((c) => c.rule), [
    ["grafana-org-id", "in the datasource", (p) => { p.datasource.spec.datasource.orgId = 2; }],
    ["grafana-cross-namespace", "true", (p) => { p.datasource.spec.allowCrossNamespaceImport = true; }],
    ["grafana-instance-selector", "other tenant", (p) => { p.datasource.spec.instanceSelector.matchLabels = { "bulkhead.dev/tenant": "umbrella" }; }],
    ["grafana-instance-selector", "everything", (p) => { p.datasource.spec.instanceSelector = {}; }],
    ["grafana-instance-label", "other tenant", (p) => { p.grafana.metadata.labels = { "bulkhead.dev/tenant": "umbrella" }; }],
    ["grafana-namespace", "other namespace", (p) => { p.grafana.metadata.namespace = "tenant-umbrella"; }],
    ["grafana-external", "own server", (p) => { p.grafana.spec = {}; }],
    ["grafana-datasource", "editable", (p) => { p.datasource.spec.datasource.editable = true; }],
    ["grafana-datasource", "no uid", (p) => { delete p.datasource.spec.uid; }],
    ["grafana-datasource", "Prometheus itself", (p) => { p.datasource.spec.datasource.url = "http://prometheus-operated.monitoring.svc:9090"; }],
    ["grafana-datasource", "another tenant's gate", (p) => { p.datasource.spec.datasource.url = "http://metrics-umbrella.bulkhead-observability.svc:8080"; }],
  ]);
});

describe("dashboards that others wrote", () => {
  test("our own reads as it is", () => {
    const own = productDashboard(orders);
    expect(lintDashboard(readDashboard(JSON.stringify(own))!, CONSTANTS)).toEqual([]);
  });
  test.each([
    "{}", '{"panels":[null,1,"x"],"templating":{"list":[null]}}', '{"panels":{},"templating":[]}', '{"rows":[{"panels":[{}]}]}', '{"panels":[{"type":"row","panels":[{"type":"stat","datasource":"Prometheus","targets":[{"expr":5}]}]}]}',
    '{"templating":{"list":[{"type":"query","query":{"query":"label_values(up, job)"}},{"type":"datasource","query":"prometheus","name":"datasource"}]},"panels":[{"type":"graph","targets":[{"expr":"rate("}]}]}',
  ])("%s is judged, not fallen over", (text) => expect(lintDashboard(readDashboard(text)!, {}).length).toBeGreaterThan(0));
  test.each(["", "[]", "null", "{", "1"])("%s is none", (text) => expect(readDashboard(text)).toBeUndefined());
});

describe("PromQL", () => {
  test.each(["up", 'up{a="b",}', "sum by (a) (rate(x[5m])) / on (a) group_left (b) sum(y) by (a)", "-x ^ 2 > bool 0", 'max_over_time(rate(x{a=~"b|c"}[$__rate_interval])[1h:5m] offset 5m)', "absent(x) or vector(1)", '{__name__=~"a.+"}', "x offset 1d > 1e-3 # why", "topk(3, x)", "x{a='it\\'s'}"])("reads %s", (text) => expect(() => parse(text)).not.toThrow());
  test.each(["", "up{", "up{a=b}", "sum(", "rate(x)", "nope(x)", "{}", 'up{a="b" c="d"}', "up up", "x[5]", "1 +", 'x{a="b}'])("refuses %s", (text) => expect(() => parse(text)).toThrow(SyntaxError));
  test("a quoted brace or tenant inside a string is no selector", () => {
    expect(selectorsOf('x{a="{tenant=\\"acme\\"}"}')).toEqual([{ kind: "selector", metric: "x", matchers: [{ label: "a", op: "=", value: '{tenant="acme"}' }] }]);
  });
});
