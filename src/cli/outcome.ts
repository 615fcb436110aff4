import { relative, sep } from "node:path";
import { definitionFiles, scan } from "../load/scan.ts";
import { isError, type Problem } from "../model/problem.ts";
import { problemsText } from "../report/problems.ts";
import { countsText } from "../report/report.ts";
import { failure, printFailure } from "./failure.ts";
import { print, useColor } from "./terminal.ts";
import { version } from "./version.ts";

/** Exit code of a set of problems: 2 beats 1, warnings change nothing (D36). */
export function exitOf(problems: readonly Problem[]): number {
  return problems.reduce((exit, p) => (isError(p) ? Math.max(exit, p.exit) : exit), 0);
}

/** Prints problems as text on stderr with a closing count; nothing when there are none. */
export function printProblems(problems: readonly Problem[], root: string): void {
  if (problems.length === 0) return;
  print(process.stderr, `${problemsText(problems, root, useColor(process.stderr))}\n${countsText(problems)}\n`);
}

export interface OutcomeOptions {
  command: string; format: string; root: string; problems: readonly Problem[];
  /** What JSON carries beside the problems. */
  data?: Record<string, unknown>;
}

/** Prints an outcome in the format that was asked for: data on stdout, and on stderr text for whoever watches. */
export async function printOutcome({ command, format, root, problems, data = {} }: OutcomeOptions): Promise<void> {
  if (format === "text") return printProblems(problems, root);
  if (format === "json") return print(process.stdout, `${JSON.stringify({ version: 1, problems, ...data }, undefined, 2)}\n`);
  const { EXCHANGE } = await import("../report/formats.ts");
  const { readCodes } = await import("../report/codes.ts");
  print(process.stdout, EXCHANGE[format]!({ command, version: version(), problems, files: format === "junit" ? allDefinitions(root) : [], prefix: prefixOf(root), codes: readCodes() }));
  if (problems.length > 0) print(process.stderr, `${countsText(problems)}\n`);
}

/** Runs a command; what it throws is reported in its format too, so that a reader of the data always gets a whole document. */
export async function reporting(command: string, { format }: { format: string }, root: string, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const problem = failure(error);
    printFailure(problem);
    if (format !== "text") await printOutcome({ command, format, root, problems: [problem] });
    return 2;
  }
}

/** Other tools name files from the repository's root, where CI calls the command; `--cwd` may point below it. */
export function prefixOf(root: string): string {
  const way = relative(process.env.GITHUB_WORKSPACE ?? process.cwd(), root).split(sep).join("/");
  return way === "" || way.startsWith("..") ? "" : `${way}/`;
}

function allDefinitions(root: string): string[] {
  const { platform, helpers, tenants } = scan(root);
  return [...(platform ? [platform] : []), ...helpers, ...tenants.flatMap(definitionFiles)].sort();
}
