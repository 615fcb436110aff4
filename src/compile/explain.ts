/** Loads what one rendered file depends on, in a child process, and traces the file there. */
import { type Graph, importGraph } from "../load/graph.ts";
import { definitionFiles, scan, type TenantFiles } from "../load/scan.ts";
import type { Traced } from "../explain/cause.ts";
import { isError, type Problem } from "../model/problem.ts";
import { allowedPackages } from "../sandbox/allow.ts";
import { Orders } from "./order.ts";
import { placed } from "./place.ts";
import { Worker } from "./processes.ts";
import { importersOf, settingOf } from "./setting.ts";
import type { TraceTarget } from "./trace.ts";

/** Traces one file of dist/. Without `traced`, either problems say why, or the definitions do not render that file. */
export async function traceFile(root: string, asOf: string, target: TraceTarget): Promise<{ traced?: Traced; problems: Problem[] }> {
  const found = scan(root);
  if (!found.platform || found.tenants.length === 0) return { problems: found.problems };
  const usable = { ...found, platform: found.platform };
  const { allowed, problems: settings } = allowedPackages(root);
  const graph = importGraph(root, [found.platform, ...found.helpers, ...found.tenants.flatMap(definitionFiles)], allowed);
  const tenants = concerned(found.tenants, found.helpers, graph, target.tenant);
  const worker = new Worker({ root, allowed });
  try {
    const started = await worker.start({ type: "start", ...settingOf(root, asOf, usable, graph, allowed), layer: target.layer }, importersOf(graph));
    const problems = [...found.problems, ...settings, ...worker.takeEnded(), ...graph.problems, ...started.problems].filter(isError);
    if (problems.length > 0) return { problems: placed(problems, graph) };
    const orders = new Orders(found, graph);
    const { traced, problems: refused } = await worker.trace({ type: "trace", target, orders: tenants.map((files) => orders.of(files, { to: "nothing" })) });
    return { ...(traced && { traced }), problems: placed([...refused, ...worker.takeEnded()], graph) };
  } finally {
    worker.end();
  }
}

/** The target's tenant and those that import a helper which it imports: whether a table is shared depends on them. */
function concerned(tenants: TenantFiles[], helpers: readonly string[], graph: Graph, id: string | undefined): TenantFiles[] {
  const helper = new Set(helpers);
  const reach = new Map(tenants.map((t) => [t, new Set(definitionFiles(t).flatMap((file) => [...graph.reach(file)]).filter((file) => helper.has(file)))]));
  const own = id === undefined ? helper : (reach.get(tenants.find((t) => t.id === id)!) ?? new Set<string>());
  return tenants.filter((t) => t.id === id || [...reach.get(t)!].some((file) => own.has(file)));
}
