import type { SnapshotCommandOptions } from "../snapshot.ts";
import { examples, liveOptions, type Register } from "./command.ts";

/** `bulkhead snapshot` */
export const registerSnapshot: Register = (program, run) => {
  liveOptions(program.command("snapshot <folder>"))
    .description("Record what an audit reads of a cluster, to audit it elsewhere or later. Never holds a Secret.")
    .option("--cluster <name>", "cluster of dist/ whose stores (PostgreSQL, Kafka, Ceph and so on) are recorded too; without it only Kubernetes is")
    .option("--ref <ref>", "git revision whose dist/ names the stores", "HEAD")
    .option("--out <dir>", "output folder, below the project", "dist")
    .option("--cwd <dir>", "folder of the project", ".")
    .option("--force", "replace an earlier snapshot that lies there")
    .addHelpText("after", `\nExit codes: 0 everything was read; 2 the call is wrong; 3 something could not be read: the snapshot says what; 130, 143 stopped by Ctrl-C or SIGTERM: nothing is written.\n${examples("bulkhead snapshot evidence/ --cluster prod-eu", "bulkhead audit --cluster prod-eu --live evidence/")}`)
    .action((folder: string, options: SnapshotCommandOptions) => run(import("../snapshot.ts").then(({ snapshot }) => snapshot(folder, options))));
};
