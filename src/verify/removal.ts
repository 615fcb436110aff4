import { type Problem, refused, type SourceRef } from "../model/problem.ts";
import type { DataSet } from "../render/inventory.ts";

/**
 * Refuses to remove or re-type what holds data: nothing git forgets may cost a tenant its rows.
 * `before` is what the base revision declared in one folder, `after` what is declared now.
 */
export function removalProblems(folder: string, before: DataSet, after: DataSet, source: SourceRef, base: string): Problem[] {
  return Object.entries(before).flatMap(([what, parts]): Problem[] => {
    const now = after[what];
    if (!now) return [refused("BH4030", `${what} was declared at ${base} (${folder}) and is gone: it holds data`, source, "declare it again; to rename, keep the old one until its data is moved")];
    return Object.entries(parts).flatMap(([part, type]): Problem[] => {
      if (!Object.hasOwn(now, part)) return [refused("BH4030", `column ${part} of ${what} was declared at ${base} and is gone: it holds data`, source, "declare the column again; it may be nullable and unused")];
      if (now[part] !== type) return [refused("BH4031", `${part} of ${what} was ${type} at ${base} and is now ${now[part]}: a change of type rewrites or loses data`, source, "add a new column and move the data")];
      return [];
    });
  });
}
