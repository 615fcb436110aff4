import { closeSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Another process writes the same tree. */
export class LockedError extends Error {
  readonly code = "BH5003";
  readonly hint: string;
  constructor(pid: number) { super(`another bulkhead (process ${pid}) is writing here`); this.hint = "wait for it to end, then run the command again"; }
}

/** Takes the project's write lock, over a dead holder's if need be; gives the function that lets it go. */
export function takeLock(root: string): () => void {
  const file = join(root, ".bulkhead", "lock");
  mkdirSync(join(root, ".bulkhead"), { recursive: true });
  for (let tries = 0; ; tries++) {
    try {
      const fd = openSync(file, "wx");
      writeSync(fd, String(process.pid));
      closeSync(fd);
      return () => { try { unlinkSync(file); } catch { /* someone who took it over has removed it */ } };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const pid = Number(readOr(file, "0"));
      if (tries > 3 || (pid > 0 && alive(pid))) throw new LockedError(pid);
      try { unlinkSync(file); } catch { /* the other taker was faster; the next round decides */ }
    }
  }
}

const readOr = (file: string, otherwise: string): string => { try { return readFileSync(file, "utf8"); } catch { return otherwise; } };
function alive(pid: number): boolean {
  try { process.kill(pid, 0); return true; } catch (error) { return (error as NodeJS.ErrnoException).code === "EPERM"; }
}
