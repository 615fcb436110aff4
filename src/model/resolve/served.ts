import type { Parsed } from "../../define/schema.ts";
import { joinAll } from "../classification.ts";
import type { Column, Platform, Served } from "../fleet.ts";
import { type Problem, refused, type SourceRef } from "../problem.ts";
import { starrocksType } from "../starrocks.ts";
import { didYouMean } from "../suggest.ts";
import type { LoadedTenant } from "./input.ts";
import { findStore } from "./store.ts";

type TableSpec = Parsed<"product">["tables"][string];

/**
 * Copies of a table in serving stores. The key's columns are always part of a copy; its level is that of everything in it (D17).
 * A tenant on StarRocks needs a plan with limits there: the resource limit is one of the five points at which a store is enforced.
 */
export function resolveServed(spec: Pick<TableSpec, "serve" | "key">, columns: readonly Column[], source: SourceRef, { platform, tenant }: { platform: Platform; tenant: LoadedTenant }): { served: Served[]; problems: Problem[] } {
  const served: Served[] = [];
  const problems: Problem[] = [];
  for (const kind of ["redis", "starrocks"] as const) {
    const wanted = spec.serve?.[kind];
    if (!wanted) continue;
    const at = { ...source, path: `${source.path}.${kind}` };
    wanted.columns?.forEach((column, i) => {
      if (!columns.some((c) => c.name === column)) problems.push(refused("BH3001", `serve.${kind} names a column that the table does not have: "${column}"`, { ...at, path: `${at.path}.columns[${i}]` }, didYouMean(column, columns.map((c) => c.name))));
    });
    const store = findStore(platform, tenant, kind, wanted.store, { ...at, path: wanted.store === undefined ? at.path : `${at.path}.store` });
    if (typeof store !== "string") problems.push(store);
    const plan = platform.plans[tenant.spec.plan];
    if (kind === "starrocks" && plan && !plan.serving) {
      problems.push(refused("BH3051", `plan "${plan.name}" says nothing of StarRocks, where this table is served: nothing would limit what the tenant takes`, at, "give the plan serving.starrocks, with its limits"));
    }
    const kept = columns.filter((c) => !wanted.columns || wanted.columns.includes(c.name) || spec.key.includes(c.name));
    for (const c of kind === "starrocks" ? kept : []) {
      const type = starrocksType(c.type);
      if (!type) problems.push(refused("BH3053", `StarRocks has no type for ${c.name}, which is ${c.type}`, c.source, "leave it out of serve.starrocks.columns, or give it another type"));
      else if (!type.key && spec.key.includes(c.name)) problems.push(refused("BH3053", `${c.name} is ${c.type}, which no primary key of StarRocks may hold`, c.source, "use a key of text, whole numbers, dates or times"));
    }
    served.push({ kind, store: typeof store === "string" ? store : "", columns: kept.map((c) => c.name), sensitivity: joinAll(kept.map((c) => c.sensitivity)), source: at });
  }
  return { served, problems };
}
