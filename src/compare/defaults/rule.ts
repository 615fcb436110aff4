/** How rules of defaults are written: small functions from fields to fields that return what they got when there is nothing to fill. */
import { isFields } from "../value.ts";

/** The fields of an object or of a part of one; never written to. */
export type Fields = Readonly<Record<string, unknown>>;
/** Fills what is silent. Returns its argument when nothing is, and shares all parts that do not change. */
export type Rule = (fields: Fields) => Fields;

/** True for an object, and no list. */
export { isFields };

/** A pointer in Go: silent when absent or null. */
export const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null;

/** A plain value in Go: its zero is silent too. */
export const isZero = (value: unknown): boolean => isAbsent(value) || value === "" || value === 0 || value === false || (Array.isArray(value) && value.length === 0);

/** Nothing at all, of any type: what a plain Go field marked `omitempty` does not show. */
export const isEmpty = (value: unknown): boolean => isZero(value) || (isFields(value) && Object.keys(value).length === 0);

/** One field set; the same fields when it holds this very value. */
export const set = (fields: Fields, name: string, value: unknown): Fields => (fields[name] === value ? fields : { ...fields, [name]: value });

function filler(defaults: Fields, silent: (value: unknown) => boolean): Rule {
  const entries = Object.entries(deepFreeze(defaults));
  return (fields) => {
    let out: Record<string, unknown> | undefined;
    for (const [name, value] of entries) if (silent(fields[name])) (out ??= { ...fields })[name] = value;
    return out ?? fields;
  };
}

/** Defaults of fields whose zero says something (pointers in Go). */
export const fill = (defaults: Fields): Rule => filler(defaults, isAbsent);
/** Defaults of fields whose zero says nothing: `""`, `0`, `false` and `[]` are filled too. */
export const fillZero = (defaults: Fields): Rule => filler(defaults, isZero);

/** Rules one after the other. */
export const rules = (...list: readonly Rule[]): Rule => (fields) => list.reduce((now, rule) => rule(now), fields);

/** A rule where a condition holds. */
export const when = (condition: (fields: Fields) => boolean, rule: Rule): Rule => (fields) => (condition(fields) ? rule(fields) : fields);

/** A rule for the object in a field, where there is one. */
export const field = (name: string, rule: Rule): Rule => (fields) => {
  const value = fields[name];
  return isFields(value) ? set(fields, name, rule(value)) : fields;
};

const NOTHING: Fields = Object.freeze({});

/** A rule for the object in a field, which is there in any case: the server shows it, be it empty. */
export const made = (name: string, rule: Rule = (fields) => fields): Rule => (fields) => {
  const value = fields[name] ?? NOTHING;
  return isFields(value) ? set(fields, name, rule(value)) : fields;
};

/** A rule for each object of the list in a field. */
export const each = (name: string, rule: Rule): Rule => (fields) => {
  const list = fields[name];
  if (!Array.isArray(list)) return fields;
  let out: unknown[] | undefined;
  for (let i = 0; i < list.length; i++) {
    if (!isFields(list[i])) continue;
    const item = rule(list[i]);
    if (item !== list[i]) (out ??= [...list])[i] = item;
  }
  return out ? set(fields, name, out) : fields;
};

/** Adds the entries of one map to another where it has none; the map that is added to, when nothing is missing. */
export function addMissing(to: unknown, from: unknown): unknown {
  if (!isFields(from) || !(isAbsent(to) || isFields(to))) return to;
  let out: Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(from)) if (isAbsent(to?.[name]) && !isAbsent(value)) (out ??= { ...to })[name] = value;
  return out ?? to;
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === "object") Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}
