/** What decides whether a cluster-wide object that git does not know reaches into somebody's space. */
import type { DesiredEntry } from "../desired/side.ts";
import type { LiveKind, LiveObject } from "../live/source.ts";
import { groupOf, kindName } from "../../model/kinds.ts";
import { pluralOf } from "../../model/plural.ts";
import type { Spaces } from "./space.ts";

/** A kind by the name under which rules of admission and rights call it. */
export interface Resource { group: string; plural: string; what: string; namespaced: boolean }

export interface Scene {
  spaces: Spaces;
  /** Kinds that git has objects of. */
  declared: readonly Resource[];
  /** Kinds that the server has. */
  served: readonly LiveKind[];
  /** Live cluster-wide objects of a kind; undefined where they could not be read whole. */
  live(what: string): readonly LiveObject[] | undefined;
  /** True for what git declares. */
  isDeclared(object: LiveObject): boolean;
  /** Live objects say who wrote them. */
  tracked: boolean;
}

/** Groups of Kubernetes itself: their objects lie in every namespace, whether git has some or not. */
const BUILT_IN: ReadonlySet<string> = new Set([
  "", "apps", "autoscaling", "batch", "extensions", "policy",
  ...["admissionregistration", "apiextensions", "apiregistration", "authentication", "authorization", "certificates", "coordination", "discovery", "events", "networking", "node", "rbac.authorization", "resource", "scheduling", "storage", "storagemigration"].map((name) => `${name}.k8s.io`),
  "flowcontrol.apiserver.k8s.io", "internal.apiserver.k8s.io",
]);
export const isBuiltIn = (group: string): boolean => BUILT_IN.has(group);

/** Kinds of git, named as the server names them. */
export function declaredResources(entries: readonly DesiredEntry[], served: readonly LiveKind[]): Resource[] {
  const known = new Map(served.map((kind) => [`${kind.apiVersion}/${kind.kind}`, kind]));
  const found = new Map<string, Resource>();
  for (const { apiVersion, kind, namespace } of entries) {
    const what = kindName({ apiVersion, kind });
    const live = known.get(`${apiVersion}/${kind}`);
    if (!found.has(what)) found.set(what, { group: groupOf(apiVersion), plural: live?.plural ?? pluralOf(kind), what, namespaced: live?.namespaced ?? namespace !== undefined });
  }
  return [...found.values()];
}
