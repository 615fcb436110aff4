-- Bulkhead: the engine that SQL units call. It changes nothing by itself.

SET check_function_bodies = off;

CREATE OR REPLACE PROCEDURE pg_temp.run(command text) LANGUAGE plpgsql AS $e$
begin
  execute command;
  insert into bh_done(what) values (left(command, 300));
  raise notice 'bulkhead: %', left(command, 300);
end $e$;

CREATE OR REPLACE PROCEDURE pg_temp.want(kind text, schema text, name text, detail text DEFAULT '') LANGUAGE sql AS $e$
  insert into bh_want values (kind, schema, name, detail) on conflict do nothing
$e$;

CREATE OR REPLACE FUNCTION pg_temp.wanted(k text, s text, n text) RETURNS bool LANGUAGE sql STABLE AS $e$
  select exists (select from bh_want w where (w.kind, w.schema, w.name) = (k, s, n))
$e$;

CREATE OR REPLACE FUNCTION pg_temp.oid_of(s text, n text) RETURNS oid LANGUAGE sql STABLE AS $e$
  select c.oid from pg_class c join pg_namespace x on x.oid = c.relnamespace where x.nspname = s and c.relname = n
$e$;

CREATE OR REPLACE FUNCTION pg_temp.role_oid(r text) RETURNS oid LANGUAGE sql STABLE AS $e$
  select oid from pg_roles where rolname = r
$e$;

CREATE OR REPLACE PROCEDURE pg_temp.begin_unit(unit text) LANGUAGE plpgsql AS $e$
declare s text;
begin
  foreach s in array array['search_path=pg_catalog, pg_temp', 'lock_timeout=20s', 'statement_timeout=10min', 'TimeZone=UTC', 'DateStyle=ISO, MDY', 'password_encryption=scram-sha-256', 'row_security=on', 'jit=off', 'bulkhead.unit=' || unit] loop
    perform set_config(split_part(s, '=', 1), substr(s, strpos(s, '=') + 1), true);
  end loop;
  perform pg_advisory_xact_lock(hashtextextended('bulkhead', 0));
  -- want: what the file declares. allow: the grants among it. done: what it changed. scratch: where expressions are written to be read again.
  create temp table bh_want(kind text, schema text, name text, detail text, primary key (kind, schema, name, detail)) on commit drop;
  create temp table bh_allow(kind text, schema text, name text, privilege text, role text, primary key (kind, schema, name, privilege, role)) on commit drop;
  create temp table bh_done(n serial, what text) on commit drop;
  create temp table bh_scratch(tenant_id text) on commit drop;
  if unit not like 'store/%' and to_regclass('bulkhead.owned') is null then
    raise exception 'bulkhead: % waits for the store''s own unit, which has not run here', unit;
  end if;
  if unit like 'store/%' then
    create schema if not exists bulkhead;
    create table if not exists bulkhead.applied(unit text primary key, digest text not null, objects jsonb not null, changes text[] not null, applied_at timestamptz not null);
    create table if not exists bulkhead.owned(kind text, name text, unit text not null, primary key (kind, name));
    create table if not exists bulkhead.credential(role text primary key, digest text not null);
    call pg_temp.want('table', 'bulkhead', 'applied', 'own');
    call pg_temp.want('table', 'bulkhead', 'owned', 'own');
    call pg_temp.want('table', 'bulkhead', 'credential', 'own');
    call pg_temp.want('database', '', '', 'lenient');
  end if;
end $e$;

-- Takes a thing into the unit, or raises when it is another unit's.
CREATE OR REPLACE PROCEDURE pg_temp.claim(k text, n text) LANGUAGE plpgsql AS $e$
declare holder text; unit text := current_setting('bulkhead.unit');
begin
  select o.unit into holder from bulkhead.owned o where (o.kind, o.name) = (k, n);
  if holder is null then insert into bulkhead.owned values (k, n, unit);
  elsif holder <> unit then raise exception 'bulkhead: % % belongs to %, not to %', k, n, holder, unit; end if;
end $e$;

CREATE OR REPLACE PROCEDURE pg_temp.role(role text, login bool, inherit bool, connections int, settings text[], open bool) LANGUAGE plpgsql AS $e$
declare r pg_authid; live text[]; s text; d record;
  attributes text := format('%s %s NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT %s',
    case when login then 'LOGIN' else 'NOLOGIN' end, case when inherit then 'INHERIT' else 'NOINHERIT' end, connections);
begin
  select * into r from pg_authid where rolname = role;
  if r.oid is null then
    call pg_temp.run(format('CREATE ROLE %I %s', role, attributes));
    select * into r from pg_authid where rolname = role;
  else
    if r.rolsuper and not exists (select from bulkhead.owned o where (o.kind, o.name) = ('role', role)) then
      raise exception 'bulkhead: role % is a superuser that Bulkhead did not make: choose another name', role;
    end if;
    if (r.rolcanlogin, r.rolinherit, r.rolsuper, r.rolbypassrls, r.rolcreatedb, r.rolcreaterole, r.rolreplication, r.rolconnlimit)
      is distinct from (login, inherit, false, false, false, false, false, connections) or coalesce(r.rolvaliduntil, 'infinity') <> 'infinity' then
      call pg_temp.run(format('ALTER ROLE %I %s VALID UNTIL %L', role, attributes, 'infinity'));
    end if;
    if not login and r.rolpassword is not null then call pg_temp.run(format('ALTER ROLE %I PASSWORD NULL', role)); end if;
  end if;
  call pg_temp.claim('role', role);
  call pg_temp.want('role', '', role, case when open then 'open' else '' end);
  for d in select x.datname from pg_db_role_setting s join pg_database x on x.oid = s.setdatabase where s.setrole = r.oid loop
    call pg_temp.run(format('ALTER ROLE %I IN DATABASE %I RESET ALL', role, d.datname));
  end loop;
  select array(select unnest(setconfig) order by 1) into live from pg_db_role_setting where setrole = r.oid and setdatabase = 0;
  if coalesce(live, '{}') is distinct from settings then
    if live is not null then call pg_temp.run(format('ALTER ROLE %I RESET ALL', role)); end if;
    foreach s in array settings loop
      call pg_temp.run(format('ALTER ROLE %I SET %I = %L', role, split_part(s, '=', 1), substr(s, strpos(s, '=') + 1)));
    end loop;
  end if;
end $e$;

-- A membership has options of its own, and a grantor, from 16 on; before, the member's INHERIT decides.
CREATE OR REPLACE PROCEDURE pg_temp.member(role text, member text, inherit bool, set_role bool) LANGUAGE plpgsql AS $e$
declare live jsonb; modern bool := current_setting('server_version_num')::int >= 160000; good int := 0;
begin
  for live in select to_jsonb(m) from pg_auth_members m where m.roleid = pg_temp.role_oid(role) and m.member = pg_temp.role_oid(member.member) loop
    if not (live->>'admin_option')::bool and (not modern or ((live->>'inherit_option')::bool = inherit and (live->>'set_option')::bool = set_role and live->>'grantor' = '10')) then
      good := good + 1;
    else
      call pg_temp.run(format('REVOKE %I FROM %I%s CASCADE', role, member, case when modern then format(' GRANTED BY %s', (live->>'grantor')::oid::regrole) else '' end));
    end if;
  end loop;
  if good = 0 then
    call pg_temp.run(format('GRANT %I TO %I%s', role, member, case when modern then format(' WITH ADMIN FALSE, INHERIT %s, SET %s', upper(inherit::text), upper(set_role::text)) else '' end));
  end if;
  call pg_temp.want('member', role, member);
end $e$;

-- The Job gives the password as a setting of its session; it is in no file and no log. A salted digest tells whether it is set already.
CREATE OR REPLACE PROCEDURE pg_temp.password(role text, setting text) LANGUAGE plpgsql AS $e$
declare given text := nullif(current_setting(setting, true), ''); verifier text; mark text;
begin
  if given is null then
    raise notice 'bulkhead: no password given for %, nothing changed', role;
    return;
  end if;
  select rolpassword into verifier from pg_authid where rolname = role;
  mark := encode(sha256(convert_to(coalesce(verifier, '') || given, 'UTF8')), 'hex');
  if exists (select from bulkhead.credential c where (c.role, c.digest) = (password.role, mark)) then return; end if;
  execute format('ALTER ROLE %I PASSWORD %L', role, given);
  insert into bh_done(what) values (format('ALTER ROLE %I PASSWORD (not shown)', role));
  select rolpassword into verifier from pg_authid where rolname = role;
  mark := encode(sha256(convert_to(verifier || given, 'UTF8')), 'hex');
  insert into bulkhead.credential as c values (role, mark) on conflict on constraint credential_pkey do update set digest = excluded.digest;
end $e$;

CREATE OR REPLACE PROCEDURE pg_temp.schema(schema text, owner text, mode text) LANGUAGE plpgsql AS $e$
declare live text;
begin
  select pg_get_userbyid(nspowner) into live from pg_namespace where nspname = schema;
  if not found and mode = 'lenient' then return; end if;
  if live is null then call pg_temp.run(format('CREATE SCHEMA %I', schema)); live := current_user; end if;
  if owner is not null and live <> owner then call pg_temp.run(format('ALTER SCHEMA %I OWNER TO %I', schema, owner)); end if;
  call pg_temp.want('schema', schema, schema, mode);
  if mode = 'closed' then call pg_temp.claim('schema', schema); end if;
end $e$;

-- Compared with a scratch function of the same text: body, language, volatility, settings, SECURITY DEFINER, LEAKPROOF.
CREATE OR REPLACE PROCEDURE pg_temp.function(schema text, name text, owner text, language text, body text) LANGUAGE plpgsql AS $e$
declare live pg_proc; made pg_proc; wanted jsonb; loose text[] := '{oid,pronamespace,proowner,proacl,proname}';
  ddl text := '() RETURNS text LANGUAGE ' || quote_ident(language) || ' STABLE PARALLEL SAFE SET search_path = '''' AS ' || quote_literal(body);
begin
  execute 'CREATE OR REPLACE FUNCTION pg_temp.bh_scratch_function' || ddl;
  select * into made from pg_proc where oid = to_regprocedure('pg_temp.bh_scratch_function()');
  wanted := to_jsonb(made) - loose;
  drop function pg_temp.bh_scratch_function();
  select * into live from pg_proc where oid = to_regprocedure(format('%I.%I()', schema, name));
  if live.oid is null or to_jsonb(live) - loose <> wanted then
    call pg_temp.run(format('CREATE OR REPLACE FUNCTION %I.%I', schema, name) || ddl);
    select * into live from pg_proc where oid = to_regprocedure(format('%I.%I()', schema, name));
  end if;
  if pg_get_userbyid(live.proowner) <> owner then call pg_temp.run(format('ALTER FUNCTION %I.%I() OWNER TO %I', schema, name, owner)); end if;
  call pg_temp.want('function', schema, name);
end $e$;

CREATE OR REPLACE PROCEDURE pg_temp.note(object text, live text, wanted text) LANGUAGE plpgsql AS $e$
begin
  if live is distinct from nullif(wanted, '') then call pg_temp.run(format('COMMENT ON %s IS %L', object, nullif(wanted, ''))); end if;
end $e$;

-- columns: rows of name, type, NOT NULL or nothing, description.
CREATE OR REPLACE PROCEDURE pg_temp.relation(schema text, name text, owner text, description text, columns text[], partition_by text, open bool) LANGUAGE plpgsql AS $e$
declare rel oid := pg_temp.oid_of(schema, name); label text := format('%I.%I', schema, name); c pg_class; a record; i int; parts text[] := '{}';
begin
  if pg_temp.role_oid(owner) is null then raise exception 'bulkhead: role % is missing: the store''s own unit has not run here', owner; end if;
  if rel is null then
    for i in 1 .. array_length(columns, 1) loop parts := parts || format('%I %s %s', columns[i][1], columns[i][2], columns[i][3]); end loop;
    call pg_temp.run(format('CREATE TABLE %s (%s)%s', label, array_to_string(parts, ', '), ' PARTITION BY RANGE (' || quote_ident(partition_by) || ')'));
    rel := pg_temp.oid_of(schema, name);
  end if;
  call pg_temp.claim('relation', schema || '.' || name);
  call pg_temp.want('table', schema, name, case when open then 'open' else '' end);
  select * into c from pg_class where oid = rel;
  if c.relkind <> (case when partition_by is null then 'r' else 'p' end)::"char" or c.relpersistence <> 'p' or pg_get_partkeydef(rel) is distinct from 'RANGE (' || quote_ident(partition_by) || ')' then
    raise exception 'bulkhead: % is not the table that git declares: kind %, partitioned by %; declared partitioned by %', label, c.relkind, coalesce(pg_get_partkeydef(rel), 'nothing'), coalesce(partition_by, 'nothing');
  end if;
  if exists (select from pg_inherits where inhrelid = rel) then raise exception 'bulkhead: % is a child of another table, and git declares none', label; end if;
  for i in 1 .. array_length(columns, 1) loop
    select format_type(atttypid, atttypmod) as type, attnotnull, attgenerated, attidentity, atthasdef, attnum into a from pg_attribute where attrelid = rel and attname = columns[i][1] and not attisdropped;
    if not found then
      call pg_temp.run(format('ALTER TABLE %s ADD COLUMN %I %s %s', label, columns[i][1], columns[i][2], columns[i][3]));
      select attnum into a.attnum from pg_attribute where attrelid = rel and attname = columns[i][1] and not attisdropped;
    elsif a.type <> columns[i][2] then
      raise exception 'bulkhead: column %.% is % in the database and % in git: change one of them by hand, Bulkhead never rewrites data', label, columns[i][1], a.type, columns[i][2];
    elsif a.attnotnull <> (columns[i][3] <> '') then
      raise exception 'bulkhead: column %.% is % in the database and % in git', label, columns[i][1], case when a.attnotnull then 'NOT NULL' else 'nullable' end, case when columns[i][3] <> '' then 'NOT NULL' else 'nullable' end;
    elsif a.attgenerated <> '' or a.attidentity <> '' then
      raise exception 'bulkhead: column %.% is generated in the database and plain in git', label, columns[i][1];
    elsif a.atthasdef then
      call pg_temp.run(format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', label, columns[i][1]));
    end if;
    call pg_temp.note(format('COLUMN %s.%I', label, columns[i][1]), col_description(rel, a.attnum), columns[i][4]);
  end loop;
  -- A column that git no longer declares keeps its data, is in no view, and does not stop writers.
  for a in select attname from pg_attribute where attrelid = rel and attnum > 0 and not attisdropped and attnotnull and not atthasdef and attname <> all (columns[:][1:1]) loop
    call pg_temp.run(format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', label, a.attname));
  end loop;
  call pg_temp.note('TABLE ' || label, obj_description(rel, 'pg_class'), description);
  if pg_get_userbyid(c.relowner) <> owner then call pg_temp.run(format('ALTER TABLE %s OWNER TO %I', label, owner)); end if;
end $e$;

CREATE OR REPLACE PROCEDURE pg_temp.partition(schema text, name text, partition text, bound text) LANGUAGE plpgsql AS $e$
declare rel oid := pg_temp.oid_of(schema, partition); parent oid := pg_temp.oid_of(schema, name); live text;
begin
  if rel is null then
    call pg_temp.run(format('CREATE TABLE %I.%I PARTITION OF %I.%I %s', schema, partition, schema, name, bound));
    rel := pg_temp.oid_of(schema, partition);
  end if;
  select pg_get_expr(c.relpartbound, c.oid) into live from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhrelid = rel and i.inhparent = parent;
  if live is distinct from bound then raise exception 'bulkhead: partition %.% holds % in the database and % in git', schema, partition, coalesce(live, 'nothing'), bound; end if;
  call pg_temp.claim('relation', schema || '.' || partition);
  call pg_temp.want('table', schema, partition, 'partition');
end $e$;

-- A table with all its partitions and children, declared or not.
CREATE OR REPLACE FUNCTION pg_temp.family(rel oid) RETURNS SETOF oid LANGUAGE sql AS $e$
  with recursive f(oid) as (select rel union select i.inhrelid from pg_inherits i join f on f.oid = i.inhparent) select f.oid from f
$e$;

CREATE OR REPLACE PROCEDURE pg_temp.restrain(schema text, name text, conname text, definition text) LANGUAGE plpgsql AS $e$
declare live text; rel oid := pg_temp.oid_of(schema, name);
begin
  select pg_get_constraintdef(c.oid) into live from pg_constraint c where c.conrelid = rel and c.conname = restrain.conname;
  if live is distinct from definition then
    if live is null and definition like 'PRIMARY KEY%' then
      select pg_get_constraintdef(c.oid) into live from pg_constraint c where c.conrelid = rel and c.contype = 'p';
    end if;
    if live is not null and definition like 'PRIMARY KEY%' then
      raise exception 'bulkhead: the key of %.% is % in the database and % in git', schema, name, live, definition;
    end if;
    if live is not null then call pg_temp.run(format('ALTER TABLE %I.%I DROP CONSTRAINT %I CASCADE', schema, name, conname)); end if;
    call pg_temp.run(format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', schema, name, conname, definition));
  end if;
  call pg_temp.want('constraint', schema || '.' || name, conname);
end $e$;

CREATE OR REPLACE FUNCTION pg_temp.names(columns text[]) RETURNS text LANGUAGE sql STABLE AS $e$
  select string_agg(quote_ident(c), ', ' order by n) from unnest(columns) with ordinality u(c, n)
$e$;

CREATE OR REPLACE PROCEDURE pg_temp.key(schema text, name text, conname text, kind text, columns text[]) LANGUAGE plpgsql AS $e$
begin call pg_temp.restrain(schema, name, conname, format('%s (%s)', kind, pg_temp.names(columns))); end $e$;

CREATE OR REPLACE PROCEDURE pg_temp.reference(schema text, name text, conname text, columns text[], other_schema text, other text, others text[], on_delete text) LANGUAGE plpgsql AS $e$
begin
  if pg_temp.oid_of(other_schema, other) is null then raise exception 'bulkhead: %.% waits for %.%, which is not there yet', schema, name, other_schema, other; end if;
  call pg_temp.restrain(schema, name, conname, format('FOREIGN KEY (%s) REFERENCES %I.%I(%s) ON DELETE %s', pg_temp.names(columns), other_schema, other, pg_temp.names(others), on_delete));
end $e$;

CREATE OR REPLACE PROCEDURE pg_temp.tenant_check(schema text, name text, conname text, expression text) LANGUAGE plpgsql AS $e$
declare wanted text;
begin
  execute format('ALTER TABLE pg_temp.bh_scratch ADD CONSTRAINT scratch CHECK (%s)', expression);
  select pg_get_constraintdef(oid) into wanted from pg_constraint where conrelid = 'pg_temp.bh_scratch'::regclass and contype = 'c';
  alter table pg_temp.bh_scratch drop constraint scratch;
  call pg_temp.restrain(schema, name, conname, wanted);
end $e$;

CREATE OR REPLACE PROCEDURE pg_temp.index(schema text, name text, index text, columns text[]) LANGUAGE plpgsql AS $e$
declare live text; wanted text := format('CREATE INDEX %I ON %I.%I USING btree (%s)', index, schema, name, pg_temp.names(columns));
begin
  select replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') || case when i.indisvalid then '' else ' INVALID' end into live
    from pg_index i where i.indexrelid = pg_temp.oid_of(schema, index);
  if live is distinct from wanted then
    if live is not null then call pg_temp.run(format('DROP INDEX %I.%I', schema, index)); end if;
    call pg_temp.run(wanted);
  end if;
  call pg_temp.want('index', schema, index);
end $e$;

CREATE OR REPLACE PROCEDURE pg_temp.force_row_security(schema text, name text) LANGUAGE plpgsql AS $e$
declare c record; holder oid := (select relowner from pg_class where oid = pg_temp.oid_of(schema, name));
begin
  for c in select p.oid::regclass as label, p.relrowsecurity, p.relforcerowsecurity, p.relowner from pg_temp.family(pg_temp.oid_of(schema, name)) f(oid) join pg_class p on p.oid = f.oid loop
    if not c.relrowsecurity then call pg_temp.run(format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', c.label)); end if;
    if not c.relforcerowsecurity then call pg_temp.run(format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', c.label)); end if;
    if c.relowner <> holder then call pg_temp.run(format('ALTER TABLE %s OWNER TO %s', c.label, holder::regrole)); end if;
  end loop;
end $e$;

-- The expression as this server gives it back: written on a scratch table and read again.
CREATE OR REPLACE FUNCTION pg_temp.canonical(expression text) RETURNS text LANGUAGE plpgsql AS $e$
declare result text;
begin
  if expression is null then return null; end if;
  execute format('CREATE POLICY scratch ON pg_temp.bh_scratch USING (%s)', expression);
  select pg_get_expr(polqual, polrelid) into result from pg_policy where polrelid = 'pg_temp.bh_scratch'::regclass;
  drop policy scratch on pg_temp.bh_scratch;
  return result;
end $e$;

CREATE OR REPLACE PROCEDURE pg_temp.policy(schema text, name text, policy text, permissive bool, command text, role text, using_ text, check_ text) LANGUAGE plpgsql AS $e$
declare rel oid; live text; made text[] := array[pg_temp.canonical(using_), pg_temp.canonical(check_)];
  wanted text := row(permissive, case command when 'ALL' then '*' else 'r' end, array[case role when 'public' then 0 else pg_temp.role_oid(role) end], made[1], made[2])::text;
begin
  for rel in select * from pg_temp.family(pg_temp.oid_of(schema, name)) loop
    select row(p.polpermissive, p.polcmd, p.polroles, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))::text into live from pg_policy p where p.polrelid = rel and p.polname = policy;
    if live is distinct from wanted then
      if live is not null then call pg_temp.run(format('DROP POLICY %I ON %s', policy, rel::regclass)); end if;
      call pg_temp.run(format('CREATE POLICY %I ON %s AS %s FOR %s TO %s USING (%s)%s', policy, rel::regclass, case when permissive then 'PERMISSIVE' else 'RESTRICTIVE' end, command,
        case role when 'public' then 'PUBLIC' else quote_ident(role) end, using_, ' WITH CHECK (' || check_ || ')'));
    end if;
  end loop;
  call pg_temp.want('policy', schema || '.' || name, policy);
end $e$;

-- Compared with a scratch view of the same query, so that it is the live text that counts and no record of it.
CREATE OR REPLACE PROCEDURE pg_temp.view(schema text, name text, owner text, options text[], query text) LANGUAGE plpgsql AS $e$
declare c pg_class; wanted text; same bool;
begin
  execute 'CREATE TEMP VIEW bh_scratch_view AS ' || query;
  wanted := pg_get_viewdef('pg_temp.bh_scratch_view'::regclass);
  drop view pg_temp.bh_scratch_view;
  select * into c from pg_class where oid = pg_temp.oid_of(schema, name);
  if c.relkind <> 'v' then raise exception 'bulkhead: %.% is a % where git has a view', schema, name, c.relkind; end if;
  same := c.oid is not null and pg_get_viewdef(c.oid) = wanted and array(select unnest(c.reloptions) order by 1) = options
    and not exists (select from pg_attrdef where adrelid = c.oid);
  if not same then
    if c.oid is not null then call pg_temp.run(format('DROP VIEW %I.%I CASCADE', schema, name)); end if;
    call pg_temp.run(format('CREATE VIEW %I.%I WITH (%s) AS ', schema, name, array_to_string(options, ', ')) || query);
    select * into c from pg_class where oid = pg_temp.oid_of(schema, name);
  end if;
  if pg_get_userbyid(c.relowner) <> owner then call pg_temp.run(format('ALTER VIEW %I.%I OWNER TO %I', schema, name, owner)); end if;
  call pg_temp.claim('relation', schema || '.' || name);
  call pg_temp.want('table', schema, name, 'view');
end $e$;

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

