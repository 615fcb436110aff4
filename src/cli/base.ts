import type { Compiled } from "../compile/compile.ts";
import { openRevision } from "../difference/revision.ts";
import type { Problem } from "../model/problem.ts";
import { INVENTORY, parseInventory } from "../render/inventory.ts";
import { removalProblems } from "../verify/removal.ts";
import type { SynthOptions } from "./options.ts";

/** What the base revision's dist/ held and the new files would lose; nothing where there is no such revision yet. */
export async function baseProblems(root: string, { out, base, tenant }: SynthOptions, { folders }: Compiled): Promise<Problem[]> {
  const revision = await openRevision(root, base, { repository: base !== "HEAD" });
  if (!revision) return [];
  const now = new Map(folders.map((folder) => [folder.folder, folder]));
  const wanted = [...(await revision.within(out, INVENTORY))].filter(([folder, blob]) => {
    const owner = ownerOf(folder);
    // The same inventory loses nothing.
    return (!tenant || (owner !== undefined && tenant.includes(owner))) && now.get(folder)?.blob !== blob;
  });
  const texts = await revision.read(wanted.map(([, blob]) => blob));
  return wanted.flatMap(([folder], i) => {
    const before = parseInventory(texts[i]!);
    const owner = ownerOf(folder);
    return before?.data ? removalProblems(folder, before.data, now.get(folder)?.data ?? {}, { file: owner ? `tenants/${owner}/tenant.ts` : "tenants/platform.ts", path: "" }, base) : [];
  });
}

const ownerOf = (folder: string): string | undefined => /\/tenants\/([^/]+)$/.exec(folder)?.[1];
