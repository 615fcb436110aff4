/** Rules of aggregated ClusterRoles: the cluster computes them, so each is traced to the live role it came from, which git must know. */
import { groupOf } from "../model/kinds.ts";
import { selects } from "../model/selector.ts";
import type { Difference } from "./tree.ts";
import type { KubeObject, Surroundings } from "./types.ts";
import { isFields, textOf, valueAt } from "./value.ts";

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const selectorsOf = (role: KubeObject): unknown[] => list(valueAt(role, ["aggregationRule", "clusterRoleSelectors"]));

/** True for a ClusterRole whose rules are computed. */
export const isAggregated = (role: KubeObject): boolean => groupOf(role.apiVersion) === "rbac.authorization.k8s.io" && role.kind === "ClusterRole" && selectorsOf(role).length > 0;

/** A rule as text, whatever the order of its words. */
const ruleText = (rule: unknown): string => textOf(isFields(rule) ? Object.fromEntries(Object.entries(rule).filter(([, words]) => list(words).length > 0).map(([key, words]) => [key, list(words).map(textOf).sort()])) : rule);

/**
 * Live rules that no selected role has, or only a role that git does not know; and rules of selected roles that are missing. Without surroundings no rule
 * can be traced, so each is a difference.
 */
export function compareAggregated(desired: KubeObject, live: KubeObject, { aggregated = [], known = () => false }: Surroundings): Difference[] {
  const sources = aggregated.filter((role) => role.metadata.name !== live.metadata.name && selectorsOf(desired).some((selector) => selects(selector, role.metadata["labels"]) === true));
  const having = new Map<string, KubeObject[]>();
  for (const role of sources) for (const text of new Set(list(role["rules"]).map(ruleText))) having.set(text, [...(having.get(text) ?? []), role]);

  const present = new Set<string>();
  const added = list(live["rules"]).flatMap((rule, i): Difference[] => {
    const text = ruleText(rule);
    present.add(text);
    const roles = having.get(text) ?? [];
    if (roles.some(known)) return [];
    const from = roles.map(({ metadata }) => metadata.name).sort().join(", ");
    const note = from === "" ? "computed rules come from the ClusterRoles that aggregationRule selects; none of them has this one" : `it came from the ClusterRole ${from}, which git does not know`;
    return [{ kind: "added", at: ["rules", i], live: { steps: ["rules", i], value: rule }, note }];
  });
  const missing = sources.filter(known).flatMap((role) => list(role["rules"]).filter((rule) => !present.has(ruleText(rule))).map((rule): Difference => {
    present.add(ruleText(rule));
    return { kind: "removed", at: ["rules"], desired: { steps: ["rules"], value: rule }, computed: true, note: `the ClusterRole ${role.metadata.name} has this rule, and aggregationRule selects it` };
  }));
  return [...added, ...missing];
}
