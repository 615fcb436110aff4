/** The events files of `dist/` -> what the brokers must hold. `desired(render(state)) = state`. */
import type { DesiredStore, Tree, TreeManifest } from "../../model/plane.ts";
import { NAMESPACES } from "../../model/names.ts";
import { isMap } from "../../model/value.ts";
import { quotaScript } from "./quota.ts";
import { ENDPOINT_ANNOTATION, STORE_ANNOTATION } from "./render.ts";
import type { QuotaState } from "./state.ts";

/** Where git says a thing, and whose it is. */
export type Place = Omit<TreeManifest, "manifest">;
/** One rule of a User, in the words of its resource; defaults filled in. */
export interface Rule { allow: boolean; host: string; resource: string; pattern: string; name: string; operations: string[] }
export interface DesiredTopic { name: string; partitions: number; replicas: number; /** `null`: let be, whatever it is. */ config: Record<string, string | null>; place: Place }
export interface DesiredUser { name: string; /** Absent where the User has no password of its own. */ mechanism?: string; rules: Rule[]; place: Place }
export interface DesiredSchema { subject: string; text: string; place: Place }
export interface DesiredQuota extends QuotaState { place: Place }
/** Everything of all tenants and the platform on one Redpanda. */
export interface KafkaState {
  cluster: { name: string; namespace: string };
  topics: DesiredTopic[]; users: DesiredUser[]; schemas: DesiredSchema[]; quotas: DesiredQuota[];
}

const GROUP = "cluster.redpanda.com/";
const KINDS: ReadonlySet<string> = new Set(["Topic", "User", "Schema"]);
const isQuotas = ({ kind, namespace, name }: { kind: string; namespace?: string; name: string }): boolean => kind === "ConfigMap" && namespace === NAMESPACES.events && name.startsWith("quotas-");

/** Topics, Users and Schemas wherever they lie, and the ConfigMaps of the quota Jobs. */
export function wants(identity: { apiVersion: string; kind: string; namespace?: string; name: string }): boolean {
  return (identity.apiVersion.startsWith(GROUP) && KINDS.has(identity.kind)) || (identity.apiVersion === "v1" && isQuotas(identity));
}

/** A value of one manifest, by path. Throws an Error that names file and path, BH7410, where it is not what it must be. */
class Reader {
  readonly place: Place;
  readonly manifest: Record<string, unknown>;
  constructor({ manifest, ...place }: TreeManifest) { this.manifest = manifest; this.place = place; }
  bad(path: string, want: string): Error { return new Error(`BH7410: ${this.place.file}: ${path} must be ${want}`); }
  at(path: string): unknown { return path.split("/").slice(1).reduce<unknown>((value, step) => (isMap(value) ? value[step.replaceAll("~1", "/")] : undefined), this.manifest); }
  text(path: string, fallback?: string): string {
    const value = this.at(path) ?? fallback;
    if (typeof value !== "string") throw this.bad(path, "a text");
    return value;
  }
  count(path: string): number {
    const value = this.at(path);
    if (!Number.isSafeInteger(value) || (value as number) < 1) throw this.bad(path, "a whole number above 0: the audit cannot know what the broker would choose");
    return value as number;
  }
  map(path: string): Record<string, unknown> {
    const value = this.at(path) ?? {};
    if (!isMap(value)) throw this.bad(path, "a map");
    return value;
  }
  list(path: string): unknown[] {
    const value = this.at(path) ?? [];
    if (!Array.isArray(value)) throw this.bad(path, "a list");
    return value;
  }
}

/** One store for each auditor's User: it says which cluster is which store. Throws Errors that name a file. */
export function desired({ manifests }: Tree): DesiredStore<KafkaState>[] {
  const readers = manifests.map((manifest) => new Reader(manifest));
  const stores = readers.filter((reader) => reader.at("/kind") === "User" && isMap(reader.at("/metadata/annotations")) && STORE_ANNOTATION in reader.map("/metadata/annotations") && reader.place.tenant === undefined).map(storeOf);
  const byName = unique(stores, ({ store }) => store, "store");
  const byCluster = unique(stores, ({ state }) => clusterKey(state.cluster), "cluster");
  for (const reader of readers) {
    if (reader.at("/kind") === "ConfigMap") { addQuotas(reader, byName); continue; }
    const state = byCluster.get(clusterKey(clusterOf(reader)))?.state;
    if (!state) throw new Error(`BH7411: ${reader.place.file} is on a Redpanda cluster on which git declares no auditor, so that no store has it`);
    if (reader.at("/kind") === "Topic") state.topics.push(topicOf(reader));
    else if (reader.at("/kind") === "User") state.users.push(userOf(reader));
    else state.schemas.push({ subject: reader.text("/metadata/name"), text: reader.text("/spec/text"), place: reader.place });
  }
  for (const { state } of stores) {
    unique(state.topics, ({ name }) => name, "topic");
    unique(state.users, ({ name }) => name, "user");
    unique(state.quotas, ({ user }) => user, "quota of a user");
  }
  return stores;
}

function unique<T>(items: readonly T[], key: (item: T) => string, what: string): Map<string, T> {
  const map = new Map(items.map((item) => [key(item), item]));
  if (map.size === items.length) return map;
  const seen = new Set<string>();
  const twice = items.map(key).find((one) => seen.size === seen.add(one).size)!;
  const files = items.filter((item) => key(item) === twice).flatMap((item) => (item as { place?: Place }).place?.file ?? []);
  throw new Error(`BH7412: git declares the ${what} ${twice} twice${files.length > 0 ? ` (${files.join(", ")})` : ""}`);
}

function clusterOf(reader: Reader): KafkaState["cluster"] {
  return { name: reader.text("/spec/cluster/clusterRef/name"), namespace: reader.text("/spec/cluster/clusterRef/namespace", reader.text("/metadata/namespace", "default")) };
}
const clusterKey = ({ name, namespace }: KafkaState["cluster"]): string => `${namespace}/${name}`;

function storeOf(reader: Reader): DesiredStore<KafkaState> {
  const annotation = (name: string): string => reader.text(`/metadata/annotations/${name.replaceAll("/", "~1")}`);
  return { store: annotation(STORE_ANNOTATION), endpoint: annotation(ENDPOINT_ANNOTATION), state: { cluster: clusterOf(reader), topics: [], users: [], schemas: [], quotas: [] } };
}

function topicOf(reader: Reader): DesiredTopic {
  const config: Record<string, string | null> = {};
  for (const [key, value] of Object.entries(reader.map("/spec/additionalConfig"))) {
    if (typeof value !== "string" && value !== null) throw reader.bad(`/spec/additionalConfig/${key}`, "a text or null");
    config[key] = value;
  }
  return { name: reader.text("/spec/overwriteTopicName", reader.text("/metadata/name")), partitions: reader.count("/spec/partitions"), replicas: reader.count("/spec/replicationFactor"), config, place: reader.place };
}

function userOf(reader: Reader): DesiredUser {
  const mechanism = reader.at("/spec/authentication") === undefined ? undefined : reader.text("/spec/authentication/type", "scram-sha-512").toUpperCase();
  const rules = reader.list("/spec/authorization/acls").map((_, i): Rule => ruleOf(reader, `/spec/authorization/acls`, i));
  return { name: reader.text("/metadata/name"), ...(mechanism !== undefined && { mechanism }), rules, place: reader.place };
}

function ruleOf(reader: Reader, list: string, index: number): Rule {
  const rule = new Reader({ manifest: { rule: reader.list(list)[index] }, ...reader.place, file: `${reader.place.file}: ${list}/${index}` });
  const type = rule.text("/rule/type");
  if (type !== "allow" && type !== "deny") throw rule.bad("/rule/type", "allow or deny");
  const operations = rule.list("/rule/operations").map((operation) => { if (typeof operation !== "string") throw rule.bad("/rule/operations", "texts"); return operation; });
  return { allow: type === "allow", host: rule.text("/rule/host", "*"), resource: rule.text("/rule/resource/type"), pattern: rule.text("/rule/resource/patternType", "literal"), name: rule.text("/rule/resource/name", ""), operations };
}

/** The state beside the script is believed only where it is the state of that script. */
function addQuotas(reader: Reader, stores: ReadonlyMap<string, DesiredStore<KafkaState>>): void {
  const { file } = reader.place;
  let state: unknown;
  try { state = JSON.parse(reader.text("/data/state.json")); } catch { throw new Error(`BH7413: ${file}: /data/state.json is not the state of quotas`); }
  const { store, quotas } = isMap(state) ? state : {};
  if (!Array.isArray(quotas) || !quotas.every(isQuota)) throw new Error(`BH7413: ${file}: /data/state.json is not the state of quotas`);
  if (quotaScript(quotas) !== reader.at("/data/quotas.sh")) throw new Error(`BH7413: ${file}: quotas.sh sets other quotas than state.json says`);
  const of = typeof store === "string" ? stores.get(store) : undefined;
  if (!of) throw new Error(`BH7411: ${file} is of a store on which git declares no auditor`);
  for (const quota of quotas) of.state.quotas.push({ ...quota, place: reader.place });
}

const isRate = (value: unknown): boolean => value === undefined || (Number.isSafeInteger(value) && (value as number) > 0);
const isQuota = (value: unknown): value is QuotaState => isMap(value) && typeof value.user === "string" && isRate(value.producer) && isRate(value.consumer) && Object.keys(value).every((key) => ["user", "producer", "consumer"].includes(key));
