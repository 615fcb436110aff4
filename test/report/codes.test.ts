import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parseCodes, readCodes } from "../../src/report/codes.ts";

const src = resolve(import.meta.dirname, "../../src");
const used = new Set(readdirSync(src, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".ts") && f !== "report/codes.ts").flatMap((f) => [...readFileSync(join(src, f), "utf8").matchAll(/\b(BH[0-9]{4})\b/g)].map(([, code]) => code!)));

describe("docs/errors.md", () => {
  const codes = readCodes();
  test("explains every code of the source, and says what to do", () => {
    expect([...used].filter((code) => !codes.has(code)), "add a row to the table").toEqual([]);
    expect([...codes].filter(([, { help }]) => !help).map(([code]) => code), "add a section below the table").toEqual([]);
  });
  test("has no code that the source does not have", () => {
    expect([...codes.keys()].filter((code) => !used.has(code))).toEqual([]);
  });
});

test("rows and sections of ranges", () => {
  const codes = parseCodes("| code | exit | means |\n|---|---|---|\n| BH0001 | 2 | one |\n| BH0002–BH0004 | 1 | more |\n\n### BH0001\nDo this.\n\n### BH0003, BH0004\nDo that.\nAnd that.\n");
  expect(Object.fromEntries(codes)).toEqual({ BH0001: { means: "one", help: "Do this." }, BH0002: { means: "more" }, BH0003: { means: "more", help: "Do that.\nAnd that." }, BH0004: { means: "more", help: "Do that.\nAnd that." } });
});
