/** The published list of mutations (docs/planes/postgres.md): what is changed by hand, what the audit must say, and which unit's SQL heals it. */
import type { Impact } from "../../../src/model/finding.ts";

export interface Mutation {
  name: string;
  sql: string;
  /** Differences in short, sorted: `changed policy <schema> <table>.<policy> /using`. */
  found: string[];
  impact: Impact;
  /** Unit whose SQL puts it back; absent: nothing does. */
  heals?: string;
  /** What the revert leaves, rightly: bystanders without rights. */
  after?: string;
}
const [SHARED, STORE, ACME, LINES] = ["shared/sales__orders.orders", "store/main", "tenant/acme", "shared/sales__orders.lines"];
const m = (name: string, sql: string, found: string | string[], impact: Impact, heals?: string, after?: string): Mutation => ({ name, sql, found: [found].flat().sort(), impact, ...(heals !== undefined && { heals }), ...(after !== undefined && { after }) });
const T = "sales__orders.orders";
const ACME_SCHEMA = "acme__crm__people";

/** `names`: constraints and indexes of the fleet, whose names hold digests. */
export const mutations = (names: { unique: string; check: string; fkey: string; index: string }): Mutation[] => [
  // Policies
  m("a policy's expression under the same name", `ALTER POLICY bh_read ON ${T} USING (true)`, "changed policy sales__orders orders.bh_read /using", "isolation", SHARED),
  m("a constant inside an expression", `ALTER POLICY bh_wall ON ${ACME_SCHEMA}.people USING (tenant_id = (SELECT app.tenant()) AND tenant_id = 'globex') WITH CHECK (tenant_id = (SELECT app.tenant()) AND tenant_id = 'acme')`, `changed policy ${ACME_SCHEMA} people.bh_wall /using`, "isolation", ACME),
  m("the wall's check", `ALTER POLICY bh_wall ON ${T} WITH CHECK (true)`, "changed policy sales__orders orders.bh_wall /check", "isolation", SHARED),
  m("a policy's roles", `ALTER POLICY bh_read ON ${T} TO bh_view, api`, "added policy sales__orders orders.bh_read /roles/api", "isolation", SHARED),
  m("the wall made permissive", `DROP POLICY bh_wall ON ${T}; CREATE POLICY bh_wall ON ${T} USING (tenant_id = (SELECT app.tenant())) WITH CHECK (tenant_id = (SELECT app.tenant()))`, "changed policy sales__orders orders.bh_wall /permissive", "isolation", SHARED),
  m("a policy's command", `DROP POLICY bh_read ON ${T}; CREATE POLICY bh_read ON ${T} FOR ALL TO bh_view USING (tenant_id = (SELECT app.tenant()))`, "changed policy sales__orders orders.bh_read /command", "isolation", SHARED),
  m("an extra permissive policy", `CREATE POLICY open ON ${T} USING (true)`, "unmanaged policy sales__orders orders.open", "isolation", SHARED),
  m("a dropped policy", `DROP POLICY bh_wall ON ${T}`, "missing policy sales__orders orders.bh_wall", "isolation", SHARED),
  m("a partition's policy", `DROP POLICY bh_wall ON ${ACME_SCHEMA}.events_p202511`, `missing policy ${ACME_SCHEMA} events_p202511.bh_wall`, "isolation", ACME),
  // Tables
  m("row security off", `ALTER TABLE ${T} DISABLE ROW LEVEL SECURITY`, "changed table sales__orders orders /rowSecurity", "isolation", SHARED),
  m("row security not forced", `ALTER TABLE ${T} NO FORCE ROW LEVEL SECURITY`, "changed table sales__orders orders /forced", "isolation", SHARED),
  m("a partition without walls", `ALTER TABLE ${ACME_SCHEMA}.events_p202512 DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY`, [`changed table ${ACME_SCHEMA} events_p202512 /rowSecurity`, `changed table ${ACME_SCHEMA} events_p202512 /forced`], "isolation", ACME),
  m("a table's owner", `ALTER TABLE ${T} OWNER TO acme_pipeline`, "changed table sales__orders orders /owner", "isolation", SHARED),
  m("foreign keys switched off", "ALTER TABLE sales__orders.lines DISABLE TRIGGER ALL", "changed table sales__orders lines /foreignKeys", "isolation", LINES),
  m("a table that a crash empties", `ALTER TABLE sales__orders.lines SET UNLOGGED`, "changed table sales__orders lines /persistence", "availability"),
  m("a description", `COMMENT ON TABLE ${T} IS 'x'`, "changed table sales__orders orders /description", "cosmetic", SHARED),
  m("an option of storage", `ALTER TABLE ${T} SET (autovacuum_enabled = false)`, "added table sales__orders orders /options/autovacuum_enabled", "availability"),
  m("a partition taken off", `ALTER TABLE ${ACME_SCHEMA}.events DETACH PARTITION ${ACME_SCHEMA}.events_p202511`, [`changed table ${ACME_SCHEMA} events_p202511 /bound`, `removed table ${ACME_SCHEMA} events_p202511 /parents/${ACME_SCHEMA}.events`, `unmanaged constraint ${ACME_SCHEMA} events_p202511.CHECK`, `unmanaged constraint ${ACME_SCHEMA} events_p202511.CHECK`, `unmanaged constraint ${ACME_SCHEMA} events_p202511.events_p202511_pkey`, `unmanaged index ${ACME_SCHEMA} events_p202511_tenant_id_at_idx`], "isolation"),
  m("a copy beside the others", `CREATE TABLE sales__orders.copy AS SELECT tenant_id FROM ${T}; GRANT SELECT ON sales__orders.copy TO PUBLIC`, ["unmanaged table sales__orders copy", "unmanaged column sales__orders copy.tenant_id"], "isolation"),
  m("a partition nobody declared", `CREATE TABLE ${ACME_SCHEMA}.extra PARTITION OF ${ACME_SCHEMA}.events FOR VALUES FROM ('2020-01-01') TO ('2020-02-01')`, [`unmanaged table ${ACME_SCHEMA} extra`, ...["at", "id", "tenant_id", "user"].map((c) => `unmanaged column ${ACME_SCHEMA} extra.${c}`)], "isolation"),
  m("a child outside", `CREATE TABLE public.child() INHERITS (${T})`, ["unmanaged table public child", ...["tenant_id", "id", "region", "customer", "card", "email", "margin", "passport"].map((c) => `unmanaged column public child.${c}`)], "isolation"),
  m("a dropped table", `DROP TABLE ${ACME_SCHEMA}.addresses CASCADE`, "EVERYTHING addresses", "isolation", ACME),
  m("a sequence", `CREATE SEQUENCE ${ACME_SCHEMA}.numbers`, `unmanaged sequence ${ACME_SCHEMA} numbers`, "availability"),
  // Columns, keys, indexes
  m("a default", "ALTER TABLE sales__orders.lines ALTER tenant_id SET DEFAULT 'globex'", "changed column sales__orders lines.tenant_id /default", "isolation", LINES),
  m("a column that may be empty", "ALTER TABLE sales__orders.lines ALTER order_id DROP NOT NULL", "changed column sales__orders lines.order_id /nullable", "access"),
  m("a column of another type", "DROP VIEW sales__orders.lines_public, sales__orders.lines_internal, sales__orders.lines_confidential, sales__orders.lines_writer; ALTER TABLE sales__orders.lines ALTER order_id TYPE bigint", ["changed column sales__orders lines.order_id /type", ...["public", "internal", "confidential", "writer"].map((v) => `missing view sales__orders lines_${v}`)], "access"),
  m("a column more", `ALTER TABLE ${T} ADD note text`, "unmanaged column sales__orders orders.note", "availability"),
  m("a column grant", `GRANT SELECT (card) ON ${T} TO c_public`, "added column sales__orders orders.card /grants/c_public", "isolation", SHARED),
  m("a column's description", `COMMENT ON COLUMN ${T}.region IS 'x'`, "changed column sales__orders orders.region /description", "cosmetic", SHARED),
  m("a unique constraint across tenants", "ALTER TABLE sales__orders.lines ADD CONSTRAINT oracle UNIQUE (id)", "unmanaged constraint sales__orders lines.oracle", "isolation", LINES),
  m("a dropped check", `ALTER TABLE ${T} DROP CONSTRAINT ${names.check}`, `missing constraint sales__orders orders.${names.check}`, "isolation", SHARED),
  m("another check under the same name", `ALTER TABLE ${T} DROP CONSTRAINT ${names.check}, ADD CONSTRAINT ${names.check} CHECK (tenant_id <> 'x')`, `changed constraint sales__orders orders.${names.check} /definition`, "isolation", SHARED),
  m("a check that is not validated", `ALTER TABLE ${T} DROP CONSTRAINT ${names.check}, ADD CONSTRAINT ${names.check} CHECK (tenant_id <> '') NOT VALID`, `changed constraint sales__orders orders.${names.check} /definition`, "isolation", SHARED),
  m("a dropped foreign key", `ALTER TABLE sales__orders.lines DROP CONSTRAINT ${names.fkey}`, `missing constraint sales__orders lines.${names.fkey}`, "isolation", LINES),
  m("a foreign key from outside", `CREATE TABLE public.spy(t text, i int); ALTER TABLE public.spy ADD CONSTRAINT spy FOREIGN KEY (t, i) REFERENCES ${T}(tenant_id, id)`, "unmanaged constraint public spy.spy", "isolation", undefined, "DROP TABLE public.spy"),
  m("a dropped index", `DROP INDEX sales__orders.${names.index}`, `missing index sales__orders ${names.index}`, "availability", SHARED),
  m("an index that leads with another column", "CREATE INDEX extra ON sales__orders.lines (order_id)", "unmanaged index sales__orders extra", "availability", LINES),
  // Grants
  m("an extra grant", `GRANT SELECT ON ${T} TO api`, "added table sales__orders orders /grants/api", "isolation", SHARED),
  m("a grant to PUBLIC", "GRANT SELECT ON sales__orders.orders_confidential TO PUBLIC", "added view sales__orders orders_confidential /grants/PUBLIC", "isolation", SHARED),
  m("a grant option", "GRANT SELECT ON sales__orders.orders_internal TO c_internal WITH GRANT OPTION", "changed view sales__orders orders_internal /grants/c_internal/SELECT", "isolation", SHARED),
  m("a grant by somebody with the option", "GRANT SELECT ON sales__orders.orders_internal TO c_internal WITH GRANT OPTION; SET ROLE c_internal; GRANT SELECT ON sales__orders.orders_internal TO auditor; RESET ROLE", ["changed view sales__orders orders_internal /grants/c_internal/SELECT", "added view sales__orders orders_internal /grants/auditor"], "isolation", SHARED),
  m("TRUNCATE for the writer", `GRANT TRUNCATE, TRIGGER, REFERENCES ON ${T} TO bh_write`, ["TRUNCATE", "TRIGGER", "REFERENCES"].map((p) => `added table sales__orders orders /grants/bh_write/${p}`), "isolation", SHARED),
  m("a revoked grant", "REVOKE SELECT ON sales__orders.orders_internal FROM c_internal", "removed view sales__orders orders_internal /grants/c_internal", "access", SHARED),
  m("CREATE on a schema", "GRANT CREATE ON SCHEMA sales__orders TO bh_writer, PUBLIC", ["added schema sales__orders /grants/bh_writer/CREATE", "added schema sales__orders /grants/PUBLIC"], "isolation", SHARED),
  m("a schema's owner", `ALTER SCHEMA ${ACME_SCHEMA} OWNER TO acme_pipeline`, `changed schema ${ACME_SCHEMA} /owner`, "isolation", ACME),
  m("rights of PUBLIC on the database", "GRANT TEMP, CONNECT ON DATABASE platform TO PUBLIC", "added database platform /grants/PUBLIC", "isolation", STORE),
  m("a grant outside to a tenant's login", "CREATE TABLE public.other(x int); GRANT SELECT ON public.other TO acme_bi; GRANT USAGE ON SCHEMA app TO acme_risk", ["unmanaged grant acme_bi on table public.other", "added schema app /grants/acme_risk"], "isolation", undefined, "DROP TABLE public.other"),
  m("a grant on a catalogue", "GRANT SELECT ON pg_catalog.pg_authid TO acme_bi", "unmanaged grant acme_bi on table pg_catalog.pg_authid", "isolation"),
  m("statistics for everybody", "GRANT SELECT ON pg_catalog.pg_stats TO PUBLIC", "unmanaged catalogue relation pg_catalog.pg_stats", "isolation", STORE),
  m("advisory locks for everybody", "GRANT EXECUTE ON FUNCTION pg_catalog.pg_advisory_lock(bigint) TO PUBLIC", "unmanaged catalogue function pg_catalog.pg_advisory_lock(bigint)", "isolation", STORE),
  m("the server's files for everybody", "GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO PUBLIC", "unmanaged catalogue function pg_catalog.pg_read_file(text)", "isolation"),
  m("a parameter for everybody", "GRANT SET ON PARAMETER session_replication_role TO PUBLIC", "unmanaged catalogue parameter session_replication_role", "isolation"),
  m("the table of long values", `DO $$ begin execute format('GRANT SELECT ON %s TO PUBLIC', (SELECT reltoastrelid::regclass FROM pg_class WHERE oid = '${T}'::regclass)); end $$`, "added table sales__orders orders /toastGrants/PUBLIC", "isolation"),
  m("an operator among PostgreSQL's own", "CREATE OPERATOR pg_catalog.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_catalog.texteq)", "unmanaged catalogue added operator pg_catalog.===(text, text)", "isolation"),
  m("a function among PostgreSQL's own", "CREATE FUNCTION pg_catalog.nullif_(text) RETURNS text LANGUAGE sql AS 'SELECT $1'", "unmanaged catalogue added function pg_catalog.nullif_(text)", "isolation"),
  m("one of PostgreSQL's own functions replaced", "CREATE OR REPLACE FUNCTION pg_catalog.pg_has_role(name, oid, text) RETURNS bool LANGUAGE sql STABLE STRICT AS 'SELECT true'", "changed server main /builtInFunctions", "isolation", undefined, "CREATE OR REPLACE FUNCTION pg_catalog.pg_has_role(name, oid, text) RETURNS bool LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'pg_has_role_name_id'"),
  m("a cast", "CREATE FUNCTION public.c(uuid) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE CAST (uuid AS int) WITH FUNCTION public.c(uuid)", "unmanaged catalogue added cast (uuid AS integer)", "isolation", undefined, "DROP FUNCTION public.c(uuid)"),
  m("a row type's grant", `GRANT USAGE ON TYPE ${T} TO acme_bi`, "unmanaged type sales__orders orders", "availability", undefined),
  m("a language", "GRANT USAGE ON LANGUAGE plpgsql TO acme_bi", ["added language plpgsql /grants/acme_bi", "unmanaged grant acme_bi on language plpgsql"], "isolation"),
  m("a large object for everybody", "SELECT lo_create(4711); GRANT SELECT ON LARGE OBJECT 4711 TO PUBLIC", "unmanaged large object 4711", "isolation", undefined, "SELECT lo_unlink(4711)"),
  m("default privileges", "ALTER DEFAULT PRIVILEGES IN SCHEMA sales__orders GRANT SELECT ON TABLES TO PUBLIC", "unmanaged default privileges sales__orders of postgres on tables", "isolation", SHARED),
  m("default privileges of an owner", "ALTER DEFAULT PRIVILEGES FOR ROLE bh_owner GRANT SELECT ON TABLES TO api", "unmanaged default privileges of bh_owner on tables", "isolation", STORE),
  // Views
  m("a view's owner", "ALTER VIEW sales__orders.orders_internal OWNER TO postgres", "changed view sales__orders orders_internal /owner", "isolation", SHARED),
  m("a mask taken off under the same name and columns", "CREATE OR REPLACE VIEW sales__orders.orders_internal WITH (security_barrier) AS SELECT tenant_id, id, region, customer, card, email::text, passport FROM sales__orders.orders", ["changed view sales__orders orders_internal /definition"], "isolation", SHARED),
  m("a view's barrier", "ALTER VIEW sales__orders.orders_internal RESET (security_barrier)", "removed view sales__orders orders_internal /options/security_barrier", "isolation", SHARED),
  m("a view with its caller's rights", "ALTER VIEW sales__orders.orders_internal SET (security_invoker = true)", "added view sales__orders orders_internal /options/security_invoker", "isolation", SHARED),
  m("a writer view's check option", "ALTER VIEW sales__orders.orders_writer SET (check_option = local)", "changed view sales__orders orders_writer /options/check_option", "isolation", SHARED),
  m("a view beside the others", `CREATE VIEW sales__orders.leak AS SELECT * FROM ${T}`, "unmanaged view sales__orders leak", "isolation", SHARED),
  m("a view over a view, elsewhere", "CREATE VIEW public.leak AS SELECT * FROM sales__orders.orders_confidential; CREATE VIEW public.leak2 AS SELECT * FROM public.leak", ["unmanaged view public leak", "unmanaged view public leak2"], "isolation", SHARED),
  m("a materialized view", `CREATE MATERIALIZED VIEW public.leak AS SELECT * FROM ${T}`, "unmanaged materialized view public leak", "isolation", SHARED),
  m("a dropped view", "DROP VIEW sales__orders.orders_public", "missing view sales__orders orders_public", "access", SHARED),
  // Functions, triggers, rules
  m("app.tenant() believes what it is told", "CREATE OR REPLACE FUNCTION app.tenant() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE SET search_path = '' AS $$ SELECT current_setting('app.tenant_id') $$", ["changed function app tenant() /body", "changed function app tenant() /language"], "isolation", STORE),
  m("app.principal() as definer", "ALTER FUNCTION app.principal() SECURITY DEFINER", "changed function app principal() /definer", "isolation", STORE),
  m("a function's search_path", "ALTER FUNCTION app.tenant() RESET search_path", "removed function app tenant() /settings/search_path", "isolation", STORE),
  m("a function's volatility", "ALTER FUNCTION app.tenant() IMMUTABLE", "changed function app tenant() /volatility", "isolation", STORE),
  m("EXECUTE for PUBLIC", "GRANT EXECUTE ON FUNCTION app.tenant() TO PUBLIC", "added function app tenant() /grants/PUBLIC", "isolation", STORE),
  m("a second app.tenant", "CREATE FUNCTION app.tenant(text) RETURNS text LANGUAGE sql AS 'SELECT $1'", "unmanaged function app tenant(text)", "isolation", STORE),
  m("a function in the schema", `CREATE FUNCTION sales__orders.leak() RETURNS SETOF ${T} LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM ${T}'`, "unmanaged function sales__orders leak()", "isolation", SHARED),
  m("a definer elsewhere", "CREATE FUNCTION public.door() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'", "unmanaged function public door()", "isolation", undefined, "DROP FUNCTION public.door()"),
  m("a LEAKPROOF function", "CREATE FUNCTION public.leak(text) RETURNS bool LANGUAGE sql LEAKPROOF AS 'SELECT true'", "unmanaged function public leak(text)", "isolation", STORE, "DROP FUNCTION public.leak(text)"),
  m("one of PostgreSQL's own made LEAKPROOF", "ALTER FUNCTION pg_catalog.textregexeq(text, text) LEAKPROOF", "changed server main /builtInFunctions", "isolation", undefined, "ALTER FUNCTION pg_catalog.textregexeq(text, text) NOT LEAKPROOF"),
  m("a trigger", `CREATE FUNCTION public.spy() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end'; CREATE TRIGGER spy BEFORE INSERT ON ${T} FOR EACH ROW EXECUTE FUNCTION public.spy()`, "unmanaged trigger sales__orders orders.spy", "isolation", SHARED, "DROP FUNCTION public.spy()"),
  m("a rule", `CREATE RULE spy AS ON INSERT TO ${T} DO ALSO NOTIFY spy`, "unmanaged rule sales__orders orders.spy", "isolation", SHARED),
  m("an event trigger", "CREATE FUNCTION public.spy() RETURNS event_trigger LANGUAGE plpgsql AS 'begin end'; CREATE EVENT TRIGGER spy ON ddl_command_end EXECUTE FUNCTION public.spy()", "unmanaged event trigger spy", "isolation", undefined, "DROP FUNCTION public.spy()"),
  m("a type", `CREATE TYPE ${ACME_SCHEMA}.colour AS ENUM ('red')`, `unmanaged type ${ACME_SCHEMA} colour`, "availability"),
  // Roles and memberships
  m("BYPASSRLS", "ALTER ROLE bh_view BYPASSRLS", "changed role bh_view /bypassRowSecurity", "isolation", STORE),
  m("a superuser among Bulkhead's", "ALTER ROLE auditor SUPERUSER", "changed role auditor /superuser", "isolation", STORE),
  m("the API may make roles", "ALTER ROLE api INHERIT CREATEROLE", ["changed role api /inherit", "changed role api /createRole"], "isolation", STORE),
  m("a superuser beside Bulkhead", "CREATE ROLE stranger SUPERUSER LOGIN", "unmanaged role stranger", "isolation", undefined, "DROP ROLE stranger"),
  m("a role of a tenant's name", "CREATE ROLE acme_extra LOGIN", "unmanaged role acme_extra", "isolation"),
  m("a member of bh_view", "GRANT bh_view TO api", "unmanaged membership api in bh_view", "isolation", STORE),
  m("a stranger in a clearance", "CREATE ROLE stranger LOGIN; GRANT c_confidential TO stranger", "unmanaged membership stranger in c_confidential", "isolation", STORE, "DROP ROLE stranger"),
  m("the auditor reads all data", "GRANT pg_read_all_data TO auditor", "unmanaged membership auditor in pg_read_all_data", "isolation", STORE),
  m("a member of the superuser", "CREATE ROLE stranger LOGIN; GRANT postgres TO stranger", "unmanaged membership stranger in postgres", "isolation", undefined, "DROP ROLE stranger"),
  m("a member of a member", "CREATE ROLE stranger; CREATE ROLE other LOGIN; GRANT c_confidential TO stranger; GRANT stranger TO other", ["unmanaged membership stranger in c_confidential", "unmanaged membership other in stranger"], "isolation", undefined, "DROP ROLE stranger, other"),
  m("a stranger reads all data", "CREATE ROLE stranger LOGIN; GRANT pg_read_all_data TO stranger", "unmanaged membership stranger in pg_read_all_data", "isolation", undefined, "DROP ROLE stranger"),
  m("another tenant's membership", "GRANT t_globex TO acme_bi", "unmanaged membership acme_bi in t_globex", "isolation", ACME),
  m("a membership with admin option", "GRANT t_acme TO acme_risk WITH ADMIN OPTION", "changed membership acme_risk in t_acme /admin", "isolation", ACME),
  m("a membership taken away", "REVOKE t_acme FROM api", "missing membership api in t_acme", "access", ACME),
  m("a login's tenant set for good", "ALTER ROLE acme_bi SET app.tenant_id = 'globex'", "added role acme_bi /settings/app.tenant_id", "isolation", ACME),
  m("a setting in one database", "ALTER ROLE acme_bi IN DATABASE platform SET work_mem = '1GB'", "added role acme_bi /settingsInDatabases/platform", "isolation", ACME),
  m("a login's limits", "ALTER ROLE acme_pipeline CONNECTION LIMIT -1 VALID UNTIL '2099-01-01'; ALTER ROLE acme_pipeline RESET statement_timeout", ["changed role acme_pipeline /connections", "changed role acme_pipeline /validUntil", "removed role acme_pipeline /settings/statement_timeout"], "availability", ACME),
  m("a setting of the database", "ALTER DATABASE platform SET row_security = off", ["added database platform /settings/row_security", "changed server main /settings/row_security"], "isolation"),
  m("a setting of every role", "ALTER ROLE ALL SET statement_timeout = '1h'", "unmanaged setting every role", "isolation"),
  // What carries rows out
  m("a publication", `CREATE PUBLICATION leak FOR TABLE ${T}`, "unmanaged publication leak", "isolation"),
  m("a publication of everything", "CREATE PUBLICATION leak FOR ALL TABLES", "unmanaged publication leak", "isolation"),
  m("a replication slot", "SELECT pg_create_logical_replication_slot('leak', 'pgoutput')", "unmanaged replication slot leak", "isolation"),
  m("a subscription", "CREATE SUBSCRIPTION leak CONNECTION 'host=127.0.0.1 port=1 dbname=x' PUBLICATION x WITH (connect = false)", "unmanaged subscription leak", "isolation"),
  m("a foreign server", "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w", ["unmanaged foreign data wrapper w", "unmanaged foreign server far"], "isolation"),
  // Records
  m("a record of what was applied", "UPDATE bulkhead.applied SET digest = 'x' WHERE unit = 'tenant/acme'", "changed unit tenant/acme /digest", "availability", ACME),
  m("a record of a unit that git does not hold", "INSERT INTO bulkhead.applied VALUES ('tenant/left', 'x', '{}', '{}', now())", "unmanaged unit tenant/left", "availability"),
  m("the records shown to a tenant", "GRANT SELECT ON bulkhead.credential TO acme_bi", "added table bulkhead credential /grants/acme_bi", "isolation", STORE),
];
