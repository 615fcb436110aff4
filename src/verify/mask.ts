import { supportsMask } from "../layers/database/index.ts";
import type { Tenant } from "../model/fleet.ts";
import { type Problem, refused } from "../model/problem.ts";

/** Columns whose type has no canonical text: their category's mask could not be computed alike everywhere (D14). */
export function maskProblems(tenant: Tenant): Problem[] {
  const tables = tenant.domains.flatMap((d) => d.products.flatMap((p) => p.tables));
  return tables.flatMap((table) => table.columns.flatMap(({ name, type, sensitivity: { level, category }, source }) =>
    level === "confidential" && category && !supportsMask(type, category)
      ? [refused("BH3021", `${name} is ${type}, which the mask of ${category} does not cover`, source, "use category business (the column is omitted below clearance), or a type with a canonical text")]
      : []));
}
