import type { Structural } from "./structural.ts";

/** Keywords that are copied as they are. Everything else (descriptions, examples, CEL rules, merge hints) is dropped. */
const KEPT = [
  "$ref", "type", "format", "nullable", "default", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
  "exclusiveMaximum", "multipleOf", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "required",
  "x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource", "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys", "x-bulkhead-or-boolean", "x-bulkhead-map",
] as const;
const JUNCTORS = ["allOf", "anyOf", "oneOf"] as const;

/** `anyOf: [{type: integer}, {type: string}]`, which only repeats `x-kubernetes-int-or-string`. */
const isIntOrString = (branches: Structural[] | undefined): boolean => JSON.stringify(branches) === '[{"type":"integer"},{"type":"string"}]';

/**
 * Copies a schema without what validation does not read. It walks schema positions, never plain keys, because
 * `description`, `default` and `properties` are also names of fields. Keys are sorted, so equal schemas are equal text.
 */
export function compact(schema: Structural): Structural {
  const out: Record<string, unknown> = {};
  for (const keyword of KEPT) {
    const value = schema[keyword];
    if (value === undefined || value === false) {
      // `default: false` is a value; `nullable: false` and its like say nothing.
      if (keyword === "default" && value === false) out[keyword] = value;
      continue;
    }
    if (keyword === "x-kubernetes-list-type" && value === "atomic") continue;
    out[keyword] = keyword === "required" ? [...(value as string[])].sort() : value;
  }
  if (schema.properties) out.properties = compactAll(schema.properties);
  const { additionalProperties } = schema;
  if (additionalProperties !== undefined && additionalProperties !== false) out.additionalProperties = additionalProperties === true ? true : compact(additionalProperties);
  if (schema.items) out.items = compact(schema.items);
  if (schema.not) out.not = compact(schema.not);
  for (const junctor of JUNCTORS) {
    const branches = schema[junctor];
    if (!branches || (junctor === "anyOf" && isIntOrString(branches))) continue;
    const kept = branches.map(compact).filter((branch) => junctor !== "allOf" || Object.keys(branch).length > 0);
    if (kept.length > 0) out[junctor] = kept;
  }
  return out as Structural;
}

/** `compact` over a map of fields, keys sorted. */
function compactAll(fields: Record<string, Structural>): Record<string, Structural> {
  const out: Record<string, Structural> = {};
  for (const name of Object.keys(fields).sort()) out[name] = compact(fields[name]!);
  return out;
}

/**
 * The schema of a whole object, without what every object has: `apiVersion`, `kind` and `metadata` are checked once for
 * all kinds (a CRD may narrow `metadata.name`, and that is kept), and `status` is the controller's, never declared.
 */
export function compactKind(schema: Structural): Structural {
  const { apiVersion: _a, kind: _k, metadata, status, ...fields } = schema.properties ?? {};
  const own = new Set(["apiVersion", "kind", "metadata", "status"]);
  const required = schema.required?.filter((name) => !own.has(name));
  const top = compact({ ...schema, properties: fields, required });
  if (!top.required?.length) delete top.required;
  const properties = (top.properties ??= {});
  if (metadata?.properties && !metadata.$ref) properties.metadata = { ...compact(metadata), "x-kubernetes-preserve-unknown-fields": true };
  if (status) properties.status = { "x-kubernetes-preserve-unknown-fields": true };
  return top;
}
