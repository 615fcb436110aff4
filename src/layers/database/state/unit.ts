/** The plain state of one SQL unit: what one file makes true in one database, and nothing that another file makes true. */
import type { SourceRef } from "../../../model/problem.ts";

/** A role with every attribute that Bulkhead decides. Superuser, BYPASSRLS, CREATEDB, CREATEROLE and REPLICATION are always off. */
export interface RoleState {
  name: string;
  login: boolean;
  inherit: boolean;
  /** Connection limit; -1 is none. */
  connections: number;
  /** `name=value` as PostgreSQL stores them, sorted. */
  settings: string[];
  /** Other units may add members to it, or it to their roles. */
  open: boolean;
  /** Key of the login's password in the platform's secret store. */
  passwordKey?: string;
}
/** One membership. `inherit` and `set` are written from PostgreSQL 16 on, where a membership holds them itself. */
export interface MemberState { role: string; member: string; inherit: boolean; set: boolean }
/**
 * `closed`: everything in it is this unit's; `shared`: several shared tables live in it;
 * `lenient`: only what PUBLIC and Bulkhead's own roles may do is decided.
 */
export interface SchemaState { name: string; owner?: string; mode: "closed" | "shared" | "lenient" }
interface ColumnState { name: string; type: string; nullable: boolean; description?: string }
/** Checks are over `tenant_id` alone. */
export type ConstraintState =
  | { kind: "primary" | "unique"; name: string; columns: string[] }
  | { kind: "check"; name: string; expression: string }
  | { kind: "foreign"; name: string; columns: string[]; references: { schema: string; table: string; columns: string[]; onDelete: "restrict" | "cascade" } };
interface IndexState { name: string; columns: string[] }
/** A partition by the text that `pg_get_expr(relpartbound)` gives for it, in UTC. */
export interface PartitionState { name: string; bound: string }
export interface PolicyState {
  name: string; permissive: boolean; command: "SELECT" | "ALL";
  /** `public` is everybody. */
  role: string;
  using: string; check?: string;
}
export interface TableState {
  schema: string; name: string; owner: string; description?: string;
  columns: ColumnState[];
  partitionBy?: string;
  partitions: PartitionState[];
  constraints: ConstraintState[];
  indexes: IndexState[];
  policies: PolicyState[];
  /** Views of other units may read it. */
  open: boolean;
  /** Of the table, where the unit's own is not it. */
  source?: SourceRef;
}
export interface ViewState {
  schema: string; name: string; owner: string;
  /** Storage options as PostgreSQL stores them, sorted. */
  options: string[];
  columns: { name: string; expression: string }[];
  from: { schema: string; name: string };
}
/** A function without arguments that returns text. */
export interface FunctionState { schema: string; name: string; owner: string; language: "sql" | "plpgsql"; body: string }
export interface GrantState {
  kind: "table" | "schema" | "function" | "database";
  /** Empty for the database itself. */
  schema: string; name: string;
  privileges: string[];
  role: string;
}
/** Who sees one restricted column of a tenant unmasked (D15). */
export interface PrincipalState { tenant: string; schema: string; table: string; column: string; principal: string }

/** One SQL file. */
export interface UnitState {
  /** `store/<name>`, `shared/<schema>.<table>` or `tenant/<id>`; its key in `bulkhead.applied`. */
  unit: string;
  kind: "bootstrap" | "shared" | "tenant";
  /** The store's name in the platform. */
  store: string;
  /** Set in tenant units. */
  tenant?: string;
  roles: RoleState[];
  members: MemberState[];
  schemas: SchemaState[];
  functions: FunctionState[];
  tables: TableState[];
  views: ViewState[];
  grants: GrantState[];
  principals: PrincipalState[];
  /** Bootstrap only: the shared units that still exist; what others left is sealed. */
  sharedUnits?: string[];
  source: SourceRef;
  owner: string;
}

/** A unit with nothing in it. Applied, it takes away everything the unit ever made, except data. */
export function emptyUnit(unit: Pick<UnitState, "unit" | "kind" | "store" | "tenant" | "source" | "owner">): UnitState {
  return { ...unit, roles: [], members: [], schemas: [], functions: [], tables: [], views: [], grants: [], principals: [] };
}
