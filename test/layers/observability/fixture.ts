import { Testing } from "cdk8s";
import type { Platform, Product, QualityCheck, Tenant } from "../../../src/model/fleet.ts";
import { type Manifest, type Output, type Placement, placementOf, type TextFile } from "../../../src/layers/layer.ts";

export const source = { file: "tenants/x.ts", path: "" };

export const platform = (): Platform => ({
  name: "meridian", git: { repository: "https://git.example/p.git", revision: "main", path: "dist" },
  clusters: {}, stores: {}, plans: {}, onCall: { team: "sre", email: "sre@example.org", runbooks: "https://runbooks.example/bulkhead" }, breakGlassGroup: "break-glass",
  secretStore: { name: "platform-vault", server: "https://vault.example" },
  prometheus: { namespace: "monitoring", podLabels: { "app.kubernetes.io/name": "prometheus", "operator.prometheus.io/name": "main" }, url: "http://prometheus-operated.monitoring.svc:9090" },
  grafana: { namespace: "grafana", url: "https://grafana.example/" }, patches: [], source,
});

export interface ProductSpec { id: string; domain?: string; freshness?: number; availabilityPpm?: number; quality?: [QualityCheck["check"], string, QualityCheck["severity"]][] }

export function product(tenant: string, spec: ProductSpec): Product {
  const at = { file: `tenants/${tenant}/${spec.domain ?? "sales"}/${spec.id}.ts`, path: "" };
  return {
    id: spec.id, domain: spec.domain ?? "sales", tenant, description: `Product ${spec.id}`, owner: { team: "owners", email: "o@example.org" }, tables: [], records: [],
    quality: (spec.quality ?? []).map(([check, target, severity]) => ({ check, target, severity, timeout: 30, source: at })),
    sla: { freshness: spec.freshness, availabilityPpm: spec.availabilityPpm, source: at }, source: at,
  };
}

export function tenant(id: string, products: ProductSpec[]): Tenant {
  const domains = [...new Set(products.map((p) => p.domain ?? "sales"))];
  return {
    id, displayName: id, owner: { team: `${id}-team`, email: "t@example.org" }, plan: {} as Tenant["plan"], clusters: ["prod-eu"], groups: {}, consumers: [], patches: [],
    domains: domains.map((domain) => ({ id: domain, source, products: products.filter((p) => (p.domain ?? "sales") === domain).map((p) => product(id, p)) })),
    source: { file: `tenants/${id}/tenant.ts`, path: "" },
  };
}

/** Enough quality checks to need a second group, a promise of every kind, and the extremes of availability. */
export const sample = (id = "acme"): Tenant => tenant(id, [
  { id: "orders", freshness: 900, availabilityPpm: 999_000, quality: [["not-null", "orders.customer_id", "blocking"], ["accepted-values", "orders.currency", "warning"]] },
  { id: "customers", domain: "crm", availabilityPpm: 999_999 },
  { id: "loose", domain: "crm", availabilityPpm: 900_000 },
  { id: "perfect", domain: "crm", availabilityPpm: 1_000_000 },
  { id: "nothing", domain: "crm", availabilityPpm: 0 },
  { id: "odd", domain: "crm", availabilityPpm: 987_655 },
  { id: "weekly", domain: "finance", freshness: 691_261 },
  { id: "checked", domain: "finance", quality: Array.from({ length: 11 }, (_, i) => ["not-null", `t.c${i}`, i % 2 ? "warning" : "blocking"]) },
  { id: "silent", domain: "finance" },
]);

export interface Rendered { objects: { manifest: Manifest; placement: Placement }[]; files: TextFile[] }
/** What a render function placed and wrote, in order. */
export function collect(render: (output: Output) => void): Rendered {
  const chart = Testing.chart();
  const files: TextFile[] = [];
  render({ chart, file: (file) => files.push(file) });
  return { objects: chart.apiObjects.map((object) => ({ manifest: object.toJson() as Manifest, placement: placementOf(object)! })), files };
}
