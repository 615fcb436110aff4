/** Checks over the whole fleet, from what each tenant looks like from outside (D33). */
import type { Table, Tenant } from "../model/fleet.ts";
import { type Problem, refused, type SourceRef } from "../model/problem.ts";
import type { SharedUse, TenantResult } from "./protocol.ts";

type Outside = Pick<TenantResult, "id" | "uses" | "names">;

/** Identities of shared definitions that several tenants use: only those are shared (D12). */
export function sharedIds(tenants: readonly Pick<Outside, "id" | "uses">[]): Set<string> {
  const first = new Map<string, string>();
  const shared = new Set<string>();
  for (const { id: tenant, uses } of tenants) {
    for (const { id } of uses) if ((first.get(id) ?? tenant) !== tenant) shared.add(id); else first.set(id, tenant);
  }
  return shared;
}

/** Problems of one shared definition used at different paths: its physical name could not be one (D12, D28). */
export function sharedPathProblems(uses: readonly SharedUse[]): Problem[] {
  const first = new Map<string, { path: string; file: string }>();
  return uses.flatMap(({ id, path, file }) => {
    const known = first.get(id);
    if (!known) { first.set(id, { path, file }); return []; }
    return known.path === path ? [] : [refused("BH3019", `the shared table ${id} is ${known.path} in ${known.file} and ${path} here: it has one physical name`, { file, path: "tables" }, "use it at the same domain, product and table name in every tenant", [{ file: known.file, path: "tables" }])];
  });
}

/** Two tenants whose definitions map to one physical name in a system that all share (D28). */
export function nameCollisions(tenants: readonly Outside[]): Problem[] {
  const seen = new Map<string, { tenant: string; source: SourceRef }>();
  return tenants.flatMap(({ id, names }) => names.flatMap(({ system, name, source }) => {
    const key = `${system} ${name}`;
    const other = seen.get(key);
    if (!other) seen.set(key, { tenant: id, source });
    return other && other.tenant !== id ? [refused("BH3007", `${system} "${name}" belongs to tenant "${id}" and to tenant "${other.tenant}"`, source, "rename one", [other.source])] : [];
  }));
}

/** A tenant's tables that other tenants use too. */
export const sharedTablesOf = (tenant: Tenant): Table[] => tenant.domains.flatMap((d) => d.products.flatMap((p) => p.tables)).filter((table) => table.shared);

/** Each table once, by store and physical name. */
export function uniqueTables(tables: readonly Table[]): Table[] {
  const all = new Map(tables.map((t) => [`${t.store} ${t.schema}.${t.name}`, t]));
  return [...all.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, table]) => table);
}
