/** What is secret: by what it looks like, by the key it stands under; and how it is masked. */

/** What looks like a credential: keys and tokens by their published shapes, private key blocks. All are bounded: text may be a megabyte. */
const SHAPES = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/, /\bAKIA[0-9A-Z]{16}\b/, /\bgh[pousr]_[A-Za-z0-9]{36}\b/, /\bxox[abprs]-[A-Za-z0-9-]{10,}\b/,
  /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\b/, /\bsk-[A-Za-z0-9_-]{20,}\b/, /\bhvs\.[A-Za-z0-9_-]{20,}\b/, /(?<![a-z+])[a-z+]{2,20}:\/\/[^\s/:@"'$]{1,100}:[^\s/@"'$]{3,200}@/,
];

// Every shape holds one of these, in letters that YAML and JSON write as they are.
const HINT = /PRIVATE KEY|AKIA|gh[pousr]_|xox[abprs]-|eyJ|sk-|hvs\.|:\/\/[^\s/:@]{1,100}:[^\s/@]/;

/** False when nothing in an object's YAML or JSON text can look like a secret: one look at the text spares eight at every string. */
export const maySecret = (text: string): boolean => HINT.test(text);

/** JSON pointers of strings that look like secrets. */
export function secretLooking(value: unknown, pointer = ""): string[] {
  if (typeof value === "string") return HINT.test(value) && SHAPES.some((shape) => shape.test(value)) ? [pointer] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => secretLooking(inner, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`));
}

const SECRET_KEY = /^(?:pass(?:word|wd|phrase)?|secret|token|bearer|private[-_.]?key|api[-_.]?key|access[-_.]?key|secret[-_.]?(?:access[-_.]?)?key|client[-_.]?secret|connection[-_.]?string)$/i;

/** Dots, as many as the text has characters. */
const dots = (text: string): string => "•".repeat(text.length);

/** A copy in which what looks like a secret, by its key or by itself, is dots of the same length. */
export function masked(value: unknown, key = ""): unknown {
  if (typeof value === "string") return SECRET_KEY.test(key) || secretLooking(value).length > 0 ? dots(value) : value;
  if (typeof value === "number") return SECRET_KEY.test(key) ? dots(String(value)) : value;
  if (Array.isArray(value)) return value.map((item) => masked(item, key));
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([k, inner]) => [k, masked(inner, k)]));
  return value;
}
