/** Which packages definitions may import. An allowed package is trusted code. */
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { type Problem, unloadable } from "../model/problem.ts";

const ALWAYS = ["bulkhead", "cdk8s", "cdk8s-plus-28", "constructs"];
const NAME = /^(@[a-z0-9._~-]+\/)?[a-z0-9._~-]+$/;

/** Reads `"bulkhead": { "allow": [...] }` of the project's package.json: platform.ts cannot say it, because it is loaded under the same rule. */
export function allowedPackages(root: string): { allowed: string[]; problems: Problem[] } {
  const wrong = (why: string): { allowed: string[]; problems: Problem[] } => ({ allowed: ALWAYS, problems: [unloadable("BH2025", `package.json: ${why}`, { file: "package.json", path: "", line: 1, column: 1 }, '"bulkhead": { "allow": ["package-name"] } lists packages that definitions may import')] });
  let text: string;
  try { text = readFileSync(join(root, "package.json"), "utf8"); } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? { allowed: ALWAYS, problems: [] } : wrong(`it cannot be read (${code})`);
  }
  let settings: unknown;
  try { settings = (JSON.parse(text) as { bulkhead?: unknown } | null)?.bulkhead; } catch { return wrong("it is not JSON"); }
  if (settings === undefined) return { allowed: ALWAYS, problems: [] };
  if (typeof settings !== "object" || settings === null || Object.keys(settings).some((key) => key !== "allow")) return wrong('"bulkhead" must be an object with "allow" only');
  const { allow = [] } = settings as { allow?: unknown };
  if (!Array.isArray(allow)) return wrong('"bulkhead.allow" must be a list of package names');
  const bad = (allow as unknown[]).find((name) => typeof name !== "string" || !NAME.test(name) || isBuiltin(name));
  if (bad !== undefined) return wrong(`"bulkhead.allow" has ${JSON.stringify(bad)}, which is no package's name`);
  return { allowed: [...ALWAYS, ...(allow as string[])], problems: [] };
}

export const ALLOW_HINT = 'definitions import bulkhead, cdk8s, cdk8s-plus-28, constructs, files of the project, and what package.json lists in "bulkhead": { "allow": [] }';

/** True when a bare specifier names an allowed package or a path in it. */
export function isAllowed(specifier: string, allowed: readonly string[]): boolean {
  return !isBuiltin(specifier) && allowed.some((name) => specifier === name || specifier.startsWith(`${name}/`));
}
