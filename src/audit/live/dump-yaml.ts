/** Finds the objects of a YAML file by its lines: documents, and in a List the items of `items:`. */
import { type FoundDocument, readChunks, type Segment } from "./dump-segment.ts";

interface Line { text: string; start: number; end: number; number: number }

/** Characters of a line that are looked at; a certificate in one line is not kept. */
const LOOKED_AT = 256;

async function* readLines(file: string): AsyncGenerator<Line> {
  let [offset, number, start, text] = [0, 1, 0, ""];
  for await (const chunk of readChunks(file)) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      if (text.length < LOOKED_AT) text += chunk.toString("latin1", from, Math.min(end, from + LOOKED_AT));
      yield { text: text.replace(/\r$/, ""), start, end: offset + end + 1, number };
      [from, start, text] = [end + 1, offset + end + 1, ""];
      number++;
    }
    if (text.length < LOOKED_AT) text += chunk.toString("latin1", from, Math.min(chunk.length, from + LOOKED_AT));
    offset += chunk.length;
  }
  if (start < offset) yield { text, start, end: offset, number };
}

/**
 * Lines decide, as YAML's rules allow: a document's mark stands at the start of a line, even in quoted text; what belongs to an item of a block list
 * stands deeper than its dash. A list in another style stays in its document, which is then one object that is none: an error, never a gap.
 */
export async function* findYaml(file: string): AsyncGenerator<FoundDocument> {
  let first: Line | undefined;
  let end: Line | undefined;
  /** `head`: before `items:`; `items`; `tail`: behind them. */
  let part: "head" | "items" | "tail" = "head";
  let [items, indent]: [Segment[], number] = [[], -1];
  let [headEnd, tailStart, tailLine] = [0, 0, 0];
  const finish = (): FoundDocument | undefined => {
    if (first === undefined || end === undefined) return undefined;
    const [begin, stop] = [first, end.end];
    const found: FoundDocument = items.length === 0 ? { object: { start: begin.start, end: stop, line: begin.number, form: "yaml" } }
      : { items, around: [{ start: begin.start, end: headEnd, line: begin.number, form: "yaml" }, part === "tail" ? { start: tailStart, end: stop, line: tailLine, form: "yaml" } : { start: stop, end: stop, line: end.number, form: "yaml" }] };
    [first, end, part, items, indent] = [undefined, undefined, "head", [], -1];
    return found;
  };
  for await (const line of readLines(file)) {
    const { text } = line;
    if (/^(---|\.\.\.)(\s|$)/.test(text) || (first === undefined && text.startsWith("%"))) {
      const found = finish();
      if (found !== undefined) yield found;
      // An object may stand on the mark's own line.
      if (/^---\s+[^\s#]/.test(text)) [first, end] = [{ ...line, start: line.start + 3 }, line];
      continue;
    }
    const blank = /^\s*(#.*)?$/.test(text.replace(/^\u00ef\u00bb\u00bf/, ""));
    if (first === undefined && blank) continue;
    first ??= line;
    end = line;
    if (part === "head" && /^items:\s*(#.*)?$/.test(text)) [part, headEnd] = ["items", line.end];
    else if (part === "items" && !blank) {
      const dash = /^( *)-(\s|$)/.exec(text)?.[1]?.length;
      const depth = /^ */.exec(text)![0].length;
      if (indent < 0 && dash !== undefined) indent = dash;
      const last = items.at(-1);
      if (dash !== undefined && dash === indent) items.push({ start: line.start, end: line.end, line: line.number, form: "item" });
      else if (depth > indent && last !== undefined) last.end = line.end;
      else [part, tailStart, tailLine] = ["tail", line.start, line.number];
    } else if (part === "items" && items.length > 0) items.at(-1)!.end = line.end;
  }
  const found = finish();
  if (found !== undefined) yield found;
}
