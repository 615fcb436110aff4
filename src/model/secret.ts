/** What is secret: by what it looks like, by the key it stands under; and how it is masked. */
import { keyOf } from "./pointer.ts";

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

const WORDS = "pass(?:word|wd|phrase)|(?<![a-z])pass|secret|token|bearer|credentials?|private[-_.]?key|api[-_.]?key|access[-_.]?key|secret[-_.]?(?:access[-_.]?)?key|client[-_.]?secret|connection[-_.]?string";
/** A whole key, or the end of one: `password`, `DB_PASSWORD`, `vault.example/token`, `adminPassword`, `PGPASSWORD`. */
const SECRET_KEY = new RegExp(`(?:^|[-_./])(?:${WORDS})$`, "i");
const CAMEL_KEY = /[a-z0-9](?:Password|Passphrase|Secret|Token|ApiKey|PrivateKey|AccessKey|SecretKey)$|(?:PASSWORD|PASSWD|SECRET|TOKEN)$/;
/** Keys whose text copies a whole object, Secrets included, or holds a registry's logins. */
const COPIES = new Set(["kubectl.kubernetes.io/last-applied-configuration", "kapp.k14s.io/original", ".dockerconfigjson", ".dockercfg"]);
/** True for a key whose value is a secret. */
export const secretKey = (key: string): boolean => SECRET_KEY.test(key) || CAMEL_KEY.test(key) || COPIES.has(key);

/** Dots, as many as the text has characters. */
const dots = (text: string): string => "•".repeat(text.length);

/**
 * A copy in which what looks like a secret is dots of the same length: by its key, by itself, or as the `value` of an entry whose `name` is such a
 * key, as environment variables are.
 */
export function masked(value: unknown, key = ""): unknown {
  if (typeof value === "string") return secretKey(key) || secretLooking(value).length > 0 ? dots(value) : value;
  if (typeof value === "number") return secretKey(key) ? dots(String(value)) : value;
  if (Array.isArray(value)) return value.map((item) => masked(item, key));
  if (typeof value !== "object" || value === null) return value;
  const named = (value as { name?: unknown }).name;
  return Object.fromEntries(Object.entries(value).map(([k, inner]) => [k, masked(inner, k === "value" && typeof named === "string" && secretKey(named) ? named : k)]));
}

const BLOCK = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const IN_TEXT = SHAPES.slice(1).map((shape) => new RegExp(shape.source, "g"));
const ASSIGNED = new RegExp(`((?:${WORDS})["']?\\s{0,3}[=:]\\s{0,3}["']?(?:(?:basic|bearer|digest)\\s{1,3})?|\\b(?:authorization["']?\\s{0,3}:\\s{0,3}["']?(?:basic|digest)|bearer)\\s{1,3})([^\\s"',;&]{3,})`, "gi");

/** Text with everything in it masked at equal length that looks like a secret by itself. */
export const maskShapes = (text: string): string => (HINT.test(text) ? IN_TEXT.reduce((so, shape) => so.replace(shape, dots), text.replace(BLOCK, dots)) : text);

/** The same, and what text assigns to a secret's name: `password=…`, `"token": "…"`, `Authorization: Bearer …`. */
export const maskText = (text: string): string => maskShapes(text).replace(ASSIGNED, (_, before: string, value: string) => `${before}${dots(value)}`);

/** A value as it may be shown: by key and look, and inside longer texts such as a file in a ConfigMap. */
export const shownValue = (value: unknown, key: string): unknown => texts(masked(value, key));

function texts(value: unknown): unknown {
  if (typeof value === "string") return maskText(value);
  if (Array.isArray(value)) return value.map(texts);
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, texts(inner)]));
  return value;
}

/** False for a value that would be shown masked where the pointer says it stands. */
export const isShowable = (pointer: string, value: unknown): boolean => JSON.stringify(shownValue(value, keyOf(pointer))) === JSON.stringify(value);
