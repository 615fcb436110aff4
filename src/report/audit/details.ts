/** One finding as lines, the same in text, comments, test cases and alerts. */
import type { Change, Finding } from "../../model/finding.ts";
import { printable } from "../../model/printable.ts";
import { where } from "../problems.ts";
import { count } from "../report.ts";
import { changeText, claimText, objectText, sourceText } from "./words.ts";

/** Changes shown of one object; the rest is counted. */
const CHANGES = 40;

/** Findings by tenant, in the order in which each tenant's worst comes. */
export const groups = (findings: readonly Finding[]): [string | undefined, Finding[]][] => [...Map.groupBy(findings, (finding) => finding.tenant)];

/** `isolation changed NetworkPolicy.networking.k8s.io tenant-acme/default-deny`. */
export const titleText = ({ impact, status, object }: Finding): string => `${impact} ${status} ${objectText(object)}`;

/** What differs, who claims it, who owns it, where it was declared, how to put it back, since when. Each is one printable line. */
export function details(finding: Finding): string[] {
  const { changes, object, owner, claimedBy = [], note, confidence, firstSeen, age } = finding;
  const more = changes.length - CHANGES;
  return [
    ...changes.slice(0, CHANGES).flatMap(changeLines),
    ...(more > 0 ? [`… ${count(more, "more change")}; --format json has all`] : []),
    ...claimedBy.map(claimText),
    ...labelled("plane", object.plane === "kubernetes" ? undefined : object.plane),
    ...labelled("owner", owner),
    ...labelled("source", sourceText(finding)),
    ...revertLines(finding),
    ...labelled("note", note),
    ...labelled("note", confidence === "untyped" ? "compared without a schema: lists as wholes" : undefined),
    ...labelled("since", `${firstSeen} (${age})`),
  ];
}

/** The commands, the one that needs least rights first, and what no command can do. */
export const revertLines = ({ revert: { commands, breakGlass, note } }: Finding): string[] => [
  ...commands.flatMap((command, i) => labelled(i === 0 ? "revert" : "or", `${command}${i === 0 && breakGlass ? "   (needs break-glass rights)" : ""}`)),
  ...labelled("note", note),
];

const labelled = (label: string, text: string | undefined): string[] => (text === undefined ? [] : [`${label.padEnd(7)} ${printable(text)}`]);

function changeLines(change: Change): string[] {
  return [
    changeText(change),
    ...(change.claimedBy ?? []).map((claim) => `  ${claimText(claim)}`),
    ...(change.note === undefined ? [] : [`  ${printable(change.note)}`]),
    ...(change.source === undefined ? [] : [`  at ${where(change.source)}`]),
  ];
}
