import { createHash } from "node:crypto";
import type { Problem, SourceRef } from "../model/problem.ts";
import { messageText, type Report } from "./report.ts";

/**
 * SARIF 2.1.0 (OASIS). `results` is always there, also when empty: GitHub refuses a file without it. A problem without a place, such as a wrong call,
 * is a notification of the run: code scanning has nowhere to show a result without a location.
 */
export function sarifText(report: Report): string {
  const placed = report.problems.filter((p) => p.source);
  const codes = [...new Set(placed.map((p) => p.code))].sort();
  const log = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: { driver: { name: "bulkhead", semanticVersion: report.version, rules: codes.map((code) => rule(code, report)) } },
      columnKind: "utf16CodeUnits",
      invocations: [{
        executionSuccessful: !report.problems.some((p) => p.exit === 2 && p.severity === "error"),
        toolExecutionNotifications: report.problems.filter((p) => !p.source).map((p) => ({ level: p.severity, message: { text: messageText(p) }, descriptor: { id: p.code } })),
      }],
      results: placed.map((problem) => result(problem, codes.indexOf(problem.code), report.prefix)),
    }],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
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

function location({ file, path, line, column }: SourceRef, prefix: string): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: `${prefix}${file}`.toWellFormed().split("/").map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" },
      ...(line !== undefined && { region: { startLine: line, startColumn: column ?? 1 } }),
    },
    ...(path && { logicalLocations: [{ fullyQualifiedName: path, kind: "member" }] }),
  };
}
