/** What the processes that run definitions are told of a project, from its import graph. */
import type { Graph } from "../load/graph.ts";
import type { Scan } from "../load/scan.ts";
import type { Setting } from "./protocol.ts";

/** What files import, and all that those import. */
export function importsOf(graph: Graph, files: readonly string[]): Record<string, string[]> {
  const reached = new Set(files.flatMap((file) => [...graph.reach(file)]));
  return Object.fromEntries([...reached].map((file) => [file, graph.imports(file)] as const).filter(([, imports]) => imports.length > 0));
}

export function settingOf(root: string, asOf: string, found: Scan & { platform: string }, graph: Graph, allowed: string[]): Setting {
  const { platform, helpers } = found;
  return { root, asOf, platform, helpers, broken: [...graph.broken], allowed, packages: graph.packages, common: graph.common, imports: importsOf(graph, [platform, ...helpers, ...graph.common]) };
}

/** A file and all that import it. */
export const importersOf = (graph: Graph) => (file: string): string[] => [...graph.files.keys(), ...graph.broken].filter((other) => graph.reach(other).has(file));
