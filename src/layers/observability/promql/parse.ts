/** A PromQL parser that keeps all that changes what an expression means: two expressions with one tree are one. What it does not know it refuses. */
import { type Token, tokenize } from "./tokens.ts";

export interface Matcher { label: string; op: "=" | "!=" | "=~" | "!~"; value: string }
/** Which moment is looked at: `offset` with its sign, `at` a number, `start()` or `end()`. */
interface Moment { offset?: string; at?: string }
export interface Selector extends Moment { kind: "selector"; metric?: string; matchers: Matcher[]; range?: string }
/** How the series of both sides of an operator are paired. */
export interface Matching { type: "on" | "ignoring"; labels: string[]; group?: { side: "left" | "right"; labels: string[] } }
export type Expr =
  | Selector
  | { kind: "number"; text: string }
  | { kind: "string"; text: string }
  | { kind: "unary"; op: string; expr: Expr }
  | { kind: "binary"; op: string; bool?: true; matching?: Matching; left: Expr; right: Expr }
  | { kind: "call"; name: string; args: Expr[] }
  | { kind: "aggregate"; op: string; grouping?: { type: "by" | "without"; labels: string[] }; args: Expr[] }
  | { kind: "subquery"; expr: Expr; range: string } & Moment;

const AGGREGATIONS = new Set(["sum", "min", "max", "avg", "count", "group", "stddev", "stdvar", "topk", "bottomk", "count_values", "quantile"]);
const FUNCTIONS = new Set(["abs", "absent", "absent_over_time", "acos", "acosh", "asin", "asinh", "atan", "atanh", "avg_over_time", "ceil", "changes", "clamp", "clamp_max", "clamp_min", "cos", "cosh",
  "count_over_time", "day_of_month", "day_of_week", "day_of_year", "days_in_month", "deg", "delta", "deriv", "exp", "floor", "histogram_avg", "histogram_count", "histogram_fraction", "histogram_quantile",
  "histogram_sum", "holt_winters", "hour", "idelta", "increase", "irate", "label_join", "label_replace", "last_over_time", "ln", "log10", "log2", "mad_over_time", "max_over_time", "min_over_time", "minute",
  "month", "pi", "predict_linear", "present_over_time", "quantile_over_time", "rad", "rate", "resets", "round", "scalar", "sgn", "sin", "sinh", "sort", "sort_by_label", "sort_by_label_desc", "sort_desc",
  "sqrt", "stddev_over_time", "stdvar_over_time", "sum_over_time", "tan", "tanh", "time", "timestamp", "vector", "year"]);
const RANGED = new Set(["rate", "irate", "increase", "delta", "idelta", "deriv", "changes", "resets"]);
const LEVELS = [["or"], ["and", "unless"], ["==", "!=", "<=", "<", ">=", ">"], ["+", "-"], ["*", "/", "%", "atan2"], ["^"]];

const POWER = LEVELS.length - 1;

/** Parses an expression; throws SyntaxError. Grafana's `$variables` are accepted as ranges and inside strings. */
export function parse(text: string): Expr {
  const tokens = tokenize(text);
  let at = 0;
  const peek = (): Token => tokens[at]!;
  const fail = (message: string): never => { throw new SyntaxError(`${message} at ${peek().at} in ${text}`); };
  // Keywords are of any case, names of metrics and labels are not.
  const is = (value: string): boolean => peek().type !== "string" && (peek().text === value || (peek().type === "name" && peek().text.toLowerCase() === value));
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
    is("by") || is("without") ? { type: take("name").toLowerCase() as "by" | "without", labels: labels() } : undefined;
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
    if (is("inf") || is("nan")) return { kind: "number", text: take("name") };
    const written = take("name");
    const name = AGGREGATIONS.has(written.toLowerCase()) ? written.toLowerCase() : written;
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
    return selector(written);
  }
  const signed = (): string => (accept("-") ? `-${take("number")}` : (accept("+"), take("number")));
  function moment(): string {
    if (!is("start") && !is("end")) return signed();
    const name = take("name").toLowerCase();
    expect("(");
    expect(")");
    return `${name}()`;
  }
  function postfix(): Expr {
    let expr = primary();
    for (;;) {
      if (peek().type === "range") {
        const range = take("range");
        expr = expr.kind === "selector" && expr.range === undefined && !range.includes(":") ? { ...expr, range } : { kind: "subquery", expr, range };
      } else if (is("offset") || is("@")) {
        const key = accept("@") ? "at" : (at++, "offset");
        if ((expr.kind !== "selector" && expr.kind !== "subquery") || expr[key] !== undefined) return fail(`nothing that ${key} could move`);
        expr = { ...expr, [key]: key === "at" ? moment() : signed() };
      } else return expr;
    }
  }
  function unary(): Expr {
    if (is("-") || is("+")) { const op = tokens[at++]!.text; return { kind: "unary", op, expr: binary(POWER) }; }
    return postfix();
  }
  function matching(): Matching | undefined {
    if (!is("on") && !is("ignoring")) return undefined;
    const found: Matching = { type: take("name").toLowerCase() as "on" | "ignoring", labels: labels() };
    if (!is("group_left") && !is("group_right")) return found;
    const side = take("name").toLowerCase().slice("group_".length) as "left" | "right";
    return { ...found, group: { side, labels: is("(") ? labels() : [] } };
  }
  function binary(level: number): Expr {
    const ops = LEVELS[level];
    if (!ops) return unary();
    let left = binary(level + 1);
    while (peek().type !== "string" && ops.includes(peek().text.toLowerCase())) {
      const op = tokens[at++]!.text.toLowerCase();
      const bool = accept("bool");
      const pairs = matching();
      // A power's right side is read first: 2^3^2 is 2^(3^2).
      left = { kind: "binary", op, ...(bool && { bool }), ...(pairs && { matching: pairs }), left, right: binary(level === POWER ? POWER : level + 1) };
      if (level === POWER) break;
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
