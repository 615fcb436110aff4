/** Writes YAML that every reader understands alike: block style, no anchors, every doubtful string quoted. */

/** Values that can be written; `undefined` members are dropped. */
export type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain | undefined };

// Whatever YAML 1.1, YAML 1.2 or JSON could read as something else than a string: numbers in every base, times, dates, booleans, nulls, merges,
// numbers without a digit before or after the dot (`.`, `._`, `e0`: NaN to a YAML 1.1 reader), the end of a document.
const AMBIGUOUS = /^(?:[-+.]?[0-9].*|[-+]?\.[0-9_.]*|[0-9_]*(?:\.[0-9_]*)?e[-+]?[0-9]+|[-+]?\.?(?:inf|nan).*|0[xob].*|y|n|yes|no|on|off|true|false|null|~|=|<<|none|\.\.\..*)$/i;
// A plain scalar: starts with a letter, digit, slash or underscore, holds nothing that means something to YAML.
const PLAIN = /^[A-Za-z0-9/_.][A-Za-z0-9 _./@+()=*<>$^|~;%-]*$/;
// Never bare: controls, every line break of any YAML, the byte order mark, non-characters, and what a reviewer cannot see or what reorders
// the text around it (zero width, bidirectional, variation selectors, tags). Fixed ranges: `\p{…}` would change with Node's Unicode version.
const SPECIAL = /[\u0000-\u0008\u000b-\u001f\u007f-\u00a0\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\ufff0-\uffff\u{e0000}-\u{e0fff}]/gu;
/** YAML allows an implicit key 1024 characters; a longer one is written explicitly. */
const LONGEST_KEY = 1000;

/** One YAML document ending in a newline. Throws a TypeError with the path of what is no plain data. */
export function emitYaml(value: unknown): string {
  const out: string[] = [];
  write(value, 0, "", out, "$", new Set());
  return `${out.join("").replace(/^\n/, "")}\n`;
}

function write(value: unknown, indent: number, lead: string, out: string[], path: string, open: Set<object>): void {
  if (typeof value !== "object" || value === null) { out.push(lead, scalar(value, indent, path)); return; }
  if (open.has(value)) throw new TypeError(`${path} contains itself`);
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) throw new TypeError(`${path} is no plain data but ${value.constructor?.name ?? "an object"}`);
  open.add(value);
  if (Array.isArray(value)) list(value, indent, lead, out, path, open);
  else map(value as Record<string, unknown>, indent, lead, out, path, open);
  open.delete(value);
}

function list(items: unknown[], indent: number, lead: string, out: string[], path: string, open: Set<object>): void {
  if (items.length === 0) { out.push(lead, "[]"); return; }
  const pad = " ".repeat(indent);
  items.forEach((item, i) => {
    out.push("\n", pad, "-");
    if (isCollection(item) && isFilled(item)) nested(item, indent + 2, out, `${path}[${i}]`, open);
    else write(item, indent + 2, " ", out, `${path}[${i}]`, open);
  });
}

function map(object: Record<string, unknown>, indent: number, lead: string, out: string[], path: string, open: Set<object>): void {
  const entries = Object.entries(object).filter(([, v]) => v !== undefined);
  if (entries.length === 0) { out.push(lead, "{}"); return; }
  const pad = " ".repeat(indent);
  for (const [key, item] of entries) {
    const name = quoteKey(key, `${path}.${key}`);
    if (name.length > LONGEST_KEY) out.push("\n", pad, `? ${name}\n${pad}:`);
    else out.push("\n", pad, name, ":");
    const inside = Array.isArray(item) || !isCollection(item) ? indent : indent + 2;
    if (Array.isArray(item)) write(item, indent, " ", out, `${path}.${key}`, open);
    else write(item, inside + (isCollection(item) ? 0 : 2), " ", out, `${path}.${key}`, open);
  }
}

/** The first line of a nested collection goes on the dash's own line. */
function nested(item: object, indent: number, out: string[], path: string, open: Set<object>): void {
  const inner: string[] = [];
  write(item, indent, "", inner, path, open);
  inner[0] = "";
  inner[1] = " ";
  out.push(...inner);
}

const isCollection = (value: unknown): value is object => typeof value === "object" && value !== null;
const isFilled = (value: object): boolean => (Array.isArray(value) ? value.length > 0 : Object.values(value).some((v) => v !== undefined));
const quoteKey = (key: string, path: string): string => (isPlain(key) && key.length < 120 ? key : quote(key, path));
const isPlain = (text: string): boolean => PLAIN.test(text) && !AMBIGUOUS.test(text) && !text.endsWith(" ");

function scalar(value: unknown, indent: number, path: string): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${path} is ${value}, which YAML readers do not agree on`);
    // 1e21 and the like: a dot and a sign, or some readers see a string.
    return Object.is(value, -0) ? "-0.0" : String(value).replace(/^(-?[0-9]+)e/, "$1.0e");
  }
  if (typeof value !== "string") throw new TypeError(`${path} is no plain data but ${typeof value}`);
  if (isPlain(value)) return value;
  if (value.includes("\n") && value.isWellFormed() && value.search(SPECIAL) < 0 && !/(^|\n)[ \t]+(\n|$)/.test(value) && !/^[\s]/.test(value) && !/[ \t]\n|\n\n$/.test(value)) return block(value, indent);
  return quote(value, path);
}

/** Double quotes. JSON's escapes are YAML's too, but never half a pair: Go's reader refuses `\ud83d` even where its other half follows. */
function quote(text: string, path: string): string {
  if (!text.isWellFormed()) throw new TypeError(`${path} holds half a surrogate pair, which no YAML can carry`);
  return JSON.stringify(text).replace(SPECIAL, (ch) => {
    const code = ch.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
}

/** Text for one comment line: whatever could end the line or hide in it becomes a space, and so does a run of spaces. */
export const oneLine = (text: string): string => text.toWellFormed().replace(SPECIAL, " ").replace(/\s+/g, " ").trim();

function block(text: string, indent: number): string {
  const chomp = text.endsWith("\n") ? "" : "-";
  const pad = " ".repeat(Math.max(indent, 2));
  const body = text.replace(/\n$/, "").split("\n").map((line) => (line === "" ? "" : pad + line)).join("\n");
  return `|${chomp}\n${body}`;
}
