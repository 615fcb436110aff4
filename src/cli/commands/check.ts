import type { CommonOptions } from "../options.ts";
import { common, examples, type Register } from "./command.ts";

/** `bulkhead check` */
export const registerCheck: Register = (program, run) => {
  common(program.command("check"))
    .description("Load and verify every definition; write nothing.")
    .option("--format <format>", "text or json", "text")
    .addHelpText("after", examples("bulkhead check", "bulkhead check --format json | jq '.problems[].code'"))
    .action((options: CommonOptions) => run(import("../check.ts").then(({ check }) => check(options))));
};
