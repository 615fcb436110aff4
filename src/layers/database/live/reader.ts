/** What all parts of a reading share. */
import type { Acl, Names } from "./acl.ts";
import { roleNames } from "./acl.ts";
import type { MemberRow, RoleRow } from "./roles.ts";
import type { Session } from "./session.ts";
import { powerful, type Space } from "./space.ts";

export interface Reader {
  store: string;
  major: number;
  /** Recorded of this major version, where it is. */
  builtIn: string | undefined;
  space: Space;
  roles: readonly RoleRow[];
  names: ReadonlyMap<number, string>;
  acl: Names;
  /** Bulkhead's roles on this server. */
  ourOids: number[];
  isOurs(oid: number): boolean;
  isSuperuser(oid: number): boolean;
  /** True for grantees that are decided where a thing is not Bulkhead's alone: PUBLIC and Bulkhead's roles. */
  decided(grantee: number): boolean;
  /** Roles that reach tenants' rows. */
  powerful: ReadonlySet<number>;
  tenantOfRole(name: string): { tenant?: string };
  tenantOfSchema(name: string): { tenant?: string };
  rows: Session["rows"];
}

const held = (tenant: string | undefined): { tenant?: string } => (tenant === undefined ? {} : { tenant });

export function readerOf(base: Pick<Reader, "store" | "major" | "builtIn" | "space" | "rows">, roles: readonly RoleRow[], members: readonly MemberRow[], defaults: readonly { type: string; privileges: string[] }[]): Reader {
  const names = new Map(roles.map((r) => [r.oid, r.name]));
  const ours = new Set(roles.filter((r) => base.space.roles.has(r.name)).map((r) => r.oid));
  const superusers = new Set(roles.filter((r) => r.superuser).map((r) => r.oid));
  const owners = new Map(defaults.map(({ type, privileges }) => [type, new Set(privileges)]));
  return {
    ...base, roles, names, ourOids: [...ours], isOurs: (oid) => ours.has(oid), isSuperuser: (oid) => superusers.has(oid), decided: (grantee) => grantee === 0 || ours.has(grantee),
    powerful: powerful(roles, members, base.space),
    acl: { role: roleNames(names), owner: (type) => owners.get(type) ?? new Set() },
    tenantOfRole: (name) => held(base.space.tenantOfRole(name)), tenantOfSchema: (name) => held(base.space.tenantOfSchema(name)),
  };
}
/** What an owner has by himself, by `acldefault`'s code. */
export const OWNER_DEFAULTS = "select t as type, (select array_agg(a.privilege_type::text) from aclexplode(acldefault(t::\"char\", 10)) a where a.grantee = 10) as privileges from unnest('{r,s,d,f,n,T,l,L,S,F}'::text[]) t";
export type { Acl };
