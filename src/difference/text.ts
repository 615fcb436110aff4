/** Differences of text: SQL, rules, long strings. */
import { structuredPatch } from "diff";

/** Longest difference of one text that is shown. */
const LINES = 60;

/** A unified diff without file header, three lines of context, cut with a notice; `added` and `removed` count all lines. */
export function textDifference(before: string, after: string, limit = LINES): { lines: string[]; added: number; removed: number } {
  const patch = structuredPatch("", "", before, after, "", "", { context: 3 });
  const all = patch.hunks.flatMap((h) => [`@@ -${h.oldStart},${h.oldLines} +${h.newStart},${h.newLines} @@`, ...h.lines]);
  const count = (sign: string): number => patch.hunks.reduce((n, h) => n + h.lines.filter((l) => l.startsWith(sign)).length, 0);
  const lines = all.length > limit ? [...all.slice(0, limit), `… ${all.length - limit} more lines of difference are not shown`] : all;
  return { lines, added: count("+"), removed: count("-") };
}
