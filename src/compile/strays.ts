/** Folders of the output that belong to nothing any more: tenants and clusters that are gone, and files of others. */
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { checkWay } from "../render/journal.ts";
import { type FolderPlan, planFolder } from "../render/plan.ts";

/** Plans for everything below the output folder that is in none of the known folders; of one tenant's only, where `tenants` names them. */
export function strayPlans(root: string, out: string, known: ReadonlySet<string>, tenants?: ReadonlySet<string>): FolderPlan[] {
  checkWay(root, `${out}/x`);
  if (lstatSync(join(root, out), { throwIfNoEntry: false }) === undefined) return [];
  const plan = (folder: string): FolderPlan => planFolder({ root, out, folder, files: [], stage: false });
  const foreign: string[] = [];
  const below = (folder: string): string[] => readdirSync(join(root, out, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory()) return [path];
    foreign.push(path);
    return [];
  }).sort();
  const clusters = below("");
  const folders = clusters.flatMap(below);
  const strays = folders.flatMap((folder) => (folder.endsWith("/tenants") ? below(folder) : [folder])).filter((folder) => !known.has(folder));
  if (tenants) return strays.filter((folder) => tenants.has(/^[^/]+\/tenants\/([^/]+)$/.exec(folder)?.[1] ?? "")).map(plan);
  return [...strays.map(plan), { folder: "", fresh: false, created: [], place: [], remove: [], foreign, unchanged: 0 }];
}
