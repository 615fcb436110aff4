import { type Fields, isEmpty, isFields } from "./rule.ts";
import { KINDS, TYPES } from "./types.ts";

interface Type { readonly omitted: ReadonlySet<string>; readonly children: ReadonlyMap<string, { type: string; map: boolean }> }

const known = new Map<string, Type>();

function typeOf(name: string): Type {
  let type = known.get(name);
  if (!type) {
    const [omitted, children] = TYPES[name]!;
    const pairs = children.split(" ").filter((pair) => pair !== "").map((pair) => {
      const [field, child] = pair.split(":") as [string, string];
      return [field, { type: child.replace("*", ""), map: child.startsWith("*") }] as const;
    });
    type = { omitted: new Set(omitted.split(" ")), children: new Map(pairs) };
    known.set(name, type);
  }
  return type;
}

/**
 * The object without what vanishes when the API server stores it: empty lists and maps, and plain Go fields marked `omitempty` that hold their zero value.
 * `value: ""` of an environment variable and `readOnly: false` of a mount go; `automountServiceAccountToken: false` is a pointer, and stays.
 */
export function omitZeros(object: Fields, apiVersion: string, kind: string): Fields {
  const name = KINDS[`${apiVersion}/${kind}`];
  return name === undefined ? object : omitFields(object, typeOf(name));
}

function omitFields(fields: Fields, { omitted, children }: Type): Fields {
  let out: Record<string, unknown> | undefined;
  for (const name in fields) {
    const value = fields[name];
    if (omitted.has(name) && isEmpty(value)) {
      out ??= { ...fields };
      delete out[name];
      continue;
    }
    const child = children.get(name);
    if (!child || value === null || typeof value !== "object") continue;
    const kept = child.map && isFields(value) ? mapValues(value, (one) => omitValue(one, child.type)) : omitValue(value, child.type);
    if (kept !== value) (out ??= { ...fields })[name] = kept;
  }
  return out ?? fields;
}

function omitValue(value: unknown, type: string): unknown {
  if (isFields(value)) return omitFields(value, typeOf(type));
  if (!Array.isArray(value)) return value;
  let out: unknown[] | undefined;
  for (let i = 0; i < value.length; i++) {
    const item = omitValue(value[i], type);
    if (item !== value[i]) (out ??= [...value])[i] = item;
  }
  return out ?? value;
}

function mapValues(fields: Fields, change: (value: unknown) => unknown): Fields {
  let out: Record<string, unknown> | undefined;
  for (const name in fields) {
    const value = change(fields[name]);
    if (value !== fields[name]) (out ??= { ...fields })[name] = value;
  }
  return out ?? fields;
}
