/** Where an error was thrown. Definitions see no stack: it names folders of this machine. */
import { fileURLToPath, pathToFileURL } from "node:url";
import { getCallSites } from "node:util";
import type { SourceRef } from "../model/problem.ts";

interface Frame { url: string; line: number; column: number }

const OWN = new URL("..", import.meta.url).href;
const frames = new WeakMap<object, Frame[]>();
let project = "";

/** Tells which project's files are definitions; absolute path of its root. */
export function watchProject(root: string): void { project = `${pathToFileURL(root).href}/`; }

/** `Error.prepareStackTrace` of the process: keeps the frames to itself, and leaves name and message as the text. */
export function keepFrames(error: Error, sites: NodeJS.CallSite[]): string {
  frames.set(error, sites.map((site) => ({ url: site.getFileName() ?? "", line: site.getLineNumber() ?? 1, column: site.getColumnNumber() ?? 1 })));
  return `${error.name}: ${error.message}`;
}

/** The first frame in the project's own code, as a place. */
export function locate(found: readonly Frame[]): SourceRef | undefined {
  const frame = found.find(({ url }) => url.startsWith(project) && !url.includes("/node_modules/") && !url.startsWith(OWN));
  return frame && { file: fileURLToPath(frame.url).slice(fileURLToPath(project).length), path: "", line: frame.line, column: frame.column };
}

/** The project's own lines that are running now, the innermost first. */
export function runningAt(): SourceRef[] {
  return getCallSites(200).flatMap((site) => locate([{ url: site.scriptName, line: site.lineNumber, column: site.columnNumber }]) ?? []);
}

/** Where an error was thrown, if in the project's own code. */
export function placeOf(error: unknown): SourceRef | undefined { return locate(framesOf(error)); }

function framesOf(error: unknown): Frame[] {
  if (!(error instanceof Error)) return [];
  void error.stack; // V8 formats a stack when it is first read, and so calls keepFrames
  return frames.get(error) ?? [];
}

/** An error with its frames, for a report of what should never happen. */
export function describe(error: unknown): string {
  return [error instanceof Error ? `${error.name}: ${error.message}` : String(error), ...framesOf(error).map((f) => `    at ${f.url}:${f.line}:${f.column}`)].join("\n");
}
