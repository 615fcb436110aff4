/** The static import graph: cycles and missing files are found before anything runs (D29). */
import { hash } from "node:crypto";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { type Problem, unloadable } from "../model/problem.ts";
import { ALLOW_HINT, isAllowed } from "../sandbox/allow.ts";
import { hermeticProblems, stateProblems } from "./hermetic.ts";
import { stateOf } from "./state.ts";
import { type ImportSite, parseSyntax, type Syntax } from "./syntax.ts";
import { unreadable } from "./unreadable.ts";

/** What is known of a file: remembered between runs, so that only changed files are parsed (D33). */
export interface FileFacts {
  /** State of the file when it was read: a file in the same state has the same bytes. Empty when it was too young to tell. */
  state: string;
  /** Hex SHA-256 of its bytes. */
  sha256: string;
  imports: ImportSite[];
}

export interface Graph {
  /** Every definition file reached, and what is known of it. Files with problems of their own are not in it. */
  files: Map<string, FileFacts>;
  /** Parses a file of the graph for positions; undefined for what is no file of it. */
  syntax(file: string): Syntax | undefined;
  /** Files that must not be loaded, because they or something they import is broken. */
  broken: Set<string>;
  /** Every definition file a file reaches through run-time imports, itself included. */
  reach(file: string): Set<string>;
  problems: Problem[];
  /** Packages that definitions import. */
  packages: string[];
  /** Files that tenants may share: all that lie in no tenant's folder, and what a tenant imports of another. */
  common: string[];
  /** What a file imports in the project, in order. */
  imports(file: string): string[];
}

type Edge = { to: string; line: number; column: number };

/**
 * Reads the given files and everything they import inside the project; parses those that are not `known` in their present state. `allowed` are the
 * packages that definitions may import.
 */
export function importGraph(root: string, roots: readonly string[], allowed: readonly string[], known: ReadonlyMap<string, FileFacts> = new Map()): Graph {
  const parsed = new Map<string, Syntax>();
  const files = new Map<string, FileFacts>();
  const edges = new Map<string, Edge[]>();
  const problems: Problem[] = [];
  const broken = new Set<string>();
  const packages = new Set<string>();
  const refuse = (problem: Problem): void => { problems.push(problem); broken.add(problem.source!.file); };
  const links = new Links(root);
  const seen = new Set<string>();
  const queue = [...roots];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const facts = factsOf(root, file, known.get(file), parsed);
    const own = parsed.get(file)?.problems ?? [];
    if (own.length > 0) { problems.push(...own); broken.add(file); } else files.set(file, facts);
    const out: Edge[] = [];
    for (const { specifier, line, column, type } of facts.imports) {
      if (type) continue;
      const at = { file, path: "", line, column };
      if (!/^\.{0,2}\/|^file:/.test(specifier)) {
        if (isAllowed(specifier, allowed)) packages.add(specifier);
        else refuse(unloadable("BH2016", `"${specifier}" may not be imported by definitions`, at, ALLOW_HINT));
        continue;
      }
      const to = posix.normalize(posix.join(posix.dirname(file), specifier));
      if (/^(\/|file:)/.test(specifier) || to.startsWith("../")) refuse(unloadable("BH2006", `"${specifier}" lies outside the project`, at, OUTSIDE_HINT));
      else if (!seen.has(to) && !existsSync(join(root, to))) refuse(unloadable("BH2005", `"${specifier}" does not exist`, at, /\.[cm]?[jt]s$/.test(specifier) ? "check the path" : "imports name the file with its ending: .ts"));
      else if (/\.(node|wasm|c[jt]s)$/.test(to)) refuse(unloadable("BH2016", `"${specifier}" is no TypeScript or JSON`, at, "definitions import modules and JSON files of the project"));
      else if (to.includes("node_modules/") || !links.isPlain(to)) refuse(unloadable("BH2006", `"${specifier}" leads out of the project through a link or node_modules`, at, OUTSIDE_HINT));
      // A pipe would never be read to its end.
      else if (!seen.has(to) && lstatSync(join(root, to), { throwIfNoEntry: false })?.isFile() === false) refuse(unloadable("BH2005", `"${specifier}" is no file`, at, "imports name a file with its ending: .ts"));
      else { out.push({ to, line, column }); queue.push(to); }
    }
    edges.set(file, out);
  }
  problems.push(...cycles(edges, broken));
  const reached = new Map<string, Set<string>>();
  const reach = (file: string): Set<string> => {
    if (!reached.has(file)) reached.set(file, reachable(edges, file));
    return reached.get(file)!;
  };
  const syntax = (file: string): Syntax | undefined => {
    if (!seen.has(file)) return undefined;
    if (!parsed.has(file)) parsed.set(file, parse(file, read(root, file)));
    return parsed.get(file);
  };
  const common = commonFiles(edges, reach);
  for (const file of common) for (const problem of stateProblems(file, syntax(file)!)) refuse(problem);
  spread(edges, broken);
  return { files, broken, problems, syntax, reach, packages: [...packages].sort(), common, imports: (file) => (edges.get(file) ?? []).map(({ to }) => to) };
}

const OUTSIDE_HINT = "nothing but the checkout decides the output: import from inside the project";

function commonFiles(edges: Map<string, Edge[]>, reach: (file: string) => Set<string>): string[] {
  const owner = (file: string): string | undefined => /^tenants\/([^_/][^/]*)\//.exec(file)?.[1];
  const common = new Set<string>();
  for (const [file, out] of edges) {
    const own = owner(file);
    if (own === undefined && file !== "tenants/platform.ts") common.add(file);
    for (const { to } of out) if (!common.has(to) && owner(to) !== own) for (const reached of reach(to)) common.add(reached);
  }
  return [...common].sort();
}

/** Finds links on the way to a file; asks the file system once a folder. */
class Links {
  readonly #root: string;
  readonly #folders = new Map<string, boolean>([[".", true]]);
  constructor(root: string) { this.#root = root; }

  isPlain(path: string): boolean {
    return lstatSync(join(this.#root, path), { throwIfNoEntry: false })?.isSymbolicLink() !== true && this.#isPlainFolder(posix.dirname(path));
  }

  #isPlainFolder(folder: string): boolean {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const plain = this.isPlain(folder);
    this.#folders.set(folder, plain);
    return plain;
  }
}

function factsOf(root: string, file: string, known: FileFacts | undefined, parsed: Map<string, Syntax>): FileFacts {
  const state = stateOf(join(root, file));
  if (known && state !== "" && known.state === state) return known;
  const bytes = read(root, file);
  const sha256 = hash("sha256", bytes instanceof Error ? "" : bytes, "hex");
  if (known?.sha256 === sha256) return { ...known, state };
  const syntax = parse(file, bytes);
  if (syntax.problems.length > 0) parsed.set(file, syntax);
  return { state, sha256, imports: syntax.imports };
}

function read(root: string, file: string): Buffer | NodeJS.ErrnoException {
  try { return readFileSync(join(root, file)); } catch (error) { return error as NodeJS.ErrnoException; }
}

function parse(file: string, bytes: Buffer | NodeJS.ErrnoException): Syntax {
  const unread = (...problems: Problem[]): Syntax => ({ imports: [], outside: [], state: () => [], problems, locate: () => undefined });
  if (bytes instanceof Error) return unread(unreadable(file, bytes.code));
  if (file.endsWith(".json")) return unread();
  try {
    const syntax = parseSyntax(file, new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return { ...syntax, problems: [...syntax.problems, ...hermeticProblems(file, syntax)] };
  } catch {
    return unread(unloadable("BH2002", "the file is not UTF-8", { file, path: "", line: 1, column: 1 }, "save it as UTF-8"));
  }
}

function reachable(edges: Map<string, { to: string }[]>, from: string): Set<string> {
  const seen = new Set([from]);
  const queue = [from];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    for (const { to } of edges.get(file) ?? []) if (!seen.has(to)) { seen.add(to); queue.push(to); }
  }
  return seen;
}

/** One problem a cycle, found by depth-first search with three colours. */
function cycles(edges: Map<string, Edge[]>, broken: Set<string>): Problem[] {
  const problems: Problem[] = [];
  const state = new Map<string, "open" | "done">();
  const path: string[] = [];
  const visit = (file: string): void => {
    state.set(file, "open");
    path.push(file);
    for (const { to, line, column } of edges.get(file) ?? []) {
      if (state.get(to) === "open") {
        const cycle = path.slice(path.indexOf(to));
        for (const member of cycle) broken.add(member);
        problems.push(unloadable("BH2003", `import cycle: ${[...cycle, to].join(" -> ")}`, { file, path: "", line, column }, "in one of the two, write the reference as a string: \"domain/product:table.column\"", cycle.map((member) => ({ file: member, path: "" }))));
      } else if (!state.has(to)) visit(to);
    }
    path.pop();
    state.set(file, "done");
  };
  for (const file of [...edges.keys()].sort()) if (!state.has(file)) visit(file);
  return problems;
}

/** What imports something broken cannot be loaded either, and is not reported again. */
function spread(edges: Map<string, { to: string }[]>, broken: Set<string>): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (const [file, out] of edges) if (!broken.has(file) && out.some(({ to }) => broken.has(to))) { broken.add(file); changed = true; }
  }
}
