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

/** Collects an option that may be given several times. */
export const many = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

/** How to reach a cluster. */
export const liveOptions = (command: Command): Command => command
  .option("--context <name>", "kubeconfig context (default: the current one)")
  .option("--kubeconfig <file>", "kubeconfig file (default: KUBECONFIG, then ~/.kube/config)")
  .option("--in-cluster", "ask as the service account of the pod this runs in")
  .option("--timeout <duration>", "longest silence of the API server", "30s");

/** Where a report goes besides the terminal. */
export const sendingOptions = (command: Command): Command => command
  .option("--alertmanager <url>", "base URL of a peer; once for each peer", many)
  .option("--memory <file>", "what was sent before: resolves alerts exactly, and keeps those that were not looked at")
  .option("--interval <duration>", "time between two audits: alerts that are not renewed end after four of them", "1h")
  .option("--runbooks <url>", "base URL of runbooks")
  .option("--report-url <url>", "where people find the report")
  .option("--bound <number>", "most alerts of single objects a tenant", "20")
  .option("--metrics <file>", "write Prometheus metrics there, for one a textfile collector's folder");
