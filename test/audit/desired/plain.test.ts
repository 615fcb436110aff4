/** The fast reader of manifests gives what the whole one gives, or nothing. */
import fc from "fast-check";
import { LineCounter, stringify } from "yaml";
import { describe, expect, test } from "vitest";
import { parse } from "../../../src/audit/desired/document.ts";
import { readPlain } from "../../../src/audit/desired/plain.ts";
import { suiteCount } from "../../real/provision/budget.ts";

/** What the reader of all of YAML gives; undefined where it complains. */
function whole(text: string): unknown {
  const documents = parse(text, new LineCounter());
  return documents.length === 1 && documents[0]!.errors.length + documents[0]!.warnings.length === 0 ? documents[0]!.toJS() : undefined;
}

const PLAIN: [string, string, unknown][] = [
  ["constants and numbers", "a: true\nb: false\nc: null\nd: ~\ne:\nf: 0\ng: -12\nh: 1.5\n", { a: true, b: false, c: null, d: null, e: null, f: 0, g: -12, h: 1.5 }],
  ["quantities and images are text", "a: 100m\nb: 64Mi\nc: r.example/api:1.4.2\nd: 10.0.0.0/8\ne: -x\nf: yesterday\n", { a: "100m", b: "64Mi", c: "r.example/api:1.4.2", d: "10.0.0.0/8", e: "-x", f: "yesterday" }],
  ["texts over lines", "a: |\n  x: 1\n  # y\nb: >-\n  one\n  two\nc: 'it''s'\nd: \"\\u00e9\\n\"\n", { a: "x: 1\n# y\n", b: "one two", c: "it's", d: "é\n" }],
  ["flow", "a: {b: [1, x], c: {}}\nd: []\n", { a: { b: [1, "x"], c: {} }, d: [] }],
  ["comments before", "--- # first\n# second\n\na: 1\n", { a: 1 }],
];
/** Left to the whole reader: what YAML 1.1 reads in its own way, and what is not plain or wrong. */
const LEFT: string[] = [
  "a: yes", "a: y", "a: Off", "a: 0644", "a: 0x1F", "a: 0b1", "a: 1_000", "a: 1e3", "a: 1:30", "a: .inf", "a: .nan", "a: .5", "a: +1", "a: 2024-01-01", "a: 00", "a: 1.", "a: 12345678901234567890", "a: =", "a: Null",
  "a: &x 1\nb: *x", "a: !!str 1", "<<: {a: 1}", "a: {<<: {b: 1}}", "? a\n: 1", "1: a", "true: a", "~: a", "{a: 1}: b", "a: 1\na: 2", "__proto__: {a: 1}", "'<<': {a: 1}",
  "a: 1\n...\nb: 2", "%YAML 1.1\n---\na: 1", "- a", "a", "", "# nothing", "a:\n\tb: 1", "a: 1\r\nb: 2\r\n", "\ufeffa: 1", "a: 'open", "a: [1", "a: b: c", "a: {{ x }}", "a: @x", "a: \u0000", " a: 1", "a:\n- [] b: 1", "a:\n- 'x'b: 1", "a:\n  - - {}b: 1", "a:\n- {}\u2028b: 1", "--- {a: 1}", "--- a: 1",
];

describe("what is plain", () => {
  test.each(PLAIN)("%s", (_, text, expected) => {
    expect(readPlain(text)?.value).toEqual(expected);
    expect(whole(text)).toEqual(expected);
  });
  test.each(LEFT.map((text) => [text]))("left alone: %j", (text) => { expect(readPlain(text)).toBeUndefined(); });
  test.each([["a: 1", 0], ["---\na: 1", 1], ["\n# x\n  # y\n\na: 1", 4], ["--- # x\n# y\na: 1", 2]])("where it begins: %j", (text, line) => { expect(readPlain(text)?.line).toBe(line); });
});

describe("never anything else than the whole reader", () => {
  const ordinary = fc.oneof(fc.constantFrom("api", "registry.example/api:1.4.2", "100m", "level: info\nport: 8080\n", "a b", "it's", "8080/tcp", "a-b_c", "$(X)", "one two three four five six seven"), fc.nat(), fc.boolean());
  const scalar = fc.oneof({ weight: 60, arbitrary: ordinary },
    fc.constantFrom("yes", "n", "0644", "1e3", "0x1f", "1_0", "12:30", "~", "null", "true", "<<", "=", "-", "- a", ": b", "a: b", "a #b", "#c", "a\nb", " a ", "a\n\n b\n", "{{ x }}", "%x", "@x", "`x", "&x", "*x", "!x", "|", ">", "'", "\"", "1.10", "-0", "0.0", "1e", "0o7", ".5", "2024-01-01", "", "\u00a0", "é", "𝕏"),
    fc.string({ maxLength: 12 }), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null),
  );
  const { tree } = fc.letrec((tie) => ({ tree: fc.oneof({ maxDepth: 4 }, scalar, fc.array(tie("tree"), { maxLength: 3 }), fc.dictionary(fc.oneof({ weight: 30, arbitrary: fc.constantFrom("name", "a", "b c", "f:x", "k8s.io/x") }, fc.string({ minLength: 1, maxLength: 6 }), fc.constantFrom("1", "yes", "<<")), tie("tree"), { maxKeys: 4 })) }));
  const object = fc.dictionary(fc.constantFrom("kind", "spec", "data", "a"), tree, { minKeys: 1, maxKeys: 4 });
  const written = fc.tuple(object, fc.record({ indent: fc.constantFrom(1, 2, 4), lineWidth: fc.constantFrom(0, 20, 80), defaultStringType: fc.constantFrom("PLAIN", "QUOTE_DOUBLE", "QUOTE_SINGLE", "BLOCK_LITERAL", "BLOCK_FOLDED"), indentSeq: fc.boolean(), version: fc.constantFrom("1.1", "1.2") })).map(([value, options]) => stringify(value, options as never));
  const PIECES = ["\n", " ", "  ", ":", ": ", "-", "- ", "#", " # x", "'", "\"", "|", ">", "|-\n", "[", "]", "{", "}", ",", "&a", "*a", "!t", "?", "%", "0", "1", "e", "_", ".", "yes", "~", "<<: ", "\t", "\r", "---\n", "...\n", "é", "\\", "\u2028", "\u0085"];
  const edited = fc.tuple(written, fc.array(fc.tuple(fc.nat(), fc.constantFrom(...PIECES), fc.constantFrom(0, 0, 1, 2)), { maxLength: 4 })).map(([text, edits]) => edits.reduce((now, [at, piece, cut]) => { const i = at % (now.length + 1); return now.slice(0, i) + piece + now.slice(i + cut); }, text));

  test("of documents as they are written, and with a few characters changed", () => {
    const numRuns = 10 * suiteCount("unit", "texts");
    let read = 0;
    fc.assert(fc.property(edited, (text) => {
      const plain = readPlain(text);
      if (!plain) return;
      read += 1;
      expect(plain.value).toStrictEqual(whole(text));
    }), { numRuns });
    expect(read).toBeGreaterThan(numRuns / 30);
  });
});
