/** Writes dist/ so that a crash leaves the old tree or the new one after the next command (D32). */
import { closeSync, existsSync, fsyncSync, lstatSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, unlinkSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { digest } from "./file.ts";
import { INVENTORY, parseInventory } from "./inventory.ts";
import { takeLock } from "./lock.ts";

export interface TreeFile { path: string; text: string }
export interface WriteOptions {
  /** Project folder, absolute. */
  root: string;
  /** Output folder below it. */
  out: string;
  files: readonly TreeFile[];
  /** Only these paths are touched; default all. */
  only?: (path: string) => boolean;
  /** Called before every step, with its name: tests end the process there. */
  step?: (name: string) => void;
}
export interface Written { created: string[]; replaced: string[]; removed: string[]; unchanged: number; /** Files in the tree that Bulkhead did not write: left. */ foreign: string[] }

interface Journal { version: 1; out: string; place: { path: string; staged: string; sha256: string }[]; remove: string[] }
const STAGING = ".bulkhead/staging";
const JOURNAL = ".bulkhead/journal.json";

/** Brings the tree to the given files; touches only what differs. */
export async function writeTree(options: WriteOptions): Promise<Written> {
  const { root, out, step = () => {} } = options;
  const release = takeLock(root);
  try {
    finish(root);
    const plan = compare(options);
    const unchanged = options.files.length - plan.changed.length - plan.missing.length;
    const result: Written = { created: plan.missing, replaced: plan.changed, removed: plan.stale, unchanged, foreign: plan.foreign };
    if (plan.missing.length + plan.changed.length + plan.stale.length === 0) return result;
    const wanted = new Set([...plan.missing, ...plan.changed]);
    rmSync(join(root, STAGING), { recursive: true, force: true });
    mkdirSync(join(root, STAGING), { recursive: true });
    const place = options.files.filter((f) => wanted.has(f.path)).map(({ path, text }, i) => {
      step("stage");
      const staged = `${STAGING}/${i}`;
      durable(join(root, staged), text);
      return { path, staged, sha256: digest(text) };
    });
    step("journal");
    durable(join(root, `${JOURNAL}.new`), JSON.stringify({ version: 1, out, place, remove: plan.stale } satisfies Journal));
    renameSync(join(root, `${JOURNAL}.new`), join(root, JOURNAL));
    finish(root, step);
    return result;
  } finally {
    release();
  }
}

/** Finishes a write that was cut off. Safe to call at any time. */
export async function recover(root: string): Promise<void> {
  if (!existsSync(join(root, JOURNAL))) return;
  const release = takeLock(root);
  try { finish(root); } finally { release(); }
}

/** Rolls the journal forward: it is written only when everything is staged, so nothing can be missing but what is already in place. */
function finish(root: string, step: (name: string) => void = () => {}): void {
  const file = join(root, JOURNAL);
  if (existsSync(file)) {
    const journal = readJournal(file);
    for (const { path, staged } of journal?.place ?? []) {
      step("place");
      const from = join(root, staged);
      if (!existsSync(from)) continue;
      const to = join(root, journal!.out, path);
      refuseLinks(root, journal!.out, path);
      mkdirSync(dirname(to), { recursive: true });
      renameSync(from, to);
    }
    for (const path of journal?.remove ?? []) {
      step("remove");
      refuseLinks(root, journal!.out, path);
      rmSync(join(root, journal!.out, path), { force: true });
      prune(join(root, journal!.out), dirname(path));
    }
    step("close");
    unlinkSync(file);
  }
  rmSync(join(root, STAGING), { recursive: true, force: true });
}

/** A journal that cannot be read was never acted on: it is renamed into place whole. */
function readJournal(file: string): Journal | undefined {
  try {
    const journal = JSON.parse(readFileSync(file, "utf8")) as Journal;
    if (journal.version === 1 && Array.isArray(journal.place) && Array.isArray(journal.remove)) return journal;
  } catch { /* said below */ }
  process.stderr.write("warning[BH5004] the journal of an earlier write cannot be read: thrown away\n");
  return undefined;
}

export interface Comparison { changed: string[]; missing: string[]; /** In the tree and not in the files: stale ones of Bulkhead's and foreign ones. */ extra: string[] }

/** Says how the tree differs from the files; writes nothing. */
export async function compareTree(options: WriteOptions): Promise<Comparison> {
  const { changed, missing, stale, foreign } = compare(options);
  return { changed, missing, extra: [...stale, ...foreign].sort() };
}

function compare({ root, out, files, only = () => true }: WriteOptions): { changed: string[]; missing: string[]; stale: string[]; foreign: string[] } {
  const base = join(root, out);
  const present = new Set(walk(base, "").filter(only));
  const owned = new Set([...present].filter((path) => path.endsWith(`/${INVENTORY}`)).flatMap((path) => [path, ...(parseInventory(readFileSync(join(base, path), "utf8"))?.files ?? []).map((f) => `${dirname(path)}/${f.path}`)]));
  const wanted = new Map(files.map((f) => [f.path, f.text]));
  const changed: string[] = [];
  const missing: string[] = [];
  for (const [path, text] of wanted) {
    if (!present.has(path)) missing.push(path);
    else if (!lstatSync(join(base, path)).isFile() || readFileSync(join(base, path), "utf8") !== text) changed.push(path);
  }
  const rest = [...present].filter((path) => !wanted.has(path)).sort();
  return { changed, missing, stale: rest.filter((path) => owned.has(path)), foreign: rest.filter((path) => !owned.has(path)) };
}

function walk(base: string, path: string): string[] {
  const folder = join(base, path);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? walk(base, path ? `${path}/${e.name}` : e.name) : [path ? `${path}/${e.name}` : e.name]));
}

/** A link inside dist/ could lead out of it: never followed. */
function refuseLinks(root: string, out: string, path: string): void {
  let at = join(root, out);
  for (const part of ["", ...dirname(path).split("/")]) {
    at = join(at, part);
    if (existsSync(at) && lstatSync(at).isSymbolicLink()) throw new Error(`${at.slice(root.length + 1)} is a symbolic link: nothing is written through it`);
  }
}

function prune(base: string, path: string): void {
  for (let at = path; at !== "." && at !== ""; at = dirname(at)) {
    try { rmdirSync(join(base, at)); } catch { return; }
  }
}

function durable(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const fd = openSync(file, "w");
  writeSync(fd, text);
  fsyncSync(fd);
  closeSync(fd);
}
