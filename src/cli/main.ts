import { CommanderError } from "commander";
import { failure, printFailure } from "./failure.ts";
import { buildProgram } from "./program.ts";

/** Runs one command line and gives its exit code. */
export async function main(args: string[]): Promise<number> {
  let exit = 0;
  try {
    await buildProgram(async (work) => { exit = await work; }).parseAsync(args, { from: "user" });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    printFailure(failure(error));
    return 2;
  }
}
