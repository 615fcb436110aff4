/** Pictures of the catalogue: one of rows and their versions, one of what they mean. */
import type pg from "pg";

const IN = "(select oid from pg_namespace where nspname !~ '^pg_(toast_)?temp')";
const CATALOGUES: [string, string][] = [
  ["pg_namespace", "nspname !~ '^pg_(toast_)?temp'"],
  ["pg_class", `relnamespace in ${IN}`],
  ["pg_proc", `pronamespace in ${IN}`],
  ["pg_constraint", `connamespace in ${IN}`],
  ["pg_type", `typnamespace in ${IN}`],
  ...["pg_policy:polrelid", "pg_rewrite:ev_class", "pg_trigger:tgrelid", "pg_attrdef:adrelid"].map((x) => {
    const [catalogue, column] = x.split(":") as [string, string];
    return [catalogue, `${column} in (select oid from pg_class where relnamespace in ${IN})`] as [string, string];
  }),
  ...["pg_authid", "pg_database", "pg_default_acl"].map((c) => [c, "true"] as [string, string]),
];
const BY_PLACE: [string, string][] = [
  ["pg_attribute", `attrelid in (select oid from pg_class where relnamespace in ${IN})`],
  ["pg_index", `indrelid in (select oid from pg_class where relnamespace in ${IN})`],
  ["pg_inherits", "true"], ["pg_auth_members", "true"], ["pg_db_role_setting", "true"], ["pg_description", "true"], ["pg_shdescription", "true"],
  ["bulkhead.applied", "true"], ["bulkhead.owned", "true"], ["bulkhead.credential", "true"], ["app.named_principal", "true"],
];

/** Every catalogue row that lasts, by identity, place and version. Equal pictures: nothing was written in between. */
export async function versions(admin: pg.Client): Promise<string[]> {
  const parts = [
    ...CATALOGUES.map(([c, where]) => `select format('${c} %s %s %s', oid, ctid, xmin) as row from ${c} where ${where}`),
    ...BY_PLACE.map(([c, where]) => `select format('${c} %s %s', ctid, xmin) from ${c} where ${where}`),
  ];
  const { rows } = await admin.query(`select row from (${parts.join(" union all ")}) x order by 1`);
  return rows.map((r) => r.row as string);
}

/** What the catalogue says about everything of Bulkhead and everything near it, without identifiers that differ between servers. */
export async function meaning(admin: pg.Client): Promise<string[]> {
  const own = "(x.nspname in ('app', 'bulkhead', 'public') or x.nspname ~ '__')";
  const acl = (column: string, type: string, owner: string): string => `(select string_agg(coalesce(nullif(a.grantee, 0)::regrole::text, 'PUBLIC') || '=' || a.privilege_type || case when a.is_grantable then '*' else '' end, ',' order by 1) from aclexplode(${type ? `coalesce(${column}, acldefault('${type}', ${owner}))` : column}) a)`;
  await admin.query("set search_path = ''");
  const { rows } = await admin.query(`
    select row from (
      select format('role %s %s %s', rolname, array[rolcanlogin, rolinherit, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication], rolconnlimit) as row from pg_authid where rolname !~ '^pg_'
      union all select format('member %s in %s %s', m.member::regrole, m.roleid::regrole, to_jsonb(m) - '{oid,roleid,member,grantor}'::text[]) from pg_auth_members m where m.member::regrole::text !~ '^pg_'
      union all select format('setting %s %s %s', setrole::regrole, setdatabase, setconfig) from pg_db_role_setting
      union all select format('database %s', ${acl("datacl", "d", "datdba")}) from pg_database where datname = current_database()
      union all select format('schema %s %s %s', x.nspname, x.nspowner::regrole, ${acl("x.nspacl", "n", "x.nspowner")}) from pg_namespace x where ${own}
      union all select format('relation %s.%s %s %s %s %s %s %s', x.nspname, relname, relkind, relowner::regrole, relrowsecurity, relforcerowsecurity, reloptions, ${acl("relacl", "r", "relowner")}) from pg_class c join pg_namespace x on x.oid = c.relnamespace where ${own}
      union all select format('column %s.%s.%s %s %s %s %s', x.nspname, relname, attname, format_type(atttypid, atttypmod), attnotnull, ${acl("attacl", "", "")}, col_description(c.oid, attnum)) from pg_attribute a join pg_class c on c.oid = attrelid join pg_namespace x on x.oid = c.relnamespace where ${own} and attnum > 0 and not attisdropped and relkind in ('r', 'p', 'v')
      union all select format('column default %s %s %s', adrelid::regclass, adnum, pg_get_expr(adbin, adrelid)) from pg_attrdef d join pg_class c on c.oid = adrelid join pg_namespace x on x.oid = c.relnamespace where ${own} and x.nspname <> 'bulkhead'
      union all select format('view %s.%s %s', x.nspname, relname, pg_get_viewdef(c.oid)) from pg_class c join pg_namespace x on x.oid = c.relnamespace where ${own} and relkind in ('v', 'm')
      union all select format('function %s.%s %s %s %s', x.nspname, proname, p.proowner::regrole, ${acl("proacl", "f", "p.proowner")}, pg_get_functiondef(p.oid)) from pg_proc p join pg_namespace x on x.oid = p.pronamespace where ${own}
      union all select format('leakproof %s', p.oid::regprocedure) from pg_proc p where p.proleakproof and p.pronamespace <> 'pg_catalog'::regnamespace
      union all select format('policy %s %s %s %s %s %s %s', polrelid::regclass, polname, polpermissive, polcmd, (select array_agg(coalesce(nullif(r, 0)::regrole::text, 'public')) from unnest(polroles) r), pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) from pg_policy
      union all select format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(k.oid)) from pg_constraint k join pg_namespace x on x.oid = connamespace where ${own} and contype <> 'n'
      union all select format('index %s', pg_get_indexdef(indexrelid)) from pg_index i join pg_class c on c.oid = indexrelid join pg_namespace x on x.oid = relnamespace where ${own}
      union all select format('trigger %s %s', tgrelid::regclass, tgname) from pg_trigger where not tgisinternal
      union all select format('trigger off %s', tgrelid::regclass) from pg_trigger where tgenabled <> 'O'
      union all select format('rule %s %s', ev_class::regclass, rulename) from pg_rewrite r join pg_class c on c.oid = ev_class join pg_namespace x on x.oid = relnamespace where ${own} and rulename <> '_RETURN'
      union all select format('default %s %s %s', defaclrole::regrole, defaclnamespace, defaclacl) from pg_default_acl
      union all select format('catalogue %s %s', relname, ${acl("relacl", "r", "relowner")}) from pg_class where relname ~ '^pg_stats'
      union all select format('catalogue %s %s', p.oid::regprocedure, ${acl("proacl", "f", "p.proowner")}) from pg_proc p where proname ~ 'advisory'
      union all select format('principal %s', p) from app.named_principal p
    ) y order by 1`);
  await admin.query("reset search_path");
  return rows.map((r) => r.row as string);
}
