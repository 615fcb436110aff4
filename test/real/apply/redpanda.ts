/**
 * Stands in for Redpanda's operator and the pods of the quota Jobs, on Apache Kafka: Redpanda itself is a binary under a business licence and in no package
 * registry. It reads only rendered objects, and does with Topics and Users what the operator does: creates, adds partitions, sets and resets settings, and makes a user's
 * rules exactly those of its object. Schemas and rules on subjects are the Schema Registry's and are left.
 */
import { createHash } from "node:crypto";
import type { Broker } from "./broker.ts";
import { runRpk } from "./rpk.ts";

interface Rendered { kind: string; metadata: { name: string; namespace?: string }; spec?: Record<string, any>; data?: Record<string, string> }

/** The password that a User's Secret holds in these tests: the operator reads it from there, and the secret store is not part of them. */
export const passwordOf = (user: string): string => createHash("sha256").update(`password of ${user}`).digest("hex").slice(0, 24);

async function applyTopic(broker: Broker, { metadata, spec }: Rendered, live: Map<string, number>): Promise<void> {
  const { overwriteTopicName, partitions, replicationFactor, additionalConfig = {} } = spec!;
  const name: string = overwriteTopicName ?? metadata.name;
  const wanted = Object.fromEntries(Object.entries(additionalConfig as Record<string, string | null>).filter((entry): entry is [string, string] => entry[1] !== null));
  const has = live.get(name);
  if (has === undefined) return broker.createTopics([{ name, partitions, replicas: replicationFactor, config: wanted }]);
  if (has < partitions) await broker.addPartitions(name, partitions);
  const found = await broker.config(name);
  const set = Object.entries(wanted).filter(([key, value]) => found[key] !== value);
  const remove = Object.keys(found).filter((key) => !(key in additionalConfig));
  if (set.length + remove.length > 0) await broker.alterConfig(name, Object.fromEntries(set), remove);
}

async function applyUser(broker: Broker, { metadata: { name }, spec }: Rendered, live: Map<string, string[]>): Promise<void> {
  const { authentication, authorization } = spec!;
  const mechanism = (authentication?.type ?? "scram-sha-512").toUpperCase() as "SCRAM-SHA-256" | "SCRAM-SHA-512";
  if (authentication && !live.get(name)?.includes(mechanism)) await broker.setPassword(name, passwordOf(name), mechanism);
  await broker.deleteAclsOf(`User:${name}`);
  await broker.createAcls(...(authorization?.acls ?? []).filter(({ resource }: any) => !["subject", "registry"].includes(resource.type)).flatMap(({ type, host = "*", resource, operations }: any) =>
    operations.map((operation: string) => ({ principal: `User:${name}`, host, allow: type === "allow", operation, resource: resource.type, pattern: resource.patternType ?? "literal", name: resource.name }))));
}

/** Makes the brokers what rendered objects say. */
export async function applyRedpanda(broker: Broker, manifests: readonly Record<string, unknown>[]): Promise<void> {
  const objects = manifests as unknown as Rendered[];
  const topics = await broker.topics();
  const users = await broker.users();
  for (const one of objects.filter(({ kind }) => kind === "Topic")) await applyTopic(broker, one, topics);
  for (const one of objects.filter(({ kind }) => kind === "User")) await applyUser(broker, one, users);
  for (const one of objects.filter(({ kind, data }) => kind === "ConfigMap" && data?.["quotas.sh"] !== undefined)) await runRpk(broker, one.data!["quotas.sh"]!);
}
