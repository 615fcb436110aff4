/** A small PromQL parser for what Bulkhead writes and lints: enough to see every selector and what stands around it. */
import { type Token, tokenize } from "./tokens.ts";

interface Matcher { label: string; op: "=" | "!=" | "=~" | "!~"; value: string }
export interface Selector { kind: "selector"; metric?: string; matchers: Matcher[]; range?: string; offset?: string }
export type Expr =
  | Selector
  | { kind: "number"; text: string }
  | { kind: "string"; text: string }
  | { kind: "unary"; op: string; expr: Expr }
  | { kind: "binary"; op: string; left: Expr; right: Expr }
  | { kind: "call"; name: string; args: Expr[] }
  | { kind: "aggregate"; op: string; grouping?: { type: "by" | "without"; labels: string[] }; args: Expr[] }
  | { kind: "subquery"; expr: Expr; range: string };

const AGGREGATIONS = new Set(["sum", "min", "max", "avg", "count", "group", "stddev", "stdvar", "topk", "bottomk", "count_values", "quantile"]);
const FUNCTIONS = new Set(["abs", "absent", "absent_over_time", "avg_over_time", "ceil", "changes", "clamp", "clamp_max", "clamp_min", "count_over_time", "day_of_month", "day_of_week",
  "days_in_month", "delta", "deriv", "exp", "floor", "histogram_quantile", "hour", "idelta", "increase", "irate", "label_join", "label_replace", "last_over_time", "ln", "log10", "log2",
  "max_over_time", "min_over_time", "minute", "month", "predict_linear", "present_over_time", "quantile_over_time", "rate", "resets", "round", "scalar", "sgn", "sort", "sort_desc", "sqrt",
  "stddev_over_time", "stdvar_over_time", "sum_over_time", "time", "timestamp", "vector", "year"]);
const RANGED = new Set(["rate", "irate", "increase", "delta", "idelta", "deriv", "changes", "resets"]);
const LEVELS = [["or"], ["and", "unless"], ["==", "!=", "<=", "<", ">=", ">"], ["+", "-"], ["*", "/", "%"], ["^"]];

/** Parses an expression; throws SyntaxError. Grafana's `$variables` are accepted as ranges and inside strings. */
export function parse(text: string): Expr {
  const tokens = tokenize(text);
  let at = 0;
  const peek = (): Token => tokens[at]!;
  const fail = (message: string): never => { throw new SyntaxError(`${message} at ${peek().at} in ${text}`); };
  const is = (value: string): boolean => peek().type !== "string" && peek().text === value;
  const accept = (value: string): boolean => is(value) && (at++, true);
  const expect = (value: string): void => { if (!accept(value)) fail(`expected ${value}`); };
  const take = (type: Token["type"]): string => (peek().type === type ? tokens[at++]!.text : fail(`expected ${type}`));
  const labels = (): string[] => {
    const list: string[] = [];
    expect("(");
    while (!is(")")) { list.push(take("name")); if (!accept(",")) break; }
    expect(")");
    return list;
  };
  const grouping = (): { type: "by" | "without"; labels: string[] } | undefined =>
    is("by") || is("without") ? { type: take("name") as "by" | "without", labels: labels() } : undefined;
  const args = (): Expr[] => {
    const list: Expr[] = [];
    expect("(");
    while (!is(")")) { list.push(binary(0)); if (!accept(",")) break; }
    expect(")");
    return list;
  };
  function matchers(): Matcher[] {
    const list: Matcher[] = [];
    expect("{");
    while (!is("}")) {
      const label = take("name");
      const op = peek().text as Matcher["op"];
      if (!["=", "!=", "=~", "!~"].includes(op)) fail("expected a matcher");
      at++;
      list.push({ label, op, value: take("string") });
      if (!accept(",")) break;
    }
    expect("}");
    return list;
  }
  function selector(metric?: string): Expr {
    const found = is("{") ? matchers() : [];
    if (metric === undefined && !found.some((m) => m.op === "=" && m.value !== "" || m.op === "=~")) fail("a selector needs a metric or a matcher that is not empty");
    return { kind: "selector", ...(metric !== undefined && { metric }), matchers: found };
  }
  function primary(): Expr {
    const token = peek();
    if (token.type === "number") { at++; return { kind: "number", text: token.text }; }
    if (token.type === "string") { at++; return { kind: "string", text: token.text }; }
    if (accept("(")) { const inner = binary(0); expect(")"); return inner; }
    if (is("{")) return selector();
    const name = take("name");
    if (AGGREGATIONS.has(name) && (is("(") || is("by") || is("without"))) {
      const before = grouping();
      const list = args();
      const group = before ?? grouping();
      return { kind: "aggregate", op: name, ...(group && { grouping: group }), args: list };
    }
    if (is("(")) {
      if (!FUNCTIONS.has(name)) fail(`unknown function ${name}`);
      const list = args();
      if (RANGED.has(name) && !list.some((arg) => arg.kind === "subquery" || arg.kind === "selector" && arg.range !== undefined)) fail(`${name} needs a range`);
      return { kind: "call", name, args: list };
    }
    return selector(name);
  }
  function postfix(): Expr {
    let expr = primary();
    for (;;) {
      if (peek().type === "range") {
        const range = take("range");
        expr = expr.kind === "selector" && expr.range === undefined && !range.includes(":") ? { ...expr, range } : { kind: "subquery", expr, range };
      } else if (accept("offset")) {
        const offset = take("number");
        if (expr.kind === "selector") expr = { ...expr, offset };
      } else return expr;
    }
  }
  function unary(): Expr {
    if (is("-") || is("+")) { const op = tokens[at++]!.text; return { kind: "unary", op, expr: unary() }; }
    return postfix();
  }
  function binary(level: number): Expr {
    const ops = LEVELS[level];
    if (!ops) return unary();
    let left = binary(level + 1);
    while (peek().type !== "string" && ops.includes(peek().text)) {
      const op = tokens[at++]!.text;
      accept("bool");
      for (const word of ["on", "ignoring", "group_left", "group_right"]) if (accept(word) && (is("(") || word.length < 9)) labels();
      left = { kind: "binary", op, left, right: binary(level + 1) };
    }
    return left;
  }
  const result = binary(0);
  if (peek().type !== "end") fail("unexpected text");
  return result;
}

/** Visits every node with the chain of nodes around it, outermost first. */
export function walk(expr: Expr, visit: (node: Expr, parents: readonly Expr[]) => void, parents: readonly Expr[] = []): void {
  visit(expr, parents);
  const inner = [...parents, expr];
  if (expr.kind === "unary" || expr.kind === "subquery") walk(expr.expr, visit, inner);
  else if (expr.kind === "binary") { walk(expr.left, visit, inner); walk(expr.right, visit, inner); }
  else if (expr.kind === "call" || expr.kind === "aggregate") for (const arg of expr.args) walk(arg, visit, inner);
}

/** Every selector of an expression. */
export function selectorsOf(text: string): Selector[] {
  const found: Selector[] = [];
  walk(parse(text), (node) => { if (node.kind === "selector") found.push(node); });
  return found;
}
