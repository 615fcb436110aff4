/** Loads what one rendered file depends on, in a child process, and traces the file there. */
import { type Graph, importGraph } from "../load/graph.ts";
import { scan } from "../load/scan.ts";
import type { Traced } from "../explain/cause.ts";
import type { Problem } from "../model/problem.ts";
import { filesOf, foreignFiles, withPlace } from "./compile.ts";
import { Worker } from "./processes.ts";
import type { TraceTarget } from "./trace.ts";

/** Traces one file of dist/. Without `traced`, either problems say why, or the definitions do not render that file. */
export async function traceFile(root: string, asOf: string, target: TraceTarget): Promise<{ traced?: Traced; problems: Problem[] }> {
  const found = scan(root);
  if (!found.platform || found.tenants.length === 0) return { problems: found.problems };
  const graph = importGraph(root, [found.platform, ...found.helpers, ...found.tenants.flatMap(filesOf)]);
  const tenants = concerned(found.tenants, found.helpers, graph, target.tenant);
  const worker = new Worker(root);
  try {
    const loaded = await worker.ask({ type: "load", root, platform: found.platform, tenants, helpers: found.helpers, broken: [...graph.broken], foreign: foreignFiles(graph, found, tenants) }, "loaded");
    const problems = [...found.problems, ...graph.problems, ...loaded.problems].filter((p) => p.severity === "error").map((p) => withPlace(p, graph));
    if (problems.length > 0) return { problems };
    const shared = [...new Set(loaded.uses.map((u) => u.id))].filter((id) => new Set(loaded.uses.filter((u) => u.id === id).map((u) => u.tenant)).size > 1);
    const { traced, problems: refused } = await worker.ask({ type: "trace", target, shared, asOf }, "traced");
    return { ...(traced && { traced }), problems: refused.map((p) => withPlace(p, graph)) };
  } finally {
    worker.end();
  }
}

/** The target's tenant and those that import a helper which it imports: whether a table is shared depends on them. */
function concerned<T extends Parameters<typeof filesOf>[0]>(tenants: T[], helpers: readonly string[], graph: Graph, id: string | undefined): T[] {
  const helper = new Set(helpers);
  const reach = new Map(tenants.map((t) => [t, new Set(filesOf(t).flatMap((file) => [...graph.reach(file)]).filter((file) => helper.has(file)))]));
  const own = id === undefined ? helper : (reach.get(tenants.find((t) => t.id === id)!) ?? new Set<string>());
  return tenants.filter((t) => t.id === id || [...reach.get(t)!].some((file) => own.has(file)));
}
