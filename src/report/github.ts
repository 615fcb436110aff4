import { messageText, type Report } from "./report.ts";

/** Workflow commands of GitHub Actions: one annotation a problem. */
export function githubText({ problems, prefix }: Report): string {
  return problems.map((problem) => {
    const { code, severity, source } = problem;
    const place = source ? { file: `${prefix}${source.file}`, ...(source.line !== undefined && { line: source.line, col: source.column ?? 1 }) } : {};
    const properties = Object.entries({ ...place, title: code }).map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
    return `::${severity} ${properties.join(",")}::${escapeData(messageText(problem))}\n`;
  }).join("");
}

/** A line break would end the command and begin another. */
const escapeData = (text: string): string => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const escapeProperty = (text: string): string => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
