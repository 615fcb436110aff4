/** Documents of foreign manifests, one at a time and with positions; as Kubernetes' own tools read them. */
import { type Document, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, type Tags, type YAMLMap, visit } from "yaml";
import { type Problem, unloadable } from "../../model/problem.ts";
import { readPlain } from "./plain.ts";

/** A document's bytes within its file. */
export interface Piece { offset: number; length: number; /** Of its first byte, from 1. */ line: number }
/** One object: where it starts, and its way: the document's number in the piece (more than one where some end with `...`), then through the `items` of lists. */
export interface Found { value: unknown; line: number; column: number; way: number[] }

/** Bytes of one YAML document that is parsed with positions: its tree takes some 25 times as much. */
const LONGEST = 32 * 1024 * 1024;

/** Cuts a file at its `---` lines, which end a document wherever they stand: also in the middle of a text, by YAML's own rule. */
export function piecesOf(bytes: Buffer): Piece[] {
  const starts = [0];
  for (let at = bytes.indexOf("\n---"); at >= 0; at = bytes.indexOf("\n---", at + 1)) {
    const after = bytes[at + 4];
    if (after === undefined || after === 10 || after === 13 || after === 32 || after === 9) starts.push(at + 1);
  }
  let line = 1;
  let counted = 0;
  return starts.map((offset, i) => {
    for (let at = bytes.indexOf(10, counted); at >= 0 && at < offset; at = bytes.indexOf(10, at + 1)) line++;
    counted = offset;
    return { offset, length: (starts[i + 1] ?? bytes.length) - offset, line };
  });
}

/**
 * The tags of Go's YAML, which kubectl, Argo CD and Flux read with: of YAML 1.1 yes and no, octal and merge keys, but no times, no base 60 and no sets.
 */
const GO_TAGS = (tags: Tags): Tags => tags
  .filter((tag) => typeof tag === "string" || !(["timestamp", "binary", "omap", "pairs", "set"].some((name) => tag.tag === `tag:yaml.org,2002:${name}`) || ("format" in tag && tag.format === "TIME")))
  // Without a digit it is a text: `.` and `e10` are no numbers to Go.
  .map((tag) => (typeof tag === "string" || tag.tag !== "tag:yaml.org,2002:float" || tag.test?.test(".inf") ? tag : { ...tag, test: "format" in tag && tag.format === "EXP" ? EXPONENT : DECIMAL }) as (typeof tags)[number]);
const EXPONENT = /^[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)[eE][-+]?[0-9]+$/;
const DECIMAL = /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)$/;

/** Objects of one document, lists of Kubernetes taken apart; problems where it cannot be read. `bytes` are those of the piece. */
export function readPiece(bytes: Buffer, piece: Piece, file: string): { found: Found[]; problems: Problem[] } {
  const at = (line: number, column: number) => ({ file, path: "", line: piece.line + line - 1, column });
  if (bytes[0] === 0xfe && bytes[1] === 0xff || bytes[0] === 0xff && bytes[1] === 0xfe) return refused("BH7303", "the file is UTF-16, and manifests are UTF-8", at(1, 1), "save it as UTF-8");
  const text = decode(bytes);
  if (text === undefined) return refused("BH7303", "the file is not UTF-8 here", at(brokenLine(bytes), 1), "save it as UTF-8");
  if (bytes.length > LONGEST) return readLong(text, at(1, 1), bytes.length);
  const plain = readPlain(text);
  // Items of a list have places of their own.
  if (plain && !listItems(plain.value)) return { found: [{ value: plain.value, line: piece.line + plain.line, column: 1, way: [0] }], problems: [] };
  const lines = new LineCounter();
  const documents = parse(text, lines);
  const found: Found[] = [];
  const problems: Problem[] = [];
  const place = (offset: number) => { const { line, col } = lines.linePos(offset); return at(Math.max(line, 1), Math.max(col, 1)); };
  for (const [number, document] of documents.entries()) {
    const wrong = faultOf(document, text);
    if (wrong) { problems.push(unloadable(wrong.code, wrong.message, place(wrong.offset), wrong.hint)); continue; }
    if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) continue;
    try {
      expand(document.toJS() as unknown, document.contents as Node, place, [number], found);
    } catch (error) {
      problems.push(unloadable("BH7303", `the document cannot be read: ${(error as Error).message}`, place(document.range?.[0] ?? 0), "write it out without so many aliases"));
    }
  }
  return { found, problems };
}

/** Values of a piece that was read before; none where it cannot be read now. JSON is read as such: it is many times faster. */
export function valuesOf(bytes: Buffer): unknown[] {
  const text = decode(bytes);
  if (text === undefined) return [];
  const plain = readPlain(text);
  if (plain) return [plain.value];
  try { return [JSON.parse(text) as unknown]; } catch { /* YAML then */ }
  try { return parse(text, new LineCounter()).map((document) => (document.errors.length > 0 ? undefined : (document.toJS() as unknown))); } catch { return []; }
}

/** The object at a way into the values of a piece. */
export function follow(values: readonly unknown[], [number, ...way]: readonly number[]): unknown {
  return inside(values[number!], way);
}

function inside(value: unknown, way: readonly number[]): unknown {
  return way.reduce<unknown>((list, step) => (listItems(list) ? named(listItems(list)![step], list as Listing) : undefined), value);
}

interface Listing { apiVersion?: unknown; kind?: unknown; items?: unknown }
/** Items of a `List` or a typed list such as `ConfigMapList`. */
function listItems(value: unknown): unknown[] | undefined {
  const list = value as Listing | null;
  if (typeof list !== "object" || list === null || typeof list.kind !== "string" || !list.kind.endsWith("List")) return undefined;
  return Array.isArray(list.items) ? list.items : list.items === null ? [] : undefined;
}

/** An item of a typed list may leave out what the list says for all. */
function named(item: unknown, { apiVersion, kind }: Listing): unknown {
  if (kind === "List" || typeof item !== "object" || item === null || Array.isArray(item)) return item;
  return { apiVersion, kind: String(kind).slice(0, -"List".length), ...item };
}

function expand(value: unknown, node: Node | undefined, place: (offset: number) => { line: number; column: number }, way: number[], found: Found[]): void {
  const items = listItems(value);
  if (!items) { const { line, column } = place(node?.range?.[0] ?? 0); found.push({ value, line, column, way }); return; }
  const nodes = isMap(node) ? (node as YAMLMap).get("items", true) : undefined;
  for (const i of items.keys()) {
    const item = isSeq(nodes) ? (nodes.items[i] as Node) : undefined;
    expand(inside(value, [i]), item ?? node, place, [...way, i], found);
  }
}

/** Documents of a text, with places, by the reader of all of YAML. */
export function parse(text: string, lineCounter: LineCounter): Document[] {
  const documents = parseAllDocuments(text, { lineCounter, version: "1.1", customTags: GO_TAGS, prettyErrors: false, logLevel: "error", stringKeys: false });
  return "empty" in documents ? [] : (documents as Document[]);
}

/** What is wrong with a document, if anything is: templates are told from mere mistakes. */
function faultOf(document: Document, text: string): { code: string; message: string; offset: number; hint: string } | undefined {
  const template = /\{\{/.exec(text);
  const asTemplate = () => ({ code: "BH7306", message: "this is a template, and no manifest", offset: template!.index, hint: "render it first: give what helm template, or your own tool, prints" });
  const [error] = document.errors;
  if (error) return template ? asTemplate() : { code: "BH7303", message: `not YAML: ${error.message.split("\n")[0]}`, offset: error.pos[0], hint: "the mistake is at the mark or just before it" };
  const [warning] = document.warnings;
  if (warning) return { code: "BH7303", message: `not plain YAML: ${warning.message.split("\n")[0]}`, offset: warning.pos[0], hint: "manifests have no tags of their own" };
  let odd: number | undefined;
  visit(document, { Pair: (_, pair) => {
    if (!isPair(pair) || isScalar(pair.key) || pair.key === null) return undefined;
    odd = (pair.key as Node).range?.[0] ?? 0;
    return visit.BREAK;
  } });
  if (odd === undefined) return undefined;
  return template ? asTemplate() : { code: "BH7303", message: "a key is no text here", offset: odd, hint: "keys of an object are texts" };
}

/** JSON too long for positions: only where the document begins is known. */
function readLong(text: string, start: { file: string; path: string; line: number; column: number }, size: number): { found: Found[]; problems: Problem[] } {
  const found: Found[] = [];
  try {
    expand(JSON.parse(text), undefined, () => start, [0], found);
    return { found, problems: [] };
  } catch {
    return refused("BH7308", `one document of ${Math.round(size / 1e6)} MB is too long to read`, start, "give each object a document of its own, between lines of ---");
  }
}

function refused(code: string, message: string, source: { file: string; path: string; line: number; column: number }, hint: string): { found: Found[]; problems: Problem[] } {
  return { found: [], problems: [unloadable(code, message, source, hint)] };
}

function decode(bytes: Uint8Array): string | undefined {
  try { return new TextDecoder("utf-8", { fatal: true }).decode(bytes); } catch { return undefined; }
}

/** The first line that is not UTF-8, from 1. */
function brokenLine(bytes: Buffer): number {
  for (let line = 1, at = 0; ; line++) {
    const end = bytes.indexOf(10, at);
    if (end < 0 || decode(bytes.subarray(at, end)) === undefined) return line;
    at = end + 1;
  }
}
