/** What of a server is Bulkhead's space: declared schemas and roles, and whatever bears a tenant's name. */
import { tenantRole } from "../../../model/names.ts";
import type { StoreState } from "../desired.ts";
import { declaredRoles } from "../items.ts";
import type { RoleRow } from "./roles.ts";

export interface Space {
  roles: ReadonlySet<string>;
  /** Schemas all of which is the space's. */
  schemas: ReadonlySet<string>;
  /** Schemas of which only the rights of PUBLIC and of Bulkhead's roles are decided. */
  lenient: ReadonlySet<string>;
  /** Whose a schema is, by its name; undefined: the platform's or nobody's. */
  tenantOfSchema(name: string): string | undefined;
  tenantOfRole(name: string): string | undefined;
  /** A name that only Bulkhead gives. */
  bears(kind: "role" | "schema", name: string): boolean;
}

export function spaceOf(state: StoreState): Space {
  const units = state.units.map((unit) => unit.state);
  const tenants = new Map(units.flatMap((u) => (u.tenant === undefined ? [] : [[tenantRole(u.tenant).replace(/^t_/, ""), u.tenant] as const])));
  const schemas = new Map(units.flatMap((u) => u.schemas.filter((s) => s.mode !== "lenient").map((s) => [s.name, u.tenant] as const)));
  const roles = new Map(units.flatMap((u) => u.roles.map((r) => [r.name, u.tenant] as const)));
  const holder = (name: string, separator: string): string | undefined => [...tenants].filter(([part]) => name.startsWith(`${part}${separator}`)).sort(([a], [b]) => b.length - a.length)[0]?.[1];
  const tenantOfSchema = (name: string): string | undefined => (schemas.has(name) ? schemas.get(name) : holder(name, "__"));
  const tenantOfRole = (name: string): string | undefined => (roles.has(name) ? roles.get(name) : (tenants.get(name.replace(/^t_/, "")) ?? holder(name, "_")));
  return {
    roles: new Set(declaredRoles(state)), schemas: new Set(schemas.keys()),
    lenient: new Set(units.flatMap((u) => u.schemas.filter((s) => s.mode === "lenient").map((s) => s.name))),
    tenantOfSchema, tenantOfRole,
    bears: (kind, name) => (kind === "role" ? /^(?:bh_|t_)/.test(name) || tenantOfRole(name) !== undefined : tenantOfSchema(name) !== undefined),
  };
}

/** Predefined roles whose members read, write or run what belongs to others. */
const POWERS = new Set(["pg_read_all_data", "pg_write_all_data", "pg_read_server_files", "pg_write_server_files", "pg_execute_server_program", "pg_maintain", "pg_create_subscription", "pg_monitor", "pg_read_all_stats", "pg_read_all_settings", "pg_stat_scan_tables", "pg_signal_backend"]);

/** Roles that are Bulkhead's, or act as one of them or above them: superusers, whoever bypasses row security, members of members. */
export function powerful(roles: readonly RoleRow[], members: readonly { role: number; member: number }[], space: Space): Set<number> {
  const found = new Set(roles.filter((r) => r.superuser || r.bypass || space.roles.has(r.name) || POWERS.has(r.name)).map((r) => r.oid));
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const { role, member } of members) if (found.has(role)) found.add(member);
  }
  return found;
}
