/** The tables of assigned leaves, made ready to be walked along with an object. */
import { pointerOf, stepsOf, type Step } from "../../model/pointer.ts";
import { claims, hasClaims } from "../attribute.ts";
import { groupOf } from "../../model/kinds.ts";
import type { KubeObject } from "../types.ts";
import { ARGOCD } from "./argocd.ts";
import { CLUSTER } from "./cluster.ts";
import { CORE } from "./core.ts";
import { OPERATORS } from "./operators.ts";
import type { About, AssignedLeaf, AssignedLeaves } from "./rule.ts";
import { WORKLOADS } from "./workloads.ts";

const TABLES: readonly AssignedLeaves[] = [CORE, CLUSTER, WORKLOADS, ARGOCD, OPERATORS];

/** What is known below a place. */
export interface Assigned { readonly leaves: AssignedLeaf[]; readonly below: Map<string, Assigned> }

const node = (): Assigned => ({ leaves: [], below: new Map() });
const known = new Map<string, Assigned>();

/** What may be assigned in objects of a kind. */
export function assignedIn({ apiVersion, kind }: KubeObject): Assigned {
  const group = groupOf(apiVersion);
  const key = `${group}/${kind}`;
  let root = known.get(key);
  if (root) return root;
  root = node();
  for (const leaf of TABLES.flatMap((table) => [...(table["*"] ?? []), ...(table[`${group}/*`] ?? []), ...(table[key] ?? [])])) {
    let at = root;
    for (const step of stepsOf(leaf.path) ?? []) {
      let next = at.below.get(step);
      if (!next) at.below.set(step, (next = node()));
      at = next;
    }
    at.leaves.push(leaf);
  }
  known.set(key, root);
  return root;
}

/** What is known of a member of a place. */
export const assignedAt = (at: Assigned | undefined, step: Step): Assigned | undefined => at && (at.below.get(String(step)) ?? at.below.get("*"));

/**
 * Whether a live value that git does not have was written by who may write it. Where no object has managedFields (a dump can lack them) the value alone
 * decides; where others have them, an object without was stripped of its claims, and nothing is proven by anybody's absence.
 */
export function isAssigned({ leaves }: Assigned, value: unknown, about: About): boolean {
  return leaves.some(({ by, when }) => {
    if (when && !when(value, about)) return false;
    if (by === "proven") return true;
    if (!hasClaims(about.live, about.tracked)) return !about.tracked;
    const owners = claims(about.live, pointerOf(about.steps));
    if (by === "server") return owners.length === 0;
    return owners.length > 0 && owners.every(({ manager, subresource }) => by.managers.includes(manager) && (by.subresource === undefined || by.subresource === subresource));
  });
}
