import { resolve } from "node:path";
import { compile } from "../compile/compile.ts";
import { type CommonOptions, REPORT_FORMATS, validateCommon } from "./options.ts";
import { exitOf, printOutcome, reporting } from "./outcome.ts";
import { print } from "./terminal.ts";

/** `bulkhead check`: loads, resolves, renders and verifies; ignores dist/. */
export async function check(options: CommonOptions): Promise<number> {
  const asOf = validateCommon(options, REPORT_FORMATS);
  const root = resolve(options.cwd);
  return reporting("check", options, root, async () => {
    const { problems, tenants, count, remember } = await compile({ root, asOf, output: { to: "nothing" }, ...(options.cache === false && { cache: false }) });
    remember(false);
    await printOutcome({ command: "check", format: options.format, root, problems });
    const exit = exitOf(problems);
    if (exit === 0 && options.format === "text") print(process.stderr, `${tenants.length} tenants, ${count} files: all checks passed\n`);
    return exit;
  });
}
