import { createHash } from "node:crypto";
import { printable } from "../model/printable.ts";
import type { Problem, SourceRef } from "../model/problem.ts";
import { messageText, type Report } from "./report.ts";

/**
 * SARIF 2.1.0 (OASIS). A problem without a place, such as a wrong call, is a notification of the run: code scanning has nowhere to show a result
 * without a location.
 */
export function sarifText(report: Report): string {
  const placed = report.problems.filter((p) => p.source);
  const codes = [...new Set(placed.map((p) => p.code))].sort();
  return log({
    version: report.version,
    rules: codes.map((code) => rule(code, report)),
    executionSuccessful: !report.problems.some((p) => p.exit === 2 && p.severity === "error"),
    notifications: report.problems.filter((p) => !p.source).map((p) => ({ level: p.severity, message: { text: messageText(p) }, descriptor: { id: p.code } })),
    results: placed.map((problem) => result(problem, codes.indexOf(problem.code), report.prefix)),
  });
}

export interface SarifRun { version: string; rules: object[]; executionSuccessful: boolean; notifications: object[]; results: object[] }

/** The log of one run. `results` is always there, also when empty: GitHub refuses a file without it. */
export function log({ version, rules, executionSuccessful, notifications, results }: SarifRun): string {
  const value = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: { driver: { name: "bulkhead", semanticVersion: version, rules } },
      columnKind: "utf16CodeUnits",
      invocations: [{ executionSuccessful, toolExecutionNotifications: notifications }],
      results,
    }],
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function rule(code: string, { codes, problems }: Report): object {
  const { means = code, help } = codes.get(code) ?? {};
  const text = help ?? means;
  return {
    id: code, shortDescription: { text: means }, help: { text, markdown: text },
    defaultConfiguration: { level: problems.find((p) => p.code === code)!.severity },
  };
}

function result(problem: Problem, ruleIndex: number, prefix: string): object {
  const { code, severity, source, related = [] } = problem;
  return {
    ruleId: code, ruleIndex, level: severity, message: { text: messageText(problem) },
    locations: [location(source!, prefix)],
    ...(related.length > 0 && { relatedLocations: related.map((ref, id) => ({ id: id + 1, ...location(ref, prefix), message: { text: "belongs to the same cause" } })) }),
    // Without the line: an alert stays the same alert when something above it is edited.
    partialFingerprints: { "bulkheadProblem/v1": createHash("sha256").update([code, source!.file, source!.path, problem.message].join("\0")).digest("hex").slice(0, 32) },
  };
}

/** A place in a file, as seen from the repository's root. */
export function location({ file, path, line, column }: SourceRef, prefix: string): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: `${prefix}${file}`.toWellFormed().split("/").map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" },
      ...(line !== undefined && { region: { startLine: line, startColumn: column ?? 1 } }),
    },
    ...(path && { logicalLocations: [{ fullyQualifiedName: printable(path), kind: "member" }] }),
  };
}
