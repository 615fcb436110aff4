/** Whose a namespace is. */
import { NAMESPACES, TENANT_ID, tenantNamespace } from "../../../model/names.ts";
import type { PrometheusState } from "./desired.ts";

const PREFIX = tenantNamespace("");
const PLATFORM: ReadonlySet<string> = new Set(Object.values(NAMESPACES));

/** True for a namespace of Bulkhead's own. */
export const platformNamespace = (namespace: string | undefined): boolean => namespace !== undefined && namespace !== NAMESPACES.argocd && PLATFORM.has(namespace);

/** The tenant of a namespace. With a state, also of a longer text that starts with one: the longest tenant that is known, else all up to the first dot. */
export function tenantOf(namespace: string | undefined, state?: PrometheusState): string | undefined {
  if (!namespace?.startsWith(PREFIX)) return undefined;
  const rest = namespace.slice(PREFIX.length);
  if (!state) return TENANT_ID.test(rest) ? rest : undefined;
  const known = [...new Set(state.rules.flatMap(({ tenant }) => (tenant === undefined ? [] : [tenant])))].filter((tenant) => rest === tenant || rest.startsWith(`${tenant}-`)).sort((a, b) => b.length - a.length);
  return known[0] ?? /^[a-z0-9-]+/.exec(rest)?.[0];
}
