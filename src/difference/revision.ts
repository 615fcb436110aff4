/** Reads files of a git revision, without a checkout. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SimpleGit } from "simple-git";
import { Blobs } from "./blobs.ts";
import { type History, historyOf } from "./history.ts";
import { RevisionError, UNREADABLE_HINT, unreadable } from "./unreadable.ts";

export interface Revision {
  commit: string;
  /** What lies below a folder, by path below it; `mode` 100644 and 100755 are files, 120000 is a symbolic link. */
  tree(folder: string): Promise<{ path: string; mode: string; id: string }[]>;
  /** Ids of the files below a folder, by path below it. */
  list(folder: string): Promise<Map<string, string>>;
  /** Texts of blobs, in the order of their ids, by one child process. */
  read(ids: readonly string[]): Promise<string[]>;
  /** Of the folders two or three names below a folder that hold a file of this name: the file's id, by folder. */
  within(folder: string, name: string): Promise<Map<string, string>>;
  /** Text of one file, path from the project's root; undefined when the revision has none. */
  file(path: string): Promise<string | undefined>;
  /** For reading many blobs, in parts. Close it. */
  blobs(): Blobs;
  /** What git says of the commit's place in time. */
  history: History;
}

/**
 * Opens a revision. Throws a RevisionError; `undefined` stands for a repository without any commit when HEAD is asked for, and for no repository
 * where none is needed.
 */
export async function openRevision(root: string, base: string, { repository = true }: { repository?: boolean } = {}): Promise<Revision | undefined> {
  const { simpleGit } = await import("simple-git");
  const git = simpleGit(root);
  const prefix = await prefixIn(git, root);
  if (prefix === undefined && !repository) return undefined;
  if (prefix === undefined) throw new RevisionError("BH0006", "there is no git repository here", "a base is a git revision: run the command inside the repository");
  const commit = await commitOf(git, base);
  if (commit === undefined) {
    if (base === "HEAD") return undefined;
    const names = (await ask(git, ["for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags"])).split("\n").filter((n) => n !== "");
    const { didYouMean } = await import("../model/suggest.ts");
    throw new RevisionError("BH0006", `"${base}" is no revision of this repository`, names.length > 0 ? didYouMean(base, names) : "give a branch, tag or commit, for one origin/main");
  }
  const tree = async (folder: string): Promise<{ path: string; mode: string; id: string }[]> => {
    const listed = await ask(git, ["ls-tree", "-r", "-z", "--full-tree", commit, `${prefix}${folder}`]);
    return listed.split("\0").flatMap((line) => { const match = /^([0-9]{6}) \w+ ([0-9a-f]+)\t(.*)$/s.exec(line); return match ? [{ path: match[3]!.slice(`${prefix}${folder}`.length).replace(/^\//, ""), mode: match[1]!, id: match[2]! }] : []; });
  };
  const list = async (folder: string): Promise<Map<string, string>> => new Map((await tree(folder)).flatMap(({ path, mode, id }) => (mode.startsWith("100") ? [[path, id] as const] : [])));
  const read = async (ids: readonly string[]): Promise<string[]> => { const blobs = new Blobs(root); try { return await blobs.texts(ids); } finally { await blobs.close(); } };
  // By path and not as `commit:path`: a folder that is not there gives nothing then, and a failure is a failure.
  const trees = async (folder: string): Promise<string[]> => (await ask(git, ["ls-tree", "-d", "-z", "--full-tree", commit, `${prefix}${folder}/`])).split("\0").flatMap((line) => { const match = /^040000 tree [0-9a-f]+\t(.*)$/s.exec(line); return match ? [match[1]!.slice(prefix.length)] : []; });
  const within = async (folder: string, name: string): Promise<Map<string, string>> => {
    const second = (await Promise.all((await trees(folder)).map(trees))).flat();
    // One name a line is all that older git takes; Bulkhead's folders have no line breaks.
    const all = [...second, ...(await Promise.all(second.map(trees))).flat()].filter((path) => !path.includes("\n"));
    const found = all.length === 0 ? [] : await check(root, all.map((path) => `${commit}:${prefix}${path}/${name}`));
    return new Map(all.flatMap((path, i) => (found[i] === undefined ? [] : [[path.slice(folder.length + 1), found[i]] as const])));
  };
  return {
    commit, tree, list, read, within,
    file: async (path) => { const id = (await list(path)).get(""); return id === undefined ? undefined : (await read([id]))[0]; },
    blobs: () => new Blobs(root),
    history: historyOf((args) => ask(git, args), { base, commit, prefix }),
  };
}

/** Git's own last words, of a command that failed. */
const gitSaid = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trim().split("\n").find((line) => /^(fatal|error): /.test(line)) ?? String(error).trim();

/** What git prints; a failure is BH0011. */
const ask = (git: SimpleGit, args: string[]): Promise<string> => git.raw(args).catch((error: unknown) => { throw new RevisionError("BH0011", `git ${args[0]} failed: ${gitSaid(error)}`, UNREADABLE_HINT); });

/** The path from the repository's top to a folder; undefined where there is no repository. Throws where there is one that git does not read. */
async function prefixIn(git: SimpleGit, root: string): Promise<string | undefined> {
  try {
    return (await git.raw(["rev-parse", "--show-prefix"])).replace(/\n$/, "");
  } catch (error) {
    const around = (folder: string): string | undefined => (existsSync(join(folder, ".git")) ? folder : dirname(folder) === folder ? undefined : around(dirname(folder)));
    // Git calls a damaged repository none.
    const at = around(root);
    if (at === undefined && (/not a git repository \(or any/.test(String(error)) || (error as { code?: unknown }).code === "ENOENT" || /ENOENT/.test(String(error)))) return undefined;
    throw new RevisionError("BH0011", `git cannot read the repository${at === undefined ? "" : ` in ${at === root ? "this folder" : at}`}: ${gitSaid(error)}`, UNREADABLE_HINT);
  }
}

/** The commit of a revision; undefined when git knows no such name. Throws when it knows the name and cannot read what is meant. */
async function commitOf(git: SimpleGit, revision: string): Promise<string | undefined> {
  const id = await named(git, revision);
  if (id === undefined) return undefined;
  let failed: unknown;
  const commit = await named(git, `${id}^{commit}`).catch((error: unknown) => { failed = error; return undefined; });
  // Git takes any id that is written out for a name.
  if (commit !== undefined || (failed === undefined && revision.toLowerCase() === id)) return commit;
  const kind = (await ask(git, ["cat-file", "-t", id])).trim();
  if (kind === "tree" || kind === "blob") return undefined;
  throw failed ?? new RevisionError("BH0011", `git cannot read the commit of "${revision}"`, UNREADABLE_HINT);
}

/** The id that a name stands for. With --quiet, git refuses a name that is none without a word. */
async function named(git: SimpleGit, name: string): Promise<string | undefined> {
  try {
    const id = (await git.raw(["rev-parse", "--verify", "--quiet", "--end-of-options", name])).trim();
    return id === "" ? undefined : id;
  } catch (error) {
    if (!/\b(fatal|error): /.test(String(error))) return undefined;
    throw new RevisionError("BH0011", `git cannot read "${name}": ${gitSaid(error)}`, UNREADABLE_HINT);
  }
}

/** Ids of blobs by expressions like `HEAD:path`; undefined where there is none. */
async function check(root: string, names: readonly string[]): Promise<(string | undefined)[]> {
  const lines = (await catFile(root, names)).toString("utf8").split("\n").slice(0, -1);
  if (lines.length !== names.length) throw unreadable(`gave ${lines.length} of ${names.length} answers`);
  return lines.map((line) => /^([0-9a-f]+) blob [0-9]+$/.exec(line)?.[1]);
}

/** What `git cat-file --batch-check` answers to names, one a line. Rejects with git's own words when it fails. */
function catFile(root: string, names: readonly string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", ["cat-file", "--batch-check"], { cwd: root, stdio: ["pipe", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.setEncoding("utf8").on("data", (text: string) => { errors += text; });
    child.on("error", reject);
    // It ends before it has read everything only when it fails, and says why on its way out.
    child.stdin.on("error", () => {});
    child.on("close", (code) => { if (code === 0) resolve(Buffer.concat(chunks)); else reject(unreadable(`ended with ${code}: ${errors.trim()}`)); });
    child.stdin.end(`${names.join("\n")}\n`);
  });
}
