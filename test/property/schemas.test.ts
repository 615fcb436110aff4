/** Random and mutated specifications: parsing never throws, and every problem points at something that is there, or should be. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDefinition } from "../../src/define/parse.ts";
import { type DefinitionKind, SCHEMAS } from "../../src/define/schema.ts";
import { RAW } from "../../src/define/define.ts";
import aurora from "../../tenants/aurora-health/tenant.ts";
import northwind from "../../tenants/northwind/tenant.ts";
import orders from "../../tenants/northwind/sales/orders.ts";
import platform from "../../tenants/platform.ts";
import { readCodes } from "../../src/report/codes.ts";
import { suiteCount } from "../real/provision/budget.ts";

const seed = Number(process.env["BULKHEAD_SEED"] ?? 20261124);
const runs = { seed, numRuns: suiteCount("unit", "specifications") };
console.log(`fast-check seed ${seed}, ${runs.numRuns} runs`);
const codes = readCodes();
const KINDS = Object.keys(SCHEMAS) as DefinitionKind[];
const SAMPLES = ([["platform", platform], ["tenant", aurora], ["tenant", northwind], ["product", orders]] as const).map(([kind, definition]) => ({ kind, raw: (definition as unknown as Record<symbol, unknown>)[RAW] }));

const parts = (path: string): string[] => [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) => index ?? name!);
/** True when the path exists in the value, or what should hold its last part does. Names with dots or brackets read as longer paths: then the part before them decides. */
function leads(raw: unknown, path: string, odd: boolean): boolean {
  let at: unknown = raw;
  for (const [i, part] of parts(path).entries()) {
    if (typeof at !== "object" || at === null) return odd;
    if (!Object.hasOwn(at, part)) return odd || i === parts(path).length - 1;
    at = (at as Record<string, unknown>)[part];
  }
  return true;
}
const hasOddKeys = (value: unknown): boolean => typeof value === "object" && value !== null && (Object.keys(value).some((key) => key === "" || /[.[\]]/.test(key)) || Object.values(value).some(hasOddKeys));

function examine(kind: DefinitionKind, raw: unknown): void {
  const { value, problems } = parseDefinition(kind, raw, "x.ts");
  expect((value === undefined) === problems.length > 0).toBe(true);
  const odd = hasOddKeys(raw);
  for (const problem of problems) {
    expect(codes.has(problem.code), problem.code).toBe(true);
    expect([problem.exit, problem.severity, problem.source?.file]).toEqual([2, "error", "x.ts"]);
    expect(problem.message.length).toBeLessThan(2000);
    expect(problem.hint).toMatch(/./);
    expect(leads(raw, problem.source!.path, odd), `${problem.code} ${problem.source!.path}: ${problem.message}`).toBe(true);
  }
}

const json = fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(undefined, Number.NaN, Infinity, 1n, Symbol("s"), () => {}, new Date(0), new Map(), new Set([1]), /x/, Object.create(null) as object, [undefined], "__proto__"));

/** Every place of a value, as a path of keys. */
const places = (value: unknown, path: string[] = []): string[][] => [path, ...(typeof value === "object" && value !== null ? Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key])) : [])];
const copyOf = (value: unknown): unknown => (Array.isArray(value) ? value.map(copyOf) : typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, copyOf(v)])) : value);
type Change = { place: number; how: "replace" | "remove" | "add" | "misspell" | "wrap"; value: unknown; key: string };
const change: fc.Arbitrary<Change> = fc.record({ place: fc.nat(), how: fc.constantFrom("replace", "remove", "add", "misspell", "wrap"), value: json, key: fc.oneof(fc.string({ maxLength: 10 }), fc.constantFrom("__proto__", "constructor", "toString", "length", "0", "")) });
function changed(raw: unknown, changes: readonly Change[]): unknown {
  let result = copyOf(raw);
  for (const { place, how, value, key } of changes) {
    const all = places(result);
    const path = all[place % all.length]!;
    if (path.length === 0) { if (how === "replace") result = value; continue; }
    const holder = path.slice(0, -1).reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], result) as Record<string, unknown>;
    const last = path.at(-1)!;
    const put = (name: string, what: unknown): void => { Object.defineProperty(holder, name, { value: what, enumerable: true, configurable: true, writable: true }); };
    if (Array.isArray(holder) && how !== "replace" && how !== "wrap") continue;
    if (how === "replace") put(last, value);
    else if (how === "wrap") put(last, [holder[last]]);
    else if (how === "add") put(key, value);
    else { const old = holder[last]; delete holder[last]; if (how === "misspell") put(`${last}${key}`, old); }
  }
  return result;
}

describe("parseDefinition", () => {
  test("takes the samples as they are", () => {
    for (const { kind, raw } of SAMPLES) expect(parseDefinition(kind, raw, "x.ts").problems).toEqual([]);
  });
  test.each(KINDS)("of random values as a %s", (kind) => {
    fc.assert(fc.property(json, (raw) => { examine(kind, raw); }), runs);
  });
  test("of good specifications with random mistakes", () => {
    fc.assert(fc.property(fc.constantFrom(...SAMPLES), fc.array(change, { minLength: 1, maxLength: 4 }), ({ kind, raw }, changes) => { examine(kind, changed(raw, changes)); }), runs);
  });
  test("of good specifications taken for another kind", () => {
    for (const { raw } of SAMPLES) for (const kind of KINDS) examine(kind, raw);
  });
});
