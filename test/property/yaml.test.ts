import fc from "fast-check";
import { load, YAML11_SCHEMA } from "js-yaml";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { emitYaml } from "../../src/yaml/emit.ts";
import { suiteCount } from "../real/provision/budget.ts";

const seed = Number(process.env["BULKHEAD_SEED"] ?? 20240607);
const numRuns = suiteCount("unit", "texts");
console.log(`fast-check seed ${seed}, ${numRuns} runs`);

const READERS: [string, (text: string) => unknown][] = [
  ["yaml 1.1", (text) => parse(text, { version: "1.1" })],
  ["yaml 1.2", (text) => parse(text, { version: "1.2" })],
  ["yaml 1.2 json schema", (text) => parse(text, { version: "1.2", schema: "core" })],
  ["js-yaml", (text) => load(text)],
  ["js-yaml 1.1", (text) => load(text, { schema: YAML11_SCHEMA })],
];

const AWKWARD = [
  "y", "n", "Y", "N", "yes", "No", "on", "OFF", "true", "False", "null", "~", "", " ", "=", "<<", ".inf", "-.INF", "+.inf", ".nan", ".", "..", "...", "... a", "._", "+.", "e0", "E-5", "_.e5", "---", "--- a",
  "-", "- a", "--flag", "-a", "?", "? a", ":", ": a", "a:", "a: b", "a #b", "#a", "a#b", "&a", "*a", "!a", "!!str a", "%YAML 1.2", "@a", "`a", "|", ">", "{", "}", "[", "]", "{}", "[]", ",",
  "0", "-0", "+1", "017", "0o17", "0x1F", "0b11", "1_000", "1,000", "12:30:45", "190:20:30.15", "1e3", "1E+3", "1.5", ".5", "5.", "1.", "_1", "1.2.3", "2024-01-01", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.10 -5",
  "10Gi", "15m", "500m", "v1", "1a", "a'b", "a\"b", "'", "\"", "\\", "a\\b", "\t", "\ta", "a\t", "a ", " a", "a\n", "a\n\n", "\na", "\n", "\n\n", "a\nb", "a\n b", " a\nb", "\ta\nb", "\n a\nb", "a\n\tb\n", "a \nb", "a\n \nb", "a\n\nb\n\n\n",
  "a\r\nb", "\r", "\u0085", "a\u0085b\n", "\u2028", "a\u2028b\nc", "\u2029", "\ufeff", "\ufeffa\nb", "a\ufeffb", "\u0000", "\u0007", "\u007f", "\u00a0a", "\u200b", "\u202e", "\ufffe", "\uffff", "\u{e0041}", "é", "日本\n語", "😀", "😀\n😀\n", "👨‍👩‍👧",
  "# comment\nb", "- a\n- b\n", "a: b\nc: d", "---\na\n", "a\n---\nb", "a\n...\nb", "%a\nb", "__proto__", "constructor", "a".repeat(1100), "é".repeat(1100),
];

const line = fc.oneof(fc.constantFrom("", " ", "  a", "\t", "\ta", "a", "a ", "# a", "- a", "a: b", "---", "é"), fc.string({ unit: "grapheme", maxLength: 8 }));
const text = fc.oneof(
  fc.constantFrom(...AWKWARD),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(..."0123456789abcdefxobtTzZ_.,:+- yn~"), maxLength: 8 }),
  fc.array(line, { maxLength: 6 }).map((lines) => lines.join("\n")),
  fc.tuple(fc.array(line, { maxLength: 4 }), fc.nat(3)).map(([lines, n]) => lines.join("\n") + "\n".repeat(n)),
);
const number = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true })).map((n) => (Object.is(n, -0) ? 0 : n));
const { value } = fc.letrec<{ value: unknown; leaf: unknown }>((tie) => ({
  leaf: fc.oneof({ weight: 4, arbitrary: text }, number, fc.boolean(), fc.constant(null)),
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small", withCrossShrink: true },
    tie("leaf"),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(text.filter((key) => key !== "__proto__"), tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

const isText = (candidate: unknown): boolean => typeof candidate !== "string" || candidate.isWellFormed();

describe("emitYaml reads back", () => {
  for (const [name, read] of READERS) {
    it(`as it was under ${name}`, () => {
      fc.assert(fc.property(value, (x) => void expect(read(emitYaml(x))).toEqual(x)), { seed, numRuns });
    });
  }

  it("as it was for every awkward string as value, key, entry and document, under every reader", () => {
    for (const [, read] of READERS) {
      for (const x of AWKWARD) {
        if (x !== "__proto__") expect(read(emitYaml({ [x]: { [x]: [x, [x, { [x]: x }]], other: x } }))).toEqual({ [x]: { [x]: [x, [x, { [x]: x }]], other: x } });
        expect(read(emitYaml(x))).toEqual(x);
        expect(read(emitYaml({ a: x, b: [x, x], c: x, d: 1 }))).toEqual({ a: x, b: [x, x], c: x, d: 1 });
      }
    }
  });

  it("for the key __proto__ as an own property", () => {
    const x = JSON.parse('{"a": {"__proto__": {"b": 1}}}') as { a: object };
    for (const [, read] of READERS) expect(JSON.stringify(read(emitYaml(x)))).toBe(JSON.stringify(x));
  });

  it("has no character a reviewer cannot see, and is the same for the same data", () => {
    fc.assert(fc.property(value, (x) => {
      const out = emitYaml(x);
      expect(out).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u00a0\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/);
      // Go's reader refuses an escaped half of a pair even where the other half follows.
      expect(out).not.toMatch(/(?<!\\)(?:\\\\)*\\ud[89a-f]/);
      expect(out.endsWith("\n")).toBe(true);
      expect(emitYaml(structuredClone(x))).toBe(out);
    }), { seed, numRuns });
  });

  it("or is refused when text is not well-formed Unicode", () => {
    fc.assert(fc.property(fc.string({ unit: fc.integer({ min: 0xd700, max: 0xe100 }).map((n) => String.fromCharCode(n)), maxLength: 4 }), (x) => {
      if (isText(x)) expect(load(emitYaml({ x }))).toEqual({ x });
      else expect(() => emitYaml({ a: [{ x }] })).toThrow(/surrogate/);
    }), { seed, numRuns });
  });
});
