import type { SnapshotCommandOptions } from "../snapshot.ts";
import { examples, liveOptions, type Register } from "./command.ts";

/** `bulkhead snapshot` */
export const registerSnapshot: Register = (program, run) => {
  liveOptions(program.command("snapshot <folder>"))
    .description("Record what an audit reads of a cluster, to audit it elsewhere or later. Never holds a Secret.")
    .option("--force", "replace an earlier snapshot that lies there")
    .addHelpText("after", `\nExit codes: 0 everything was read; 2 the call is wrong; 3 something could not be read: the snapshot says what; 130, 143 stopped by Ctrl-C or SIGTERM: nothing is written.\n${examples("bulkhead snapshot evidence/", "bulkhead audit --cluster prod-eu --live evidence/")}`)
    .action((folder: string, options: SnapshotCommandOptions) => run(import("../snapshot.ts").then(({ snapshot }) => snapshot(folder, options))));
};
