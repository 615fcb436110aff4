import { resolve } from "node:path";
import { compile } from "../compile/compile.ts";
import { observe } from "./observe.ts";
import { type CheckOptions, REPORT_FORMATS, UsageError, validateCommon } from "./options.ts";
import { exitOf, printOutcome, reporting } from "./outcome.ts";
import { count } from "../report/report.ts";
import { print } from "./terminal.ts";

/** `bulkhead check`: loads, resolves, renders and verifies; ignores dist/. */
export async function check(options: CheckOptions): Promise<number> {
  const asOf = validateCommon(options, REPORT_FORMATS);
  const root = resolve(options.cwd);
  if (options.watch) {
    if (options.format !== "text") throw new UsageError("BH0001", `--watch has no --format ${options.format}`, "leave --format out: who watches reads text");
    return (await import("./watch.ts")).watchCheck({ root, asOf });
  }
  return reporting("check", options, root, async () => {
    const observer = observe(options.verbose ?? false);
    const { problems, tenants, count: files, remember } = await compile({ root, asOf, output: { to: "nothing" }, ...(options.cache === false && { cache: false }), ...observer }).finally(observer.end);
    remember(false);
    await printOutcome({ command: "check", format: options.format, root, problems });
    const exit = exitOf(problems);
    if (exit === 0 && options.format === "text") print(process.stderr, `${count(tenants.length, "tenant")}, ${count(files, "file")}: all checks passed\n`);
    return exit;
  });
}
