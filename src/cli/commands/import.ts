import type { ImportOptions } from "../options.ts";
import { examples, type Register } from "./command.ts";

/** `bulkhead import odcs` */
export const registerImport: Register = (program, run) => {
  const imports = program.command("import").description("Turn what you already have into definitions.")
    .addHelpText("after", examples("bulkhead import odcs contract.odcs.yaml --tenant acme --domain sales"));
  imports.command("odcs <file>")
    .description("Write a product definition from an ODCS data contract.")
    .requiredOption("--tenant <id>", "tenant that gets the product")
    .option("--domain <id>", "domain; default: the contract's")
    .option("--product <id>", "product; default: the contract's name")
    .option("--classify <file>", "YAML file `table.column: level[/category]` for columns the contract does not classify")
    .option("--force", "overwrite an existing definition")
    .option("--cwd <dir>", "folder of the project", ".")
    .addHelpText("after", examples("bulkhead import odcs contract.odcs.yaml --tenant acme --domain sales"))
    .action((file: string, options: ImportOptions) => run(import("../import-odcs.ts").then(({ importOdcs }) => importOdcs(file, options))));
};
