import type { Platform, Table, Tenant } from "../model/fleet.ts";
import { bucketName, tenantNamespace } from "../model/names.ts";
import type { DataSet } from "../render/inventory.ts";

/** What holds a tenant's data on one cluster, for the gate that refuses to lose any (DESIGN §6). */
export function tenantData(platform: Platform, tenant: Tenant, cluster: string): DataSet {
  const home = (store: string): boolean => platform.stores[store]?.home === cluster;
  const products = tenant.domains.flatMap((d) => d.products);
  const data: DataSet = { [`namespace ${tenantNamespace(tenant.id)}`]: {} };
  Object.assign(data, tableData(products.flatMap((p) => p.tables).filter((t) => !t.shared && home(t.store))));
  for (const { topic } of tenant.domains) if (topic && home(topic.store)) data[`topic ${topic.store} ${topic.name}`] = {};
  for (const { files } of products) if (files && home(files.store)) data[`bucket ${files.store} ${bucketName(platform.name, tenant.id)}`] = {};
  return data;
}

/** Tables with their columns and types. */
export function tableData(tables: readonly Table[]): DataSet {
  return Object.fromEntries(tables.map((t) => [`table ${t.store} ${t.schema}.${t.name}`, Object.fromEntries([["(key)", t.key.join(", ")], ...t.columns.map((c) => [c.name, c.type])])]));
}
