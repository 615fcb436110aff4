import { type Problem, unloadable } from "../model/problem.ts";

const REASONS: Record<string, string> = { EACCES: "permission is missing", EPERM: "permission is missing", EISDIR: "it is a folder", ENOTDIR: "a part of its path is a file", EIO: "the disk fails", EMFILE: "too many files are open" };

/** A definition, or a folder of them, that cannot be read: BH2040 when it went away since it was seen, BH0005 for all else. `code` is the file system's. */
export function unreadable(file: string, code = ""): Problem {
  const at = { file, path: "" };
  if (code === "ENOENT") return unloadable("BH2040", `${file} went away while the fleet was read`, at, "run the command again when nobody moves files");
  return unloadable("BH0005", `${file} cannot be read: ${REASONS[code] ?? code}`, at, "check what it is and who may read it");
}
