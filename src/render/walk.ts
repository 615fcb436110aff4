import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Everything below a folder that is no folder, links not followed; `regular` for plain files. */
export function walk(base: string, path: string, found: { path: string; regular: boolean }[]): { path: string; regular: boolean }[] {
  if (lstatSync(base, { throwIfNoEntry: false }) === undefined) return found;
  for (const entry of readdirSync(base, { withFileTypes: true })) {
    const below = path ? `${path}/${entry.name}` : entry.name;
    if (entry.isDirectory()) walk(join(base, entry.name), below, found);
    else found.push({ path: below, regular: entry.isFile() });
  }
  return found;
}
