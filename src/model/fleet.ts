/** The resolved fleet: plain JSON data (it crosses process borders), every default applied, every reference resolved. */
import type { AllowRule, Plane } from "./finding.ts";
import type { SourceRef } from "./problem.ts";

export type Level = "public" | "internal" | "confidential" | "restricted";
export type Category = "pii-name" | "pii-identifier" | "pii-contact" | "business";
/** Clearance of a group or consumer: restricted is reached by named principals only (D15). */
export type Clearance = Exclude<Level, "restricted">;

/** What a column carries: the join of its own declaration and everything it is derived from (D35). */
export interface Sensitivity {
  level: Level;
  /** Set when level is confidential; may stay set above it. */
  category?: Category;
  /** Set when level is restricted: who sees it unmasked; empty means nobody. Sorted. */
  principals?: string[];
}

interface Owner { team: string; email: string }

export interface Cluster {
  name: string;
  /** API server URL as Argo CD knows the destination. */
  server: string;
  /** CIDRs of pods and services: excluded from ipBlock egress. */
  podCidrs: string[];
  serviceCidrs: string[];
  /** Pinned Pod Security version, e.g. "v1.33". */
  podSecurityVersion: string;
  /** Where the API server is reached from pods; without them the auditor may reach any address outside the pods' on the server's port. */
  apiServerCidrs?: string[];
}

interface StoreBase { name: string; /** Home cluster (D3). */ home: string; source: SourceRef }
export interface PostgresStore extends StoreBase {
  kind: "postgres"; host: string; port: number; database: string;
  /** Login of the API: NOINHERIT, member of every c_* and t_* (D11). */
  apiLogin: string;
  /** Login of the auditor (D26). */
  auditorLogin: string;
  /** Key of the migrator's credential in the platform's secret store. */
  adminKey: string;
  /** Image with psql for the Jobs, pinned by tag or digest. */
  image: string;
  /** Namespace and pod labels of the server, for egress rules. */
  namespace: string; podLabels: Record<string, string>;
}
export interface RedpandaStore extends StoreBase {
  kind: "redpanda"; namespace: string; cluster: string; brokers: string; port: number; replicas: number;
  adminKey: string; image: string; podLabels: Record<string, string>;
}
export interface CephStore extends StoreBase {
  kind: "ceph"; namespace: string; objectStore: string; storageClass: string; endpoint: string; port: number;
  podLabels: Record<string, string>;
}
export interface RedisStore extends StoreBase {
  kind: "redis"; host: string; port: number;
  /** The ACL user as which Jobs log in. It has no dot, which users of tenants have. */
  adminUser: string; adminKey: string;
  /** Image with redis-cli for the Jobs, pinned by tag or digest. */
  image: string;
  namespace: string; podLabels: Record<string, string>;
  /** Modules that the server loads on purpose. */
  modules: string[];
  /** Whether the auditor may run CONFIG GET, which no rule can narrow to parameters: it also gives `masterauth`. */
  auditConfig: boolean;
  /** Said by who knows that Redis limits no user: what a tenant takes is bounded by the instance only. */
  limits?: "instance";
}
export interface StarRocksStore extends StoreBase {
  kind: "starrocks"; host: string; port: number; adminKey: string;
  /** Image with the mysql client for the Jobs, pinned by tag or digest. */
  image: string;
  namespace: string; podLabels: Record<string, string>;
}
export type Store = PostgresStore | RedpandaStore | CephStore | RedisStore | StarRocksStore;
export type StoreKind = Store["kind"];

/** Limits a plan gives a tenant. Quantities as Kubernetes writes them. */
export interface Plan {
  name: string;
  compute: { requestsCpu: string; requestsMemory: string; limitsCpu: string; limitsMemory: string; storage: string; volumes: number; pods: number; objects: number };
  container: { cpu: string; memory: string; maxCpu: string; maxMemory: string };
  database: { connections: number; /** milliseconds */ statementTimeout: number; /** kB */ workMem: number };
  events: { producerBytesPerSecond: number; consumerBytesPerSecond: number; maxPartitions: number };
  storage: { maxSize: string; maxObjects: number };
  /** Needed by tenants that serve from StarRocks. Redis limits no user. */
  serving?: { starrocks: { cpuWeight: number; /** Of a backend's memory, e.g. "20%". */ memLimit: string; concurrency: number; /** e.g. "10TB" */ dataQuota: string; maxUserConnections: number; /** Of one query on one backend, after which it is ended. */ bigQueryCpuSeconds: number; bigQueryScanRows: number } };
}

/** Where a service that the audit talks to is: addresses outside the cluster, or labels of its pods inside; without either, its port on any address outside the pods'. */
export interface Reach { cidrs?: string[]; podLabels?: Record<string, string> }

/** The auditor in the cluster (D27): the same on every cluster. */
export interface Audit {
  /** Of Bulkhead itself, pinned by tag or digest. */
  image: string;
  /** Cron, in UTC. */
  schedule: string;
  /** Longest time between two runs, in seconds: alerts last four of them. */
  interval: number;
  /** Seconds after which a shard is given up. */
  deadline: number;
  shards: number;
  /** Every peer's URL, without trailing slash. */
  alertmanagers: string[];
  /** Of Alertmanager's pods, where the URLs are in the cluster. */
  alertmanagerLabels: Record<string, string>;
  /** The platform's own bucket; keys of the secret store with `accessKey` and `secretKey`. */
  bucket: { endpoint: string; name: string; region: string; writeKey: string; mergeKey: string } & Reach;
  git: { /** As `platform.git.repository`, for an auditor that reaches it otherwise. */ repository: string; key: string } & Reach;
  /** Kinds of the clusters' own that the auditor reads too. */
  kinds: { group: string; kind: string; plural: string }[];
  /** Whether the second role is bound (D37). */
  probe: boolean;
}
/** Where a credential is: never the credential. */
export type Reference = { env: string } | { file: string };
/** How the auditor reaches a store, where it differs from what git's own objects say. */
export interface AuditTarget {
  /** host:port or URL. */
  endpoint?: string;
  user?: string | Reference;
  password?: Reference;
  /** Of the second login, for probes (D37); what it does not say is the first one's. */
  probe?: { user?: string | Reference; password?: Reference };
  /** PEM of the authorities that are believed. */
  ca?: Reference;
  /** Without TLS. */
  plain: boolean;
}
/** What a platform knows that its auditor cannot read: listed as not read on purpose until the rule ends, so that everything else can be complete. */
export interface UnreadRule { plane: Plane; store: string; /** As coverage names it. */ what: string; reason: string; owner: string; /** `YYYY-MM-DD`, the last day on which it holds. */ expires: string }
/** What an audit lets be, how long it waits for a sync (D25), and how it reaches the stores. */
export interface AuditPolicy { allow: AllowRule[]; /** seconds */ pendingLimit: number; /** By store. */ targets: Record<string, AuditTarget>; unread: UnreadRule[] }

export interface Platform {
  /** Short name, a DNS label: prefixes things of the platform itself. */
  name: string;
  git: { repository: string; revision: string; /** Folder of the rendered tree in the repository. */ path: string };
  clusters: Record<string, Cluster>;
  stores: Record<string, Store>;
  plans: Record<string, Plan>;
  onCall: { team: string; email: string; /** Base URL of runbooks, without trailing slash. */ runbooks: string };
  /** Kubernetes group whose members may write by hand in an emergency. */
  breakGlassGroup: string;
  /** ClusterSecretStore that platform namespaces use for ExternalSecrets. Tenants have a SecretStore of their own. */
  secretStore: { name: string; server: string };
  prometheus: { namespace: string; podLabels: Record<string, string>; url: string };
  grafana: { namespace: string; url: string };
  /** Absent: nothing audits the clusters from inside, and the dead-man alert says so. */
  audit?: Audit;
  auditPolicy: AuditPolicy;
  /** RFC 6902 patches of platform objects. */
  patches: Patch[];
  source: SourceRef;
}

export interface Patch {
  target: { kind: string; name: string; namespace?: string };
  ops: { op: "add" | "remove" | "replace" | "test" | "move" | "copy"; path: string; value?: unknown; from?: string }[];
  reason: string;
  source: SourceRef;
}

/** A non-human principal of a tenant with credentials of its own in the planes it names. */
export interface Consumer { name: string; clearance: Clearance; access: ("sql" | "events" | "files" | "serving")[]; source: SourceRef }

export interface Tenant {
  id: string;
  displayName: string;
  owner: Owner;
  plan: Plan;
  clusters: string[];
  groups: Record<string, { clearance: Clearance }>;
  consumers: Consumer[];
  domains: Domain[];
  /** Patches of the tenant and of its products. */
  patches: Patch[];
  source: SourceRef;
}

export interface Domain { id: string; topic?: Topic; products: Product[]; source: SourceRef }

/** One topic a domain, `tenant.<id>.<domain>`; sensitivity is the join of all fields of all records in it (D17, D18). */
export interface Topic {
  name: string; store: string; partitions: number; replicas: number;
  /** milliseconds; -1 for ever */
  retention: number;
  sensitivity: Sensitivity;
  source: SourceRef;
}

export interface Product {
  id: string; domain: string; tenant: string;
  description: string; owner: Owner;
  tables: Table[];
  records: DataRecord[];
  files?: Files;
  quality: QualityCheck[];
  sla: Sla;
  source: SourceRef;
}

export interface ColumnRef { domain: string; product: string; table: string; column: string }

export interface Column {
  name: string;
  /** Canonical PostgreSQL type as `format_type` writes it, e.g. "numeric(12,2)", "timestamp with time zone", "text[]". */
  type: string;
  nullable: boolean;
  description?: string;
  sensitivity: Sensitivity;
  /** Resolved direct and indirect sources (from, using). */
  lineage: ColumnRef[];
  source: SourceRef;
}

export interface Table {
  name: string; domain: string; product: string;
  /** Set when dedicated; undefined when several tenants share the table (D12). */
  tenant?: string;
  shared: boolean;
  store: string;
  /** Physical schema (D28). */
  schema: string;
  columns: Column[];
  /** Without the leading tenant_id, which every key gets. */
  key: string[];
  unique: string[][];
  indexes: string[][];
  references: ForeignKey[];
  partitions?: Partitioning;
  description?: string;
  /** Copies of it in serving stores, one a kind of store. */
  served?: Served[];
  source: SourceRef;
}
/** A table's copy in a serving store, filled by its product's pipeline. */
export interface Served {
  kind: "redis" | "starrocks"; store: string;
  /** In the table's order; those of the key are always there. */
  columns: string[];
  /** Join over its columns: a key space cannot mask (D17). */
  sensitivity: Sensitivity;
  source: SourceRef;
}
export interface ForeignKey {
  columns: string[];
  /** Physical target: a dedicated table of the same tenant or a shared table, in the same store. */
  schema: string; table: string; targetColumns: string[];
  onDelete: "restrict" | "cascade";
  source: SourceRef;
}
/** Range partitions by a time column, inclusive months `YYYY-MM`, plus a default partition. */
interface Partitioning { column: string; from: string; to: string }

export interface DataRecord { name: string; fields: RecordField[]; source: SourceRef }
export interface RecordField { name: string; type: string; nullable: boolean; sensitivity: Sensitivity; lineage: ColumnRef[]; source: SourceRef }

/** Files of a product, under `{tenant}/{domain}/{product}/` in the tenant's bucket. */
export interface Files { store: string; sensitivity: Sensitivity; /** days */ expireAfter?: number; description?: string; source: SourceRef }

export interface QualityCheck {
  check: "not-null" | "unique" | "accepted-values" | "row-count";
  /** table, or table.column */
  target: string;
  severity: "blocking" | "warning";
  /** seconds */
  timeout: number;
  values?: string[]; min?: number;
  source: SourceRef;
}
export interface Sla {
  /** seconds */
  freshness?: number;
  /** Exact decimal as written, parts per million: 0.999 -> 999000. */
  availabilityPpm?: number;
  source: SourceRef;
}
