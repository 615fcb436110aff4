import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BURN_ALERTS, threshold, thresholdUnits } from "../../../src/layers/observability/burn.ts";
import { decimal, fourDigits, humanDuration, percent } from "../../../src/layers/observability/decimal.ts";
import { suiteCount } from "../../real/provision/budget.ts";

const ppm = fc.integer({ min: 0, max: 1_000_000 });

describe("exact decimals", () => {
  test.each([[0, 6, "0"], [1000, 6, "0.001"], [999_000, 6, "0.999"], [1_000_000, 6, "1"], [-5, 1, "-0.5"], [14_400_000, 7, "1.44"], [12, 0, "12"]])("%i / 10^%i = %s", (units, places, text) => {
    expect(decimal(units, places)).toBe(text);
  });

  test("a number that lost digits already is refused", () => {
    expect(() => decimal(0.1, 3)).toThrow(RangeError);
    expect(() => decimal(2 ** 53, 3)).toThrow(RangeError);
  });

  test("decimal text reads back as the integer it came from, and is the shortest", () => {
    fc.assert(fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), fc.integer({ min: 0, max: 12 }), (units, places) => {
      const text = decimal(units, places);
      expect(text).toMatch(/^-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?$/);
      const [whole, fraction = ""] = text.replace("-", "").split(".") as [string, string?];
      expect(BigInt(whole + fraction.padEnd(places, "0")) * (text.startsWith("-") ? -1n : 1n)).toBe(units);
    }), { numRuns: suiteCount("unit", "decimals") });
  });

  test("thresholds have no float noise for any availability and factor", () => {
    fc.assert(fc.property(ppm, fc.constantFrom(...BURN_ALERTS), (availability, { factorTenths }) => {
      const text = threshold(availability, factorTenths);
      expect(text).toMatch(/^(0|0\.[0-9]{0,6}[1-9])$/);
      expect(Math.round(Number(text) * 1e7)).toBe(thresholdUnits(availability, factorTenths));
    }), { numRuns: suiteCount("unit", "thresholds") });
  });

  test("the well known numbers of 99.9 %", () => expect(BURN_ALERTS.map((b) => threshold(999_000, b.factorTenths))).toEqual(["0.0144", "0.006", "0.003", "0.001"]));
  test("no threshold is at or above 1, where it could never fire", () => {
    fc.assert(fc.property(ppm, fc.constantFrom(...BURN_ALERTS), (availability, { factorTenths }) => { expect(Number(threshold(availability, factorTenths))).toBeLessThan(1); }));
  });
  test("an availability out of range is refused", () => expect(() => thresholdUnits(1_000_001, 10)).toThrow(RangeError));
  test("percent", () => expect([999_000, 1_000_000, 999_999, 0].map(percent)).toEqual(["99.9", "100", "99.9999", "0"]));
});

describe("what Prometheus prints", () => {
  test.each([[1.4401, "1.44"], [0, "0"], [100, "100"], [0.1, "0.1"], [0.00001, "1e-05"], [12.3456, "12.35"], [12346, "1.235e+04"], [99.99999, "100"], [9999.9, "1e+04"]])("%s is printed as %s", (value, text) => {
    expect(fourDigits(value)).toBe(text);
  });
  test.each([[0, "0s"], [59, "59s"], [901, "15m 1s"], [3600, "1h 0m 0s"], [691_262, "8d 0h 1m 2s"], [-61, "-1m 1s"]])("%i s is %s", (seconds, text) => expect(humanDuration(seconds)).toBe(text));
});
