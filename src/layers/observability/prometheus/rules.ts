/** Rules in normal form, as items of both sides. */
import type { Normal } from "../../../model/plane.ts";
import { seconds } from "../promql/duration.ts";
import { type Enforced, normalPromql } from "../promql/normal.ts";
import type { Rule, RuleGroup } from "../rule.ts";

/** A rule as `/api/v1/rules` lists it, or as a rule file holds it: durations in seconds. */
export interface LoadedRule {
  type: "alert" | "record";
  name: string;
  expr: string;
  for: number;
  keepFiring: number;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** `unknown` before the first evaluation. */
  health: "ok" | "failing" | "unknown";
}
/** A group of one rule file. `interval` in seconds; undefined: the server's own. */
export interface LoadedGroup { file: string; name: string; interval: number | undefined; limit: number; rules: LoadedRule[] }

/** What a rule file makes Prometheus load, once the operator has set its labels. A group's labels are each rule's, where it has none of its own. */
export function loadedOf(group: RuleGroup, file: string, enforced: Enforced): LoadedGroup {
  const { interval, limit, labels } = group as RuleGroup & { limit?: number; labels?: Record<string, string> };
  return { file, name: group.name, interval: interval === undefined ? undefined : seconds(String(interval)), limit: limit ?? 0, rules: (group.rules ?? []).map((rule) => loadedRule({ ...rule, labels: { ...labels, ...rule.labels } }, enforced)) };
}

function loadedRule(rule: Rule, enforced: Enforced): LoadedRule {
  const keep = (rule as Rule & { keep_firing_for?: string }).keep_firing_for;
  return {
    type: rule.alert === undefined ? "record" : "alert", name: String(rule.alert ?? rule.record), expr: String(rule.expr),
    for: duration(rule.for), keepFiring: duration(keep), labels: { ...rule.labels, ...enforced }, annotations: rule.annotations ?? {}, health: "ok",
  };
}

const duration = (text: string | undefined): number => (text === undefined ? 0 : (seconds(text) ?? Number.NaN));

/** Rules of a group by name: of several with one name, the first, the second and so on in the group's order. */
export function named(rules: readonly LoadedRule[]): { name: string; rule: LoadedRule }[] {
  const seen = new Map<string, number>();
  return rules.map((rule) => {
    const name = `${rule.type} ${rule.name}`;
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return { name: before === 0 ? name : `${name} #${before + 1}`, rule };
  });
}

/** Leaves of a rule. An expression that cannot be read stands as it is written; `readable` tells. Labels set to nothing are none. */
export function ruleValue(rule: LoadedRule, enforced: Enforced): { value: Record<string, Normal>; readable: boolean } {
  const expr = normalPromql(rule.expr, enforced);
  return {
    readable: expr !== undefined,
    value: {
      expr: expr ?? rule.expr.trim(), for: rule.for, keep_firing_for: rule.keepFiring,
      labels: Object.fromEntries(Object.entries(rule.labels).filter(([, value]) => value !== "")), annotations: rule.annotations, health: rule.health,
    },
  };
}
