/** zod schemas of what people write. Unknown keys are errors; every object is strict. No I/O. */
import { z } from "zod";
import { parseCron } from "../model/cron.ts";
import { parseDuration } from "../model/duration.ts";
import { PLANES } from "../model/finding.ts";
import { TABLE_ID } from "../model/names.ts";

const duration = z.string().refine((s) => parseDuration(s) !== undefined, "must be a duration such as 30s, 15m, 1h30m or 7d");
const quantity = z.string().regex(/^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$/, "must be a Kubernetes quantity such as 500m, 4 or 16Gi");
const dnsLabel = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "must be a DNS label: lower-case letters, digits and dashes, at most 63");
const cidr = z.string().refine((s) => z.cidrv4().safeParse(s).success || (z.cidrv6().safeParse(s).success && !s.includes(".")), "must be a CIDR such as 10.0.0.0/16");
const email = z.string().regex(/^[^\s@"']+@[^\s@"']+\.[^\s@"']+$/, "must be an e-mail address");
const line = z.string().min(1).max(1000);
const count = z.int().positive();
const anyFunction = z.custom<(chart: never) => void>((f) => typeof f === "function", "must be a function that takes a cdk8s chart");
const labels = z.record(z.string(), z.string());

const owner = z.strictObject({ team: dnsLabel, email });
const level = z.enum(["public", "internal", "confidential", "restricted"]);
const category = z.enum(["pii-name", "pii-identifier", "pii-contact", "business"]);
const clearance = z.enum(["public", "internal", "confidential"], "must be public, internal or confidential: restricted is shown to named principals only");

const patch = z.strictObject({
  target: z.strictObject({ kind: z.string(), name: z.string(), namespace: z.string().optional() }),
  ops: z.array(z.strictObject({ op: z.enum(["add", "remove", "replace", "test", "move", "copy"]), path: z.string().startsWith("/"), value: z.unknown().optional(), from: z.string().optional() })).min(1),
  reason: line,
});
const patches = z.array(patch).default([]);

const declassify = z.strictObject({
  to: level, category: category.optional(), method: line, approver: email, reason: line,
  expires: z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/, "must be a date YYYY-MM-DD"),
});
const reference = z.unknown();
const sensitivity = {
  classification: level.optional(), category: category.optional(), principals: z.array(email).optional(),
  from: z.array(reference).optional(), using: z.array(reference).optional(), declassify: declassify.optional(),
};
export const column = z.strictObject({ type: z.string().optional(), nullable: z.boolean().default(false), description: z.string().max(1000).optional(), ...sensitivity });

const month = z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])$/, "must be a month YYYY-MM");
const identifier = z.string().regex(TABLE_ID, "must match ^[a-z][a-z0-9_]*$").max(63);
const columnNames = z.array(z.string()).min(1);
/** What a serving store holds of a table: all columns, unless some are named. */
const served = z.strictObject({ store: z.string().optional(), columns: columnNames.optional() });
export const table = z.strictObject({
  store: z.string(), key: columnNames, columns: z.record(identifier, column),
  description: z.string().max(1000).optional(),
  unique: z.array(columnNames).default([]), indexes: z.array(columnNames).default([]),
  references: z.array(z.strictObject({ columns: columnNames, table: z.string(), onDelete: z.enum(["restrict", "cascade"]).default("restrict") })).default([]),
  partitions: z.strictObject({ column: z.string(), from: month, to: month }).optional(),
  serve: z.strictObject({ redis: served.optional(), starrocks: served.optional() }).optional(),
});

const field = z.union([z.string(), column]);
export const product = z.strictObject({
  description: line, owner,
  tables: z.record(identifier.max(48), table).default({}),
  records: z.record(z.string().regex(/^[A-Z][A-Za-z0-9]{0,62}$/, "must be a name like OrderPlaced"), z.strictObject({ fields: z.record(identifier, field) })).default({}),
  files: z.strictObject({ store: z.string().optional(), description: z.string().optional(), expireAfter: duration.optional(), ...sensitivity }).optional(),
  quality: z.array(z.strictObject({
    check: z.enum(["not-null", "unique", "accepted-values", "row-count"]), column: z.string().optional(), table: z.string().optional(),
    severity: z.enum(["blocking", "warning"]), timeout: duration.default("60s"), values: z.array(z.string()).optional(), min: z.int().min(0).optional(),
  })).default([]),
  sla: z.strictObject({ freshness: duration.optional(), availability: z.number().gt(0).lt(1).optional() }).default({}),
  extend: anyFunction.optional(), patches,
});

export const domain = z.strictObject({
  topic: z.strictObject({ store: z.string().optional(), partitions: count.max(10_000).default(3), retention: z.union([duration, z.literal("forever")]).default("7d") }).optional(),
});

export const tenant = z.strictObject({
  displayName: line, owner, plan: z.string(), clusters: z.array(z.string()).min(1),
  stores: z.strictObject({ postgres: z.string().optional(), redpanda: z.string().optional(), ceph: z.string().optional(), redis: z.string().optional(), starrocks: z.string().optional() }).default({}),
  groups: z.record(dnsLabel, z.strictObject({ clearance })).default({}),
  consumers: z.record(dnsLabel.max(24), z.strictObject({ clearance, access: z.array(z.enum(["sql", "events", "files", "serving"])).min(1) })).default({}),
  extend: anyFunction.optional(), patches,
});

const cluster = z.strictObject({
  server: z.url(), podCidrs: z.array(cidr).min(1), serviceCidrs: z.array(cidr).min(1),
  podSecurityVersion: z.string().regex(/^v1\.[0-9]+$/, "must be a version such as v1.33: pinned, because latest changes under you"),
  apiServerCidrs: z.array(cidr).min(1).optional(),
});
const host = z.string().min(1);
const port = z.int().min(1).max(65_535);
/** No dot: names of tenants' users have one. */
const loginName = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, "must be lower-case letters, digits and dashes");
const store = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("postgres"), home: z.string(), host, port: port.default(5432), database: identifier, apiLogin: identifier.default("bh_api"),
    auditorLogin: identifier.default("bh_auditor"), adminKey: z.string(), image: z.string(), namespace: dnsLabel, podLabels: labels,
  }),
  z.strictObject({ kind: z.literal("redpanda"), home: z.string(), namespace: dnsLabel, cluster: dnsLabel, brokers: host, port: port.default(9093), replicas: count.default(3), adminKey: z.string(), image: z.string(), podLabels: labels }),
  z.strictObject({ kind: z.literal("ceph"), home: z.string(), namespace: dnsLabel, objectStore: dnsLabel, storageClass: z.string(), endpoint: host, port: port.default(443), podLabels: labels }),
  z.strictObject({
    kind: z.literal("redis"), home: z.string(), host, port: port.default(6379), adminUser: loginName.default("bulkhead-admin"), adminKey: z.string(), image: z.string(), namespace: dnsLabel, podLabels: labels,
    modules: z.array(z.string().min(1)).default([]), auditConfig: z.boolean().default(true), limits: z.literal("instance").optional(),
  }),
  z.strictObject({ kind: z.literal("starrocks"), home: z.string(), host, port: port.default(9030), adminKey: z.string(), image: z.string(), namespace: dnsLabel, podLabels: labels }),
]);
const plan = z.strictObject({
  compute: z.strictObject({ requestsCpu: quantity, requestsMemory: quantity, limitsCpu: quantity, limitsMemory: quantity, storage: quantity, volumes: count, pods: count, objects: count }),
  container: z.strictObject({ cpu: quantity, memory: quantity, maxCpu: quantity, maxMemory: quantity }),
  database: z.strictObject({ connections: count, statementTimeout: duration, workMem: z.string().regex(/^[0-9]+(kB|MB|GB)$/, "must be a size such as 64MB") }),
  events: z.strictObject({ producerBytesPerSecond: count, consumerBytesPerSecond: count, maxPartitions: count }),
  storage: z.strictObject({ maxSize: quantity, maxObjects: count }),
  serving: z.strictObject({
    starrocks: z.strictObject({
      cpuWeight: count.max(1000), memLimit: z.string().regex(/^([1-9][0-9]?|100)%$/, "must be a percentage such as 20%"), concurrency: count,
      dataQuota: z.string().regex(/^[1-9][0-9]*(GB|TB|PB)$/, "must be a size such as 500GB or 10TB"), maxUserConnections: count.max(10_000), bigQueryCpuSeconds: count, bigQueryScanRows: count,
    }),
  }).optional(),
});
/** Repository, then tag or digest; a registry may have a port. */
const PINNED = /^[a-z0-9][a-z0-9._-]*(:[0-9]+)?(\/[a-z0-9][a-z0-9._-]*)*(?=[:@])(:(?!latest$)[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[0-9a-f]{64})?$/;
const reach = { cidrs: z.array(cidr).min(1).optional(), podLabels: labels.optional() };
const secretKey = z.string().startsWith("platform/", "must be a key below platform/ in the secret store");
const inCluster = z.strictObject({
  image: z.string().regex(PINNED, "must be an image with a tag other than latest, or a digest"),
  schedule: z.string().refine((s) => parseCron(s) !== undefined, "must be five fields of cron such as */30 * * * *, or a descriptor such as @hourly").default("*/30 * * * *"),
  deadline: duration.default("10m"), shards: count.max(1000).default(1),
  alertmanagers: z.array(z.url({ protocol: /^https?$/ })).min(1), alertmanagerLabels: labels.default({ "app.kubernetes.io/name": "alertmanager" }),
  bucket: z.strictObject({
    endpoint: z.url({ protocol: /^https?$/ }), name: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "must be a bucket's name"), region: z.string().regex(/^[a-z0-9-]+$/).default("us-east-1"),
    writeKey: secretKey.default("platform/audit/bucket-write"), mergeKey: secretKey.default("platform/audit/bucket-merge"), ...reach,
  }),
  git: z.strictObject({ repository: z.string().optional(), key: secretKey.default("platform/audit/git"), ...reach }).prefault({}),
  kinds: z.array(z.strictObject({ group: z.string().regex(/^([a-z0-9.-]+)?$/, "must be an API group"), kind: z.string().regex(/^[A-Z][A-Za-z0-9]*$/, "must be a kind such as ScaledObject"), plural: z.string().regex(/^[a-z0-9]+$/, "must be a resource such as scaledobjects: no subresource, no wildcard") })
    .refine(({ group, plural }) => group !== "" || plural !== "secrets", "must not be Secret: the auditor reads none")).default([]),
  probe: z.boolean().default(false),
});
const day = z.string().refine((text) => /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text), "must be a date YYYY-MM-DD");
const allow = z.strictObject({
  kind: z.string().min(1), namespace: z.string().min(1).optional(), name: z.string().min(1).optional(), path: z.string().max(1000).optional(),
  manager: z.string().min(1).optional(), subresource: z.string().min(1).optional(), reason: line, owner: dnsLabel, expires: day,
});
const credential = z.union([z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of an environment variable") }), z.strictObject({ file: z.string().min(1) })], "must be { env: NAME } or { file: PATH }: a credential itself never stands in git");
const target = z.strictObject({ endpoint: z.string().min(1).optional(), user: z.union([z.string().min(1), credential]).optional(), password: credential.optional(), probe: z.strictObject({ user: z.union([z.string().min(1), credential]).optional(), password: credential.optional() }).optional(), ca: credential.optional(), plain: z.boolean().default(false) });
const unread = z.strictObject({ plane: z.enum(PLANES), store: dnsLabel, what: z.string().min(1), reason: line, owner: dnsLabel, expires: day });
const audit = z.strictObject({ allow: z.array(allow).default([]), pendingLimit: duration.default("15m"), targets: z.record(dnsLabel, target).default({}), unread: z.array(unread).default([]), inCluster: inCluster.optional() }).prefault({});
export const platform = z.strictObject({
  name: dnsLabel.max(20), git: z.strictObject({ repository: z.string(), revision: z.string(), path: z.string().default("dist") }),
  clusters: z.record(dnsLabel, cluster), stores: z.record(dnsLabel, store), plans: z.record(dnsLabel, plan),
  onCall: z.strictObject({ team: dnsLabel, email, runbooks: z.url() }), breakGlassGroup: z.string().min(1),
  secretStore: z.strictObject({ name: dnsLabel, server: z.url() }),
  prometheus: z.strictObject({ namespace: dnsLabel, podLabels: labels, url: z.url() }),
  grafana: z.strictObject({ namespace: dnsLabel, url: z.url() }), audit, patches,
});

export const SCHEMAS = { platform, tenant, domain, product, table } as const;
export type DefinitionKind = keyof typeof SCHEMAS;
export type Parsed<K extends DefinitionKind> = z.output<(typeof SCHEMAS)[K]>;
export type ColumnSpec = z.output<typeof column>;
