import { Testing } from "cdk8s";
import { type Manifest, type Output, type Placement, placementOf } from "../../../src/layers/layer.ts";
import type { Consumer, Level, Plan, Platform, RedisStore, Served, StarRocksStore, Table, Tenant } from "../../../src/model/fleet.ts";
import type { Tree } from "../../../src/model/plane.ts";

const source = { file: "tenants/x.ts", path: "" };

const reach = { namespace: "stores", podLabels: { app: "store" }, source };
const redis = (name: string, home: string): RedisStore => ({ kind: "redis", name, home, host: `${name}.stores.svc`, port: 6379, adminUser: "bulkhead-admin", adminKey: `platform/${name}/admin`, image: "redis:7.4.1", modules: [], auditConfig: true, limits: "instance", ...reach });
const starrocks = (name: string, home: string): StarRocksStore => ({ kind: "starrocks", name, home, host: `${name}.stores.svc`, port: 9030, adminKey: `platform/${name}/admin`, image: "mysql:8.4.6", ...reach });

/** A platform with a Redis and a StarRocks at home on `prod-eu`, and a Redis on `prod-us`. */
export const platform: Platform = {
  name: "meridian", git: { repository: "https://git.example/p.git", revision: "main", path: "dist" },
  clusters: Object.fromEntries(["prod-eu", "prod-us"].map((name) => [name, { name, server: `https://${name}.example:6443`, podCidrs: ["10.0.0.0/14"], serviceCidrs: ["10.96.0.0/16"], podSecurityVersion: "v1.33" }])),
  stores: { "cache-eu": redis("cache-eu", "prod-eu"), "cache-us": redis("cache-us", "prod-us"), "olap-eu": starrocks("olap-eu", "prod-eu") },
  plans: {}, onCall: { team: "sre", email: "sre@example.org", runbooks: "https://runbooks.example" }, breakGlassGroup: "break-glass", secretStore: { name: "platform-vault", server: "https://vault.example" },
  prometheus: { namespace: "monitoring", podLabels: {}, url: "http://prometheus" }, grafana: { namespace: "grafana", url: "https://grafana.example" }, auditPolicy: { allow: [], pendingLimit: 900 }, patches: [], source,
};

const plan: Plan = {
  name: "standard",
  compute: { requestsCpu: "8", requestsMemory: "32Gi", limitsCpu: "16", limitsMemory: "64Gi", storage: "1Ti", volumes: 10, pods: 10, objects: 10 },
  container: { cpu: "1", memory: "1Gi", maxCpu: "1", maxMemory: "1Gi" }, database: { connections: 1, statementTimeout: 1, workMem: 1 },
  events: { producerBytesPerSecond: 1, consumerBytesPerSecond: 1, maxPartitions: 1 }, storage: { maxSize: "2Ti", maxObjects: 1 },
  serving: { starrocks: { cpuWeight: 4, memLimit: "20%", concurrency: 16, dataQuota: "500GB", maxUserConnections: 40, bigQueryCpuSeconds: 60, bigQueryScanRows: 1_000_000 } },
};

export interface TableSpec { domain: string; product: string; table: string; level?: Level; kind?: Served["kind"]; store?: string; columns?: Table["columns"]; key?: string[] }
/** A tenant on `prod-eu` with a table, served once, for each of `tables`. */
export function tenant(id: string, tables: TableSpec[], consumers: Omit<Consumer, "source">[] = []): Tenant {
  const column = (level: Level): Table["columns"] => [{ name: "id", type: "uuid", nullable: false, sensitivity: { level }, lineage: [], source }];
  return {
    id, displayName: id, owner: { team: `${id}-team`, email: "t@example.org" }, plan, clusters: ["prod-eu"], groups: {}, patches: [], source: { file: `tenants/${id}/tenant.ts`, path: "" },
    consumers: consumers.map((c) => ({ ...c, source: { file: `tenants/${id}/tenant.ts`, path: `consumers.${c.name}` } })),
    domains: tables.map((t) => {
      const columns = t.columns ?? column(t.level ?? "internal");
      const kind = t.kind ?? "redis";
      const served: Served = { kind, store: t.store ?? (kind === "redis" ? "cache-eu" : "olap-eu"), columns: columns.map((c) => c.name), sensitivity: { level: t.level ?? "internal" }, source };
      const table: Table = { name: t.table, domain: t.domain, product: t.product, tenant: id, shared: false, store: "main", schema: "s", columns, key: t.key ?? ["id"], unique: [], indexes: [], references: [], served: [served], source };
      return { id: t.domain, source, products: [{ id: t.product, domain: t.domain, tenant: id, description: "x", owner: { team: "owners", email: "o@example.org" }, tables: [table], records: [], quality: [], sla: { source }, source }] };
    }),
  };
}

export interface Rendered { manifest: Manifest; placement: Placement }
/** What a render function placed, in order. */
export function collect(render: (output: Output) => void): Rendered[] {
  const chart = Testing.chart();
  render({ chart, file: () => undefined });
  return chart.apiObjects.map((object) => ({ manifest: object.toJson() as Manifest, placement: placementOf(object)! }));
}
export const treeOf = (rendered: readonly Rendered[]): Tree => ({ cluster: "prod-eu", texts: [], manifests: rendered.map(({ manifest }) => ({ manifest, file: `prod-eu/${manifest.metadata.name}.yaml` })) });
