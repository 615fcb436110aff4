/** Names that would break out of what is printed, and what the auditor's login can get at. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgresAudit } from "../../../src/layers/database/plane.ts";
import { quoteIdent } from "../../../src/layers/database/sql/quote.ts";
import { makeTenant, platform, sharedTables } from "../../layers/database/fleet.ts";
import { password, Stage } from "./stage.ts";
import { fleetTree } from "../../layers/database/tree.ts";

const HOSTILE = [`"; DROP TABLE public.canary; --`, "'; DROP TABLE public.canary; --", "line\nbreak", "\u001b[31mred\u001b[0m\u0007", "\u202eright\u202c to left", "back\\slash\\0041\u0001", "$$ $sql$", ":var :'var' \\! id", "a.b", "PUBLIC", " ", "\u{1f4a5}", "zero\u200bwidth", "Ünïcode"];
/** What is made under a name `n` (quoted), beside tables of the fleet. */
const made = (n: string, name: string): string => `
  CREATE POLICY ${n} ON sales__orders.orders USING (true);
  CREATE TABLE sales__orders.${n}(${n} text);
  CREATE VIEW public.${n} AS SELECT tenant_id AS ${n} FROM sales__orders.orders;
  CREATE INDEX ${quoteIdent(`i${name}`)} ON sales__orders.lines (order_id);
  ALTER TABLE sales__orders.lines ADD CONSTRAINT ${quoteIdent(`k${name}`)} CHECK (id > 0);
  ALTER TABLE sales__orders.lines ADD ${n} text;
  CREATE ROLE ${n} LOGIN; GRANT c_confidential TO ${n}; GRANT SELECT ON sales__orders.orders TO ${n}; GRANT SELECT (id) ON sales__orders.orders TO ${n};
  CREATE FUNCTION sales__orders.${n}() RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE SCHEMA ${quoteIdent(`acme__${name}`)};
  ALTER DEFAULT PRIVILEGES IN SCHEMA sales__orders GRANT SELECT ON TABLES TO ${n};
  CREATE TYPE sales__orders.${quoteIdent(`t${name}`)} AS ENUM ();
  CREATE SEQUENCE sales__orders.${quoteIdent(`s${name}`)};
  CREATE PUBLICATION ${n} FOR TABLE sales__orders.orders;
  CREATE RULE ${n} AS ON DELETE TO sales__orders.lines DO ALSO SELECT 1;
  CREATE TRIGGER ${n} BEFORE UPDATE ON sales__orders.lines FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
  CREATE FOREIGN DATA WRAPPER ${n}; CREATE SERVER ${n} FOREIGN DATA WRAPPER ${n};`;

describe.each([15, 18] as const)("PostgreSQL %i", (version) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.start(version, fleetTree(platform, "prod-eu", sharedTables, [makeTenant("acme"), makeTenant("globex")]));
    await stage.admin.query("CREATE TABLE public.canary(x int)");
    await stage.admin.query("INSERT INTO sales__orders.orders VALUES ('acme', 1, 'eu', 'Ann', '4111', 'a@acme.example', 1, 'P'); INSERT INTO acme__crm__people.events VALUES ('acme', 1, '2025-11-05', 'Ann')");
  });
  afterAll(() => stage.stop());

  test.each(HOSTILE.map((name) => [JSON.stringify(name), name]))("a name %s in everything: found, put back by what is printed, and nothing else happens", async (_, name) => {
    await stage.admin.query(made(quoteIdent(name), name));
    const first = (await stage.audit()).differences;
    expect(first.length).toBeGreaterThan(15);
    const { host, port, superuser, password: secret } = stage.server;
    let left = first;
    for (let round = 0; left.length > 0 && round < 4; round++) {
      for (const difference of left) {
        const [command] = postgresAudit.revert(difference, stage.store).commands;
        // Nothing that steers a terminal, ends a line or reorders it is printed.
        expect(command).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u);
        await promisify(execFile)("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", command!], { env: { PATH: process.env["PATH"], PGHOST: host, PGPORT: String(port), PGUSER: superuser, PGPASSWORD: secret, PGDATABASE: "platform" } })
          .catch((error: unknown) => { if (round === 3) throw error; });
      }
      left = (await stage.audit()).differences;
    }
    expect(left).toEqual([]);
    expect((await stage.admin.query("SELECT to_regclass('public.canary') IS NOT NULL AS there")).rows).toEqual([{ there: true }]);
    await stage.admin.query(`DROP ROLE ${quoteIdent(name)}`);
  });

  // Triggers at login exist from 17 on.
  if (version >= 17) test("a trigger at the auditor's login that lays a false catalogue over the real one hides nothing", async () => {
    await stage.admin.query(`CREATE POLICY open ON sales__orders.orders USING (true);
      CREATE FUNCTION public.lay() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ begin
        if session_user = 'auditor' then
          create temp table pg_policy as select * from pg_catalog.pg_policy where polname <> 'open'; create temp table pg_event_trigger as select * from pg_catalog.pg_event_trigger where false;
          grant select on pg_temp.pg_policy, pg_temp.pg_event_trigger to public;
        end if; end $$;
      ALTER ROLE auditor RESET ALL; CREATE EVENT TRIGGER lay ON login EXECUTE FUNCTION public.lay()`);
    try {
      const auditor = await stage.connect({ user: stage.auditor, password: password(stage.auditor) });
      // It is there: with an empty search_path the false one is found first.
      expect((await auditor.query("SET search_path = ''; SELECT polname FROM pg_policy WHERE polname = 'open'") as unknown as { rows: unknown[] }[])[1]!.rows).toEqual([]);
      await auditor.end();
      expect(await stage.found()).toEqual(["removed role auditor /settings/default_transaction_read_only", "unmanaged event trigger lay", "unmanaged function public lay()", "unmanaged policy sales__orders orders.open"]);
    } finally {
      await stage.admin.query("DROP EVENT TRIGGER lay; DROP FUNCTION public.lay(); DROP POLICY open ON sales__orders.orders");
      await stage.apply("store/main");
    }
  });

  test("the auditor's login gets no row, no verifier, no file, no other role, and writes nothing", async () => {
    const auditor = await stage.connect({ user: stage.auditor, password: password(stage.auditor) });
    const refused = async (sql: string): Promise<unknown> => auditor.query(sql).then((r) => r.rows, (e: { code?: string }) => e.code);
    const { rows } = await stage.admin.query("SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname !~ '^(pg_|information_schema|public)' ORDER BY 1");
    expect(rows.length).toBeGreaterThan(30);
    for (const { name } of rows.filter((row) => row.name !== "bulkhead.applied")) expect([name, await refused(`SELECT * FROM ${name}`)]).toEqual([name, "42501"]);
    for (const sql of ["SELECT * FROM pg_authid", "SELECT * FROM pg_stats", "SELECT * FROM pg_statistic", "SELECT * FROM pg_stats_ext", "SELECT pg_read_file('PG_VERSION')", "COPY (SELECT 1) TO PROGRAM 'true'", "SELECT lo_creat(1)", "SELECT * FROM pg_largeobject", "SELECT pg_ls_dir('.')", "SELECT * FROM pg_user_mapping", "SELECT subconninfo FROM pg_subscription", "SELECT pg_advisory_lock(1)", "SELECT app.tenant()"]) expect([sql, await refused(sql)]).toEqual([sql, "42501"]);
    for (const role of ["bh_view", "bh_owner", "c_confidential", "t_acme", "acme_pipeline", "postgres"]) expect([role, await refused(`SET ROLE ${role}`)]).toEqual([role, "42501"]);
    await refused("SET default_transaction_read_only = off");
    for (const sql of ["CREATE TABLE public.x(a int)", "CREATE TEMP TABLE x(a int)", "CREATE SCHEMA x", "UPDATE bulkhead.applied SET digest = ''", "CREATE ROLE x", "ALTER ROLE acme_bi PASSWORD 'x'"]) expect([sql, await refused(sql)]).toEqual([sql, "42501"]);
    await auditor.end();
  });
});
