/** A small fleet by hand: every level and category, shared, dedicated and partitioned tables, foreign keys, hostile texts. */
import type { Column, Platform, PostgresStore, Product, Sensitivity, Table, Tenant } from "../../../src/model/fleet.ts";
import { schemaName } from "../../../src/model/names.ts";

const at = (file: string, path = "") => ({ file, path });
export const HOSTILE = `it's "quoted" $sql$ \\ -- ; DROP TABLE x; /* ümlaut */ :var\n\`\${x}\``;

export const store: PostgresStore = {
  name: "main", kind: "postgres", home: "prod-eu", host: "pg.bulkhead-stores.svc", port: 5432, database: "platform", apiLogin: "api", auditorLogin: "auditor",
  adminKey: "platform/database/main/admin", image: "postgres:18.4", namespace: "bulkhead-stores", podLabels: { app: "pg" }, source: at("tenants/platform.ts", "stores.main"),
};

export const platform: Platform = {
  name: "demo", git: { repository: "https://git.example/demo.git", revision: "main", path: "dist" },
  clusters: { "prod-eu": { name: "prod-eu", server: "https://eu", podCidrs: [], serviceCidrs: [], podSecurityVersion: "v1.33" }, "prod-us": { name: "prod-us", server: "https://us", podCidrs: [], serviceCidrs: [], podSecurityVersion: "v1.33" } },
  stores: { main: store }, plans: {}, onCall: { team: "platform", email: "oncall@example.com", runbooks: "https://runbooks.example" }, breakGlassGroup: "break-glass",
  secretStore: { name: "platform", server: "https://vault.example" }, prometheus: { namespace: "monitoring", podLabels: {}, url: "http://prometheus" }, grafana: { namespace: "grafana", url: "http://grafana" },
  patches: [], source: at("tenants/platform.ts"),
};

const column = (name: string, type: string, sensitivity: Sensitivity, nullable = true, description?: string): Column => ({ name, type, nullable, ...(description && { description }), sensitivity, lineage: [], source: at("x.ts", name) });
export const PUBLIC: Sensitivity = { level: "public" };
export const INTERNAL: Sensitivity = { level: "internal" };
const secret = (category: "pii-name" | "pii-identifier" | "pii-contact" | "business"): Sensitivity => ({ level: "confidential", category });

/** Columns of every level and category. */
export const classified = (principals: string[]): Column[] => [
  column("id", "integer", INTERNAL, false, HOSTILE),
  column("region", "text", PUBLIC),
  column("customer", "text", secret("pii-name")),
  column("card", "text", secret("pii-identifier")),
  column("email", "character varying(200)", secret("pii-contact")),
  column("margin", "numeric(12,2)", secret("business")),
  column("passport", "text", { level: "restricted", category: "pii-identifier", principals }),
];

const table = (domain: string, product: string, name: string, tenant: string | undefined, rest: Partial<Table>): Table => ({
  name, domain, product, ...(tenant && { tenant }), shared: tenant === undefined, store: "main", schema: schemaName(domain, product, tenant), columns: [], key: ["id"], unique: [], indexes: [], references: [],
  source: at(tenant ? `tenants/${tenant}/${domain}/${product}.ts` : "tenants/_shared/orders.ts", `tables.${name}`), ...rest,
});

export const sharedOrders = table("sales", "orders", "orders", undefined, { columns: classified(["dpo@example.com"]), unique: [["region", "id"]], indexes: [["region"]], description: HOSTILE });
export const sharedLines = table("sales", "orders", "lines", undefined, {
  columns: [column("id", "integer", INTERNAL, false), column("order_id", "integer", INTERNAL, false)],
  references: [{ columns: ["order_id"], schema: "sales__orders", table: "orders", targetColumns: ["id"], onDelete: "cascade", source: at("x.ts") }],
});
export const sharedTables = [sharedOrders, sharedLines];

/** Dedicated tables: a classified one, a partitioned one, and one that refers to both kinds. */
export function dedicated(tenant: string): Table[] {
  const schema = schemaName("crm", "people", tenant);
  return [
    table("crm", "people", "people", tenant, { columns: classified([`dpo@${tenant}.example`]), description: HOSTILE }),
    table("crm", "people", "events", tenant, { columns: [column("id", "bigint", INTERNAL, false), column("at", "timestamp with time zone", INTERNAL, false), column("user", "text", secret("pii-name"))], key: ["id", "at"], indexes: [["at"]], partitions: { column: "at", from: "2025-11", to: "2026-01" } }),
    table("crm", "people", "addresses", tenant, {
      columns: [column("id", "integer", INTERNAL, false), column("person", "integer", INTERNAL, false), column("order_id", "integer", INTERNAL)],
      references: [
        { columns: ["person"], schema, table: "people", targetColumns: ["id"], onDelete: "cascade", source: at("x.ts") },
        { columns: ["order_id"], schema: "sales__orders", table: "orders", targetColumns: ["id"], onDelete: "restrict", source: at("x.ts") },
      ],
    }),
  ];
}

const product = (tenant: string, domain: string, id: string, tables: Table[]): Product => ({ id, domain, tenant, description: id, owner: { team: `${tenant}-team`, email: `team@${tenant}.example` }, tables, records: [], quality: [], sla: { source: at(`tenants/${tenant}/${domain}/${id}.ts`, "sla") }, source: at(`tenants/${tenant}/${domain}/${id}.ts`) });

/** A tenant with both shared tables and its dedicated ones. */
export function makeTenant(id: string, rest: Partial<Tenant> = {}, own: Table[] = dedicated(id)): Tenant {
  const quantity = { requestsCpu: "1", requestsMemory: "1Gi", limitsCpu: "1", limitsMemory: "1Gi", storage: "1Gi", volumes: 1, pods: 1, objects: 1 };
  return {
    id, displayName: id, owner: { team: `${id}-team`, email: `team@${id}.example` },
    plan: { name: "small", compute: quantity, container: { cpu: "1", memory: "1Gi", maxCpu: "1", maxMemory: "1Gi" }, database: { connections: 5, statementTimeout: 30000, workMem: 4096 }, events: { producerBytesPerSecond: 1, consumerBytesPerSecond: 1, maxPartitions: 1 }, storage: { maxSize: "1Gi", maxObjects: 1 } },
    clusters: ["prod-eu"], groups: {},
    consumers: [
      { name: "bi", clearance: "internal", access: ["sql"], source: at(`tenants/${id}/tenant.ts`, "consumers.bi") },
      { name: "risk", clearance: "confidential", access: ["sql", "events"], source: at(`tenants/${id}/tenant.ts`, "consumers.risk") },
      { name: "feed", clearance: "internal", access: ["events"], source: at(`tenants/${id}/tenant.ts`, "consumers.feed") },
    ],
    domains: [{ id: "sales", products: [product(id, "sales", "orders", sharedTables)], source: at(`tenants/${id}/sales`) }, { id: "crm", products: [product(id, "crm", "people", own)], source: at(`tenants/${id}/crm`) }],
    patches: [], source: at(`tenants/${id}/tenant.ts`), ...rest,
  };
}
