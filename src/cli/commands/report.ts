import type { Command } from "commander";
import { AUDIT_FORMATS } from "../options.ts";
import type { MergeOptions, SendingOptions, ShowOptions } from "../report.ts";
import { examples, formatOption, type Register, sendingOptions } from "./command.ts";

const MERGE = "bulkhead report merge shard-*.json --format json > report.json";
const SEND = "bulkhead report send report.json --alertmanager http://alertmanager-0:9093 --alertmanager http://alertmanager-1:9093 --memory alerts.json";

const format = (command: Command): Command => command.addOption(formatOption(AUDIT_FORMATS));

/** `bulkhead report show`, `merge` and `send` */
export const registerReport: Register = (program, run) => {
  const group = program.command("report").description("Show, merge and send reports that `bulkhead audit --format json` wrote.")
    .addHelpText("after", examples("bulkhead report show report.json", MERGE, SEND));
  format(group.command("show <file>"))
    .description("Show a report in any format.")
    .addHelpText("after", `\nExit codes: as of the audit: 0 clean and complete, 1 findings, 3 incomplete; 2 when the file is no report.\n${examples("bulkhead report show report.json", "bulkhead report show report.json --format markdown      # for a comment", "bulkhead report show report.json --format sarif > bulkhead.sarif", "bulkhead report show report.json --format html > report.html")}`)
    .action((file: string, options: ShowOptions) => run(import("../report.ts").then(({ showReport }) => showReport(file, options))));
  format(group.command("merge <files...>"))
    .description("Join the reports of all shards of one audit; a shard that is not there makes it incomplete.")
    .option("--out <file>", "write the joined report as JSON there, whatever is shown")
    .option("--state <dir>", "folder of what earlier runs found; without it everything is new")
    .addHelpText("after", `\nExit codes: as of the audit; 2 when a file is no report, or the files are not of one audit.\n${examples(MERGE, "bulkhead report merge shard-*.json --out report.json", "bulkhead report merge shard-*.json --state audits/      # since when, and what is resolved")}`)
    .action((files: string[], options: MergeOptions) => run(import("../report.ts").then(({ mergeFiles }) => mergeFiles(files, options))));
  sendingOptions(group.command("send <file>"))
    .description("Send a report's alerts to every Alertmanager, and write its metrics.")
    .addHelpText("after", `\nExit codes: 0 everything was taken; 3 a peer did not take all; 2 when the file is no report or cannot be written.\n${examples(SEND, "bulkhead report send report.json --metrics /var/lib/node-exporter/bulkhead.prom")}`)
    .action((file: string, options: SendingOptions) => run(import("../report.ts").then(({ sendReport }) => sendReport(file, options))));
};
