/** Reads a live Alertmanager by its API v2: its routing, its peers, and what is silenced. */
import type { ItemCoverage, LiveItem, Normal, Reading, StoreAccess } from "../../../model/plane.ts";
import { attempt, coverageOf, getJson, part } from "../http.ts";
import { seconds } from "../promql/duration.ts";
import { type AlertmanagerConfig, apart, isDelivered, parseAlertmanager, receiversOf, type Route, tenantReceiver } from "./config.ts";
import type { AlertmanagerState } from "./desired.ts";
import { type AlertFamily, type AlertMatcher, matchAll, matcherText } from "./matcher.ts";

/** Kinds of items that the configuration holds. */
export const ROUTING = ["delivery", "inhibition", "route", "leak"] as const;

/** Two requests. The first decides whether the store says anything at all. */
export async function readAlertmanager(access: StoreAccess, state: AlertmanagerState): Promise<Reading> {
  const status = part.map(await getJson(access, "/api/v2/status"), "status");
  const items: LiveItem[] = [];
  const coverage: ItemCoverage[] = [];
  const take = (what: string, found: LiveItem[] | undefined, reason?: string): void => { items.push(...(found ?? [])); coverage.push(coverageOf(what, found?.length ?? 0, reason)); };
  const cluster = await attempt(async () => clusterItem(part.map(status["cluster"], "cluster")));
  take("cluster", cluster.value && [cluster.value], cluster.reason);
  const config = await attempt(async () => parseAlertmanager(part.text(part.map(status["config"], "configuration")["original"], "configuration")));
  const routing = config.value && routingItems(config.value, state);
  for (const what of ROUTING) take(what, routing?.filter(({ kind }) => kind === what), config.reason);
  const silences = await attempt(async () => part.list(await getJson(access, "/api/v2/silences"), "silences").flatMap((one) => silenceItem(one, state)));
  take("silence", silences.value, silences.reason);
  const version = (status["versionInfo"] as { version?: unknown } | undefined)?.version;
  return { plane: "alertmanager", store: access.store, ...(typeof version === "string" && { version }), items, coverage, facts: {} };
}

/** One that is alone says that its clustering is disabled, and names no peers. */
function clusterItem(cluster: Record<string, unknown>): LiveItem {
  const status = part.text(cluster["status"], "cluster");
  const peers = cluster["peers"] === undefined || cluster["peers"] === null ? [] : part.list(cluster["peers"], "cluster");
  return { kind: "cluster", name: "peers", value: { ready: status === "ready" || status === "disabled", peers: Math.max(1, peers.length) } };
}

function routingItems(config: AlertmanagerConfig, state: AlertmanagerState): LiveItem[] {
  return [
    ...needs(state.families).map(({ name, tenant, families }): LiveItem => ({ kind: "delivery", name, ...(tenant !== undefined && { tenant }), value: { delivered: apart(families, config).every((one) => isDelivered(config, one)) } })),
    ...config.inhibitions.flatMap((rule, i) => inhibitionItem(rule, i, state)), ...routeItems(config), ...leaks(config, state),
  ];
}

/** What somebody must be told of: each of Bulkhead's own alerts, and of each tenant those that page. */
export function needs(families: readonly AlertFamily[]): { name: string; tenant?: string; families: AlertFamily[] }[] {
  const own = [...Map.groupBy(families.filter(({ tenant }) => tenant === undefined), ({ name }) => name)].map(([name, some]) => ({ name, families: some }));
  const paging = families.filter(({ tenant, labels }) => tenant !== undefined && labels["severity"] === "critical");
  return [...own, ...[...Map.groupBy(paging, ({ tenant }) => tenant!)].map(([tenant, some]) => ({ name: `critical alerts of ${tenant}`, tenant, families: some }))];
}

/**
 * An inhibition that can mute an alert of Bulkhead's own. One that asks for the same alertname only mutes the lesser of two of one name; of Bulkhead's none
 * has a greater one, and nobody else may take the names (a rule of this name is a finding of the prometheus plane).
 */
function inhibitionItem(rule: AlertmanagerConfig["inhibitions"][number], i: number, { families }: AlertmanagerState): LiveItem[] {
  const own = families.filter(({ tenant }) => tenant === undefined);
  const muted = own.filter((one) => matchAll(rule.target, one) !== false && (!rule.equal.includes("alertname") || own.some((other) => other !== one && other.labels["alertname"] === one.labels["alertname"] && matchAll(rule.source, other) !== false)));
  if (muted.length === 0) return [];
  const texts = (matchers: readonly AlertMatcher[]): string[] => matchers.map(matcherText).sort();
  return [{ kind: "inhibition", name: `${i + 1}: ${texts(rule.target).join(",")}`, note: `it can mute ${namesOf(muted)}`, value: { source: texts(rule.source), target: texts(rule.target), equal: [...rule.equal].sort() } }];
}

const namesOf = (families: readonly AlertFamily[]): string => [...new Set(families.map(({ name }) => name))].join(", ");

/** Routes of tenants' AlertmanagerConfigs lie directly under the first one. */
function routeItems(config: AlertmanagerConfig): LiveItem[] {
  const seen = new Map<string, number>();
  return config.route.routes.flatMap((route): LiveItem[] => {
    const of = tenantReceiver(route.receiver);
    if (!of) return [];
    const count = (seen.get(of.object) ?? 0) + 1;
    seen.set(of.object, count);
    return [{ kind: "route", namespace: of.namespace, name: count === 1 ? of.object : `${of.object} #${count}`, tenant: of.tenant, value: routeValue(route, Object.fromEntries([...config.receivers].filter(([name]) => name.startsWith(`${of.object}/`)))) }];
  });
}

/** Normal form of a route with its receivers: times in seconds, matchers as a set. */
export function routeValue(route: Route, receivers: Readonly<Record<string, Record<string, number>>>): Record<string, Normal> {
  return { ...plainRoute(route), receivers };
}

function plainRoute(route: Route): Record<string, Normal> {
  const time = (text: string | undefined): Normal => (text === undefined ? null : (seconds(text) ?? text));
  return {
    receiver: route.receiver, matchers: Object.fromEntries(route.matchers.map((one) => [matcherText(one), true])), continue: route.continue, group_by: route.groupBy,
    group_wait: time(route.groupWait), group_interval: time(route.groupInterval), repeat_interval: time(route.repeatInterval), mute: route.mute, active: route.active, routes: route.routes.map(plainRoute),
  };
}

/** Alerts of one tenant, or Bulkhead's own, that may come to a receiver of another tenant's. */
function leaks(config: AlertmanagerConfig, { families }: AlertmanagerState): LiveItem[] {
  const found = new Map<string, { tenant: string; whose: Set<string> }>();
  for (const family of apart(families, config)) {
    for (const receiver of receiversOf(family, config.route)) {
      const of = tenantReceiver(receiver);
      if (!of || of.tenant === family.tenant || (family.tenant === undefined && onlyOf(family, of.namespace, config))) continue;
      const one = found.get(receiver) ?? { tenant: of.tenant, whose: new Set() };
      one.whose.add(family.tenant ?? "the platform");
      found.set(receiver, one);
    }
  }
  return [...found].map(([receiver, { tenant, whose }]) => ({ kind: "leak", name: receiver, tenant, note: `alerts of ${[...whose].sort().join(", ")} come to this receiver of ${tenant}`, value: { of: Object.fromEntries([...whose].sort().map((one) => [one, true])) } }));
}

/** True where an alert of Bulkhead's own comes to a tenant's receiver only for what lies in that tenant's namespace: its own drift. */
function onlyOf(family: AlertFamily, namespace: string, config: AlertmanagerConfig): boolean {
  if (!family.open.includes("namespace")) return false;
  const elsewhere: AlertFamily = { ...family, labels: { ...family.labels, namespace: "" }, open: family.open.filter((label) => label !== "namespace") };
  return ![...receiversOf(elsewhere, config.route)].some((receiver) => receiver.startsWith(`${namespace}/`));
}

/** A silence that holds or will hold, over alerts of Bulkhead's own or of a tenant's. Its comment is people's text and is dropped. */
function silenceItem(answer: unknown, { families }: AlertmanagerState): LiveItem[] {
  const silence = part.map(answer, "silence");
  const state = part.text(part.map(silence["status"], "silence")["state"], "silence");
  if (state === "expired") return [];
  const matchers = part.list(silence["matchers"], "silence").map((one): AlertMatcher => {
    const { name, value, isRegex, isEqual = true } = part.map(one, "matcher");
    return { label: part.text(name, "matcher"), value: part.text(value, "matcher"), op: `${isEqual ? (isRegex ? "=~" : "=") : isRegex ? "!~" : "!="}` };
  });
  const muted = families.filter((family) => matchAll(matchers, family) !== false);
  if (muted.length === 0) return [];
  const own = muted.filter(({ tenant }) => tenant === undefined);
  const tenants = [...new Set(muted.flatMap(({ tenant }) => (tenant === undefined ? [] : [tenant])))].sort();
  const whose = own.length === 0 && tenants.length === 1 ? tenants[0] : undefined;
  return [{
    kind: "silence", name: part.text(silence["id"], "silence"), ...(whose !== undefined && { tenant: whose }),
    note: own.length > 0 ? `it can silence Bulkhead's own ${namesOf(own)}` : `it can silence alerts of ${tenants.join(", ")}`,
    value: { bulkhead: own.length > 0, state, matchers: matchers.map(matcherText).sort(), created_by: part.text(silence["createdBy"] ?? "", "silence"), ends: part.text(silence["endsAt"], "silence") },
  }];
}
