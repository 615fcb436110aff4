/** Second part of the engine: schemas, functions, tables, keys, walls, views. */

/** Schemas, functions, tables and columns: additive, and any other difference raises (D13). */
export const TABLES = String.raw`
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
`;

/** Keys, indexes, row security, policies and views. */
export const WALLS = String.raw`
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
`;
