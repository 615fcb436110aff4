import fc from "fast-check";
import * as jsyaml from "js-yaml";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { emitYaml } from "../../src/render/yaml.ts";

const awkward = ["y", "no", "on", "1_000", "12:30:45", "0o17", "=", "<<", "2024-01-01", "~", ".inf", "1e3", "0x1F", "- a", "a: b", "a #b", " x", "x ", "\n", "a\n", "a\n\n", "\na", "a\n b", "\t", "a\tb\n", "%x", "@a", "`", "|", ">", "!t", "&a", "*a", "?", "-", "--- a", "...", "#", "a:", "[", "{", ",", "'", '"', "\\", "", "null", "010", "+1", "1.", "0b1", "1,000", "190:20:30", "\ufeff", "\u2028", "\u0085"];
const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }).filter((s) => s.isWellFormed()), fc.constantFrom(...awkward), fc.array(fc.constantFrom("a", "  b", "", "c ", "\td", "#x", "-", "é"), { maxLength: 6 }).map((lines) => lines.join("\n")));
const leaf = fc.oneof(text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)), fc.boolean(), fc.constant(null));
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("value"), { maxLength: 4 }), fc.dictionary(text.filter((k) => k !== "__proto__"), tie("value"), { maxKeys: 4 })),
}));

test("what is written is read back the same by YAML 1.1, YAML 1.2 and js-yaml", () => {
  fc.assert(fc.property(value, (v) => {
    const plain = JSON.parse(JSON.stringify(v));
    const written = emitYaml(plain);
    for (const read of [(t: string) => parse(t), (t: string) => parse(t, { version: "1.1" }), (t: string) => jsyaml.load(t)]) expect(JSON.parse(JSON.stringify(read(written)))).toEqual(plain);
  }), { numRuns: 2000 });
});

test.each([["NaN", { a: Number.NaN }, /\$\.a is NaN/], ["a function", { a: [() => 1] }, /\$\.a\[0\]/], ["a date", { a: new Date(0) }, /\$\.a is no plain data but Date/], ["half a surrogate", { a: "\ud800" }, /surrogate/]])("refuses %s with its place", (_, bad, message) => {
  expect(() => emitYaml(bad)).toThrow(message);
});
