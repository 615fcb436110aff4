import { type Fields, isEmpty, isFields } from "./rule.ts";
import { KINDS, TYPES } from "./types.ts";

/** A field of a Go type: what happens to its zero value, and what stands in it. */
interface Field { readonly zero: "omitted" | "shown" | "kept"; readonly many: "list" | "map" | undefined; readonly type: string }
type Type = ReadonlyMap<string, Field>;

const MARKS = { "-": "omitted", "+": "shown", "": "kept" } as const;
const FIELD = /^(.+?)([-+]?):(\[\]|\*|)(.*)$/;
const SCALARS: Readonly<Record<string, unknown>> = { text: "", number: 0, flag: false, amount: "0" };
const NO_FIELDS: Fields = Object.freeze({});
const known = new Map<string, Type>();

function typeOf(name: string): Type {
  let type = known.get(name);
  if (!type) {
    const fields = TYPES[name]!.split(" ").flatMap((text) => {
      const found = FIELD.exec(text);
      if (!found) return [];
      const [, field, mark, many, of] = found as unknown as [string, string, "-" | "+" | "", string, string];
      return [[field, { zero: MARKS[mark], many: many === "" ? undefined : many === "*" ? "map" : "list", type: of }] as const];
    });
    type = new Map(fields);
    known.set(name, type);
  }
  return type;
}

/**
 * The object as it goes through kube-apiserver's Go types: nulls go, and with them empty lists and maps, and plain fields marked `omitempty` that hold
 * their zero value (`value: ""` of an environment variable, `readOnly: false` of a mount; `automountServiceAccountToken: false` is a pointer, and stays).
 * Plain fields without that mark are shown, be they zero (`resources: {}`). A null in a list or map is the zero of its type. Unchanged for other kinds.
 */
export function asStored(object: Fields, apiVersion: string, kind: string): Fields {
  const name = KINDS[`${apiVersion}/${kind}`];
  return name === undefined ? object : storeFields(object, typeOf(name));
}

function storeFields(fields: Fields, type: Type): Fields {
  let out: Record<string, unknown> | undefined;
  for (const name in fields) {
    const before = fields[name];
    const known = type.get(name);
    const after = before === null || before === undefined ? undefined : known ? storeField(before, known) : before;
    if (after === before && after !== undefined) continue;
    out ??= { ...fields };
    if (after === undefined) delete out[name];
    else out[name] = after;
  }
  for (const [name, field] of type) {
    if (field.zero === "shown" && (out ?? fields)[name] === undefined) (out ??= { ...fields })[name] = zeroOf(field.type);
  }
  return out ?? fields;
}

/** Undefined where the field is not shown. */
function storeField(value: unknown, { zero, many, type }: Field): unknown {
  const stored = many === "list" && Array.isArray(value) ? storeList(value, type) : many === "map" && isFields(value) ? storeMap(value, type) : storeValue(value, type);
  return zero === "omitted" && isEmpty(stored) ? undefined : stored;
}

const zeroOf = (type: string): unknown => (type in SCALARS ? SCALARS[type] : TYPES[type] === undefined ? null : storeFields(NO_FIELDS, typeOf(type)));

function storeValue(value: unknown, type: string): unknown {
  if (value === null) return zeroOf(type);
  return isFields(value) && TYPES[type] !== undefined ? storeFields(value, typeOf(type)) : value;
}

function storeList(list: readonly unknown[], type: string): readonly unknown[] {
  let out: unknown[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item = storeValue(list[i], type);
    if (item !== list[i]) (out ??= [...list])[i] = item;
  }
  return out ?? list;
}

function storeMap(map: Fields, type: string): Fields {
  let out: Record<string, unknown> | undefined;
  for (const name in map) {
    const value = storeValue(map[name], type);
    if (value !== map[name]) (out ??= { ...map })[name] = value;
  }
  return out ?? map;
}
