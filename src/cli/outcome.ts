import type { Problem } from "../model/problem.ts";
import { problemsText } from "../report/problems.ts";
import { print, useColor } from "./terminal.ts";

/** Exit code of a set of problems: 2 beats 1, warnings change nothing (D36). */
export function exitOf(problems: readonly Problem[]): number {
  return problems.reduce((exit, p) => (p.severity === "error" ? Math.max(exit, p.exit) : exit), 0);
}

/** Prints problems as text on stderr with a closing count; nothing when there are none. */
export function printProblems(problems: readonly Problem[], root: string): void {
  if (problems.length === 0) return;
  const errors = problems.filter((p) => p.severity === "error").length;
  const warnings = problems.length - errors;
  const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`;
  print(process.stderr, `${problemsText(problems, root, useColor(process.stderr))}\n${count(errors, "error")}, ${count(warnings, "warning")}\n`);
}
