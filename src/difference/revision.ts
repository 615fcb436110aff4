/** Reads files of a git revision, without a checkout. */
import { spawn } from "node:child_process";

/** A revision that is none, or a folder that is in no repository. */
class RevisionError extends Error {
  readonly code = "BH0006";
  readonly hint: string;
  constructor(message: string, hint: string) { super(message); this.hint = hint; }
}

export interface Revision {
  commit: string;
  /** Ids of the files below a folder, by path below it. */
  list(folder: string): Promise<Map<string, string>>;
  /** Texts of blobs, in the order of their ids, by one child process. */
  read(ids: readonly string[]): Promise<string[]>;
  /** Of the folders two or three names below a folder that hold a file of this name: the file's id, by folder. */
  within(folder: string, name: string): Promise<Map<string, string>>;
  /** Text of one file, path from the project's root; undefined when the revision has none. */
  file(path: string): Promise<string | undefined>;
}

/**
 * Opens a revision. Throws a RevisionError; `undefined` stands for a repository without any commit when HEAD is asked for, and for no repository
 * where none is needed.
 */
export async function openRevision(root: string, base: string, { repository = true }: { repository?: boolean } = {}): Promise<Revision | undefined> {
  const { simpleGit } = await import("simple-git");
  const git = simpleGit(root);
  const inside = await git.checkIsRepo().catch(() => false);
  if (!inside && !repository) return undefined;
  if (!inside) throw new RevisionError("there is no git repository here", "a base is a git revision: run the command inside the repository");
  const commit = (await git.raw(["rev-parse", "--verify", "--quiet", "--end-of-options", `${base}^{commit}`]).catch(() => "")).trim();
  if (commit === "") {
    if (base === "HEAD") return undefined;
    const names = (await git.raw(["for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags"])).split("\n").filter((n) => n !== "");
    const { didYouMean } = await import("../model/suggest.ts");
    throw new RevisionError(`"${base}" is no revision of this repository`, names.length > 0 ? didYouMean(base, names) : "give a branch, tag or commit, for one origin/main");
  }
  const prefix = (await git.raw(["rev-parse", "--show-prefix"])).trim();
  const list = async (folder: string): Promise<Map<string, string>> => {
    const listed = await git.raw(["ls-tree", "-r", "-z", "--full-tree", commit, `${prefix}${folder}`]);
    const files = listed.split("\0").flatMap((line) => { const match = /^100[0-9]{3} blob ([0-9a-f]+)\t(.*)$/s.exec(line); return match ? [[match[2]!.slice(`${prefix}${folder}`.length).replace(/^\//, ""), match[1]!] as const] : []; });
    return new Map(files);
  };
  const read = (ids: readonly string[]): Promise<string[]> => (ids.length === 0 ? Promise.resolve([]) : batch(root, ids));
  const trees = async (folder: string): Promise<string[]> => (await git.raw(["ls-tree", "-z", "--full-tree", `${commit}:${prefix}${folder}`]).catch(() => "")).split("\0").flatMap((line) => { const match = /^040000 tree [0-9a-f]+\t(.*)$/s.exec(line); return match ? [`${folder}/${match[1]!}`] : []; });
  const within = async (folder: string, name: string): Promise<Map<string, string>> => {
    const second = (await Promise.all((await trees(folder)).map(trees))).flat();
    // One name a line is all that older git takes; Bulkhead's folders have no line breaks.
    const all = [...second, ...(await Promise.all(second.map(trees))).flat()].filter((path) => !path.includes("\n"));
    const found = all.length === 0 ? [] : await check(root, all.map((path) => `${commit}:${prefix}${path}/${name}`));
    return new Map(all.flatMap((path, i) => (found[i] === undefined ? [] : [[path.slice(folder.length + 1), found[i]] as const])));
  };
  return {
    commit, list, read, within,
    file: async (path) => { const id = (await list(path)).get(""); return id === undefined ? undefined : (await read([id]))[0]; },
  };
}

/** Ids of blobs by expressions like `HEAD:path`; undefined where there is none. */
async function check(root: string, names: readonly string[]): Promise<(string | undefined)[]> {
  const lines = (await catFile(root, "--batch-check", names)).toString("utf8").split("\n").slice(0, -1);
  if (lines.length !== names.length) throw new Error(`git cat-file gave ${lines.length} of ${names.length} answers`);
  return lines.map((line) => /^([0-9a-f]+) blob [0-9]+$/.exec(line)?.[1]);
}

async function batch(root: string, ids: readonly string[]): Promise<string[]> {
  const all = await catFile(root, "--batch", ids);
  const texts: string[] = [];
  for (let at = 0; at < all.length; ) {
    const end = all.indexOf(10, at);
    const size = /^[0-9a-f]+ blob ([0-9]+)$/.exec(all.toString("latin1", at, end))?.[1];
    if (size === undefined) throw new Error(`git cat-file: ${all.toString("latin1", at, end)}`);
    texts.push(all.toString("utf8", end + 1, end + 1 + Number(size)));
    at = end + 1 + Number(size) + 1;
  }
  if (texts.length !== ids.length) throw new Error(`git cat-file gave ${texts.length} of ${ids.length} files`);
  return texts;
}

/** What `git cat-file` answers to names, one a line. Rejects with git's own words when it fails. */
function catFile(root: string, mode: "--batch" | "--batch-check", names: readonly string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", ["cat-file", mode], { cwd: root, stdio: ["pipe", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.setEncoding("utf8").on("data", (text: string) => { errors += text; });
    child.on("error", reject);
    child.stdin.on("error", reject);
    child.on("close", (code) => { if (code === 0) resolve(Buffer.concat(chunks)); else reject(new Error(`git cat-file ended with ${code}: ${errors.trim()}`)); });
    child.stdin.end(`${names.join("\n")}\n`);
  });
}
