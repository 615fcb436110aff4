/** The resolved fleet as custom resources: what an engineer sees with `kubectl get bht,dp`. */
import type { Level, Product, Sensitivity, Tenant, Topic } from "../../model/fleet.ts";
import { storagePrefix } from "../../model/names.ts";
import type { DataProductSpec, TenantSpec } from "./schema.ts";

const ORDER: readonly Level[] = ["public", "internal", "confidential", "restricted"];
/** Highest level of several; what nothing is known of is restricted. */
const highest = (items: { sensitivity: Sensitivity }[]): Level =>
  items.length === 0 ? "restricted" : (ORDER[Math.max(...items.map((item) => ORDER.indexOf(item.sensitivity.level)))] ?? "restricted");

/** Spec of a tenant's custom resource on one cluster. */
export function tenantSpec(tenant: Tenant, cluster: string): TenantSpec {
  const groups = Object.entries(tenant.groups);
  const domains = [...new Set(tenant.domains.map((domain) => domain.id))].toSorted();
  return {
    tenant_id: tenant.id, display_name: tenant.displayName, owner: { team: tenant.owner.team, email: tenant.owner.email }, plan: tenant.plan.name, cluster,
    ...(groups.length > 0 && { groups: Object.fromEntries(groups.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, group]) => [name, { clearance: group.clearance }])) }),
    consumers: tenant.consumers.map(({ name, clearance, access }) => ({ name, clearance, access: [...access].toSorted() })).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    ...(domains.length > 0 && { domains }),
  };
}

/** Spec of a product's custom resource. `topic` is its domain's topic, which carries the product's records. */
export function dataProductSpec(product: Product, topic: Topic | undefined): DataProductSpec {
  const { files, sla } = product;
  const terms = { ...(sla.freshness !== undefined && { freshness_seconds: sla.freshness }), ...(sla.availabilityPpm !== undefined && { availability_ppm: sla.availabilityPpm }) };
  const outputs: DataProductSpec["outputs"] = [
    ...product.tables.map((table) => ({ kind: "table" as const, store: table.store, level: highest(table.columns), schema: table.schema, table: table.name, shared: table.shared })),
    ...(topic && product.records.length > 0 ? [{ kind: "topic" as const, store: topic.store, level: topic.sensitivity.level, topic: topic.name, records: product.records.map((record) => record.name) }] : []),
    ...(files ? [{ kind: "files" as const, store: files.store, level: files.sensitivity.level, prefix: storagePrefix(product.tenant, product.domain, product.id), ...(files.expireAfter !== undefined && { expire_days: files.expireAfter }) }] : []),
  ];
  return {
    tenant_id: product.tenant, domain: product.domain, product: product.id, description: product.description,
    owner: { team: product.owner.team, email: product.owner.email }, outputs,
    quality: product.quality.map(({ check, target, severity, timeout, min, values }) => ({
      check, target, severity, timeout_seconds: timeout, ...(min !== undefined && { min }), ...(values && { values }),
    })),
    ...(Object.keys(terms).length > 0 && { sla: terms }),
  };
}
