/** Every physical name is made here and nowhere else (D2, D28). */
import { createHash } from "node:crypto";

export const API_GROUP = "bulkhead.dev";
export const TENANT_LABEL = "bulkhead.dev/tenant";
export const DOMAIN_LABEL = "bulkhead.dev/domain";
export const PRODUCT_LABEL = "bulkhead.dev/product";
export const OWNER_ANNOTATION = "bulkhead.dev/owner";
export const WAVE_ANNOTATION = "argocd.argoproj.io/sync-wave";
export const SYNC_OPTIONS_ANNOTATION = "argocd.argoproj.io/sync-options";

/** Namespaces of the platform itself. `appliers` runs no pods: it only holds the accounts Argo CD impersonates (D4). */
export const NAMESPACES = {
  argocd: "argocd",
  appliers: "bulkhead-appliers",
  database: "bulkhead-database",
  events: "bulkhead-events",
  storage: "bulkhead-storage",
  serving: "bulkhead-serving",
  observability: "bulkhead-observability",
  audit: "bulkhead-audit",
} as const;

export const TENANT_ID = /^(?!.*--)[a-z][a-z0-9-]{1,30}[a-z0-9]$/;
export const DOMAIN_ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
export const PRODUCT_ID = DOMAIN_ID;
export const TABLE_ID = /^[a-z][a-z0-9_]*$/;
export const LIMITS = { domain: 24, product: 32, table: 48, identifier: 63, label: 63, topic: 249, object: 253 } as const;

const RESERVED_TENANTS: [RegExp, string][] = [
  [/^default$/, "Kubernetes' default namespace and Argo CD's default project"],
  [/^platform$/, "Bulkhead's own platform folder and projects"],
  [/^admin$/, "administrators of Kafka, PostgreSQL and Grafana"],
  [/^system$/, "Kubernetes' system: users and groups"],
  [/^public$/, "PostgreSQL's PUBLIC and its public schema"],
  [/^anonymous$/, "anonymous users of Kubernetes, Kafka and S3"],
  [/^fake$/, "Loki's tenant of single-tenant mode"],
  [/^postgres$/, "PostgreSQL's bootstrap superuser"],
  [/^argocd$/, "Argo CD's namespace and accounts"],
  [/^kube-/, "Kubernetes' own namespaces"],
  [/^pg-/, "PostgreSQL's pg_ roles and schemas"],
];
const RESERVED_DOMAINS: [RegExp, string][] = [
  [/^app$/, "the schema of app.tenant() and app.principal()"],
  [/^public$/, "PostgreSQL's public schema"],
  [/^bulkhead$/, "the schema of Bulkhead's own records"],
  [/^executions$/, "the platform's execution events"],
  [/^information-schema$/, "PostgreSQL's information_schema"],
  [/^pg-/, "PostgreSQL's pg_ schemas"],
];
const RESERVED_PRODUCTS: [RegExp, string][] = [[/^domain$/, "the file domain.ts, which holds a domain's settings"]];

/** The system that a reserved identifier protects, or undefined when the identifier is free. */
export function reservedFor(kind: "tenant" | "domain" | "product", id: string): string | undefined {
  const table = { tenant: RESERVED_TENANTS, domain: RESERVED_DOMAINS, product: RESERVED_PRODUCTS }[kind];
  return table.find(([pattern]) => pattern.test(id))?.[1];
}

/** Cuts a name over its system's limit (bytes; names are ASCII) and appends 8 hex of the SHA-256 of the full name (D28). */
export function fit(name: string, limit: number, separator = "-"): string {
  if (name.length <= limit) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${name.slice(0, limit - 8 - separator.length)}${separator}${hash}`;
}

export const tenantNamespace = (tenant: string): string => fit(`tenant-${tenant}`, 63);
export const wallsApplication = (tenant: string): string => fit(`walls-${tenant}`, 63);
export const contentApplication = (tenant: string): string => fit(`content-${tenant}`, 63);
export const tenantProject = (tenant: string): string => fit(`tenant-${tenant}`, 63);
export const contentApplier = (tenant: string): string => fit(`content-${tenant}`, 63);
export const WALLS_APPLIER = "walls";
export const PLATFORM_APPLIER = "platform";

const sqlPart = (id: string): string => id.replaceAll("-", "_");
/** Physical schema: shared `<domain>__<product>`, dedicated `<tenant>__<domain>__<product>`; at most 63 bytes. */
export function schemaName(domain: string, product: string, tenant?: string): string {
  return fit([...(tenant ? [tenant] : []), domain, product].map(sqlPart).join("__"), 63, "_");
}
/** Role that marks membership in a tenant (D11). */
export const tenantRole = (tenant: string): string => fit(`t_${sqlPart(tenant)}`, 63, "_");
export const writerRole = (tenant: string): string => fit(`${sqlPart(tenant)}_writer`, 63, "_");
/** SQL login of a tenant's pipeline or of one of its consumers. */
export const sqlLogin = (tenant: string, principal: string): string => fit(`${sqlPart(tenant)}_${sqlPart(principal)}`, 63, "_");
export const clearanceRole = (clearance: string): string => `c_${clearance}`;
/** View of a table for one clearance, or for writers. */
export const viewName = (table: string, reader: string): string => fit(`${table}_${reader}`, 63, "_");

/** Everything of all tenants on a broker begins so. */
export const TENANTS_EVENTS = "tenant.";
export const topicName = (tenant: string, domain: string): string => `tenant.${tenant}.${domain}`;
export const subjectName = (tenant: string, domain: string, record: string): string => `tenant.${tenant}.${domain}-${record}`;
/** Prefix of everything a tenant owns on the broker; the trailing dot keeps `acme` out of `acme2`. */
export const eventPrefix = (tenant: string): string => `tenant.${tenant}.`;
export const kafkaUser = (tenant: string, principal: string): string => `tenant.${tenant}.${principal}`;
/** What the platform has of its own on a broker: no tenant's name begins so. */
export const PLATFORM_EVENTS = "bulkhead.";
/** The auditor on a store's brokers (D26). The store is in it because Users of two stores share a namespace, and a User's name is its Kubernetes name. */
export const auditorKafkaUser = (store: string): string => fit(`${PLATFORM_EVENTS}audit.${store}`, LIMITS.object);
/** Secret, in the auditor's namespace, with that user's password; the operator makes both. */
export const auditorKafkaSecret = (store: string): string => fit(`kafka-${store}`, LIMITS.object);
export const consumerGroupPrefix = (tenant: string, principal: string): string => `tenant.${tenant}.${principal}.`;

/** Bucket names are global in a Ceph object store: the platform's name comes first. */
export const bucketName = (platform: string, tenant: string): string => fit(`${platform}-${tenant}`, 63);
export const storagePrefix = (tenant: string, domain: string, product: string): string => `${tenant}/${domain}/${product}/`;

/**
 * User ids on radosgw. Rook makes a CephObjectStoreUser's `metadata.name` the uid, whatever its namespace, and writes the
 * keys of a uid that exists already into the Secret beside the new object: two objects of one name are one user.
 * So ids are built to be unambiguous: no tenant, domain or product holds "--", and none holds a dot.
 * This starts the uid of everything a tenant may make itself; no tenant's prefix starts another's (D9).
 */
export const uidPrefix = (tenant: string): string => `${tenant}--`;
/** Workload user of one product and access. `a`+`b-c` and `a-b`+`c` stay apart, which single dashes would not do. */
export const productUid = (tenant: string, domain: string, product: string, access: "read" | "write"): string =>
  fit(`${uidPrefix(tenant)}${domain}--${product}--${access}`, 63);
/** Read user of a consumer. The dots keep it out of every product's name; the store, because ids of two stores share a namespace. */
export const consumerUid = (tenant: string, consumer: string, store: string): string => fit(`${uidPrefix(tenant)}consumer.${consumer}.${store}`, 63);
/** Owner of a tenant's bucket. Starts with no tenant's prefix, so that no tenant's namespace can claim it. */
export const ownerUid = (tenant: string, store: string): string => fit(`bulkhead.${tenant}.owner.${store}`, 63);
/** The auditor's user on a store (D26). */
export const auditUid = (store: string): string => fit(`bulkhead.audit.${store}`, 63);
/** Name of the claim of a tenant's bucket in the platform's namespace. The last "--" separates: no tenant holds one. */
export const claimName = (store: string, tenant: string): string => fit(`${store}--${tenant}`, 63);
/** How a bucket policy names a user. */
export const userArn = (uid: string): string => `arn:aws:iam:::user/${uid}`;

/** What starts every key and channel of a tenant in Redis. The colon is in no identifier: `acme:` starts nothing of `acme2`. */
export const redisPrefix = (tenant: string): string => `${tenant}:`;
/** What starts the keys of one table's copy; the key's values follow. */
export const redisSpace = (tenant: string, domain: string, product: string, table: string): string => `${redisPrefix(tenant)}${domain}:${product}:${table}:`;
/** What starts the names of a tenant's Redis users. No tenant has a dot in its id, and no user of the platform has one. */
export const redisUserPrefix = (tenant: string): string => `${tenant}.`;
/** Whose a user's name says it is. */
export const tenantOfRedisUser = (user: string, tenants: ReadonlySet<string>): string | undefined => {
  const tenant = user.slice(0, Math.max(0, user.indexOf(".")));
  return tenants.has(tenant) ? tenant : undefined;
};
export const redisUser = (tenant: string, principal: string): string => `${redisUserPrefix(tenant)}${principal}`;
/** The auditor's user on every Redis (D26), and the one for probes (D37). */
export const REDIS_AUDITOR = "bulkhead-auditor";
export const REDIS_PROBER = "bulkhead-prober";
/** A tenant's database on StarRocks. Ids hold no underscore, so no two tenants share one. */
export const starrocksDatabase = (tenant: string): string => sqlPart(tenant);
/** A table's copy on StarRocks; of its views, `<name>_<clearance>`. */
export const starrocksTable = (domain: string, product: string, table: string): string => [domain, product].map(sqlPart).concat(table).join("__");
export const starrocksRole = (tenant: string, reader: string): string => `${sqlPart(tenant)}__${reader}`;
export const starrocksUser = (tenant: string, principal: string): string => `${tenant}.${principal}`;

/** Key in the secret store: everything of a tenant lies under `<id>/` (D9). */
export const tenantSecretKey = (tenant: string, ...rest: string[]): string => [tenant, ...rest].join("/");
export const platformSecretKey = (...rest: string[]): string => ["platform", ...rest].join("/");

/** Short content hash for object names that must change with what they carry. */
export const contentHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 10);
