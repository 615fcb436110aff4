import { type CheckOptions, REPORT_FORMATS } from "../options.ts";
import { common, examples, formatOption, type Register } from "./command.ts";

/** `bulkhead check` */
export const registerCheck: Register = (program, run) => {
  common(program.command("check"))
    .description("Load and verify every definition; write nothing.")
    .option("--no-cache", "use nothing of earlier runs")
    .option("--watch", "stay, and check again after every save")
    .option("--verbose", "say on stderr how long each stage took")
    .addOption(formatOption(REPORT_FORMATS))
    .addHelpText("after", examples("bulkhead check", "bulkhead check --watch", "bulkhead check --format json | jq '.problems[].code'", "bulkhead check --format sarif > bulkhead.sarif   # for code scanning", "bulkhead check --format github                  # annotations on a pull request"))
    .action((options: CheckOptions) => run(import("../check.ts").then(({ check }) => check(options))));
};
