/** What the planes of this layer say without a server: desired sides, labels of scraped targets, routes with alerts known in part, quoting. */
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isDelivered, parseAlertmanager, receiversOf } from "../../../src/layers/observability/alertmanager/config.ts";
import { SENT } from "../../../src/layers/observability/alertmanager/desired.ts";
import { type AlertFamily, matchAll, matcherText, parseMatcher } from "../../../src/layers/observability/alertmanager/matcher.ts";
import { shellWord } from "../../../src/model/shell.ts";
import { observabilityLayer } from "../../../src/layers/observability/index.ts";
import { alertmanagerAudit, grafanaAudit, prometheusAudit } from "../../../src/layers/observability/plane.ts";
import { parseConfig, scrapeItems, targetItems } from "../../../src/layers/observability/prometheus/scrape.ts";
import type { PrometheusState } from "../../../src/layers/observability/prometheus/desired.ts";
import { platformState, tenantState } from "../../../src/layers/observability/state.ts";
import type { ItemDifference, Tree } from "../../../src/model/plane.ts";
import { suiteCount } from "../../real/provision/budget.ts";
import { alertsOf } from "../../../src/report/alert/alerts.ts";
import { drifted, finding, unread } from "../../report/audit/sample.ts";
import { collect, platform, sample } from "./fixture.ts";
import { exampleTree, manifestsOf } from "./tree.ts";

const example = exampleTree();
const texts = example.texts;

describe("the desired side", () => {
  test("desired(render(state)) = state, for rules", () => {
    const scope = { platform: platform(), cluster: "prod-eu" };
    const [state, own] = [tenantState({ ...scope, tenant: sample() }), platformState({ ...scope, sharedTables: [] })];
    const manifests = [...manifestsOf(collect((output) => observabilityLayer.renderTenant!(state, output)), "acme"), ...manifestsOf(collect((output) => observabilityLayer.renderPlatform!(own, output)))];
    const { state: found } = prometheusAudit.desired({ cluster: "prod-eu", manifests, texts })[0]!;
    const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
    expect(found.rules.map(({ name, groups, tenant, owner }) => ({ name, groups, tenant, owner }))).toEqual([...state.rules.map((one) => ({ ...one, tenant: "acme" })), { ...own.rules, tenant: undefined }].map(({ name, groups, tenant, owner }) => ({ name, groups, tenant, owner })).sort(byName));
    expect([found.enforcedLabel, found.excluded]).toEqual(["namespace", [{ namespace: "bulkhead-observability" }]]);
  });
  test("the example has one Prometheus, two Alertmanagers and one Grafana, and each plane wants what it is parsed from", () => {
    expect(prometheusAudit.desired(example).map(({ store, endpoint }) => [store, endpoint])).toEqual([["prometheus", "http://prometheus-operated.monitoring.svc:9090"]]);
    expect(alertmanagerAudit.desired(example).map(({ store, endpoint }) => [store, endpoint])).toEqual([0, 1].map((i) => [`alertmanager-${i}`, `http://alertmanager-${i}.alertmanager-operated.monitoring.svc:9093`]));
    expect(grafanaAudit.desired(example).map(({ store, endpoint }) => [store, endpoint])).toEqual([["grafana", "https://grafana.meridian.example"]]);
    for (const audited of [prometheusAudit, alertmanagerAudit, grafanaAudit]) {
      const wanted: Tree = { ...example, texts: texts.filter(({ file }) => audited.wantsText?.(file)), manifests: example.manifests.filter(({ manifest }) => { const { apiVersion, kind, metadata } = manifest as { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } }; return audited.wants({ apiVersion, kind, ...metadata }); }) };
      expect(wanted.manifests.length).toBeLessThan(example.manifests.length / 4);
      expect(audited.desired(wanted)).toEqual(audited.desired(example));
      expect(audited.desired({ cluster: "prod-eu", manifests: [], texts: [] })).toEqual([]);
    }
  });
  test.each<[string, () => unknown, RegExp]>([
    ["a rule without a name", () => prometheusAudit.desired({ ...example, manifests: [{ file: "a.yaml", manifest: { kind: "PrometheusRule", metadata: {} } }] }), /a\.yaml is no PrometheusRule/],
    ["prerequisites that are none", () => prometheusAudit.desired({ ...example, texts: [{ file: "prod-eu/platform/prerequisites.json", text: "{}" }] }), /prerequisites\.json is no list/],
    ["an AlertmanagerConfig without a route", () => alertmanagerAudit.desired({ ...example, manifests: [{ file: "b.yaml", manifest: { kind: "AlertmanagerConfig", metadata: { namespace: "x", name: "y" } } }] }), /b\.yaml is no AlertmanagerConfig/],
  ])("%s is an error that names the file", (_, read, message) => {
    expect(read).toThrow(message);
  });
  test("the alerts that are looked for are those that a report sends", () => {
    const { alerts } = alertsOf(drifted([finding()], { ...unread(), cluster: "prod-eu" }), { interval: 60, now: new Date(0), bound: 0 });
    const single = alertsOf(drifted([finding()], { cluster: "prod-eu" }), { interval: 60, now: new Date(0) });
    for (const { labels } of [...alerts, ...single.alerts]) {
      const family = SENT.find((one) => one.labels["alertname"] === labels["alertname"])!;
      expect(labels).toMatchObject(family.labels);
      expect(Object.keys(labels).filter((label) => !Object.hasOwn(family.labels, label) && !family.open.includes(label))).toEqual([]);
    }
    expect(new Set([...alerts, ...single.alerts].map(({ labels }) => labels["alertname"]))).toEqual(new Set(SENT.map((one) => one.labels["alertname"])));
  });
});

const state: PrometheusState = { namespace: "monitoring", name: "k8s", enforcedLabel: "namespace", excluded: [], rules: [] };
const job = (more: Record<string, unknown>): string => JSON.stringify({ global: { evaluation_interval: "30s" }, scrape_configs: [{ job_name: "serviceMonitor/tenant-acme/app/0", kubernetes_sd_configs: [{ role: "endpoints", namespaces: { names: ["tenant-acme"] } }], relabel_configs: [{ target_label: "namespace", replacement: "tenant-acme" }], metric_relabel_configs: [{ target_label: "namespace", replacement: "tenant-acme" }], basic_auth: { password: "<secret>" }, ...more }] });
const wall = (more: Record<string, unknown>): unknown => scrapeItems(parseConfig(job(more)).scrapes, state)[0]?.value;
const CLOSED = { honor_labels: false, target_label: "tenant-acme", metric_label: "tenant-acme", namespaces: ["tenant-acme"] };
const LAST = { target_label: "namespace", replacement: "tenant-acme" };
describe("labels of scraped targets", () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["as the operator writes it", {}, CLOSED],
    ["labels honoured", { honor_labels: true }, { ...CLOSED, honor_labels: true }],
    ["looks everywhere", { kubernetes_sd_configs: [{ role: "pod" }] }, { ...CLOSED, namespaces: "(all)" }],
    ["looks elsewhere too", { kubernetes_sd_configs: [{ namespaces: { names: ["tenant-acme", "tenant-b"] } }] }, { ...CLOSED, namespaces: ["tenant-acme", "tenant-b"] }],
    ["looks into Prometheus' own namespace", { kubernetes_sd_configs: [{ namespaces: { own_namespace: true, names: ["tenant-acme"] } }] }, { ...CLOSED, namespaces: "(all)" }],
    ["a second discovery without namespaces", { kubernetes_sd_configs: [{ namespaces: { names: ["tenant-acme"] } }, { role: "node" }] }, { ...CLOSED, namespaces: "(all)" }],
    ["written after the enforced label", { relabel_configs: [LAST, { source_labels: ["__meta_x"], target_label: "namespace" }] }, { ...CLOSED, target_label: "(chosen by others)" }],
    ["written by a map after it", { metric_relabel_configs: [LAST, { action: "labelmap", regex: "x_(.+)", replacement: "$1" }] }, { ...CLOSED, metric_label: "(chosen by others)" }],
    ["a map to another prefix is none", { metric_relabel_configs: [LAST, { action: "labelmap", regex: "x_(.+)", replacement: "pod_$1" }] }, CLOSED],
    ["dropped after it", { metric_relabel_configs: [LAST, { action: "labeldrop", regex: "namespace" }] }, { ...CLOSED, metric_label: "(chosen by others)" }],
    ["written under a name from a label", { metric_relabel_configs: [LAST, { source_labels: ["a"], target_label: "${1}" }] }, { ...CLOSED, metric_label: "(chosen by others)" }],
    ["only for some", { relabel_configs: [{ ...LAST, source_labels: ["app"], regex: "a.*" }] }, { ...CLOSED, target_label: "(chosen by others)" }],
    ["sharding after it is none", { relabel_configs: [LAST, { action: "hashmod", source_labels: ["__address__"], target_label: "__tmp_hash", modulus: 1 }, { action: "keep", source_labels: ["__tmp_hash"], regex: "0" }] }, CLOSED],
    ["another namespace", { relabel_configs: [{ ...LAST, replacement: "bulkhead-observability" }] }, { ...CLOSED, target_label: "bulkhead-observability" }],
    ["not enforced at all", { relabel_configs: [], metric_relabel_configs: [] }, { ...CLOSED, target_label: "(not set)", metric_label: "(not set)" }],
  ])("%s", (_, more, expected) => {
    expect(wall(more)).toEqual(expected);
  });
  test("monitors of others are none of ours, and no credential is kept", () => {
    expect(wall({ job_name: "serviceMonitor/monitoring/app/0" })).toBeUndefined();
    expect(JSON.stringify(parseConfig(job({})))).not.toContain("secret");
    expect(parseConfig(job({}))).toMatchObject({ interval: 30, alerting: false });
    for (const bad of ["a: [", "- x", "scrape_configs: 7"]) expect(() => parseConfig(bad)).toThrow();
  });
  const target = (namespace: string, labels: Record<string, string>): unknown => ({ scrapePool: "p", discoveredLabels: { __meta_kubernetes_namespace: namespace }, labels });
  test("a target of another's that says it is the platform's or a tenant's is one", () => {
    expect(targetItems([target("default", { namespace: "bulkhead-observability" }), target("kube-system", { namespace: "kube-system" }), target("default", { namespace: "tenant-acme" })], state).map(({ namespace, value }) => [namespace, value])).toEqual([["default", { namespace: { "bulkhead-observability": true, "tenant-acme": true }, tenant: {} }]]);
  });
});

describe("alerts that are known in part", () => {
  test.each<[string, string | undefined]>([
    ['a="b"', 'a="b"'], ["a=b", 'a="b"'], [' a =~ "x|y" ', 'a=~"x|y"'], ['a!="q\\"uo\\\\te\\n"', 'a!="q\\"uo\\\\te\\n"'], ['"a b"="c"', 'a b="c"'], ["a!~b", 'a!~"b"'], ["a=", 'a=""'], ["a", undefined], ["", undefined], ['a="b', undefined], ['{a="b"}', undefined],
  ])("a matcher %j", (text, expected) => {
    const found = parseMatcher(text);
    expect(found && matcherText(found)).toBe(expected);
  });
  const family: AlertFamily = { name: "x", labels: { a: "1", long: "a".repeat(40) }, open: ["free"] };
  test.each<[string, boolean | undefined]>([
    ['a="1"', true], ['a="2"', false], ['free="1"', undefined], ['absent=""', true], ['absent="x"', false], ['absent!="x"', true], ['a=~"1|2"', true], ['a=~"2"', false], ['a!~"2"', true], ['absent=~".*"', true], ['absent=~".+"', false], ['a=~"(?i)X"', false],
    // RE2 that JavaScript reads otherwise, and patterns that take long, are undecided.
    ['a=~"(?P<n>1)"', undefined], ['a=~"\\\\pN"', undefined], ['long=~"(a+)+b"', undefined], ['long=~"((a+))+b"', undefined], ['long=~"a*a*a*a*a*b"', undefined], ['a=~"["', undefined], ['a=~"[[:alpha:]]"', undefined],
  ])("%s is %s", (text, expected) => {
    const begun = performance.now();
    expect(matchAll([parseMatcher(text)!], family)).toBe(expected);
    expect(performance.now() - begun).toBeLessThan(500);
  });

  const word = fc.constantFrom("a", "b", "");
  const matcher = fc.tuple(fc.constantFrom("x", "y"), fc.constantFrom("=", "!="), word).map(([label, op, value]) => `${label}${op}"${value}"`);
  const { route } = fc.letrec<{ route: object }>((tie) => ({
    route: fc.record({ receiver: fc.constantFrom("r0", "r1"), continue: fc.boolean(), matchers: fc.array(matcher, { minLength: 1, maxLength: 2 }), routes: fc.oneof({ depthSize: "small" }, fc.constant([]), fc.array(tie("route"), { maxLength: 2 })) }),
  }));
  test("what is said of a family holds for every alert of it: delivered means each is, and no receiver of one is left out", () => {
    fc.assert(fc.property(fc.array(route, { maxLength: 3 }), fc.constantFrom("r0", "r1"), word, (routes, receiver, x) => {
      const config = parseAlertmanager(JSON.stringify({ route: { receiver, routes }, receivers: [{ name: "r0" }, { name: "r1", webhook_configs: [{}] }] }));
      const known: AlertFamily = { name: "x", labels: { x }, open: ["y"] };
      const each = ["a", "b", ""].map((y): AlertFamily => ({ name: "x", labels: { x, y }, open: [] }));
      if (isDelivered(config, known)) for (const one of each) expect(isDelivered(config, one)).toBe(true);
      for (const one of each) {
        for (const name of receiversOf(one, config.route)) expect(receiversOf(known, config.route)).toContain(name);
        // For an alert that is known whole, delivered is that one of its receivers tells somebody.
        expect(isDelivered(config, one)).toBe(receiversOf(one, config.route).has("r1"));
      }
    }), { numRuns: suiteCount("unit", "reports") });
  });
  test.each(["route: {receiver: a, routes: [{matchers: ['}{']}]}", "x: [", "7", "route: {receiver: 7}"])("a configuration that cannot be read is not read in part: %s", (yaml) => {
    expect(() => parseAlertmanager(yaml)).toThrow();
  });
});

describe("printed commands", () => {
  const HOSTILE = ["plain", "it's", '"; DROP TABLE x; --', "$(touch x)", "`id`", "a\nb", "\u001b[31mred", "\u202egnp.exe", "a b", "-rf", "\\", "'\\''", "é✓", "\u{e0001}", "!history", "\t\r\u0000".replace("\u0000", "")];
  test.each(HOSTILE)("a shell takes %j as one word, and it shows what it holds", (word) => {
    expect(execFileSync("bash", ["-c", `printf '%s' ${shellWord(word)}`], { encoding: "utf8" })).toBe(word);
    expect(shellWord(word)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
  test("names of hostile things end up quoted in every plane's revert", () => {
    const name = "x'; touch pwned; '\u001b";
    const difference = (over: Partial<ItemDifference>): ItemDifference => ({ kind: "x", name, status: "unmanaged", changes: [], live: { kind: "x", name, value: { rules: {}, organization_id: name, user_id: name, dashboard: name } }, ...over });
    const [prometheus, alertmanager, grafana] = [prometheusAudit.desired(example)[0]!, alertmanagerAudit.desired(example)[0]!, grafanaAudit.desired(example)[0]!];
    const commands = [
      ...["rule-group", "rule", "scrape", "configuration"].flatMap((kind) => (["unmanaged", "changed"] as const).map((status) => prometheusAudit.revert(difference({ kind, status, namespace: `bulkhead-observability/${name}`, tenant: name }), prometheus))),
      prometheusAudit.revert(difference({ kind: "rule-group", namespace: `bulkhead-observability-${name}.yaml` }), prometheus),
      ...["silence", "route", "leak", "delivery", "cluster", "inhibition"].flatMap((kind) => (["unmanaged", "changed"] as const).map((status) => alertmanagerAudit.revert(difference({ kind, status, namespace: "tenant-x", tenant: name }), alertmanager))),
      ...["datasource", "folder", "dashboard", "member", "user", "organization", "public-dashboard", "settings"].flatMap((kind) => (["unmanaged", "changed"] as const).map((status) => grafanaAudit.revert(difference({ kind, status, namespace: "northwind", tenant: name }), grafana))),
    ].flatMap((revert) => revert.commands);
    expect(commands.length).toBeGreaterThan(15);
    for (const command of commands) {
      expect(command).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      // The shell sees one command: each word of it is printed on a line of its own, and nothing else is run.
      const words = execFileSync("bash", ["-c", `argocd() { printf '%s\\0' "$@"; }; kubectl() { argocd "$@"; }; curl() { argocd "$@"; }; amtool() { argocd "$@"; }; touch() { printf PWNED; }\n${command}`], { encoding: "utf8" });
      expect(words).not.toContain("PWNED");
    }
  });
});
