import { resolve } from "node:path";
import { compile } from "../compile/compile.ts";
import { type CommonOptions, validateCommon } from "./options.ts";
import { exitOf, printProblems } from "./outcome.ts";
import { print } from "./terminal.ts";

/** `bulkhead check`: loads, resolves, renders and verifies; ignores dist/. */
export async function check(options: CommonOptions): Promise<number> {
  const asOf = validateCommon(options);
  const root = resolve(options.cwd);
  const compiled = await compile({ root, asOf });
  if (options.format === "json") print(process.stdout, `${JSON.stringify({ version: 1, problems: compiled.problems }, undefined, 2)}\n`);
  else printProblems(compiled.problems, root);
  const exit = exitOf(compiled.problems);
  if (exit === 0 && options.format === "text") print(process.stderr, `${compiled.tenants.length} tenants, ${compiled.files.length} files: all checks passed\n`);
  return exit;
}
