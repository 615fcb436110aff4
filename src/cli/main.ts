import { Command, CommanderError } from "commander";
import { type CommonOptions, type ImportOptions, type SynthOptions } from "./options.ts";
import type { DiffOptions } from "./diff.ts";
import type { ExplainOptions } from "./explain.ts";
import { print } from "./terminal.ts";

/** Runs one command line and gives its exit code. */
export async function main(args: string[]): Promise<number> {
  let exit = 0;
  const program = new Command("bulkhead")
    .description("Compiles definitions of tenants and data products into everything that keeps those tenants apart.")
    .version("0.1.0")
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ writeOut: (text) => process.stdout.write(text), writeErr: (text) => process.stderr.write(text) });
  const common = (command: Command): Command => command
    .option("--cwd <dir>", "folder of the project", ".")
    .option("--as-of <date>", "day that decides expiry in checks, YYYY-MM-DD (default: today, UTC)")
    .option("--format <format>", "text or json", "text");

  common(program.command("check"))
    .description("Load and verify every definition; write nothing.")
    .addHelpText("after", "\nExamples:\n  $ bulkhead check\n  $ bulkhead check --format json | jq '.problems[].code'\n")
    .action(async (options: CommonOptions) => { exit = await (await import("./check.ts")).check(options); });
  common(program.command("synth"))
    .description("Render dist/: every object and file that enforces isolation.")
    .option("--check", "write nothing; exit 1 and list what is stale")
    .option("--tenant <id...>", "only these tenants' folders")
    .option("--base <ref>", "git revision whose dist/ decides what may not be lost", "HEAD")
    .option("--out <dir>", "output folder, below the project", "dist")
    .addHelpText("after", "\nExamples:\n  $ bulkhead synth\n  $ bulkhead synth --check          # in CI: is dist/ what the definitions say?\n  $ bulkhead synth --tenant acme\n")
    .action(async (options: SynthOptions) => { exit = await (await import("./synth.ts")).synth(options); });
  common(program.command("diff"))
    .description("Show what the definitions would change in dist/ of a git revision; write nothing.")
    .option("--base <ref>", "git revision whose dist/ is compared with", "HEAD")
    .option("--tenant <id...>", "only these tenants' folders")
    .option("--out <dir>", "output folder, below the project", "dist")
    .option("--exit-code", "exit 1 when there are differences; without it they are no failure")
    .addHelpText("after", "\nExit codes: 0 compared (with --exit-code: no difference); 1 with --exit-code: differences; 1 or 2 when the definitions do not compile, as for check.\n--format is text, json or markdown (fits a comment on a pull request).\n\nExamples:\n  $ bulkhead diff\n  $ bulkhead diff --base origin/main --format markdown\n  $ bulkhead diff --tenant acme --exit-code\n")
    .action(async (options: DiffOptions) => { exit = await (await import("./diff.ts")).diff(options); });
  common(program.command("explain <what>"))
    .description("Say which property of which definition set a leaf of a rendered object, or a line of a rendered text.")
    .option("--cluster <name>", "only objects of this cluster")
    .option("--out <dir>", "output folder, below the project", "dist")
    .addHelpText("after", "\n<what> is a file of dist/, Kind/name or Kind/namespace/name; then #/json/pointer or #L12; without it all leaves are listed.\n\nExamples:\n  $ bulkhead explain dist/prod-eu/tenants/acme/walls/resources/tenant-acme/resourcequota.compute.yaml#/spec/hard/pods\n  $ bulkhead explain ResourceQuota/tenant-acme/compute --cluster prod-eu\n  $ bulkhead explain dist/prod-eu/tenants/acme/walls/database/warehouse-eu/unit.sql#L12\n")
    .action(async (what: string, options: ExplainOptions) => { exit = await (await import("./explain.ts")).explain(what, options); });
  const imports = program.command("import").description("Turn what you already have into definitions.");
  imports.command("odcs <file>")
    .description("Write a product definition from an ODCS data contract.")
    .requiredOption("--tenant <id>", "tenant that gets the product")
    .option("--domain <id>", "domain; default: the contract's")
    .option("--product <id>", "product; default: the contract's name")
    .option("--classify <file>", "YAML file `table.column: level[/category]` for columns the contract does not classify")
    .option("--force", "overwrite an existing definition")
    .option("--cwd <dir>", "folder of the project", ".")
    .addHelpText("after", "\nExamples:\n  $ bulkhead import odcs contract.odcs.yaml --tenant acme --domain sales\n")
    .action(async (file: string, options: ImportOptions) => { exit = await (await import("./import-odcs.ts")).importOdcs(file, options); });

  try {
    await program.parseAsync(args, { from: "user" });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (isExpected(error)) print(process.stderr, `error[${error.code}] ${error.message}\n  hint: ${error.hint}\n`);
    else print(process.stderr, `error[BH9001] internal error: ${error instanceof Error ? error.stack : String(error)}\n  hint: this is a bug of bulkhead; nothing was written\n`);
    return 2;
  }
}

/** An error that says itself what it is and what to do: a wrong call, or a tree that cannot be written now. */
const isExpected = (error: unknown): error is Error & { code: string; hint: string } => error instanceof Error && "code" in error && "hint" in error;
