import { isError, type Problem } from "../model/problem.ts";
import { where } from "./problems.ts";
import { messageText, type Report } from "./report.ts";
import { escapeXml } from "./xml.ts";

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
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts}>\n  <testsuite name="bulkhead ${escapeXml(command)}" ${counts}>\n${cases.join("")}  </testsuite>\n</testsuites>\n`;
}

/** One failure a case holds all its errors: most readers of JUnit show the first failure only. */
function testCase(command: string, file: string, found: readonly Problem[]): string {
  const errors = found.filter(isError);
  const warnings = found.filter((p) => !isError(p));
  const opening = `    <testcase classname="${escapeXml(`bulkhead.${command}`)}" name="${escapeXml(file)}" file="${escapeXml(file)}"`;
  if (found.length === 0) return `${opening}/>\n`;
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return `${opening}>\n`
    + (first ? `      <failure type="${first.code}" message="${escapeXml(`${first.message}${more}`)}">${escapeXml(textOf(errors))}</failure>\n` : "")
    + (warnings.length > 0 ? `      <system-out>${escapeXml(textOf(warnings))}</system-out>\n` : "")
    + "    </testcase>\n";
}

const textOf = (problems: readonly Problem[]): string =>
  problems.map((p) => `${p.severity}[${p.code}] ${messageText(p)}${[p.source, ...(p.related ?? [])].map((ref) => (ref ? `\nat ${where(ref)}` : "")).join("")}`).join("\n\n");
