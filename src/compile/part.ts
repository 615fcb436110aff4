/** Compiles one part of the fleet alone, for commands that ask before they write. */
import { type Graph, importGraph } from "../load/graph.ts";
import { definitionFiles, scan } from "../load/scan.ts";
import type { Platform } from "../model/fleet.ts";
import type { Problem } from "../model/problem.ts";
import { placed } from "./place.ts";
import { Worker } from "./processes.ts";

/** What the platform declares, with every problem of it and of the given tenants. */
export interface Part { platform?: Platform; problems: Problem[] }

/** Loads, resolves and renders the platform and these tenants only; checks over the whole fleet are left out. */
export async function compilePart(root: string, asOf: string, ids: readonly string[]): Promise<Part> {
  const found = scan(root);
  const inside = found.problems.filter((p) => ids.some((id) => `${p.source?.file}/`.startsWith(`tenants/${id}/`)));
  if (!found.platform) return { problems: [...found.problems.filter((p) => p.code === "BH2010" && p.source?.file.startsWith("tenants/platform")), ...inside] };
  const tenants = found.tenants.filter((t) => ids.includes(t.id));
  const graph: Graph = importGraph(root, [found.platform, ...found.helpers, ...tenants.flatMap(definitionFiles)]);
  const worker = new Worker(root);
  try {
    const { platform, problems } = await worker.ask({ type: "start", root, asOf, platform: found.platform, helpers: found.helpers, broken: [...graph.broken] }, "started");
    const rendered = await worker.ask({ type: "render", orders: tenants.map((files) => ({ files, foreign: [], shared: { ids: [] }, output: { to: "nothing" } })) }, "rendered");
    return { ...(platform && { platform }), problems: placed([...inside, ...graph.problems, ...problems, ...rendered.tenants.flatMap((t) => t.problems)], graph) };
  } finally {
    worker.end();
  }
}
