/** What a store holds before any table or tenant: roles, the two functions, the table of named principals, Bulkhead's own records. */
import type { PostgresStore, Table } from "../../../model/fleet.ts";
import { platformSecretKey } from "../../../model/names.ts";
import { quoteLiteral } from "../sql/quote.ts";
import { CLEARANCE_ROLES, CONNECT_ROLE, groupRole, OWNER_ROLE, takes, VIEW_ROLE, WRITE_ROLE, WRITERS_ROLE } from "./roles.ts";
import { tenantTable } from "./table.ts";
import type { FunctionState, GrantState, TableState, UnitState } from "./unit.ts";

/** Unit names; also the keys of `bulkhead.applied`. */
const storeUnit = (store: string): string => `store/${store}`;
export const sharedUnit = (table: Pick<Table, "schema" | "name">): string => `shared/${table.schema}.${table.name}`;
export const tenantUnit = (tenant: string): string => `tenant/${tenant}`;

/**
 * The current tenant (D11). One message for every refusal: unset, not allowed, does not exist.
 * The name is checked first, because `a_b` and `a-b` have one role but are two values of `tenant_id`.
 */
const TENANT_BODY = `
declare
  tenant text := nullif(pg_catalog.current_setting('app.tenant_id', true), '');
  marker oid;
begin
  if tenant ~ '^[a-z][a-z0-9-]{1,30}[a-z0-9]$' and tenant !~ '--' then
    marker := pg_catalog.to_regrole(pg_catalog.quote_ident('t_' || pg_catalog.replace(tenant, '-', '_')));
    if marker is not null and pg_catalog.pg_has_role(session_user, marker, 'MEMBER') then
      return tenant;
    end if;
  end if;
  raise exception 'no tenant, or not a tenant of this login' using errcode = '42501';
end
`;

/** The current principal: what the API says, and for every other login the login itself (D11). */
const principalBody = (apiLogin: string): string => `
  select case when session_user = ${quoteLiteral(apiLogin)}::name
    then nullif(pg_catalog.current_setting('app.principal', true), '')
    else session_user::text end
`;

const FUNCTION = { schema: "app", owner: OWNER_ROLE } as const;

/** Desired state of a store itself. `shared` are the shared tables that live in it. */
export function bootstrapUnit(store: PostgresStore, shared: readonly Table[], owner: string): UnitState {
  const functions: FunctionState[] = [
    { ...FUNCTION, name: "tenant", language: "plpgsql", body: TENANT_BODY },
    { ...FUNCTION, name: "principal", language: "sql", body: principalBody(store.apiLogin) },
  ];
  const callers = [...CLEARANCE_ROLES, VIEW_ROLE, WRITE_ROLE, WRITERS_ROLE];
  const on = (kind: GrantState["kind"], schema: string, name: string, role: string, ...privileges: string[]): GrantState => ({ kind, schema, name, privileges, role });
  return {
    unit: storeUnit(store.name), kind: "bootstrap", store: store.name,
    roles: [
      groupRole(OWNER_ROLE), groupRole(VIEW_ROLE), groupRole(WRITE_ROLE),
      groupRole(WRITERS_ROLE, true), groupRole(CONNECT_ROLE, true),
      ...CLEARANCE_ROLES.map((role) => groupRole(role, true)),
      { name: store.apiLogin, login: true, inherit: false, connections: -1, settings: [], open: true, passwordKey: passwordKey(store.name, store.apiLogin) },
      {
        name: store.auditorLogin, login: true, inherit: false, connections: 4, settings: ["default_transaction_read_only=on"], open: false,
        passwordKey: passwordKey(store.name, store.auditorLogin),
      },
    ],
    members: CLEARANCE_ROLES.map((role) => takes(role, store.apiLogin)),
    schemas: [
      { name: "app", owner: OWNER_ROLE, mode: "closed" },
      { name: "bulkhead", mode: "closed" },
      { name: "public", mode: "lenient" },
    ],
    functions,
    tables: [principalTable()],
    views: [],
    grants: [
      on("database", "", "", store.apiLogin, "CONNECT"),
      on("database", "", "", store.auditorLogin, "CONNECT"),
      on("database", "", "", CONNECT_ROLE, "CONNECT"),
      ...functions.flatMap((f) => callers.map((role) => on("function", f.schema, f.name, role, "EXECUTE"))),
      on("table", "app", "named_principal", VIEW_ROLE, "SELECT"),
      // The auditor reads which digest was applied, and nothing else beside the catalogue (D16, D25, D26).
      on("schema", "bulkhead", "bulkhead", store.auditorLogin, "USAGE"),
      on("table", "bulkhead", "applied", store.auditorLogin, "SELECT"),
    ],
    principals: [],
    sharedUnits: shared.map(sharedUnit).sort(),
    source: store.source, owner,
  };
}

/** Key of a login's password in the platform's secret store. */
export const passwordKey = (store: string, login: string): string => platformSecretKey("database", store, "logins", login);

function principalTable(): TableState {
  const columns = ["schema", "table", "column", "principal"].map((name) => ({ name, type: "text", nullable: false }));
  const table = tenantTable({ schema: "app", name: "named_principal", columns, key: columns.map((c) => c.name), unique: [], indexes: [], references: [], description: "Who sees which restricted column of a tenant unmasked" });
  // Nobody writes it but the migrator: no policy and no grant for bh_write.
  return { ...table, open: true, policies: table.policies.filter((p) => p.role !== WRITE_ROLE) };
}
