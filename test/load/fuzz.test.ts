/** Random files and import graphs: loading them never fails in a way of its own, and what it says has a place and a known code. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix, resolve } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { importGraph } from "../../src/load/graph.ts";
import { definitionFiles, scan } from "../../src/load/scan.ts";
import { parseSyntax } from "../../src/load/syntax.ts";
import type { Problem } from "../../src/model/problem.ts";
import { readCodes } from "../../src/report/codes.ts";
import { write } from "../support/project.ts";
import { suiteCount } from "../real/provision/budget.ts";

const seed = Number(process.env["BULKHEAD_SEED"] ?? 20261124);
const numRuns = suiteCount("unit", "files");
console.log(`fast-check seed ${seed}, ${numRuns} runs`);
const codes = readCodes();
const tenants = resolve(import.meta.dirname, "../../tenants");
const SAMPLES = readdirSync(tenants, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts")).map((path) => readFileSync(join(tenants, path), "utf8"));

const root = mkdtempSync(join(tmpdir(), "bulkhead-fuzz-"));
afterAll(() => { rmSync(root, { recursive: true, force: true }); });
/** Each try starts from an empty project: same names, other bytes. */
function lay(files: Record<string, string | Uint8Array>): void {
  rmSync(join(root, "tenants"), { recursive: true, force: true });
  write(root, { "tenants/platform.ts": "export default 1;\n", "tenants/acme/tenant.ts": "export default 1;\n", ...(files as Record<string, string>) });
}

/** A problem is one of the documented, and its place lies in a file that is there. */
function isPlaced({ code, source, message, hint }: Problem): void {
  expect(codes.has(code), code).toBe(true);
  expect(source, `${code} ${message}`).toBeDefined();
  expect(`${message}${hint}`).not.toContain(root);
  const full = join(root, source!.file);
  if (!existsSync(full)) throw new Error(`${code} is placed in ${source!.file}, which is not there`);
  if (source!.line === undefined) return;
  expect(source!.column).toBeGreaterThan(0);
  // Files that are not UTF-8 have one place, their beginning.
  const lines = statSync(full).isFile() ? readFileSync(full, "utf8").split("\n") : [];
  expect(source!.line).toBeGreaterThan(0);
  expect(source!.line).toBeLessThanOrEqual(Math.max(1, lines.length));
  expect(source!.column).toBeLessThanOrEqual(Math.max(1, (lines[source!.line - 1]?.length ?? 0) + 1));
}

/** Edits of a text at random places: cut, repeated, replaced, with bytes that parsers trip over. */
const mutation = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.nat(40), text: fc.oneof(fc.constantFrom("", "{", "}", "(", "`", "${", "'", "/*", "\r", "\u2028", "\ufeff", "\0", "import './x.ts';", "export default ", "import(", "import.meta", "export * from './tenant.ts';", "<", "?.", "#", "\\u{110000}", "//", "/", "@", "enum A {", "namespace x {"), fc.string({ unit: "binary", maxLength: 8 })) });
const mutated = fc.tuple(fc.constantFrom(...SAMPLES), fc.array(mutation, { minLength: 1, maxLength: 5 })).map(([sample, edits]) =>
  edits.reduce((text, { at, length, text: put }) => { const start = Math.floor(at * text.length); return text.slice(0, start) + put + text.slice(start + length); }, sample));
const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: "binary", maxLength: 100 }).map((text) => Buffer.from(text)), mutated.map((text) => Buffer.from(text)));

/** Paths such as the properties of problems have. */
const somePath = fc.oneof(fc.constantFrom("", "tables", "tables.customers.columns.email", "owner.team", "columns", "tables.orders.key[0]", "__proto__", "constructor.name"), fc.string({ maxLength: 20 }));

describe("a definition file of random bytes", () => {
  test("is parsed or refused, with a place", () => {
    fc.assert(fc.property(bytes, (content) => {
      lay({ "tenants/acme/sales/orders.ts": content });
      const found = scan(root);
      const graph = importGraph(root, [found.platform!, ...found.tenants.flatMap(definitionFiles)], []);
      for (const problem of [...found.problems, ...graph.problems]) isPlaced(problem);
      for (const file of graph.broken) expect(existsSync(join(root, file))).toBe(true);
    }), { seed, numRuns });
  });

  test("is located in, whatever the path", () => {
    fc.assert(fc.property(mutated, somePath, (text, path) => {
      const place = parseSyntax("x.ts", text).locate(path);
      if (!place) return;
      const lines = text.split("\n");
      expect(place.line).toBeLessThanOrEqual(lines.length);
      expect(place.column).toBeLessThanOrEqual(lines[place.line - 1]!.length + 1);
    }), { seed, numRuns });
  });
});

test("a folder of random names: every name is used, helps others, is no code, or is a problem", () => {
  const name = fc.oneof(fc.constantFrom("a.ts", "A.ts", "domain.ts", "tenant.ts", "_x.ts", "x.d.ts", "x.js", "notes.md", "kube-x.ts", "a--b.ts", "ä.ts", ".ts", "-.ts", "CON.ts"), fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }).filter((text) => !/[/\0]/.test(text) && text !== "." && text !== ".." && Buffer.from(text).length < 200));
  fc.assert(fc.property(fc.uniqueArray(name, { maxLength: 6 }), fc.constantFrom("tenants", "tenants/acme", "tenants/acme/sales", "tenants/_shared"), (names, folder) => {
    lay({});
    for (const each of names) if (!existsSync(join(root, folder, each))) write(root, { [`${folder}/${each}`]: "export default 1;\n" });
    const found = scan(root);
    for (const problem of found.problems) isPlaced(problem);
    const used = new Set([...(found.platform ? [found.platform] : []), ...found.helpers, ...found.tenants.flatMap(definitionFiles)]);
    const said = new Set(found.problems.flatMap((p) => [p.source!.file, ...(p.related ?? []).map((r) => r.file)]));
    for (const each of names) {
      const path = `${folder}/${each}`;
      const isCode = /\.[cm]?[jt]sx?$/.test(each) && !each.endsWith(".d.ts");
      expect(used.has(path) || said.has(path) || !isCode, path).toBe(true);
    }
  }), { seed, numRuns });
});

describe("a random import graph", () => {
  const SIZE = 8;
  const graph = fc.array(fc.uniqueArray(fc.nat(SIZE - 1), { maxLength: 4 }), { minLength: SIZE, maxLength: SIZE });
  const file = (n: number): string => `tenants/acme/d${n % 3}/p${n}.ts`;
  /** What a file reaches, without thinking about how it is found. */
  const reachable = (edges: number[][], from: number): Set<number> => { const seen = new Set<number>(); const go = (n: number): void => { for (const to of edges[n]!) if (!seen.has(to)) { seen.add(to); go(to); } }; go(from); return seen; };

  test("each cycle's files are named, once a cycle, and all that import them are left out", () => {
    fc.assert(fc.property(graph, (edges) => {
      lay(Object.fromEntries(edges.map((to, n) => [file(n), `${to.map((t) => `import x${t} from "${posix.relative(posix.dirname(file(n)), file(t)).replace(/^(?!\.)/, "./")}";`).join("\n")}\nexport default [${to.map((t) => `x${t}`).join()}];\n`])));
      const { problems, broken, reach } = importGraph(root, edges.map((_, n) => file(n)), []);
      const inCycle = edges.map((_, n) => n).filter((n) => reachable(edges, n).has(n));
      for (const problem of problems) { isPlaced(problem); expect(problem.code).toBe("BH2003"); }
      // Every problem is a cycle of the graph, told in order and back to its beginning.
      for (const { related = [], message } of problems) {
        const way = related.map((r) => edges.findIndex((_, n) => file(n) === r.file));
        way.forEach((n, i) => { expect(edges[n]).toContain(way[(i + 1) % way.length]); });
        expect(message).toBe(`import cycle: ${[...way, way[0]!].map(file).join(" -> ")}`);
      }
      const said = problems.map((p) => p.message);
      expect(new Set(said).size).toBe(said.length);
      const leadsToCycle = edges.map((_, n) => n).filter((n) => inCycle.includes(n) || inCycle.some((c) => reachable(edges, n).has(c)));
      expect([...broken].sort()).toEqual(leadsToCycle.map(file).sort());
      expect(problems.length > 0).toBe(inCycle.length > 0);
      for (const n of edges.keys()) expect([...reach(file(n))].sort()).toEqual([...new Set([n, ...reachable(edges, n)])].map(file).sort());
    }), { seed, numRuns });
  });
});
