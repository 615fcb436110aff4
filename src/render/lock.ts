/** The project's write lock: one writer at a time. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { WriteError } from "./error.ts";
import { checkWay } from "./journal.ts";

const LOCKS = ".bulkhead/locks";
const held = new Set<string>();

/** A lock that is held. */
export interface Held { /** False when another host took it for left behind. */ holds(): boolean; release(): void }

/**
 * Takes the project's write lock and returns the function that lets it go. Throws WriteError BH5003 with the holder's process id when another
 * process still holds it after `patience` milliseconds.
 */
export async function takeLock(root: string, patience = 2000): Promise<() => void> {
  checkWay(root, `${LOCKS}/x`);
  const lock = await lockFolder(join(root, LOCKS), patience);
  if ("release" in lock) return lock.release;
  throw new WriteError("BH5003", `another bulkhead (process ${lock.holder.split("-")[0]}) is writing here`, `wait for it to end, then run the command again; if it runs nowhere, remove ${LOCKS}/${lock.holder}`);
}

/**
 * Takes the lock whose folder this is, or names its holder when another process still has it after `patience` milliseconds.
 * Each process puts up a file of its own, named by process id, start time and host, and then looks for others: of two that come at once at least
 * the later sees the earlier, and yields. Nobody ever removes a name that a living process could have, so taking over from a dead one cannot
 * take from a third: the race that a single lock file has. Other hosts' processes cannot be looked at: their names stay, or, with `lease`, count for so many
 * milliseconds.
 */
export async function lockFolder(folder: string, patience: number, { lease = Number.POSITIVE_INFINITY }: { lease?: number } = {}): Promise<Held | { holder: string }> {
  mkdirSync(folder, { recursive: true });
  const name = lockName(process.pid);
  const file = join(folder, name);
  // Jitter from the process id: two that yielded to each other must not come back at once.
  for (const until = Date.now() + patience; ; await sleep(20 + (process.pid % 37))) {
    let other = held.has(file) ? name : undefined;
    if (other === undefined) {
      writeFileSync(file, "");
      other = readdirSync(folder).find((n) => n !== name && !isGone(folder, n, lease));
      if (other === undefined) {
        held.add(file);
        return { holds: () => existsSync(file), release: () => { held.delete(file); rmSync(file, { force: true }); } };
      }
      rmSync(file, { force: true });
    }
    if (Date.now() >= until) return { holder: other };
  }
}

/** `<pid>-<start>-<host>`: the start time tells a process from a later one with its number; where the system does not tell it, 0. */
function lockName(pid: number): string {
  return `${pid}-${startOf(pid) ?? "0"}-${createHash("sha256").update(hostname()).digest("hex").slice(0, 8)}`;
}

/** True when the process that put up the name is no more; its file is removed. Names of other hosts can only be judged by their age. */
function isGone(folder: string, name: string, lease: number): boolean {
  const [pid = "", start = "", host = ""] = name.split("-");
  if (host !== lockName(0).split("-")[2]) {
    const stat = statSync(join(folder, name), { throwIfNoEntry: false });
    if (stat && Date.now() - stat.mtimeMs < lease) return false;
  } else if (isAlive(Number(pid)) && (start === "0" || startOf(Number(pid)) === start)) return false;
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
