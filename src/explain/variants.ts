/** Other values that a definition could have had instead of the one it has. */
import { parseDuration } from "../model/duration.ts";
import type { World } from "./world.ts";

const ENUMS = [
  ["public", "internal", "confidential", "restricted"], ["pii-name", "pii-identifier", "pii-contact", "business"], ["restrict", "cascade"], ["blocking", "warning"],
  ["sql", "events", "files", "serving"], ["not-null", "unique", "accepted-values", "row-count"],
];
const TYPES = ["varchar(77)", "bigint", "uuid", "text", "date", "timestamptz", "boolean"];
/** Properties whose text names something of the platform. */
const NAMES: Record<string, "plans" | "clusters" | "stores"> = { plan: "plans", clusters: "clusters", home: "clusters", store: "stores", postgres: "stores", redpanda: "stores", ceph: "stores", redis: "stores", starrocks: "stores" };

/**
 * Values to try in order. `every`: each may act where another does not, so that all are tried; else the first that the definition
 * accepts stands for all. `columns`: what a text could name in its table.
 */
export function variants(value: unknown, key: string, platform: World["platform"]["spec"], columns: readonly string[]): { values: unknown[]; every: boolean } {
  const others = (all: readonly string[], every: boolean): { values: unknown[]; every: boolean } => ({ values: all.filter((v) => v !== value), every });
  if (typeof value === "boolean") return { values: [!value], every: false };
  if (typeof value === "number") return { values: Number.isInteger(value) ? [value + 1, value - 1] : [Math.round((value - 0.0001) * 1e6) / 1e6, Math.round((value + 0.0001) * 1e6) / 1e6], every: false };
  if (typeof value !== "string") return { values: [], every: false };
  const known = ENUMS.find((list) => list.includes(value));
  if (known && key !== "description") return others(known, true);
  const names = NAMES[key];
  if (names && Object.hasOwn(platform[names], value)) return others(Object.keys(platform[names]), true);
  if (columns.length > 0) {
    const prefix = value.slice(0, value.lastIndexOf(".") + 1);
    return others(columns.map((column) => prefix + column), false);
  }
  if (key === "type") return others([increment(value, "last"), ...TYPES], false);
  if (value === "forever") return { values: ["8d"], every: false };
  const counted = [increment(value, "first"), increment(value, "last")];
  const spelled = [`${value}x`, `x${value}`, value.replace("@", "x@")];
  const numeric = parseDuration(value) !== undefined || /^[0-9]/.test(value) || key === "podSecurityVersion";
  return others([...new Set(numeric ? [...counted, ...months(value), ...spelled] : [...spelled, ...counted])], false);
}

const increment = (text: string, which: "first" | "last"): string => text.replace(which === "first" ? /[0-9]+/ : /[0-9]+(?=[^0-9]*$)/, (digits) => String(Number(digits) + 1));

/** A month or date a year later: the month after December would be no month. */
const months = (text: string): string[] => (/^[0-9]{4}-/.test(text) ? [increment(text, "last"), increment(text, "first")] : []);
