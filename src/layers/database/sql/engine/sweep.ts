/** Last part of the engine: grants made exact, everything undeclared taken away, and the record of it. */

/** Grants: what is declared on an object is all there is on it. */
export const GRANTS = String.raw`
CREATE OR REPLACE PROCEDURE pg_temp.allow(privileges text, kind text, schema text, name text, role text) LANGUAGE sql AS $e$
  insert into bh_allow select kind, schema, name, trim(p), role from unnest(string_to_array(privileges, ',')) p on conflict do nothing
$e$;

-- Owner, ACL and GRANT label of an object.
CREATE OR REPLACE FUNCTION pg_temp.acl_of(k text, s text, n text) RETURNS TABLE(label text, holder oid, acl aclitem[]) LANGUAGE sql STABLE AS $e$
  select format('%s %I.%I', case c.relkind when 'S' then 'SEQUENCE' else 'TABLE' end, s, n), c.relowner, coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)) from pg_class c where k = 'table' and c.oid = pg_temp.oid_of(s, n)
  union all select format('SCHEMA %I', n), nspowner, coalesce(nspacl, acldefault('n', nspowner)) from pg_namespace where k = 'schema' and nspname = n
  union all select format('FUNCTION %I.%I()', s, n), proowner, coalesce(proacl, acldefault('f', proowner)) from pg_proc where k = 'function' and oid = to_regprocedure(format('%I.%I()', s, n))
  union all select format('DATABASE %I', datname), datdba, coalesce(datacl, acldefault('d', datdba)) from pg_database where k = 'database' and datname = current_database()
$e$;

-- lenient: only what PUBLIC and Bulkhead's own roles hold is decided.
CREATE OR REPLACE PROCEDURE pg_temp.exact(k text, s text, n text, lenient bool) LANGUAGE plpgsql AS $e$
declare r record; a record;
begin
  select * into a from pg_temp.acl_of(k, s, n);
  for r in select x.grantee, coalesce(quote_ident(u.rolname), 'PUBLIC') as who, string_agg(distinct x.privilege_type, ', ') as what
    from aclexplode(a.acl) x left join pg_roles u on u.oid = x.grantee
    where x.grantee <> a.holder
      and (x.is_grantable or x.grantor <> a.holder or not exists (select from bh_allow w where (w.kind, w.schema, w.name, w.privilege) = (k, s, n, x.privilege_type) and w.role = u.rolname))
      and (not lenient or x.grantee = 0 or exists (select from bulkhead.owned o where o.kind = 'role' and o.name = u.rolname))
    group by 1, 2
  loop
    call pg_temp.run(format('REVOKE %s ON %s FROM %s CASCADE', r.what, a.label, r.who));
  end loop;
  select * into a from pg_temp.acl_of(k, s, n);
  for r in select y.who, string_agg(y.privilege, ', ') as what from (
      select w.role as who, w.privilege, pg_temp.role_oid(w.role) as grantee from bh_allow w where (w.kind, w.schema, w.name) = (k, s, n)
      union select pg_get_userbyid(a.holder)::text, d.privilege_type, a.holder from aclexplode(acldefault(case k when 'table' then case when a.label like 'SEQ%' then 's' else 'r' end when 'schema' then 'n' when 'function' then 'f' else 'd' end::"char", a.holder)) d where d.grantee = a.holder
    ) y where not exists (select from aclexplode(a.acl) x where x.grantee = y.grantee and x.privilege_type = y.privilege)
    group by 1
  loop
    call pg_temp.run(format('GRANT %s ON %s TO %I', r.what, a.label, r.who));
  end loop;
end $e$;

CREATE OR REPLACE PROCEDURE pg_temp.principal(tenant text, s text, t text, c text, who text) LANGUAGE plpgsql AS $e$
begin
  if not exists (select from app.named_principal p where (p.tenant_id, p."schema", p."table", p."column", p.principal) = (tenant, s, t, c, who)) then
    insert into app.named_principal values (tenant, s, t, c, who);
    insert into bh_done(what) values (format('named principal %s of %s.%s.%s', who, s, t, c));
  end if;
  call pg_temp.want('principal', tenant, s || '.' || t || '.' || c, who);
end $e$;

-- Hardening of what PostgreSQL gives everybody: statistics of other people's columns, large objects, and advisory locks, which could hold up this file.
CREATE OR REPLACE PROCEDURE pg_temp.harden() LANGUAGE plpgsql AS $e$
declare r record;
begin
  for r in select c.oid::regclass as label from pg_class c, aclexplode(c.relacl) x
    where c.relnamespace = 'pg_catalog'::regnamespace and c.relname in ('pg_stats', 'pg_stats_ext', 'pg_stats_ext_exprs') and x.grantee = 0 loop
    call pg_temp.run(format('REVOKE ALL ON %s FROM PUBLIC', r.label));
  end loop;
  for r in select p.oid::regprocedure as label from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x
    where p.pronamespace = 'pg_catalog'::regnamespace and p.proname ~ '^(pg_(try_)?advisory_|lo_|loread|lowrite)' and x.grantee = 0 loop
    call pg_temp.run(format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', r.label));
  end loop;
  -- A LEAKPROOF function runs before the walls and sees every row. PostgreSQL's own and those of extensions stay as they are.
  for r in select p.oid::regprocedure as label from pg_proc p where p.proleakproof and p.pronamespace <> 'pg_catalog'::regnamespace
    and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e') loop
    call pg_temp.run(format('ALTER FUNCTION %s NOT LEAKPROOF', r.label));
  end loop;
end $e$;
`;

/** What takes away whatever the file does not declare. */
export const SWEEP = String.raw`
CREATE OR REPLACE PROCEDURE pg_temp.drop_relation(s text, n text, kind "char") LANGUAGE plpgsql AS $e$
begin
  if kind in ('v', 'm') then
    call pg_temp.run(format('DROP %s %I.%I CASCADE', case kind when 'm' then 'MATERIALIZED VIEW' else 'VIEW' end, s, n));
    delete from bulkhead.owned o where (o.kind, o.name) = ('relation', s || '.' || n);
  elsif kind in ('r', 'p', 'f', 'S') then
    -- Data is never dropped: sealed, it is the owner's alone.
    call pg_temp.want('table', s, n, 'sealed');
  end if;
end $e$;

CREATE OR REPLACE PROCEDURE pg_temp.sweep_roles() LANGUAGE plpgsql AS $e$
declare r record; me text := current_setting('bulkhead.unit'); modern bool := current_setting('server_version_num')::int >= 160000;
begin
  for r in select distinct g.rolname as role, m.rolname as member, case when modern then (to_jsonb(a)->>'grantor')::oid::regrole::text end as grantor
    from pg_auth_members a join pg_roles g on g.oid = a.roleid join pg_roles m on m.oid = a.member
    where not pg_temp.wanted('member', g.rolname, m.rolname)
      and (exists (select from bh_want w where w.kind = 'role' and w.name = g.rolname and (w.detail = '' or not exists (select from bulkhead.owned o where o.kind = 'role' and o.name = m.rolname and o.unit <> me)))
        or exists (select from bh_want w where w.kind = 'role' and w.name = m.rolname and (w.detail = '' or not exists (select from bulkhead.owned o where o.kind = 'role' and o.name = g.rolname and o.unit <> me)))
        or exists (select from bulkhead.owned o where o.kind = 'role' and o.unit = me and o.name in (g.rolname, m.rolname) and not pg_temp.wanted('role', '', o.name)))
  loop
    call pg_temp.run(format('REVOKE %I FROM %I%s CASCADE', r.role, r.member, ' GRANTED BY ' || r.grantor));
  end loop;
  -- Grants that this unit's roles hold on anything that is not declared here, in any schema.
  for r in select w.name as role, d.classid, d.objid from bh_want w join pg_shdepend d on d.refclassid = 'pg_authid'::regclass and d.refobjid = pg_temp.role_oid(w.name) and d.deptype = 'a'
      and d.dbid = (select oid from pg_database where datname = current_database()) 
    where w.kind = 'role' and w.detail = '' and (me like 'tenant/%' or exists (select from pg_roles l where l.rolname = w.name and l.rolcanlogin))
  loop
    if r.classid = 'pg_class'::regclass and not exists (select from bh_allow a where a.kind = 'table' and a.role = r.role and pg_temp.oid_of(a.schema, a.name) = r.objid) then
      call pg_temp.run(format('REVOKE ALL ON TABLE %s FROM %I CASCADE', r.objid::regclass, r.role));
    elsif r.classid = 'pg_namespace'::regclass and not exists (select from bh_allow a where a.kind = 'schema' and a.role = r.role and a.name = (select nspname from pg_namespace where oid = r.objid)) then
      call pg_temp.run(format('REVOKE ALL ON SCHEMA %s FROM %I CASCADE', r.objid::regnamespace, r.role));
    elsif r.classid = 'pg_proc'::regclass and not exists (select from bh_allow a where a.kind = 'function' and a.role = r.role and to_regprocedure(format('%I.%I()', a.schema, a.name)) = r.objid) then
      call pg_temp.run(format('REVOKE ALL ON ROUTINE %s FROM %I CASCADE', r.objid::regprocedure, r.role));
    end if;
  end loop;
  for r in select o.name from bulkhead.owned o where o.kind = 'role' and o.unit = me and not pg_temp.wanted('role', '', o.name) loop
    if pg_temp.role_oid(r.name) is not null then
      call pg_temp.run(format('ALTER ROLE %I NOLOGIN', r.name));
      call pg_temp.run(format('REASSIGN OWNED BY %I TO bh_owner', r.name));
      call pg_temp.run(format('DROP OWNED BY %I', r.name));
      call pg_temp.run(format('DROP ROLE %I', r.name));
    end if;
    delete from bulkhead.owned o where (o.kind, o.name) = ('role', r.name);
    delete from bulkhead.credential c where c.role = r.name;
  end loop;
end $e$;

CREATE OR REPLACE PROCEDURE pg_temp.sweep_table(s text, n text, open bool) LANGUAGE plpgsql AS $e$
declare root oid := pg_temp.oid_of(s, n); f oid; r record; label text := format('%I.%I', s, n);
begin
  for f in select * from pg_temp.family(root) loop
    for r in select polname from pg_policy where polrelid = f and not pg_temp.wanted('policy', s || '.' || n, polname) loop
      call pg_temp.run(format('DROP POLICY %I ON %s', r.polname, f::regclass));
    end loop;
    for r in select conname from pg_constraint where conrelid = f and contype in ('c', 'u', 'x', 'f', 'p') and conparentid = 0 and coninhcount = 0 and not (f = root and pg_temp.wanted('constraint', s || '.' || n, conname)) loop
      call pg_temp.run(format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', f::regclass, r.conname));
    end loop;
    for r in select i.indexrelid::regclass as label from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = f and not (f = root and pg_temp.wanted('index', s, c.relname))
      and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = f) and not exists (select from pg_inherits h where h.inhrelid = i.indexrelid) loop
      call pg_temp.run(format('DROP INDEX %s', r.label));
    end loop;
    if exists (select from pg_trigger where tgrelid = f and tgisinternal and tgenabled <> 'O') then call pg_temp.run(format('ALTER TABLE %s ENABLE TRIGGER ALL', f::regclass)); end if;
    insert into bh_want select 'table', x.nspname, c.relname, 'sealed' from pg_class c join pg_namespace x on x.oid = c.relnamespace where c.oid = f and not pg_temp.wanted('table', x.nspname, c.relname);
    call pg_temp.sweep_reads(f, open);
  end loop;
end $e$;

-- Triggers, rules, column grants, and views, functions and rules of others that read a relation.
CREATE OR REPLACE PROCEDURE pg_temp.sweep_reads(rel oid, open bool) LANGUAGE plpgsql AS $e$
declare r record;
begin
  for r in select tgname from pg_trigger where tgrelid = rel and not tgisinternal and tgparentid = 0 loop
    call pg_temp.run(format('DROP TRIGGER %I ON %s CASCADE', r.tgname, rel::regclass));
  end loop;
  for r in select rulename from pg_rewrite where ev_class = rel and rulename <> '_RETURN' loop
    call pg_temp.run(format('DROP RULE %I ON %s CASCADE', r.rulename, rel::regclass));
  end loop;
  for r in select distinct a.attname, coalesce(quote_ident(u.rolname), 'PUBLIC') as who from pg_attribute a, aclexplode(a.attacl) x left join pg_roles u on u.oid = x.grantee where a.attrelid = rel loop
    call pg_temp.run(format('REVOKE ALL (%I) ON TABLE %s FROM %s CASCADE', r.attname, rel::regclass, r.who));
  end loop;
  for r in select distinct x.nspname, c.relname, c.relkind from pg_depend d join pg_rewrite w on w.oid = d.objid join pg_class c on c.oid = w.ev_class join pg_namespace x on x.oid = c.relnamespace
    where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = rel and c.oid <> rel and c.relkind in ('v', 'm')
      and not pg_temp.wanted('table', x.nspname, c.relname) and not (open and pg_get_userbyid(c.relowner) = 'bh_view') loop
    if pg_temp.oid_of(r.nspname, r.relname) is not null then call pg_temp.drop_relation(r.nspname, r.relname, r.relkind); end if;
  end loop;
  for r in select distinct d.objid::regprocedure as label from pg_depend d where d.classid = 'pg_proc'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = rel loop
    call pg_temp.run(format('DROP ROUTINE %s CASCADE', r.label));
  end loop;
end $e$;

CREATE OR REPLACE PROCEDURE pg_temp.sweep_schema(s text) LANGUAGE plpgsql AS $e$
declare r record; me text := current_setting('bulkhead.unit');
begin
  for r in select p.oid::regprocedure as label from pg_proc p where p.pronamespace = quote_ident(s)::regnamespace and not (p.pronargs = 0 and pg_temp.wanted('function', s, p.proname)) loop
    if to_regprocedure(r.label::text) is not null then call pg_temp.run(format('DROP ROUTINE %s CASCADE', r.label)); end if;
  end loop;
  for r in select c.relname, c.relkind from pg_class c where c.relnamespace = quote_ident(s)::regnamespace and c.relkind in ('v', 'm', 'r', 'p', 'f', 'S') and not c.relispartition and not pg_temp.wanted('table', s, c.relname)
    and not exists (select from bulkhead.owned o where o.kind = 'relation' and o.name = s || '.' || c.relname and o.unit <> me) loop
    if pg_temp.oid_of(s, r.relname) is not null then call pg_temp.drop_relation(s, r.relname, r.relkind); end if;
  end loop;
end $e$;

-- Views and tables of shared units that no longer exist.
CREATE OR REPLACE PROCEDURE pg_temp.shared_units(units text[]) LANGUAGE plpgsql AS $e$
declare r record;
begin
  for r in select x.nspname, c.relname, c.relkind from bulkhead.owned o join pg_namespace x on x.nspname = split_part(o.name, '.', 1) join pg_class c on c.relnamespace = x.oid and c.relname = split_part(o.name, '.', 2)
    where o.kind = 'relation' and o.unit like 'shared/%' and o.unit <> all (units) loop
    if pg_temp.oid_of(r.nspname, r.relname) is not null then call pg_temp.drop_relation(r.nspname, r.relname, r.relkind); end if;
  end loop;
end $e$;

CREATE OR REPLACE PROCEDURE pg_temp.finish(tenant text, digest text) LANGUAGE plpgsql AS $e$
declare r record; me text := current_setting('bulkhead.unit'); seen jsonb; done text[];
begin
  insert into bh_want select 'schema', o.name, o.name, 'retired' from bulkhead.owned o join pg_namespace x on x.nspname = o.name where o.kind = 'schema' and o.unit = me and not pg_temp.wanted('schema', o.name, o.name);
  for r in select * from bh_want where kind = 'schema' and detail <> 'lenient' loop call pg_temp.sweep_schema(r.schema); end loop;
  for r in select * from bh_want where kind = 'table' and detail in ('', 'open') loop call pg_temp.sweep_table(r.schema, r.name, r.detail = 'open'); end loop;
  for r in select * from bh_want where kind = 'table' and detail in ('view', 'own', 'sealed') loop call pg_temp.sweep_reads(pg_temp.oid_of(r.schema, r.name), false); end loop;
  for r in select distinct on (kind, schema, name) * from bh_want where kind in ('table', 'schema', 'function', 'database') order by kind, schema, name loop
    call pg_temp.exact(r.kind, r.schema, r.name, r.detail = 'lenient');
  end loop;
  call pg_temp.sweep_roles();
  for r in select d.defaclrole::regrole as who, x.nspname, d.defaclobjtype as type, coalesce(quote_ident(g.rolname), 'PUBLIC') as grantee
    from pg_default_acl d left join pg_namespace x on x.oid = d.defaclnamespace, aclexplode(d.defaclacl) a left join pg_roles g on g.oid = a.grantee
    where (pg_temp.wanted('schema', x.nspname, x.nspname) or pg_temp.wanted('role', '', pg_get_userbyid(d.defaclrole))) and a.grantee <> d.defaclrole loop
    call pg_temp.run(format('ALTER DEFAULT PRIVILEGES FOR ROLE %s%s REVOKE ALL ON %s FROM %s', r.who, ' IN SCHEMA ' || quote_ident(r.nspname),
      case r.type when 'r' then 'TABLES' when 'S' then 'SEQUENCES' when 'f' then 'FUNCTIONS' when 'T' then 'TYPES' when 'n' then 'SCHEMAS' else 'LARGE OBJECTS' end, r.grantee));
  end loop;
  for r in select * from app.named_principal p where p.tenant_id = tenant and not exists (select from bh_want w where (w.kind, w.schema, w.name, w.detail) = ('principal', tenant, p."schema" || '.' || p."table" || '.' || p."column", p.principal)) loop
    delete from app.named_principal p where (p.tenant_id, p."schema", p."table", p."column", p.principal) = (r.tenant_id, r."schema", r."table", r."column", r.principal);
    insert into bh_done(what) values (format('no longer a named principal: %s', r.principal));
  end loop;
  -- What this server makes of the texts, for the auditor to compare with (D16).
  select coalesce(jsonb_object_agg(o.k, o.v), '{}') into seen from (
    select 'view ' || w.schema || '.' || w.name as k, pg_get_viewdef(pg_temp.oid_of(w.schema, w.name)) as v from bh_want w where w.kind = 'table' and w.detail = 'view'
    union all select 'function ' || w.schema || '.' || w.name, pg_get_functiondef(to_regprocedure(format('%I.%I()', w.schema, w.name))) from bh_want w where w.kind = 'function'
    union all select 'policy ' || w.schema || '.' || w.name || '.' || p.polname, concat_ws(' | ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
      from bh_want w join pg_policy p on p.polrelid = pg_temp.oid_of(w.schema, w.name) where w.kind = 'table') o;
  select coalesce(array_agg(d.what order by d.n), '{}') into done from bh_done d;
  if done <> '{}' or not exists (select from bulkhead.applied a where (a.unit, a.digest, a.objects) = (me, finish.digest, seen)) then
    insert into bulkhead.applied as a values (me, digest, seen, done, now()) on conflict on constraint applied_pkey
      do update set digest = excluded.digest, objects = excluded.objects, changes = excluded.changes, applied_at = excluded.applied_at;
  end if;
end $e$;
`;
