/** Roles, memberships, settings, the database, the server. */
import type { LiveItem } from "../../../model/plane.ts";
import { SETTINGS } from "../own.ts";
import { PUBLIC, shown } from "../shown.ts";
import { type Acl, aclOf, grantsTo, settingsOf } from "./acl.ts";
import { BUILT_IN } from "./built-in.ts";
import type { Reader } from "./reader.ts";

export interface RoleRow { oid: number; name: string; superuser: boolean; inherit: boolean; createRole: boolean; createDatabase: boolean; login: boolean; replication: boolean; bypass: boolean; connections: number; until: string }
export interface MemberRow { role: number; member: number; admin: boolean; inherit: boolean | null; set: boolean | null; grantor: number }

export const ROLES = `select oid::int8::float8 as oid, rolname::text as name, rolsuper as superuser, rolinherit as inherit, rolcreaterole as "createRole", rolcreatedb as "createDatabase", rolcanlogin as login,
  rolreplication as replication, rolbypassrls as bypass, rolconnlimit as connections, coalesce(rolvaliduntil::text, 'infinity') as until from pg_roles`;
/** Options of a membership are columns from 16 on. */
export const MEMBERS = `select roleid::int8::float8 as role, member::int8::float8 as member, admin_option as admin, (to_jsonb(m)->>'inherit_option')::bool as inherit, (to_jsonb(m)->>'set_option')::bool as set, grantor::int8::float8 as grantor from pg_auth_members m`;

/** The superuser of `initdb`: every server has it, and it grants what superusers grant. */
const BOOTSTRAP = 10;

export async function readRoles(r: Reader): Promise<LiveItem[]> {
  const settings = await r.rows<{ role: number; database: string | null; settings: string[] }>("select s.setrole::int8::float8 as role, d.datname::text as database, s.setconfig as settings from pg_db_role_setting s left join pg_database d on d.oid = s.setdatabase");
  const items = r.roles.filter((role) => r.space.roles.has(role.name) || (role.oid !== BOOTSTRAP && role.oid >= 16_384 && (role.superuser || role.bypass || role.createRole || role.replication || r.space.bears("role", role.name)))).map((role): LiveItem => {
    const own = settings.filter((one) => one.role === role.oid);
    const powers = [role.superuser && "is a superuser", role.bypass && "bypasses row security", role.createRole && "makes and grants roles", role.replication && "may copy the whole server"].filter((word) => word !== false);
    return {
      kind: "role", name: shown(role.name), ...r.tenantOfRole(role.name),
      value: {
        login: role.login, inherit: role.inherit, connections: role.connections, superuser: role.superuser, bypassRowSecurity: role.bypass, createDatabase: role.createDatabase, createRole: role.createRole,
        replication: role.replication, validUntil: role.until === "infinity" ? "never" : role.until, settings: settingsOf(own.find((one) => one.database === null)?.settings ?? null),
        settingsInDatabases: Object.fromEntries(own.filter((one) => one.database !== null).map((one) => [shown(one.database!), settingsOf(one.settings)])),
      },
      note: powers.length > 0 ? `it ${powers.join(", ")}` : "it bears a name that only Bulkhead gives",
    };
  });
  const all = settings.filter((one) => one.role === 0 && one.database === null);
  return [...items, ...all.map((one): LiveItem => ({ kind: "setting", name: "every role", value: { settings: settingsOf(one.settings) }, note: "every session starts with it" }))];
}

export function readMembers(r: Reader, members: readonly MemberRow[]): LiveItem[] {
  const nameOf = (oid: number): string => r.names.get(oid) ?? String(oid);
  const modern = r.major >= 16;
  return members.filter(({ role, member }) => member >= 16_384 && (r.powerful.has(role) || r.space.roles.has(nameOf(member)))).map(({ role, member, admin, inherit, set, grantor }): LiveItem => ({
    kind: "membership", name: `${shown(nameOf(member))} in ${shown(nameOf(role))}${modern && grantor !== BOOTSTRAP ? `, given by ${shown(nameOf(grantor))}` : ""}`,
    ...r.tenantOfRole(r.space.roles.has(nameOf(member)) ? nameOf(member) : nameOf(role)),
    value: { admin, ...(modern && { inherit: inherit === true, set: set === true }) },
    note: `${shown(nameOf(member))} may do what ${shown(nameOf(role))} may`,
  }));
}

export async function readServer(r: Reader, version: string): Promise<LiveItem[]> {
  const [built] = await r.rows<{ md5: string }>(BUILT_IN);
  const settings = await r.rows<{ name: string; setting: string }>("select name, reset_val as setting from pg_settings where name = any ($1)", [Object.keys(SETTINGS)]);
  return [{ kind: "server", name: r.store, value: { version, builtInFunctions: r.builtIn === undefined || built!.md5 === r.builtIn ? "as shipped" : "not as shipped", settings: Object.fromEntries(settings.map((s) => [s.name, s.setting])) } }];
}

export async function readDatabase(r: Reader): Promise<LiveItem[]> {
  const [database] = await r.rows<{ name: string; owner: number; acl: Acl; settings: string[] | null }>(`select d.datname::text as name, d.datdba::int8::float8 as owner, ${aclOf("d.datacl", "d", "d.datdba")} as acl,
    (select s.setconfig from pg_db_role_setting s where s.setdatabase = d.oid and s.setrole = 0) as settings from pg_database d where d.datname = current_database()`);
  const { name, owner, acl, settings } = database!;
  return [{ kind: "database", name: shown(name), value: { owner: r.isOurs(owner) ? r.acl.role(owner) : "none of Bulkhead's", settings: settingsOf(settings), grants: grantsTo(acl, owner, r.acl, r.decided) } }];
}

/** Rights of Bulkhead's roles on whatever is outside their space, by what PostgreSQL notes of dependencies. */
export async function readGrants(r: Reader, inSpace: readonly number[]): Promise<LiveItem[]> {
  const rows = await r.rows<{ role: number; database: string | null; here: boolean; type: string | null; names: string[] | null; args: string[] | null; n: number }>(`
    select d.refobjid::int8::float8 as role, case when d.dbid <> 0 and d.dbid <> me.oid then o.datname::text end as database, d.dbid = 0 or d.dbid = me.oid as here, i.type, i.object_names as names, i.object_args as args, count(*)::int as n
    from pg_shdepend d join pg_database me on me.datname = current_database() left join pg_database o on o.oid = d.dbid
      left join lateral pg_identify_object_as_address(d.classid, d.objid, 0) i on d.dbid = 0 or d.dbid = me.oid
    where d.refclassid = 'pg_authid'::regclass and d.refobjid = any ($1) and d.classid <> 'pg_default_acl'::regclass and (d.deptype = 'a' or (d.deptype = 'o' and d.dbid <> me.oid))
      and not (d.dbid = me.oid and d.objid = any ($2)) and not (d.dbid = 0 and d.classid = 'pg_database'::regclass and d.objid = me.oid)
    group by 1, 2, 3, 4, 5, 6`, [r.ourOids, inSpace]);
  return rows.map(({ role, database, here, type, names, args }): LiveItem => {
    const what = here ? `${type} ${(names ?? []).map(shown).join(".")}${args && args.length > 0 ? `(${args.join(", ")})` : ""}` : `objects of database ${shown(database ?? "that is gone")}`;
    return {
      kind: "grant", name: `${r.acl.role(role)} on ${what}`, ...r.tenantOfRole(r.names.get(role) ?? ""), value: here ? { type: type ?? "", names: names ?? [], args: args ?? [] } : { database: shown(database ?? "") },
      note: "a role of Bulkhead's has rights outside its space",
    };
  });
}

/** Whatever PostgreSQL does not give PUBLIC when it is installed, or Bulkhead takes from it, and PUBLIC has. */
export async function readCatalogue(r: Reader): Promise<LiveItem[]> {
  const rows = await r.rows<{ what: string; name: string; privileges: string }>(`
    with object(what, class, oid, sub, name, acl, hardened) as (
      select 'relation', 'pg_class'::regclass, c.oid, 0, format('%I.%I', x.nspname, c.relname), c.relacl, c.relname in ('pg_stats', 'pg_stats_ext', 'pg_stats_ext_exprs') from pg_class c join pg_namespace x on x.oid = c.relnamespace where x.nspname = 'pg_catalog'
      union all select 'column', 'pg_class'::regclass, c.oid, a.attnum, format('%I.%I.%I', x.nspname, c.relname, a.attname), a.attacl, false from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace x on x.oid = c.relnamespace where x.nspname = 'pg_catalog' and a.attacl is not null
      union all select 'function', 'pg_proc'::regclass, p.oid, 0, format('%I.%I(%s)', x.nspname, p.proname, oidvectortypes(p.proargtypes)), coalesce(p.proacl, acldefault('f', p.proowner)), p.proname ~ '^(pg_(try_)?advisory_|lo_|loread|lowrite)'
        from pg_proc p join pg_namespace x on x.oid = p.pronamespace where x.nspname in ('pg_catalog', 'information_schema') and (p.proacl is not null or p.proname ~ '^(pg_(try_)?advisory_|lo_|loread|lowrite)')
      union all select 'schema', 'pg_namespace'::regclass, x.oid, 0, quote_ident(x.nspname), x.nspacl, false from pg_namespace x where x.nspname in ('pg_catalog', 'pg_toast')
      union all select 'parameter', 'pg_parameter_acl'::regclass, p.oid, 0, p.parname, p.paracl, false from pg_parameter_acl p
    )
    select o.what, o.name, string_agg(distinct a.privilege_type, ', ') as privileges from object o, aclexplode(o.acl) a
    where a.grantee = 0 and (o.hardened or not exists (select from pg_init_privs i, aclexplode(i.initprivs) b where i.classoid = o.class and i.objoid = o.oid and i.objsubid = o.sub and b.grantee = 0 and b.privilege_type = a.privilege_type))
      and not (o.what = 'function' and not o.hardened and not exists (select from pg_init_privs i where i.classoid = o.class and i.objoid = o.oid))
    group by 1, 2
    union all
    select 'added relation', format('%I.%I', x.nspname, c.relname), 'added' from pg_class c join pg_namespace x on x.oid = c.relnamespace where x.nspname in ('pg_catalog', 'information_schema') and c.oid >= 16384
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    union all
    select 'added function', format('%I.%I(%s)', x.nspname, p.proname, oidvectortypes(p.proargtypes)), 'added' from pg_proc p join pg_namespace x on x.oid = p.pronamespace where x.nspname in ('pg_catalog', 'information_schema')
      and (p.oid >= 16384 or p.prosecdef) and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
    union all
    select 'added operator', format('%I.%s(%s, %s)', x.nspname, o.oprname, coalesce(format_type(nullif(o.oprleft, 0), null), 'NONE'), format_type(o.oprright, null)), 'added' from pg_operator o join pg_namespace x on x.oid = o.oprnamespace where x.nspname = 'pg_catalog' and o.oid >= 16384
      and not exists (select from pg_depend d where d.classid = 'pg_operator'::regclass and d.objid = o.oid and d.deptype = 'e')
    union all
    select 'added cast', format('(%s AS %s)', format_type(k.castsource, null), format_type(k.casttarget, null)), 'added' from pg_cast k where k.oid >= 16384 and not exists (select from pg_depend d where d.classid = 'pg_cast'::regclass and d.objid = k.oid and d.deptype = 'e')`);
  return rows.map(({ what, name, privileges }): LiveItem => ({
    kind: "catalogue", name: `${what} ${name}`, value: what.startsWith("added") ? { added: true } : { grants: { [PUBLIC]: Object.fromEntries(privileges.split(", ").map((p) => [p, true])) } },
    note: what.startsWith("added") ? "it decides what every session's words mean" : `PUBLIC has ${privileges} on it, which neither PostgreSQL nor Bulkhead gives`,
  }));
}
