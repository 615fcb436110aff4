/** PromQL in normal form: what means the same is one text, what does not is another. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seconds } from "../../../src/layers/observability/promql/duration.ts";
import { normalPromql } from "../../../src/layers/observability/promql/normal.ts";
import { suiteCount } from "../../real/provision/budget.ts";

describe("one expression, however it is written", () => {
  test.each<[string, string]>([
    ["a{b=\"c\",d=\"e\"}", "a { d='e', b=`c`, }"],
    ["a{b=\"c\"}", "{__name__=\"a\",b=\"c\"}"],
    ["sum(a) by (x, y)", "sum by (y,x) (a)"],
    ["sum(a)", "SUM by () (a)"],
    ["a and b", "(a) AND (b)"],
    ["rate(a[5m])", "rate(a[300s])"],
    ["rate(a[1h30m])", "rate(a[90m])"],
    ["a offset 1h", "a OFFSET 60m"],
    ["a > 1e6", "a > 1000000"],
    ["a > 0x10", "a > 16"],
    ["a > Inf", "a > +inf".replace("+", "")],
    ["a / on(x, y) b", "a/on(y,x)b"],
    ["a / ignoring() b", "a / b"],
    ["a * on (x) group_left b", "a * on(x) group_left() b"],
    ["(a + b) + c", "a + b + c"],
    ["a ^ b ^ c", "a ^ (b ^ c)"],
    ["-a ^ 2", "-(a ^ 2)"],
    ["a{b=\"\\n\\t\\x41\\u00e9\"}", "a{b=\"\\n\\tA\\303\\251\"}".replace("\\303\\251", "\\u00e9")],
    ["a # what it is\n", "a"],
    ["max_over_time(a[1d:1h])", "max_over_time(a[24h:60m])"],
  ])("%s = %s", (one, other) => {
    expect(normalPromql(one)).toBeDefined();
    expect(normalPromql(other)).toBe(normalPromql(one));
  });
  test.each<[string, string]>([
    ["a", "A"], ["a > 1", "a > bool 1"], ["a / b", "a / on() b"], ["a / on(x) b", "a / ignoring(x) b"], ["a / on(x) b", "a / on(x) group_left b"], ["a / on(x) group_left b", "a / on(x) group_right b"],
    ["a / on(x) group_left(y) b", "a / on(x) group_left(z) b"], ["sum by (x) (a)", "sum without (x) (a)"], ["sum without () (a)", "sum(a)"], ["a - b - c", "a - (b - c)"], ["(a ^ b) ^ c", "a ^ b ^ c"], ["(-a) ^ 2", "-a ^ 2"],
    ["a offset 1h", "a"], ["a offset -1h", "a offset 1h"], ["a @ 10", "a"], ["a @ start()", "a @ end()"], ["a{b=\"c\"}", "a{b=~\"c\"}"], ["a{b=\"c\"}", "a{b=\"c\",d=\"\"}"], ["a{b=\"x y\"}", "a{b=\"x  y\"}"],
    ["rate(a[5m])", "rate(a[5m:])"], ["rate(a[5m:1m])", "rate(a[5m:])"], ["rate(a[5m]) offset 1m", "rate(a[5m] offset 1m)"], ["a or b and c", "(a or b) and c"], ["a == 1", "a != 1"], ["quantile(0.9, a)", "quantile(0.99, a)"], ["a atan2 b", "a / b"],
    ["topk(1, a)", "bottomk(1, a)"], ["-a", "a"], ["a % b", "a * b"], ["label_replace(a, \"x\", \"$1\", \"y\", \"(.*)\")", "label_replace(a, \"x\", \"$1\", \"y\", \"(.+)\")"],
  ])("%s is not %s", (one, other) => {
    expect(normalPromql(one)).not.toBe(normalPromql(other) ?? "unreadable");
  });
  test.each(["a b", "a{", "unknown_function(a)", "a{b=\"\\q\"}", "sum(", "a offset", "1 offset 5m", "a @ now()", "(", "", "a[5]"])("%j is not understood, and equals nothing", (text) => {
    expect(normalPromql(text)).toBeUndefined();
  });
  test("the enforced label replaces what was said of it, in every selector", () => {
    expect(normalPromql('rate(a{namespace=~".*",x="y"}[5m]) / on () b{namespace!="q"} unless absent({__name__="c"} offset 5m)', { namespace: "tenant-a" }))
      .toBe(normalPromql('rate(a{namespace="tenant-a",x="y"}[5m]) / on () b{namespace="tenant-a"} unless absent(c{namespace="tenant-a"} offset 5m)'));
  });
  test("normal() is idempotent, and any two numbers or durations are one text only when they are equal", () => {
    fc.assert(fc.property(fc.double({ noNaN: true, min: 0, noDefaultInfinity: true }), fc.double({ noNaN: true, min: 0, noDefaultInfinity: true }), fc.nat(100_000), fc.nat(100_000), (a, b, c, d) => {
      for (const text of [`x > ${a}`, `rate(x[${c + 1}s])`]) expect(normalPromql(text)).toBeDefined();
      expect(normalPromql(`x > ${a}`) === normalPromql(`x > ${b}`)).toBe(a === b);
      expect(normalPromql(`rate(x[${c + 1}s])`) === normalPromql(`rate(x[${d + 1}s])`)).toBe(c === d);
    }), { numRuns: suiteCount("unit", "decimals") / 10 });
  });
  test.each<[string, number | undefined]>([["5m", 300], ["1h30m", 5400], ["1500ms", 1.5], ["1d", 86_400], ["2w", 1_209_600], ["1y", 31_536_000], ["0", 0], ["0s", 0], ["5", undefined], ["-5m", undefined], ["5 m", undefined], ["", undefined]])("%j is %s seconds", (text, expected) => {
    expect(seconds(text)).toBe(expected);
  });
});
