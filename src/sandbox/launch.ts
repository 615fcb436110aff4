/** How a process that runs definitions is started: what Node itself can refuse (D30). */
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const OWN = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Node's arguments: reads the project and packages, writes the staging folder, starts nothing, loads no addon. */
export function launchArguments(root: string, allowed: readonly string[], heapMegabytes?: number): string[] {
  const modules = [...above(root), ...above(OWN)].map((folder) => join(folder, "node_modules")).filter((folder) => existsSync(folder));
  const names = [...allowed, ...Object.keys((JSON.parse(readFileSync(join(OWN, "package.json"), "utf8")) as { dependencies: object }).dependencies)];
  const linked = new Set<string>();
  for (const folder of modules) for (const name of names) follow(join(folder, name), linked);
  const readable = new Set([root, OWN, ...modules, ...linked].map((path) => (path === "/" ? "/*" : `${path}/*`)));
  return [
    "--permission", ...[...readable].map((path) => `--allow-fs-read=${path}`), `--allow-fs-write=${join(root, ".bulkhead/staging")}/*`,
    "--disable-warning=ExperimentalWarning", "--disable-warning=SecurityWarning",
    ...(heapMegabytes === undefined ? [] : [`--max-old-space-size=${heapMegabytes}`]),
  ];
}

/** The environment a definition's process gets: time zone and language, nothing of the caller's. */
export const LAUNCH_ENVIRONMENT = { TZ: "UTC", LANG: "C" };

/** Where a linked package really is, and those it needs: package managers that link put these beside it as links, in a store that can lie anywhere. */
function follow(path: string, found: Set<string>): void {
  if (!existsSync(path)) return;
  const folder = realpathSync(path);
  if (folder === path) return;
  const store = /^(.*\/node_modules)\/(?:@[^/]+\/)?[^/]+$/.exec(folder)?.[1];
  const readable = store ?? folder;
  if (found.has(readable)) return;
  found.add(readable);
  if (store === undefined) return;
  for (const entry of readdirSync(store)) {
    const beside = entry.startsWith("@") ? readdirSync(join(store, entry)).map((name) => join(entry, name)) : [entry];
    for (const name of beside) follow(join(store, name), found);
  }
}

function above(folder: string): string[] {
  return dirname(folder) === folder ? [folder] : [folder, ...above(dirname(folder))];
}
