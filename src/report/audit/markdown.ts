/** An audit as a comment: below the limit, and what was left out is counted at the top. */
import { type AuditReport, type Finding, isIncomplete } from "../../model/finding.ts";
import { COMMENT_LIMIT, fenced, inlineCode } from "../../model/markdown.ts";
import { printable } from "../../model/printable.ts";
import { count } from "../report.ts";
import { details, groups } from "./details.ts";
import { facts, INCOMPLETE, isQuiet, quietLine, type Section, sectionsOf } from "./sections.ts";
import { byImpact, cut, objectText, tenantText } from "./words.ts";

/** Characters kept for the head, whose parts are cut to fit. */
const HEAD = 4000;
const LONGEST = 200;
const short = (text: string): string => cut(text, LONGEST);
/** Lines of one list: a comment is no archive. */
const LINES = 40;

/** The report, which must be safe already. Never longer than `limit`, which is at least 8,000 characters. */
export function auditMarkdown(report: AuditReport, limit = COMMENT_LIMIT): string {
  const name = inlineCode(short(printable(report.cluster)));
  const body = new Body(limit - HEAD);
  if (isQuiet(report)) {
    body.list({ title: "notices", tone: "plain", lines: report.notices.map((notice) => printable(notice)) });
    return `### bulkhead audit of ${name}: no drift\n\n${inlineCode(short(quietLine(report)))}\n${left(body)}${body.text}`;
  }
  const [unread, others] = [sectionsOf(report).filter((s) => s.tone === "unsure"), sectionsOf(report).filter((s) => s.tone !== "unsure")];
  // What is not known comes before what is: a long list of findings must not push it out.
  for (const section of unread) body.list(section);
  for (const [tenant, findings] of groups(report.findings)) {
    let heading = `\n#### ${inlineCode(short(tenantText(tenant)))}: ${count(findings.length, "finding")}\n`;
    for (const finding of findings) if (body.finding(finding, heading)) heading = "";
  }
  for (const section of others) body.list(section);
  const impacts = byImpact(report.findings).map(([impact, n]) => `${n} ${impact}`).join(", ");
  return [
    `### bulkhead audit of ${name}: ${count(report.findings.length, "finding")}${impacts ? ` (${impacts})` : ""}\n`,
    ...(isIncomplete(report) ? [`> [!CAUTION]\n> ${INCOMPLETE}.\n`] : []),
    ...facts(report).map(([label, text]) => `- ${label} ${inlineCode(short(text))}`),
    `${left(body)}${body.text}`,
  ].join("\n");
}

/** In the head: who reads only the first lines must know that there is more. */
function left({ findings, lines, bare }: Body): string {
  const parts = [...(findings > 0 ? [`${count(findings, "finding")} left out`] : []), ...(bare > 0 ? [`${count(bare, "finding")} without details`] : []), ...(lines > 0 ? [`${count(lines, "line")} of the lists left out`] : [])];
  return parts.length === 0 ? "" : `\n**This comment does not hold all: ${parts.join(", ")}.** \`bulkhead report show\` has everything.\n`;
}

/** Takes parts while they fit, and counts what does not. */
class Body {
  text = "";
  findings = 0;
  bare = 0;
  lines = 0;
  readonly #room: number;
  constructor(room: number) { this.#room = room; }

  #add(part: string): boolean {
    const fits = this.text.length + part.length <= this.#room;
    if (fits) this.text += part;
    return fits;
  }

  /** True when it is there, with details or without. */
  finding(finding: Finding, heading: string): boolean {
    const title = `${heading}\n**${finding.impact} ${finding.status}** ${inlineCode(short(objectText(finding.object)))}\n`;
    if (this.#add(`${title}\n${fenced(details(finding), "diff")}\n`)) return true;
    const fits = this.#add(title);
    if (fits) this.bare++;
    else this.findings++;
    return fits;
  }

  list({ title, lines }: Section): void {
    if (lines.length === 0) return;
    const shown = lines.slice(0, LINES).map(short);
    if (this.#add(`\n**${title}**\n\n${fenced(shown, "")}\n`)) this.lines += lines.length - shown.length;
    else this.lines += lines.length;
  }
}
