/** Writes dist/ so that a crash leaves the old tree or the new one after the next command (D32). */
import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { digest } from "./file.ts";
import { INVENTORY, parseInventory } from "./inventory.ts";
import { checkWay, digestAt, finishJournal, isInside, isJournalOpen, openJournal, STAGING, syncFolder, takeLock, WriteError, writeDurably } from "./journal.ts";

/** A file to be: its POSIX path from the output folder and its text. */
export interface TreeFile { path: string; text: string }
export interface WriteOptions {
  /** Project folder, absolute. */
  root: string;
  /** Output folder below it. */
  out: string;
  /** The whole tree; Bulkhead's own files that are not in it are stale. */
  files: readonly TreeFile[];
  /** Only these paths are looked at and touched, of the files and of the tree; default all. */
  only?: (path: string) => boolean;
  /** Called before every step, with its name: tests end the process there. */
  step?: (name: string) => void;
  /** Milliseconds to wait for another writer; default 2000. */
  patience?: number;
}
/** What was done, by sorted path. `unchanged` counts the files that were as they should be and not touched. */
export interface Written { created: string[]; replaced: string[]; removed: string[]; unchanged: number; /** Files in the tree that Bulkhead did not write: left. */ foreign: string[] }

/**
 * Brings the tree to the given files; touches only what differs, and nothing when nothing does. A file is Bulkhead's when an inventory in the tree
 * lists it; of those, the ones no longer rendered are removed, with the folders they leave empty. A path that is to be rendered is Bulkhead's whatever
 * stands there. Throws WriteError before anything is touched.
 */
export async function writeTree(options: WriteOptions): Promise<Written> {
  const { root, out, step = () => {} } = options;
  const release = await takeLock(root, options.patience);
  try {
    sayLeft(out, finishJournal(root));
    const { changed, missing, stale, foreign, wanted } = compare(options);
    const result: Written = { created: missing, replaced: changed, removed: stale, unchanged: wanted.size - changed.length - missing.length, foreign };
    if (missing.length + changed.length + stale.length === 0) return result;
    checkPlaces(root, out, [...missing, ...changed, ...stale]);
    const place = stage(root, [...missing, ...changed].map((path) => ({ path, text: wanted.get(path)! })), step)
      .map((entry) => ({ ...entry, was: digestAt(join(root, out, entry.path)) }));
    step("journal");
    openJournal(root, { version: 1, out, place, remove: stale.map((path) => ({ path, was: digestAt(join(root, out, path)) })) });
    finishJournal(root, step, true);
    return result;
  } finally {
    release();
  }
}

/** Finishes a write that was cut off; safe to call at any time. Returns the paths it left because someone changed them since. */
export async function recover(root: string): Promise<string[]> {
  if (!isJournalOpen(root)) return [];
  const release = await takeLock(root);
  try {
    const left = finishJournal(root);
    sayLeft("", left);
    return left;
  } finally {
    release();
  }
}

function sayLeft(out: string, paths: readonly string[]): void {
  for (const path of paths) process.stderr.write(`warning[BH5006] ${out && `${out}/`}${path} was changed since a write that was cut off: left as it is\n`);
}

/** How the tree differs from the files, by sorted path. */
export interface Comparison { changed: string[]; missing: string[]; /** In the tree and not in the files: stale ones of Bulkhead's and foreign ones. */ extra: string[] }

/** Says how the tree differs from the files, untracked files included; writes nothing and takes no lock. */
export async function compareTree(options: WriteOptions): Promise<Comparison> {
  const { changed, missing, stale, foreign } = compare(options);
  return { changed, missing, extra: [...stale, ...foreign].sort() };
}

interface Plan { changed: string[]; missing: string[]; stale: string[]; foreign: string[]; wanted: Map<string, string> }

function compare({ root, out, files, only = () => true }: WriteOptions): Plan {
  if (!isInside(out)) throw new WriteError("BH5005", `the output folder "${out}" lies outside the project`, "name a folder below the project, such as dist");
  checkWay(root, `${out}/x`);
  const base = join(root, out);
  const wanted = new Map<string, string>();
  for (const { path, text } of files) {
    if (!isInside(path)) throw new WriteError("BH5005", `"${path}" is no path below ${out}/`, "this is a bug of a layer: report it");
    if (only(path)) wanted.set(path, text);
  }
  const all = walk(base, "", []);
  const present = new Map(all.filter((e) => only(e.path)).map((e) => [e.path, e.regular]));
  const owned = new Set<string>();
  for (const [path, regular] of present) {
    if (!regular || !path.endsWith(`/${INVENTORY}`)) continue;
    owned.add(path);
    // A listed path that leads elsewhere (`../`) equals no path of the walk.
    for (const file of parseInventory(readFileSync(join(base, path), "utf8"))?.files ?? []) owned.add(`${dirname(path)}/${file.path}`);
  }
  const changed: string[] = [];
  const missing: string[] = [];
  for (const [path, text] of wanted) {
    const regular = present.get(path);
    if (regular === undefined) missing.push(path);
    else if (!regular || !holds(join(base, path), text)) changed.push(path);
  }
  const rest = [...present.keys()].filter((path) => !wanted.has(path)).sort();
  return { changed: changed.sort(), missing: missing.sort(), stale: rest.filter((path) => owned.has(path)), foreign: rest.filter((path) => !owned.has(path)), wanted };
}

/** Bytes, not text: reading as text would take broken UTF-8 for a replacement character. */
function holds(file: string, text: string): boolean {
  const size = Buffer.byteLength(text);
  return lstatSync(file).size === size && readFileSync(file).equals(Buffer.from(text));
}

/** Everything below a folder that is no folder, links not followed; `regular` for plain files. */
function walk(base: string, path: string, found: { path: string; regular: boolean }[]): { path: string; regular: boolean }[] {
  if (lstatSync(join(base, path), { throwIfNoEntry: false }) === undefined) return found;
  for (const entry of readdirSync(join(base, path), { withFileTypes: true })) {
    const below = path ? `${path}/${entry.name}` : entry.name;
    if (entry.isDirectory()) walk(base, below, found);
    else found.push({ path: below, regular: entry.isFile() });
  }
  return found;
}

/** Everything that would stop a rename half way has to be said now: once there is a journal, it is only ever rolled forward. */
function checkPlaces(root: string, out: string, paths: readonly string[]): void {
  const seen = new Set<string>();
  const needed = new Set<string>(paths);
  for (const path of paths) {
    checkWay(root, `${out}/${path}`, seen);
    if (lstatSync(join(root, out, path), { throwIfNoEntry: false })?.isDirectory()) throw new WriteError("BH5005", `${out}/${path} is a folder, and a file is needed there`, "move the folder away");
    for (let way = dirname(path); way !== "."; way = dirname(way)) {
      if (needed.has(way)) throw new WriteError("BH5005", `${out}/${way} would be a file and a folder`, "this is a bug of a layer: report it");
    }
  }
}

/** From this many files on, one `sync` of the file system is cheaper than one a file (1.3 ms each on ext4). */
const MANY = 256;

function stage(root: string, files: readonly TreeFile[], step: (name: string) => void): { path: string; staged: string; sha256: string }[] {
  checkWay(root, `${STAGING}/x`);
  const folder = join(root, STAGING);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const put = files.length < MANY ? writeDurably : writeFileSync;
  const staged = files.map(({ path, text }, n) => {
    step("stage");
    put(join(folder, String(n)), text);
    return { path, staged: `${STAGING}/${n}`, sha256: digest(text) };
  });
  if (put === writeFileSync) {
    try { execFileSync("sync", ["-f", folder], { stdio: "ignore" }); } catch { files.forEach(({ text }, n) => writeDurably(join(folder, String(n)), text)); }
  }
  syncFolder(folder);
  return staged;
}
