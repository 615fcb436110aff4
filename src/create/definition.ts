/** Definitions as a person would begin them. Every text goes through JSON, so that no answer can leave its string. */
import { title } from "./name.ts";

export interface TenantAnswers { displayName: string; team: string; email: string; plan: string; clusters: readonly string[] }
export interface ProductAnswers { description: string; team: string; email: string; /** Table that begins the product, and its store; absent where no PostgreSQL store is in reach. */ table?: { name: string; store: string } }

const text = (value: string): string => JSON.stringify(value);
const list = (values: readonly string[]): string => `[${values.map(text).join(", ")}]`;

/** `tenants/<tenant>/tenant.ts` */
export function tenantText({ displayName, team, email, plan, clusters }: TenantAnswers): string {
  return `import { defineTenant } from "bulkhead";

export default defineTenant({
  displayName: ${text(displayName)}, owner: { team: ${text(team)}, email: ${text(email)} },
  plan: ${text(plan)}, clusters: ${list(clusters)},
  // Who reads, and up to which level: public, internal or confidential.
  groups: {},
});
`;
}

/** `tenants/<tenant>/<domain>/<product>.ts` */
export function productText({ description, team, email, table }: ProductAnswers): string {
  const tables = table === undefined ? "" : `
  tables: {
    ${table.name}: {
      store: ${text(table.store)}, key: ["id"],
      columns: {
        id: { type: "uuid", classification: "internal" },
        // A column without a classification is restricted. Derived ones name their sources: from: ["${table.name}.id"]
        created_at: { type: "timestamptz", classification: "internal" },
      },
    },
  },`;
  return `import { defineProduct } from "bulkhead";

export default defineProduct({
  description: ${text(description)}, owner: { team: ${text(team)}, email: ${text(email)} },${tables}
});
`;
}

/** `tenants/platform.ts`, small: one cluster, one PostgreSQL store, one plan. */
export function platformText(name: string, cluster: string): string {
  const host = `${name}.example`;
  return `import { definePlatform } from "bulkhead";

// ${title(name)}: replace every ${host} by what is true, and add clusters, stores (postgres, redpanda, ceph) and plans.
export default definePlatform({
  name: ${text(name)},
  git: { repository: ${text(`https://git.${host}/platform.git`)}, revision: "main" },
  clusters: {
    ${text(cluster)}: { server: ${text(`https://kubernetes.${host}:6443`)}, podCidrs: ["10.32.0.0/14"], serviceCidrs: ["10.96.0.0/16"], podSecurityVersion: "v1.33" },
  },
  stores: {
    warehouse: {
      kind: "postgres", home: ${text(cluster)}, host: "warehouse-rw.postgres.svc", database: "warehouse", adminKey: "platform/warehouse/migrator",
      image: "docker.io/library/postgres:18.1", namespace: "postgres", podLabels: { "cnpg.io/cluster": "warehouse" },
    },
  },
  plans: {
    standard: {
      compute: { requestsCpu: "8", requestsMemory: "32Gi", limitsCpu: "16", limitsMemory: "64Gi", storage: "500Gi", volumes: 20, pods: 60, objects: 200 },
      container: { cpu: "250m", memory: "512Mi", maxCpu: "4", maxMemory: "16Gi" },
      database: { connections: 20, statementTimeout: "30s", workMem: "32MB" },
      events: { producerBytesPerSecond: 10_485_760, consumerBytesPerSecond: 20_971_520, maxPartitions: 64 },
      storage: { maxSize: "2Ti", maxObjects: 5_000_000 },
    },
  },
  onCall: { team: "platform", email: ${text(`platform@${host}`)}, runbooks: ${text(`https://runbooks.${host}`)} },
  breakGlassGroup: "platform:break-glass",
  secretStore: { name: "platform-vault", server: ${text(`https://vault.${host}:8200`)} },
  prometheus: { namespace: "monitoring", podLabels: { "app.kubernetes.io/name": "prometheus" }, url: "http://prometheus.monitoring.svc:9090" },
  grafana: { namespace: "grafana", url: ${text(`https://grafana.${host}`)} },
});
`;
}
