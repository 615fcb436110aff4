/** Renders what belongs to the platform itself, once a cluster. */
import { App, Chart } from "cdk8s";
import { layers } from "../layers/index.ts";
import type { Platform, Table } from "../model/fleet.ts";
import type { Problem } from "../model/problem.ts";
import { renderPrerequisites } from "../render/prerequisites.ts";
import { collect } from "./collect.ts";
import { tableData } from "./data.ts";
import type { RenderedFile } from "./protocol.ts";

/** Renders every cluster's platform folder. Nothing in it names a tenant (D5). */
export function renderPlatform(platform: Platform, sharedTables: Table[]): { files: RenderedFile[]; problems: Problem[]; counts: Record<string, number> } {
  const problems: Problem[] = [];
  const files: RenderedFile[] = [];
  const counts: Record<string, number> = {};
  for (const cluster of Object.keys(platform.clusters).sort()) {
    const app = new App();
    const chart = new Chart(app, "platform", { disableResourceNameHashes: true });
    const texts: Parameters<typeof collect>[0]["texts"] = [];
    const tables = sharedTables.filter((table) => platform.stores[table.store]?.home === cluster);
    for (const layer of layers) {
      const state = layer.platformState?.({ platform, cluster, sharedTables: tables });
      if (state !== undefined) layer.renderPlatform?.(state, { chart, file: (file) => texts.push(file) });
    }
    const needed = layers.flatMap((layer) => layer.prerequisites?.(platform, cluster) ?? []);
    texts.push({ area: { platform: "" }, layer: "gitops", name: "prerequisites.json", text: renderPrerequisites(needed), source: platform.source, owner: platform.onCall.team });
    const result = collect({ app, cluster, owner: platform.onCall.team, patches: platform.patches, texts, extended: new Map(), data: tableData(tables) });
    problems.push(...result.problems);
    files.push(...result.files);
    for (const [layer, count] of Object.entries(result.counts)) counts[layer] = (counts[layer] ?? 0) + count;
  }
  return { files, problems, counts };
}
