/** What on-call types: the same few commands for rules, routes and dashboards. */
import { contentApplication, NAMESPACES, wallsApplication } from "../../model/names.ts";

/** A word as a POSIX shell takes it. Control characters and marks that turn text round go into `$'…'`, where they show. */
export function quoted(word: string): string {
  if (/^[A-Za-z0-9_./:=@%+-]+$/.test(word)) return word;
  if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(word)) return `'${word.replaceAll("'", "'\\''")}'`;
  const shown = [...word].map((ch) => (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(ch) ? [...Buffer.from(ch)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("") : ch.replace(/['\\]/, "\\$&")));
  return `$'${shown.join("")}'`;
}

export interface ObjectName { group: string; kind: string; namespace: string; name: string }

/** The Application that applies an object: walls lie in the platform's namespace, content in the tenant's own (D4). */
function applicationOf(namespace: string, tenant?: string): string {
  if (tenant === undefined) return "platform";
  return namespace === NAMESPACES.observability ? wallsApplication(tenant) : contentApplication(tenant);
}

/** Applies a declared object again; its operator then writes what it writes. */
export const syncCommand = ({ group, kind, namespace, name }: ObjectName, tenant?: string): string =>
  `argocd app sync ${quoted(applicationOf(namespace, tenant))} --resource ${quoted(`${group}:${kind}:${namespace}/${name}`)}`;

/** Takes an object away that git does not know. */
export const deleteCommand = ({ group, kind, namespace, name }: ObjectName): string => `kubectl delete ${quoted(`${kind.toLowerCase()}.${group}`)} --namespace ${quoted(namespace)} -- ${quoted(name)}`;
