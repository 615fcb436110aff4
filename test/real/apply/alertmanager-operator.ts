/**
 * Stands in for Prometheus Operator where it writes Alertmanager's configuration: reads rendered AlertmanagerConfigs and the platform's own configuration.
 * As documented, names are prefixed with `<namespace>/<name>/`, routes come before the platform's own, bound to their namespace, and others are still asked.
 */
import type { Tree } from "../../../src/model/plane.ts";

export interface Route { receiver?: string; matchers?: string[]; continue?: boolean; routes?: Route[]; [key: string]: unknown }
export interface Configuration { route: Route; receivers: Record<string, unknown>[]; inhibit_rules?: Record<string, unknown>[]; time_intervals?: Record<string, unknown>[] }
interface Written { receiver?: string; matchers?: { name: string; value: string; matchType?: string }[]; groupBy?: string[]; groupWait?: string; groupInterval?: string; repeatInterval?: string; continue?: boolean; routes?: Written[] }
interface AlertmanagerConfig { kind: string; metadata: { namespace: string; name: string }; spec: { route: Written; receivers: { name: string; webhookConfigs?: { url: string }[] }[] } }

export function alertmanagerConfiguration(tree: Tree, base: Configuration): Configuration {
  const objects = tree.manifests.map(({ manifest }) => manifest as unknown as AlertmanagerConfig).filter(({ kind }) => kind === "AlertmanagerConfig");
  return {
    ...base,
    route: { ...base.route, routes: [...objects.map(routeOf), ...(base.route.routes ?? [])] },
    receivers: [...base.receivers, ...objects.flatMap(({ metadata: { namespace, name }, spec }) => spec.receivers.map((one) => ({ name: `${namespace}/${name}/${one.name}`, ...(one.webhookConfigs && { webhook_configs: one.webhookConfigs }) })))],
  };
}

function routeOf({ metadata: { namespace, name }, spec }: AlertmanagerConfig): Route {
  const made = ({ receiver, matchers = [], groupBy, groupWait, groupInterval, repeatInterval, routes, ...rest }: Written): Route => ({
    ...(receiver !== undefined && { receiver: `${namespace}/${name}/${receiver}` }), ...(groupBy && { group_by: groupBy }), ...(groupWait && { group_wait: groupWait }), ...(groupInterval && { group_interval: groupInterval }),
    ...(repeatInterval && { repeat_interval: repeatInterval }), ...(matchers.length > 0 && { matchers: matchers.map((one) => `${one.name}${one.matchType ?? "="}${JSON.stringify(one.value)}`) }), ...(routes && { routes: routes.map(made) }), ...rest,
  });
  const route = made(spec.route);
  return { ...route, matchers: [...(route.matchers ?? []), `namespace="${namespace}"`], continue: true };
}
