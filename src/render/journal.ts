/** The write journal and its lock (D32): what makes a write that was cut off end as the old tree or the new one. */
import { createHash } from "node:crypto";
import { closeSync, fsyncSync, lstatSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const STATE = ".bulkhead";
/** Folder of files that wait to be renamed into place. On the file system of the tree, or a rename would be a copy. */
export const STAGING = `${STATE}/staging`;
const JOURNAL = `${STATE}/journal.json`;
const LOCKS = `${STATE}/locks`;

/** A write that was refused before the tree was touched. Exit 2. `BH5003`: another process writes; `BH5005`: a path is unsafe or something is in its way. */
export class WriteError extends Error {
  readonly code: string;
  readonly hint: string;
  constructor(code: "BH5003" | "BH5005", message: string, hint: string) { super(message); this.name = "WriteError"; this.code = code; this.hint = hint; }
}

/**
 * What is to be done, complete in itself. `was` is the SHA-256 of what the path held when the journal was made ("" for nothing,
 * "other" for what is no regular file): a path that someone changed after the crash is theirs.
 */
export interface Journal {
  version: 1;
  /** Output folder, from the project's root. */
  out: string;
  place: { path: string; staged: string; sha256: string; was: string }[];
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
export function writeDurably(file: string, text: string): void {
  const fd = openSync(file, "w");
  try { writeFileSync(fd, text); fsyncSync(fd); } finally { closeSync(fd); }
}

/** Makes the names in a folder durable. Systems that cannot open folders order renames themselves. */
export function syncFolder(folder: string): void {
  let fd: number;
  try { fd = openSync(folder, "r"); } catch { return; }
  try { fsyncSync(fd); } catch { /* not on this file system */ } finally { closeSync(fd); }
}

/** Puts the journal in place, whole and durable. From here on the write is going to happen. */
export function openJournal(root: string, journal: Journal): void {
  writeDurably(join(root, `${JOURNAL}.new`), JSON.stringify(journal));
  renameSync(join(root, `${JOURNAL}.new`), join(root, JOURNAL));
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
    for (const { path, staged, sha256, was } of journal.place) {
      step("place");
      const file = at(path);
      if (!fresh) {
        const now = digestAt(file);
        if (now === sha256) continue;
        // Staged bytes that are not the journal's can only come from a disk that lost them; the next synth writes the file again.
        if (now !== was || digestAt(join(root, staged)) !== sha256) { left.push(path); continue; }
      }
      mkdirSync(dirname(file), { recursive: true });
      renameSync(join(root, staged), file);
    }
    step("close");
    unlinkSync(join(root, JOURNAL));
  }
  rmSync(join(root, STAGING), { recursive: true, force: true });
  return left;
}

/** True when a write was cut off after its journal was made. */
export const isJournalOpen = (root: string): boolean => lstatSync(join(root, JOURNAL), { throwIfNoEntry: false }) !== undefined;

/** The open journal. One that cannot be read was not made by a crash (it is renamed into place whole): said, thrown away, nothing done. */
function readJournal(root: string): Journal | undefined {
  if (!isJournalOpen(root)) return undefined;
  try {
    const journal = JSON.parse(readFileSync(join(root, JOURNAL), "utf8")) as Journal;
    // A journal is no secret and no signature: one that came with a clone must not reach outside either.
    const safe = journal.version === 1 && isInside(journal.out) && journal.remove.every((r) => isInside(r.path) && typeof r.was === "string") &&
      journal.place.every((p) => isInside(p.path) && isInside(p.staged) && p.staged.startsWith(`${STAGING}/`) && typeof p.sha256 === "string" && typeof p.was === "string");
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

const held = new Set<string>();

/**
 * Takes the project's write lock and returns the function that lets it go. Throws WriteError BH5003 with the holder's process id when another
 * process still holds it after `patience` milliseconds.
 * Each process puts up a file of its own, named by process id, start time and host, and then looks for others: of two that come at once at least
 * the later sees the earlier, and yields. Nobody ever removes a name that a living process could have, so taking over from a dead one cannot
 * take from a third: the race that a single lock file has.
 */
export async function takeLock(root: string, patience = 2000): Promise<() => void> {
  checkWay(root, `${LOCKS}/x`);
  const folder = join(root, LOCKS);
  mkdirSync(folder, { recursive: true });
  const name = lockName(process.pid);
  const file = join(folder, name);
  // Jitter from the process id: two that yielded to each other must not come back at once.
  for (const until = Date.now() + patience; ; await sleep(20 + (process.pid % 37))) {
    let other = held.has(file) ? name : undefined;
    if (other === undefined) {
      writeFileSync(file, "");
      other = readdirSync(folder).find((n) => n !== name && !isGone(folder, n));
      if (other === undefined) {
        held.add(file);
        return () => { held.delete(file); rmSync(file, { force: true }); };
      }
      rmSync(file, { force: true });
    }
    if (Date.now() >= until) throw new WriteError("BH5003", `another bulkhead (process ${other.split("-")[0]}) is writing here`, `wait for it to end, then run the command again; if it runs nowhere, remove ${LOCKS}/${other}`);
  }
}

/** `<pid>-<start>-<host>`: the start time tells a process from a later one with its number; where the system does not tell it, 0. */
function lockName(pid: number): string {
  return `${pid}-${startOf(pid) ?? "0"}-${createHash("sha256").update(hostname()).digest("hex").slice(0, 8)}`;
}

/** True when the process that put up the name is no more; its file is removed. Names of other hosts cannot be judged from here. */
function isGone(folder: string, name: string): boolean {
  const [pid = "", start = "", host = ""] = name.split("-");
  if (host !== lockName(0).split("-")[2]) return false;
  if (isAlive(Number(pid)) && (start === "0" || startOf(Number(pid)) === start)) return false;
  rmSync(join(folder, name), { force: true });
  return true;
}

function isAlive(pid: number): boolean {
  try { process.kill(pid, 0); return true; } catch (error) { return (error as NodeJS.ErrnoException).code === "EPERM"; }
}

/** Start of a process in clock ticks since boot (Linux: field 22 of /proc/<pid>/stat, counted after the name, which may hold spaces). */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
