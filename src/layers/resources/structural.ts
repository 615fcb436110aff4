/**
 * zod to structural schemas, the subset of OpenAPI 3 that a CRD may hold (apiextensions.k8s.io/v1).
 * What has no structural form becomes a CEL rule; what has neither is an error here, never silently weaker there.
 */
import { z } from "zod";
import { isMap } from "../../model/value.ts";

type Json = Record<string, unknown>;
/** A structural schema node. */
export interface Structural {
  type?: string; properties?: Record<string, Structural>; additionalProperties?: Structural; items?: Structural; required?: string[];
  enum?: unknown[]; nullable?: boolean; pattern?: string; "x-kubernetes-validations"?: { rule: string; message?: string }[];
  [key: string]: unknown;
}

const COPIED = ["type", "enum", "default", "description", "title", "pattern", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minimum", "maximum", "multipleOf", "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string"];
/** Read in other ways below, or without meaning in a cluster. */
const HANDLED = new Set([...COPIED, "$schema", "id", "format", "properties", "required", "additionalProperties", "propertyNames", "items", "anyOf", "oneOf", "allOf", "const", "exclusiveMinimum", "exclusiveMaximum", "x-kubernetes-validations"]);
const FORMATS = new Set(["date-time", "date", "uuid", "ipv4", "ipv6", "byte", "int32", "int64"]);

const fail = (path: string, why: string): never => { throw new Error(`${path || "schema"}: ${why}`); };
const addRules = (node: Structural, rules: { rule: string; message?: string }[]): void => {
  if (rules.length > 0) node["x-kubernetes-validations"] = [...(node["x-kubernetes-validations"] ?? []), ...rules];
};
/** Go's RE2 has no lookaround and no back-references. */
const re2 = (pattern: string, path: string): string => (/\(\?[=!<]|\\[1-9]/.test(pattern) ? fail(path, `pattern ${pattern} needs lookaround or back-references, which RE2 does not have; write it as a checked() rule`) : pattern);
const literal = (value: unknown): string => (typeof value === "string" ? `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'` : String(value));
const field = (key: string): string => (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(key) ? `self.${key}` : fail(key, "is no CEL identifier, and a discriminated union needs one"));

/** The structural schema of a zod schema, as a person writes the document (before defaults). */
export function structural(schema: z.ZodType): Structural {
  return convert(z.toJSONSchema(schema, { target: "draft-2020-12", io: "input", reused: "inline", cycles: "throw", unrepresentable: "throw" }) as Json, "");
}

function convert(node: Json, path: string): Structural {
  for (const key of Object.keys(node)) if (!HANDLED.has(key)) fail(path, `${key} has no structural form`);
  const choices = (node.anyOf ?? node.oneOf) as Json[] | undefined;
  if (choices) return union(node, choices, path);
  const out: Structural = {};
  for (const key of COPIED) if (node[key] !== undefined) out[key] = node[key];
  if (node.pattern !== undefined) re2(node.pattern as string, path);
  if (node.const !== undefined) Object.assign(out, { type: out.type ?? typeof node.const, enum: [node.const] });
  if (Array.isArray(node.type)) {
    const types = node.type.filter((type) => type !== "null");
    if (types.length !== 1) fail(path, "several types");
    Object.assign(out, { type: types[0], nullable: true });
  }
  if (typeof node.format === "string" && FORMATS.has(node.format)) out.format = node.format;
  if (out.type === "integer" || out.type === "number") numbers(node, out);
  if (node.allOf) out.allOf = (node.allOf as Json[]).map((part) => Object.keys(part).every((key) => key === "pattern") ? { pattern: re2(part.pattern as string, path) } : fail(path, "allOf may hold patterns only"));
  if (out.type === "object") object(node, out, path);
  if (out.type === "array") out.items = isMap(node.items) ? convert(node.items, `${path}[]`) : fail(path, "an array needs one schema of items (tuples have no structural form)");
  if (out.type === undefined && !out["x-kubernetes-int-or-string"] && !out["x-kubernetes-preserve-unknown-fields"]) fail(path, "has no type");
  addRules(out, (node["x-kubernetes-validations"] as []) ?? []);
  return out;
}

/** JavaScript's safe bounds say nothing about the document and go; exclusive bounds are a flag here, not a number. */
function numbers(node: Json, out: Structural): void {
  if (out.type === "integer") out.format ??= "int64";
  if (out.minimum === Number.MIN_SAFE_INTEGER) delete out.minimum;
  if (out.maximum === Number.MAX_SAFE_INTEGER) delete out.maximum;
  const low = node.exclusiveMinimum as number | undefined;
  if (low !== undefined && (out.minimum === undefined || low >= (out.minimum as number))) Object.assign(out, out.type === "integer" ? { minimum: Math.floor(low) + 1 } : { minimum: low, exclusiveMinimum: true });
  const high = node.exclusiveMaximum as number | undefined;
  if (high !== undefined && (out.maximum === undefined || high <= (out.maximum as number))) Object.assign(out, out.type === "integer" ? { maximum: Math.ceil(high) - 1 } : { maximum: high, exclusiveMaximum: true });
}

function object(node: Json, out: Structural, path: string): void {
  const extra = node.additionalProperties;
  if (isMap(node.properties)) {
    if (isMap(extra) && Object.keys(extra).length > 0) fail(path, "properties beside additionalProperties");
    out.properties = Object.fromEntries(Object.entries(node.properties).map(([key, value]) => [key, convert(value as Json, `${path}.${key}`)]));
    if ((node.required as string[] | undefined)?.length) out.required = node.required as string[];
    return;
  }
  if (!isMap(extra)) return void fail(path, "an object needs properties or a schema of values");
  out.additionalProperties = convert(extra, `${path}.*`);
  const names = node.propertyNames as Json | undefined;
  if (names) addRules(out, nameRules(names, path));
}

/** Keys of a map have no schema in a CRD: each constraint on them is a rule. */
function nameRules(names: Json, path: string): { rule: string; message: string }[] {
  const tests: string[] = [];
  for (const [key, value] of Object.entries(names)) {
    if (key === "type" || key === "$schema") continue;
    if (key === "pattern") tests.push(`k.matches(${literal(re2(value as string, path))})`);
    else if (key === "minLength") tests.push(`size(k) >= ${value}`);
    else if (key === "maxLength") tests.push(`size(k) <= ${value}`);
    else if (key === "enum") tests.push(`k in [${(value as unknown[]).map(literal).join(", ")}]`);
    else fail(path, `${key} on keys has no structural form`);
  }
  return tests.map((test) => ({ rule: `self.all(k, ${test})`, message: `every key must satisfy ${test}` }));
}

function union(node: Json, choices: Json[], path: string): Structural {
  const rest = choices.filter((choice) => choice.type !== "null");
  const nullable = rest.length < choices.length;
  const { anyOf: _a, oneOf: _o, ...own } = node;
  const [only] = rest;
  if (rest.length === 1 && only) return { ...convert({ ...only, ...own }, path), ...(nullable && { nullable: true }) };
  const types = rest.map((choice) => choice.type).toSorted().join();
  if (types === "integer,string" && rest.every((choice) => Object.keys(choice).every((key) => key === "type" || (key.endsWith("imum") && Math.abs(choice[key] as number) === Number.MAX_SAFE_INTEGER)))) return { "x-kubernetes-int-or-string": true, ...(nullable && { nullable: true }) };
  if (!rest.every((choice) => isMap(choice.properties))) return fail(path, "a union needs a discriminator");
  return { ...flatten(rest, own, path), ...(nullable && { nullable: true }) };
}

/** A discriminated union as one object: properties of all branches, and a rule for each of what it requires and forbids. */
function flatten(branches: Json[], own: Json, path: string): Structural {
  const nodes = branches.map((branch) => convert(branch, path));
  const props = (node: Structural): Record<string, Structural> => node.properties ?? {};
  const tag = Object.keys(props(nodes[0] ?? {})).find((key) => nodes.every((node) => props(node)[key]?.enum?.length === 1 && node.required?.includes(key))) ?? fail(path, "a union needs a discriminator");
  const tags = nodes.map((node) => props(node)[tag]?.enum?.[0]);
  const merged: Record<string, Structural> = { [tag]: { type: props(nodes[0] ?? {})[tag]?.type ?? "string", enum: tags } };
  for (const node of nodes) for (const [key, value] of Object.entries(props(node))) {
    if (key === tag) continue;
    if (merged[key] && JSON.stringify(merged[key]) !== JSON.stringify(value)) fail(`${path}.${key}`, "differs between branches of a union");
    merged[key] = value;
  }
  const required = Object.keys(merged).filter((key) => nodes.every((node) => node.required?.includes(key)));
  const out: Structural = { type: "object", properties: merged, required };
  if (typeof own.description === "string") out.description = own.description;
  nodes.forEach((node, i) => {
    const needs = (node.required ?? []).filter((key) => !required.includes(key));
    const alien = Object.keys(merged).filter((key) => !(key in props(node)));
    const tests = [...needs.map((key) => `has(${field(key)})`), ...alien.map((key) => `!has(${field(key)})`)];
    const inner = node["x-kubernetes-validations"] ?? [];
    if (tests.length > 0) addRules(out, [{ rule: `${field(tag)} != ${literal(tags[i])} || (${tests.join(" && ")})`, message: `${tag} ${tags[i]} ${[needs.length ? `needs ${needs.join(", ")}` : "", alien.length ? `has no ${alien.join(", ")}` : ""].filter(Boolean).join(" and ")}` }]);
    addRules(out, inner.map(({ rule, message }) => ({ rule: `${field(tag)} != ${literal(tags[i])} || (${rule})`, ...(message && { message }) })));
  });
  addRules(out, (own["x-kubernetes-validations"] as []) ?? []);
  return out;
}
