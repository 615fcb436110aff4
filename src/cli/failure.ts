import { type Problem, unloadable } from "../model/problem.ts";
import { print } from "./terminal.ts";

/** What was thrown, as a problem: errors that say themselves what they are and what to do, anything else is a bug. */
export function failure(error: unknown): Problem {
  if (isExpected(error)) return unloadable(error.code, error.message, undefined, error.hint);
  return unloadable("BH9001", `internal error: ${error instanceof Error ? error.stack : String(error)}`, undefined, "this is a bug of bulkhead; nothing was written");
}

/** Prints what was thrown. A stack keeps its lines: it is Bulkhead's own text. */
export function printFailure({ code, message, hint }: Problem): void {
  print(process.stderr, `error[${code}] ${message}\n  hint: ${hint}\n`);
}

/** A wrong call, or a tree that cannot be written now. */
const isExpected = (error: unknown): error is Error & { code: string; hint: string } => error instanceof Error && "code" in error && "hint" in error;
