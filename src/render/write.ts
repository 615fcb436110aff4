/** Writes dist/ so that a crash leaves the old tree or the new one after the next command (D32). */
import { execFileSync } from "node:child_process";
import { accessSync, closeSync, constants, fsyncSync, lstatSync, mkdirSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { TICK } from "../model/clock.ts";
import { listen, onEnding } from "./ending.ts";
import { asWriteError, naming } from "./error.ts";
import { finishJournal, isJournalOpen, openJournal, STAGING, syncFolder } from "./journal.ts";
import { takeLock } from "./lock.ts";
import type { FolderPlan } from "./plan.ts";

export interface WriteOptions {
  /** Project folder, absolute. */
  root: string;
  /** Output folder below it. */
  out: string;
  /** Plans whose files are staged, in any order; no two for one path. */
  plans: readonly FolderPlan[];
  /** Called before every step, with its name: tests end the process there. */
  step?: (name: string) => void;
}
/** What was done, by sorted path. `unchanged` counts the files that were as they should be and not touched. */
export interface Written { created: string[]; replaced: string[]; removed: string[]; unchanged: number; /** Files in the tree that Bulkhead did not write: left. */ foreign: string[] }

/**
 * Runs `work` as the only writer of the project: finishes what an earlier command left, starts with an empty staging folder and leaves none.
 * Throws WriteError BH5003 when another process still writes after `patience` milliseconds (default 2000). A signal to end leaves in the same way.
 */
export async function withWriter<T>(root: string, out: string, work: () => Promise<T>, patience?: number): Promise<T> {
  try {
    const release = await takeLock(root, patience);
    const leave = (): void => { try { if (!isJournalOpen(root)) rmSync(join(root, STAGING), { recursive: true, force: true }); } finally { release(); } };
    const stay = onEnding(leave);
    try {
      sayLeft(out, finishJournal(root));
      return await work();
    } finally {
      await stay();
      // What cannot be cleared away now is cleared by the next command; the reason why is in the error on its way.
      try { leave(); } catch { /* the disk refuses */ }
    }
  } catch (error) {
    throw asWriteError(error, root);
  }
}

/** Puts the staged files of the plans in place. To be called inside `withWriter`. Touches nothing when there is nothing to do. */
export async function writeTree({ root, out, plans, step = () => {} }: WriteOptions): Promise<Written> {
  const result = summarize(plans);
  if (result.created.length + result.replaced.length + result.removed.length === 0) return result;
  checkAccess(root, out, plans);
  const begun = performance.now();
  settleStaging(root, plans);
  // Whoever changes a file of a fresh folder from now on gives it a later time than the one remembered.
  if (plans.some((p) => p.state !== undefined)) await sleep(Math.max(0, TICK - (performance.now() - begun)));
  // The last moment to leave: from the journal on the write goes through.
  await listen();
  step("journal");
  openJournal(root, {
    version: 2, out, folders: plans.filter((p) => p.fresh).map((p) => p.folder),
    place: plans.flatMap((p) => p.place), remove: plans.flatMap((p) => p.remove),
  });
  finishJournal(root, step, true);
  return result;
}

/** What plans come to, without doing it. */
export function summarize(plans: readonly FolderPlan[]): Written {
  const created = plans.flatMap((p) => p.created).sort();
  const replaced = plans.flatMap((p) => { const made = new Set(p.created); return p.place.map((f) => f.path).filter((path) => !made.has(path)); }).sort();
  return { created, replaced, removed: plans.flatMap((p) => p.remove.map((f) => f.path)).sort(), unchanged: plans.reduce((sum, p) => sum + p.unchanged, 0), foreign: plans.flatMap((p) => p.foreign).sort() };
}

function sayLeft(out: string, paths: readonly string[]): void {
  for (const path of paths) process.stderr.write(`warning[BH5006] ${out}/${path} was changed since a write that was cut off: left as it is\n`);
}

/** Throws the file system's error when a folder could not be changed, or lies elsewhere than the staging folder: better now than half way. */
function checkAccess(root: string, out: string, plans: readonly FolderPlan[]): void {
  const seen = new Set<string>();
  const check = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    if (lstatSync(join(root, path), { throwIfNoEntry: false }) === undefined) check(dirname(path));
    else accessSync(join(root, path), constants.W_OK | constants.X_OK);
  };
  for (const { fresh, folder, place, remove } of plans) for (const path of fresh ? [folder] : [...place, ...remove].map((f) => f.path)) check(dirname(`${out}/${path}`));
  // No folder can be renamed to ".": the answer is another one across file systems and mounts, and nothing happens either way.
  try { renameSync(join(root, STAGING), `${join(root, out)}/.`); } catch (error) { if ((error as NodeJS.ErrnoException).code === "EXDEV") throw Object.assign(error as Error, { dest: join(root, out) }); }
}

/** From this many files on, one `sync` of the file system is cheaper than one a file (1.3 ms each on ext4). */
const MANY = 256;

/** Waits until the disk has all that is staged: a journal must never promise bytes that a power cut takes. */
function settleStaging(root: string, plans: readonly FolderPlan[]): void {
  const folder = join(root, STAGING);
  mkdirSync(folder, { recursive: true });
  const staged = plans.flatMap((p) => (p.fresh ? p.created : p.place.map((f) => f.path)));
  let synced = false;
  if (staged.length >= MANY) {
    try { execFileSync("sync", ["-f", folder], { stdio: "ignore" }); synced = true; } catch { /* a system without it: one by one */ }
  }
  if (!synced) for (const path of staged) syncFile(join(folder, path));
  syncFolder(folder);
}

function syncFile(file: string): void {
  const fd = openSync(file, "r+");
  try { naming(file, () => fsyncSync(fd)); } finally { closeSync(fd); }
}
