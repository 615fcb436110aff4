/** Whatever else carries rows out, writes them, or runs by itself: default privileges, event triggers, replication, foreign servers, extensions, large objects. */
import type { LiveItem } from "../../../model/plane.ts";
import { path, shown } from "../shown.ts";
import { type Acl, aclOf, grantsTo } from "./acl.ts";
import type { Reader } from "./reader.ts";
import type { RelationRow } from "./relations.ts";

const OBJECTS: Readonly<Record<string, string>> = { r: "tables", S: "sequences", f: "functions", T: "types", n: "schemas", L: "large objects" };

export async function readDefaults(r: Reader, schemas: readonly number[]): Promise<LiveItem[]> {
  const rows = await r.rows<{ role: number; schema: string | null; inside: boolean; type: string; acl: Acl }>(`select d.defaclrole::int8::float8 as role, x.nspname::text as schema, coalesce(d.defaclnamespace = any ($1), false) as inside, d.defaclobjtype::text as type, ${aclOf("d.defaclacl")} as acl from pg_default_acl d left join pg_namespace x on x.oid = d.defaclnamespace`, [schemas]);
  return rows.flatMap(({ role, schema, inside, type, acl }): LiveItem[] => {
    // Functions and types are everybody's anyway, unless defaults of the role say otherwise; schemas', whose defaults are added, can only widen.
    const grants = grantsTo(acl, role, r.acl, (grantee) => !(schema === null && grantee === 0 && (type === "f" || type === "T")));
    const granted = (acl ?? []).some(([grantee]) => r.isOurs(grantee));
    if (Object.keys(grants as object).length === 0 || !(inside || r.isOurs(role) || r.isSuperuser(role) || granted)) return [];
    return [{ kind: "default privileges", ...(schema !== null && { namespace: schema }), name: `of ${r.acl.role(role)} on ${OBJECTS[type] ?? type}`, ...(schema !== null ? r.tenantOfSchema(schema) : r.tenantOfRole(r.names.get(role) ?? "")), value: { grants }, note: "whatever is made next is granted so" }];
  });
}

export async function readReplication(r: Reader, schemas: readonly number[], relations: ReadonlyMap<number, RelationRow>): Promise<{ publications: LiveItem[]; subscriptions: LiveItem[]; slots: LiveItem[] }> {
  const publications = await r.rows<{ name: string; owner: number; all: boolean; tables: number[] | null; schemas: string[] | null }>(`
    select p.pubname::text as name, p.pubowner::int8::float8 as owner, p.puballtables as all, (select json_agg(t.prrelid::int8) from pg_publication_rel t where t.prpubid = p.oid and t.prrelid = any ($2)) as tables,
      (select array_agg(x.nspname::text) from pg_publication_namespace s join pg_namespace x on x.oid = s.pnnspid where s.pnpubid = p.oid and s.pnnspid = any ($1)) as schemas from pg_publication p`, [schemas, [...relations.keys()]]);
  const subscriptions = await r.rows<{ name: string; owner: number; enabled: boolean }>("select s.subname::text as name, s.subowner::int8::float8 as owner, s.subenabled as enabled from pg_subscription s where s.subdbid = (select oid from pg_database where datname = current_database())");
  const slots = await r.rows<{ name: string; plugin: string }>("select slot_name::text as name, plugin::text as plugin from pg_replication_slots where slot_type = 'logical' and database = current_database() and not temporary");
  return {
    publications: publications.filter((p) => p.all || p.tables || p.schemas).map((p): LiveItem => ({
      kind: "publication", name: shown(p.name), note: "it sends rows of every tenant past all walls",
      value: { owner: r.acl.role(p.owner), allTables: p.all, tables: Object.fromEntries((p.tables ?? []).map((oid) => { const rel = relations.get(Number(oid))!; return [path(rel.schema, rel.name), true]; })), schemas: Object.fromEntries((p.schemas ?? []).map((s) => [shown(s), true])) },
    })),
    subscriptions: subscriptions.map((s): LiveItem => ({ kind: "subscription", name: shown(s.name), value: { owner: r.acl.role(s.owner), enabled: s.enabled }, note: "it writes rows that come from another server" })),
    slots: slots.map((s): LiveItem => ({ kind: "replication slot", name: shown(s.name), value: { plugin: s.plugin }, note: "whoever reads it sees every row that is written" })),
  };
}

export async function readEventTriggers(r: Reader): Promise<LiveItem[]> {
  const rows = await r.rows<{ name: string; event: string; owner: number; enabled: string; schema: string; function: string }>("select e.evtname::text as name, e.evtevent::text as event, e.evtowner::int8::float8 as owner, e.evtenabled::text as enabled, x.nspname::text as schema, p.proname::text as function from pg_event_trigger e join pg_proc p on p.oid = e.evtfoid join pg_namespace x on x.oid = p.pronamespace");
  return rows.map((e): LiveItem => ({ kind: "event trigger", name: shown(e.name), value: { event: e.event, owner: r.acl.role(e.owner), enabled: e.enabled, function: path(e.schema, e.function) }, note: "it runs in everybody's session, the migrator's too" }));
}

export async function readForeign(r: Reader): Promise<LiveItem[]> {
  const rows = await r.rows<{ what: string; name: string; owner: number; acl: Acl }>(`
    select 'foreign server' as what, s.srvname::text as name, s.srvowner::int8::float8 as owner, ${aclOf("s.srvacl", "S", "s.srvowner")} as acl from pg_foreign_server s
    union all select 'foreign data wrapper', w.fdwname::text, w.fdwowner::int8::float8, ${aclOf("w.fdwacl", "F", "w.fdwowner")} from pg_foreign_data_wrapper w`);
  return rows.map((s): LiveItem => ({ kind: s.what, name: shown(s.name), value: { owner: r.acl.role(s.owner), grants: grantsTo(s.acl, s.owner, r.acl) }, note: "rows can leave and come through it" }));
}

export async function readExtensions(r: Reader): Promise<LiveItem[]> {
  const rows = await r.rows<{ name: string; schema: string }>("select e.extname::text as name, x.nspname::text as schema from pg_extension e join pg_namespace x on x.oid = e.extnamespace");
  return rows.map((e): LiveItem => ({ kind: "extension", name: shown(e.name), value: { schema: e.schema }, note: "its functions are not looked into" }));
}

/** Large objects have no row security. */
export async function readLargeObjects(r: Reader): Promise<LiveItem[]> {
  const rows = await r.rows<{ oid: number; owner: number; acl: Acl }>(`select l.oid::int8::float8 as oid, l.lomowner::int8::float8 as owner, ${aclOf("l.lomacl", "L", "l.lomowner")} as acl from pg_largeobject_metadata l where l.lomowner = any ($1) or exists (select from aclexplode(l.lomacl) a where a.grantee = 0 or a.grantee = any ($1))`, [r.ourOids]);
  return rows.map((l): LiveItem => ({ kind: "large object", name: String(l.oid), value: { owner: r.acl.role(l.owner), grants: grantsTo(l.acl, l.owner, r.acl) }, note: "large objects have no row security" }));
}

/** Operators, collations and the like in schemas of the space: nothing that git declares. */
export async function readObjects(r: Reader, schemas: readonly number[]): Promise<{ items: LiveItem[]; oids: number[] }> {
  const list = ([["pg_operator", "oprnamespace"], ["pg_collation", "collnamespace"], ["pg_conversion", "connamespace"], ["pg_opclass", "opcnamespace"], ["pg_opfamily", "opfnamespace"], ["pg_statistic_ext", "stxnamespace"], ["pg_ts_config", "cfgnamespace"], ["pg_ts_dict", "dictnamespace"], ["pg_ts_parser", "prsnamespace"], ["pg_ts_template", "tmplnamespace"]] as const)
    .map(([catalogue, column]) => `select '${catalogue}'::regclass as class, oid, ${column} as schema from ${catalogue} where ${column} = any ($1)`).join(" union all ");
  const rows = await r.rows<{ oid: number; type: string; schema: string; names: string[]; args: string[] }>(`select o.oid::int8::float8 as oid, i.type, x.nspname::text as schema, i.object_names as names, i.object_args as args from (${list}) o join pg_namespace x on x.oid = o.schema, pg_identify_object_as_address(o.class, o.oid, 0) i`, [schemas]);
  return {
    items: rows.map((o): LiveItem => ({ kind: "object", namespace: o.schema, name: `${o.type} ${o.names.map(shown).join(".")}${o.args.length > 0 ? `(${o.args.join(", ")})` : ""}`, ...r.tenantOfSchema(o.schema), value: { type: o.type, names: o.names, args: o.args }, note: "no definition declares it" })),
    oids: rows.map((o) => o.oid),
  };
}
