import { Command } from "commander";
import { commands } from "./commands/index.ts";
import { examples, type Run } from "./commands/command.ts";
import { print } from "./terminal.ts";
import { version } from "./version.ts";

/** The whole command line as commander knows it: what runs, what `--help` prints and what completion offers. */
export function buildProgram(run: Run): Command {
  const program = new Command("bulkhead")
    .description("Compiles definitions of tenants and data products into everything that keeps those tenants apart.")
    .version(version(), "-V, --version", "print the version")
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ writeOut: (text) => print(process.stdout, text), writeErr: (text) => print(process.stderr, text) });
  program.addHelpText("after", examples("bulkhead init", "bulkhead check", "bulkhead synth", "bulkhead check --help"));
  for (const register of commands) register(program, run);
  return program;
}
