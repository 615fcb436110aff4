/** `dist/` as the audit reads it: of a folder, or of what the layer renders for a fleet by hand. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { load } from "js-yaml";
import { databaseLayer } from "../../../src/layers/database/index.ts";
import { postgresAudit } from "../../../src/layers/database/plane.ts";
import { type Output, Sheet, type TextFile } from "../../../src/layers/layer.ts";
import type { Platform, Table, Tenant } from "../../../src/model/fleet.ts";
import type { Tree, TreeManifest, TreeText } from "../../../src/model/plane.ts";

const tenantIn = (file: string): { tenant?: string } => { const tenant = /(?:^|\/)tenants\/([^/]+)\//.exec(file)?.[1]; return tenant === undefined ? {} : { tenant }; };
const keep = (tree: Tree): Tree => ({
  ...tree, texts: tree.texts.filter(({ file }) => postgresAudit.wantsText!(file)),
  manifests: tree.manifests.filter(({ manifest }) => { const { apiVersion, kind, metadata } = manifest as { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } }; return postgresAudit.wants({ apiVersion, kind, ...metadata }); }),
});

/** The example fleet's, as committed. */
export function distTree(cluster: string, root = join(import.meta.dirname, "../../../dist")): Tree {
  const files = readdirSync(join(root, cluster), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.parentPath.includes("database")).map((entry) => join(entry.parentPath, entry.name)).sort();
  const read = (path: string): { text: string; file: string; tenant?: string } => { const file = relative(root, path); return { text: readFileSync(path, "utf8"), file, ...tenantIn(file) }; };
  const texts: TreeText[] = files.filter((path) => !path.endsWith(".yaml")).map(read);
  const manifests: TreeManifest[] = files.filter((path) => path.endsWith(".yaml")).map(read).map(({ text, ...rest }) => ({ manifest: load(text) as Record<string, unknown>, ...rest }));
  return keep({ cluster, texts, manifests });
}

/** What the layer renders for a fleet. */
export function fleetTree(platform: Platform, cluster: string, sharedTables: Table[], tenants: readonly Tenant[]): Tree {
  const [texts, manifests]: [TreeText[], TreeManifest[]] = [[], []];
  const render = (tenant: string | undefined, write: (output: Output) => void): void => {
    const sheet = new Sheet();
    const folder = (area: TextFile["area"]): string => (typeof area === "object" ? `${cluster}/platform/${area.platform}${area.folder ? `/${area.folder}` : ""}` : `${cluster}/tenants/${tenant}/${area}/database`);
    write({ chart: sheet, file: (f) => texts.push({ text: f.text, file: `${folder(f.area)}/${f.name}`, owner: f.owner, source: f.source, ...(tenant !== undefined && { tenant }) }) });
    for (const { manifest, placement } of sheet.placed) manifests.push({ manifest, file: `${folder(placement.area)}/${manifest.kind}.${manifest.metadata.name}.yaml`.toLowerCase(), ...(tenant !== undefined && { tenant }) });
  };
  render(undefined, (output) => databaseLayer.renderPlatform!(databaseLayer.platformState!({ platform, cluster, sharedTables })!, output));
  for (const tenant of tenants) { const state = databaseLayer.tenantState!({ platform, cluster, tenant }); if (state) render(tenant.id, (output) => databaseLayer.renderTenant!(state, output)); }
  return keep({ cluster, texts, manifests });
}
