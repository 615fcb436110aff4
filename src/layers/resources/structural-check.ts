/** The rules of structural schemas, as apiextensions.k8s.io/v1 enforces them, so that a bad CRD fails here and not in the cluster. */
import type { Structural } from "./structural.ts";

const TYPES = new Set(["object", "array", "string", "integer", "number", "boolean"]);
const FORBIDDEN = ["$ref", "$schema", "$id", "definitions", "dependencies", "patternProperties", "additionalItems", "uniqueItems", "const", "propertyNames", "id", "deprecated", "readOnly", "writeOnly"];
const JUNCTORS = ["allOf", "anyOf", "oneOf"] as const;
const VALUE_ONLY = ["type", "description", "default", "nullable", "additionalProperties", "x-kubernetes-validations", "title"];

/** One violation: where, and which rule. */
export interface StructuralIssue { path: string; message: string }

/** Every violation of a CRD's root schema; empty means that the API server takes it as structural. */
export function structuralIssues(root: Structural): StructuralIssue[] {
  const issues: StructuralIssue[] = [];
  const say = (path: string, message: string): void => void issues.push({ path: path || "/", message });
  if (root.type !== "object") say("", "the root must be of type object");
  const metadata = root.properties?.metadata?.properties ?? {};
  for (const key of Object.keys(metadata)) if (key !== "name" && key !== "generateName") say(`/metadata/${key}`, "only name and generateName may be restricted");
  walk(root, "", say);
  return issues;
}

function walk(node: Structural, path: string, say: (path: string, message: string) => void): void {
  const free = node["x-kubernetes-int-or-string"] === true || node["x-kubernetes-preserve-unknown-fields"] === true;
  if (node.type === undefined ? !free : !TYPES.has(node.type)) say(path, `type is ${node.type ?? "missing"}`);
  if (node["x-kubernetes-int-or-string"] === true && node.type !== undefined) say(path, "int-or-string has no type");
  for (const key of FORBIDDEN) if (key in node) say(path, `${key} is forbidden`);
  if ("additionalProperties" in node) {
    if (node.properties) say(path, "additionalProperties and properties exclude each other");
    if (typeof node.additionalProperties !== "object") say(path, "additionalProperties must be a schema");
  }
  for (const key of ["exclusiveMinimum", "exclusiveMaximum"]) if (key in node && typeof node[key] !== "boolean") say(path, `${key} must be a boolean`);
  for (const pattern of [node.pattern, ...((node.allOf as Structural[] | undefined) ?? []).map((part) => part.pattern)]) {
    if (pattern !== undefined && /\(\?[=!<]|\\[1-9]/.test(pattern)) say(path, "pattern is no RE2");
  }
  const names = new Set(Object.keys(node.properties ?? {}));
  if (!free) for (const key of node.required ?? []) if (node.properties && !names.has(key)) say(path, `required ${key} is no property`);
  for (const junctor of JUNCTORS) for (const [i, part] of ((node[junctor] as Structural[] | undefined) ?? []).entries()) {
    for (const key of VALUE_ONLY) if (key in part) say(`${path}/${junctor}/${i}`, `${key} is forbidden below ${junctor}`);
    for (const key of Object.keys(part.properties ?? {})) if (!names.has(key)) say(`${path}/${junctor}/${i}`, `${key} is not specified outside ${junctor}`);
  }
  if (node.type === "array" && !node.items) say(path, "an array needs items");
  if (node.items) walk(node.items, `${path}/items`, say);
  if (typeof node.additionalProperties === "object") walk(node.additionalProperties, `${path}/additionalProperties`, say);
  for (const [key, value] of Object.entries(node.properties ?? {})) walk(value, `${path}/properties/${key}`, say);
}
