/** Loaded definitions as data that can be changed: copies along the changed path, the rest shared. */
import { HANDLE, isHandle } from "../define/define.ts";
import type { Parsed } from "../define/schema.ts";
import type { LoadedProduct, LoadedTenant } from "../model/resolve/input.ts";

export interface World { platform: { file: string; spec: Parsed<"platform"> }; tenants: LoadedTenant[] }
/** A change of the definitions; undefined when the result would be no valid definition. */
export type Edit = (world: World) => World | undefined;
export type Path = readonly (string | number)[];

/** A copy with another value at a path; `undefined` takes the member out. */
export function setAt<T>(root: T, path: Path, value: unknown): T {
  const [head, ...rest] = path;
  if (head === undefined) return value as T;
  if (Array.isArray(root)) return (rest.length === 0 && value === undefined ? root.filter((_, i) => i !== head) : root.map((item, i) => (i === head ? setAt(item, rest, value) : item))) as T;
  const { [head]: old, ...others } = root as Record<string, unknown>;
  if (rest.length === 0 && value === undefined) return others as T;
  return { ...root, [head]: setAt(old, rest, value) };
}

/** A copy with one key renamed, in its place. */
export const renameKey = <T extends object>(map: T, from: string, to: string): T => Object.fromEntries(Object.entries(map).map(([key, value]) => [key === from ? to : key, value])) as T;

/** A copy in which every text and column handle went through a function; functions and other objects stay what they are. */
export function mapLeaves(value: unknown, text: (text: string, key: string) => string, handle: (target: { owner: object; table: string; column: string }) => { table: string; column: string }, key = ""): unknown {
  if (typeof value === "string") return text(value, key);
  if (Array.isArray(value)) return value.map((item) => mapLeaves(item, text, handle, key));
  if (isHandle(value)) { const target = value[HANDLE]; return { [HANDLE]: { owner: target.owner, ...handle(target) } }; }
  if (typeof value !== "object" || value === null || key === "extend") return value;
  return Object.fromEntries(Object.entries(value).map(([k, inner]) => [k, mapLeaves(inner, text, handle, k)]));
}

/** A copy with one tenant changed. */
export const withTenant = (world: World, id: string, change: (tenant: LoadedTenant) => LoadedTenant): World => ({ ...world, tenants: world.tenants.map((t) => (t.id === id ? change(t) : t)) });
/** A copy with one product's definition changed. */
export const withProduct = (world: World, tenant: string, file: string, change: (product: LoadedProduct) => LoadedProduct): World =>
  withTenant(world, tenant, (t) => ({ ...t, products: t.products.map((p) => (p.file === file ? change(p) : p)) }));
