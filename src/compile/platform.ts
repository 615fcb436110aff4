/** Renders what belongs to the platform itself, once a cluster. */
import { layers } from "../layers/index.ts";
import { Sheet, type TextFile } from "../layers/layer.ts";
import type { Platform, Table } from "../model/fleet.ts";
import { collect, total, type Total } from "./collect.ts";
import { tableData } from "./data.ts";
import { renderPlatformLayers, tablesAt } from "./layers.ts";
import { objectsOf } from "./objects.ts";

/** Renders every cluster's platform folder. Nothing in it names a tenant (D5). */
export function renderPlatform(platform: Platform, sharedTables: Table[]): Total {
  const shares = Object.keys(platform.clusters).sort().map((cluster) => {
    const chart = new Sheet();
    const texts: TextFile[] = [];
    renderPlatformLayers(layers, platform, cluster, sharedTables, { chart, file: (file) => texts.push(file) });
    return collect({ objects: objectsOf(chart), cluster, platform: platform.name, patches: platform.patches, texts, data: tableData(tablesAt(platform, cluster, sharedTables)) });
  });
  return total(shares, platform.patches);
}
