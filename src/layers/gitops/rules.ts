/** RBAC rules of the appliers, computed from the tables of kinds. No wildcard, no escalate, no bind. */
import { auditorRules } from "../../model/auditor.ts";
import { CONTENT_KINDS, type KindRef, PLATFORM_KINDS, RUNTIME_KINDS, WALL_KINDS, type WallPlace } from "../../model/kinds.ts";
import { PROBE_RULES } from "../../model/probe.ts";

export interface PolicyRule { apiGroups: string[]; resources: string[]; verbs: string[]; resourceNames?: string[] }

const READ = ["get", "list", "watch"];
/** What server-side apply, pruning and self-heal need. */
const WRITE = [...READ, "create", "update", "patch", "delete"];

/** One rule an API group, groups and resources sorted, each resource once. */
function rulesFor(kinds: readonly KindRef[], verbs: readonly string[]): PolicyRule[] {
  const groups = new Map<string, Set<string>>();
  for (const { group, plural } of kinds) groups.set(group, (groups.get(group) ?? new Set()).add(plural));
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([group, resources]) => ({ apiGroups: [group], resources: [...resources].sort(), verbs: [...verbs] }));
}

/** What a tenant's content applier may do in the tenant's namespace: exactly the content kinds. */
export const contentRules = (): PolicyRule[] => rulesFor(CONTENT_KINDS, WRITE);

/** Wall kinds of one place. */
export const wallKindsAt = (place: WallPlace): readonly KindRef[] => WALL_KINDS.filter((ref) => ref.places.includes(place));

/** What the walls applier writes in a named namespace. */
export const wallRulesAt = (place: WallPlace): PolicyRule[] => rulesFor(wallKindsAt(place), WRITE);

/**
 * Rights that a Role in a tenant's namespace may grant, beyond the content kinds: reading walls and what controllers made.
 * The API server refuses a Role that grants more than its writer holds, and the writer has no `escalate`.
 */
const grantableReads = (): PolicyRule[] => rulesFor([...wallKindsAt("tenant"), ...RUNTIME_KINDS], READ);

/**
 * Cluster-wide half of the walls applier. RBAC has no "namespaces with this label", so rights in every tenant's namespace
 * are cluster rights; the admission policy `walls-applier` narrows them to tenants' namespaces and to wall kinds.
 * The content rights are held only in order to be granted: Roles of tenants give them to content appliers.
 */
export function wallClusterRules(): PolicyRule[] {
  return [...rulesFor([...wallKindsAt("cluster"), ...wallKindsAt("tenant")], WRITE), ...contentRules(), ...grantableReads()];
}

/** What of some rules an account does not hold yet: whoever writes a role must hold all that it grants. */
function lacking(held: readonly PolicyRule[], wanted: readonly Pick<PolicyRule, "apiGroups" | "resources" | "verbs">[]): PolicyRule[] {
  const holds = (group: string, resource: string, verbs: string[]): boolean => held.some((rule) => rule.apiGroups.includes(group) && rule.resources.includes(resource) && verbs.every((verb) => rule.verbs.includes(verb)));
  return wanted.flatMap(({ apiGroups, resources, verbs }) => apiGroups.flatMap((group) => {
    const missing = resources.filter((resource) => !holds(group, resource, verbs));
    return missing.length === 0 ? [] : [{ apiGroups: [group], resources: missing, verbs: [...verbs] }];
  }));
}

/** Everything the platform's applier writes, and all that the roles it writes may grant, the auditor's included, which it therefore must hold. `audited`: kinds that the platform lets its auditor read. */
export function platformRules(audited: readonly KindRef[] = []): PolicyRule[] {
  const written = [...PLATFORM_KINDS, ...CONTENT_KINDS, ...WALL_KINDS];
  const own = [...rulesFor(written, WRITE), ...rulesFor(RUNTIME_KINDS, READ), ...rulesFor([{ group: "external-secrets.io", kind: "ClusterSecretStore", plural: "clustersecretstores" }], READ)];
  return [...own, ...lacking(own, [...auditorRules(audited), ...PROBE_RULES])];
}
