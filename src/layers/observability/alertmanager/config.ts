/** Alertmanager's loaded configuration, without anything that could be a credential: routes, what receivers hold by kind, inhibitions. */
import { load } from "js-yaml";
import { StoreUnreadable } from "../../../model/plane.ts";
import { part } from "../http.ts";
import { type AlertFamily, type AlertMatcher, matchAll, parseMatcher } from "./matcher.ts";

export interface Route {
  receiver: string;
  matchers: AlertMatcher[];
  continue: boolean;
  groupBy: string[];
  /** As written; absent: as above it. */
  groupWait?: string; groupInterval?: string; repeatInterval?: string;
  mute: string[];
  active: string[];
  routes: Route[];
}
export interface Inhibition { source: AlertMatcher[]; target: AlertMatcher[]; equal: string[] }
export interface AlertmanagerConfig { route: Route; /** How many integrations of each kind. */ receivers: Map<string, Record<string, number>>; inhibitions: Inhibition[] }

/** Reads what `/api/v2/status` gives as `config.original`. Throws where a matcher cannot be read: it might be the one that sends alerts away. */
export function parseAlertmanager(yaml: string): AlertmanagerConfig {
  let config: unknown;
  try { config = load(yaml); } catch { throw new StoreUnreadable("its configuration is no YAML"); }
  const root = part.map(config, "configuration");
  const receivers = part.list(root["receivers"] ?? [], "receivers").map((one): [string, Record<string, number>] => {
    const { name, ...rest } = part.map(one, "receiver");
    return [part.text(name, "receiver"), Object.fromEntries(Object.entries(rest).flatMap(([kind, list]) => (Array.isArray(list) && list.length > 0 ? [[kind.replace(/_configs$/, ""), list.length]] : [])))];
  });
  const inhibitions = part.list(root["inhibit_rules"] ?? [], "inhibitions").map((one): Inhibition => {
    const rule = part.map(one, "inhibition");
    return { source: matchersOf(rule, "source_"), target: matchersOf(rule, "target_"), equal: part.list(rule["equal"] ?? [], "inhibition").map(String) };
  });
  return { route: routeOf(part.map(root["route"], "route"), ""), receivers: new Map(receivers), inhibitions };
}

function routeOf(route: Record<string, unknown>, above: string): Route {
  const receiver = route["receiver"] === undefined || route["receiver"] === "" ? above : part.text(route["receiver"], "route");
  const names = (key: string): string[] => part.list(route[key] ?? [], "route").map(String);
  const time = (key: string): string | undefined => (route[key] === undefined || route[key] === null ? undefined : String(route[key]));
  const [groupWait, groupInterval, repeatInterval] = [time("group_wait"), time("group_interval"), time("repeat_interval")];
  return {
    receiver, matchers: matchersOf(route, ""), continue: route["continue"] === true, groupBy: names("group_by").sort(), mute: names("mute_time_intervals"), active: names("active_time_intervals"),
    ...(groupWait !== undefined && { groupWait }), ...(groupInterval !== undefined && { groupInterval }), ...(repeatInterval !== undefined && { repeatInterval }),
    routes: part.list(route["routes"] ?? [], "routes").map((one) => routeOf(part.map(one, "route"), receiver)),
  };
}

function matchersOf(holder: Record<string, unknown>, prefix: string): AlertMatcher[] {
  const old = (key: string, op: "=" | "=~"): AlertMatcher[] => Object.entries(part.map(holder[key] ?? {}, "matcher")).map(([label, value]) => ({ label, op, value: String(value) }));
  const written = part.list(holder[`${prefix}matchers`] ?? [], "matchers").map((text) => parseMatcher(part.text(text, "matcher")));
  if (written.includes(undefined)) throw new StoreUnreadable("a matcher of its configuration cannot be read");
  return [...old(`${prefix}match`, "="), ...old(`${prefix}match_re`, "=~"), ...(written as AlertMatcher[])];
}

/** The AlertmanagerConfig that a receiver is of, where it is a tenant's: its operator names receivers `<namespace>/<name>/<receiver>`. */
export function tenantReceiver(receiver: string): { object: string; namespace: string; tenant: string } | undefined {
  const found = /^(tenant-([^/]+))\/([^/]+)\//.exec(receiver);
  return found ? { object: `${found[1]}/${found[3]}`, namespace: found[1]!, tenant: found[2]! } : undefined;
}

/** Whether a receiver tells somebody of these alerts. Of Bulkhead's own a tenant's receiver tells the wrong one: a route of his that takes them is no delivery. */
const tells = ({ receivers }: AlertmanagerConfig, { receiver, mute, active }: Route, { tenant }: AlertFamily): boolean =>
  Object.keys(receivers.get(receiver) ?? {}).length > 0 && mute.length + active.length === 0 && (tenant !== undefined || tenantReceiver(receiver) === undefined);

/** True when whichever of these alerts fires is told to somebody at all times: every way it may take ends at a receiver with an integration. */
export function isDelivered(config: AlertmanagerConfig, family: AlertFamily, route: Route = config.route): boolean {
  let [matched, told, lost, swallowed] = [false, false, false, false];
  for (const child of route.routes) {
    const matches = matchAll(child.matchers, family);
    if (matches === false) continue;
    const delivered = isDelivered(config, family, child);
    if (matches) {
      matched = true;
      told ||= delivered;
      if (!child.continue) break;
    } else if (child.continue) swallowed ||= !delivered;
    // It may end here, told by this child or by one before it, or by nobody.
    else lost ||= !(told || delivered);
  }
  return !lost && (told || (!matched && !swallowed && tells(config, route, family)));
}

/** Every receiver that some of these alerts may come to. */
export function receiversOf(family: AlertFamily, route: Route): Set<string> {
  const found = new Set<string>();
  let surely = false;
  for (const child of route.routes) {
    const matches = matchAll(child.matchers, family);
    if (matches === false) continue;
    for (const one of receiversOf(family, child)) found.add(one);
    surely ||= matches === true;
    if (matches && !child.continue) break;
  }
  if (!surely) found.add(route.receiver);
  return found;
}

/** One of those that no route of this configuration tells apart, for each: products of one tenant differ in labels that nobody matches. */
export function apart(families: readonly AlertFamily[], { route }: AlertmanagerConfig): AlertFamily[] {
  const matched = new Set<string>();
  const collect = ({ matchers, routes }: Route): void => { for (const { label } of matchers) matched.add(label); routes.forEach(collect); };
  collect(route);
  const key = ({ tenant, labels, open }: AlertFamily): string => JSON.stringify([tenant, Object.entries(labels).filter(([label]) => matched.has(label)).sort(), open.filter((label) => matched.has(label))]);
  return [...new Map(families.map((one) => [key(one), one])).values()];
}
