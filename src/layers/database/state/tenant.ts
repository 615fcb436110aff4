/** What one tenant has in one store: its roles, its logins and their limits, its named principals, its dedicated tables. */
import type { Platform, PostgresStore, Table, Tenant } from "../../../model/fleet.ts";
import { clearanceRole, sqlLogin, tenantRole, writerRole } from "../../../model/names.ts";
import { passwordKey, sharedUnit, tenantUnit } from "./bootstrap.ts";
import { CONNECT_ROLE, gives, groupRole, marks, WRITERS_ROLE } from "./roles.ts";
import { grantsOf, schemaOf, tenantTable, viewsOf } from "./table.ts";
import { emptyUnit, type PrincipalState, type RoleState, type UnitState } from "./unit.ts";

/** All tables of a tenant, shared ones included. */
const tablesOf = (tenant: Tenant): Table[] => tenant.domains.flatMap((d) => d.products.flatMap((p) => p.tables));

/**
 * PostgreSQL stores that serve the tenant. With no table anywhere, its consumers with SQL access have nothing to read,
 * so there is no store to make them in.
 */
export function storesOf(platform: Platform, tenant: Tenant): PostgresStore[] {
  const used = new Set(tablesOf(tenant).map((t) => t.store));
  return Object.values(platform.stores).filter((s): s is PostgresStore => s.kind === "postgres" && used.has(s.name)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Desired state of a tenant in a store. */
export function tenantUnitState(tenant: Tenant, store: PostgresStore): UnitState {
  const tables = tablesOf(tenant).filter((t) => t.store === store.name);
  const dedicated = byName(tables.filter((t) => !t.shared));
  const { id, plan } = tenant;
  const [marker, writer, pipeline] = [tenantRole(id), writerRole(id), sqlLogin(id, "pipeline")];
  const settings = [`statement_timeout=${plan.database.statementTimeout}`, `work_mem=${plan.database.workMem}`];
  const login = (name: string): RoleState => ({ name, login: true, inherit: true, connections: plan.database.connections, settings, open: false, passwordKey: passwordKey(store.name, name) });
  const consumers = tenant.consumers.filter((c) => c.access.includes("sql")).map((c) => ({ login: sqlLogin(id, c.name), role: clearanceRole(c.clearance) }));
  const schemas = new Map(dedicated.map((t) => [t.schema, schemaOf(t)]));
  return {
    ...emptyUnit({ unit: tenantUnit(id), kind: "tenant", store: store.name, tenant: id, source: tenant.source, owner: tenant.owner.team }),
    roles: [groupRole(marker), { ...groupRole(writer), inherit: true }, login(pipeline), ...consumers.map((c) => login(c.login))],
    members: [
      marks(marker, store.apiLogin),
      gives(WRITERS_ROLE, writer),
      marks(marker, pipeline), gives(writer, pipeline), gives(CONNECT_ROLE, pipeline),
      ...consumers.flatMap((c) => [marks(marker, c.login), gives(c.role, c.login), gives(CONNECT_ROLE, c.login)]),
    ],
    schemas: [...schemas.values()].map((s) => s.schema),
    tables: dedicated.map(tenantTable),
    views: dedicated.flatMap(viewsOf),
    grants: [...[...schemas.values()].flatMap((s) => s.grants), ...dedicated.flatMap(grantsOf)],
    principals: tables.flatMap((t) => principalsOf(id, t)),
  };
}

/** Desired state of one shared table. It names no tenant (D12). */
export function sharedTableUnit(table: Table, owner: string): UnitState {
  const { schema, grants } = schemaOf(table);
  return {
    ...emptyUnit({ unit: sharedUnit(table), kind: "shared", store: table.store, source: table.source, owner }),
    schemas: [schema], tables: [tenantTable(table)], views: viewsOf(table), grants: [...grants, ...grantsOf(table)],
  };
}

function principalsOf(tenant: string, table: Table): PrincipalState[] {
  return table.columns.flatMap((c) =>
    c.sensitivity.level === "restricted"
      ? (c.sensitivity.principals ?? []).map((principal) => ({ tenant, schema: table.schema, table: table.name, column: c.name, principal }))
      : [],
  );
}

/** By name; the engine makes all tables before any foreign key, so references set no order. */
function byName(tables: Table[]): Table[] {
  const key = (t: Table): string => `${t.schema}.${t.name}`;
  return [...tables].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
