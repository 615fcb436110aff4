/** The write journal (D32): what makes a write that was cut off end as the old tree or the new one. */
import { createHash } from "node:crypto";
import { closeSync, fsyncSync, lstatSync, mkdirSync, openSync, readFileSync, renameSync, rmdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { INVENTORY, parseInventory } from "./inventory.ts";
import { naming, WriteError } from "./error.ts";

const STATE = ".bulkhead";
/** Folder of files that wait to be renamed into place. On the file system of the tree, or a rename would be a copy. */
export const STAGING = `${STATE}/staging`;
const JOURNAL = `${STATE}/journal.json`;
/** A journal that is not yet one. */
const DRAFT = `${JOURNAL}.new`;

/**
 * What is to be done, complete in itself; what is placed waits in the staging folder under its own path. `was` is the SHA-256 of what the path held
 * when the journal was made ("" for nothing, "other" for what is no regular file): a path that someone changed after the crash is theirs.
 */
export interface Journal {
  version: 2;
  /** Output folder, from the project's root. */
  out: string;
  /** Folders that were not there, to be put in place whole. */
  folders: string[];
  place: { path: string; sha256: string; was: string }[];
  remove: { path: string; was: string }[];
}

/** Hex SHA-256 of a file's bytes; "" when nothing is there, "other" for a link, a folder or a device. Never follows a link. */
export function digestAt(file: string): string {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (!stat) return "";
  return stat.isFile() ? createHash("sha256").update(readFileSync(file)).digest("hex") : "other";
}

/** True for a POSIX path that stays below the folder it is joined to. */
export const isInside = (path: string): boolean => path !== "" && !/[\\\0]/.test(path) && path.split("/").every((part) => part !== "" && part !== "." && part !== "..");

/** Throws BH5005 when a folder on the way from the root to the path is a link (it could lead out of the project) or no folder. `seen` spares repeated looks. */
export function checkWay(root: string, path: string, seen = new Set<string>()): void {
  const way = dirname(path);
  if (way === "." || seen.has(way)) return;
  checkWay(root, way, seen);
  const stat = lstatSync(join(root, way), { throwIfNoEntry: false });
  if (stat?.isSymbolicLink()) throw new WriteError("BH5005", `${way} is a symbolic link: nothing is written through it`, "replace the link by a folder");
  if (stat && !stat.isDirectory()) throw new WriteError("BH5005", `${way} is a file, and a folder is needed there`, "move the file away");
  seen.add(way);
}

/** Writes a file and waits until the disk has it. */
function writeDurably(file: string, text: string): void {
  const fd = openSync(file, "w");
  try { naming(file, () => { writeFileSync(fd, text); fsyncSync(fd); }); } finally { closeSync(fd); }
}

/** Makes the names in a folder durable. Systems that cannot open folders order renames themselves. */
export function syncFolder(folder: string): void {
  let fd: number;
  try { fd = openSync(folder, "r"); } catch { return; }
  try { fsyncSync(fd); } catch { /* not on this file system */ } finally { closeSync(fd); }
}

/** Puts the journal in place, whole and durable. From here on the write is going to happen. */
export function openJournal(root: string, journal: Journal): void {
  const draft = join(root, DRAFT);
  try { writeDurably(draft, JSON.stringify(journal)); renameSync(draft, join(root, JOURNAL)); } catch (error) { rmSync(draft, { force: true }); throw error; }
  syncFolder(join(root, STATE));
}

/**
 * Rolls an open journal forward; it exists only once everything is staged. `fresh` when this process wrote it just now under the lock.
 * Otherwise each path is looked at first, and those that hold neither the old nor the new bytes are left and returned.
 * Removal goes first: where names fold case, removing `A` after placing `a` would remove the new file.
 */
export function finishJournal(root: string, step: (name: string) => void = () => {}, fresh = false): string[] {
  const left: string[] = [];
  const journal = readJournal(root);
  if (journal) {
    const seen = new Set<string>();
    const at = (path: string): string => { checkWay(root, `${journal.out}/${path}`, seen); return join(root, journal.out, path); };
    for (const { path, was } of journal.remove) {
      step("remove");
      const file = at(path);
      const now = fresh ? was : digestAt(file);
      if (now !== "" && now !== was) { left.push(path); continue; }
      rmSync(file, { force: true });
      prune(join(root, journal.out), dirname(path));
    }
    // Pruning may have taken folders that were looked at.
    seen.clear();
    const ready = new Set<string>();
    const folderFor = (file: string): void => { const way = dirname(file); if (!ready.has(way)) { mkdirSync(way, { recursive: true }); ready.add(way); } };
    for (const folder of journal.folders) {
      step("folder");
      const staged = join(root, STAGING, folder);
      if (lstatSync(staged, { throwIfNoEntry: false }) === undefined) continue;
      const target = at(folder);
      if (!fresh && (lstatSync(target, { throwIfNoEntry: false }) !== undefined || !isWhole(staged))) { left.push(folder); continue; }
      folderFor(target);
      renameSync(staged, target);
    }
    for (const { path, sha256, was } of journal.place) {
      step("place");
      const file = at(path);
      const staged = join(root, STAGING, path);
      if (!fresh) {
        const now = digestAt(file);
        if (now === sha256) continue;
        // Staged bytes that are not the journal's can only come from a disk that lost them; the next synth writes the file again.
        if (now !== was || digestAt(staged) !== sha256) { left.push(path); continue; }
      }
      folderFor(file);
      renameSync(staged, file);
    }
    step("close");
    unlinkSync(join(root, JOURNAL));
  }
  rmSync(join(root, DRAFT), { force: true });
  rmSync(join(root, STAGING), { recursive: true, force: true });
  return left;
}

/** True when a staged folder holds what its inventory says: a disk can lose bytes that were not synced. */
function isWhole(folder: string): boolean {
  if (digestAt(join(folder, INVENTORY)) === "") return false;
  const inventory = parseInventory(readFileSync(join(folder, INVENTORY), "utf8"));
  return inventory !== undefined && inventory.files.every((f) => isInside(f.path) && digestAt(join(folder, f.path)) === f.sha256);
}

/** True when a write was cut off after its journal was made. */
export const isJournalOpen = (root: string): boolean => lstatSync(join(root, JOURNAL), { throwIfNoEntry: false }) !== undefined;

/** The open journal. One that cannot be read was not made by a crash (it is renamed into place whole): said, thrown away, nothing done. */
function readJournal(root: string): Journal | undefined {
  if (!isJournalOpen(root)) return undefined;
  try {
    const journal = JSON.parse(readFileSync(join(root, JOURNAL), "utf8")) as Journal;
    // A journal is no secret and no signature: one that came with a clone must not reach outside either.
    const safe = journal.version === 2 && isInside(journal.out) && journal.folders.every(isInside) && journal.remove.every((r) => isInside(r.path) && typeof r.was === "string") &&
      journal.place.every((p) => isInside(p.path) && typeof p.sha256 === "string" && typeof p.was === "string");
    if (safe) return journal;
  } catch { /* said below */ }
  process.stderr.write("warning[BH5004] the journal of an earlier write cannot be read: thrown away\n");
  rmSync(join(root, JOURNAL), { recursive: true, force: true });
  return undefined;
}

function prune(base: string, path: string): void {
  for (let at = path; at !== "."; at = dirname(at)) {
    try { rmdirSync(join(base, at)); } catch { return; }
  }
}
