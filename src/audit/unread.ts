import type { Coverage } from "../model/finding.ts";
import type { UnreadRule } from "../model/fleet.ts";

/**
 * What the platform's definition says its auditor cannot read counts as not read on purpose, with both reasons, while the rule holds; nothing of it becomes
 * clean. `asOf`: `YYYY-MM-DD`. Rules that have ended, and those of what could be read, are said.
 */
export function withUnread(coverage: readonly Coverage[], rules: readonly UnreadRule[], asOf: string): { coverage: Coverage[]; notices: string[] } {
  const notices = new Set<string>();
  const result = coverage.map((line): Coverage => {
    const rule = rules.find(({ plane, store, what }) => line.plane === plane && line.store === store && line.what === what);
    if (!rule) return line;
    const { owner, expires, reason, plane, store, what } = rule;
    const about = `${plane} ${store} ${what}`;
    if (line.state !== "unknown") { if (line.state === "read") notices.add(`${about} was read: the rule of ${owner} that it cannot be is of no use`); return line; }
    if (expires < asOf) { notices.add(`${about}: the rule of ${owner} that it cannot be read ended on ${expires}`); return line; }
    return { ...line, state: "excluded", reason: `${line.reason ?? "unknown"}; known to ${owner} until ${expires}: ${reason}` };
  });
  return { coverage: result, notices: [...notices] };
}
