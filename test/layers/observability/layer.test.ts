import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { observabilityLayer } from "../../../src/layers/observability/index.ts";
import { observabilityPrerequisites } from "../../../src/layers/observability/prerequisites.ts";
import type { Dashboard } from "../../../src/layers/observability/dashboard.ts";
import { lintDashboard } from "../../../src/layers/observability/lint/dashboards.ts";
import { lintGrafana } from "../../../src/layers/observability/lint/grafana.ts";
import { lintRules } from "../../../src/layers/observability/lint/rules.ts";
import { selectorsOf } from "../../../src/layers/observability/promql/parse.ts";
import type { RuleGroup } from "../../../src/layers/observability/rule.ts";
import { type ObservabilityState, platformState, tenantState } from "../../../src/layers/observability/state.ts";
import type { Tenant } from "../../../src/model/fleet.ts";
import { NAMESPACES, TENANT_LABEL } from "../../../src/model/names.ts";
import { collect, platform, type ProductSpec, sample, tenant } from "./fixture.ts";
import { suiteCount } from "../../real/provision/budget.ts";

const p = platform();
const stateOf = (t: Tenant): ObservabilityState => tenantState({ platform: p, tenant: t, cluster: "prod-eu" });
const rendered = (t: Tenant) => collect((output) => observabilityLayer.renderTenant!(stateOf(t), output));
const acme = rendered(sample());
const shared = collect((output) => observabilityLayer.renderPlatform!(platformState({ platform: p, cluster: "prod-eu", sharedTables: [] }), output));
const ofKind = (kind: string, from = acme) => from.objects.filter((o) => o.manifest.kind === kind);
const spec = (o: { manifest: object }): any => (o.manifest as any).spec;
const exprsOf = (groups: RuleGroup[]): string[] => groups.flatMap((g) => g.rules.map((r) => r.expr));

const productSpec = fc.record({
  id: fc.constantFrom("a", "orders", "long-name-of-a-product-0123456"), domain: fc.constantFrom("sales", "crm"),
  freshness: fc.option(fc.integer({ min: 1, max: 10_000_000 }), { nil: undefined }), availabilityPpm: fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: undefined }),
  quality: fc.array(fc.tuple(fc.constantFrom("not-null", "unique", "row-count") as fc.Arbitrary<"not-null">, fc.constantFrom("t", "t.a", "t.b_c", 'odd"x\\y'), fc.constantFrom("blocking", "warning") as fc.Arbitrary<"blocking">), { maxLength: 14 }),
});

describe("rules", () => {
  test("every selector of every expression has the tenant as constant, whatever is declared", () => {
    let seen = 0;
    fc.assert(fc.property(fc.uniqueArray(productSpec, { selector: (s) => `${s.domain}/${s.id}`, minLength: 1 }), (specs) => {
      const state = stateOf(tenant("acme-2", specs as ProductSpec[]));
      for (const rule of state.rules) {
        expect(lintRules(rule.groups, { tenant: "acme-2", namespace: NAMESPACES.observability })).toEqual([]);
        for (const expr of exprsOf(rule.groups)) {
          const selectors = selectorsOf(expr);
          expect(selectors.length).toBeGreaterThan(0);
          for (const s of selectors) { seen++; expect(s.matchers.filter((m) => m.label === "tenant")).toEqual([{ label: "tenant", op: "=", value: "acme-2" }]); }
        }
      }
    }), { numRuns: suiteCount("unit", "products") });
    expect(seen).toBeGreaterThan(1000);
  });

  test("they lie in the platform's namespace, in walls; a product without a promise has none", () => {
    const rules = ofKind("PrometheusRule");
    expect(rules.map((r) => r.manifest.metadata.name)).toEqual(expect.arrayContaining(["acme.sales.orders", "acme.finance.checked"]));
    expect(rules.map((r) => r.manifest.metadata.name)).not.toContain("acme.finance.silent");
    for (const rule of rules) expect([rule.manifest.metadata.namespace, rule.placement.area]).toEqual([NAMESPACES.observability, "walls"]);
  });

  test("alerts carry the tenant's namespace and team, so the tenant's Alertmanager configuration routes them", () => {
    for (const alert of ofKind("PrometheusRule").flatMap((r) => (spec(r).groups as RuleGroup[]).flatMap((g) => g.rules)).filter((r) => r.alert)) {
      expect(alert.labels).toMatchObject({ namespace: "tenant-acme", tenant: "acme", team: "owners" });
    }
  });

  test("burn rates of 99.9 % over seven windows, 14.4 and 6 page, 3 and 1 make a ticket", () => {
    const rules = (spec(ofKind("PrometheusRule").find((r) => r.manifest.metadata.name === "acme.sales.orders")!).groups as RuleGroup[])[0]!.rules;
    expect(rules.filter((r) => r.record).map((r) => r.record!.slice(-2).replace(/^e/, ""))).toEqual(["5m", "0m", "1h", "2h", "6h", "1d", "3d"]);
    expect(rules.filter((r) => r.alert?.includes("Burn")).map((r) => [r.labels.severity, [...r.expr.matchAll(/> ([0-9.]+)/g)].map((m) => m[1])])).toEqual([
      ["critical", ["0.0144", "0.0144"]], ["critical", ["0.006", "0.006"]], ["warning", ["0.003", "0.003"]], ["warning", ["0.001", "0.001"]],
    ]);
  });

  test("of one check declared twice the blocking declaration counts", () => {
    const state = stateOf(tenant("acme", [{ id: "o", quality: [["unique", "t", "blocking"], ["unique", "t", "warning"], ["unique", "u", "warning"], ["unique", "u", "blocking"]] }]));
    expect(state.rules[0]!.groups.flatMap((g) => g.rules.map((r) => [r.alert, r.labels.severity]))).toEqual(
      [["ProductQualityBlocked", "critical"], ["ProductQualityCheckMissing", "critical"], ["ProductQualityBlocked", "critical"], ["ProductQualityCheckMissing", "critical"]]);
  });

  test("every alert has a case in which it fires and one in which it does not", () => {
    const all = [...stateOf(sample()).rules, platformState({ platform: p, cluster: "prod-eu", sharedTables: [] }).rules];
    for (const { groups, cases } of all) {
      const expectations = cases.flatMap((c) => c.expect);
      for (const rule of groups.flatMap((g) => g.rules).filter((r) => r.alert)) {
        expect(expectations.some((e) => e.fires?.rule === rule), `${rule.alert} fires`).toBe(true);
        expect(expectations.some((e) => e.alert === rule.alert && !e.fires), `${rule.alert} is silent`).toBe(true);
      }
    }
  });

  test("the audit's rules name no tenant and pass the same lints", () => {
    const [rule] = ofKind("PrometheusRule", shared);
    expect(rule!.placement.area).toEqual({ platform: "observability" });
    expect(lintRules(spec(rule!).groups, { namespace: NAMESPACES.audit, cluster: "prod-eu" })).toEqual([]);
    expect(JSON.stringify(shared.objects.map((o) => o.manifest))).not.toContain("acme");
  });

  test("tests stand beside the rule and are no YAML to Argo CD", () => {
    expect(acme.files.map((f) => f.name)).toEqual(ofKind("PrometheusRule").flatMap((r) => [`bulkhead-observability/${r.manifest.metadata.name}.rules.promtool`, `bulkhead-observability/${r.manifest.metadata.name}.promtest`]));
    for (const file of [...acme.files, ...shared.files]) expect(file.name).not.toMatch(/\.(ya?ml|json|jsonnet)$/);
  });
});

describe("dashboards", () => {
  test("every product has one, and all 17 linter rules, mixtool's and the tenant's hold for any product", () => {
    fc.assert(fc.property(productSpec, (s) => {
      const state = stateOf(tenant("acme", [s as ProductSpec]));
      expect(state.dashboards).toHaveLength(1);
      for (const d of state.dashboards) expect(lintDashboard(d.model, { tenant: "acme", namespace: NAMESPACES.observability })).toEqual([]);
    }), { numRuns: suiteCount("unit", "products") });
    expect(ofKind("GrafanaDashboard")).toHaveLength(9);
  });

  test("the JSON in the resource is the model, with the resource's own uid", () => {
    for (const o of ofKind("GrafanaDashboard")) {
      const model = JSON.parse(spec(o).json) as Dashboard;
      expect(model.uid).toBe(spec(o).uid);
      expect(model.uid.length).toBeLessThanOrEqual(40);
    }
  });

  test("uids of different products differ, also when they are cut", () => {
    const long = "x".repeat(28);
    const uids = [["a", long], ["b", long], ["a", `${long}y`]].map(([d, id]) => stateOf(tenant("tenant-with-a-long-name", [{ id: id!, domain: d }])).dashboards[0]!.model.uid);
    expect(new Set(uids).size).toBe(3);
  });
});

describe("Grafana resources", () => {
  const grafana = acme.objects.filter((o) => o.manifest.apiVersion.startsWith("grafana."));
  test("all pass the lints, lie in the tenant's namespace and in content", () => {
    expect(grafana.map((o) => o.manifest.kind).sort()).toEqual([...Array(1).fill("Grafana"), ...Array(9).fill("GrafanaDashboard"), "GrafanaDatasource", ...Array(3).fill("GrafanaFolder")]);
    for (const o of grafana) {
      expect(lintGrafana(o.manifest, "acme")).toEqual([]);
      expect([o.manifest.metadata.namespace, o.placement.area]).toEqual(["tenant-acme", "content"]);
    }
  });

  test("no server administrator's credential is in the tenant's namespace, and keys lie under its own prefix", () => {
    for (const o of acme.objects.filter((x) => x.manifest.metadata.namespace === "tenant-acme")) expect(JSON.stringify(o.manifest)).not.toContain("grafana-admin");
    for (const o of ofKind("ExternalSecret")) {
      for (const d of spec(o).data) expect(d.remoteRef.key).toMatch(/^acme\//);
      if (o.placement.area === "content") expect(spec(o).secretStoreRef).toEqual({ kind: "SecretStore", name: "tenant" });
      else expect(o.manifest.metadata.namespace).toBe(NAMESPACES.observability);
    }
    expect(ofKind("ExternalSecret", shared).map((o) => spec(o).data[0].remoteRef.key)).toEqual(["platform/grafana/admin"]);
  });

  test("Jobs and gates are walls in the platform's namespace, labelled, restricted", () => {
    for (const o of acme.objects.filter((x) => ["Job", "CronJob", "Deployment", "Service", "ConfigMap"].includes(x.manifest.kind))) {
      expect([o.placement.area, o.manifest.metadata.namespace, o.manifest.metadata.labels?.[TENANT_LABEL]]).toEqual(["walls", NAMESPACES.observability, "acme"]);
      const text = JSON.stringify(o.manifest);
      if (text.includes('"containers"')) for (const part of ['"runAsNonRoot":true', '"automountServiceAccountToken":false', '"readOnlyRootFilesystem":true', '"drop":["ALL"]']) expect(text).toContain(part);
    }
  });

  test("the gate fixes the tenant and wants its password; the datasource goes there", () => {
    const [gate] = ofKind("Deployment");
    expect(spec(gate!).template.spec.containers[1].args).toEqual(expect.arrayContaining(["-label=tenant", "-label-value=acme", "-error-on-replace=true"]));
    const config = (ofKind("ConfigMap")[0]!.manifest.data as Record<string, string>)["nginx.conf"];
    expect(config).toContain("auth_basic_user_file");
    expect(config).toContain('proxy_set_header X-Bulkhead-Tenant "acme";');
    expect(spec(ofKind("GrafanaDatasource")[0]!).datasource).toMatchObject({ url: "http://metrics-acme.bulkhead-observability.svc:8080", basicAuthUser: "acme", editable: false });
  });

  test("Grafana reaches gates; that it does not reach Prometheus is a prerequisite, also where both share a namespace", () => {
    expect(ofKind("NetworkPolicy", shared).map((o) => [o.manifest.metadata.namespace, o.manifest.metadata.name])).toEqual([[NAMESPACES.observability, "metrics-gate"], [NAMESPACES.observability, "grafana-organization"]]);
    const readers = (grafana: string) => observabilityPrerequisites({ ...p, grafana: { ...p.grafana, namespace: grafana } }).find((f) => f.object.kind === "NetworkPolicy")!;
    expect(readers("grafana")).toMatchObject({ object: { namespace: "monitoring", name: "bulkhead-prometheus-readers" }, pointer: "/spec" });
    expect((readers("grafana").value as any).ingress[0].from[0]).toEqual({ podSelector: {} });
    expect((readers("monitoring").value as any).ingress[0].from[0]).toEqual({ podSelector: { matchLabels: p.prometheus.podLabels } });
    for (const o of shared.objects) expect(Object.values(NAMESPACES)).toContain(o.manifest.metadata.namespace);
  });

  test("the same input gives the same output, and another tenant's objects share no identity", () => {
    expect(rendered(sample())).toEqual(acme);
    const identity = (r: typeof acme) => r.objects.map((o) => `${o.manifest.kind} ${o.manifest.metadata.namespace} ${o.manifest.metadata.name}`);
    const other = new Set(identity(rendered(sample("acme-2"))));
    expect(identity(acme).filter((id) => other.has(id))).toEqual([]);
    expect(new Set(identity(acme)).size).toBe(acme.objects.length);
  });
});

describe("prerequisites", () => {
  test("only rules of the platform's namespace are excluded from enforcement", () => {
    const found = observabilityPrerequisites(p).filter((f) => f.object.kind !== "NetworkPolicy");
    expect(found.map((f) => f.object)).toEqual(Array(4).fill({ apiVersion: "monitoring.coreos.com/v1", kind: "Prometheus", namespace: "monitoring", name: "main" }));
    expect(found.find((f) => f.pointer === "/spec/excludedFromEnforcement")!.value).toEqual([{ group: "monitoring.coreos.com", resource: "prometheusrules", namespace: "bulkhead-observability" }]);
  });
});
