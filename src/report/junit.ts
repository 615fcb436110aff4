import { isError, type Problem } from "../model/problem.ts";
import { where } from "./problems.ts";
import { messageText, type Report } from "./report.ts";

/** JUnit XML: one test case a definition file, one more for each other file that has an error; warnings go to system-out. */
export function junitText({ command, problems, files }: Report): string {
  const byFile = new Map<string, Problem[]>(files.map((file) => [file, []]));
  for (const problem of problems) {
    const file = problem.source?.file ?? `bulkhead ${command}`;
    byFile.set(file, [...(byFile.get(file) ?? []), problem]);
  }
  const cases = [...byFile].map(([file, found]) => testCase(command, file, found));
  const failures = [...byFile.values()].filter((found) => found.some(isError)).length;
  const counts = `tests="${cases.length}" failures="${failures}" errors="0" skipped="0"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts}>\n  <testsuite name="bulkhead ${escape(command)}" ${counts}>\n${cases.join("")}  </testsuite>\n</testsuites>\n`;
}


/** One failure a case holds all its errors: most readers of JUnit show the first failure only. */
function testCase(command: string, file: string, found: readonly Problem[]): string {
  const errors = found.filter(isError);
  const warnings = found.filter((p) => !isError(p));
  const opening = `    <testcase classname="${escape(`bulkhead.${command}`)}" name="${escape(file)}" file="${escape(file)}"`;
  if (found.length === 0) return `${opening}/>\n`;
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return `${opening}>\n`
    + (first ? `      <failure type="${first.code}" message="${escape(`${first.message}${more}`)}">${escape(textOf(errors))}</failure>\n` : "")
    + (warnings.length > 0 ? `      <system-out>${escape(textOf(warnings))}</system-out>\n` : "")
    + "    </testcase>\n";
}

const textOf = (problems: readonly Problem[]): string =>
  problems.map((p) => `${p.severity}[${p.code}] ${messageText(p)}${[p.source, ...(p.related ?? [])].map((ref) => (ref ? `\nat ${where(ref)}` : "")).join("")}`).join("\n\n");

/** XML 1.0 has no way to write most control characters, not even as references: they are shown as `\u0000`. */
const escape = (text: string): string => text
  .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, (ch) => `\\u${ch.charCodeAt(0).toString(16).padStart(4, "0")}`)
  .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&apos;")
  .replaceAll("\r", "&#13;");
