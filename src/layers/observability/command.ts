/** What on-call types: the same few commands for rules, routes and dashboards. */
import { contentApplication, NAMESPACES, wallsApplication } from "../../model/names.ts";
import { shellWord } from "../../model/shell.ts";

export interface ObjectName { group: string; kind: string; namespace: string; name: string }

/** The Application that applies an object: walls lie in the platform's namespace, content in the tenant's own (D4). */
function applicationOf(namespace: string, tenant?: string): string {
  if (tenant === undefined) return "platform";
  return namespace === NAMESPACES.observability ? wallsApplication(tenant) : contentApplication(tenant);
}

/** Applies a declared object again; its operator then writes what it writes. */
export const syncCommand = ({ group, kind, namespace, name }: ObjectName, tenant?: string): string =>
  `argocd app sync ${shellWord(applicationOf(namespace, tenant))} --resource ${shellWord(`${group}:${kind}:${namespace}/${name}`)}`;

/** Takes an object away that git does not know. */
export const deleteCommand = ({ group, kind, namespace, name }: ObjectName): string => `kubectl delete ${shellWord(`${kind.toLowerCase()}.${group}`)} --namespace ${shellWord(namespace)} -- ${shellWord(name)}`;
