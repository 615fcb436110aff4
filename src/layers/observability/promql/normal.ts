/** PromQL in normal form: one text for all spellings of one expression, so that Prometheus' own way to write it is no difference (D21). */
import { seconds } from "./duration.ts";
import { type Expr, type Matcher, type Matching, parse, type Selector } from "./parse.ts";

/** Labels that are set on a rule's every selector before Prometheus sees it. */
export type Enforced = Readonly<Record<string, string>>;

/**
 * The normal form of an expression whose selectors are bound to these labels; undefined where it cannot be read, which is never equal to anything.
 * It erases parentheses that change nothing, spaces and comments, the order of matchers and of labels in lists, and the spelling of numbers, durations and strings.
 * Enforcing replaces every matcher of the label, as injectproxy of prom-label-proxy does, which Prometheus Operator uses.
 */
export function normalPromql(text: string, enforced: Enforced = {}): string | undefined {
  try {
    return print(parse(text), enforced);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function print(expr: Expr, enforced: Enforced): string {
  const inner = (one: Expr): string => print(one, enforced);
  switch (expr.kind) {
    case "number": return String(numberOf(expr.text));
    case "string": return JSON.stringify(expr.text);
    case "unary": return `${expr.op}(${inner(expr.expr)})`;
    case "binary": return `(${inner(expr.left)} ${expr.op}${expr.bool ? " bool" : ""}${matching(expr.matching)} ${inner(expr.right)})`;
    case "call": return `${expr.name}(${expr.args.map(inner).join(", ")})`;
    case "aggregate": return `${expr.op}${grouping(expr.grouping)}(${expr.args.map(inner).join(", ")})`;
    case "subquery": {
      const [range, step] = expr.range.split(":");
      return `${inner(expr.expr)}[${duration(range!)}:${step ? duration(step) : ""}]${moment(expr)}`;
    }
    case "selector": return `{${matchers(expr, enforced).join(",")}}${expr.range === undefined ? "" : `[${duration(expr.range)}]`}${moment(expr)}`;
  }
}

function matchers({ metric, matchers: found }: Selector, enforced: Enforced): string[] {
  const kept = found.filter(({ label }) => !Object.hasOwn(enforced, label));
  const set = Object.entries(enforced).map(([label, value]): Matcher => ({ label, op: "=", value }));
  const named: Matcher[] = metric === undefined ? [] : [{ label: "__name__", op: "=", value: metric }];
  return [...new Set([...named, ...kept, ...set].map(({ label, op, value }) => `${label}${op}${JSON.stringify(value)}`))].sort();
}

const list = (labels: readonly string[]): string => `(${[...new Set(labels)].sort().join(",")})`;
// `by ()` is what an aggregation without a list does, and so is `ignoring ()` for an operator.
const grouping = (found?: { type: "by" | "without"; labels: string[] }): string => (!found || (found.type === "by" && found.labels.length === 0) ? "" : ` ${found.type} ${list(found.labels)}`);
const matching = (found?: Matching): string =>
  (!found || (found.type === "ignoring" && found.labels.length === 0 && !found.group) ? "" : ` ${found.type} ${list(found.labels)}${found.group ? ` group_${found.group.side} ${list(found.group.labels)}` : ""}`);
const moment = ({ offset, at }: { offset?: string; at?: string }): string => {
  const sign = offset?.startsWith("-") ? -1 : 1;
  const moved = offset === undefined ? 0 : sign * duration(offset.replace("-", ""));
  return `${at === undefined ? "" : ` @ ${/^-?[0-9.]/.test(at) ? numberOf(at) : at}`}${moved === 0 ? "" : ` offset ${moved}`}`;
};

/** Seconds. */
function duration(text: string): number {
  const found = seconds(text);
  if (found === undefined) throw new SyntaxError(`no duration: ${text}`);
  return found;
}

function numberOf(text: string): number {
  if (/^inf$/i.test(text)) return Number.POSITIVE_INFINITY;
  const found = seconds(text) ?? Number(text);
  if (Number.isNaN(found) && !/^nan$/i.test(text)) throw new SyntaxError(`no number: ${text}`);
  return found;
}
