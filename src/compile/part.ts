/** Compiles one part of the fleet alone, for commands that ask before they write. */
import { importGraph } from "../load/graph.ts";
import { definitionFiles, scan } from "../load/scan.ts";
import type { Platform } from "../model/fleet.ts";
import type { Problem } from "../model/problem.ts";
import { allowedPackages } from "../sandbox/allow.ts";
import { placed } from "./place.ts";
import { Worker } from "./processes.ts";
import { importersOf, importsOf, settingOf } from "./setting.ts";

/** What the platform declares, with every problem of it and of the given tenants. */
export interface Part { platform?: Platform; problems: Problem[] }

/** Loads, resolves and renders the platform and these tenants only; checks over the whole fleet are left out. */
export async function compilePart(root: string, asOf: string, ids: readonly string[]): Promise<Part> {
  const found = scan(root);
  const inside = found.problems.filter((p) => ids.some((id) => `${p.source?.file}/`.startsWith(`tenants/${id}/`)));
  if (!found.platform) return { problems: [...found.problems.filter((p) => p.code === "BH2010" && p.source?.file.startsWith("tenants/platform")), ...inside] };
  const tenants = found.tenants.filter((t) => ids.includes(t.id));
  const { allowed, problems: settings } = allowedPackages(root);
  const graph = importGraph(root, [found.platform, ...found.helpers, ...tenants.flatMap(definitionFiles)], allowed);
  const worker = new Worker({ root, allowed });
  try {
    const { platform, problems } = await worker.start({ type: "start", ...settingOf(root, asOf, { ...found, platform: found.platform }, graph, allowed) }, importersOf(graph));
    const rendered = await worker.render({ type: "render", orders: tenants.map((files) => ({ files, imports: importsOf(graph, definitionFiles(files)), foreign: [], shared: { ids: [] }, output: { to: "nothing" } })) });
    return { ...(platform && { platform }), problems: placed([...inside, ...settings, ...worker.takeEnded(), ...graph.problems, ...rendered.problems, ...problems, ...rendered.tenants.flatMap((t) => t.problems)], graph) };
  } finally {
    worker.end();
  }
}
