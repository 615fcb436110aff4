/** Single changes of a live broker, and what the audit must say of each. Also in docs/planes/kafka.md. */
import type { Impact } from "../../../src/model/finding.ts";
import type { Broker } from "../apply/broker.ts";

/** `change`: added, changed or removed leaves of an item that git has; otherwise the whole item is too much or too little. */
export interface Mutation {
  name: string;
  make(broker: Broker): Promise<void>;
  kind: "topic" | "acl" | "user" | "quota";
  item: string;
  of?: string;
  tenant?: string;
  status: "changed" | "missing" | "unmanaged";
  changes?: string[];
  impact: Impact;
  note?: RegExp;
  /** What the printed commands leave to the operator. */
  operator?: true;
  /** What rpk has no word for is said so, and goes this way. */
  away?(broker: Broker): Promise<void>;
}

const SALES = "tenant.acme.sales";
const PIPELINE = "tenant.acme.pipeline";
const TOPICS = "topic prefixed tenant.acme.";
const acl = (resource: string, pattern: "literal" | "prefixed", name: string, operation = "Read", principal = "User:mallory", more: { host?: string; allow?: boolean } = {}) => ({ principal, resource, pattern, name, operation, ...more });
const rogue = (name: string, resource: string, pattern: "literal" | "prefixed", at: string, note: RegExp, more: Partial<Mutation> & { operation?: string; principal?: string; allow?: boolean; host?: string } = {}): Mutation => {
  const { operation = "Read", principal = "User:mallory", allow = true, host, ...rest } = more;
  return { name, make: (b) => b.createAcls(acl(resource, pattern, at, operation, principal, { allow, ...(host && { host }) })), kind: "acl", item: `${resource} ${pattern} ${resource === "cluster" ? "kafka-cluster" : at}`, of: principal, status: "unmanaged", impact: "isolation", note, ...rest };
};
const acme = { tenant: "acme" } as const;

export const MUTATIONS: readonly Mutation[] = [
  // Topics
  { name: "records are kept longer", make: (b) => b.alterConfig(SALES, { "retention.ms": "-1" }), kind: "topic", item: SALES, ...acme, status: "changed", changes: ["/config/retention.ms changed"], impact: "availability" },
  { name: "a setting is taken away", make: (b) => b.alterConfig(SALES, {}, ["retention.ms"]), kind: "topic", item: SALES, ...acme, status: "changed", changes: ["/config/retention.ms changed"], impact: "availability" },
  { name: "a setting that git does not have", make: (b) => b.alterConfig(SALES, { "max.message.bytes": "9000000" }), kind: "topic", item: SALES, ...acme, status: "changed", changes: ["/config/max.message.bytes added"], impact: "availability" },
  { name: "a setting that git does not have, with the broker's default", make: (b) => b.alterConfig(SALES, { "compression.type": "producer" }), kind: "topic", item: SALES, ...acme, status: "changed", changes: ["/config/compression.type added"], impact: "availability" },
  { name: "records are compacted away", make: (b) => b.alterConfig(SALES, { "cleanup.policy": "compact,delete" }), kind: "topic", item: SALES, ...acme, status: "changed", changes: ["/config/cleanup.policy changed"], impact: "availability" },
  { name: "two settings at once", make: (b) => b.alterConfig(SALES, { "segment.bytes": "1048576", "retention.ms": "1000" }), kind: "topic", item: SALES, ...acme, status: "changed", changes: ["/config/retention.ms changed", "/config/segment.bytes added"], impact: "availability" },
  { name: "a topic is deleted", make: (b) => b.deleteTopics(SALES), kind: "topic", item: SALES, ...acme, status: "missing", impact: "availability" },
  { name: "a topic is made anew with fewer partitions", make: async (b) => { await b.deleteTopics(SALES); await b.createTopics([{ name: SALES, partitions: 1, replicas: 1, config: { "cleanup.policy": "delete", "retention.ms": "86400000" } }]); }, kind: "topic", item: SALES, ...acme, status: "changed", changes: ["/partitions changed"], impact: "availability" },
  { name: "a topic that git does not know, in a tenant's prefix", make: (b) => b.createTopics([{ name: "tenant.acme.copy", partitions: 1, replicas: 1 }]), kind: "topic", item: "tenant.acme.copy", ...acme, status: "unmanaged", impact: "isolation", note: /in the prefix of acme/ },
  { name: "a topic of a tenant that git does not know", make: (b) => b.createTopics([{ name: "tenant.ghost.sales", partitions: 1, replicas: 1 }]), kind: "topic", item: "tenant.ghost.sales", status: "unmanaged", impact: "isolation", note: /no known tenant/ },
  { name: "a topic in the platform's prefix", make: (b) => b.createTopics([{ name: "bulkhead.copy", partitions: 1, replicas: 1 }]), kind: "topic", item: "bulkhead.copy", status: "unmanaged", impact: "isolation" },
  // Rules of others that reach in
  rogue("a stranger reads one topic", "topic", "literal", SALES, /a topic of acme/, acme),
  rogue("a stranger reads every topic", "topic", "literal", "*", /every topic, of all tenants/),
  rogue("a stranger reads a prefix without its dot", "topic", "prefixed", "tenant.acm", /without its dot/),
  rogue("a stranger reads what begins with t", "topic", "prefixed", "t", /2 tenants/),
  rogue("a stranger reads a whole tenant", "topic", "prefixed", "tenant.acme.", /topics of acme/, acme),
  rogue("everybody reads one topic", "topic", "literal", SALES, /everybody/, { ...acme, principal: "User:*" }),
  rogue("another tenant reads one topic", "topic", "literal", SALES, /a topic of acme/, { ...acme, principal: "User:tenant.globex.pipeline" }),
  rogue("a tenant's user may read something outside", "topic", "literal", "elsewhere", /no known tenant/, { ...acme, principal: `User:${PIPELINE}` }),
  rogue("a stranger resets a tenant's consumer groups", "group", "prefixed", "tenant.acme.", /groups of acme/, { ...acme, operation: "Delete" }),
  rogue("a stranger joins every group", "group", "literal", "*", /every group/),
  rogue("a stranger fences a tenant's producers", "transactionalId", "prefixed", "tenant.acme.", /transactionalIds of acme/, { ...acme, operation: "Write" }),
  rogue("a stranger may change the cluster's rules", "cluster", "literal", "kafka-cluster", /the cluster, and with it everybody's/, { operation: "Alter" }),
  rogue("a stranger makes tokens in a tenant's name", "user", "literal", "User:tenant.acme.pipeline", /a user of acme/, { ...acme, operation: "CreateTokens", away: (b) => b.deleteAclsOf("User:mallory") }),
  rogue("a tenant is shut out of its topic", "topic", "literal", SALES, /is denied to All/, { ...acme, operation: "All", allow: false, impact: "access", principal: "User:tenant.acme.reporting", status: "changed", changes: ["/deny added"] }),
  rogue("a rule from one address", "topic", "literal", SALES, /a topic of acme/, { ...acme, host: "10.0.0.9" }),
  // Rules that git has
  { name: "a rule is widened", make: (b) => b.createAcls(acl("topic", "prefixed", "tenant.acme.", "Delete", `User:${PIPELINE}`)), kind: "acl", item: TOPICS, of: `User:${PIPELINE}`, ...acme, status: "changed", changes: ["/allow/Delete added"], impact: "isolation" },
  { name: "a rule is narrowed", make: (b) => b.deleteAcls(acl("topic", "prefixed", "tenant.acme.", "Write", `User:${PIPELINE}`)), kind: "acl", item: TOPICS, of: `User:${PIPELINE}`, ...acme, status: "changed", changes: ["/allow/Write removed"], impact: "access" },
  { name: "a rule holds from one address only", make: async (b) => { await b.createAcls(acl("topic", "prefixed", "tenant.acme.", "Write", `User:${PIPELINE}`, { host: "10.0.0.9" })); await b.deleteAcls(acl("topic", "prefixed", "tenant.acme.", "Write", `User:${PIPELINE}`)); }, kind: "acl", item: TOPICS, of: `User:${PIPELINE}`, ...acme, status: "changed", changes: ["/allow/Write/* removed", "/allow/Write/10.0.0.9 added"], impact: "isolation" },
  { name: "a rule is gone", make: (b) => b.deleteAcls(acl("transactionalId", "prefixed", "tenant.acme.", "Describe", `User:${PIPELINE}`), acl("transactionalId", "prefixed", "tenant.acme.", "Write", `User:${PIPELINE}`)), kind: "acl", item: "transactionalId prefixed tenant.acme.", of: `User:${PIPELINE}`, ...acme, status: "missing", impact: "access" },
  { name: "the auditor may read", make: (b) => b.createAcls(acl("topic", "literal", "*", "Read", "User:bulkhead.audit.stream-eu")), kind: "acl", item: "topic literal *", of: "User:bulkhead.audit.stream-eu", status: "changed", changes: ["/allow/Read added"], impact: "isolation" },
  // Users
  { name: "a user that git does not know, with a tenant's name", make: (b) => b.setPassword("tenant.acme.mallory", "x"), kind: "user", item: "tenant.acme.mallory", ...acme, status: "unmanaged", impact: "isolation" },
  { name: "a user's second password", make: (b) => b.setPassword(PIPELINE, "x", "SCRAM-SHA-256"), kind: "user", item: PIPELINE, ...acme, status: "changed", changes: ["/mechanisms/SCRAM-SHA-256 added"], impact: "isolation", operator: true },
  { name: "a user is gone", make: (b) => b.deleteUser(PIPELINE), kind: "user", item: PIPELINE, ...acme, status: "missing", impact: "access", operator: true },
  // Quotas
  { name: "a quota is raised", make: (b) => b.alterQuota([{ type: "user", name: PIPELINE }], { producer_byte_rate: 1e9 }), kind: "quota", item: `user=${PIPELINE}`, ...acme, status: "changed", changes: ["/producer_byte_rate changed"], impact: "availability" },
  { name: "a quota of another kind", make: (b) => b.alterQuota([{ type: "user", name: PIPELINE }], { request_percentage: 1.5 }), kind: "quota", item: `user=${PIPELINE}`, ...acme, status: "changed", changes: ["/request_percentage added"], impact: "availability" },
  { name: "a quota is gone", make: (b) => b.alterQuota([{ type: "user", name: PIPELINE }], {}, ["producer_byte_rate", "consumer_byte_rate"]), kind: "quota", item: `user=${PIPELINE}`, ...acme, status: "missing", impact: "availability" },
  { name: "a more exact quota takes the place of git's", make: (b) => b.alterQuota([{ type: "user", name: PIPELINE }, { type: "client-id", name: "fast" }], { producer_byte_rate: 1e9 }), kind: "quota", item: `client-id=fast,user=${PIPELINE}`, ...acme, status: "unmanaged", impact: "availability", note: /more exact/ },
  { name: "a default for all users", make: (b) => b.alterQuota([{ type: "user", name: null }], { controller_mutation_rate: 1 }), kind: "quota", item: "user=<default>", status: "unmanaged", impact: "availability" },
  { name: "a client whose name is the default's", make: (b) => b.alterQuota([{ type: "client-id", name: "<default>" }], { producer_byte_rate: 1 }), kind: "quota", item: 'client-id="<default>"', status: "unmanaged", impact: "availability" },
];

/** Things of others that reach nobody: no finding. */
export const INNOCENT: readonly { name: string; make(broker: Broker): Promise<void> }[] = [
  { name: "a setting that is the broker's default anyway, taken away", make: (b) => b.alterConfig(SALES, {}, ["cleanup.policy"]) },
  { name: "a topic of others", make: (b) => b.createTopics([{ name: "tenantless", partitions: 2, replicas: 1, config: { "retention.ms": "5" } }]) },
  { name: "a user of others", make: (b) => b.setPassword("mallory", "x") },
  { name: "a rule on things of others", make: (b) => b.createAcls(acl("topic", "prefixed", "tenantless"), acl("group", "literal", "theirs")) },
  { name: "producing idempotently", make: (b) => b.createAcls(acl("cluster", "literal", "kafka-cluster", "IdempotentWrite")) },
  { name: "a quota of a user of others", make: (b) => b.alterQuota([{ type: "user", name: "mallory" }], { producer_byte_rate: 5 }) },
];
