import type { InitOptions } from "../init.ts";
import { examples, type Register } from "./command.ts";

/** `bulkhead init` */
export const registerInit: Register = (program, run) => {
  program.command("init [dir]")
    .description("Make a folder a project: platform, one tenant, one product. Overwrites nothing.")
    .option("--tenant <id>", "name of the first tenant", "acme")
    .option("--cluster <name>", "name of the first cluster", "prod")
    .addHelpText("after", examples("bulkhead init", "bulkhead init platform --tenant globex --cluster prod-eu"))
    .action((dir: string | undefined, options: InitOptions) => run(import("../init.ts").then(({ init }) => init(dir ?? ".", options))));
};
