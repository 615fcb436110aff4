/** The static import graph: cycles and missing files are found before anything runs (D29). */
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { type Problem, unloadable } from "../model/problem.ts";
import { parseSyntax, type Syntax } from "./syntax.ts";

export interface Graph {
  syntax: Map<string, Syntax>;
  /** Files that must not be loaded, because they or something they import is broken. */
  broken: Set<string>;
  /** Every definition file a file reaches through run-time imports, itself included. */
  reach(file: string): Set<string>;
  problems: Problem[];
}

/** Parses the given files and everything they import inside the project. */
export function importGraph(root: string, roots: readonly string[]): Graph {
  const syntax = new Map<string, Syntax>();
  const edges = new Map<string, { to: string; line: number; column: number }[]>();
  const problems: Problem[] = [];
  const broken = new Set<string>();
  const queue = [...roots];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (syntax.has(file)) continue;
    const parsed = read(root, file);
    syntax.set(file, parsed);
    if (parsed.problems.length > 0) { problems.push(...parsed.problems); broken.add(file); }
    const out: { to: string; line: number; column: number }[] = [];
    for (const { specifier, line, column, type } of parsed.imports) {
      if (type || !/^\.{0,2}\//.test(specifier)) continue;
      const to = posix.normalize(posix.join(posix.dirname(file), specifier));
      const at = { file, path: "", line, column };
      if (specifier.startsWith("/") || to.startsWith("../")) { problems.push(unloadable("BH2006", `"${specifier}" lies outside the project`, at, "nothing but the checkout decides the output: import from inside the project")); broken.add(file); }
      else if (!existsSync(join(root, to))) { problems.push(unloadable("BH2005", `"${specifier}" does not exist`, at, /\.[cm]?[jt]s$/.test(specifier) ? "check the path" : "imports name the file with its ending: .ts")); broken.add(file); }
      else { out.push({ to, line, column }); queue.push(to); }
    }
    edges.set(file, out);
  }
  problems.push(...cycles(edges, broken));
  spread(edges, broken);
  return { syntax, broken, reach: (file) => reachable(edges, file), problems };
}

function read(root: string, file: string): Syntax {
  const bytes = readFileSync(join(root, file));
  try {
    return parseSyntax(file, new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return { imports: [], problems: [unloadable("BH2002", "the file is not UTF-8", { file, path: "", line: 1, column: 1 }, "save it as UTF-8")], locate: () => undefined };
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
