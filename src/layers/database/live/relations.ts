/** Schemas; tables, views and sequences of the space and whatever reads them; their columns, keys, indexes and policies. */
import type { LiveItem } from "../../../model/plane.ts";
import { OWN_SCHEMA } from "../own.ts";
import { path, PUBLIC, shown, SUPERUSER } from "../shown.ts";
import { type Acl, aclOf, grantsTo, ownerMay, settingsOf } from "./acl.ts";
import type { Reader } from "./reader.ts";

export interface SchemaRow { oid: number; name: string; owner: number; acl: Acl }
export const SCHEMAS = `select n.oid::int8::float8 as oid, n.nspname::text as name, n.nspowner::int8::float8 as owner, ${aclOf("n.nspacl", "n", "n.nspowner")} as acl from pg_namespace n where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;

/** Schemas that are the space's: declared, owned by a role of Bulkhead's, or bearing a tenant's name. */
export const inSpace = (r: Reader, { name, owner }: SchemaRow): boolean => r.space.schemas.has(name) || (!r.space.lenient.has(name) && (r.isOurs(owner) || r.space.bears("schema", name)));

/** Owner as it is compared: of Bulkhead's own records any superuser will do. */
const ownerOf = (r: Reader, schema: string, owner: number): string => (schema === OWN_SCHEMA && r.isSuperuser(owner) ? SUPERUSER : r.acl.role(owner));

export function schemaItems(r: Reader, rows: readonly SchemaRow[]): LiveItem[] {
  return rows.flatMap((row): LiveItem[] => {
    const { name, owner, acl } = row;
    if (r.space.lenient.has(name)) return [{ kind: "schema", name: shown(name), value: { grants: grantsTo(acl, owner, r.acl, r.decided) } }];
    if (!inSpace(r, row)) return [];
    return [{ kind: "schema", name: shown(name), ...r.tenantOfSchema(name), value: { owner: ownerOf(r, name, owner), ownerMay: ownerMay(acl, owner, "n", r.acl), grants: grantsTo(acl, owner, r.acl) }, note: "it bears a tenant's name, or a role of Bulkhead's owns it" }];
  });
}

export interface RelationRow {
  oid: number; schema: string; name: string; kind: string; owner: number; row_security: boolean; forced: boolean; persistence: string; options: string[] | null; partition_by: string | null; bound: string | null;
  parents: [string, string][] | null; identity: string; off: boolean; description: string | null; acl: Acl; toast: Acl;
}
/** $1: schemas of the space, $2: Bulkhead's roles. Children and views of what is found are found too, and theirs. */
export const RELATIONS = `with recursive reach(oid) as (
    select c.oid from pg_class c join pg_namespace x on x.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and x.nspname !~ '^pg_' and x.nspname <> 'information_schema' and (c.relnamespace = any ($1) or c.relowner = any ($2))
    union
    select n.oid from reach cross join lateral (
      select i.inhrelid from pg_inherits i where i.inhparent = reach.oid
      union all select w.ev_class from pg_depend d join pg_rewrite w on w.oid = d.objid where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = reach.oid and w.ev_class <> reach.oid
    ) n(oid))
  select c.oid::int8::float8 as oid, x.nspname::text as schema, c.relname::text as name, c.relkind::text as kind, c.relowner::int8::float8 as owner, c.relrowsecurity as row_security, c.relforcerowsecurity as forced, c.relpersistence::text as persistence,
    c.reloptions as options, case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end as partition_by, pg_get_expr(c.relpartbound, c.oid) as bound, c.relreplident::text as identity,
    case when c.relispartition or c.relkind in ('r', 'p', 'f') then (select json_agg(json_build_array(y.nspname, p.relname)) from pg_inherits i join pg_class p on p.oid = i.inhparent join pg_namespace y on y.oid = p.relnamespace where i.inhrelid = c.oid) end as parents,
    c.relhastriggers and exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgisinternal and t.tgenabled <> 'O') as off,
    obj_description(c.oid, 'pg_class') as description, case when c.relkind = 'S' then ${aclOf("c.relacl", "s", "c.relowner")} else ${aclOf("c.relacl", "r", "c.relowner")} end as acl,
    case when c.reltoastrelid <> 0 then (select ${aclOf("t.relacl")} from pg_class t where t.oid = c.reltoastrelid) end as toast
  from reach join pg_class c on c.oid = reach.oid join pg_namespace x on x.oid = c.relnamespace`;
export const DEFINITIONS = "select c.oid::int8::float8 as oid, pg_get_viewdef(c.oid) as text from unnest($1::oid[]) u(oid) join pg_class c on c.oid = u.oid";

const KINDS: Readonly<Record<string, string>> = { r: "table", p: "table", v: "view", m: "materialized view", f: "foreign table", S: "sequence" };
const PERSISTENCE: Readonly<Record<string, string>> = { p: "permanent", u: "unlogged", t: "temporary" };
const IDENTITIES: Readonly<Record<string, string>> = { d: "default", n: "nothing", f: "full", i: "index" };

export function relationItems(r: Reader, rows: readonly RelationRow[], definitions: ReadonlyMap<number, string>): LiveItem[] {
  return rows.map((row): LiveItem => {
    const kind = KINDS[row.kind] ?? row.kind;
    const common = { owner: ownerOf(r, row.schema, row.owner), ownerMay: ownerMay(row.acl, row.owner, row.kind === "S" ? "s" : "r", r.acl), grants: grantsTo(row.acl, row.owner, r.acl) };
    const about = { kind, namespace: row.schema, name: shown(row.name), ...r.tenantOfSchema(row.schema) };
    if (kind === "view" || kind === "materialized view") return { ...about, value: { ...common, options: settingsOf(row.options), definition: definitions.get(row.oid) ?? "" }, note: "it reads what is Bulkhead's, as its owner" };
    if (kind === "sequence") return { ...about, value: common, note: "no definition declares it" };
    return {
      ...about, note: kind === "foreign table" ? "it shows what lies on another server" : "no definition declares it; what it holds has no walls but those it shows",
      value: {
        ...common, rowSecurity: row.row_security, forced: row.forced, persistence: PERSISTENCE[row.persistence] ?? row.persistence, options: settingsOf(row.options), replicaIdentity: IDENTITIES[row.identity] ?? row.identity,
        // Long values lie in a table of their own, which has no row security.
        toastGrants: grantsTo(row.toast, row.owner, r.acl), foreignKeys: row.off ? "switched off" : "enforced", partitionBy: row.partition_by ?? "", parents: Object.fromEntries((row.parents ?? []).map(([schema, name]) => [path(schema, name), true])), bound: row.bound ?? "", description: row.description ?? "",
      },
    };
  });
}

/** One a query over all relations: $1 are their oids. Rows name their relation by its oid. */
export async function readColumns(r: Reader, relations: ReadonlyMap<number, RelationRow>): Promise<LiveItem[]> {
  const rows = await r.rows<{ rel: number; name: string; num: number; type: string; not_null: boolean; default: string | null; generated: string; identity: string; collation: string; acl: Acl; description: string | null }>(`
    select a.attrelid::int8::float8 as rel, a.attname::text as name, a.attnum as num, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as not_null, pg_get_expr(d.adbin, d.adrelid) as default, a.attgenerated::text as generated, a.attidentity::text as identity,
      case when a.attcollation <> t.typcollation then (select format('%I.%I', x.nspname, k.collname) from pg_collation k join pg_namespace x on x.oid = k.collnamespace where k.oid = a.attcollation) else '' end as collation, ${aclOf("a.attacl")} as acl, col_description(a.attrelid, a.attnum) as description
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = any ($1) and not a.attisdropped and ((a.attnum > 0 and c.relkind in ('r', 'p', 'f')) or a.attacl is not null or (a.attnum > 0 and a.atthasdef))`, [[...relations.keys()]]);
  return rows.map((row): LiveItem => {
    const rel = relations.get(row.rel)!;
    return {
      kind: "column", namespace: rel.schema, name: path(rel.name, row.name), ...r.tenantOfSchema(rel.schema), note: "no definition declares it",
      value: {
        type: row.type, nullable: !row.not_null, default: row.generated === "" ? (row.default ?? "") : "", generated: row.generated === "" ? "" : (row.default ?? ""), identity: row.identity, collation: row.collation,
        grants: grantsTo(row.acl, rel.owner, r.acl), description: row.description ?? "",
      },
    };
  });
}

export async function readConstraints(r: Reader, relations: ReadonlyMap<number, RelationRow>): Promise<LiveItem[]> {
  const rows = await r.rows<{ rel: number; schema: string; table: string; name: string; definition: string; no_inherit: boolean; foreign: boolean }>(`
    select k.conrelid::int8::float8 as rel, x.nspname::text as schema, c.relname::text as table, k.conname::text as name, pg_get_constraintdef(k.oid) as definition, k.connoinherit and k.contype = 'c' as no_inherit, k.conrelid <> all ($1) as foreign
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace x on x.oid = c.relnamespace
    where (k.conrelid = any ($1) or k.confrelid = any ($1)) and k.conparentid = 0 and k.coninhcount = 0 and (k.contype in ('c', 'u', 'x', 'f', 'p') or (k.contype = 'n' and not k.convalidated))`, [[...relations.keys()]]);
  return rows.map(({ schema, table, name, definition, no_inherit, foreign }): LiveItem => ({
    kind: "constraint", namespace: schema, name: path(table, name), ...r.tenantOfSchema(schema), value: { definition, noInherit: no_inherit },
    note: foreign ? "a table outside refers to one of Bulkhead's: it tells which keys exist" : "no definition declares it: over several tenants' rows it tells what others hold",
  }));
}

export async function readIndexes(r: Reader, relations: ReadonlyMap<number, RelationRow>): Promise<LiveItem[]> {
  const rows = await r.rows<{ rel: number; name: string; definition: string; valid: boolean }>(`
    select i.indrelid::int8::float8 as rel, c.relname::text as name, pg_get_indexdef(i.indexrelid) as definition, i.indisvalid and i.indisready and i.indislive as valid from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = any ($1) and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = i.indrelid and k.contype in ('p', 'u', 'x')) and not exists (select from pg_inherits h where h.inhrelid = i.indexrelid)`, [[...relations.keys()]]);
  return rows.map(({ rel, name, definition, valid }): LiveItem => {
    const { schema, name: table } = relations.get(rel)!;
    // What an index of a partitioned table holds lies in its partitions; ONLY says no more than that.
    return { kind: "index", namespace: schema, name: shown(name), ...r.tenantOfSchema(schema), value: { table: path(schema, table), definition: definition.replace(" ON ONLY ", " ON "), valid }, note: "no definition declares it" };
  });
}

const COMMANDS: Readonly<Record<string, string>> = { "*": "ALL", r: "SELECT", a: "INSERT", w: "UPDATE", d: "DELETE" };
export async function readPolicies(r: Reader, relations: ReadonlyMap<number, RelationRow>): Promise<LiveItem[]> {
  const rows = await r.rows<{ rel: number; name: string; permissive: boolean; command: string; roles: number[]; using: string | null; check: string | null }>(`
    select p.polrelid::int8::float8 as rel, p.polname::text as name, p.polpermissive as permissive, p.polcmd::text as command, to_json(p.polroles::int8[]) as roles, pg_get_expr(p.polqual, p.polrelid) as using, pg_get_expr(p.polwithcheck, p.polrelid) as check
    from pg_policy p where p.polrelid = any ($1)`, [[...relations.keys()]]);
  return rows.map((row): LiveItem => {
    const { schema, name } = relations.get(row.rel)!;
    return {
      kind: "policy", namespace: schema, name: path(name, row.name), ...r.tenantOfSchema(schema),
      value: { permissive: row.permissive, command: COMMANDS[row.command] ?? row.command, roles: Object.fromEntries(row.roles.map((oid) => [oid === 0 ? PUBLIC : r.acl.role(Number(oid)), true])), using: row.using ?? "", check: row.check ?? "" },
      note: row.permissive ? "permissive policies add up: it shows rows that the others hide" : "it hides rows that git shows",
    };
  });
}
