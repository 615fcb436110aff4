/** What a broker holds, in normal form. Lists only; proves that it sees everything before absence counts. */
import { randomBytes } from "node:crypto";
import type { ItemCoverage, LiveItem, PlaneItem, Reading, StoreAccess } from "../../model/plane.ts";
import { PLATFORM_EVENTS, TENANTS_EVENTS } from "../../model/names.ts";
import type { KafkaState } from "./desired.ts";
import { type Binding, EXCLUDED, quotaItem, ruleItems, userItem } from "./items.ts";
import { coverOf, isGoverned, type Pattern, reaches, tenantOf, tenantOfRule } from "./space.ts";
import { openWire, Unanswered, type Wire } from "./wire.ts";

/** Topics whose settings are asked for at once: an answer holds about 2 kB of each. */
const TOPICS_AT_ONCE = 1000;
/** Kafka's numbers for what the protocol counts. */
const RESOURCES = ["unknown", "any", "topic", "group", "cluster", "transactionalId", "delegationToken", "user"];
const PATTERNS = ["unknown", "any", "match", "literal", "prefixed"];
const OPERATIONS = ["Unknown", "Any", "All", "Read", "Write", "Create", "Delete", "Alter", "Describe", "ClusterAction", "DescribeConfigs", "AlterConfigs", "IdempotentWrite", "CreateTokens", "DescribeTokens", "TwoPhaseCommit"];
const MECHANISMS = ["UNKNOWN", "SCRAM-SHA-256", "SCRAM-SHA-512"];
const [DENY, ALLOW] = [2, 3];
/** Source of a setting that somebody made for this topic; every other is a default of the broker. */
const OF_THE_TOPIC = 1;
/** Codes that are of a moment and not of rights: no leader is elected, a topic has just gone. */
const [NO_LEADER, GONE] = [5, 3];

const named = (names: readonly string[], number: number): string => names[number] ?? `unknown-${number}`;

/** Reads one store. Throws StoreUnreadable where it cannot be reached; what it does not answer afterwards is unknown. */
export async function readKafka(access: StoreAccess, state: KafkaState): Promise<Reading> {
  const wire = await openWire(access);
  try {
    const context: Context = { wire, state, tenants: new Set([...state.topics, ...state.users].flatMap(({ place }) => place.tenant ?? [])), user: access.user! };
    const bindings: Binding[] = [];
    const parts = [
      await part("acl", async () => { bindings.push(...(await readBindings(context))); return aclItems(bindings, context); }),
      await part("user", () => readUsers(context)),
      await part("quota", () => readQuotas(context)),
    ];
    parts.push(await part("topic", async () => { await proveTopics(context, parts[0]!.coverage.state === "read" ? bindings : undefined); return readTopics(context); }));
    return { plane: "kafka", store: access.store, items: parts.flatMap(({ items }) => items), coverage: [...parts.map(({ coverage }) => coverage), ...EXCLUDED], facts: {} };
  } finally {
    await wire.close();
  }
}

interface Context { wire: Wire; state: KafkaState; tenants: ReadonlySet<string>; user: string }

async function part(what: string, read: () => Promise<LiveItem[]>): Promise<{ items: LiveItem[]; coverage: ItemCoverage }> {
  try {
    const items = await read();
    return { items, coverage: { what, state: "read", objects: items.length } };
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    return { items: [], coverage: { what, state: "unknown", objects: 0, reason: error.message } };
  }
}

/** A tenant's where there is one. */
const owned = <T extends PlaneItem>(item: T, tenant: string | undefined): T => (tenant === undefined ? item : { ...item, tenant });

async function readBindings({ wire }: Context): Promise<Binding[]> {
  return (await wire.acls()).flatMap(({ resourceType, resourceName, resourcePatternType, acls }) => acls.map(({ principal, host, operation, permissionType }): Binding => {
    // A rule whose kind this version does not know cannot be compared, and leaving it out would be hiding it.
    if (permissionType !== ALLOW && permissionType !== DENY) throw new Unanswered("it holds a rule of a kind that this version does not know");
    return { principal, host, allow: permissionType === ALLOW, operation: named(OPERATIONS, operation), resource: named(RESOURCES, resourceType), pattern: named(PATTERNS, resourcePatternType), name: resourceName };
  }));
}

function aclItems(bindings: readonly Binding[], { tenants }: Context): LiveItem[] {
  const governed = bindings.filter((binding) => isGoverned(binding.principal.replace(/^User:/, "")) || reaches(binding, [binding.operation]));
  return ruleItems(governed).map((item) => {
    const [, resource, pattern, name] = /^(\S+) (\S+) ([\s\S]*)$/.exec(item.name)!;
    const at: Pattern = { resource: resource!, pattern: pattern!, name: name! };
    const words = Object.entries(item.value).map(([permission, operations]) => `${permission === "allow" ? "may" : "is denied to"} ${Object.keys(operations as object).sort().join(", ")}`).join(" and ");
    return owned({ ...item, note: `${item.namespace === "User:*" ? "everybody" : "its principal"} ${words}: ${coverOf(at, tenants)}` }, tenantOfRule(at, item.namespace!, tenants));
  });
}

/** Names and mechanisms; salts and keys are in no answer of this protocol. */
async function readUsers({ wire, tenants }: Context): Promise<LiveItem[]> {
  return (await wire.users()).filter(({ user }) => isGoverned(user)).map(({ user, errorCode, credentialInfos }) => {
    if (errorCode !== 0) throw new Unanswered("it does not show every user");
    return owned({ ...userItem(user, credentialInfos.map(({ mechanism }) => named(MECHANISMS, mechanism))), note: "can log in under a name that is kept for git" }, tenantOf(user, tenants));
  });
}

/** All but those of a named user outside: defaults, clients and addresses hold for tenants too. */
async function readQuotas({ wire, tenants }: Context): Promise<LiveItem[]> {
  return (await wire.quotas()).flatMap(({ entity, values }): LiveItem[] => {
    const user = entity.find(({ entityType }) => (entityType as string) === "user")?.entityName;
    if (typeof user === "string" && !isGoverned(user)) return [];
    const item = quotaItem(entity.map(({ entityType, entityName }) => ({ type: entityType, name: entityName ?? null })), Object.fromEntries(values.map(({ key, value }) => [key, value])));
    const whose = typeof user === "string" ? "holds for this user, and a more exact one takes the place of git's" : "holds for tenants' users where git sets nothing more exact";
    return [owned({ ...item, note: whose }, typeof user === "string" ? tenantOf(user, tenants) : undefined)];
  });
}

/**
 * A broker leaves out what the auditor may not see, without a word. So: names that nobody can have must be shown as absent and not as forbidden, in each
 * space, and no rule may forbid the auditor any topic.
 */
async function proveTopics({ wire, user }: Context, bindings: readonly Binding[] | undefined): Promise<void> {
  for (const space of [TENANTS_EVENTS, PLATFORM_EVENTS]) {
    if (!(await wire.wouldShow(`${space}${randomBytes(12).toString("hex")}.audit`))) throw new Unanswered("the auditor may not see every topic, and the broker does not say which it leaves out");
  }
  if (!bindings) throw new Unanswered("rules could not be read, and one of them may hide topics from the auditor");
  const hides = bindings.some(({ allow, principal, resource, operation }) => !allow && resource === "topic" && ["All", "Describe"].includes(operation) && [`User:${user}`, "User:*"].includes(principal));
  if (hides) throw new Unanswered("a rule denies the auditor topics, and the broker leaves out what is denied");
}

async function readTopics({ wire, state, tenants }: Context): Promise<LiveItem[]> {
  const topics = (await wire.topics()).filter(({ name }) => isGoverned(name));
  if (topics.some(({ errorCode }) => errorCode !== 0 && errorCode !== NO_LEADER)) throw new Unanswered("it does not show every topic");
  const declared = new Map(state.topics.map((topic) => [topic.name, topic.config]));
  const configs = new Map<string, Record<string, string>>();
  const gone = new Set<string>();
  // The broker works on the next part while this one is taken in.
  await Promise.all(parts(topics, TOPICS_AT_ONCE).map(async (some) => {
    for (const result of await wire.configs(some.map(({ name }) => name))) {
      if (result.errorCode === GONE) { gone.add(result.resourceName); continue; }
      if (result.errorCode !== 0) throw new Unanswered("the auditor may not see the settings of every topic");
      configs.set(result.resourceName, settings(result.configs, declared.get(result.resourceName) ?? {}));
    }
  }));
  return topics.filter(({ name }) => !gone.has(name)).map(({ name, partitions }) => {
    const config = configs.get(name);
    if (!config) throw new Unanswered("it does not show the settings of every topic");
    const replicas = [...new Set(partitions.map(({ replicaNodes }) => replicaNodes.length))].sort((a, b) => a - b);
    const tenant = tenantOf(name, tenants);
    return owned({ kind: "topic", name, value: { partitions: partitions.length, replicas: replicas.length === 1 ? replicas[0]! : replicas, config }, note: `lies ${tenant === undefined ? "in no known tenant's prefix" : `in the prefix of ${tenant}, whose pipeline reads and writes it`}` }, tenant);
  });
}

const parts = <T>(things: readonly T[], size: number): T[][] => Array.from({ length: Math.ceil(things.length / size) }, (_, i) => things.slice(i * size, (i + 1) * size));

/** What somebody set for this topic, and the value in effect of each key that git sets. */
function settings(configs: readonly { name: string; value?: string | null; configSource: number; isSensitive: boolean }[], declared: Readonly<Record<string, string | null>>): Record<string, string> {
  const kept = configs.filter(({ name, configSource }) => (Object.hasOwn(declared, name) ? declared[name] !== null : configSource === OF_THE_TOPIC));
  return Object.fromEntries(kept.map(({ name, value, isSensitive }) => [name, isSensitive ? "present" : (value ?? "")]));
}
