/** What a PostgreSQL table cannot hold; the limits are fixed when a server is built (MaxHeapAttributeNumber, INDEX_MAX_KEYS). */
import type { Parsed } from "../../define/schema.ts";
import { type Problem, refused, type SourceRef } from "../problem.ts";

/** Columns that people may declare, in a table and in a key, index, constraint or foreign key: Bulkhead's `tenant_id` takes one of each. */
const LIMITS = { table: 1599, key: 31 } as const;

/** Tables and keys with more columns than PostgreSQL takes, in the table itself or in a view of it (BH3023). */
export function sizeProblems(name: string, spec: Parsed<"product">["tables"][string], at: (path: string) => SourceRef): Problem[] {
  const columns = Object.keys(spec.columns);
  const lists: [string, string, readonly string[]][] = [
    ["the key", "key", spec.key],
    ...spec.unique.map((list, i): [string, string, string[]] => ["a unique constraint", `unique[${i}]`, list]),
    ...spec.indexes.map((list, i): [string, string, string[]] => ["an index", `indexes[${i}]`, list]),
    ...spec.references.map((reference, i): [string, string, string[]] => ["a foreign key", `references[${i}].columns`, reference.columns]),
  ];
  return [
    ...(columns.length > LIMITS.table
      ? [refused("BH3023", `table ${name} has ${columns.length} columns: PostgreSQL takes 1600, and one is Bulkhead's tenant_id`, at(`columns.${columns[LIMITS.table]!}`), "split the table, or keep what belongs together in one jsonb column")]
      : []),
    ...lists.filter(([, , list]) => list.length > LIMITS.key).map(([what, path, list]) =>
      refused("BH3023", `${what} has ${list.length} columns: PostgreSQL takes 32, and one is Bulkhead's tenant_id`, at(`${path}[${LIMITS.key}]`), "use a surrogate key, or an index over fewer columns")),
  ];
}
