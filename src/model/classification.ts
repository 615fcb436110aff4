/** The classification lattice (D35): a product of three joins, on level, mask and principals. */
import type { Category, Clearance, Level, Sensitivity } from "./fleet.ts";

export const LEVELS: readonly Level[] = ["public", "internal", "confidential", "restricted"];
export const CATEGORIES: readonly Category[] = ["pii-identifier", "pii-name", "pii-contact", "business"];
export const CLEARANCES: readonly Clearance[] = ["public", "internal", "confidential"];

/** The bottom of the lattice: joining it changes nothing. */
export const PUBLIC: Sensitivity = { level: "public" };
/** The top: shown to nobody. What is unknown is this. */
export const RESTRICTED: Sensitivity = { level: "restricted", principals: [] };

/** True when `a` is at or below `b`. */
export const atMost = (a: Level, b: Level): boolean => LEVELS.indexOf(a) <= LEVELS.indexOf(b);

/** Puts a declaration into normal form: principals sorted and unique, present exactly when restricted. */
export function normalSensitivity(level: Level, category?: Category, principals?: readonly string[]): Sensitivity {
  return {
    level,
    ...(category && { category }),
    ...(level === "restricted" && { principals: [...new Set(principals ?? [])].sort() }),
  };
}

/** The least sensitivity at or above both: higher level, stricter mask, common principals. */
export function join(a: Sensitivity, b: Sensitivity): Sensitivity {
  const level = atMost(a.level, b.level) ? b.level : a.level;
  const category = stricter(a.category, b.category);
  if (level !== "restricted") return { level, ...(category && { category }) };
  // Absent principals mean "no constraint": the side that is not restricted does not narrow who may see.
  const principals = a.principals && b.principals ? a.principals.filter((p) => b.principals!.includes(p)) : (a.principals ?? b.principals ?? []);
  return { level, ...(category && { category }), principals };
}

function stricter(a: Category | undefined, b: Category | undefined): Category | undefined {
  if (!a || !b) return a ?? b;
  return CATEGORIES.indexOf(a) >= CATEGORIES.indexOf(b) ? a : b;
}

/** The join of all; nothing at all is public. */
export const joinAll = (all: Iterable<Sensitivity>): Sensitivity => [...all].reduce(join, PUBLIC);

/** True when any clearance sees the column masked, omitted or not at all: it may not be in a key (D14). */
export const isMasked = (s: Sensitivity): boolean => s.level === "restricted" || s.level === "confidential";
