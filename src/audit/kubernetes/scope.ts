/** Where an audit of some tenants looks: of kinds that lie in namespaces, others' objects are not asked for where that costs no more requests. */
import type { DesiredEntry } from "../desired/side.ts";
import { PAGE } from "../live/source.ts";
import type { Query } from "./kinds.ts";
import type { Spaces } from "./space.ts";

/** Most namespaces that a kind is asked for one by one. */
const MOST = 8;
/** Read of all namespaces: they say what has been applied anywhere. */
const EVERYWHERE = "Application.argoproj.io";
/** Compared beside what it scales. */
const BESIDE = "HorizontalPodAutoscaler.autoscaling";

export interface Scoping {
  /** Git's objects by sort key of their namespace. */
  entries: ReadonlyMap<string, readonly DesiredEntry[]>;
  /** When live Namespaces have been learned. */
  spaces: Spaces;
  inScope(tenant: string | undefined): boolean;
}

/**
 * Tells of each list in which namespaces it can find anything for this run, in the server's order; undefined is all of them. In a namespace of a tenant in
 * scope that is every kind; elsewhere only kinds of which git has objects in scope there, and autoscalers. Listing one by one takes a request a
 * namespace at least, and all at once about as many as git's objects fill pages: the list is narrowed only where it takes no more.
 */
export function namespacesOf({ entries, spaces, inScope }: Scoping): (query: Query) => string[] | undefined {
  const own = spaces.named(({ tenant }) => inScope(tenant));
  const [near, declared, counts] = [new Set<string>(), new Map<string, Set<string>>(), new Map<string, number>()];
  for (const [key, list] of entries) {
    for (const { apiVersion, kind, tenant } of list) {
      const what = `${apiVersion}/${kind}`;
      counts.set(what, (counts.get(what) ?? 0) + 1);
      if (key === "" || !inScope(tenant)) continue;
      const namespace = key.slice(0, -1);
      near.add(namespace);
      declared.set(what, (declared.get(what) ?? new Set()).add(namespace));
    }
  }
  return ({ kind, what }) => {
    if (!kind.namespaced || what === EVERYWHERE) return undefined;
    const version = `${kind.apiVersion}/${kind.kind}`;
    const wanted = new Set([...own, ...(what === BESIDE ? near : declared.get(version) ?? [])]);
    const most = Math.min(MOST, Math.max(1, Math.ceil((counts.get(version) ?? 0) / PAGE)));
    return wanted.size > 0 && wanted.size <= most ? [...wanted].sort((a, b) => (`${a}/` < `${b}/` ? -1 : 1)) : undefined;
  };
}
