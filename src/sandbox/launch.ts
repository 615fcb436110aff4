/** How a process that runs definitions is started: what Node itself can refuse (D30). */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const OWN = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Node's arguments: reads the project and packages, writes the staging folder, starts nothing, loads no addon. */
export function launchArguments(root: string, allowed: readonly string[], heapMegabytes?: number): string[] {
  const modules = [...above(root), ...above(OWN)].map((folder) => join(folder, "node_modules")).filter((folder) => existsSync(folder));
  const linked = modules.flatMap((folder) => [...allowed, "yaml", "zod"].map((name) => join(folder, name))).filter((path) => existsSync(path)).map((path) => realpathSync(path));
  const readable = new Set([root, OWN, ...modules, ...linked].map((path) => (path === "/" ? "/*" : `${path}/*`)));
  return [
    "--permission", ...[...readable].map((path) => `--allow-fs-read=${path}`), `--allow-fs-write=${join(root, ".bulkhead/staging")}/*`,
    "--disable-warning=ExperimentalWarning", "--disable-warning=SecurityWarning",
    ...(heapMegabytes === undefined ? [] : [`--max-old-space-size=${heapMegabytes}`]),
  ];
}

/** The environment a definition's process gets: time zone and language, nothing of the caller's. */
export const LAUNCH_ENVIRONMENT = { TZ: "UTC", LANG: "C" };

function above(folder: string): string[] {
  return dirname(folder) === folder ? [folder] : [folder, ...above(dirname(folder))];
}
