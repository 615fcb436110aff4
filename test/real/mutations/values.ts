/** Values that a person could write in a place, by its schema. */
import type { Node } from "../../../src/verify/schema/node.ts";
import { pick } from "../../support/random.ts";

type Next = () => number;
/** Texts for fields of which nothing is known but a pattern. */
const TEXTS = ["drift", "drift.example", "/drift", "1s", "5m", "https://drift.example", "1", "Drift", "1Gi"];
const FORMATS: Readonly<Record<string, unknown>> = { "date-time": "2026-01-02T03:04:05Z", byte: "AAEC", quantity: "1", cron: "7 7 * * *", cidr: "198.51.100.0/24", port: 7, duration: "7s", uri: "https://drift.example" };

/** The next letter or digit in place of the last one: what it was is mostly what it still is. */
function nextText(text: string): string {
  const at = text.search(/[A-Za-z0-9](?=[^A-Za-z0-9]*$)/);
  if (at < 0) return `${text}a`;
  const letter = text[at]!;
  const after = letter === "9" ? "0" : letter === "z" ? "a" : letter === "Z" ? "A" : String.fromCharCode(letter.charCodeAt(0) + 1);
  return text.slice(0, at) + after + text.slice(at + 1);
}

/** Another value of the same type. */
export function otherValue(value: unknown, node: Node | undefined, next: Next): unknown {
  const words = [...(node?.enum ?? [])].filter((word) => word !== value && word !== null);
  if (words.length > 0) return pick(next, words);
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value === (node?.schema.maximum ?? Number.POSITIVE_INFINITY) ? value - 1 : value + 1;
  const text = String(value);
  // A quantity or a percentage stays one.
  return /^\d+(\.\d+)?([A-Za-z]{1,2}|%)$/.test(text) ? text.replace(/^\d+/, (digits) => String(Number(digits) + 1)) : nextText(text);
}

/** A value where there was none; undefined where nothing can be said. */
export function newValue(node: Node | undefined, next: Next, depth = 0): unknown {
  if (!node) return "drift";
  if (node.enum) return pick(next, [...node.enum]);
  if (node.intOrString) return node.schema.format === "quantity" ? "1" : 7;
  const { type, format, pattern } = { ...node.schema, pattern: node.pattern };
  if (format !== undefined && format in FORMATS && type !== "integer") return FORMATS[format];
  if (type === "boolean") return true;
  if (type === "integer" || type === "number") return Math.max(7, node.schema.minimum ?? 7);
  if (type === "string") return TEXTS.find((text) => !pattern || pattern.test(text)) ?? "drift";
  if (depth > 5) return undefined;
  if (node.items) {
    const item = newValue(node.items, next, depth + 1);
    return item === undefined ? undefined : [item];
  }
  if (node.values) {
    const value = newValue(node.values, next, depth + 1);
    return value === undefined ? undefined : { drift: value };
  }
  return newFields(node, next, depth);
}

/** What is required, else one field. */
function newFields(node: Node, next: Next, depth: number): unknown {
  const names = Object.keys(node.schema.properties ?? {});
  if (names.length === 0) return node.open ? { drift: "yes" } : undefined;
  const chosen = node.required.length > 0 ? node.required : [pick(next, names)];
  const fields: Record<string, unknown> = {};
  for (const name of chosen) {
    const value = newValue(node.field(name), next, depth + 1);
    if (value === undefined) return undefined;
    fields[name] = value;
  }
  return fields;
}
