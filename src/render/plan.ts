/** What one folder of the tree needs to become what it should be; staged where it is found, so that processes share the work (D32). */
import { Buffer } from "node:buffer";
import { closeSync, lstatSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
// The global is closed where definitions run.
import process from "node:process";
import { digest } from "./file.ts";
import { INVENTORY, parseInventory } from "./inventory.ts";
import { asWriteError, naming, WriteError } from "./error.ts";
import { checkWay, digestAt, isInside, STAGING } from "./journal.ts";
import { folderState } from "./state.ts";
import { walk } from "./walk.ts";

/** A file to be: its POSIX path from the output folder and its text. */
export interface TreeFile { path: string; text: string }

/** Steps for one folder. Paths are POSIX, from the output folder, sorted. */
export interface FolderPlan {
  /** Below the output folder; "" for the whole tree. */
  folder: string;
  /** Nothing stands there yet: the staged folder is put in place as a whole. `created` then lists its files, and `place` is empty. */
  fresh: boolean;
  created: string[];
  /** Files to put in place. `was`: SHA-256 of what stands there, "" for nothing, "other" for what is no regular file. */
  place: { path: string; sha256: string; was: string }[];
  remove: { path: string; was: string }[];
  /** Files there that Bulkhead did not write: left. */
  foreign: string[];
  unchanged: number;
  /** Of a fresh folder that is staged: its `folderState`, which stays when it is put in place. */
  state?: string;
}
export interface PlanInput {
  /** Project folder, absolute. */
  root: string;
  /** Output folder below it. */
  out: string;
  folder: string;
  /** All files the folder is to hold. */
  files: readonly TreeFile[];
  /** Write what differs to the staging folder. Otherwise the plan only says how the folder differs. */
  stage: boolean;
  /** Called before each file is staged: tests end the process there. */
  step?: (name: string) => void;
}

/**
 * Compares a folder with the files it is to hold. A file is Bulkhead's when an inventory in the folder lists it; of those, the ones no longer
 * rendered are to be removed. A path that is to be rendered is Bulkhead's whatever stands there. Throws WriteError BH5005 for paths that lead out
 * of the folder and for what stands in the way, BH5007 for what the file system refuses.
 */
export function planFolder(input: PlanInput): FolderPlan {
  try { return planned(input); } catch (error) { throw asWriteError(error, input.root); }
}

function planned({ root, out, folder, files, stage, step }: PlanInput): FolderPlan {
  if (!isInside(out)) throw new WriteError("BH5005", `the output folder "${out}" lies outside the project`, "name a folder below the project, such as dist");
  checkWay(root, `${out}/x`);
  const base = folder ? join(root, out, folder) : join(root, out);
  checkWay(root, `${folder ? `${out}/${folder}` : out}/x`);
  for (const { path } of files) {
    if (!isInside(path) || (folder && !path.startsWith(`${folder}/`))) throw new WriteError("BH5005", `"${path}" is no path below ${out}/${folder}`, "this is a bug of a layer: report it");
  }
  const staging = new Staging(root, step);
  // What an earlier rendering of the same folder staged.
  if (stage && folder) rmSync(join(root, STAGING, folder), { recursive: true, force: true });
  if (files.length > 0 && folder && lstatSync(base, { throwIfNoEntry: false }) === undefined) {
    checkNesting(out, files.map((f) => f.path));
    if (stage) for (const { path, text } of files) staging.put(path, text);
    const created = files.map((f) => f.path).sort();
    const state = stage ? folderState(join(root, STAGING, folder), created.map((path) => path.slice(folder.length + 1)), true) : undefined;
    return { folder, fresh: true, ...(state !== undefined && { state }), created, place: [], remove: [], foreign: [], unchanged: 0 };
  }
  const present = new Map(walk(base, folder, []).map((e) => [e.path, e.regular]));
  const owned = ownedBy(join(root, out), present);
  const place: FolderPlan["place"] = [];
  const created: string[] = [];
  const wanted = new Set<string>();
  const checked = new Set<string>();
  for (const { path, text } of files) {
    wanted.add(path);
    const regular = present.get(path);
    if (regular && holds(join(root, out, path), text)) continue;
    checkWay(root, `${out}/${path}`, checked);
    if (regular === undefined && lstatSync(join(root, out, path), { throwIfNoEntry: false })?.isDirectory()) throw new WriteError("BH5005", `${out}/${path} is a folder, and a file is needed there`, "move the folder away");
    if (regular === undefined) created.push(path);
    if (stage) staging.put(path, text);
    place.push({ path, sha256: digest(text), was: digestAt(join(root, out, path)) });
  }
  if (place.length > 0) checkNesting(out, [...wanted]);
  const rest = [...present.keys()].filter((path) => !wanted.has(path)).sort();
  return {
    folder, fresh: false, created: created.sort(), place: place.sort(byPath),
    remove: rest.filter((path) => owned.has(path)).map((path) => ({ path, was: digestAt(join(root, out, path)) })),
    foreign: rest.filter((path) => !owned.has(path)), unchanged: files.length - place.length,
  };
}

const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : 1);

/** Paths that the inventories among the present files list, and the inventories. A listed path that leads elsewhere (`../`) equals no path of the walk. */
function ownedBy(base: string, present: ReadonlyMap<string, boolean>): Set<string> {
  const owned = new Set<string>();
  for (const [path, regular] of present) {
    if (!regular || !path.endsWith(`/${INVENTORY}`)) continue;
    owned.add(path);
    for (const file of parseInventory(readFileSync(join(base, path), "utf8"))?.files ?? []) owned.add(`${dirname(path)}/${file.path}`);
  }
  return owned;
}

/** Bytes, not text: reading as text would take broken UTF-8 for a replacement character. */
function holds(file: string, text: string): boolean {
  const bytes = readFileSync(file);
  return bytes.length === Buffer.byteLength(text) && bytes.equals(Buffer.from(text));
}

/** A path that another needs as a folder would stop the write half way. */
function checkNesting(out: string, paths: readonly string[]): void {
  const needed = new Set(paths);
  const seen = new Set<string>();
  for (const path of paths) {
    for (let way = dirname(path); way !== "." && !seen.has(way); way = dirname(way)) {
      seen.add(way);
      if (needed.has(way)) throw new WriteError("BH5005", `${out}/${way} would be a file and a folder`, "this is a bug of a layer: report it");
    }
  }
}

/** Who started this process. Once that one has ended, the staging folder belongs to whoever writes next. */
const PARENT = process.ppid;

/** Writes staged files: at their own paths, so that a folder of them can be renamed at once. */
class Staging {
  readonly #root: string;
  readonly #step: ((name: string) => void) | undefined;
  readonly #made = new Set<string>();
  constructor(root: string, step?: (name: string) => void) { this.#root = root; this.#step = step; }

  put(path: string, text: string): void {
    this.#step?.("stage");
    if (process.ppid !== PARENT && process.send) throw new WriteError("BH5003", "the bulkhead that this process works for has ended", "run the command again");
    if (this.#made.size === 0) this.#begin();
    this.#folder(dirname(path));
    const file = `${this.#root}/${STAGING}/${path}`;
    const fd = openSync(file, "w");
    try { naming(file, () => { for (let at = 0, bytes = Buffer.from(text); at < bytes.length; ) at += writeSync(fd, bytes, at); }); } finally { closeSync(fd); }
  }

  #begin(): void {
    checkWay(this.#root, `${STAGING}/x`);
    mkdirSync(join(this.#root, STAGING), { recursive: true });
    this.#made.add(".");
  }

  /** One call a folder: making ways anew for every folder costs as much as the files. */
  #folder(path: string): void {
    if (this.#made.has(path)) return;
    this.#folder(dirname(path));
    try { mkdirSync(`${this.#root}/${STAGING}/${path}`); } catch (error) { if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error; }
    this.#made.add(path);
  }
}
