/** What a definition tried and may not do: noted with its place, then thrown (D30). A definition that catches the throw is reported all the same. */
import { getCallSites } from "node:util";
import { type Problem, type SourceRef, unloadable } from "../model/problem.ts";
import { locate } from "./stack.ts";

/** The kinds of refusal that a running definition meets, with their stable codes. */
export const REFUSED = { outside: "BH2018", change: "BH2019", code: "BH2023" } as const;

const noted: Problem[] = [];
const thrown = new WeakSet<object>();
let current = "";
let announce: ((file: string) => void) | undefined;

/** Where to say which file runs; the parent names it when nothing more is heard. */
export function announceTo(tell: (file: string) => void): void { announce = tell; }

/** Sets the file that answers for what runs from now on; empty when it is Bulkhead itself. Said before it runs: a loop cannot be asked. */
export function blame(file: string): void {
  if (file === current) return;
  current = file;
  announce?.(file);
}

/** The file that answers for what runs now. */
export const blamed = (): string => current;

/** Notes a refusal at the line of the project's own code that runs, and throws. */
export function refuse(code: string, message: string, hint: string, at?: SourceRef): never {
  // Call sites, not an error's text: a function's name can be made to look like another tenant's frame.
  const frames = getCallSites(200).map((site) => ({ url: site.scriptName, line: site.lineNumber, column: site.columnNumber }));
  noted.push(unloadable(code, message, at ?? locate(frames) ?? { file: current, path: "" }, hint));
  const error = new Error(message);
  error.name = "Refused";
  thrown.add(error);
  throw error;
}

/** True for an error that `refuse` threw, which is noted already. */
export const isRefusal = (error: unknown): boolean => typeof error === "object" && error !== null && thrown.has(error);

/** Hands out what was noted since the last call. */
export function takeRefusals(): Problem[] { return noted.splice(0); }
