/** What git says Prometheus holds, in the terms of what was read. */
import type { DeclaredItem, ItemCoverage, Normal, Reading } from "../../../model/plane.ts";
import { isMap } from "../../../model/value.ts";
import { enforcedOn, type PrometheusState, type RuleObject } from "./desired.ts";
import { type LoadedGroup, loadedOf, named, ruleValue } from "./rules.ts";
import { tenantOf } from "./space.ts";

/** A group that is not loaded is one missing thing; its rules are declared where the group is there. */
export function prometheusItems(state: PrometheusState, reading: Reading): { items: DeclaredItem[]; unknown: ItemCoverage[] } {
  const live = new Map(reading.items.map((item) => [JSON.stringify([item.kind, item.namespace, item.name]), item.value]));
  const items: DeclaredItem[] = [{ kind: "configuration", name: state.name, value: { reloaded: true, alerting: true } }];
  const unread: { what: string; tenant?: string | undefined }[] = [];
  for (const object of state.rules) {
    const about = aboutOf(object);
    const enforced = enforcedOn(state, object);
    for (const group of object.groups.map((one) => loadedOf(one, object.file, enforced))) {
      const there = live.get(JSON.stringify(["rule-group", about.namespace, group.name]));
      const rules = named(group.rules);
      items.push({ ...about, kind: "rule-group", name: group.name, value: groupValue(group, rules.map(({ name }) => name), there, reading) });
      if (!there) continue;
      for (const { name, rule } of rules) {
        const itemName = `${group.name}: ${name}`;
        const [{ value, readable }, seen] = [ruleValue(rule, enforced), live.get(JSON.stringify(["rule", about.namespace, itemName]))];
        // Neither a rule that waits for its first evaluation nor an expression that is not understood is a difference; neither is clean.
        if (seen?.["health"] === "unknown") { value["health"] = "unknown"; unread.push({ what: "evaluation", tenant: object.tenant }); }
        if (seen && !readable) { value["expr"] = seen["expr"]!; unread.push({ what: "expression", tenant: object.tenant }); }
        items.push({ ...about, kind: "rule", name: itemName, value });
      }
    }
  }
  return { items: [...items, ...wallItems(state, reading)], unknown: unknowns(unread) };
}

function aboutOf({ namespace, name, tenant, owner, source, file }: RuleObject): Omit<DeclaredItem, "kind" | "name" | "value"> & { namespace: string } {
  return { namespace: `${namespace}/${name}`, file, ...(tenant !== undefined && { tenant }), ...(owner !== undefined && { owner }), ...(source && { source }) };
}

/** The order of rules is compared among those that both sides have: one that is missing is said once. */
function groupValue(group: LoadedGroup, order: string[], live: Readonly<Record<string, Normal>> | undefined, { facts }: Reading): Record<string, Normal> {
  const found = (live?.["order"] as string[] | undefined) ?? order;
  const both = (these: readonly string[], those: readonly string[]): string => JSON.stringify(these.filter((name) => those.includes(name)));
  const own = facts["evaluationInterval"] === undefined ? (live?.["interval"] ?? null) : Number(facts["evaluationInterval"]);
  return { interval: group.interval ?? own, limit: group.limit, order: both(order, found) === both(found, order) ? found : order };
}

/** Monitors are Kubernetes' to compare; what is declared of each that is there is the wall around it. */
function wallItems(state: PrometheusState, { items }: Reading): DeclaredItem[] {
  const label = state.enforcedLabel ?? "namespace";
  return items.flatMap((item): DeclaredItem[] => {
    const namespace = item.namespace!;
    const about = { kind: item.kind, namespace, name: item.name, ...(item.tenant !== undefined && { tenant: item.tenant }) };
    if (item.kind === "scrape") return [{ ...about, value: { honor_labels: false, target_label: namespace, metric_label: namespace, namespaces: item.value["namespaces"] === "(none)" ? "(none)" : [namespace] } }];
    if (item.kind !== "target-labels") return [];
    const tenant = tenantOf(namespace);
    const said = isMap(item.value["tenant"]) ? Object.keys(item.value["tenant"]) : [];
    return [{ ...about, value: { [label]: { [namespace]: true }, tenant: said.length === 0 || tenant === undefined ? {} : { [tenant]: true } } }];
  });
}

const REASONS: Readonly<Record<string, string>> = { evaluation: "not evaluated yet since they were loaded", expression: "written in PromQL that this auditor does not understand" };

function unknowns(unread: readonly { what: string; tenant?: string | undefined }[]): ItemCoverage[] {
  return [...Map.groupBy(unread, ({ what }) => what)].map(([what, some]) => {
    const tenants = [...new Set(some.map(({ tenant }) => tenant))];
    return { what, state: "unknown" as const, objects: some.length, reason: `${some.length} rules are ${REASONS[what]}`, ...(!tenants.includes(undefined) && { tenants: (tenants as string[]).sort() }) };
  });
}
