/** The rules of dashboard-linter and mixtool for dashboards, and two of our own, as one table. */
import type { Dashboard, DatasourceRef, Panel, Target, Variable } from "../dashboard.ts";
import { type Expr, parse, type Selector, walk } from "../promql/parse.ts";
import { type Check, type Finding, run } from "./finding.ts";
import { UNITS } from "./units.ts";

interface Subject { dashboard: Dashboard; constants: Record<string, string> }
type Found = Generator<readonly [string, string]>;
const TEMPLATED = new Set(["$datasource", "${datasource}"]);
const QUERYING = new Set(["stat", "gauge", "graph", "table", "timeseries", "singlestat", "heatmap", "barchart", "piechart", "logs"]);

const variables = (d: Dashboard, type: Variable["type"]): Variable[] => d.templating.list.filter((v) => v.type === type);
const kindOf = (d: Dashboard): string | undefined => variables(d, "datasource")[0]?.query;
const templated = (ref: DatasourceRef | undefined): boolean => TEMPLATED.has(ref?.uid ?? "");
const targets = (d: Dashboard): [string, Target, Panel][] => d.panels.flatMap((p) => p.targets.map((t): [string, Target, Panel] => [`${p.title} ${t.refId}`, t, p]));

/** Parsed expression, or undefined when it is none: that is target-promql's to say. */
function tree(text: string): Expr | undefined {
  try { return parse(text); } catch { return undefined; }
}
function* nodes(d: Dashboard): Generator<[string, Expr, readonly Expr[], string]> {
  if (kindOf(d) !== "prometheus") return;
  for (const [where, target] of targets(d)) {
    const root = tree(target.expr);
    const found: [Expr, readonly Expr[]][] = [];
    if (root) walk(root, (node, parents) => found.push([node, parents]));
    for (const [node, parents] of found) yield [where, node, parents, target.expr];
  }
}
function* selectors(d: Dashboard): Generator<[string, Selector, readonly Expr[]]> {
  for (const [where, node, parents] of nodes(d)) if (node.kind === "selector") yield [where, node, parents];
}
/** The selector inside `label_values(selector, label)` or `query_result(expr)`; undefined when the query asks for none. */
function queried(v: Variable): string | undefined {
  return /^label_values\((.+),\s*[A-Za-z_][A-Za-z0-9_]*\)$/s.exec(v.query)?.[1] ?? /^query_result\((.+)\)$/s.exec(v.query)?.[1];
}

function* template(d: Dashboard, name: string, label: string): Found {
  const found = d.templating.list.find((v) => v.name === name);
  if (!found) return yield [name, "the variable is missing"];
  if (!templated(found.datasource)) yield [name, "must use $datasource"];
  if (found.type !== "query") yield [name, "must be a query"];
  if (found.label !== label) yield [name, `must be labelled ${label}`];
  if (!found.multi) yield [name, "must be multi select"];
  if (found.allValue !== ".+") yield [name, "allValue must be .+"];
}
function* required(d: Dashboard, label: string): Found {
  for (const [where, selector] of selectors(d)) {
    if (!selector.matchers.some((m) => m.label === label && m.op === "=~" && m.value === `$${label}`)) yield [where, `${selector.metric ?? "selector"} lacks ${label}=~"$${label}"`];
  }
}
function* logql(d: Dashboard): Generator<[string, string]> {
  if (kindOf(d) === "loki") for (const [where, target] of targets(d)) yield [where, target.expr];
}

const check = (rule: string, body: (d: Dashboard, constants: Record<string, string>) => Found): Check<Subject> => ({ rule, check: ({ dashboard, constants }) => body(dashboard, constants) });

/** All checks, in the order in which they report. */
export const DASHBOARD_CHECKS: readonly Check<Subject>[] = [
  check("template-datasource", function* (d) {
    const found = variables(d, "datasource");
    if (found.length !== 1) return yield ["templating", `needs exactly one datasource variable, has ${found.length}`];
    const [only] = found as [Variable];
    if (only.name !== "datasource") yield [only.name, "must be named datasource"];
    // The linter's own spelling changed between releases.
    if (only.label !== "Data source" && only.label !== "Data Source") yield [only.name, "must be labelled Data source"];
    if (only.query !== "prometheus" && only.query !== "loki") yield [only.name, "must be prometheus or loki"];
  }),
  check("template-job", function* (d) { yield* template(d, "job", "Job"); }),
  check("template-instance", function* (d) { yield* template(d, "instance", "Instance"); }),
  check("template-label-promql", function* (d) {
    for (const v of variables(d, "query")) {
      const inner = queried(v);
      if (inner === undefined || !tree(inner)) yield [v.name, `no valid query: ${v.query}`];
    }
  }),
  check("template-on-time-change-reload", function* (d) {
    for (const v of variables(d, "query")) if (v.refresh !== 2) yield [v.name, "must be refreshed on time range change (2)"];
  }),
  check("panel-datasource", function* (d) {
    for (const p of d.panels) {
      if (!QUERYING.has(p.type)) continue;
      if (!templated(p.datasource)) yield [p.title, "must use $datasource"];
      for (const t of p.targets) if (!templated(t.datasource)) yield [`${p.title} ${t.refId}`, "must use $datasource"];
    }
  }),
  check("panel-title-description", function* (d) { for (const p of d.panels) if (!p.title || !p.description) yield [p.title || `panel ${p.id}`, "needs title and description"]; }),
  check("panel-units", function* (d) {
    for (const p of d.panels) if (QUERYING.has(p.type) && p.type !== "logs" && !p.fieldConfig.defaults.mappings?.length && !UNITS.has(p.fieldConfig.defaults.unit)) yield [p.title, `unknown unit ${p.fieldConfig.defaults.unit}`];
  }),
  check("panel-no-targets", function* (d) { for (const p of d.panels) if (QUERYING.has(p.type) && p.targets.length === 0) yield [p.title, "asks for nothing"]; }),
  check("target-logql", function* (d) {
    for (const [where, expr] of logql(d)) {
      const bare = expr.replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""');
      const balanced = ["()", "{}", "[]"].every(([open, close]) => bare.split(open!).length === bare.split(close!).length);
      if (!balanced || !/\{\s*[A-Za-z_]\w*\s*(=|!=|=~|!~)\s*""/.test(bare)) yield [where, `no valid LogQL: ${expr}`];
    }
  }),
  check("target-logql-auto", function* (d) {
    for (const [where, expr] of logql(d)) for (const [, range] of expr.matchAll(/\[([^\]]+)\]/g)) if (range !== "$__auto") yield [where, `range ${range} must be $__auto`];
  }),
  check("target-promql", function* (d) {
    if (kindOf(d) !== "prometheus") return;
    for (const [where, target] of targets(d)) if (!tree(target.expr)) yield [where, `no valid PromQL: ${target.expr}`];
  }),
  check("target-rate-interval", function* (d) {
    for (const [where, selector, parents] of selectors(d)) {
      const call = parents.at(-1);
      if (selector.range && selector.range !== "$__rate_interval" && call?.kind === "call" && ["rate", "irate"].includes(call.name)) yield [where, `range ${selector.range} must be $__rate_interval`];
    }
  }),
  check("target-job", function* (d) { yield* required(d, "job"); }),
  check("target-instance", function* (d) { yield* required(d, "instance"); }),
  check("target-counter-agg", function* (d) {
    for (const [where, selector, parents] of selectors(d)) {
      const call = parents.at(-1);
      if (selector.metric?.endsWith("_total") && !(selector.range && call?.kind === "call" && ["rate", "irate", "increase"].includes(call.name))) yield [where, `counter ${selector.metric} without rate, irate or increase`];
    }
  }),
  check("uneditable", function* (d) { if (d.editable !== false) yield ["dashboard", "editable must be false"]; }),
  check("mixtool-title", function* (d) { if (!d.title) yield ["dashboard", "needs a title"]; }),
  check("mixtool-uid", function* (d) { if (!d.uid || d.uid.length > 40) yield ["dashboard", "needs a uid of at most 40 characters"]; }),
  check("tenant-constant", function* (d, constants) {
    const missing = (selector: Selector): string | undefined =>
      Object.entries(constants).find(([label, value]) => selector.matchers.filter((m) => m.label === label).length !== 1 || !selector.matchers.some((m) => m.label === label && m.op === "=" && m.value === value))?.[0];
    for (const [where, selector] of selectors(d)) { const label = missing(selector); if (label) yield [where, `${selector.metric ?? "selector"} lacks ${label}="${constants[label]}"`]; }
    for (const v of variables(d, "query")) {
      const root = tree(queried(v) ?? "");
      const lacking: string[] = [];
      if (root) walk(root, (node) => { const label = node.kind === "selector" ? missing(node) : undefined; if (label) lacking.push(label); });
      if (!root || lacking.length > 0) yield [v.name, `its query lacks ${lacking[0] ?? "a selector"}`];
    }
  }),
  check("tenant-variable", function* (d, constants) {
    for (const v of d.templating.list) if (v.name in constants) yield [v.name, "a variable can be switched to another tenant"];
  }),
];

/** Lints one dashboard; `constants` are the labels that every selector must match by equality. */
export const lintDashboard = (dashboard: Dashboard, constants: Record<string, string>): Finding[] => run(DASHBOARD_CHECKS, { dashboard, constants });
