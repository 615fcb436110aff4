/** Runs layers: all of them when a tree is rendered, one when a file is explained. */
import { type App, Chart } from "cdk8s";
import type { layers } from "../layers/index.ts";
import type { Output, TenantScope } from "../layers/layer.ts";
import type { Extension } from "../load/definitions.ts";
import type { Platform, Table } from "../model/fleet.ts";
import { tenantNamespace } from "../model/names.ts";
import { renderPrerequisites } from "../render/prerequisites.ts";

type Layers = typeof layers;

/** What the chosen layers have for a tenant on one cluster. */
export function renderTenantLayers(chosen: Layers, scope: TenantScope, output: Output): void {
  for (const layer of chosen) {
    const state = layer.tenantState?.(scope);
    if (state !== undefined) layer.renderTenant?.(state, output);
  }
}

/** What the chosen layers have for the platform on one cluster, and what they need of others. `tables`: the shared ones of every cluster. */
export function renderPlatformLayers(chosen: Layers, platform: Platform, cluster: string, tables: readonly Table[], output: Output): void {
  const sharedTables = tablesAt(platform, cluster, tables);
  for (const layer of chosen) {
    const state = layer.platformState?.({ platform, cluster, sharedTables });
    if (state !== undefined) layer.renderPlatform?.(state, output);
  }
  const needed = chosen.flatMap((layer) => layer.prerequisites?.(platform, cluster) ?? []);
  output.file({ area: { platform: "" }, layer: "gitops", name: "prerequisites.json", text: renderPrerequisites(needed), source: platform.source, owner: platform.onCall.team });
}

/** Tables of the stores that are at home on a cluster. */
export const tablesAt = (platform: Platform, cluster: string, tables: readonly Table[]): Table[] => tables.filter((table) => platform.stores[table.store]?.home === cluster);

/** Where one extension's constructs go: a chart each, so that two products may give theirs the same id. */
export const extensionChart = (app: App, { file }: Extension, tenant: string): Chart =>
  new Chart(app, `extension:${file.replaceAll("/", ":")}`, { namespace: tenantNamespace(tenant), disableResourceNameHashes: true });
