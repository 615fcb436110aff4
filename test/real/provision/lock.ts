import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { cacheFolder, progress } from "./component.ts";

const heartbeatMs = 5_000;
const staleMs = 60_000;
const pollMs = 250;

function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

async function isStale(path: string, content: string): Promise<boolean> {
  const [pid, host] = content.split(" ");
  if (host === hostname() && !alive(Number(pid))) return true;
  const age = Date.now() - (await stat(path)).mtimeMs;
  return age > staleMs;
}

/** Removes a lock whose holder is gone; a lock taken meanwhile by another process is put back. */
async function breakLock(path: string, seen: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside);
  if ((await readFile(aside, "utf8")) !== seen) await link(aside, path).catch(() => undefined);
  await unlink(aside);
}

async function acquire(path: string, own: string, name: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, own);
  let told = false;
  try {
    for (;;) {
      try {
        await link(draft, path); // Atomic, and the lock is never seen without its content.
        return;
      } catch (error) {
        if (errorCode(error) !== "EEXIST") throw error;
      }
      try {
        const seen = await readFile(path, "utf8");
        if (await isStale(path, seen)) {
          await breakLock(path, seen);
          continue;
        }
        if (!told) progress(`${name}: waiting for process ${seen.split(" ")[0]}, which is at it`);
        told = true;
      } catch (error) {
        if (errorCode(error) !== "ENOENT") throw error;
        continue; // Released between two looks.
      }
      await pause(pollMs);
    }
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Runs `work` while this process holds the lock `name` in the cache folder. Processes on one
 * machine, and machines that share a cache folder, take turns; the lock of a dead holder is broken.
 */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const folder = join(cacheFolder(), "locks");
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.lock`);
  const own = `${process.pid} ${hostname()} ${randomUUID()}`;
  await acquire(path, own, name);
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, heartbeatMs);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    const held = await readFile(path, "utf8").catch(() => "");
    if (held === own) await rm(path, { force: true });
  }
}
