import type { NewProductOptions, NewTenantOptions } from "../new.ts";
import { examples, type Register } from "./command.ts";

const TENANT = "bulkhead new tenant globex --email data@globex.example --plan standard --cluster prod-eu";
const PRODUCT = "bulkhead new product globex/sales/orders --email sales@globex.example";

/** `bulkhead new tenant` and `bulkhead new product` */
export const registerNew: Register = (program, run) => {
  const group = program.command("new").description("Write a definition that passes check; asks on a terminal, takes flags elsewhere.")
    .addHelpText("after", examples(TENANT, PRODUCT));
  group.command("tenant <id>")
    .description("Write tenants/<id>/tenant.ts.")
    .option("--name <text>", "name as people read it; default: made from the id")
    .option("--team <name>", "team that owns it; default: <id>-data")
    .option("--email <address>", "e-mail address of the team")
    .option("--plan <name>", "one of the platform's plans")
    .option("--cluster <name...>", "the platform's clusters it runs on")
    .option("--cwd <dir>", "folder of the project", ".")
    .addHelpText("after", examples("bulkhead new tenant globex      # asks what it needs", TENANT))
    .action((id: string, options: NewTenantOptions) => run(import("../new.ts").then(({ newTenant }) => newTenant(id, options))));
  group.command("product <tenant/domain/product>")
    .description("Write tenants/<tenant>/<domain>/<product>.ts with one table to begin with.")
    .option("--description <text>", "what it holds, in one line; default: made from the name")
    .option("--team <name>", "team that owns it; default: <tenant>-<domain>")
    .option("--email <address>", "e-mail address of the team")
    .option("--cwd <dir>", "folder of the project", ".")
    .addHelpText("after", examples("bulkhead new product globex/sales/orders      # asks what it needs", PRODUCT))
    .action((name: string, options: NewProductOptions) => run(import("../new.ts").then(({ newProduct }) => newProduct(name, options))));
};
