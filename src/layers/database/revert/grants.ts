/** GRANT and REVOKE that make one object's rights equal again. */
import { isMap } from "../../../model/value.ts";
import { namesOf, PUBLIC } from "../shown.ts";
import { identLine } from "../sql/line.ts";

/** A role as items show it, as SQL. */
export const roleLine = (shown: string): string => (shown === PUBLIC ? PUBLIC : identLine(namesOf(shown)[0] ?? ""));
const isPrivilege = (text: string): boolean => /^[A-Z][A-Z ]*$/.test(text);

/** `on`: `TABLE "s"."t"`; `column`: of a column's rights. Revokes come first: what others passed on goes with them. */
export function grantLines(on: string, desired: unknown, live: unknown, column?: string): string[] {
  const [want, have] = [desired, live].map((side) => (isMap(side) ? side : {})) as [Record<string, unknown>, Record<string, unknown>];
  const listed = (privileges: string[]): string => privileges.map((p) => (column === undefined ? p : `${p} (${column})`)).join(", ");
  const [revokes, grants]: [string[], string[]] = [[], []];
  for (const role of [...new Set([...Object.keys(want), ...Object.keys(have)])].sort()) {
    const [wanted, held] = [want[role], have[role]].map((side) => (isMap(side) ? side : {})) as [Record<string, unknown>, Record<string, unknown>];
    const names = Object.keys(held).filter(isPrivilege);
    const surplus = names.filter((p) => !Object.hasOwn(wanted, p));
    const options = names.filter((p) => Object.hasOwn(wanted, p) && held[p] !== true);
    const missing = Object.keys(wanted).filter((p) => !Object.hasOwn(held, p));
    if (surplus.length > 0) revokes.push(`REVOKE ${listed(surplus)} ON ${on} FROM ${roleLine(role)} CASCADE`);
    if (options.length > 0) revokes.push(`REVOKE GRANT OPTION FOR ${listed(options)} ON ${on} FROM ${roleLine(role)} CASCADE`);
    // A right that somebody else gave goes with his: it is given anew.
    const again = options.filter((p) => String(held[p]).includes("given by"));
    if (missing.length + again.length > 0) grants.push(`GRANT ${listed([...missing, ...again])} ON ${on} TO ${roleLine(role)}`);
  }
  return [...revokes, ...grants];
}
