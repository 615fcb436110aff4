import { quote } from "./metrics.ts";

/** One recording or alerting rule as Prometheus reads it. */
export interface Rule {
  record?: string; alert?: string; expr: string; for?: string;
  labels: Record<string, string>; annotations?: Record<string, string>;
}
export interface RuleGroup { name: string; interval: string; rules: Rule[] }

/** One generated test: what is fed in, when it is looked at, and which alerts must fire with which value. */
export interface AlertCase {
  name: string;
  series: { series: string; values: string }[];
  at: string;
  expect: { alert: string; /** Missing means: must not fire. */ fires?: { rule: Rule; value: number; labels?: Record<string, string> } }[];
}
/** Rules together with the tests that prove each alert fires and stays silent. */
export interface Tested { groups: RuleGroup[]; cases: AlertCase[] }

/** Most rules a group may hold, and how long its name may be (mixtool). */
export const GROUP_LIMITS = { rules: 20, name: 40 } as const;

/** Facts every alert carries. */
export interface AlertContext { labels: Record<string, string>; runbooks: string }

/** Writes an alerting rule with the annotations that mixtool and pint ask for. */
export function alertRule(context: AlertContext, alert: {
  alert: string; expr: string; for?: string; severity: "critical" | "warning" | "info"; summary: string; description: string; labels?: Record<string, string>;
}): Rule {
  return {
    alert: alert.alert,
    expr: alert.expr,
    ...(alert.for && { for: alert.for }),
    labels: { severity: alert.severity, ...context.labels, ...alert.labels },
    annotations: { description: alert.description, runbook_url: `${context.runbooks}/${kebab(alert.alert)}`, summary: alert.summary },
  };
}

const kebab = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "-").toLowerCase();

/** Splits rules into groups no longer than mixtool allows, keeping pairs that belong together on one side. */
export function chunk(name: string, interval: string, sets: Rule[][]): RuleGroup[] {
  const groups: RuleGroup[] = [];
  for (const set of sets) {
    const last = groups.at(-1);
    if (last && last.rules.length + set.length <= GROUP_LIMITS.rules) last.rules.push(...set);
    else groups.push({ name: groups.length ? `${name}-${groups.length + 1}` : name, interval, rules: [...set] });
  }
  return groups;
}

/** A series of promtool's notation with constant labels. */
export const series = (metric: string, labels: Record<string, string>): string =>
  `${metric}{${Object.entries(labels).map(([label, value]) => `${label}=${quote(value)}`).join(", ")}}`;
