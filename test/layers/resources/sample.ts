/** A small fleet that uses every part of the layer. */
import { App, Chart } from "cdk8s";
import { type Manifest, type Output, type Placement, placementOf } from "../../../src/layers/layer.ts";
import type { Column, Platform, Product, Table, Tenant } from "../../../src/model/fleet.ts";
import type { SourceRef } from "../../../src/model/problem.ts";

const source = (file: string, path = ""): SourceRef => ({ file, path });

export const platform: Platform = {
  name: "meridian",
  git: { repository: "https://git.example/bulkhead.git", revision: "main", path: "dist" },
  clusters: {
    eu: { name: "eu", server: "https://eu.example:6443", podCidrs: ["10.32.0.0/14"], serviceCidrs: ["10.96.0.0/16"], podSecurityVersion: "v1.33" },
    us: { name: "us", server: "https://us.example:6443", podCidrs: ["10.40.0.0/14"], serviceCidrs: ["10.97.0.0/16", "fd00:97::/112"], podSecurityVersion: "v1.33" },
  },
  stores: {
    warehouse: { name: "warehouse", kind: "postgres", home: "eu", host: "warehouse-rw.postgres.svc", port: 5432, database: "warehouse", apiLogin: "bh_api", auditorLogin: "bh_auditor", adminKey: "platform/warehouse/migrator", image: "postgres:18.1", namespace: "postgres", podLabels: { "cnpg.io/cluster": "warehouse" }, source: source("tenants/platform.ts", "stores.warehouse") },
    stream: { name: "stream", kind: "redpanda", home: "eu", namespace: "redpanda", cluster: "stream", brokers: "stream.redpanda.svc", port: 9093, replicas: 3, adminKey: "platform/stream/admin", image: "redpanda:v26.2.2", podLabels: { "app.kubernetes.io/name": "redpanda" }, source: source("tenants/platform.ts", "stores.stream") },
    lake: { name: "lake", kind: "ceph", home: "eu", namespace: "rook-ceph", objectStore: "lake", storageClass: "lake-buckets", endpoint: "rgw.rook-ceph.svc", port: 443, podLabels: { app: "rook-ceph-rgw" }, source: source("tenants/platform.ts", "stores.lake") },
    archive: { name: "archive", kind: "postgres", home: "eu", host: "archive.postgres.svc", port: 5433, database: "archive", apiLogin: "bh_api", auditorLogin: "bh_auditor", adminKey: "platform/archive/migrator", image: "postgres:18.1", namespace: "postgres", podLabels: { "cnpg.io/cluster": "archive" }, source: source("tenants/platform.ts", "stores.archive") },
  },
  plans: {},
  onCall: { team: "platform-sre", email: "sre@meridian.example", runbooks: "https://runbooks.example" },
  breakGlassGroup: "platform:break-glass",
  secretStore: { name: "platform-vault", server: "https://vault.example:8200" },
  prometheus: { namespace: "monitoring", podLabels: { "app.kubernetes.io/name": "prometheus" }, url: "http://prometheus.monitoring.svc:9090" },
  grafana: { namespace: "grafana", url: "https://grafana.example" },
  patches: [],
  source: source("tenants/platform.ts"),
};

const column = (name: string, level: Column["sensitivity"]["level"]): Column => ({ name, type: "text", nullable: false, sensitivity: { level }, lineage: [], source: source("orders.ts", `columns.${name}`) });
const table = (tenant: string): Table => ({
  name: "orders", domain: "sales", product: "orders", tenant, shared: false, store: "warehouse", schema: `${tenant}__sales__orders`,
  columns: [column("id", "internal"), column("passport", "restricted")], key: ["id"], unique: [], indexes: [], references: [], source: source("orders.ts", "tables.orders"),
});
const product = (tenant: string): Product => ({
  id: "orders", domain: "sales", tenant, description: "Orders, one row an order", owner: { team: "sales-data", email: "sales@acme.example" }, tables: [table(tenant)],
  records: [{ name: "OrderPlaced", fields: [], source: source("orders.ts", "records.OrderPlaced") }],
  files: { store: "lake", sensitivity: { level: "internal" }, expireAfter: 30, source: source("orders.ts", "files") },
  quality: [{ check: "row-count", target: "orders", severity: "warning", timeout: 60, min: 1, source: source("orders.ts", "quality") }],
  sla: { freshness: 900, availabilityPpm: 999_000, source: source("orders.ts", "sla") }, source: source(`tenants/${tenant}/sales/orders.ts`),
});

/** A tenant with one product that uses a database, a topic and files. */
export const tenantOf = (id: string, over: Partial<Tenant> = {}): Tenant => ({
  id, displayName: `${id} Corp`, owner: { team: `${id}-data`, email: `data@${id}.example` },
  plan: {
    name: "premium",
    compute: { requestsCpu: "32", requestsMemory: "128Gi", limitsCpu: "64", limitsMemory: "256Gi", storage: "4Ti", volumes: 80, pods: 240, objects: 800 },
    container: { cpu: "500m", memory: "1Gi", maxCpu: "16", maxMemory: "64Gi" },
    database: { connections: 80, statementTimeout: 120_000, workMem: 131_072 },
    events: { producerBytesPerSecond: 1, consumerBytesPerSecond: 1, maxPartitions: 8 }, storage: { maxSize: "1Ti", maxObjects: 1000 },
  },
  clusters: ["eu"],
  groups: { [`${id}-privacy`]: { clearance: "confidential" }, [`${id}-analysts`]: { clearance: "internal" } },
  consumers: [{ name: "crm", clearance: "internal", access: ["sql", "events"], source: source(`tenants/${id}/tenant.ts`, "consumers.crm") }],
  domains: [{
    id: "sales", source: source(`tenants/${id}/sales/domain.ts`), products: [product(id)],
    topic: { name: `tenant.${id}.sales`, store: "stream", partitions: 3, replicas: 3, retention: 1000, sensitivity: { level: "internal" }, source: source(`tenants/${id}/sales/domain.ts`, "topic") },
  }],
  patches: [], source: source(`tenants/${id}/tenant.ts`), ...over,
});

/** What a layer's render function placed, as manifests with their placement. */
export function rendered(render: (output: Output) => void): { manifest: Manifest; placement: Placement }[] {
  const chart = new Chart(new App(), "sample");
  const files: string[] = [];
  render({ chart, file: (file) => void files.push(file.name) });
  if (files.length > 0) throw new Error("the layer writes objects only");
  return chart.apiObjects.map((object) => {
    const placement = placementOf(object);
    if (!placement) throw new Error(`${object.name} has no placement`);
    return { manifest: object.toJson() as Manifest, placement };
  });
}
