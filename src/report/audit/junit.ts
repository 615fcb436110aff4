import { type AllowReport, type AuditReport, type Coverage, isIncomplete, type Plane, PLANES } from "../../model/finding.ts";
import { printable } from "../../model/printable.ts";
import { escapeXml } from "../xml.ts";
import { details, titleText } from "./details.ts";
import { coverageText, objectText, ruleText, tenantText } from "./words.ts";

/** A case: sound without `found`. */
interface Case { name: string; found?: { as: "failure" | "error"; type: string; message: string; text: string } }

/**
 * JUnit XML of a report, which must be safe already: a suite a tenant and plane, in it a failing case for each finding, one in error for what could
 * not be read, or one sound case.
 */
export function auditJunit(report: AuditReport): string {
  const suites = suitesOf(report).map(([name, cases]) => ({ name: `${printable(report.cluster)} ${name}`, cases }));
  const all = suites.flatMap(({ cases }) => cases);
  const text = suites.map(({ name, cases }) => `  <testsuite name="${escapeXml(name)}" ${counts(cases)} timestamp="${escapeXml(report.started)}">\n${cases.map((one) => caseText(name, one)).join("")}  </testsuite>\n`).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts(all)}>\n${text}</testsuites>\n`;
}

const counts = (cases: readonly Case[]): string => `tests="${cases.length}" failures="${cases.filter((c) => c.found?.as === "failure").length}" errors="${cases.filter((c) => c.found?.as === "error").length}" skipped="0"`;

function suitesOf(report: AuditReport): [string, Case[]][] {
  const { findings, verdicts, coverage, allowed } = report;
  const keys = new Map<string, { tenant: string | undefined; plane: Plane }>();
  const add = (tenant: string | undefined, plane: Plane): void => { keys.set(`${tenant ?? ""} ${PLANES.indexOf(plane)}`, { tenant, plane }); };
  for (const { tenant, plane } of verdicts) add(tenant, plane);
  for (const { tenant, object } of findings) add(tenant, object.plane);
  const byKey = Map.groupBy(findings, ({ tenant, object }) => `${tenant ?? ""} ${PLANES.indexOf(object.plane)}`);
  const unread = coverage.filter((one) => one.state === "unknown");
  const suites = [...keys].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, { tenant, plane }]): [string, Case[]] => {
    const cases = (byKey.get(key) ?? []).map((finding): Case => ({ name: objectText(finding.object), found: { as: "failure", type: `${finding.impact}-${finding.status}`, message: titleText(finding), text: details(finding).join("\n") } }));
    const unknown = verdicts.some((v) => v.tenant === tenant && v.plane === plane && v.verdict === "unknown");
    if (unknown) cases.push({ name: "verdict", found: error(`${plane} of ${tenantText(tenant)} could not be judged`, unread.filter((one) => one.plane === plane && concerns(one, tenant)).map(coverageText).join("\n")) });
    return [`${tenantText(tenant)} ${plane}`, cases.length > 0 ? cases : [{ name: "no drift" }]];
  });
  const whole: Case[] = [
    ...unread.map((one): Case => ({ name: printable(`${one.plane} ${one.what}`), found: error(coverageText(one), "") })),
    ...allowed.expired.map((one) => ruleCase(one, "allow-rule-expired", `expired on ${one.rule.expires}`)),
    ...allowed.unmatched.map((one) => ruleCase(one, "allow-rule-unmatched", "matches nothing")),
  ];
  if (whole.length === 0 && !isIncomplete(report)) whole.push({ name: "everything was read" });
  return [...(whole.length > 0 ? [["audit", whole] as [string, Case[]]] : []), ...suites];
}

const ruleCase = ({ rule, index }: AllowReport["expired"][number], type: string, why: string): Case =>
  ({ name: `allow rule ${index + 1}`, found: { as: "failure", type, message: printable(`allow rule ${index + 1} ${why}`), text: ruleText(rule) } });
const concerns = ({ tenants }: Coverage, tenant: string | undefined): boolean => tenants === undefined || (tenant !== undefined && tenants.includes(tenant));
const error = (message: string, text: string): Case["found"] => ({ as: "error", type: "unknown", message, text: text || message });

function caseText(suite: string, { name, found }: Case): string {
  const opening = `    <testcase classname="${escapeXml(suite)}" name="${escapeXml(name)}"`;
  if (!found) return `${opening}/>\n`;
  return `${opening}>\n      <${found.as} type="${found.type}" message="${escapeXml(found.message)}">${escapeXml(found.text)}</${found.as}>\n    </testcase>\n`;
}
