import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, expect, test } from "vitest";
import { readBudget, suiteBudget, suiteCount, testScale } from "../real/provision/budget.ts";

const tests = resolve(import.meta.dirname, "..");
const before = process.env["BULKHEAD_TEST_SCALE"];
afterEach(() => { if (before === undefined) delete process.env["BULKHEAD_TEST_SCALE"]; else process.env["BULKHEAD_TEST_SCALE"] = before; });
const scaleBy = (scale: string): void => { process.env["BULKHEAD_TEST_SCALE"] = scale; };

test("all suites together stay within 45 minutes, cold, on 2 cores", () => {
  const { sum_limit_seconds, suites } = readBudget();
  expect(sum_limit_seconds).toBe(45 * 60);
  expect(Object.values(suites).reduce((sum, { seconds }) => sum + seconds, 0)).toBeLessThanOrEqual(sum_limit_seconds);
});

test("every folder of test/real is a suite of the budget, and so are the unit tests; there is no other", () => {
  const folders = readdirSync(resolve(tests, "real"), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(Object.keys(readBudget().suites).sort()).toEqual([...folders, "unit"].sort());
});

test("every count is used by a test, and no other is asked for", () => {
  const asked = readdirSync(tests, { recursive: true, encoding: "utf8" }).filter((path) => /^(?!support).*\.ts$/.test(path))
    .flatMap((path) => [...readFileSync(resolve(tests, path), "utf8").matchAll(/suiteCount\("([a-z]+)", "([a-z]+)"\)/g)].map(([, suite, name]) => `${suite} ${name}`));
  expect([...new Set(asked)].sort()).toEqual(Object.entries(readBudget().suites).flatMap(([suite, { counts }]) => Object.keys(counts).map((name) => `${suite} ${name}`)).sort());
});

test("BULKHEAD_TEST_SCALE multiplies counts and seconds", () => {
  scaleBy("1");
  const [seconds, documents] = [suiteBudget("resources").seconds, suiteCount("resources", "documents")];
  scaleBy("2.5");
  expect([suiteBudget("resources").seconds, suiteCount("resources", "documents")]).toEqual([seconds * 2.5, documents * 2.5]);
});

test.each(["0", "0.5", "-1", "many", "Infinity", ""])("a scale of %j is refused", (scale) => {
  scaleBy(scale);
  expect(testScale).toThrow("BULKHEAD_TEST_SCALE must be a number of 1 or more");
});
test("a suite or count that is not there is refused", () => {
  expect(() => suiteBudget("nobody")).toThrow("no suite nobody");
  expect(() => suiteCount("unit", "nothing")).toThrow("no count nothing");
});
