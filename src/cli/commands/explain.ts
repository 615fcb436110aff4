import type { ExplainOptions } from "../explain.ts";
import { common, examples, formatOption, type Register } from "./command.ts";

/** `bulkhead explain` */
export const registerExplain: Register = (program, run) => {
  common(program.command("explain <what>"))
    .description("Say which property of which definition set a leaf of a rendered object, or a line of a rendered text.")
    .option("--cluster <name>", "only objects of this cluster")
    .option("--out <dir>", "output folder, below the project", "dist")
    .addOption(formatOption(["text", "json"]))
    .addHelpText("after", `\n<what> is a file of dist/, Kind/name or Kind/namespace/name; then #/json/pointer or #L12; without it all leaves are listed.\n${examples("bulkhead explain dist/prod-eu/tenants/acme/walls/resources/tenant-acme/resourcequota.compute.yaml#/spec/hard/pods", "bulkhead explain ResourceQuota/tenant-acme/compute --cluster prod-eu", "bulkhead explain dist/prod-eu/tenants/acme/walls/database/warehouse-eu/unit.sql#L12")}`)
    .action((what: string, options: ExplainOptions) => run(import("../explain.ts").then(({ explain }) => explain(what, options))));
};
