/** What mixtool and pint ask of rules without a server, and our own wall, as one table. */
import { seconds } from "../promql/duration.ts";
import { type Expr, parse, type Selector, walk } from "../promql/parse.ts";
import { GROUP_LIMITS, type Rule, type RuleGroup } from "../rule.ts";
import { type Check, type Finding, run } from "./finding.ts";

interface Subject { groups: RuleGroup[]; constants: Record<string, string> }
type Found = Generator<readonly [string, string]>;
const COMPARISONS = new Set(["==", "!=", "<", "<=", ">", ">="]);
const CAMEL = /^[A-Z][A-Za-z0-9]*$/;

const name = (rule: Rule): string => rule.alert ?? rule.record ?? "(unnamed)";
function tree(rule: Rule): Expr | undefined {
  try { return parse(rule.expr); } catch { return undefined; }
}
function* selectors(rule: Rule): Generator<Selector> {
  const found: Selector[] = [];
  const root = tree(rule);
  if (root) walk(root, (node) => { if (node.kind === "selector") found.push(node); });
  yield* found;
}
/** True when an expression is filtered: it compares, or is absent(). */
function compares(expr: Expr): boolean {
  if (expr.kind === "binary") return COMPARISONS.has(expr.op) || (["and", "or", "unless"].includes(expr.op) && compares(expr.left));
  return expr.kind === "call" && expr.name.startsWith("absent");
}
/** Labels an alert's sample still has, where that can be known: those of the outermost `by`, else undefined (all). */
function remaining(expr: Expr): Set<string> | undefined {
  if (expr.kind === "aggregate") return new Set(expr.grouping?.type === "without" ? undefined : (expr.grouping?.labels ?? []));
  if (expr.kind === "binary") return remaining(expr.left) ?? (["and", "or", "unless"].includes(expr.op) || expr.left.kind === "selector" ? undefined : remaining(expr.right));
  return undefined;
}

const each = (rule: string, which: "alert" | "record" | "any", body: (r: Rule, s: Subject) => Found): Check<Subject> => ({
  rule,
  *check(subject) {
    for (const r of subject.groups.flatMap((g) => g.rules)) if (which === "any" || r[which] !== undefined) for (const [where, message] of body(r, subject)) yield [`${name(r)}${where}`, message] as const;
  },
});
const groups = (rule: string, body: (g: RuleGroup) => Found): Check<Subject> => ({ rule, *check(subject) { for (const g of subject.groups) yield* body(g); } });

/** All checks, in the order in which they report. */
export const RULE_CHECKS: readonly Check<Subject>[] = [
  groups("mixtool-group-size", function* (g) { if (g.rules.length > GROUP_LIMITS.rules) yield [g.name, `${g.rules.length} rules`]; }),
  groups("mixtool-group-name", function* (g) { if (!g.name || g.name.length > GROUP_LIMITS.name) yield [g.name, "name must have 1 to 40 characters"]; }),
  each("mixtool-alert-name", "alert", function* (r) { if (!CAMEL.test(r.alert!) || r.alert!.length > 40) yield ["", "must be CamelCase of at most 40 characters"]; }),
  each("mixtool-severity", "alert", function* (r) { if (!["critical", "warning", "info"].includes(r.labels.severity ?? "")) yield ["", `severity ${r.labels.severity}`]; }),
  each("mixtool-description", "alert", function* (r) { if (!r.annotations?.description?.includes("{{")) yield ["", "needs a templated description"]; }),
  each("mixtool-summary", "alert", function* (r) {
    const summary = r.annotations?.summary ?? "";
    if (!/^[A-Z].+\.$/.test(summary) || summary.includes("{{")) yield ["", "summary must be a plain sentence"];
  }),
  each("runbook-url", "alert", function* (r) { if (!/^https?:\/\/\S+$/.test(r.annotations?.runbook_url ?? "")) yield ["", "needs a runbook_url"]; }),
  each("pint-promql-syntax", "any", function* (r) { if (!tree(r)) yield ["", `no valid PromQL: ${r.expr}`]; }),
  each("pint-alerts-comparison", "alert", function* (r) { const root = tree(r); if (root && !compares(root)) yield ["", "compares nothing: it would always fire"]; }),
  each("pint-alerts-for", "alert", function* (r) { if (r.for !== undefined && !(seconds(r.for)! > 0)) yield ["", `for ${r.for}`]; }),
  each("pint-alerts-template", "alert", function* (r) {
    if (Object.values(r.labels).some((v) => v.includes("{{"))) yield [" labels", "a label with a value in it makes every evaluation another alert"];
    const root = tree(r);
    const left = root && remaining(root);
    const text = Object.values(r.annotations ?? {}).join("\n");
    for (const [, label] of text.matchAll(/\$labels\.(\w+)/g)) if (left && !left.has(label!)) yield ["", `label ${label} does not survive the aggregation`];
    if (/rate\(|:ratio_rate/.test(r.expr) && /\{\{\s*\$value\s*\}\}/.test(text)) yield ["", "a rate must be humanized"];
  }),
  groups("pint-group-interval", function* (g) { const s = seconds(g.interval); if (!(s! > 0 && s! <= 300)) yield [g.name, `interval ${g.interval} must be at most 5m`]; }),
  each("pint-promql-fragile", "alert", function* (r) {
    let ratio = false;
    const root = tree(r);
    if (root) walk(root, (n) => { if (n.kind === "binary" && ["/", "*", "-", "+"].includes(n.op) && n.left.kind === "aggregate" && n.right.kind === "aggregate") ratio = true; });
    if (ratio && r.for === undefined) yield ["", "two aggregations in one alert need a for"];
  }),
  each("pint-promql-impossible", "alert", function* (r) {
    const wrong: string[] = [];
    const root = tree(r);
    if (root) walk(root, (n) => {
      if (n.kind !== "binary" || n.op !== ">" || n.right.kind !== "number" || n.left.kind !== "selector" || !/ratio/.test(n.left.metric ?? "")) return;
      if (Number(n.right.text) >= 1) wrong.push(`a ratio is never above ${n.right.text}`);
    });
    for (const message of wrong) yield ["", message];
  }),
  each("pint-promql-regexp", "any", function* (r) {
    for (const s of selectors(r)) for (const m of s.matchers) {
      if (!m.op.endsWith("~")) continue;
      if (/^[A-Za-z0-9_:-]*$/.test(m.value)) yield ["", `${m.label}${m.op}"${m.value}" needs no regular expression`];
      if (/^\^|\$$/.test(m.value)) yield ["", `${m.label}${m.op}"${m.value}" is anchored already`];
    }
  }),
  each("pint-promql-selector", "any", function* (r, { constants }) {
    for (const s of selectors(r)) for (const [label, value] of Object.entries(constants)) {
      const found = s.matchers.filter((m) => m.label === label);
      if (found.length !== 1 || found[0]!.op !== "=" || found[0]!.value !== value) yield ["", `${s.metric ?? "selector"} lacks ${label}="${value}"`];
    }
  }),
  {
    rule: "pint-rule-duplicate",
    *check({ groups: all }) {
      const seen = new Set<string>();
      for (const r of all.flatMap((g) => g.rules)) {
        const key = JSON.stringify([r.record, r.alert, Object.entries(r.labels).sort()]);
        if (seen.has(key)) yield [name(r), "two rules of one name and labels"] as const;
        seen.add(key);
      }
    },
  },
  each("pint-rule-name", "any", function* (r) { if ((r.alert === undefined) === (r.record === undefined)) yield ["", "must be either an alert or a record"]; }),
  each("recording-constants", "record", function* (r, { constants }) {
    for (const [label, value] of Object.entries(constants)) if (r.labels[label] !== value) yield ["", `the recorded series lacks ${label}="${value}"`];
  }),
];

/** Lints rule groups; `constants` are the labels that every selector must match by equality and every record must carry. */
export const lintRules = (all: RuleGroup[], constants: Record<string, string>): Finding[] => run(RULE_CHECKS, { groups: all, constants });
