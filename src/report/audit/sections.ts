/** What a report says beside its findings, as titled lists of printable lines. */
import { type AuditReport, isIncomplete } from "../../model/finding.ts";
import { printable } from "../../model/printable.ts";
import { count } from "../report.ts";
import { coverageText, desiredText, findingsText, liveText, objectText, ruleText, scopeText, unknowns, useText, verdictLines } from "./words.ts";

export interface Section { title: string; lines: string[]; tone: "bad" | "unsure" | "good" | "plain" }

/** The lists that are not empty, most urgent first. */
export function sectionsOf(report: AuditReport): Section[] {
  const { pending, resolved, allowed, notices, coverage } = report;
  const all: Section[] = [
    { title: "not read", tone: "unsure", lines: unknowns(report) },
    { title: "allow rules that have expired: the audit fails", tone: "bad", lines: allowed.expired.map(({ rule, index }) => `rule ${index + 1} (${ruleText(rule)}), ${printable(rule.owner)}, until ${printable(rule.expires)}`) },
    { title: "allow rules that match nothing: the audit fails", tone: "bad", lines: allowed.unmatched.map(({ rule, index }) => `rule ${index + 1} (${ruleText(rule)}), ${printable(rule.owner)}`) },
    { title: "pending, no drift yet", tone: "plain", lines: pending.map((p) => `${objectText(p.object)}: ${printable(p.note)}, applied ${printable(p.appliedRevision.slice(0, 10))}${p.since ? ` since ${printable(p.since)}` : ""}`) },
    { title: "resolved since the last audit", tone: "good", lines: resolved.map((r) => `${objectText(r.object)}, first seen ${printable(r.firstSeen)}`) },
    { title: "allowed", tone: "plain", lines: allowed.used.map(useText) },
    { title: "not read on purpose", tone: "plain", lines: coverage.filter((one) => one.state === "excluded").map(coverageText) },
    { title: "notices", tone: "plain", lines: notices.map((notice) => printable(notice)) },
    { title: "planes", tone: "plain", lines: verdictLines(report) },
  ];
  return all.filter(({ lines }) => lines.length > 0);
}

/** `prod-eu: P0, 3 findings (1 isolation, 2 cosmetic)`: all drift is P0, by the platform's rule. */
export const headline = (report: AuditReport): string => `${printable(report.cluster)}: ${report.findings.length > 0 ? "P0, " : ""}${findingsText(report.findings)}`;

/** Said before anything else when something could not be read. */
export const INCOMPLETE = "INCOMPLETE: something could not be read, so findings may be missing";

/** What was compared with what, and when. */
export function facts(report: AuditReport): [label: string, text: string][] {
  const scope = scopeText(report);
  return [["desired", desiredText(report)], ["live", liveText(report)], ...(scope === undefined ? [] : [["scope", scope] as [string, string]]), ["audited", printable(`${report.started} to ${report.ended}`)]];
}

/** True when one line says all: nothing is open or was, nothing waits, everything was read, no rule fails. */
export const isQuiet = (report: AuditReport): boolean =>
  !isIncomplete(report) && [report.findings, report.pending, report.resolved, report.allowed.expired, report.allowed.unmatched].every((list) => list.length === 0);

/** `prod-eu: no drift from HEAD (a1b2c3d4e5); 1500 objects read; kubernetes: 12 clean, 100 % read`. */
export function quietLine(report: AuditReport): string {
  const objects = report.coverage.reduce((n, one) => n + (one.state === "read" ? one.objects : 0), 0);
  const excluded = report.coverage.filter((one) => one.state === "excluded").length;
  const scope = scopeText(report);
  return [
    `${printable(report.cluster)}: no drift from ${desiredText(report)}`, `${count(objects, "object")} read`,
    ...(excluded > 0 ? [`${count(excluded, "kind")} not read on purpose`] : []),
    ...(report.allowed.used.length > 0 ? [`${count(report.allowed.used.length, "difference")} allowed by rule`] : []),
    ...verdictLines(report), ...(scope === undefined ? [] : [`only ${scope}`]),
  ].join("; ");
}
