/** What definitions may import while they run; the parent's graph finds the same before, with its line. */
import { registerHooks, type ResolveFnOutput } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ALLOW_HINT, isAllowed } from "./allow.ts";
import { refuse } from "./refusal.ts";

const PRELOAD = "bulkhead-preload:";

/** Registers the hooks; `allowed` are names of packages. What a definition may not import is noted as a refusal. */
export function guardImports(root: string, allowed: readonly string[]): void {
  const base = `${pathToFileURL(root).href}/`;
  const own = new URL("..", import.meta.url).href;
  const inProject = (url: string | undefined): url is string => url !== undefined && url.startsWith(base) && !url.includes("/node_modules/") && !url.startsWith(own);
  const file = (url: string): string => fileURLToPath(url).slice(root.length + 1);
  const refuseImport = (code: string, message: string, parent: string, hint: string): never => refuse(code, message, hint, { file: file(parent), path: "", line: 1, column: 1 });
  const seen = new Set<string>();
  const packages = new Map<string, ResolveFnOutput>();
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier.startsWith(PRELOAD)) return next(specifier.slice(PRELOAD.length), { ...context, parentURL: `${base}tenants/platform.ts` });
      const { parentURL } = context;
      // Bulkhead itself loads every file by its URL, after the graph of imports has found it, and no link on the way to it: to ask the file system
      // once more costs as much as to load it.
      if (parentURL?.startsWith(own) && inProject(specifier)) { seen.add(specifier); return { url: specifier, format: formatOf(specifier), shortCircuit: true }; }
      if (!inProject(parentURL)) return next(specifier, context);
      const relative = /^\.{0,2}\//.test(specifier) || specifier.startsWith("file:");
      if (!relative && !isAllowed(specifier, allowed)) refuseImport("BH2016", `"${specifier}" may not be imported by definitions`, parentURL, ALLOW_HINT);
      if (!relative) {
        // A package is one instance wherever it is named from (D31), and is looked for once.
        const known = packages.get(specifier) ?? next(specifier, context);
        packages.set(specifier, known);
        return { ...known, shortCircuit: true };
      }
      const { href } = new URL(specifier, parentURL);
      if (seen.has(href)) return { url: href, format: formatOf(href), shortCircuit: true };
      const found = next(specifier, context);
      if (!inProject(found.url)) refuseImport("BH2006", `"${specifier}" leads out of the project`, parentURL, "nothing but the checkout decides the output: import from inside the project");
      return { ...found, format: formatOf(found.url) };
    },
  });
}

/** Files of the project are modules whatever package.json says: a CommonJS one has `require`. */
const formatOf = (url: string): string => (url.endsWith(".json") ? "json" : /\.[cm]?ts$/.test(url) ? "module-typescript" : "module");

/** Imports a package as a definition would, before anything is locked: its own start may need the clock or the environment. */
export async function preload(specifier: string): Promise<object | undefined> {
  try { return (await import(`${PRELOAD}${specifier}`)) as object; } catch { return undefined; }
}
