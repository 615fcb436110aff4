/** Loaded groups to items: those of declared PrometheusRules, and what others loaded into a tenant's or the platform's space. */
import { NAMESPACES } from "../../../model/names.ts";
import type { LiveItem } from "../../../model/plane.ts";
import { enforcedOn, type PrometheusState, type RuleObject } from "./desired.ts";
import { type LoadedGroup, named, ruleValue } from "./rules.ts";
import { platformNamespace, tenantOf } from "./space.ts";

/** `namespace-name` of the PrometheusRule behind a rule file: Prometheus Operator writes `<namespace>-<name>-<uid>.yaml`. */
export function objectOf(file: string): string {
  const base = file.slice(file.lastIndexOf("/") + 1);
  return base.replace(/(?:-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?\.ya?ml$/, "");
}

/** Rules by the PrometheusRule they lie in. Two objects may write the same `namespace-name`: the one that is declared is known by the labels set on it. */
export function ruleItems(groups: readonly LoadedGroup[], state: PrometheusState): LiveItem[] {
  const byKey = Map.groupBy(state.rules, ({ namespace, name }) => `${namespace}-${name}`);
  const claimed = new Map<RuleObject, string>();
  const declaredOf = (group: LoadedGroup): RuleObject | undefined =>
    (byKey.get(objectOf(group.file)) ?? []).find((object) => (claimed.get(object) ?? group.file) === group.file && carries(group, enforcedOn(state, object)));
  const ordered = [...groups].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
  for (const group of ordered) {
    const object = declaredOf(group);
    if (object) claimed.set(object, group.file);
  }
  return ordered.flatMap((group) => {
    const object = declaredOf(group);
    return object ? declaredItems(group, object) : strangeItems(group, state);
  });
}

const carries = ({ rules }: LoadedGroup, labels: Readonly<Record<string, string>>): boolean => Object.entries(labels).every(([label, value]) => rules.every((rule) => rule.labels[label] === value));

function declaredItems(group: LoadedGroup, { namespace, name, tenant }: RuleObject): LiveItem[] {
  const about = { namespace: `${namespace}/${name}`, ...(tenant !== undefined && { tenant }) };
  const rules = named(group.rules);
  return [
    { ...about, kind: "rule-group", name: group.name, value: { interval: group.interval ?? null, limit: group.limit, order: rules.map((rule) => rule.name) } },
    ...rules.map((one): LiveItem => ({ ...about, kind: "rule", name: `${group.name}: ${one.name}`, value: ruleValue(one.rule, {}).value })),
  ];
}

/** A group that git does not know is one item, where it lies or reaches in. */
function strangeItems(group: LoadedGroup, state: PrometheusState): LiveItem[] {
  const object = objectOf(group.file);
  const reach = reachOf(group, object, state);
  if (!reach) return [];
  const file = group.file.slice(group.file.lastIndexOf("/") + 1);
  return [{
    kind: "rule-group", namespace: file, name: group.name, ...(reach.tenant !== undefined && { tenant: reach.tenant }), note: reach.note,
    value: { interval: group.interval ?? null, limit: group.limit, rules: Object.fromEntries(named(group.rules).map(({ name, rule }) => [name, ruleValue(rule, {}).value])) },
  }];
}

function reachOf({ rules }: LoadedGroup, object: string, state: PrometheusState): { tenant?: string; note: string } | undefined {
  const label = state.enforcedLabel ?? "namespace";
  const namespaces = new Set(rules.map((rule) => rule.labels[label]));
  const own = [...namespaces].find((namespace) => namespace !== undefined && object.startsWith(`${namespace}-`));
  if (object.startsWith(`${NAMESPACES.observability}-`) && (own === undefined || platformNamespace(own))) return { note: "it lies in the platform's namespace, whose rules read every tenant's series" };
  const tenant = tenantOf(own) ?? tenantOf(object.startsWith("tenant-") ? object : undefined, state);
  if (tenant !== undefined) return { tenant, note: "it lies in the tenant's namespace" };
  for (const rule of rules) {
    const spoken = rule.labels["tenant"] ?? tenantOf(rule.labels[label]);
    if (spoken !== undefined && spoken !== "") return { tenant: spoken, note: `its ${rule.type} speaks in the tenant's name: its labels are the tenant's` };
    if (platformNamespace(rule.labels[label])) return { note: `its ${rule.type} speaks in the platform's name: its labels are the platform's` };
    if (/^(?:product:)?bulkhead_/i.test(rule.name) || (rule.type === "alert" && /^Bulkhead/.test(rule.name))) return { note: `its ${rule.type} has a name of Bulkhead's own` };
  }
  return undefined;
}
