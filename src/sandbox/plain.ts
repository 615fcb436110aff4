/** A definition is plain data: what answers a read with code could answer differently each time. */
import { types } from "node:util";

/** Levels of objects in each other: far more than any definition needs, far fewer than would exhaust the stack of those who walk it. */
const DEEPEST = 200;

/** The path of the first proxy or getter in a definition's input, or of what is nested without measure, as keys; undefined when there is none. Functions are not looked into. */
export function notPlain(value: unknown, path: PropertyKey[] = [], seen = new Set<object>()): { path: PropertyKey[]; what: string } | undefined {
  if (typeof value === "function" && types.isProxy(value)) return { path, what: "a proxy" };
  if (typeof value !== "object" || value === null || seen.has(value)) return undefined;
  if (path.length > DEEPEST) return { path: path.slice(0, 1), what: `nested more than ${DEEPEST} levels deep` };
  seen.add(value);
  if (types.isProxy(value)) return { path, what: "a proxy" };
  for (const key of Reflect.ownKeys(value)) {
    const own = Object.getOwnPropertyDescriptor(value, key)!;
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (own.get || own.set) return { path: at, what: "a getter" };
    // A handle leads to another definition, which is looked at by itself.
    const found = typeof key === "symbol" ? undefined : notPlain(own.value, at, seen);
    if (found) return found;
  }
  return undefined;
}
