/** Makes a process ready before it is asked: everything is loaded, compiled and used once on definitions of Bulkhead's own. */
import { stripTypeScriptTypes } from "node:module";
import type { PlatformInput, ProductInput, TenantInput } from "../define/define.ts";
import { parseDefinition } from "../define/parse.ts";
import type { DefinitionKind, Parsed } from "../define/schema.ts";
import { resolvePlatform } from "../model/resolve/platform.ts";
import { resolveTenant } from "../model/resolve/tenant.ts";
import { renderTenant } from "./tenant.ts";

const home = { home: "a", namespace: "a", podLabels: { a: "a" } };
const PLATFORM: PlatformInput = {
  name: "warm", git: { repository: "https://a.example", revision: "main" }, breakGlassGroup: "a", secretStore: { name: "a", server: "https://a.example" },
  clusters: { a: { server: "https://a.example", podCidrs: ["10.0.0.0/16"], serviceCidrs: ["10.1.0.0/16"], podSecurityVersion: "v1.33" } },
  stores: {
    p: { kind: "postgres", ...home, host: "a.b.svc", database: "a", adminKey: "platform/p/a", image: "a" },
    r: { kind: "redpanda", ...home, cluster: "a", brokers: "a.b.svc", adminKey: "platform/r/a", image: "a" },
    c: { kind: "ceph", ...home, objectStore: "a", storageClass: "a", endpoint: "a.b.svc" },
  },
  plans: {
    a: {
      compute: { requestsCpu: "1", requestsMemory: "1Gi", limitsCpu: "1", limitsMemory: "1Gi", storage: "1Gi", volumes: 1, pods: 1, objects: 1 },
      container: { cpu: "1", memory: "1Gi", maxCpu: "1", maxMemory: "1Gi" }, database: { connections: 1, statementTimeout: "30s", workMem: "1MB" },
      events: { producerBytesPerSecond: 1, consumerBytesPerSecond: 1, maxPartitions: 9 }, storage: { maxSize: "1Gi", maxObjects: 1 },
    },
  },
  onCall: { team: "a", email: "a@a.example", runbooks: "https://a.example" },
  prometheus: { namespace: "a", podLabels: { a: "a" }, url: "https://a.example" }, grafana: { namespace: "a", url: "https://a.example" },
};
const owner = { team: "a", email: "a@a.example" };
const TENANT: TenantInput = { displayName: "a", owner, plan: "a", clusters: ["a"], groups: { a: { clearance: "internal" } }, consumers: { a: { clearance: "confidential", access: ["sql", "events", "files"] } } };
const PRODUCT: ProductInput = {
  description: "a", owner,
  tables: {
    t: {
      store: "postgres", key: ["id", "at"], partitions: { column: "at", from: "2026-01", to: "2026-03" }, indexes: [["at"]],
      columns: {
        id: { type: "uuid", classification: "internal" }, at: { type: "timestamptz", classification: "internal" },
        name: { type: "text", classification: "confidential", category: "pii-name" }, secret: { type: "text", classification: "restricted", principals: ["a@a.example"] },
      },
    },
  },
  records: { Done: { fields: { id: "t.id" } } }, files: { classification: "internal" },
  quality: [{ check: "not-null", column: "t.id", severity: "blocking" }], sla: { freshness: "1h", availability: 0.99 },
};

/** Renders the sample often enough for the engine to have compiled what is used most. Imports no definition file. */
export function warmUp(): void {
  // The first call compiles the parser of types, which costs as much as loading a tenant.
  stripTypeScriptTypes("const a: number = 1;");
  const { platform } = resolvePlatform(parsed("platform", PLATFORM), "warm");
  for (let round = 0; round < 6; round++) {
    const product = { domain: "a", id: "a", file: "warm", spec: parsed("product", PRODUCT), sharedTables: {}, definition: {} };
    const loaded = { id: "warm", file: "warm", spec: parsed("tenant", TENANT), domains: [], products: [product], lost: new Set<string>() };
    const { tenant } = resolveTenant(loaded, { platform, shared: new Set(), foreign: () => undefined, asOf: () => "2026-01-01" });
    renderTenant(platform, tenant, []);
  }
}

function parsed<K extends DefinitionKind>(kind: K, input: unknown): Parsed<K> {
  const { value, problems } = parseDefinition(kind, input, "warm");
  if (!value) throw new Error(`the sample is no ${kind}: ${problems[0]?.message}`);
  return value;
}
