/** Grafana dashboard of a product: small panel builders of our own, so that every panel has what dashboard-linter asks for. */
import type { Product } from "../../model/fleet.ts";
import { METRICS } from "../../model/metrics.ts";
import { fit } from "../../model/names.ts";
import { decimal, percent } from "./decimal.ts";
import { productLabels, quote, selector } from "./metrics.ts";

/** Grafana's dashboard model, as far as Bulkhead writes it. */
export interface Dashboard {
  uid: string; title: string; description: string; editable: false; schemaVersion: number; tags: string[]; timezone: string; refresh: string;
  time: { from: string; to: string };
  templating: { list: Variable[] };
  panels: Panel[];
}
export interface Variable {
  name: string; label: string; type: "datasource" | "query"; query: string; refresh: number; hide?: number; multi?: boolean; includeAll?: boolean; allValue?: string;
  datasource?: DatasourceRef; definition?: string; sort?: number; current?: { text: string; value: string };
}
export interface DatasourceRef { type: string; uid: string }
export interface Target { refId: string; datasource: DatasourceRef; expr: string; legendFormat: string; instant?: boolean; range?: boolean }
export interface Panel {
  id: number; type: string; title: string; description: string; datasource: DatasourceRef; gridPos: { x: number; y: number; w: number; h: number };
  fieldConfig: { defaults: { unit: string; min?: number; max?: number; mappings?: unknown[]; thresholds?: { mode: string; steps: { color: string; value: number | null }[] } }; overrides: unknown[] };
  options?: Record<string, unknown>;
  targets: Target[];
}

const DATASOURCE: DatasourceRef = { type: "prometheus", uid: "$datasource" };
/** Longest uid Grafana accepts. */
const UID_LIMIT = 40;

/** Uids are unique in an organization; the tenant stays in them so that two never look alike in a log. */
const dashboardUid = (product: Pick<Product, "tenant" | "domain" | "id">): string => fit(`bh-${product.tenant}-${product.domain}-${product.id}`, UID_LIMIT);
/** Folder of a domain. */
export const folderUid = (tenant: string, domain: string): string => fit(`bh-${tenant}-${domain}`, UID_LIMIT);
/** Datasource of a tenant. */
export const datasourceUid = (tenant: string): string => fit(`bh-${tenant}-metrics`, UID_LIMIT);

type Steps = { color: string; value: number | null }[];
interface PanelSpec { type: "stat" | "timeseries"; title: string; description: string; unit: string; exprs: [legend: string, expr: string][]; steps?: Steps; min?: number; max?: number; mappings?: unknown[] }

function panel(spec: PanelSpec, index: number): Panel {
  const stat = spec.type === "stat";
  return {
    id: index + 1, type: spec.type, title: spec.title, description: spec.description, datasource: DATASOURCE,
    gridPos: { x: (index % 2) * 12, y: Math.floor(index / 2) * 8, w: 12, h: 8 },
    fieldConfig: {
      defaults: {
        unit: spec.unit,
        ...(spec.min !== undefined && { min: spec.min }), ...(spec.max !== undefined && { max: spec.max }),
        ...(spec.mappings && { mappings: spec.mappings }),
        ...(spec.steps && { thresholds: { mode: "absolute", steps: spec.steps } }),
      },
      overrides: [],
    },
    options: stat ? { reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false } } : { legend: { displayMode: "list", placement: "bottom", showLegend: true } },
    targets: spec.exprs.map(([legend, expr], i) => ({ refId: String.fromCharCode(65 + i), datasource: DATASOURCE, expr, legendFormat: legend, ...(stat ? { instant: true, range: false } : { range: true }) })),
  };
}

/** The dashboard; the tenant is a constant matcher in every selector and never a variable. */
export function productDashboard(product: Product): Dashboard {
  const labels = productLabels(product);
  const on = (metric: string): string => selector(metric, labels, ['job=~"$job"', 'instance=~"$instance"']);
  const { freshness, availabilityPpm } = product.sla;
  const rate = (metric: string): string => `sum(rate(${on(metric)}[$__rate_interval]))`;
  const total = (metric: string): string => `sum(increase(${on(metric)}[$__range]))`;
  const errorRatio = `${rate(METRICS.failures)} / ${rate(METRICS.requests)}`;
  const specs: PanelSpec[] = [
    { type: "stat", title: "Age of the data", unit: "s", description: freshness === undefined ? "Time since the last successful run." : `Time since the last successful run. Promised: at most ${freshness} s.`,
      exprs: [["age", `time() - max(${on(METRICS.lastSuccess)})`]],
      ...(freshness !== undefined && { steps: [{ color: "green", value: null }, { color: "red", value: freshness }] }) },
    ...(availabilityPpm === undefined ? [] : [{
      type: "stat" as const, title: "Availability", unit: "percentunit", min: 0, max: 1, description: `Share of requests that succeeded in the selected time. Promised: ${percent(availabilityPpm)} %.`,
      exprs: [["availability", `1 - ${total(METRICS.failures)} / ${total(METRICS.requests)}`]] as [string, string][],
      steps: [{ color: "red", value: null }, { color: "green", value: Number(decimal(availabilityPpm, 6)) }],
    }]),
    { type: "timeseries", title: "Requests", unit: "reqps", min: 0, description: "Requests a second, and how many of them fail.", exprs: [["requests", rate(METRICS.requests)], ["failed", rate(METRICS.failures)]] },
    { type: "timeseries", title: "Error ratio", unit: "percentunit", min: 0, max: 1, description: "Share of requests that fail.", exprs: [["failing", errorRatio]] },
    ...(product.quality.length === 0 ? [] : [{
      type: "stat" as const, title: "Quality checks", unit: "none", description: "Result of every declared check. A check that is not listed does not run.",
      exprs: [["{{check}} {{target}}", `max by (check, target) (${on(METRICS.checkFailed)})`]] as [string, string][],
      mappings: [{ type: "value", options: { 0: { text: "passes", color: "green", index: 0 }, 1: { text: "fails", color: "red", index: 1 } } }],
    }]),
  ];
  const constant = `{${Object.entries(labels).map(([label, value]) => `${label}=${quote(value)}`).join(",")}`;
  const query = (name: string, label: string, text: string): Variable => ({
    name, label, type: "query", query: text, definition: text, datasource: DATASOURCE, refresh: 2, sort: 1, multi: true, includeAll: true, allValue: ".+", current: { text: "All", value: "$__all" },
  });
  return {
    uid: dashboardUid(product), title: `${product.domain} / ${product.id}`, description: product.description, editable: false, schemaVersion: 39,
    tags: ["bulkhead", product.domain], timezone: "utc", refresh: "1m", time: { from: "now-24h", to: "now" },
    templating: { list: [
      { name: "datasource", label: "Data source", type: "datasource", query: "prometheus", refresh: 1, current: { text: "Metrics", value: datasourceUid(product.tenant) } },
      query("job", "Job", `label_values(${constant}}, job)`),
      query("instance", "Instance", `label_values(${constant},job=~"$job"}, instance)`),
    ] },
    panels: specs.map(panel),
  };
}
