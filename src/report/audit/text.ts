/** An audit as text for people: by tenant, worst first; one line when there is nothing to say. */
import { createColors } from "picocolors";
import { type AuditReport, type Finding, isIncomplete } from "../../model/finding.ts";
import { printable } from "../../model/printable.ts";
import { details, groups } from "./details.ts";
import { facts, headline, INCOMPLETE, isQuiet, quietLine, type Section, sectionsOf } from "./sections.ts";
import { findingsText, objectText, tenantText } from "./words.ts";

type Colors = ReturnType<typeof createColors>;

/** The report, which must be safe already. */
export function auditText(report: AuditReport, color: boolean): string {
  const c = createColors(color);
  if (isQuiet(report)) return [quietLine(report), ...report.notices.map((notice) => `note: ${printable(notice)}`), ""].join("\n");
  const head = [
    (report.findings.length > 0 ? c.red : c.green)(headline(report)),
    ...(isIncomplete(report) ? [c.bold(c.yellow(INCOMPLETE))] : []),
    ...facts(report).map(([label, text]) => `  ${label.padEnd(8)} ${text}`),
  ];
  const parts = [
    head.join("\n"),
    ...groups(report.findings).map(([tenant, findings]) => [c.bold(`${tenantText(tenant)}: ${findingsText(findings)}`), ...findings.map((finding) => block(finding, c))].join("\n\n")),
    ...sectionsOf(report).map(({ title, tone, lines }) => `${paint(c, tone)(`${title}:`)}\n${lines.map((line) => `  ${line}`).join("\n")}`),
  ];
  return `${parts.join("\n\n")}\n`;
}

const paint = (c: Colors, tone: Section["tone"]): ((text: string) => string) => ({ bad: c.red, unsure: c.yellow, good: c.green, plain: c.bold })[tone];

function block(finding: Finding, c: Colors): string {
  const color = finding.impact === "isolation" || finding.impact === "access" ? c.red : c.yellow;
  return [`  ${color(`${finding.impact} ${finding.status}`)} ${c.bold(objectText(finding.object))}`, ...details(finding).map((line) => `    ${line}`)].join("\n");
}
