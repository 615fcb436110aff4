/** Trees as planes read them: of the committed example, and of rendered tenants. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { load } from "js-yaml";
import type { Tree, TreeManifest } from "../../../src/model/plane.ts";
import type { Rendered } from "./fixture.ts";

const dist = join(import.meta.dirname, "../../../dist");

/** Everything that a cluster's folder of the committed `dist/` holds. */
export function exampleTree(cluster = "prod-eu"): Tree {
  const files = readdirSync(join(dist, cluster), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const about = (path: string) => {
    const file = relative(dist, path);
    const tenant = /^[^/]+\/tenants\/([^/]+)\//.exec(file)?.[1];
    return { file, ...(tenant !== undefined && { tenant }) };
  };
  return {
    cluster,
    manifests: files.filter((path) => path.endsWith(".yaml")).map((path) => ({ ...about(path), manifest: load(readFileSync(path, "utf8")) as Record<string, unknown> })),
    texts: files.filter((path) => !path.endsWith(".yaml")).map((path) => ({ ...about(path), text: readFileSync(path, "utf8") })),
  };
}

/** What one tenant renders to, as a tree's manifests. */
export const manifestsOf = (rendered: Rendered, tenant?: string): TreeManifest[] =>
  rendered.objects.map(({ manifest, placement }, i) => ({ manifest: manifest as unknown as Record<string, unknown>, file: `${i}.yaml`, owner: placement.owner, ...(tenant !== undefined && { tenant }) }));
