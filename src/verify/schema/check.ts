import { Buffer } from "node:buffer";
import { didYouMean } from "../../model/suggest.ts";
import { FORMATS, isLabelValue, isQualifiedName, RANGES } from "./formats.ts";
import type { Node } from "./node.ts";

/** One thing that is wrong with a manifest: where, as a JSON pointer, and what to do. */
export interface SchemaIssue {
  path: string; message: string; hint?: string;
  /** Nothing is wrong but that there is too much of it for the API server. */
  size?: true;
}

type Fields = Record<string, unknown>;
const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;
const KEY_HINT = 'a key is [dns.prefix/]name; the name has at most 63 letters, digits, "-", "_" and "."';
const VALUE_HINT = 'at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends';
const MAX_ANNOTATIONS = 256 * 1024;

const nameOf = (value: unknown): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value === "number" && Number.isInteger(value) ? "integer" : typeof value);
const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};
/** Text that is equal for equal JSON values, whatever the order of their keys, and for no others. */
const canonical = (value: unknown): string => (value === null || typeof value !== "object" ? JSON.stringify(value) ?? "" : JSON.stringify(value, sortKeys));
const sortKeys = (_: string, part: unknown): unknown =>
  (part && typeof part === "object" && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part);
/** A step of a JSON pointer. */
const pointerStep = (step: string | number): string => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`;
/** Characters as Go counts them: code points, not UTF-16 units. */
function runes(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xd800) count--;
  return count;
}

/** Walks a normalized value along its schema and collects what is wrong. */
export class Check {
  readonly issues: SchemaIssue[] = [];
  private readonly trail: (string | number)[] = [];
  private readonly metadata: Node | undefined;

  constructor(metadata?: Node, at: (string | number)[] = []) {
    this.metadata = metadata;
    this.trail.push(...at);
  }

  private report(message: string, hint?: string, ...below: (string | number)[]): void {
    this.issues.push({ path: [...this.trail, ...below].map(pointerStep).join(""), message, ...(hint && { hint }) });
  }

  private below(step: string | number, value: unknown, node: Node): void {
    this.trail.push(step);
    this.value(value, node);
    this.trail.pop();
  }

  /** Checks one value at the current place. */
  value(value: unknown, node: Node): void {
    const { type } = node;
    if (value === null) {
      if (!node.nullable && (type !== undefined || node.intOrString)) this.report(`must be ${wanted(node)}, is null`);
      return;
    }
    if (node.orBoolean && typeof value === "boolean") return;
    if (!fits(value, node)) {
      this.report(`must be ${wanted(node)}, is ${nameOf(value)} ${typeof value === "object" ? "" : show(value)}`.trimEnd());
      return;
    }
    if (typeof value === "string") this.text(value, node);
    else if (typeof value === "number") this.number(value, node);
    else if (Array.isArray(value)) this.list(value, node);
    else if (typeof value === "object") this.fields(value as Fields, node);
    if (node.enum ? !node.enum.has(value as string) : node.schema.enum && !node.schema.enum.some((one) => canonical(one) === canonical(value))) {
      const words = node.schema.enum!.map(String);
      this.report(`${show(value)} is none of the allowed values`, didYouMean(String(value), words));
    }
    if (node.hasJunctors) this.junctors(value, node);
  }

  private text(text: string, node: Node): void {
    const { minLength, maxLength, format } = node.schema;
    if (minLength !== undefined || maxLength !== undefined) {
      const length = runes(text);
      if (minLength !== undefined && length < minLength) this.report(minLength === 1 ? "must not be empty" : `must have at least ${minLength} characters, has ${length}`);
      // The pattern is not tried on text that is too long: some patterns take quadratic time.
      if (maxLength !== undefined && length > maxLength) return this.report(`must have at most ${maxLength} characters, has ${length}`);
    }
    if (node.pattern && !node.pattern.test(text)) this.report(`${show(text)} does not match the pattern ${node.schema.pattern}`);
    const rule = format === undefined ? undefined : FORMATS[format];
    if (rule && !rule.test(text)) this.report(`${show(text)} is not ${rule.say}`);
  }

  private number(number: number, node: Node): void {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format } = node.schema;
    const range = format === undefined ? undefined : RANGES[format];
    if (range && (number < range[0] || number > range[1])) this.report(`${number} does not fit ${format}`);
    if (format === "port" && (number < 1 || number > 65_535)) this.report(`${number} is no port: 1 to 65535`);
    if (minimum !== undefined && (exclusiveMinimum ? number <= minimum : number < minimum)) this.report(`must be ${exclusiveMinimum ? "more than" : "at least"} ${minimum}, is ${number}`);
    if (maximum !== undefined && (exclusiveMaximum ? number >= maximum : number > maximum)) this.report(`must be ${exclusiveMaximum ? "less than" : "at most"} ${maximum}, is ${number}`);
    if (multipleOf !== undefined && !Number.isInteger(Number((number / multipleOf).toFixed(9)))) this.report(`must be a multiple of ${multipleOf}, is ${number}`);
  }

  private list(list: unknown[], node: Node): void {
    const { schema, items } = node;
    if (schema.minItems !== undefined && list.length < schema.minItems) this.report(`must have at least ${schema.minItems} item${schema.minItems === 1 ? "" : "s"}, has ${list.length}`);
    if (schema.maxItems !== undefined && list.length > schema.maxItems) this.report(`must have at most ${schema.maxItems} item${schema.maxItems === 1 ? "" : "s"}, has ${list.length}`);
    if (items) for (let i = 0; i < list.length; i++) this.below(i, list[i], items);
    const keys = schema["x-kubernetes-list-map-keys"];
    const listType = schema["x-kubernetes-list-type"];
    if (list.length < 2 || !(keys || listType === "set" || schema.uniqueItems)) return;
    const seen = new Map<string, number>();
    for (let i = 0; i < list.length; i++) {
      const item = list[i];
      if (listType === "map" && (item === null || typeof item !== "object")) continue;
      const identity = listType === "map" && keys ? keys.map((key) => canonical((item as Fields)[key])).join("\n") : canonical(item);
      const earlier = seen.get(identity);
      if (earlier === undefined) seen.set(identity, i);
      else if (listType !== "map" || !keys) this.report(`repeats item ${earlier}: ${show(item)}`, undefined, i);
      else this.report(`has the same ${keys.join(" and ")} as item ${earlier}: ${keys.map((key) => show((item as Fields)[key])).join(", ")}`, undefined, i);
    }
  }

  private fields(fields: Fields, node: Node): void {
    const { schema, values } = node;
    for (const name of node.required) if (!Object.hasOwn(fields, name)) this.report(`required field "${name}" is missing`);
    let count = 0;
    for (const name in fields) {
      count++;
      const child = node.field(name) ?? values;
      if (child) this.below(name, fields[name], child);
      else if (!node.open && !(node.embedded && isEnvelope(name))) this.report(`unknown field "${name}"`, didYouMean(name, Object.keys(schema.properties ?? {})), name);
    }
    if (schema.minProperties !== undefined && count < schema.minProperties) this.report(`must have at least ${schema.minProperties} field${schema.minProperties === 1 ? "" : "s"}, has ${count}`);
    if (schema.maxProperties !== undefined && count > schema.maxProperties) this.report(`must have at most ${schema.maxProperties} field${schema.maxProperties === 1 ? "" : "s"}, has ${count}`);
    if (schema["x-bulkhead-map"]) this.map(fields, schema["x-bulkhead-map"]);
    if (node.embedded) this.embedded(fields);
  }

  private map(fields: Fields, rule: "labels" | "annotations" | "config-keys"): void {
    let size = 0;
    for (const key in fields) {
      const value = fields[key];
      if (rule === "config-keys") {
        if (key.length > 253 || !CONFIG_KEY.test(key) || key === "." || key === "..") this.report(`${show(key)} cannot be a key: letters, digits, "-", "_" and ".", at most 253`, undefined, key);
        continue;
      }
      // Upper case is allowed in an annotation's prefix and nowhere else.
      if (!isQualifiedName(rule === "annotations" ? key.toLowerCase() : key)) this.report(`${show(key)} is no ${rule.slice(0, -1)} key`, KEY_HINT, key);
      if (typeof value !== "string") continue;
      if (rule === "labels" && !isLabelValue(value)) this.report(`${show(value)} is no label value`, VALUE_HINT, key);
      if (rule === "annotations") size += Buffer.byteLength(key) + Buffer.byteLength(value);
    }
    if (size > MAX_ANNOTATIONS) this.issues.push({ path: this.trail.map(pointerStep).join(""), message: `annotations have ${size} bytes together, the API server takes ${MAX_ANNOTATIONS}`, size: true });
  }

  private embedded(fields: Fields): void {
    for (const name of ["apiVersion", "kind"]) if (typeof fields[name] !== "string" || fields[name] === "") this.report(`required field "${name}" is missing`);
    if (fields.metadata !== undefined && this.metadata) this.below("metadata", fields.metadata, this.metadata);
  }

  private junctors(value: unknown, node: Node): void {
    const passes = (branch: Node): boolean => {
      const check = new Check();
      check.value(value, branch);
      return check.issues.length === 0;
    };
    for (const branch of node.branches("allOf")) this.value(value, branch);
    const anyOf = node.branches("anyOf");
    if (anyOf.length > 0 && !anyOf.some(passes)) this.report(`fits none of the ${anyOf.length} allowed forms`, anyOf.map(sayBranch).join(", or "));
    const oneOf = node.branches("oneOf");
    const count = oneOf.filter(passes).length;
    if (oneOf.length > 0 && count !== 1) this.report(`must fit exactly one of ${oneOf.length} forms, fits ${count}`, oneOf.map(sayBranch).join(", or "));
    if (node.not && passes(node.not)) this.report(`must not have this form: ${sayBranch(node.not)}`);
  }
}

const isEnvelope = (name: string): boolean => name === "apiVersion" || name === "kind" || name === "metadata";
const sayBranch = ({ schema }: Node): string => show(schema);

function wanted(node: Node): string {
  if (node.intOrString) return node.schema.format === "quantity" ? "number or string" : "integer or string";
  return (node.type ?? "set") + (node.orBoolean ? " or boolean" : "");
}

function fits(value: unknown, node: Node): boolean {
  if (node.intOrString) return typeof value === "string" || (typeof value === "number" && (node.schema.format === "quantity" ? Number.isFinite(value) : Number.isInteger(value)));
  switch (node.type) {
    case undefined: return true;
    case "string": return typeof value === "string";
    case "integer": return Number.isInteger(value);
    case "number": return Number.isFinite(value);
    case "boolean": return typeof value === "boolean";
    case "array": return Array.isArray(value);
    default: return typeof value === "object" && !Array.isArray(value);
  }
}
