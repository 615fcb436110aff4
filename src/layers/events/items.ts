/** Both sides in one normal form. What it erases is in docs/planes/kafka.md, with reasons. */
import { type DeclaredItem, type ItemCoverage, type Normal, type PlaneItem, setOf } from "../../model/plane.ts";
import type { DesiredTopic, KafkaState, Place, Rule } from "./desired.ts";
import { CLUSTER_NAME } from "./space.ts";

/** One binding as a broker keeps it: who, from where, may or may not do one thing. */
export interface Binding { principal: string; host: string; allow: boolean; operation: string; resource: string; pattern: string; name: string }
/** An entity of quotas: the name of a user, client or address by type; `null` for those who have none of their own. */
export type Entity = readonly { type: string; name: string | null }[];

/** Resource types that the Kafka protocol does not know: Redpanda's Schema Registry keeps these rules. */
export const REGISTRY: ReadonlySet<string> = new Set(["subject", "registry"]);
/** In a quota's identity: everybody without one of his own. */
const DEFAULT = "<default>";

/** What is deliberately not read, and why. */
export const EXCLUDED: readonly ItemCoverage[] = [
  { what: "schema", state: "excluded", objects: 0, reason: "schemas are in the Schema Registry, not in the Kafka protocol; the Kubernetes plane compares the Schema objects" },
  { what: "subject-acl", state: "excluded", objects: 0, reason: "rules on subjects are kept by Redpanda's Schema Registry and are not in the Kafka protocol" },
  { what: "superuser", state: "excluded", objects: 0, reason: "the list of superusers is a setting of the cluster that only Redpanda's admin API shows; it belongs to the Redpanda object's owner" },
];

/** The items that git declares. */
export function declaredItems(state: KafkaState): DeclaredItem[] {
  return [
    ...state.topics.map((topic): DeclaredItem => ({ kind: "topic", name: topic.name, ...placed(topic.place), value: { partitions: topic.partitions, replicas: topic.replicas, config: declaredConfig(topic) } })),
    ...state.users.flatMap(({ name, mechanism, place }): DeclaredItem[] => (mechanism === undefined ? [] : [{ ...userItem(name, [mechanism]), ...placed(place) }])),
    ...state.users.flatMap(({ name, rules, place }) => ruleItems(rules.flatMap((rule) => bindingsOf(`User:${name}`, rule))).map((item): DeclaredItem => ({ ...item, ...placed(place) }))),
    ...state.quotas.map(({ user, producer, consumer, place }): DeclaredItem => ({
      ...quotaItem([{ type: "user", name: user }], { ...(consumer !== undefined && { consumer_byte_rate: consumer }), ...(producer !== undefined && { producer_byte_rate: producer }) }), ...placed(place),
    })),
  ];
}

const placed = ({ tenant, owner, source, file }: Place): Omit<DeclaredItem, keyof PlaneItem> & { tenant?: string } => ({ ...(tenant !== undefined && { tenant }), ...(owner !== undefined && { owner }), ...(source && { source }), file });
/** A key that git lets be is on neither side. */
const declaredConfig = ({ config }: DesiredTopic): Record<string, string> => Object.fromEntries(Object.entries(config).filter((entry): entry is [string, string] => entry[1] !== null));

function bindingsOf(principal: string, { allow, host, resource, pattern, name, operations }: Rule): Binding[] {
  if (REGISTRY.has(resource)) return [];
  return operations.map((operation) => ({ principal, host, allow, operation, resource, pattern, name: resource === "cluster" ? CLUSTER_NAME : name }));
}

export const userItem = (name: string, mechanisms: readonly string[]): PlaneItem => ({ kind: "user", name, value: { mechanisms: setOf(mechanisms) } });
export const quotaItem = (entity: Entity, rates: Record<string, number>): PlaneItem => ({ kind: "quota", name: entityText(entity), value: rates });

/** All bindings of one principal on one pattern are one item: who widens a rule changes it. */
export function ruleItems(bindings: readonly Binding[]): PlaneItem[] {
  return [...Map.groupBy(bindings, ({ principal, resource, pattern, name }) => JSON.stringify([principal, resource, pattern, name])).values()].map((same) => {
    const { principal, resource, pattern, name } = same[0]!;
    return { kind: "acl", namespace: principal, name: `${resource} ${pattern} ${name}`, value: { ...permitted("allow", same.filter(({ allow }) => allow)), ...permitted("deny", same.filter(({ allow }) => !allow)) } };
  });
}

/** Hosts by operation. Made of entries, so that a host called `__proto__` is one. */
function permitted(permission: string, bindings: readonly Binding[]): Record<string, Normal> {
  if (bindings.length === 0) return {};
  const operations = [...Map.groupBy(bindings, ({ operation }) => operation)].map(([operation, same]) => [operation, setOf(same.map(({ host }) => host))] as const);
  return { [permission]: Object.fromEntries(operations) };
}

/** The bindings of such an item, or of a part of its value. */
export function bindingsOfItem({ namespace, name: text, value }: Pick<PlaneItem, "namespace" | "name" | "value">): Binding[] {
  const [, resource, pattern, name] = /^(\S+) (\S+) ([\s\S]*)$/.exec(text)!;
  return (["allow", "deny"] as const).flatMap((permission) => Object.entries((value[permission] ?? {}) as Record<string, Record<string, Normal>>).flatMap(([operation, hosts]) =>
    Object.keys(hosts).map((host): Binding => ({ principal: namespace!, host, allow: permission === "allow", operation, resource: resource!, pattern: pattern!, name: name! }))));
}

const entityName = (name: string | null): string => (name === null ? DEFAULT : /^[\w.@:-]+$/.test(name) ? name : JSON.stringify(name));
/** `client-id=a,user=<default>`: parts in the order of their types, names in quotes where they could be mistaken. */
export const entityText = (entity: Entity): string => [...entity].sort((a, b) => (a.type < b.type ? -1 : 1)).map(({ type, name }) => `${type}=${entityName(name)}`).join(",");

/** The entity that such a text names. */
export function entityOf(text: string): Entity {
  return [...text.matchAll(/([a-z-]+)=(<default>|[\w.@:-]+|"(?:[^"\\]|\\.)*")(?:,|$)/g)].map(([, type, name]) => ({
    type: type!, name: name === DEFAULT ? null : name!.startsWith('"') ? JSON.parse(name!) as string : name!,
  }));
}
