import { isError, type Problem } from "../model/problem.ts";
import type { CodeHelp } from "./codes.ts";

/** What the formats for other tools are made of. */
export interface Report {
  /** The command that found the problems, e.g. `check`. */
  command: string;
  /** Bulkhead's version. */
  version: string;
  problems: readonly Problem[];
  /** Every definition file, POSIX, from the project's root: JUnit counts the sound ones too. */
  files: readonly string[];
  /** Folder of the project as seen from the repository, ends with a slash; empty when they are one. */
  prefix: string;
  codes: ReadonlyMap<string, CodeHelp>;
}

/** Message and hint as one text. */
export const messageText = ({ message, hint }: Problem): string => (hint ? `${message}\nhint: ${hint}` : message);

/** `1 file`, `2 files`. */
export const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`;

/** Counts for a closing line: `2 errors, 1 warning`. */
export function countsText(problems: readonly Problem[]): string {
  const errors = problems.filter(isError).length;
  return `${count(errors, "error")}, ${count(problems.length - errors, "warning")}`;
}
