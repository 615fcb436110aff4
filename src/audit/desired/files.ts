/** Files of manifests that someone names: a file, a folder, `-` for standard input. */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { type Problem, unloadable } from "../../model/problem.ts";

/** A file that can be read twice, in parts the second time. */
export interface ManifestFile {
  /** From the working folder, POSIX; `<stdin>` for standard input. */
  name: string;
  /** Everything. Throws what the file system throws. */
  whole(): Buffer;
  part(offset: number, length: number): Buffer;
}

export interface FindOptions { cwd: string; stdin: () => Promise<Buffer> }

const MANIFEST = /\.(ya?ml|json)$/;
const problem = (code: string, message: string, file: string, hint: string): Problem => unloadable(code, message, { file, path: "" }, hint);

/** Everything that the paths name, in order; a folder's files by name, hidden ones left out. What cannot be read is a problem, because what it declares would be missed. */
export async function findManifests(paths: readonly string[], { cwd, stdin }: FindOptions): Promise<{ files: ManifestFile[]; problems: Problem[] }> {
  const files = new Map<string, ManifestFile>();
  const problems: Problem[] = [];
  const nameOf = (path: string): string => relative(cwd, path).split(sep).join("/") || ".";
  const add = (path: string): void => { files.set(path, onDisk(path, nameOf(path))); };
  const walk = (folder: string): void => {
    const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    if (entries.some(({ name }) => name === "Chart.yaml")) {
      problems.push(problem("BH7306", "this is a chart of Helm, and no manifests", nameOf(join(folder, "Chart.yaml")), "give what helm template prints"));
      return;
    }
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.name.startsWith(".")) continue;
      if (entry.isDirectory()) attempt(path, () => { walk(path); });
      else if (entry.isFile()) { if (MANIFEST.test(entry.name)) add(path); }
      else if (entry.isSymbolicLink() ? MANIFEST.test(entry.name) || isFolder(path) : MANIFEST.test(entry.name)) problems.push(problem("BH7307", `this is a ${entry.isSymbolicLink() ? "symbolic link" : "special file"} inside a folder: it is not followed`, nameOf(path), "name what it leads to as a path of its own, or put the file itself there"));
    }
  };
  const attempt = (path: string, work: () => void): void => {
    try { work(); } catch (error) { problems.push(unreadableFile(error, nameOf(path))); }
  };
  for (const given of paths) {
    if (given === "-") { const bytes = await stdin(); files.set("-", inMemory("<stdin>", bytes)); continue; }
    const path = resolve(cwd, given);
    attempt(path, () => {
      const stat = statSync(path);
      if (stat.isDirectory()) walk(path);
      else if (stat.isFile()) add(path);
      // A pipe gives its bytes once.
      else files.set(path, inMemory(nameOf(path), readFileSync(path)));
    });
  }
  return { files: [...files.values()], problems };
}

const isFolder = (path: string): boolean => { try { return statSync(path).isDirectory(); } catch { return false; } };

const REASONS: Record<string, string> = { ENOENT: "there is no such file or folder", EACCES: "permission is missing", EPERM: "permission is missing", ELOOP: "its symbolic links go in a circle", ERR_FS_FILE_TOO_LARGE: "it is larger than 2 GiB" };

/** What the file system says, as a problem (BH7307). */
export function unreadableFile(error: unknown, name: string): Problem {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return problem("BH7307", REASONS[code] ?? `it cannot be read (${code || String(error)})`, name, code === "ENOENT" ? "check the spelling; - stands for standard input" : "make it readable: what it declares would be missed");
}

const inMemory = (name: string, bytes: Buffer): ManifestFile => ({ name, whole: () => bytes, part: (offset, length) => bytes.subarray(offset, offset + length) });

function onDisk(path: string, name: string): ManifestFile {
  return {
    name,
    whole: () => readFileSync(path),
    part: (offset, length) => {
      const fd = openSync(path, "r");
      try {
        const bytes = Buffer.alloc(length);
        let at = 0;
        for (let n = 1; n > 0 && at < length; at += n) n = readSync(fd, bytes, at, length - at, offset + at);
        return bytes.subarray(0, at);
      } finally { closeSync(fd); }
    },
  };
}
