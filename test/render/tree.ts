/** A small tree before and after a change that holds every kind of step: a file each that stays, changes, goes and comes, and a folder that is new. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { digest } from "../../src/render/file.ts";
import { inventoryText } from "../../src/render/inventory.ts";
import { finishJournal } from "../../src/render/journal.ts";
import { takeLock } from "../../src/render/lock.ts";
import type { TreeFile } from "../../src/render/plan.ts";

/** Files of tenant `a` with their inventory. */
export const tree = (files: Record<string, string>): TreeFile[] => {
  const list = Object.entries(files).map(([path, text]) => ({ path: `c/tenants/a/${path}`, text }));
  const entries = list.map(({ path, text }) => ({ path: path.slice("c/tenants/a/".length), sha256: digest(text), object: null, layer: "x", wave: null, owner: "o", source: { file: "f", path: "" } }));
  return [...list, { path: "c/tenants/a/inventory.json", text: inventoryText(entries) }];
};
export const OLD = tree({ "one.yaml": "1", "two.yaml": "2", "gone/three.yaml": "3" });
export const NEW = tree({ "one.yaml": "1", "two.yaml": "changed", "four/new.yaml": "4" });
/** A new tenant beside a changed one: a folder that is put in place whole, and files one by one. */
export const FRESH = NEW.map(({ path, text }) => ({ path: path.replace("/a/", "/b/"), text }));
export const FOLDERS = [{ folder: "c/tenants/a", files: NEW }, { folder: "c/tenants/b", files: FRESH }];
export const BOTH = [...NEW, ...FRESH];

/** What the next command does first: finishes a write that was cut off. Gives the paths it left. */
export async function recover(root: string): Promise<string[]> {
  const release = await takeLock(root);
  try { return finishJournal(root); } finally { release(); }
}

/** All files below a folder, by path from it; the names of folders without any, ending in a slash. */
export function readAll(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).map((e) => ({ e, full: join(e.parentPath, e.name) }));
  return Object.fromEntries(entries.filter(({ e, full }) => !e.isDirectory() || readdirSync(full).length === 0)
    .map(({ e, full }): [string, string] => [full.slice(folder.length + 1) + (e.isDirectory() ? "/" : ""), e.isFile() ? readFileSync(full, "utf8") : ""]).sort());
}
export const read = (root: string): Record<string, string> => readAll(join(root, "dist"));
export const want = (files: TreeFile[]): Record<string, string> => Object.fromEntries(files.map((f): [string, string] => [f.path, f.text]).sort());
