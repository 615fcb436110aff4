import { type AuditReport, type Finding, isIncomplete } from "../../model/finding.ts";
import type { SourceRef } from "../../model/problem.ts";
import { printable, printableJson } from "../../model/printable.ts";
import { location, log } from "../sarif.ts";
import { details, titleText } from "./details.ts";
import { ALLOW_RULES, allowRulesOf, ruleId, rulesOf } from "./rules.ts";
import { ruleText, tenantText, unknowns } from "./words.ts";

export interface AuditSarifOptions {
  version: string;
  /** Folder of the project as seen from the repository, ends with a slash; empty when they are one. */
  prefix: string;
  /** Where a finding is shown that nobody declared: code scanning shows no result without a file. */
  place: (tenant: string | undefined) => string;
}

/** SARIF 2.1.0 of a report, which must be safe already. What could not be read is a notification, and the run then counts as failed. */
export function auditSarif(report: AuditReport, { version, prefix, place }: AuditSarifOptions): string {
  const uses = (["expired", "unmatched"] as const).flatMap((kind) => report.allowed[kind].map(({ rule, index }) => ({ kind, rule, index })));
  const rules = [...rulesOf(report.findings), ...allowRulesOf(uses.map(({ kind }) => kind))];
  const index = new Map(rules.map(({ id }, i) => [id, i]));
  const result = (id: string, text: string, source: SourceRef, key: string, related: object[] = []): object => ({
    ruleId: id, ruleIndex: index.get(id), level: "error", message: { text }, locations: [location(source, prefix)], ...(related.length > 0 && { relatedLocations: related }),
    partialFingerprints: { "bulkheadFinding/v1": key },
  });
  return printableJson(log({
    version, rules,
    executionSuccessful: !isIncomplete(report),
    notifications: unknowns(report).map((text) => ({ level: "error", message: { text: `not read: ${text}` }, descriptor: { id: "not-read" } })),
    results: [
      ...report.findings.map((finding) => result(ruleId(finding), message(report, finding), sourceOf(finding, place), finding.id, related(finding, prefix))),
      ...uses.map(({ kind, rule, index: at }) => {
        const text = `${ALLOW_RULES[kind].text} Rule ${at + 1} (${ruleText(rule)}), owner ${printable(rule.owner)}, until ${printable(rule.expires)}.`;
        return result(ALLOW_RULES[kind].id, text, { file: place(undefined), path: "" }, `${ALLOW_RULES[kind].id} ${at}`);
      }),
    ],
  }));
}

const message = ({ cluster }: AuditReport, finding: Finding): string => [`${titleText(finding)} on ${printable(cluster)}, ${tenantText(finding.tenant)}`, ...details(finding)].join("\n");

const sourceOf = ({ source, file, tenant }: Finding, place: AuditSarifOptions["place"]): SourceRef => source ?? { file: file ?? place(tenant), path: "" };

/** Definitions of single leaves, where they are elsewhere. */
function related({ changes, source }: Finding, prefix: string): object[] {
  const places = changes.flatMap((change) => (change.source && (change.source.file !== source?.file || change.source.line !== source.line) ? [{ source: change.source, pointer: change.pointer }] : []));
  return places.map((one, i) => ({ id: i + 1, ...location(one.source, prefix), message: { text: printable(`declares ${one.pointer}`) } }));
}
