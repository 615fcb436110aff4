/** What `dist/` says of Alertmanager: its peers, the alerts that must come to somebody, and routes of tenants' own. */
import { NAMESPACES } from "../../../model/names.ts";
import type { SourceRef } from "../../../model/problem.ts";
import type { DesiredStore, Tree, TreeManifest } from "../../../model/plane.ts";
import { isMap } from "../../../model/value.ts";
import type { RuleGroup } from "../rule.ts";
import type { Route } from "./config.ts";
import type { AlertFamily, AlertMatcher } from "./matcher.ts";

/** A tenant's AlertmanagerConfig, as its operator writes it into the configuration. */
export interface RouteObject { namespace: string; name: string; route: Route; receivers: Record<string, Record<string, number>>; file: string; tenant?: string; owner?: string; source?: SourceRef }
export interface AlertmanagerState { /** Of all peers, as git names them. */ peers: string[]; families: AlertFamily[]; routes: RouteObject[] }

/** The CronJob that sends alerts holds the URLs of all peers. */
export const SENDER = { kind: "CronJob", namespace: NAMESPACES.audit, name: "audit-merge" } as const;

/** What a report sends (src/report/alert): severity, priority and names are its own, the rest is the finding's. */
export const SENT: readonly AlertFamily[] = [
  { name: "BulkheadDrift", labels: { alertname: "BulkheadDrift", severity: "critical", priority: "P0" }, open: ["cluster", "tenant", "plane", "store", "kind", "namespace", "name", "drift_class"] },
  { name: "BulkheadDriftMore", labels: { alertname: "BulkheadDriftMore", severity: "critical", priority: "P0" }, open: ["cluster", "tenant", "drift_class"] },
  { name: "BulkheadAuditIncomplete (sent)", labels: { alertname: "BulkheadAuditIncomplete", severity: "warning" }, open: ["cluster", "plane"] },
];
/** Labels that series of Bulkhead's own metrics leave on an alert, and Prometheus' external one. */
const OPEN = ["cluster", "plane", "prometheus", "tenant", "domain", "product", "check", "target"];

/** One store a peer: each has a configuration of its own, and one that is down hides no other. */
export function alertmanagerDesired({ cluster, manifests }: Tree): DesiredStore<AlertmanagerState>[] {
  const sender = manifests.find(({ manifest }) => manifest["kind"] === SENDER.kind && isMap(manifest["metadata"]) && manifest["metadata"]["name"] === SENDER.name && manifest["metadata"]["namespace"] === SENDER.namespace);
  const peers = sender ? peersOf(sender) : [];
  const state: AlertmanagerState = {
    peers,
    families: [...SENT.map((one) => ({ ...one, labels: { ...one.labels, cluster }, open: one.open.filter((label) => label !== "cluster") })), ...manifests.filter(({ manifest }) => manifest["kind"] === "PrometheusRule").flatMap(familiesOf)],
    routes: manifests.filter(({ manifest }) => manifest["kind"] === "AlertmanagerConfig").map(routeObject),
  };
  return peers.map((endpoint) => ({ store: new URL(endpoint).hostname.split(".")[0]!, endpoint, state })).map((one, i, all) => (all.some((other, j) => j !== i && other.store === one.store) ? { ...one, store: new URL(one.endpoint).host } : one));
}

function peersOf({ manifest, file }: TreeManifest): string[] {
  const containers: unknown[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (isMap(value)) { if (value["name"] === "ALERTMANAGERS") containers.push(value["value"]); else Object.values(value).forEach(collect); }
  };
  collect(manifest["spec"]);
  const urls = containers.flatMap((text) => String(text ?? "").split(" ")).filter((url) => url !== "");
  if (!urls.every((url) => URL.canParse(url))) throw new Error(`${file} names an Alertmanager that is no URL`);
  return [...new Set(urls)];
}

/** Alerts of rules in the platform's namespace: those of the audit itself, and tenants' that page. */
function familiesOf({ manifest, tenant }: TreeManifest): AlertFamily[] {
  const { metadata, spec } = manifest as { metadata: { namespace?: string }; spec?: { groups?: RuleGroup[] } };
  if (metadata.namespace !== NAMESPACES.observability) return [];
  return (spec?.groups ?? []).flatMap(({ rules = [] }) => rules.flatMap(({ alert, labels = {} }): AlertFamily[] =>
    (alert === undefined ? [] : [{ name: alert, ...(tenant !== undefined && { tenant }), labels: { alertname: alert, ...labels }, open: OPEN.filter((label) => !Object.hasOwn(labels, label)) }])));
}

interface WrittenRoute { receiver?: string; matchers?: { name: string; value?: string; matchType?: string; regex?: boolean }[]; continue?: boolean; groupBy?: string[]; groupWait?: string; groupInterval?: string; repeatInterval?: string; muteTimeIntervals?: string[]; activeTimeIntervals?: string[]; routes?: WrittenRoute[] }

/** Names become `<namespace>/<name>/…`; the first route is bound to the namespace, and others after it are still asked (strategy `OnNamespace`). */
function routeObject({ manifest, file, tenant, owner, source }: TreeManifest): RouteObject {
  const { metadata, spec } = manifest as { metadata?: { namespace?: unknown; name?: unknown }; spec?: { route?: WrittenRoute; receivers?: Record<string, unknown>[] } };
  if (typeof metadata?.namespace !== "string" || typeof metadata.name !== "string" || !isMap(spec?.route)) throw new Error(`${file} is no AlertmanagerConfig with a route`);
  const prefix = `${metadata.namespace}/${metadata.name}/`;
  const made = (written: WrittenRoute, above: string): Route => {
    const receiver = written.receiver ? `${prefix}${written.receiver}` : above;
    return {
      receiver, continue: written.continue === true, groupBy: [...(written.groupBy ?? [])].sort(),
      matchers: (written.matchers ?? []).map(({ name, value = "", matchType, regex }): AlertMatcher => ({ label: name, op: (matchType || (regex ? "=~" : "=")) as AlertMatcher["op"], value })),
      ...(written.groupWait && { groupWait: written.groupWait }), ...(written.groupInterval && { groupInterval: written.groupInterval }), ...(written.repeatInterval && { repeatInterval: written.repeatInterval }),
      mute: (written.muteTimeIntervals ?? []).map((one) => `${prefix}${one}`), active: (written.activeTimeIntervals ?? []).map((one) => `${prefix}${one}`),
      routes: (written.routes ?? []).map((one) => made(one, receiver)),
    };
  };
  const route = made(spec.route as WrittenRoute, "");
  const receivers = (spec.receivers ?? []).map(({ name, ...rest }): [string, Record<string, number>] =>
    [`${prefix}${String(name)}`, Object.fromEntries(Object.entries(rest).flatMap(([kind, list]) => (Array.isArray(list) && list.length > 0 ? [[kind.replace(/Configs$/, "").toLowerCase(), list.length]] : [])))]);
  return {
    namespace: metadata.namespace, name: metadata.name, receivers: Object.fromEntries(receivers),
    route: { ...route, continue: true, matchers: [...route.matchers, { label: "namespace", op: "=", value: metadata.namespace }] },
    file, ...(tenant !== undefined && { tenant }), ...(owner !== undefined && { owner }), ...(source && { source }),
  };
}
