import { type SynthOptions, REPORT_FORMATS } from "../options.ts";
import { common, examples, formatOption, type Register } from "./command.ts";

/** `bulkhead synth` */
export const registerSynth: Register = (program, run) => {
  common(program.command("synth"))
    .description("Render dist/: every object and file that enforces isolation.")
    .option("--check", "write nothing; exit 1 and list what is stale")
    .option("--tenant <id...>", "only these tenants' folders")
    .option("--base <ref>", "git revision whose dist/ decides what may not be lost", "HEAD")
    .option("--out <dir>", "output folder, below the project", "dist")
    .option("--no-cache", "use nothing of earlier runs")
    .option("--events <file|url>", "append one CloudEvent about this run to a file, or post it")
    .option("--verbose", "say on stderr how long each stage took")
    .addOption(formatOption(REPORT_FORMATS))
    .addHelpText("after", examples("bulkhead synth", "bulkhead synth --check          # in CI: is dist/ what the definitions say?", "bulkhead synth --check --format github", "bulkhead synth --tenant acme globex", "bulkhead synth --events events.jsonl"))
    .action((options: SynthOptions) => run(import("../synth.ts").then(({ synth }) => synth(options))));
};
