import type { Node } from "./node.ts";

type Fields = Record<string, unknown>;

/**
 * What the API server makes of a value before it validates: nulls that no schema allows are dropped, then defaults are
 * set, at every level. Parts that do not change are shared with the input, which is never written to.
 */
export function normalize(value: unknown, node: Node): unknown {
  if (value === null || typeof value !== "object") return value;
  return Array.isArray(value) ? normalizeList(value, node) : normalizeFields(value as Fields, node);
}

function normalizeList(list: unknown[], node: Node): unknown[] {
  const { items } = node;
  if (!items) return list;
  let out = list;
  for (let i = 0; i < list.length; i++) {
    const before = list[i];
    const after = before === null && !items.nullable && items.schema.default !== undefined ? items.schema.default : normalize(before, items);
    if (after === before) continue;
    if (out === list) out = [...list];
    out[i] = after;
  }
  return out;
}

function normalizeFields(fields: Fields, node: Node): Fields {
  let out = fields;
  const { values } = node;
  for (const name in fields) {
    const before = fields[name];
    const child = node.field(name) ?? values;
    let after = before;
    // A null in a place that no schema describes is content, and stays.
    if (before === undefined || (before === null && child && !child.nullable && !isAny(child))) after = child?.schema.default;
    if (after !== undefined && child) after = normalize(after, child);
    if (after === before && !(before === undefined)) continue;
    if (out === fields) out = { ...fields };
    if (after === undefined) delete out[name];
    else out[name] = after;
  }
  for (const [name, fallback] of node.defaults) {
    if (out[name] !== undefined || (name in out && out[name] === null)) continue;
    if (out === fields) out = { ...fields };
    out[name] = normalize(fallback, node.field(name)!);
  }
  return out;
}

/** A node that holds any JSON value, null among them (a CRD's `default`, a dashboard's model). */
const isAny = (node: Node): boolean => node.type === undefined && !node.intOrString && node.open;
