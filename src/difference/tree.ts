/** What changed between two rendered trees: objects added, changed, removed, and their leaves. */
import { load } from "js-yaml";
import { type Identity, INVENTORY, type InventoryEntry, parseInventory } from "../render/inventory.ts";
import { type Change, compareValues, type Shape } from "./value.ts";
import { textDifference } from "./text.ts";

/** Files of one tree by path below the output folder. Files that are equal in both trees may be left out; inventories may not. */
export type Tree = ReadonlyMap<string, string>;
/** A change with what is inside it, where the values are text: a difference of lines, of JSON, or a reference to the file that holds the same text. */
export interface Detail { change: Change; lines?: ReturnType<typeof textDifference>; inside?: Change[]; sameAs?: string }
export interface ObjectDifference {
  status: "added" | "changed" | "removed";
  /** Below the output folder; of the new tree unless removed. */
  path: string;
  /** The old path, where a name that ends in a content hash changed with the content. */
  was?: string;
  cluster: string;
  /** Missing for the platform's own. */
  tenant?: string;
  layer: string;
  /** Null for a text file. */
  object: Identity | null;
  source: { file: string; path: string; line?: number; column?: number };
  details: Detail[];
}
interface Listed { cluster: string; tenant?: string; entry: InventoryEntry }

/** Compares two trees. `shape` says what the schema of a kind knows, for lists that are maps. Sorted by path. */
export function compareTrees(before: Tree, after: Tree, shape: (apiVersion: string, kind: string) => Shape | undefined): ObjectDifference[] {
  const [old, now] = [list(before), list(after)];
  const differs = (path: string): boolean => old.get(path)!.entry.sha256 !== now.get(path)!.entry.sha256 || before.get(path) !== after.get(path);
  const changed = [...now.keys()].filter((path) => old.has(path) && differs(path));
  const removed = new Set([...old.keys()].filter((path) => !now.has(path)));
  const added = new Set([...now.keys()].filter((path) => !old.has(path)));
  const renamed = pairRenamed(removed, added);
  const base = (path: string, { cluster, tenant, entry }: Listed) => ({ path, cluster, ...(tenant !== undefined && { tenant }), layer: entry.layer, object: entry.object, source: entry.source });
  const plain = new Map([...changed, ...added].filter((path) => now.get(path)!.entry.object === null).map((path) => [after.get(path) ?? "", path]));
  const details = (was: string, path: string): Detail[] => (now.get(path)!.entry.object
    ? objectDetails(before.get(was) ?? "", after.get(path) ?? "", shape, plain)
    : [textDetail({ before: { steps: [], pointer: "", value: before.get(was) ?? "" }, after: { steps: [], pointer: "", value: after.get(path) ?? "" } })]);
  return [
    ...changed.map((path): ObjectDifference => ({ status: "changed", ...base(path, now.get(path)!), details: details(path, path) })),
    ...[...renamed].map(([was, path]): ObjectDifference => ({ status: "changed", ...base(path, now.get(path)!), was, details: details(was, path) })),
    ...[...added].map((path): ObjectDifference => ({ status: "added", ...base(path, now.get(path)!), details: [] })),
    ...[...removed].map((path): ObjectDifference => ({ status: "removed", ...base(path, old.get(path)!), details: [] })),
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** What the inventories of a tree list, by path. */
function list(tree: Tree): Map<string, Listed> {
  const found = new Map<string, Listed>();
  for (const [path, text] of tree) {
    const match = /^([^/]+)\/(?:tenants\/([^/]+)|platform)\/(.+)$/.exec(path);
    const inventory = match?.[3] === INVENTORY ? parseInventory(text) : undefined;
    if (!match || !inventory) continue;
    const [, cluster, tenant] = match as unknown as [string, string, string | undefined];
    const folder = path.slice(0, -INVENTORY.length);
    for (const entry of inventory.files) found.set(folder + entry.path, { cluster, ...(tenant !== undefined && { tenant }), entry });
  }
  return found;
}

/** A Job cannot be changed, so its name carries a hash of its content: one that went and one that came with the same stem are one change. */
function pairRenamed(removed: Set<string>, added: Set<string>): Map<string, string> {
  const stem = (path: string): string | undefined => /^(.*-)[0-9a-f]{8,10}(\.yaml)$/.exec(path)?.slice(1).join("*");
  const group = (paths: Iterable<string>): Map<string, string[]> => {
    const groups = new Map<string, string[]>();
    for (const path of paths) { const key = stem(path); if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), path]); }
    return groups;
  };
  const [went, came] = [group(removed), group(added)];
  const pairs = new Map<string, string>();
  for (const [key, [was, ...more]] of went) {
    const [is, ...others] = came.get(key) ?? [];
    if (is === undefined || more.length + others.length > 0) continue;
    pairs.set(was!, is);
    removed.delete(was!);
    added.delete(is);
  }
  return pairs;
}

function objectDetails(before: string, after: string, shape: (apiVersion: string, kind: string) => Shape | undefined, plain: Map<string, string>): Detail[] {
  const [old, now] = [read(before), read(after)];
  const { apiVersion, kind } = (typeof now === "object" && now !== null ? now : {}) as { apiVersion?: unknown; kind?: unknown };
  const changes = compareValues(old, now, { shape: shape(String(apiVersion), String(kind)) });
  // The header is text of its own: a patch that came or went, or another definition.
  const header = (text: string): string => text.split("\n").filter((line) => line.startsWith("#")).join("\n");
  const said = header(before) === header(after) ? [] : [textDetail({ before: { steps: ["(header)"], pointer: "", value: `${header(before)}\n` }, after: { steps: ["(header)"], pointer: "", value: `${header(after)}\n` } })];
  return [...said, ...changes.map((change): Detail => {
    const same = typeof change.after?.value === "string" && change.after.value.includes("\n") ? plain.get(change.after.value) : undefined;
    return same === undefined ? textDetail(change) : { change, sameAs: same };
  })];
}

/** What is not YAML (somebody edited dist/ and committed it) is compared as text. */
function read(text: string): unknown {
  try { return load(text); } catch { return text; }
}

function textDetail(change: Change): Detail {
  const [old, now] = [change.before?.value, change.after?.value];
  if (typeof old !== "string" || typeof now !== "string" || !`${old}${now}`.includes("\n")) return { change };
  const [x, y] = [json(old), json(now)];
  return x !== undefined && y !== undefined ? { change, inside: compareValues(x, y) } : { change, lines: textDifference(old, now) };
}

function json(text: string): object | undefined {
  try {
    const value: unknown = /^\s*[[{]/.test(text) ? JSON.parse(text) : undefined;
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
