/** The s3 plane's part of a rendered tree: of the committed `dist/`, and of manifests that were just rendered. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { load } from "js-yaml";
import type { Manifest } from "../../../src/layers/layer.ts";
import { TENANT_LABEL } from "../../../src/model/names.ts";
import type { Tree } from "../../../src/model/plane.ts";

const dist = fileURLToPath(new URL("../../../dist/", import.meta.url));

/** The manifests of one cluster's `dist/` that the plane wants. */
export function committedTree(cluster: string): Tree {
  const folder = join(dist, cluster);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => /(?:objectbucketclaim|cephobjectstoreuser)\..*\.yaml$/.test(file)).sort();
  return { cluster, texts: [], manifests: files.map((file) => ({ manifest: load(readFileSync(join(folder, file), "utf8")) as Record<string, unknown>, file: `${cluster}/${file}`, ...tenantOf(file) })) };
}
const tenantOf = (file: string): { tenant?: string } => {
  const tenant = /^tenants\/([^/]+)\//.exec(file)?.[1];
  return tenant === undefined ? {} : { tenant };
};

/** The same of manifests that were just rendered. */
export const renderedTree = (manifests: readonly Manifest[]): Tree => ({
  cluster: "prod-eu", texts: [],
  manifests: manifests.map((manifest, i) => ({ manifest: manifest as unknown as Record<string, unknown>, file: `file-${i}.yaml`, ...(manifest.metadata.labels?.[TENANT_LABEL] !== undefined && { tenant: manifest.metadata.labels[TENANT_LABEL] }) })),
});
