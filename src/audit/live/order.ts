/** The API server's order: by namespace followed by a slash, then by name, byte by byte (the order of keys in etcd). */
import type { LiveMetadata, LiveObject } from "./source.ts";

/** Where an object stands among its kind. */
export const keyOf = ({ namespace, name }: Pick<LiveMetadata, "namespace" | "name">): string => (namespace === undefined || namespace === "" ? name : `${namespace}/${name}`);

/** Negative when `a` comes first. UTF-16 and UTF-8 order differ only where surrogates are: RBAC names may hold any character. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything that is not ASCII.
  if (/[^\u0000-\u007f]/.test(a + b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}

export const compareObjects = (a: LiveObject, b: LiveObject): number => compareKeys(keyOf(a.metadata), keyOf(b.metadata));

/** True when every object comes after the one before it, and the first after `last`. */
export function isOrdered(objects: readonly LiveObject[], last?: string): boolean {
  let before = last;
  for (const { metadata } of objects) {
    const key = keyOf(metadata);
    if (before !== undefined && compareKeys(before, key) >= 0) return false;
    before = key;
  }
  return true;
}
