/** Packs the project and installs it as users do. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { projectRoot, run } from "../provision/component.ts";

/** What `npm pack --json` says. Sizes in bytes. */
export interface Tarball { file: string; size: number; unpackedSize: number; files: string[] }

const made: string[] = [];
/** A new folder without links in its path; `dropFolders` removes it. */
export function newFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `bulkhead-${name}-`));
  made.push(folder);
  return folder;
}
export function dropFolders(): void { for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true }); }

/** Packs a copy of what git holds: the project's own build/ is in use by other tests, and packing builds it anew. */
export async function pack(): Promise<Tarball> {
  const copy = newFolder("pack");
  const { stdout: listed } = await run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: projectRoot });
  // Files that are deleted and not committed yet are still listed.
  for (const path of listed.split("\0").filter((p) => statSync(join(projectRoot, p), { throwIfNoEntry: false })?.isFile())) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(projectRoot, path), join(copy, path));
  }
  symlinkSync(join(projectRoot, "node_modules"), join(copy, "node_modules"));
  // What an earlier build left and no source makes any more.
  mkdirSync(join(copy, "build"));
  writeFileSync(join(copy, "build/left.js"), "");
  const { stdout } = await run("npm", ["pack", "--json", "--loglevel=error"], { cwd: copy });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf("["))) as [{ filename: string; size: number; unpackedSize: number; files: { path: string }[] }];
  return { file: join(copy, packed.filename), size: packed.size, unpackedSize: packed.unpackedSize, files: packed.files.map((f) => f.path).sort() };
}

/** A person's shell on one Node, in one folder. */
export interface Shell {
  folder: string;
  (command: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
}

/** What npm, vitest and CI set for the test run itself; a caller's own settings for npm, its registry and its certificates stay. */
const OF_THE_RUN = /^(npm_(?!config_)|npm_config_(local|global)_prefix|npm_config_(omit|production|include|ignore_scripts)|BULKHEAD_|VITEST|NODE_(ENV|OPTIONS|PATH|V8)|INIT_CWD|GITHUB_|FORCE_COLOR)/i;

/** Runs commands with the `node` of this folder first on PATH. */
export function shell(folder: string, node: string): Shell {
  const own = Object.entries(process.env).filter(([key]) => !OF_THE_RUN.test(key));
  const path = [node, ...(process.env["PATH"] ?? "").split(delimiter).filter((part) => !part.includes("node_modules"))].join(delimiter);
  const env = { ...Object.fromEntries(own), PATH: path, NO_COLOR: "1" };
  return Object.assign((command: string, ...args: string[]) => run(command, args, { cwd: folder, env, allowFail: true }), { folder });
}

/** Installs the tarball in an empty folder. */
export async function install(tarball: Tarball, node: string): Promise<Shell> {
  const user = shell(newFolder("user"), node);
  const { code, stderr } = await user("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", tarball.file);
  if (code !== 0) throw new Error(`npm install ended with ${code}: ${stderr.slice(-2000)}`);
  return user;
}

/** Text of a file of the user's project. */
export const textOf = (user: Shell, path: string): string => readFileSync(join(user.folder, path), "utf8");
