/**
 * A write that was refused before the tree was touched. Exit 2. `BH5003`: another process writes; `BH5005`: a path is unsafe or something is in its way;
 * `BH5007`: the file system refused.
 */
export class WriteError extends Error {
  readonly code: string;
  readonly hint: string;
  constructor(code: "BH5003" | "BH5005" | "BH5007", message: string, hint: string) { super(message); this.name = "WriteError"; this.code = code; this.hint = hint; }
}

const REASONS: Record<string, [what: string, hint: string]> = {
  ENOSPC: ["the disk is full", "make room, then run the command again: it goes on from there"],
  EDQUOT: ["the disk quota is used up", "make room, then run the command again: it goes on from there"],
  EFBIG: ["the file is larger than this process may write", "raise the limit of file sizes (ulimit -f), then run the command again"],
  EIO: ["the disk fails", "look at the disk, then run the command again: it goes on from there"],
  EROFS: ["the file system is read-only", "run the command where the project can be written, or use --check"],
  EACCES: ["permission is missing", "give this user write access to the project, then run the command again"],
  EPERM: ["the system does not permit it", "give this user write access to the project, then run the command again"],
  EMFILE: ["too many files are open", "raise the limit of open files (ulimit -n)"],
  EXDEV: ["it lies on another file system", "keep .bulkhead/ and the output folder on one file system: a rename must be one step"],
};

/** Does something to a file; an error of the file system that names no path, as those of `write` and `fsync` do not, gets this one. */
export function naming<T>(file: string, work: () => T): T {
  try { return work(); } catch (error) {
    const { errno, path } = error as NodeJS.ErrnoException;
    throw errno !== undefined && path === undefined ? Object.assign(error as Error, { path: file }) : error;
  }
}

/** An error of the file system as one that says what to do; any other as it is. Paths are told from the project's root. */
export function asWriteError(error: unknown, root: string): unknown {
  const { code, path, dest } = error as NodeJS.ErrnoException & { dest?: string };
  const known = code === undefined ? undefined : REASONS[code];
  if (!known) return error;
  const full = dest ?? path ?? root;
  const where = full.startsWith(`${root}/`) ? full.slice(root.length + 1) : "the project";
  return new WriteError("BH5007", `${where} cannot be written: ${known[0]}`, known[1]);
}
