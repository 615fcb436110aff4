import { type Command, Option } from "commander";

/** Hands a command's work over: what it resolves to is the exit code. */
export type Run = (work: Promise<number>) => Promise<void>;
/**
 * Adds one command to the program. A file here names options, help and examples only, and imports its work when it runs:
 * `bulkhead --help` reads all of these files and must stay fast.
 */
export type Register = (program: Command, run: Run) => void;

/** Help text of examples: each line a call, optionally with a comment. */
export const examples = (...lines: string[]): string => `\nExamples:\n${lines.map((line) => `  $ ${line}\n`).join("")}`;

/** Options of every command that compiles. */
export const common = (command: Command): Command => command
  .option("--cwd <dir>", "folder of the project", ".")
  .option("--as-of <date>", "day that decides expiry in checks, YYYY-MM-DD (default: today, UTC)");

/** `--format`, checked by the command itself: its answer to a typo is a suggestion. */
export function formatOption(formats: readonly string[]): Option {
  const option = new Option("--format <format>", "how to report").default("text");
  option.argChoices = [...formats];
  return option;
}
