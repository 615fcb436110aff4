/** Whatever is changed by hand on Bulkhead's objects, the next run of the unit puts back (D13). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { meaning, versions } from "./catalogue.ts";
import { Store } from "./harness.ts";

/** What is changed, by which SQL, and the unit that heals it. */
const TAMPERS: [string, string, string][] = [
  ["a policy's expression under the same name", "ALTER POLICY bh_read ON sales__orders.orders USING (true)", "orders"],
  ["the wall's check", "ALTER POLICY bh_wall ON sales__orders.orders WITH CHECK (true)", "orders"],
  ["a policy's roles", "ALTER POLICY bh_read ON sales__orders.orders TO bh_view, api", "orders"],
  ["the wall made permissive", "DROP POLICY bh_wall ON sales__orders.orders; CREATE POLICY bh_wall ON sales__orders.orders USING (tenant_id = (SELECT app.tenant())) WITH CHECK (tenant_id = (SELECT app.tenant()))", "orders"],
  ["an extra permissive policy", "CREATE POLICY open ON sales__orders.orders USING (true)", "orders"],
  ["a dropped policy", "DROP POLICY bh_wall ON sales__orders.orders", "orders"],
  ["an extra grant", "GRANT SELECT ON sales__orders.orders TO api", "orders"],
  ["a grant to PUBLIC with option", "GRANT SELECT ON sales__orders.orders_confidential TO PUBLIC; GRANT SELECT ON sales__orders.orders_internal TO c_internal WITH GRANT OPTION", "orders"],
  ["a grant by somebody with the option", "GRANT SELECT ON sales__orders.orders_internal TO c_internal WITH GRANT OPTION; SET ROLE c_internal; GRANT SELECT ON sales__orders.orders_internal TO auditor; RESET ROLE", "orders"],
  ["TRUNCATE for the writer", "GRANT TRUNCATE, TRIGGER, REFERENCES ON sales__orders.orders TO bh_writer", "orders"],
  ["a column grant", "GRANT SELECT (card) ON sales__orders.orders TO c_public", "orders"],
  ["a revoked grant", "REVOKE SELECT ON sales__orders.orders_internal FROM c_internal; REVOKE USAGE ON SCHEMA sales__orders FROM c_public", "orders"],
  ["CREATE on a schema", "GRANT CREATE ON SCHEMA sales__orders TO bh_writer, PUBLIC", "orders"],
  ["row security off", "ALTER TABLE sales__orders.orders DISABLE ROW LEVEL SECURITY", "orders"],
  ["row security not forced", "ALTER TABLE sales__orders.orders NO FORCE ROW LEVEL SECURITY", "orders"],
  ["a table's owner", "ALTER TABLE sales__orders.orders OWNER TO acme_pipeline", "orders"],
  ["a view's owner", "ALTER VIEW sales__orders.orders_internal OWNER TO postgres", "orders"],
  ["a view's text", "CREATE OR REPLACE VIEW sales__orders.orders_internal WITH (security_barrier) AS SELECT tenant_id, id, region, customer, card, email::text, passport FROM sales__orders.orders", "orders"],
  ["a view's barrier", "ALTER VIEW sales__orders.orders_internal RESET (security_barrier)", "orders"],
  ["a writer view's check option", "ALTER VIEW sales__orders.orders_writer SET (check_option = local)", "orders"],
  ["a view with columns of its own", "DROP VIEW sales__orders.orders_public; CREATE VIEW sales__orders.orders_public AS SELECT * FROM sales__orders.orders; GRANT SELECT ON sales__orders.orders_public TO PUBLIC", "orders"],
  ["a view beside the others", "CREATE VIEW sales__orders.leak AS SELECT * FROM sales__orders.orders; GRANT SELECT ON sales__orders.leak TO PUBLIC", "orders"],
  ["a view in another schema", "CREATE VIEW public.leak AS SELECT * FROM sales__orders.orders; GRANT SELECT ON public.leak TO PUBLIC", "orders"],
  ["a view over a view", "CREATE VIEW public.leak AS SELECT * FROM sales__orders.orders_confidential; CREATE VIEW public.leak2 AS SELECT * FROM public.leak", "orders"],
  ["a materialized view", "CREATE MATERIALIZED VIEW public.leak AS SELECT * FROM sales__orders.orders", "orders"],
  ["a function in the schema", "CREATE FUNCTION sales__orders.leak() RETURNS SETOF sales__orders.orders LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM sales__orders.orders'", "orders"],
  ["a trigger", "CREATE FUNCTION public.spy() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end'; CREATE TRIGGER spy BEFORE INSERT ON sales__orders.orders FOR EACH ROW EXECUTE FUNCTION public.spy()", "orders"],
  ["a rule", "CREATE RULE spy AS ON INSERT TO sales__orders.orders DO ALSO NOTIFY spy", "orders"],
  ["foreign keys switched off", "ALTER TABLE sales__orders.lines DISABLE TRIGGER ALL", "lines"],
  ["a dropped foreign key and index", "ALTER TABLE sales__orders.lines DROP CONSTRAINT lines_fkey_FKEY", "lines"],
  ["a unique constraint across tenants", "ALTER TABLE sales__orders.lines ADD CONSTRAINT oracle UNIQUE (id); CREATE INDEX extra ON sales__orders.lines (order_id)", "lines"],
  ["a default", "ALTER TABLE sales__orders.lines ALTER tenant_id SET DEFAULT 'globex'", "lines"],
  ["a table beside the others", "CREATE TABLE sales__orders.copy AS SELECT * FROM sales__orders.orders; GRANT SELECT ON sales__orders.copy TO PUBLIC", "orders"],
  ["default privileges", "ALTER DEFAULT PRIVILEGES IN SCHEMA sales__orders GRANT SELECT ON TABLES TO PUBLIC", "orders"],
  ["default privileges of an owner", "ALTER DEFAULT PRIVILEGES FOR ROLE bh_owner GRANT SELECT ON TABLES TO api", "store"],
  ["app.tenant()", "CREATE OR REPLACE FUNCTION app.tenant() RETURNS text LANGUAGE sql AS $$ SELECT current_setting('app.tenant_id') $$", "store"],
  ["app.principal() as definer", "ALTER FUNCTION app.principal() SECURITY DEFINER", "store"],
  ["a function's search_path", "ALTER FUNCTION app.tenant() RESET search_path", "store"],
  ["EXECUTE for PUBLIC", "GRANT EXECUTE ON FUNCTION app.tenant() TO PUBLIC", "store"],
  ["a second app.tenant", "CREATE FUNCTION app.tenant(text) RETURNS text LANGUAGE sql AS 'SELECT $1'", "store"],
  ["an attribute", "ALTER ROLE bh_view BYPASSRLS; ALTER ROLE api INHERIT CREATEROLE", "store"],
  ["a superuser", "ALTER ROLE auditor SUPERUSER", "store"],
  ["a member of bh_view", "GRANT bh_view TO api", "store"],
  ["a stranger in a clearance", "CREATE ROLE stranger LOGIN; GRANT c_confidential TO stranger", "store"],
  ["the auditor in pg_read_all_data", "GRANT pg_read_all_data TO auditor; GRANT c_confidential TO auditor", "store"],
  ["the API in pg_read_all_data", "GRANT pg_read_all_data TO api", "store"],
  ["rights of PUBLIC", "GRANT CREATE ON SCHEMA public TO PUBLIC; GRANT TEMP, CONNECT ON DATABASE platform TO PUBLIC; GRANT SELECT ON pg_catalog.pg_stats TO PUBLIC", "store"],
  ["a LEAKPROOF function", "CREATE FUNCTION public.leak(text) RETURNS bool LANGUAGE sql LEAKPROOF AS 'SELECT true'", "store"],
  ["a named principal nobody declared", "INSERT INTO app.named_principal VALUES ('acme', 'sales__orders', 'orders', 'passport', 'acme_bi')", "acme"],
  ["a named principal taken away", "DELETE FROM app.named_principal WHERE tenant_id = 'acme'", "acme"],
  ["a clearance above its own", "GRANT c_confidential TO acme_bi", "acme"],
  ["another tenant's membership", "GRANT t_globex TO acme_bi", "acme"],
  ["a membership with admin option", "GRANT t_acme TO acme_risk WITH ADMIN OPTION", "acme"],
  ["a stranger in the tenant", "CREATE ROLE stranger2; GRANT acme_writer TO stranger2; GRANT t_acme TO stranger2", "acme"],
  ["a membership taken away", "REVOKE t_acme FROM api; REVOKE bh_writer FROM acme_writer", "acme"],
  ["a setting of a login", "ALTER ROLE acme_bi SET app.tenant_id = 'globex'; ALTER ROLE acme_bi IN DATABASE platform SET work_mem = '1GB'", "acme"],
  ["a login's limits", "ALTER ROLE acme_pipeline CONNECTION LIMIT -1 VALID UNTIL '2099-01-01'; ALTER ROLE acme_pipeline RESET statement_timeout", "acme"],
  ["a grant outside to a tenant's login", "CREATE TABLE public.other(x int); GRANT SELECT ON public.other TO acme_bi; GRANT USAGE ON SCHEMA app TO acme_risk", "acme"],
  ["a grant on a partition", "GRANT SELECT ON acme__crm__people.events_p202511 TO globex_bi", "acme"],
  ["a partition without walls", "ALTER TABLE acme__crm__people.events_p202511 DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY; DROP POLICY bh_wall ON acme__crm__people.events_p202511", "acme"],
  ["a partition nobody declared", "CREATE TABLE acme__crm__people.extra PARTITION OF acme__crm__people.events FOR VALUES FROM ('2020-01-01') TO ('2020-02-01'); GRANT SELECT ON acme__crm__people.extra TO PUBLIC", "acme"],
];

describe.each([15, 18] as const)("PostgreSQL %i heals", (version) => {
  let store: Store;
  let clean: string[];
  beforeAll(async () => {
    store = await Store.start(version);
    await store.apply();
    clean = await meaning(store.admin);
  });
  afterAll(() => store.stop());
  /** Rows about things that Bulkhead does not own and leaves: bystanders, emptied of every right. */
  const bystander = /stranger|copy|public\.(other|spy|leak)|addresses\.extra|people\.extra|^relation public\.|^column public\.|extra_pkey|extra_at|extra_tenant/;

  test.each(TAMPERS)("%s", async (name, sql, unit) => {
    const key = clean.find((r) => r.includes("lines_fkey_"))!.match(/lines_fkey_\w+/)![0];
    await store.admin.query(sql.replace("lines_fkey_FKEY", key));
    const tampered = await meaning(store.admin);
    expect(tampered).not.toEqual(clean);
    await store.apply(unit);
    const healed = await meaning(store.admin);
    expect(clean.filter((r) => !healed.includes(r))).toEqual([]);
    const extra = healed.filter((r) => !clean.includes(r));
    expect(extra.filter((r) => !bystander.test(r))).toEqual([]);
    // Nobody has a right on a bystander or through one, except where the table is another's own.
    expect(extra.filter((r) => /^member|PUBLIC=|(acme|globex)_\w+=|api=/.test(r) && !/^(function|relation|column) public\./.test(r))).toEqual([]);
    const { rows } = await store.admin.query("SELECT changes FROM bulkhead.applied ORDER BY applied_at DESC LIMIT 1");
    expect(rows[0].changes.length, name).toBeGreaterThan(0);
    await store.admin.query("DROP TABLE IF EXISTS sales__orders.copy, public.other, acme__crm__people.extra; DROP FUNCTION IF EXISTS public.spy(), public.leak(text)");
  });

  test("after all of it a run changes nothing", async () => {
    await store.apply();
    const before = await versions(store.admin);
    await store.apply();
    expect(await versions(store.admin)).toEqual(before);
  });
});
