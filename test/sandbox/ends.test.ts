import { describe, expect, test } from "vitest";
import { compile } from "../../build/compile/compile.js";
import type { Limits } from "../../src/compile/processes.ts";
import { PRODUCT, project, TENANT } from "../support/project.ts";

const T = "tenants/acme/tenant.ts";
const P = "tenants/acme/sales/orders.ts";
const run = async (files: Record<string, string>, limits: Limits = { silence: 3000 }): Promise<[string, string | undefined][]> =>
  (await compile({ root: project({ [T]: TENANT(), ...files }), asOf: "2026-11-24", limits })).problems.map((p) => [p.code, p.source?.file]);
const shared = (text: string): Record<string, string> => ({ "tenants/_shared/a.ts": text });
/** A product after it in the order of loading, with an error of its own: it is still loaded. */
const LATER = { "tenants/acme/sales/z.ts": PRODUCT("nope: 1,") };

describe("a definition that ends or stops its process is named, and the rest is loaded without it", () => {
  test.each<[string, string, string]>([
    ["a loop", `for (;;) {}\n${PRODUCT("")}`, "BH2021"],
    ["an await that nothing answers", `await new Promise(() => {});\n${PRODUCT("")}`, "BH2021"],
    ["a loop of promises left behind", `(async () => { for (;;) await null; })();\n${PRODUCT("")}`, "BH2021"],
    ["a loop in extend", PRODUCT("extend: () => { for (;;) {} },"), "BH2021"],
    ["a recursion without an end", `const f = (): number => 1 + f();\nf();\n${PRODUCT("")}`, "BH2004"],
    ["a rejection that nobody handles", `void Promise.reject(new Error("left"));\n${PRODUCT("")}`, "BH2004"],
    ["an error in a callback", `queueMicrotask(() => { throw new Error("left"); });\n${PRODUCT("")}`, "BH2004"],
    ["a throw of what has no text", `throw Object.create(null);\n${PRODUCT("")}`, "BH2004"],
  ])("%s", async (_, text, code) => {
    expect(await run({ [P]: text, ...LATER })).toEqual([[code, P], ["BH1001", "tenants/acme/sales/z.ts"]]);
  });
  test("memory without an end", async () => {
    const text = `const all: string[][] = [];\nfor (;;) all.push(new Array(100_000).fill("x"));\n${PRODUCT("")}`;
    expect(await run({ [P]: text, ...LATER }, { silence: 30_000, heap: 120 })).toEqual([["BH2022", P], ["BH1001", "tenants/acme/sales/z.ts"]]);
  });
  test("a file that others import, once", async () => {
    expect(await run({ [P]: PRODUCT("", 'import "../_lib/a.ts";\n'), "tenants/acme/_lib/a.ts": "for (;;) {}\n", "tenants/acme/sales/q.ts": PRODUCT("", 'import "../_lib/a.ts";\n') })).toContainEqual(["BH2021", "tenants/acme/_lib/a.ts"]);
  });
});

describe("a definition that is not plain data is refused", () => {
  test.each<[string, string]>([
    ["a proxy as input", 'import { defineProduct } from "bulkhead";\nexport default defineProduct(new Proxy({ description: "x", owner: { team: "acme", email: "a@acme.example" } }, {}));\n'],
    ["a proxy as definition", 'import { defineProduct } from "bulkhead";\nexport default new Proxy(defineProduct({ description: "x", owner: { team: "acme", email: "a@acme.example" } }), {});\n'],
    ["a getter", PRODUCT('get sla() { return {}; },')],
  ])("%s", async (_, text) => { expect(await run({ [P]: text })).toEqual([["BH2024", P]]); });
});

describe("a file of several tenants keeps nothing between calls", () => {
  test.each<[string, string]>([
    ["a counter", "let n = 0;\nexport const next = (): number => ++n;\n"],
    ["a counter in a method", "let n = 0;\nexport class C { next(): number { n += 1; return n; } }\n"],
    ["a list", "const all: string[] = [];\nexport function add(x: string): void { all.push(x); }\n"],
    ["a map", "const all = new Map<string, number>();\nexport const add = (x: string): void => { all.set(x, 1); };\n"],
    ["an object", "const all: Record<string, number> = {};\nexport const add = (x: string): void => { all[x] = 1; };\n"],
    ["Object.assign", "const all = {};\nexport const add = (x: object): void => { Object.assign(all, x); };\n"],
    ["a global pattern", "const p = /x/g;\nexport const has = (x: string): boolean => p.test(x);\n"],
    ["an iterator", "const it = [1, 2][Symbol.iterator]();\nexport const next = () => it.next();\n"],
  ])("refused: %s", async (_, text) => { expect(await run(shared(text))).toEqual([["BH2020", "tenants/_shared/a.ts"]]); });
  test.each<[string, string]>([
    ["a local of the same name", "const all: number[] = [1];\nexport const f = (all: number[]): void => { all.push(1); };\nexport const g = (): number[] => { const all: number[] = []; all.push(2); return all; };\n"],
    ["filled as the file loads", "const all: number[] = [];\nall.push(1);\nfor (const x of [1, 2]) all.push(x);\nexport const f = (): number => all.length;\n"],
    ["a pattern", "const p = /x/;\nexport const has = (x: string): boolean => p.test(x);\n"],
  ])("kept: %s", async (_, text) => { expect(await run(shared(text))).toEqual([]); });
});

describe("the list of allowed packages", () => {
  test.each<[string, string, string[]]>([
    ["lets a package in", '{ "type": "module", "bulkhead": { "allow": ["yaml"] } }', []],
    ["is needed", '{ "type": "module" }', ["BH2016"]],
    ["names packages", '{ "type": "module", "bulkhead": { "allow": ["node:fs"] } }', ["BH2025", "BH2016"]],
    ["is a list", '{ "type": "module", "bulkhead": { "allow": "yaml" } }', ["BH2025", "BH2016"]],
  ])("%s", async (_, manifest, codes) => {
    const text = PRODUCT("", 'import { parse } from "yaml";\nvoid parse;\n');
    expect((await run({ [P]: text, "package.json": manifest, "node_modules/yaml/package.json": '{"name":"yaml","type":"module","exports":"./i.js"}', "node_modules/yaml/i.js": "export const parse = Date.now();\n" })).map(([code]) => code)).toEqual(codes);
  });
});
