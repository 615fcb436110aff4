/** An audit as one file for a browser: what the text says, in its order. Nothing in it runs, and nothing is fetched. */
import { createHash } from "node:crypto";
import { type AuditReport, type Finding, isIncomplete } from "../../model/finding.ts";
import { printable } from "../../model/printable.ts";
import { escapeXml } from "../xml.ts";
import { details, groups } from "./details.ts";
import { facts, headline, INCOMPLETE, isQuiet, quietLine, type Section, sectionsOf } from "./sections.ts";
import { findingsText, objectText, tenantText } from "./words.ts";

/** Letters of scripts that run from right to left stand in the order in which they are stored: a name must not move what stands beside it. */
const STYLE = `
:root { color-scheme: light dark; --bad: light-dark(#b3261e, #ff8a80); --unsure: light-dark(#8a5300, #ffca6b); --good: light-dark(#1b6e2d, #7fd992); --line: light-dark(#d5d5d5, #4a4a4a) }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem }
h1, h2, h3, dd, li, p, pre { unicode-bidi: bidi-override; direction: ltr; overflow-wrap: anywhere }
h1 { font-size: 1.4rem } h2 { font-size: 1.15rem; margin-top: 2rem; border-bottom: 1px solid var(--line) } h3 { font-size: 1rem; margin-bottom: 0 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem } dd { margin: 0 }
pre { font-size: 13px; white-space: pre-wrap; margin: .3rem 0; padding: .5rem .8rem; border-left: 3px solid var(--line) }
.bad { color: var(--bad) } .unsure { color: var(--unsure) } .good { color: var(--good) }
.incomplete { font-weight: bold; padding: .6rem .8rem; border: 2px solid var(--unsure); color: var(--unsure) }
`;
/** Only this style, by its digest: whatever else got into the file would neither run nor load nor be sent anywhere. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'`;

/** The report, which must be safe already. Well-formed as XML is, so that strict readers take it too. */
export function auditHtml(report: AuditReport): string {
  const title = isQuiet(report) ? quietLine(report) : headline(report);
  return `<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8" />
<meta http-equiv="content-security-policy" content="${escapeXml(POLICY)}" />
<meta name="viewport" content="width=device-width" />
<meta name="referrer" content="no-referrer" />
<title>${escapeXml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${element("h1", title, report.findings.length > 0 ? "bad" : "good")}${isQuiet(report) ? report.notices.map((notice) => element("p", `note: ${printable(notice)}`)).join("") : whole(report)}</body>
</html>
`;
}

/** A line. Its text is printable already. */
const element = (name: string, text: string, style?: string): string => `<${name}${style === undefined ? "" : ` class="${style}"`}>${escapeXml(text)}</${name}>\n`;

function whole(report: AuditReport): string {
  return [
    isIncomplete(report) ? element("p", INCOMPLETE, "incomplete") : "",
    `<dl>\n${facts(report).map(([label, text]) => element("dt", label) + element("dd", text)).join("")}</dl>\n`,
    ...groups(report.findings).map(([tenant, findings]) => `<section>\n${element("h2", `${tenantText(tenant)}: ${findingsText(findings)}`)}${findings.map(block).join("")}</section>\n`),
    ...sectionsOf(report).map(list),
  ].join("");
}

function block(finding: Finding): string {
  const { impact, status, object } = finding;
  const style = impact === "isolation" || impact === "access" ? "bad" : "unsure";
  return `<article>\n<h3><span class="${style}">${escapeXml(`${impact} ${status}`)}</span> ${escapeXml(objectText(object))}</h3>\n${element("pre", details(finding).join("\n"))}</article>\n`;
}

const list = ({ title, tone, lines }: Section): string => `<section>\n${element("h2", title, tone)}<ul>\n${lines.map((line) => element("li", line)).join("")}</ul>\n</section>\n`;
