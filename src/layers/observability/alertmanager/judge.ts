/** What git says of Alertmanager in the terms of what was read; what a difference breaks, and what puts it back. */
import type { Impact, Revert } from "../../../model/finding.ts";
import type { DeclaredItem, DesiredStore, ItemCoverage, ItemDifference } from "../../../model/plane.ts";
import { shellWord } from "../../../model/shell.ts";
import { deleteCommand, syncCommand } from "../command.ts";
import type { AlertmanagerState } from "./desired.ts";
import { needs, routeValue } from "./read.ts";

const GROUP = "monitoring.coreos.com";

/** Each alert comes to somebody, all peers know each other, and tenants' routes are as declared. Silences and inhibitions are never declared. */
export function alertmanagerItems(state: AlertmanagerState): { items: DeclaredItem[]; unknown: ItemCoverage[] } {
  return {
    unknown: [],
    items: [
      { kind: "cluster", name: "peers", value: { ready: true, peers: state.peers.length } },
      ...needs(state.families).map(({ name, tenant }): DeclaredItem => ({ kind: "delivery", name, ...(tenant !== undefined && { tenant }), value: { delivered: true } })),
      ...state.routes.map(({ namespace, name, route, receivers, file, tenant, owner, source }): DeclaredItem =>
        ({ kind: "route", namespace, name: `${namespace}/${name}`, value: routeValue(route, receivers), file, ...(tenant !== undefined && { tenant }), ...(owner !== undefined && { owner }), ...(source && { source }) })),
    ],
  };
}

/** Whoever silences the audit's alerts may open a wall unseen; a receiver that gets another's alerts reads what is not its own. */
export function alertmanagerImpact({ kind, tenant, live, changes }: ItemDifference): Impact {
  if (kind === "leak" || kind === "inhibition" || (kind === "delivery" && tenant === undefined)) return "isolation";
  if (kind === "silence") return live?.value["bulkhead"] === true ? "isolation" : "availability";
  if (kind === "route" && changes.some(({ pointer }) => pointer.startsWith("/matchers/namespace"))) return "isolation";
  return "availability";
}

/** Silences are ended with amtool; routes are its operator's to write, from AlertmanagerConfigs and a Secret that git does not hold. */
export function alertmanagerRevert({ kind, status, namespace, name, tenant }: ItemDifference, { endpoint }: DesiredStore<AlertmanagerState>): Revert {
  if (kind === "silence") return { commands: [`amtool silence expire --alertmanager.url=${shellWord(endpoint)} -- ${shellWord(name)}`], note: "an Alertmanager tells its peers" };
  if (kind === "cluster") return { commands: [], note: "an audit sends its alerts to the peers that git names, and each must know all others: look at the StatefulSet and at audit.inCluster.alertmanagers" };
  if (kind === "route") {
    const object = { group: GROUP, kind: "AlertmanagerConfig", namespace: namespace!, name: name.slice(namespace!.length + 1).replace(/ #\d+$/, "") };
    return status === "unmanaged"
      ? { commands: [deleteCommand(object)], breakGlass: true, note: "git does not know it: delete it with break-glass rights, or declare it" }
      : { commands: [syncCommand(object, tenant)], note: "Alertmanager's operator writes its configuration anew" };
  }
  const notes: Readonly<Record<string, string>> = {
    delivery: "some of these alerts come to no receiver, or to one without an integration, or are muted at times: add a route and a receiver to Alertmanager's configuration, which is the platform's and not git's here",
    inhibition: "take these alerts out of the inhibition's targets in Alertmanager's configuration, which is the platform's and not git's here",
    leak: "bind the route to the tenant's namespace: alertmanagerConfigMatcherStrategy.type must be OnNamespace on the Alertmanager object, and the platform's own routes must not name a tenant's receiver",
  };
  return { commands: [], note: notes[kind]! };
}
