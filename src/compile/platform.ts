/** Renders what belongs to the platform itself, once a cluster. */
import { layers } from "../layers/index.ts";
import { Sheet, type TextFile } from "../layers/layer.ts";
import type { Platform, Table } from "../model/fleet.ts";
import { renderPrerequisites } from "../render/prerequisites.ts";
import { collect, total, type Total } from "./collect.ts";
import { tableData } from "./data.ts";
import { objectsOf } from "./objects.ts";

/** Renders every cluster's platform folder. Nothing in it names a tenant (D5). */
export function renderPlatform(platform: Platform, sharedTables: Table[]): Total {
  const owner = platform.onCall.team;
  const shares = Object.keys(platform.clusters).sort().map((cluster) => {
    const chart = new Sheet();
    const texts: TextFile[] = [];
    const tables = sharedTables.filter((table) => platform.stores[table.store]?.home === cluster);
    for (const layer of layers) {
      const state = layer.platformState?.({ platform, cluster, sharedTables: tables });
      if (state !== undefined) layer.renderPlatform?.(state, { chart, file: (file) => texts.push(file) });
    }
    const needed = layers.flatMap((layer) => layer.prerequisites?.(platform, cluster) ?? []);
    texts.push({ area: { platform: "" }, layer: "gitops", name: "prerequisites.json", text: renderPrerequisites(needed), source: platform.source, owner });
    return collect({ objects: objectsOf(chart), cluster, platform: platform.name, patches: platform.patches, texts, data: tableData(tables) });
  });
  return total(shares, platform.patches);
}
