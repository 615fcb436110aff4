/** From objects to files: annotations, patches, checks, paths, inventory. */
import type { Placement, TextFile } from "../layers/layer.ts";
import type { Patch } from "../model/fleet.ts";
import { bucketName, TENANT_LABEL, tenantNamespace } from "../model/names.ts";
import { type Problem, refused } from "../model/problem.ts";
import { annotate, applyPatches, digest, type KubernetesObject, objectText } from "../render/file.ts";
import { type DataSet, type Identity, INVENTORY, type InventoryEntry, identityText, inventoryText, plainSource } from "../render/inventory.ts";
import { objectPath, textPath } from "../render/path.ts";
import { applicationProblems } from "../verify/application.ts";
import { verifyObject } from "../verify/object.ts";
import type { CollectedObject } from "./objects.ts";
import type { FolderFiles } from "./deliver.ts";

export interface CollectInput {
  objects: readonly CollectedObject[]; cluster: string; tenant?: string; /** The platform's name. */ platform: string;
  patches: readonly Patch[];
  texts: TextFile[];
  data: DataSet;
}

/** One cluster's share of what a tenant or the platform renders. */
export interface Collected extends FolderFiles {
  problems: Problem[];
  /** Files a layer. */
  counts: Record<string, number>;
  /** Patches that found their object here. */
  used: Set<Patch>;
}

/** All clusters' shares. */
export interface Total { folders: FolderFiles[]; problems: Problem[]; counts: Record<string, number> }

/** Joins the clusters' shares. A patch that found its object on none of them is refused: it says something that is not so. */
export function total(shares: readonly Collected[], patches: readonly Patch[]): Total {
  const counts: Record<string, number> = {};
  for (const [layer, count] of shares.flatMap((s) => Object.entries(s.counts))) counts[layer] = (counts[layer] ?? 0) + count;
  const unused = patches.filter((p) => !shares.some((s) => s.used.has(p)));
  return {
    folders: shares.map(({ folder, files, data }) => ({ folder, files, data })), counts,
    problems: [
      ...shares.flatMap((s) => s.problems),
      ...unused.map((p) => refused("BH4012", `the patch aims at ${p.target.kind} ${p.target.name}, which is not rendered`, p.source, "check kind and name, or drop the patch")),
    ],
  };
}

/** Turns objects and texts into files below dist/, each verified, with their inventory. */
export function collect({ objects, cluster, tenant, platform, patches, texts, data }: CollectInput): Collected {
  const problems: Problem[] = [];
  const files = new Map<string, { text: string; entry: InventoryEntry }>();
  const counts: Record<string, number> = {};
  const identities = new Map<string, Placement>();
  const used = new Set<Patch>();
  const tenancy = tenant === undefined ? undefined : { tenant, bucketPrefix: bucketName(platform, "") };
  const base = tenant === undefined ? `${cluster}/platform` : `${cluster}/tenants/${tenant}`;
  const add = (path: string, text: string, placement: Placement, object: Identity | null): void => {
    const folded = path.toLowerCase();
    const other = files.get(folded);
    if (other) problems.push(refused("BH4002", `two files would be ${path}`, placement.source, "names that differ only by case or by namespace are one file: rename one", [other.entry.source]));
    files.set(folded, { text, entry: { path: path.slice(base.length + 1), sha256: digest(text), object, layer: placement.layer, wave: object ? placement.wave : null, owner: placement.owner, source: plainSource(placement.source) } });
    counts[placement.layer] = (counts[placement.layer] ?? 0) + 1;
  };
  for (const { manifest: raw, placement, extended } of objects) {
    if (extended && tenant !== undefined) raw.metadata.labels = { ...raw.metadata.labels, [TENANT_LABEL]: tenant };
    const { manifest, applied, problems: failed } = applyPatches(annotate(raw, placement), patches);
    problems.push(...failed);
    for (const patch of applied) used.add(patch);
    const identity = identityOf(manifest);
    const key = identityText(identity);
    const other = identities.get(key);
    if (other) problems.push(refused("BH4001", `${key} is declared twice`, placement.source, "one object has one definition: rename one", [other.source]));
    identities.set(key, placement);
    const at = patchedSource(placement, applied);
    const text = objectText(manifest, placement, applied);
    problems.push(...verifyObject(manifest, text, { ...placement, source: at }, tenancy).map((p) => ({ ...p, message: `${key}: ${p.message}` })));
    if (extended && tenant !== undefined && manifest.metadata.namespace !== tenantNamespace(tenant)) {
      problems.push(refused("BH4003", `extend brings ${key}, which is not in the tenant's own namespace`, placement.source, "extend adds namespaced objects of the tenant; what lies outside is the platform's"));
    }
    add(objectPath({ cluster, ...(tenant !== undefined && { tenant }), area: placement.area, layer: placement.layer, ...identityFields(manifest) }), text, placement, identity);
  }
  for (const { area, layer, name, text, source, owner: team } of texts) {
    add(textPath({ cluster, ...(tenant !== undefined && { tenant }), area, layer, name }), text, { area, layer, wave: 0, source, owner: team }, null);
  }
  const all = [...files.values()];
  for (const folder of tenant === undefined ? [base] : [`${base}/walls`, `${base}/content`]) {
    const inside = all.map(({ text, entry: { path, object, source } }) => ({ path: `${base}/${path}`, text, object, source })).filter((f) => f.path.startsWith(`${folder}/`));
    problems.push(...applicationProblems(folder, inside));
  }
  const inventory = inventoryText(all.map((f) => f.entry), data);
  return { folder: base, data, files: [...all.map(({ text, entry }) => ({ path: `${base}/${entry.path}`, text })), { path: `${base}/${INVENTORY}`, text: inventory }], problems, counts, used };
}

const patchedSource = (placement: Placement, applied: readonly Patch[]): Placement["source"] => applied.at(-1)?.source ?? placement.source;
const identityFields = ({ apiVersion, kind, metadata: { namespace, name } }: KubernetesObject) => ({ apiVersion, kind, ...(namespace !== undefined && { namespace }), name });
const identityOf = ({ apiVersion, kind, metadata: { namespace, name } }: KubernetesObject): Identity => ({ group: apiVersion.includes("/") ? apiVersion.split("/")[0]! : "", kind, ...(namespace !== undefined && { namespace }), name });
