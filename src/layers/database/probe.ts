/** Effects, asked of the server itself (D37): who may read a base table, and who may become a role that may. Nothing is written, and no row is read. */
import type { ItemCoverage, ProbeFailure, StoreAccess } from "../../model/plane.ts";
import type { StoreState } from "./desired.ts";
import { openSession, QueryFailed } from "./live/session.ts";
import { path, shown } from "./shown.ts";
import { OWNER_ROLE, VIEW_ROLE, WRITE_ROLE } from "./state/roles.ts";

const WHAT = "effective right";

/** Every role but superusers and the three that own or view, against every base table; and against those three as a member. Two questions, whatever their number. */
export async function probeStore(access: StoreAccess, state: StoreState): Promise<{ failures: ProbeFailure[]; coverage: ItemCoverage[] }> {
  const units = state.units.map((unit) => unit.state);
  const tables = units.flatMap((unit) => unit.tables.flatMap((t) => [t.name, ...t.partitions.map((p) => p.name)].map((name) => ({ schema: t.schema, name, tenant: unit.tenant }))));
  const session = await openSession(access, state.database);
  try {
    const rights = await session.rows<{ role: string; schema: string; name: string; privileges: string[] }>(`
      select r.rolname::text as role, t.schema, t.name, array_remove(array[case when has_table_privilege(r.oid, c.oid, 'SELECT') or has_any_column_privilege(r.oid, c.oid, 'SELECT') then 'SELECT' end, case when has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') then 'write' end], null) as privileges
      from unnest($1::text[], $2::text[]) t(schema, name) join pg_namespace x on x.nspname = t.schema join pg_class c on c.relnamespace = x.oid and c.relname = t.name, pg_roles r
      where not r.rolsuper and r.oid >= 16384 and r.rolname <> all ($3) and (has_any_column_privilege(r.oid, c.oid, 'SELECT') or has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'))`,
    [tables.map((t) => t.schema), tables.map((t) => t.name), [OWNER_ROLE, VIEW_ROLE, WRITE_ROLE]]);
    const become = await session.rows<{ role: string; into: string }>("select r.rolname::text as role, o.rolname::text as into from pg_roles r, pg_roles o where o.rolname = any ($1) and r.oid <> o.oid and not r.rolsuper and r.oid >= 16384 and pg_has_role(r.oid, o.oid, 'MEMBER')", [[OWNER_ROLE, VIEW_ROLE, WRITE_ROLE]]);
    return {
      failures: [
        ...rights.map(({ role, schema, name, privileges }): ProbeFailure => {
          const tenant = tables.find((t) => t.schema === schema && t.name === name)?.tenant;
          return { kind: WHAT, namespace: schema, name: path(name, role), ...(tenant !== undefined && { tenant }), note: `${shown(role)} may ${privileges.join(" and ")} the base table, by whatever way` };
        }),
        ...become.map(({ role, into }): ProbeFailure => ({ kind: WHAT, name: path(into, role), note: `${shown(role)} may become ${shown(into)}` })),
      ],
      coverage: [{ what: WHAT, state: "read", objects: tables.length }],
    };
  } catch (error) {
    if (!(error instanceof QueryFailed)) throw error;
    return { failures: [], coverage: [{ what: WHAT, state: "unknown", objects: 0, reason: error.message }] };
  } finally {
    await session.close();
  }
}
