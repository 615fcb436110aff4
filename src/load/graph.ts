/** The static import graph: cycles and missing files are found before anything runs (D29). */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join, posix } from "node:path";
import { type Problem, unloadable } from "../model/problem.ts";
import { ALLOW_HINT, isAllowed } from "../sandbox/allow.ts";
import { hermeticProblems, stateProblems } from "./hermetic.ts";
import { parseSyntax, type Syntax } from "./syntax.ts";

export interface Graph {
  syntax: Map<string, Syntax>;
  /** Files that must not be loaded, because they or something they import is broken. */
  broken: Set<string>;
  /** Every definition file a file reaches through run-time imports, itself included. */
  reach(file: string): Set<string>;
  problems: Problem[];
  /** What loading needs of it: packages, imports a file, and the files that tenants may share, each after what it imports. */
  needs: { packages: string[]; imports: Record<string, string[]>; common: string[] };
}

/** Parses the given files and everything they import inside the project. */
export function importGraph(root: string, roots: readonly string[], allowed: readonly string[]): Graph {
  const syntax = new Map<string, Syntax>();
  const edges = new Map<string, { to: string; line: number; column: number }[]>();
  const problems: Problem[] = [];
  const broken = new Set<string>();
  const packages = new Set<string>();
  const refuse = (problem: Problem): void => { problems.push(problem); broken.add(problem.source!.file); };
  const queue = [...roots];
  const real = realpathSync(root);
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (syntax.has(file)) continue;
    const parsed = read(root, file);
    syntax.set(file, parsed);
    if (parsed.problems.length > 0) { problems.push(...parsed.problems); broken.add(file); }
    const out: { to: string; line: number; column: number }[] = [];
    for (const problem of hermeticProblems(file, parsed)) refuse(problem);
    for (const { specifier, line, column, type } of parsed.imports) {
      if (type) continue;
      const at = { file, path: "", line, column };
      if (!/^\.{0,2}\/|^file:/.test(specifier)) {
        if (isAllowed(specifier, allowed)) packages.add(specifier);
        else refuse(unloadable("BH2016", `"${specifier}" may not be imported by definitions`, at, ALLOW_HINT));
        continue;
      }
      const to = posix.normalize(posix.join(posix.dirname(file), specifier));
      if (/^(\/|file:)/.test(specifier) || to.startsWith("../")) refuse(unloadable("BH2006", `"${specifier}" lies outside the project`, at, OUTSIDE_HINT));
      else if (!existsSync(join(root, to))) refuse(unloadable("BH2005", `"${specifier}" does not exist`, at, /\.[cm]?[jt]s$/.test(specifier) ? "check the path" : "imports name the file with its ending: .ts"));
      else if (/\.(node|wasm|c[jt]s)$/.test(to)) refuse(unloadable("BH2016", `"${specifier}" is no TypeScript or JSON`, at, "definitions import modules and JSON files of the project"));
      else if (to.includes("node_modules/") || realpathSync(join(root, to)) !== join(real, to)) refuse(unloadable("BH2006", `"${specifier}" leads out of the project through a link or node_modules`, at, OUTSIDE_HINT));
      else { out.push({ to, line, column }); queue.push(to); }
    }
    edges.set(file, out);
  }
  problems.push(...cycles(edges, broken));
  const common = commonFiles(edges);
  for (const file of common) for (const problem of stateProblems(file, syntax.get(file)!)) refuse(problem);
  spread(edges, broken);
  const imports = Object.fromEntries([...edges].filter(([, out]) => out.length > 0).map(([file, out]) => [file, out.map(({ to }) => to)]));
  return { syntax, broken, reach: (file) => reachable(edges, file), problems, needs: { packages: [...packages].sort(), imports, common } };
}

/** Files that several tenants may use: all that lie in no tenant's folder, and what a tenant imports of another. */
function commonFiles(edges: Map<string, { to: string }[]>): string[] {
  const owner = (file: string): string | undefined => /^tenants\/([^_/][^/]*)\//.exec(file)?.[1];
  const common = new Set<string>();
  for (const [file, out] of edges) {
    if (owner(file) === undefined && file !== "tenants/platform.ts") common.add(file);
    for (const { to } of out) if (owner(to) !== owner(file)) for (const reached of reachable(edges, to)) common.add(reached);
  }
  return [...common].sort();
}

const OUTSIDE_HINT = "nothing but the checkout decides the output: import from inside the project";

function read(root: string, file: string): Syntax {
  const bytes = readFileSync(join(root, file));
  if (file.endsWith(".json")) return { imports: [], outside: [], problems: [], state: () => [], locate: () => undefined };
  try {
    return parseSyntax(file, new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return { imports: [], outside: [], state: () => [], problems: [unloadable("BH2002", "the file is not UTF-8", { file, path: "", line: 1, column: 1 }, "save it as UTF-8")], locate: () => undefined };
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
function cycles(edges: Map<string, { to: string; line: number; column: number }[]>, broken: Set<string>): Problem[] {
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
