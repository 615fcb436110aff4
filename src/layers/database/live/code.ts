/** Code that runs at tables or beside them: functions, triggers, rules, types, languages. */
import type { LiveItem } from "../../../model/plane.ts";
import { path, PUBLIC, shown } from "../shown.ts";
import { type Acl, aclOf, grantsTo, ownerMay, settingsOf } from "./acl.ts";
import type { Reader } from "./reader.ts";
import type { RelationRow } from "./relations.ts";

const VOLATILITY: Readonly<Record<string, string>> = { i: "immutable", s: "stable", v: "volatile" };
const PARALLEL: Readonly<Record<string, string>> = { s: "safe", r: "restricted", u: "unsafe" };
const KINDS: Readonly<Record<string, string>> = { f: "function", p: "procedure", a: "aggregate", w: "window function" };

/** Of the space, and elsewhere what runs with more than its caller's rights, or before the walls. Extensions' own are theirs. $1: schemas, $2: Bulkhead's roles, $3: powerful roles, $4: relations. */
export async function readFunctions(r: Reader, schemas: readonly number[], relations: ReadonlyMap<number, RelationRow>): Promise<{ items: LiveItem[]; oids: number[] }> {
  const rows = await r.rows<{ oid: number; schema: string; name: string; args: string; kind: string; owner: number; language: string; returns: string | null; body: string; definer: boolean; leakproof: boolean; volatility: string; parallel: string; strict: boolean; settings: string[] | null; acl: Acl; ours: boolean; reads: boolean }>(`
    select * from (select p.oid::int8::float8 as oid, x.nspname::text as schema, p.proname::text as name, oidvectortypes(p.proargtypes) as args, p.prokind::text as kind, p.proowner::int8::float8 as owner, l.lanname::text as language, pg_get_function_result(p.oid) as returns,
      case when p.prosqlbody is null then p.prosrc else pg_get_function_sqlbody(p.oid) end as body, p.prosecdef as definer, p.proleakproof as leakproof, p.provolatile::text as volatility, p.proparallel::text as parallel, p.proisstrict as strict, p.proconfig as settings,
      ${aclOf("p.proacl", "f", "p.proowner")} as acl, p.pronamespace = any ($1) or p.proowner = any ($2) as ours,
      exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.refclassid = 'pg_class'::regclass and d.refobjid = any ($4)) as reads
      from pg_proc p join pg_namespace x on x.oid = p.pronamespace join pg_language l on l.oid = p.prolang
      where p.oid >= 16384 and x.nspname !~ '^pg_' and x.nspname <> 'information_schema' and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')) f
    where f.ours or f.reads or f.leakproof or (f.definer and f.owner = any ($3))`, [schemas, r.ourOids, [...r.powerful], [...relations.keys()]]);
  const items = rows.map((row): LiveItem => ({
    kind: "function", namespace: row.schema, name: `${shown(row.name)}(${row.args})`, ...r.tenantOfSchema(row.schema),
    value: {
      owner: r.acl.role(row.owner), ownerMay: ownerMay(row.acl, row.owner, "f", r.acl), grants: grantsTo(row.acl, row.owner, r.acl), kind: KINDS[row.kind] ?? row.kind, language: row.language, returns: row.returns ?? "", body: row.body,
      definer: row.definer, leakproof: row.leakproof, volatility: VOLATILITY[row.volatility] ?? row.volatility, parallel: PARALLEL[row.parallel] ?? row.parallel, strict: row.strict, settings: settingsOf(row.settings),
    },
    note: row.leakproof ? "LEAKPROOF: it is run before the walls and sees every row" : row.definer ? "SECURITY DEFINER: it runs with its owner's rights" : row.ours ? "no definition declares it" : "it reads what is Bulkhead's",
  }));
  return { items, oids: rows.map((row) => row.oid) };
}

const ENABLED: Readonly<Record<string, string>> = { O: "enabled", D: "disabled", R: "replica only", A: "always" };

export async function readTriggers(r: Reader, relations: ReadonlyMap<number, RelationRow>): Promise<LiveItem[]> {
  const rows = await r.rows<{ rel: number; name: string; definition: string; enabled: string }>("select t.tgrelid::int8::float8 as rel, t.tgname::text as name, pg_get_triggerdef(t.oid) as definition, t.tgenabled::text as enabled from pg_trigger t where t.tgrelid = any ($1) and not t.tgisinternal and t.tgparentid = 0", [[...relations.keys()]]);
  return rows.map(({ rel, name, definition, enabled }): LiveItem => {
    const { schema, name: table } = relations.get(rel)!;
    return { kind: "trigger", namespace: schema, name: path(table, name), ...r.tenantOfSchema(schema), value: { definition, state: ENABLED[enabled] ?? enabled }, note: "its function sees every row that is written" };
  });
}

export async function readRules(r: Reader, relations: ReadonlyMap<number, RelationRow>): Promise<LiveItem[]> {
  const rows = await r.rows<{ rel: number; name: string; definition: string; enabled: string }>("select w.ev_class::int8::float8 as rel, w.rulename::text as name, pg_get_ruledef(w.oid) as definition, w.ev_enabled::text as enabled from pg_rewrite w where w.ev_class = any ($1) and (w.rulename <> '_RETURN' or w.ev_enabled <> 'O')", [[...relations.keys()]]);
  return rows.map(({ rel, name, definition, enabled }): LiveItem => {
    const { schema, name: table } = relations.get(rel)!;
    return { kind: "rule", namespace: schema, name: path(table, name), ...r.tenantOfSchema(schema), value: { definition, state: ENABLED[enabled] ?? enabled }, note: "it rewrites what is asked of the table, as its owner" };
  });
}

/** What everybody may do with a type unless somebody took it away. */
const USABLE = JSON.stringify({ [PUBLIC]: { USAGE: true } });

/** Types of their own, and row types with other rights than usual. */
export async function readTypes(r: Reader, schemas: readonly number[]): Promise<{ items: LiveItem[]; oids: number[] }> {
  const rows = await r.rows<{ oid: number; schema: string; name: string; owner: number; acl: Acl; row: boolean }>(`
    select t.oid::int8::float8 as oid, x.nspname::text as schema, t.typname::text as name, t.typowner::int8::float8 as owner, ${aclOf("t.typacl", "T", "t.typowner")} as acl, t.typrelid <> 0 and c.relkind <> 'c' as row
    from pg_type t join pg_namespace x on x.oid = t.typnamespace left join pg_class c on c.oid = t.typrelid left join pg_type e on e.typarray = t.oid where (t.typnamespace = any ($1) or (t.typowner = any ($2) and x.nspname !~ '^pg_' and t.typrelid = 0))
      and ((t.typrelid = 0 and e.oid is null) or c.relkind = 'c' or t.typacl is not null)`, [schemas, r.ourOids]);
  const items = rows.map((row): LiveItem => ({ kind: "type", namespace: row.schema, name: shown(row.name), ...r.tenantOfSchema(row.schema), value: { owner: r.acl.role(row.owner), rowType: row.row, grants: grantsTo(row.acl, row.owner, r.acl) }, note: "no definition declares it, or its grants" }));
  return { items: items.filter(({ value }) => value["rowType"] !== true || JSON.stringify(value["grants"]) !== USABLE), oids: rows.map((row) => row.oid) };
}

export async function readLanguages(r: Reader): Promise<LiveItem[]> {
  const rows = await r.rows<{ name: string; owner: number; trusted: boolean; acl: Acl }>(`select l.lanname::text as name, l.lanowner::int8::float8 as owner, l.lanpltrusted as trusted, ${aclOf("l.lanacl", "l", "l.lanowner")} as acl from pg_language l`);
  return rows.map((row): LiveItem => ({ kind: "language", name: shown(row.name), value: { trusted: row.trusted, grants: grantsTo(row.acl, row.owner, r.acl) }, note: row.trusted ? "functions may be written in it" : "functions in it may do whatever the server's process may" }));
}
