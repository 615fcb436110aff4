import type { DiffOptions } from "../diff.ts";
import { DIFF_FORMATS } from "../options.ts";
import { common, examples, formatOption, type Register } from "./command.ts";

/** `bulkhead diff` */
export const registerDiff: Register = (program, run) => {
  common(program.command("diff"))
    .description("Show what the definitions would change in dist/ of a git revision; write nothing.")
    .option("--base <ref>", "git revision whose dist/ is compared with", "HEAD")
    .option("--tenant <id...>", "only these tenants' folders")
    .option("--out <dir>", "output folder, below the project", "dist")
    .option("--exit-code", "exit 1 when there are differences; without it they are no failure")
    .addOption(formatOption(DIFF_FORMATS))
    .addHelpText("after", `\nExit codes: 0 compared (with --exit-code: no difference); 1 with --exit-code: differences; 1 or 2 when the definitions do not compile, as for check.\n--format markdown fits a comment on a pull request.\n${examples("bulkhead diff", "bulkhead diff --base origin/main --format markdown", "bulkhead diff --tenant acme --exit-code")}`)
    .action((options: DiffOptions) => run(import("../diff.ts").then(({ diff }) => diff(options))));
};
