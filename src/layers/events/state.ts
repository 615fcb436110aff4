/** What a tenant owns on a Redpanda cluster (D17, D18, D19). Pure: fleet in, plain data out, sorted by identity. */
import { atMost } from "../../model/classification.ts";
import type { Consumer, Domain, RedpandaStore, Tenant, Topic } from "../../model/fleet.ts";
import { auditorKafkaSecret, auditorKafkaUser, consumerGroupPrefix, eventPrefix, kafkaUser, subjectName, tenantNamespace } from "../../model/names.ts";
import type { SourceRef } from "../../model/problem.ts";
import { sortBy } from "../../model/sort.ts";
import type { PlatformScope, TenantScope } from "../layer.ts";
import { avroSchema, registryName } from "./avro.ts";

/** The principal that produces and consumes for all of a tenant's products. */
const PIPELINE = "pipeline";

type AclOperation = "Read" | "Write" | "Describe" | "DescribeConfigs";
/** One allow rule. Hosts are not restricted: who may connect is NetworkPolicy's matter. */
export interface Acl {
  resource: "topic" | "group" | "transactionalId" | "subject" | "cluster";
  /** `""` for the cluster: there is one. */
  name: string;
  pattern: "literal" | "prefixed";
  operations: AclOperation[];
}
/** Where something was declared and whose it is. */
export interface Origin { source: SourceRef; owner: string }
export interface TopicState { name: string; domain: string; partitions: number; replicas: number; config: Record<string, string>; origin: Origin }
export interface UserState { name: string; principal: string; acls: Acl[]; origin: Origin }
export interface SchemaState { subject: string; domain: string; product: string; text: string; origin: Origin }
/** Bytes per second and broker. A key that is absent is deleted from the entity. */
export interface QuotaState { user: string; producer?: number; consumer?: number }

/** Everything of one tenant on one Redpanda cluster. */
export interface StoreEvents {
  store: string;
  clusterRef: { name: string; namespace: string };
  /** host:port of the Kafka API. */
  brokers: string;
  image: string;
  topics: TopicState[]; users: UserState[]; schemas: SchemaState[]; quotas: QuotaState[];
}
export interface EventsState { tenant: string; namespace: string; stores: StoreEvents[]; origin: Origin }
/** What the platform itself needs on a cluster: a credential and a way to the brokers, for each store at home there. */
export interface EventsPlatformState {
  cluster: string;
  /** ClusterSecretStore of the platform. */
  secretStore: string;
  stores: PlatformStore[];
  owner: string;
}
export interface PlatformStore {
  store: string;
  clusterRef: StoreEvents["clusterRef"];
  /** host:port of the Kafka API. */
  brokers: string;
  adminKey: string; namespace: string; podLabels: Record<string, string>; port: number;
  auditor: { name: string; secret: string; acls: Acl[] };
  source: SourceRef;
}

const clusterRef = (store: RedpandaStore): StoreEvents["clusterRef"] => ({ name: store.cluster, namespace: store.namespace });
type WithTopic = Domain & { topic: Topic };

/** Desired events of one tenant on one cluster; undefined when no topic of the tenant is at home there (D3). */
export function eventsState({ platform, tenant, cluster }: TenantScope): EventsState | undefined {
  const stores = sortBy(Object.values(platform.stores), (s) => s.name)
    .filter((s): s is RedpandaStore => s.kind === "redpanda" && s.home === cluster)
    .flatMap((store) => storeEvents(tenant, store) ?? []);
  if (stores.length === 0) return undefined;
  return { tenant: tenant.id, namespace: tenantNamespace(tenant.id), stores, origin: { source: tenant.source, owner: tenant.owner.team } };
}

function storeEvents(tenant: Tenant, store: RedpandaStore): StoreEvents | undefined {
  const domains = sortBy(tenant.domains.filter((d): d is WithTopic => d.topic?.store === store.name), (d) => d.id);
  if (domains.length === 0) return undefined;
  const consumers = sortBy(tenant.consumers.filter((c) => c.access.includes("events")), (c) => c.name);
  const users = [pipelineUser(tenant), ...consumers.flatMap((c) => consumerUser(tenant, c, domains) ?? [])];
  return {
    store: store.name,
    clusterRef: clusterRef(store),
    brokers: `${store.brokers}:${store.port}`,
    image: store.image,
    topics: domains.map((d) => topicState(d, tenant)),
    users,
    schemas: sortBy(domains.flatMap((d) => schemaStates(d, tenant)), (s) => s.subject),
    quotas: quotaStates(tenant, users),
  };
}

function topicState(domain: WithTopic, tenant: Tenant): TopicState {
  const { name, partitions, replicas, retention, source } = domain.topic;
  const config = { "cleanup.policy": "delete", "retention.ms": String(retention) };
  return { name, domain: domain.id, partitions, replicas, config, origin: { source, owner: tenant.owner.team } };
}

function schemaStates(domain: Domain, tenant: Tenant): SchemaState[] {
  return domain.products.flatMap((product) => product.records.map((record) => ({
    subject: subjectName(tenant.id, domain.id, registryName(record.name)), domain: domain.id, product: product.id, text: avroSchema(record),
    origin: { source: record.source, owner: product.owner.team },
  })));
}

/** The only principal with a prefix over the tenant's whole name space; topics and schemas are the operator's to create. */
function pipelineUser(tenant: Tenant): UserState {
  const prefix = eventPrefix(tenant.id);
  const rule = (resource: Acl["resource"], ...operations: AclOperation[]): Acl => ({ resource, name: prefix, pattern: "prefixed", operations });
  return {
    name: kafkaUser(tenant.id, PIPELINE), principal: PIPELINE,
    acls: [rule("group", "Describe", "Read"), rule("subject", "Read"), rule("topic", "Describe", "Read", "Write"), rule("transactionalId", "Describe", "Write")],
    origin: { source: tenant.source, owner: tenant.owner.team },
  };
}

/** A consumer without a topic at or below its clearance gets no user at all: a credential without a use is only a risk. */
function consumerUser(tenant: Tenant, consumer: Consumer, domains: WithTopic[]): UserState | undefined {
  const readable = domains.filter((d) => atMost(d.topic.sensitivity.level, consumer.clearance));
  if (readable.length === 0) return undefined;
  const subjects = [...new Set(readable.flatMap((d) => schemaStates(d, tenant)).map((s) => s.subject))];
  return {
    name: kafkaUser(tenant.id, consumer.name), principal: consumer.name,
    acls: [
      { resource: "group", name: consumerGroupPrefix(tenant.id, consumer.name), pattern: "prefixed", operations: ["Describe", "Read"] },
      ...sortBy(subjects, (s) => s).map((name): Acl => ({ resource: "subject", name, pattern: "literal", operations: ["Read"] })),
      ...sortBy(readable.map((d) => d.topic.name), (t) => t).map((name): Acl => ({ resource: "topic", name, pattern: "literal", operations: ["Describe", "Read"] })),
    ],
    origin: { source: consumer.source, owner: tenant.owner.team },
  };
}

/**
 * The plan's rates are the tenant's, and quotas are kept per user: the rate of reading is shared out evenly, so that
 * another consumer never raises what a tenant may take. Only the pipeline writes.
 */
function quotaStates(tenant: Tenant, users: UserState[]): QuotaState[] {
  const { producerBytesPerSecond, consumerBytesPerSecond } = tenant.plan.events;
  const consumer = Math.max(1, Math.floor(consumerBytesPerSecond / users.length));
  return users.map((u) => ({ user: u.name, ...(u.principal === PIPELINE && { producer: producerBytesPerSecond }), consumer }));
}

/**
 * Lists everything and reads no record (D26). Describe on the cluster lists ACLs and names of SCRAM users, DescribeConfigs on it quotas; without Describe on
 * `*` a topic is left out of the answer without a word.
 */
function auditor(store: string): PlatformStore["auditor"] {
  const rule = (resource: Acl["resource"], name: string, ...operations: AclOperation[]): Acl => ({ resource, name, pattern: "literal", operations });
  return {
    name: auditorKafkaUser(store), secret: auditorKafkaSecret(store),
    acls: [rule("cluster", "", "Describe", "DescribeConfigs"), rule("group", "*", "Describe"), rule("topic", "*", "Describe", "DescribeConfigs")],
  };
}

/** The platform's half: undefined on a cluster that is home to no Redpanda. */
export function eventsPlatformState({ platform, cluster }: PlatformScope): EventsPlatformState | undefined {
  const stores = sortBy(Object.values(platform.stores), (s) => s.name)
    .filter((s): s is RedpandaStore => s.kind === "redpanda" && s.home === cluster)
    .map((s): PlatformStore => ({ store: s.name, clusterRef: clusterRef(s), brokers: `${s.brokers}:${s.port}`, auditor: auditor(s.name), adminKey: s.adminKey, namespace: s.namespace, podLabels: s.podLabels, port: s.port, source: s.source }));
  return stores.length === 0 ? undefined : { cluster, secretStore: platform.secretStore.name, stores, owner: platform.onCall.team };
}
