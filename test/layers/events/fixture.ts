import { Testing } from "cdk8s";
import type { Consumer, DataRecord, Domain, Level, Platform, Plan, Product, Tenant } from "../../../src/model/fleet.ts";
import { topicName } from "../../../src/model/names.ts";
import { type Manifest, type Output, type Placement, type TextFile, placementOf } from "../../../src/layers/layer.ts";

const source = { file: "tenants/x.ts", path: "" };

/** A platform with one store of each kind at home on `prod-eu`, and a second of each on `prod-us`. */
export function platform(): Platform {
  const cluster = (name: string) => ({ name, server: `https://${name}.example:6443`, podCidrs: ["10.0.0.0/14"], serviceCidrs: ["10.96.0.0/16"], podSecurityVersion: "v1.33" });
  const redpanda = (name: string, home: string) => ({
    kind: "redpanda" as const, name, home, source, namespace: "redpanda", cluster: "stream", brokers: "stream.redpanda.svc", port: 9093, replicas: 3,
    adminKey: `platform/${name}/admin`, image: "redpanda:v26.2.2", podLabels: { app: "redpanda" },
  });
  const ceph = (name: string, home: string) => ({
    kind: "ceph" as const, name, home, source, namespace: "rook-ceph", objectStore: "lake", storageClass: "lake-buckets", endpoint: "rgw.rook-ceph.svc", port: 443, podLabels: { app: "rook-ceph-rgw" },
  });
  return {
    name: "meridian", git: { repository: "https://git.example/p.git", revision: "main", path: "dist" },
    clusters: { "prod-eu": cluster("prod-eu"), "prod-us": cluster("prod-us") },
    stores: { "stream-eu": redpanda("stream-eu", "prod-eu"), "stream-us": redpanda("stream-us", "prod-us"), "lake-eu": ceph("lake-eu", "prod-eu"), "lake-us": ceph("lake-us", "prod-us") },
    plans: {}, onCall: { team: "sre", email: "sre@example.org", runbooks: "https://runbooks.example" }, breakGlassGroup: "break-glass",
    secretStore: { name: "platform-vault", server: "https://vault.example" },
    prometheus: { namespace: "monitoring", podLabels: {}, url: "http://prometheus" }, grafana: { namespace: "grafana", url: "https://grafana.example" },
    patches: [], source,
  };
}

const plan: Plan = {
  name: "standard",
  compute: { requestsCpu: "8", requestsMemory: "32Gi", limitsCpu: "16", limitsMemory: "64Gi", storage: "1Ti", volumes: 10, pods: 10, objects: 10 },
  container: { cpu: "1", memory: "1Gi", maxCpu: "1", maxMemory: "1Gi" }, database: { connections: 1, statementTimeout: 1, workMem: 1 },
  events: { producerBytesPerSecond: 1000, consumerBytesPerSecond: 3000, maxPartitions: 64 }, storage: { maxSize: "2Ti", maxObjects: 5_000_000 },
};

export interface DomainSpec { id: string; level?: Level; records?: string[]; products?: { id: string; files?: Level; expireAfter?: number }[]; stream?: string; lake?: string }

/** A record with one field of each given type. */
export const record = (name: string, types: string[] = ["uuid"]): DataRecord => ({
  name, source, fields: types.map((type, i) => ({ name: `f${i}`, type, nullable: false, sensitivity: { level: "internal" }, lineage: [], source })),
});

/** A tenant on `prod-eu` whose domains have a topic each, and files where a product says so. */
export function tenant(id: string, domains: DomainSpec[], consumers: Omit<Consumer, "source">[] = []): Tenant {
  return {
    id, displayName: id, owner: { team: `${id}-team`, email: "t@example.org" }, plan, clusters: ["prod-eu"], groups: {},
    consumers: consumers.map((c) => ({ ...c, source: { file: `tenants/${id}/tenant.ts`, path: `consumers.${c.name}` } })),
    domains: domains.map((d): Domain => ({
      id: d.id, source,
      topic: { name: topicName(id, d.id), store: d.stream ?? "stream-eu", partitions: 3, replicas: 3, retention: 604_800_000, sensitivity: { level: d.level ?? "internal" }, source },
      products: (d.products ?? [{ id: "orders" }]).map((p, i): Product => ({
        id: p.id, domain: d.id, tenant: id, description: p.id, owner: { team: "owners", email: "o@example.org" }, tables: [], quality: [], sla: { source }, source,
        records: i === 0 ? (d.records ?? []).map((name) => record(name)) : [],
        ...(p.files && { files: { store: d.lake ?? "lake-eu", sensitivity: { level: p.files }, ...(p.expireAfter && { expireAfter: p.expireAfter }), source } }),
      })),
    })),
    patches: [], source: { file: `tenants/${id}/tenant.ts`, path: "" },
  };
}

export interface Rendered { manifest: Manifest; placement: Placement }
/** What a render function placed, with placements, in order. */
export function collect(render: (output: Output) => void): Rendered[] {
  const chart = Testing.chart();
  render({ chart, file: (_file: TextFile) => {} });
  return chart.apiObjects.map((object) => ({ manifest: object.toJson() as Manifest, placement: placementOf(object)! }));
}
