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
  return `${new Emitter().emit(value).replace(/^\n/, "")}\n`;
}

/** Names of fields come again and again; those of people's maps are bounded by this. */
const KNOWN_KEYS = 4096;
const keys = new Map<string, string>();

/** One document on its way out. The way to a value is only put into words for an error. */
class Emitter {
  #text = "";
  readonly #way: (string | number)[] = [];
  readonly #open: object[] = [];

  emit(value: unknown): string {
    this.#write(value, 0, "");
    return this.#text;
  }

  #write(value: unknown, indent: number, lead: string): void {
    if (typeof value !== "object" || value === null) { this.#text += lead + this.#scalar(value, indent); return; }
    if (this.#open.includes(value)) throw new TypeError(`${this.#path()} contains itself`);
    this.#open.push(value);
    if (Array.isArray(value)) this.#list(value, indent, lead);
    else this.#map(value, indent, lead, true);
    this.#open.pop();
  }

  #list(items: unknown[], indent: number, lead: string): void {
    if (items.length === 0) { this.#text += `${lead}[]`; return; }
    const dash = `\n${" ".repeat(indent)}-`;
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      this.#way.push(i);
      this.#text += dash;
      if (isCollection(item) && isFilled(item)) this.#nested(item, indent + 2);
      else this.#write(item, indent + 2, " ");
      this.#way.pop();
    }
  }

  /** `breaks`: the first entry starts on a line of its own. */
  #map(object: object, indent: number, lead: string, breaks: boolean): void {
    const prototype = Object.getPrototypeOf(object);
    if (prototype !== Object.prototype && prototype !== null) throw new TypeError(`${this.#path()} is no plain data but ${object.constructor?.name ?? "an object"}`);
    const pad = " ".repeat(indent);
    let begin = breaks ? `\n${pad}` : " ";
    let filled = false;
    for (const key of Object.keys(object)) {
      const item = (object as Record<string, unknown>)[key];
      if (item === undefined) continue;
      filled = true;
      this.#way.push(key);
      const name = this.#key(key);
      this.#text += name.length > LONGEST_KEY ? `${begin}? ${name}\n${pad}:` : `${begin}${name}:`;
      // Lists stand at their key's own indent, scalars that go on over lines two deeper.
      this.#write(item, Array.isArray(item) ? indent : indent + 2, " ");
      this.#way.pop();
      begin = `\n${pad}`;
    }
    if (!filled) this.#text += `${lead}{}`;
  }

  /** The first line of a nested collection goes on the dash's own line. */
  #nested(item: object, indent: number): void {
    if (!Array.isArray(item)) {
      if (this.#open.includes(item)) throw new TypeError(`${this.#path()} contains itself`);
      this.#open.push(item);
      this.#map(item, indent, "", false);
      this.#open.pop();
      return;
    }
    const before = this.#text;
    this.#text = "";
    this.#write(item, indent, "");
    this.#text = `${before} ${this.#text.slice(1 + indent)}`;
  }

  #key(key: string): string {
    const known = keys.get(key);
    if (known !== undefined) return known;
    const name = isPlain(key) && key.length < 120 ? key : this.#quote(key);
    if (keys.size < KNOWN_KEYS) keys.set(key, name);
    return name;
  }

  #scalar(value: unknown, indent: number): string {
    if (value === null) return "null";
    if (typeof value === "boolean") return String(value);
    if (typeof value === "number") {
      if (!Number.isFinite(value)) throw new TypeError(`${this.#path()} is ${value}, which YAML readers do not agree on`);
      // 1e21 and the like: a dot and a sign, or some readers see a string.
      return Object.is(value, -0) ? "-0.0" : String(value).replace(/^(-?[0-9]+)e/, "$1.0e");
    }
    if (typeof value !== "string") throw new TypeError(`${this.#path()} is no plain data but ${typeof value}`);
    if (isPlain(value)) return value;
    if (value.includes("\n") && value.isWellFormed() && value.search(SPECIAL) < 0 && !/(^|\n)[ \t]+(\n|$)/.test(value) && !/^[\s]/.test(value) && !/[ \t]\n|\n\n$/.test(value)) return block(value, indent);
    return this.#quote(value);
  }

  /** Double quotes. JSON's escapes are YAML's too, but never half a pair: Go's reader refuses `\ud83d` even where its other half follows. */
  #quote(text: string): string {
    if (!text.isWellFormed()) throw new TypeError(`${this.#path()} holds half a surrogate pair, which no YAML can carry`);
    return JSON.stringify(text).replace(SPECIAL, (ch) => {
      const code = ch.codePointAt(0)!.toString(16);
      return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
    });
  }

  #path(): string { return `$${this.#way.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("")}`; }
}

const isCollection = (value: unknown): value is object => typeof value === "object" && value !== null;
const isFilled = (value: object): boolean => (Array.isArray(value) ? value.length > 0 : Object.values(value).some((v) => v !== undefined));
const isPlain = (text: string): boolean => PLAIN.test(text) && !AMBIGUOUS.test(text) && !text.endsWith(" ");

/** Text for one comment line: whatever could end the line or hide in it becomes a space, and so does a run of spaces. */
export const oneLine = (text: string): string => text.toWellFormed().replace(SPECIAL, " ").replace(/\s+/g, " ").trim();

function block(text: string, indent: number): string {
  const chomp = text.endsWith("\n") ? "" : "-";
  const pad = " ".repeat(Math.max(indent, 2));
  const body = text.replace(/\n$/, "").split("\n").map((line) => (line === "" ? "" : pad + line)).join("\n");
  return `|${chomp}\n${body}`;
}
