import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalDuration } from "../../src/compare/duration.ts";
import { canonicalQuantity, normalQuantity, parseQuantity } from "../../src/model/quantity.ts";
import { suiteCount } from "../real/provision/budget.ts";

describe("quantities", () => {
  test.each<[string, (string | number)[]]>([
    ["1", ["1", "1000m", "1.0", "1000000u", "1000000000n", "1e0", "+1", "01", "1.", 1, "0.001k", "1E0"]],
    ["500m", ["0.5", ".5", "500m", "5e-1", 0.5]],
    ["3Gi", ["3Gi", "3072Mi", "3221225472", "3145728Ki"]],
    ["1536Mi", ["1.5Gi", "1536Mi"]],
    ["1G", ["1G", "1e9", "1000M", "1000000000", "1E9"]],
    ["1E", ["1E", "1e18", "1000P"]],
    ["1Ei", ["1Ei", "1024Pi"]],
    ["1Ki", ["1024", "1Ki", "1.024k"]],
    ["0", ["0", "0Gi", "-0", "0.0m", "0e5"]],
    ["-1", ["-1", "-1000m"]],
    // Finer than a billionth is rounded away from zero, as Go does.
    ["1n", ["1n", "0.1n", "1e-12", "0.0000000001", "1e-999999999"]],
    ["-1n", ["-0.1n"]],
    ["9223372036854775807", ["9223372036854775807", "9223372036854775808", "8Ei", "1e400", "999999999E", "1e999999999"]],
  ])("%s", (canonical, spellings) => {
    for (const spelling of spellings) expect([spelling, normalQuantity(spelling)]).toEqual([spelling, canonical]);
  });

  test.each(["", "1gi", "Gi", "1 Gi", "1KiB", "1e", "1e1.5", "one", "1..5", "--1", "1K", "0x10", "1_000", ".", "+", "9".repeat(65)])("%j is none, and stays as it is", (text) => {
    expect(parseQuantity(text)).toBeUndefined();
    expect(normalQuantity(text)).toBe(text);
  });

  const suffix = fc.constantFrom("n", "u", "m", "", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei");
  const texts = fc.tuple(fc.boolean(), fc.nat({ max: 100_000 }), fc.option(fc.nat({ max: 9999 })), suffix).map(([negative, whole, part, unit]) => `${negative ? "-" : ""}${whole}${part === null ? "" : `.${part}`}${unit}`);
  const runs = { numRuns: suiteCount("unit", "quantities") };

  test("a canonical text is a quantity again, of the same size", () => {
    fc.assert(fc.property(texts, (text) => { const nanos = parseQuantity(text)!; expect(parseQuantity(canonicalQuantity(nanos))).toBe(nanos); }), runs);
  });
  test("two texts are equal when, and only when, their sizes are", () => {
    fc.assert(fc.property(texts, texts, (a, b) => { expect(normalQuantity(a) === normalQuantity(b)).toBe(parseQuantity(a) === parseQuantity(b)); }), runs);
  });
  test("a size is what arithmetic says", () => {
    const FACTORS: Record<string, [bigint, bigint]> = { n: [1n, 1_000_000_000n], u: [1n, 1_000_000n], m: [1n, 1000n], "": [1n, 1n], k: [1000n, 1n], M: [1_000_000n, 1n], Ki: [1024n, 1n], Mi: [1_048_576n, 1n] };
    fc.assert(fc.property(fc.nat(), fc.constantFrom(...Object.keys(FACTORS)), (whole, unit) => {
      const [up, down] = FACTORS[unit]!;
      expect(parseQuantity(`${whole}${unit}`)).toBe((BigInt(whole) * 1_000_000_000n * up) / down);
    }), runs);
  });
});

test.each<[string, string[]]>([
  ["1h", ["1h", "60m", "1h0m0s", "3600s", "+1h", "0.5h30m"]],
  ["90s", ["1m30s", "90s", "1.5m", "90000ms"]],
  ["1500us", ["1.5ms", "1500us", "1500µs", "1500μs"]],
  ["0ns", ["0", "0s", "0h0m"]],
  ["-10s", ["-10s"]],
  // None of these is a duration in Go.
  ...["", "1", "1d", "1 h", "h", ".s", "1h-5m", "1w", "s1"].map((text): [string, string[]] => [text, [text]]),
])("the duration %s", (normal, spellings) => {
  for (const spelling of spellings) expect([spelling, normalDuration(spelling)]).toEqual([spelling, normal]);
});
