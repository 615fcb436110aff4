import { CommanderError } from "commander";
import { buildProgram } from "./program.ts";
import { print } from "./terminal.ts";

/** Runs one command line and gives its exit code. */
export async function main(args: string[]): Promise<number> {
  let exit = 0;
  try {
    await buildProgram(async (work) => { exit = await work; }).parseAsync(args, { from: "user" });
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
