import { readFileSync } from "node:fs";

/** What one suite may use. */
export interface SuiteBudget {
  /** Seconds of wall clock, with cold caches, on 2 cores. */
  readonly seconds: number;
  /** How many of each thing the suite generates or tries. */
  readonly counts: Readonly<Record<string, number>>;
}

/** The budget of all suites: one a folder of test/real, and one for the unit tests together. */
export interface Budget {
  readonly sum_limit_seconds: number;
  readonly suites: Readonly<Record<string, SuiteBudget>>;
}

/** The whole budget as `test/budget.json` holds it. */
export function readBudget(): Budget {
  return JSON.parse(readFileSync(new URL("../../budget.json", import.meta.url), "utf8")) as Budget;
}

/** How many times more than the budget to try: `BULKHEAD_TEST_SCALE`, a number of 1 or more. */
export function testScale(): number {
  const scale = Number(process.env["BULKHEAD_TEST_SCALE"] ?? "1");
  if (!(scale >= 1 && Number.isFinite(scale))) throw new Error("BULKHEAD_TEST_SCALE must be a number of 1 or more");
  return scale;
}

/** A suite's budget, its counts and seconds multiplied by `BULKHEAD_TEST_SCALE` (a number of 1 or more). */
export function suiteBudget(suite: string): SuiteBudget {
  const budget = readBudget().suites[suite];
  if (budget === undefined) throw new Error(`test/budget.json has no suite ${suite}`);
  const scale = testScale();
  const counts = Object.entries(budget.counts).map(([name, count]) => [name, Math.round(count * scale)]);
  return { seconds: budget.seconds * scale, counts: Object.fromEntries(counts) };
}

/** How many of one thing a suite tries, scaled. */
export function suiteCount(suite: string, name: string): number {
  const count = suiteBudget(suite).counts[name];
  if (count === undefined) throw new Error(`test/budget.json has no count ${name} of suite ${suite}`);
  return count;
}
