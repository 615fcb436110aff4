/** Real file systems that refuse: small, read-only, another one, and a process that root's rights do not help. */
import { spawnSync } from "node:child_process";

const works = (command: string, args: string[]): boolean => spawnSync(command, args, { stdio: "ignore" }).status === 0;

/** A command that runs without root's right to pass over permissions; the user stays the same, so that files are still readable where they lie. */
export function withoutPrivileges(command: string[]): string[] {
  if (process.getuid?.() !== 0) return command;
  const ways = [["setpriv", "--inh-caps=-all", "--bounding-set=-all", "--"], ["unshare", "-U"]];
  const way = ways.find(([name, ...args]) => works(name!, [...args, "true"]));
  if (!way) throw new Error("root's rights cannot be dropped here: neither setpriv nor unshare -U works");
  return [...way, ...command];
}

/** How a shell script gets mounts of its own that end with it; undefined where this system allows none. */
export const ownMounts: string[] | undefined = [["unshare", "-m", "sh", "-c"], ["unshare", "-rm", "sh", "-c"]].find(([name, ...args]) => works(name!, [...args, "mount -t tmpfs t /mnt"]));
