/** Finds the objects of a JSON file: Lists as kubectl prints them, arrays, and objects one after the other. */
import { type FoundDocument, malformed, readChunks, type Segment } from "./dump-segment.ts";

const [QUOTE, BACKSLASH, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST, COLON, COMMA, NEWLINE] = [...Buffer.from('"\\{}[]:,\n')] as [number, number, number, number, number, number, number, number, number];
const isSpace = (byte: number): boolean => byte === 32 || byte === NEWLINE || byte === 13 || byte === 9;
const BOM = new Set([0xef, 0xbb, 0xbf]);
/** Longer than the one key that is looked for. */
const LONGEST_KEY = 8;

/** Only brackets, strings and the top's keys are looked at; whether an item is JSON shows when it is parsed. Throws a LiveError with the place. */
export async function* findJson(file: string): AsyncGenerator<FoundDocument> {
  let [offset, line, depth] = [0, 1, 0];
  let [inString, escaped, isKey, key] = [false, false, false, ""];
  let [start, startLine] = [0, 1];
  /** The list whose items are wanted: depth of its items (0: not in it), and where it opens. */
  let [itemDepth, itemStart, itemLine] = [0, 0, 0];
  let list: { items: Segment[]; open: number; openLine: number; close: number; closeLine: number } | undefined;
  const piece = (from: number, to: number, at: number): Segment => ({ start: from, end: to, line: at, form: "json" });
  for await (const chunk of readChunks(file)) {
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      const at = offset + i;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        else if (isKey && key.length < LONGEST_KEY) key += String.fromCharCode(byte);
        continue;
      }
      if (byte === NEWLINE) line++;
      if (isSpace(byte)) continue;
      if (byte === OPEN || byte === OPEN_LIST) {
        if (depth === 0) [start, startLine, list, isKey, key] = [at, line, undefined, byte === OPEN, ""];
        const opens = byte === OPEN_LIST && itemDepth === 0 && list === undefined && (depth === 0 || (depth === 1 && key === "items"));
        if (opens) [list, itemDepth] = [{ items: [], open: at + 1, openLine: line, close: 0, closeLine: 0 }, depth + 1];
        else if (depth === itemDepth) [itemStart, itemLine] = [at, line];
        depth++;
        if (depth > 1) isKey = false;
      } else if (byte === CLOSE || byte === CLOSE_LIST) {
        if (depth === 0) throw malformed(file, line, "closes a bracket that was never opened");
        depth--;
        if (list !== undefined && itemDepth > 0 && depth === itemDepth) list.items.push(piece(itemStart, at + 1, itemLine));
        else if (list !== undefined && depth === itemDepth - 1) [itemDepth, list.close, list.closeLine] = [0, at, line];
        if (depth === 0) yield list === undefined ? { object: piece(start, at + 1, startLine) } : { items: list.items, around: [piece(start, list.open, startLine), piece(list.close, at + 1, list.closeLine)] };
      } else if (depth === 0) {
        if (!(at < 3 && BOM.has(byte))) throw malformed(file, line, "this is no object");
      } else if (depth === itemDepth && byte !== COMMA) throw malformed(file, line, "an item of the list is no object");
      else if (byte === QUOTE) {
        inString = true;
        if (isKey) key = "";
      } else if (byte === COLON && depth === 1) isKey = false;
      else if (byte === COMMA && depth === 1) isKey = true;
    }
    offset += chunk.length;
  }
  if (depth > 0) throw malformed(file, line, "the file ends in the middle of an object: it was cut off");
}
