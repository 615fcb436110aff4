/** First part of the engine: the transaction, what was declared, what was done, roles. */

/** Everything the engine makes for itself is temporary: the procedures end with the session, the tables with the transaction. */
export const BASE = String.raw`
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
`;

/** Roles, memberships, passwords. */
export const ROLES = String.raw`
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
`;
