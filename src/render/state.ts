/** Whether a folder of the tree is still what was written, without reading it: what git's index does (D33). */
import { hash } from "node:crypto";
import { lstatSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { TICK } from "../model/clock.ts";
import { digestAt } from "./journal.ts";
import { INVENTORY, parseInventory } from "./inventory.ts";
import { walk } from "./walk.ts";

/**
 * State of a folder that holds exactly these files: in the same state nothing was added, removed or changed. Empty when a file is missing, or
 * changed too lately to tell. A folder that only this process can reach (`own`) is never too young, and keeps its state when it is renamed as a whole.
 */
export function folderState(base: string, paths: readonly string[], own = false): string {
  const numbers: number[] = [];
  const folders = new Set<string>(["."]);
  const oldest = own ? Number.POSITIVE_INFINITY : Date.now() - TICK;
  for (const path of paths) {
    const stat = lstatSync(`${base}/${path}`, { throwIfNoEntry: false });
    if (!stat?.isFile() || stat.ctimeMs > oldest) return "";
    numbers.push(stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs);
    for (let way = dirname(path); !folders.has(way); way = dirname(way)) folders.add(way);
  }
  for (const folder of folders) {
    const stat = lstatSync(`${base}/${folder}`, { throwIfNoEntry: false });
    if (!stat?.isDirectory() || stat.mtimeMs > oldest) return "";
    numbers.push(stat.ino, stat.mtimeMs);
  }
  return hash("sha256", new Uint8Array(Float64Array.from(numbers).buffer), "hex");
}

/** True when a folder holds exactly these files with the bytes that the inventory of this digest lists. */
export function folderHolds(base: string, paths: readonly string[], inventory: string): boolean {
  if (digestAt(join(base, INVENTORY)) !== inventory) return false;
  const present = walk(base, "", []);
  const wanted = new Set(paths);
  if (present.length !== wanted.size || !present.every(({ path, regular }) => regular && wanted.has(path))) return false;
  return parseInventory(readFileSync(join(base, INVENTORY), "utf8"))!.files.every((file) => digestAt(join(base, file.path)) === file.sha256);
}
