/**
 * The plain part of YAML, many times faster than all of it: no anchors, tags, merge keys or directives, and no scalar that YAML 1.1 and 1.2, or two
 * readers, could take for different things. What is outside of it is left to the reader that knows everything, so that both give the same.
 */
import { defineMappingTag, defineScalarTag, load, mapTag, NOT_RESOLVED, Schema, seqTag, strTag } from "js-yaml";

const [NOT_PLAIN, MERGE] = ["not plain", "<<"];
const CONSTANTS: ReadonlyMap<string, null | boolean> = new Map<string, null | boolean>([["", null], ["~", null], ["null", null], ["true", true], ["false", false]]);
const NUMBER = /^(?:0|-?[1-9][0-9]{0,14}|-?(?:0|[1-9][0-9]{0,9})\.[0-9]{1,6})$/;
/** Everything that some version of YAML reads as no text. */
const DOUBTFUL = /^(?:y|n|yes|no|on|off|true|false|null|~|=|<<|[-+]?(?:\.|[0-9])[0-9a-fxo_.:e+-]*|[-+]?\.(?:inf|nan))$/i;

const scalar = defineScalarTag<null | boolean | number>("tag:bulkhead.dev,2026:plain", {
  implicit: true,
  identify: () => false,
  resolve: (source) => {
    const constant = CONSTANTS.get(source);
    if (constant !== undefined) return constant;
    if (NUMBER.test(source)) return Number(source);
    if (DOUBTFUL.test(source)) throw new Error(NOT_PLAIN);
    return NOT_RESOLVED;
  },
});
const mapping = defineMappingTag<Record<string, unknown>>(mapTag.tagName, {
  create: () => ({}),
  addPair: (map, key, value) => {
    if (typeof key !== "string" || key === MERGE || key === "__proto__") return NOT_PLAIN;
    map[key] = value;
    return "";
  },
  has: (map, key) => Object.hasOwn(map, key as string),
  keys: Object.keys,
  get: (map, key) => map[key as string],
  identify: () => false,
});
const SCHEMA = new Schema([strTag, seqTag, mapping, scalar]);

/** Lines before the first of an object's own: one that begins a document, comments, empty ones. */
const HEAD = /^(?:---[ ]*(?:[ ]#[^\n]*)?\n)?(?:[ ]*(?:#[^\n]*)?\n)*(?=[A-Za-z])/;
/** What may be an anchor, an alias, a tag or a directive, or end a document; characters on which readers differ. */
const SPECIAL = /(?:^|[\s,[{:-])[&*!%]|\t|\r|\n\.\.\.|:[ ]*\n[ ]*#|[^\n\x20-\x7e\xa1-\u2027\u202a-\ud7ff]/;
/** An item of a list that begins with a quote or a bracket, and more than that one: js-yaml lets a key stand behind it. */
const ITEM = /^[ -]*- +(?!(?:\[\]|\{\}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*')$)["'[{]/m;

/** The one object of a document, and its first line from 0; undefined where the document is not plain, or no object. */
export function readPlain(text: string): { value: Record<string, unknown>; line: number } | undefined {
  const head = HEAD.exec(text)?.[0];
  if (head === undefined || SPECIAL.test(text) || ITEM.test(text)) return undefined;
  try {
    const value: unknown = load(text, { schema: SCHEMA });
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    let line = 0;
    for (let at = head.indexOf("\n"); at >= 0; at = head.indexOf("\n", at + 1)) line++;
    return { value: value as Record<string, unknown>, line };
  } catch {
    return undefined;
  }
}
