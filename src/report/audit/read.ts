import type { AuditReport } from "../../model/finding.ts";
import { printable } from "../../model/printable.ts";
import { type Problem, unloadable } from "../../model/problem.ts";
import { reportSchema } from "./schema.ts";

/** Places shown of a file that is no report. */
const SHOWN = 5;

/** Reads a report file's text. A file that is cut off, of another version or no report at all is a problem, never an empty report. */
export function readReport(text: string, file: string): { report: AuditReport } | { problem: Problem } {
  const at = { file, path: "" };
  const refuse = (code: string, message: string, hint: string): { problem: Problem } => ({ problem: unloadable(code, message, at, hint) });
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    if (isCut(text)) return refuse("BH7102", "the report ends in the middle", "its writer was interrupted, or the disk was full: run the audit again");
    // The rest of the message quotes the file, which may be anything.
    const position = /at position \d+/.exec((error as Error).message)?.[0];
    return refuse("BH7101", `the report is no JSON${position ? `, ${position}` : ""}`, "give a file that `bulkhead audit --format json` wrote");
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version !== 1) return refuse("BH7103", `the report has version ${version}; this bulkhead reads version 1`, "read it with the bulkhead that wrote it, or audit again with this one");
  const parsed = reportSchema.safeParse(value);
  if (parsed.success) return { report: value as AuditReport };
  const issues = parsed.error.issues.slice(0, SHOWN).map(({ path, message }) => printable(`${path.join(".") || "(top)"}: ${message}`));
  return refuse("BH7101", `the file is no audit report: ${issues.join("; ")}`, "give a file that `bulkhead audit --format json` wrote");
}

/** True for JSON that was whole so far: empty, or an object with a string or bracket left open. */
function isCut(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const ch = text[i]!;
    if (quoted) { if (ch === "\\") i++; else if (ch === '"') quoted = false; }
    else if (ch === '"') quoted = true;
    else if (ch === "{" || ch === "[") depth++;
    else if (ch === "}" || ch === "]") depth--;
  }
  return quoted || depth > 0 || text.trim() === "";
}
