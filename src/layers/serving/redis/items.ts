/** State as items, in the normal form of one server. */
import type { DeclaredItem, ItemCoverage, PlaneItem, Reading } from "../../../model/plane.ts";
import { isMap } from "../../../model/value.ts";
import type { Place, RedisState } from "./desired.ts";
import { type Categories, normalUser } from "./normal.ts";
import { START_SETTINGS } from "./rules.ts";

/** Kinds of items of a Redis. */
export const KINDS = ["user", "setting", "module", "library"] as const;
export type RedisKind = (typeof KINDS)[number];
/** The fact that holds the server's categories of commands. */
export const CATEGORIES = "categories";
/** An aclfile's path is the server's matter; that there is one is not. */
export const ACL_FILE = "aclfile";
export const ACL_FILE_SET = "a file";

/** What the server must hold. Without its categories of commands no rule has a meaning. */
export function itemsOf(state: RedisState, reading: Reading): { items: DeclaredItem[]; unknown: ItemCoverage[] } {
  const unknown: ItemCoverage[] = [];
  const at = ({ file, owner, source }: Place) => ({ file, ...(owner !== undefined && { owner }), ...(source && { source }) });
  const items: DeclaredItem[] = [];
  const categories = categoriesOf(reading.facts[CATEGORIES]);
  if (!categories) unknown.push({ what: "user", state: "unknown", objects: 0, reason: "the server's categories of commands were not read, so its rules have no meaning" });
  else {
    for (const { name, rules, password, tenant, place } of state.users) {
      items.push({ kind: "user", name, ...(tenant !== undefined && { tenant }), value: { ...normalUser(rules, categories), password: password ? 1 : 0 }, ...at(place) });
    }
  }
  if (!state.place) return { items, unknown: [...unknown, ...KINDS.filter((kind) => kind !== "user" || unknown.length === 0).map((what): ItemCoverage => ({ what, state: "unknown", objects: 0, reason: "the tree does not hold the platform's part of this store" }))] };
  const setting = (name: string, value: string): PlaneItem => ({ kind: "setting", name, value: { value } });
  for (const [name, value] of Object.entries({ ...state.settings, ...START_SETTINGS, [ACL_FILE]: ACL_FILE_SET })) items.push({ ...setting(name, value), ...at(state.place) });
  for (const name of state.modules) items.push({ kind: "module", name, value: {}, ...at(state.place) });
  return { items, unknown };
}

function categoriesOf(text: string | undefined): Categories | undefined {
  if (text === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  return isMap(value) && Object.values(value).every(Array.isArray) ? (value as Categories) : undefined;
}
