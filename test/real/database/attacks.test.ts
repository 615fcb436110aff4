/** Attacks of the threat table with real logins; each is refused, and succeeds once the line that stops it is taken out. */
import type pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ENGINE } from "../../../src/layers/database/sql/unit.ts";
import { edit, request, type Session, Store } from "./harness.ts";

type Answer = Awaited<ReturnType<typeof request>>;
const DENIED = "42501";
const orders = "SELECT tenant_id FROM sales__orders.orders_internal";
const tenantsIn = (answer: Answer): unknown[] => (typeof answer === "string" ? [answer] : [...new Set(answer.map((r) => r["tenant_id"]))].sort());

describe.each([15, 18] as const)("PostgreSQL %i", (version) => {
  let store: Store;
  const logins = new Map<string, pg.Client>();
  const as = async (login: string, session: Session, sql: string): Promise<Answer> => {
    if (!logins.has(login)) logins.set(login, await store.login(login));
    return request(logins.get(login)!, session, sql);
  };
  beforeAll(async () => {
    store = await Store.start(version);
    await store.apply();
    await store.seed();
    // Helpers that a tenant cannot make and an operator may have left: a function that tells what it sees.
    await store.admin.query(`CREATE SCHEMA tools; GRANT USAGE ON SCHEMA tools TO PUBLIC;
      CREATE FUNCTION tools.tell(text) RETURNS bool LANGUAGE plpgsql COST 0.0000001 AS $$ begin raise notice 'saw %', $1; return true; end $$`);
  });
  afterAll(() => store.stop());

  /** What a test left behind: a unit that its own SQL heals, or tables to be made anew. */
  let mutated: string | undefined;
  afterEach(async () => {
    const unit = mutated;
    mutated = undefined;
    if (unit === undefined) return;
    if (unit !== "anew") return store.apply(unit);
    await rebuild();
    await store.apply("orders", "lines", "acme", "globex");
    await store.seed();
  });
  const rebuild = (): Promise<unknown> => store.admin.query("DROP SCHEMA IF EXISTS sales__orders, acme__crm__people, globex__crm__people CASCADE");
  /** Applies the mutant of a unit. */
  const mutate = async (unit: string, sql: (text: string) => string): Promise<void> => {
    mutated = unit;
    await store.run(sql(store.sql(unit)));
  };
  /** Applies a mutant on tables made anew: what the unit only adds, or what it would put back. */
  const mutateAnew = async (unit: string, sql: (text: string) => string, engine: (text: string) => string = (e) => e): Promise<void> => {
    mutated = "anew";
    await rebuild();
    for (const u of ["orders", "lines", "globex"]) await (u === unit ? store.run(sql(store.sql(u)), engine(ENGINE)) : store.apply(u));
    const rows = "VALUES ('acme', 1, 'eu'), ('globex', 1, 'eu')";
    await store.admin.query(`INSERT INTO sales__orders.orders(tenant_id, id, region) ${rows}; INSERT INTO globex__crm__people.events VALUES ('globex', 1, '2025-11-05')`);
  };

  describe("what is allowed works", () => {
    test("the API reads its request's tenant at its clearance", async () => {
      expect(tenantsIn(await as("api", { role: "c_internal", tenant: "acme" }, orders))).toEqual(["acme"]);
      expect(tenantsIn(await as("api", { role: "c_internal", tenant: "globex" }, orders))).toEqual(["globex"]);
      expect(await as("api", { role: "c_confidential", tenant: "globex" }, "SELECT customer FROM globex__crm__people.people_confidential")).toEqual([{ customer: "Ann globex" }]);
    });
    test("a direct login reads its own tenant, at its clearance only", async () => {
      expect(tenantsIn(await as("acme_bi", { tenant: "acme" }, orders))).toEqual(["acme"]);
      expect(await as("acme_bi", { tenant: "acme" }, "SELECT 1 FROM sales__orders.orders_confidential")).toBe(DENIED);
      expect(await as("acme_risk", { tenant: "acme" }, "SELECT margin FROM sales__orders.orders_confidential WHERE id = 1")).toEqual([{ margin: "10.50" }]);
    });
    test("a pipeline reads, inserts, updates and deletes its own rows", async () => {
      const own = { tenant: "acme" };
      for (const table of ["sales__orders.orders_writer", "acme__crm__people.people_writer"]) {
        expect(await as("acme_pipeline", own, `INSERT INTO ${table}(tenant_id, id, region) VALUES ('acme', 50, 'eu')`)).toEqual([]);
        expect(await as("acme_pipeline", own, `UPDATE ${table} SET region = 'us' WHERE id = 50 RETURNING region`)).toEqual([{ region: "us" }]);
        expect(await as("acme_pipeline", own, `DELETE FROM ${table} WHERE id = 50 RETURNING id`)).toEqual([{ id: 50 }]);
      }
      expect(await as("acme_pipeline", own, "INSERT INTO acme__crm__people.events_writer(tenant_id, id, at) VALUES ('acme', 70, '2026-01-31 23:59:59Z') RETURNING id")).toEqual([{ id: "70" }]);
      expect(await as("acme_pipeline", own, "INSERT INTO acme__crm__people.addresses_writer VALUES ('acme', 1, 1, 1) RETURNING id")).toEqual([{ id: 1 }]);
      expect(await as("acme_pipeline", own, "DELETE FROM acme__crm__people.addresses_writer RETURNING id")).toEqual([{ id: 1 }]);
    });
  });

  describe("attack 07: no tenant is set", () => {
    const attack = async (): Promise<Answer[]> => [
      await as("api", { role: "c_internal" }, orders), await as("api", { role: "c_internal", tenant: "" }, orders), await as("acme_bi", {}, orders),
      await as("acme_pipeline", {}, "SELECT tenant_id FROM sales__orders.orders_writer"), await as("acme_pipeline", {}, "DELETE FROM sales__orders.lines_writer"),
      await as("api", {}, orders), await as("api", { tenant: "acme" }, orders),
    ];
    test("is refused", async () => expect(await attack()).toEqual(Array(7).fill(DENIED)));
    test("succeeds without the expression of the policies", async () => {
      await mutate("orders", (sql) => edit(sql, "tenant_id = (SELECT app.tenant())", "true"));
      expect((await attack()).slice(0, 4).map(tenantsIn)).toEqual(Array(4).fill(["acme", "globex"]));
    });
  });

  describe("attack 08: a pooled connection keeps the tenant of the request before", () => {
    const attack = async (local: boolean): Promise<Answer> => {
      const pooled = await store.login("api");
      await pooled.query(`BEGIN; SET LOCAL ROLE c_internal; SET ${local ? "LOCAL" : ""} app.tenant_id = 'acme'; ${orders}; COMMIT`);
      const answer = await request(pooled, { role: "c_internal" }, orders);
      await pooled.end();
      return answer;
    };
    test("is refused", async () => expect(await attack(true)).toBe(DENIED));
    test("succeeds where a service leaves out LOCAL", async () => expect(tenantsIn(await attack(false))).toEqual(["acme"]));
    test("outside a transaction SET LOCAL does nothing, and nothing is read", async () => {
      const pooled = await store.login("api");
      await pooled.query("SET LOCAL app.tenant_id = 'acme'");
      expect(await request(pooled, { role: "c_internal" }, orders)).toBe(DENIED);
      await pooled.end();
    });
  });

  describe("attack 09: a login with the owner's rights", () => {
    const attack = async (): Promise<Answer> => {
      await store.admin.query("DROP ROLE IF EXISTS mole; CREATE ROLE mole LOGIN PASSWORD 'mole'; GRANT bh_owner, bh_view TO mole; GRANT CONNECT ON DATABASE platform TO mole");
      const mole = await store.server.connect({ user: "mole", password: "mole" });
      const answer = await request(mole, { role: "bh_owner" }, "SELECT tenant_id FROM sales__orders.orders");
      await mole.end();
      await store.admin.query("DROP OWNED BY mole; DROP ROLE mole");
      return answer;
    };
    test("reads nothing: no permissive policy is the owner's", async () => expect(await attack()).toEqual([]));
    test("succeeds without FORCE", async () => {
      await mutateAnew("orders", (sql) => sql, (e) => edit(e, "'ALTER TABLE %s FORCE ROW LEVEL SECURITY'", "'ALTER TABLE %s NO FORCE ROW LEVEL SECURITY'"));
      expect(tenantsIn(await attack())).toEqual(["acme", "globex"]);
    });
    test("no role of Bulkhead is superuser, bypasses, or is a member of an owner", async () => {
      const { rows } = await store.admin.query(`SELECT rolname FROM pg_roles r JOIN bulkhead.owned o ON o.kind = 'role' AND o.name = r.rolname
        WHERE rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication OR EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid AND m.roleid IN ('bh_owner'::regrole, 'bh_view'::regrole, 'bh_write'::regrole))`);
      expect(rows).toEqual([]);
    });
  });

  describe("attack 10: a tenant's login sets another tenant", () => {
    const attack = async (): Promise<Answer[]> => [
      await as("acme_bi", { tenant: "globex" }, orders), await as("acme_risk", { tenant: "globex" }, "SELECT tenant_id FROM sales__orders.orders_confidential"),
      await as("acme_pipeline", { tenant: "globex" }, "SELECT tenant_id FROM sales__orders.orders_writer"), await as("acme_bi", { tenant: "globex" }, "SELECT tenant_id FROM globex__crm__people.people_internal"),
    ];
    test("is refused", async () => expect(await attack()).toEqual(Array(4).fill(DENIED)));
    test("succeeds without the question whose login it is", async () => {
      await mutate("store", (sql) => edit(sql, " and pg_catalog.pg_has_role(session_user, marker, 'MEMBER')", ""));
      expect((await attack()).map(tenantsIn)).toEqual(Array(4).fill(["globex"]));
    });
    test("a tenant that does not exist, and names that only look like its own, get the same words", async () => {
      const client = await store.login("acme_bi");
      const words: string[] = [];
      for (const tenant of ["globex", "no-such-tenant", "bi", "", "ACME", "acme ", "a'\"b", "acme--x"]) {
        await client.query("SELECT set_config('app.tenant_id', $1, false)", [tenant]);
        words.push(await client.query(orders).then(() => "read", (e: Error) => e.message));
      }
      expect(new Set(words)).toEqual(new Set(["no tenant, or not a tenant of this login"]));
      await client.end();
    });
    test("its own tenant shows nothing of another's dedicated tables, and takes no row of another tenant", async () => {
      expect(await as("acme_bi", { tenant: "acme" }, "SELECT * FROM globex__crm__people.people_internal")).toEqual([]);
      expect(await as("acme_pipeline", { tenant: "acme" }, "SELECT * FROM globex__crm__people.people_writer")).toBe(DENIED);
      for (const sql of ["INSERT INTO sales__orders.orders_writer(tenant_id, id) VALUES ('globex', 9)", "UPDATE sales__orders.orders_writer SET tenant_id = 'globex' WHERE id = 2"])
        expect(await as("acme_pipeline", { tenant: "acme" }, sql)).toBe(DENIED);
    });
  });

  describe("attack 11: a later permissive policy opens the table", () => {
    const attack = async (): Promise<Answer[]> => {
      await store.admin.query("CREATE POLICY later ON sales__orders.orders USING (true) WITH CHECK (true)");
      const answers = [await as("acme_bi", { tenant: "acme" }, orders), await as("api", { role: "c_internal", tenant: "acme" }, orders), await as("acme_pipeline", { tenant: "acme" }, "SELECT tenant_id FROM sales__orders.orders_writer")];
      await store.admin.query("DROP POLICY later ON sales__orders.orders");
      return answers;
    };
    test("shows no other tenant", async () => expect((await attack()).map(tenantsIn)).toEqual(Array(3).fill(["acme"])));
    test("succeeds without the wall", async () => {
      await mutate("orders", (sql) => edit(sql, /CALL pg_temp.policy\('sales__orders', 'orders', 'bh_wall'.*\n/, ""));
      expect((await attack()).map(tenantsIn)).toEqual(Array(3).fill(["acme", "globex"]));
    });
  });

  describe("attack 12: keys tell of, refer to, or delete another tenant's rows", () => {
    const own = { tenant: "acme" };
    const refer = (): Promise<Answer> => as("acme_pipeline", own, "INSERT INTO sales__orders.lines_writer VALUES ('acme', 77, 99)");
    const same = (): Promise<Answer> => as("acme_pipeline", own, "INSERT INTO sales__orders.orders_writer(tenant_id, id, region) VALUES ('acme', 99, 'zz')");
    const plant = (): Promise<unknown> => store.admin.query("INSERT INTO sales__orders.orders(tenant_id, id, region) VALUES ('globex', 99, 'zz') ON CONFLICT DO NOTHING");
    test("a reference to another's row is refused; equal keys are no conflict; a delete leaves the other's rows", async () => {
      await plant();
      expect(await refer()).toBe("23503");
      expect(await same()).toEqual([]);
      await as("acme_pipeline", own, "DELETE FROM sales__orders.orders_writer WHERE id IN (1, 99)");
      const { rows } = await store.admin.query("SELECT tenant_id FROM sales__orders.lines");
      expect(rows).toEqual([{ tenant_id: "globex" }]);
      await store.seed();
    });
    test("the reference is accepted where keys do not begin with the tenant", async () => {
      mutated = "anew";
      await rebuild();
      const bare = (sql: string): string => edit(sql, "ARRAY['tenant_id', 'id']", "ARRAY['id']");
      await store.run(bare(store.sql("orders")));
      await store.run(edit(bare(store.sql("lines")), "ARRAY['tenant_id', 'order_id']", "ARRAY['order_id']"));
      await plant();
      expect(await refer()).toEqual([]);
    });
    test("an equal key is a conflict where a unique constraint does not begin with the tenant", async () => {
      mutated = "orders";
      await store.admin.query("DELETE FROM sales__orders.orders");
      await store.run(edit(store.sql("orders"), "'UNIQUE', ARRAY['tenant_id', 'region', 'id']", "'UNIQUE', ARRAY['region', 'id']"));
      await plant();
      expect(await same()).toBe("23505");
      await store.apply("orders");
      await store.seed();
    });
  });

  describe("attack 13: views, materialized views and definer functions", () => {
    test("nobody may make one", async () => {
      for (const login of ["acme_bi", "acme_risk", "acme_pipeline", "api", "auditor"]) for (const sql of [
        "CREATE VIEW public.v AS SELECT 1", "CREATE TEMP VIEW v AS SELECT 1", "CREATE MATERIALIZED VIEW sales__orders.v AS SELECT 1", "CREATE TEMP TABLE t(x int)", "CREATE SCHEMA mine",
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'", "CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
      ]) expect([DENIED, "25006"], `${login}: ${sql}`).toContain(await as(login, { tenant: "acme" }, sql));
    });
    const attack = (): Promise<Answer> => as("acme_bi", { tenant: "acme" }, orders);
    test("each view shows one tenant", async () => {
      for (const view of ["orders_public", "orders_internal"]) expect(tenantsIn(await as("acme_bi", { tenant: "acme" }, `SELECT tenant_id FROM sales__orders.${view}`))).toEqual(view === "orders_public" ? [DENIED] : ["acme"]);
      for (const clearance of ["public", "internal", "confidential"])
        expect(tenantsIn(await as("api", { role: `c_${clearance}`, tenant: "acme" }, `SELECT tenant_id FROM sales__orders.orders_${clearance}`))).toEqual(["acme"]);
    });
    test("shows every tenant where a superuser owns the view", async () => {
      await mutate("orders", (sql) => edit(sql, "'orders_internal', 'bh_view'", "'orders_internal', 'postgres'"));
      expect(tenantsIn(await attack())).toEqual(["acme", "globex"]);
    });
  });

  describe("attack 14: a partition read directly", () => {
    const attack = async (): Promise<Answer[]> => {
      await store.admin.query("GRANT USAGE ON SCHEMA globex__crm__people TO acme_bi; GRANT SELECT ON globex__crm__people.events_p202511 TO acme_bi");
      return [await as("acme_bi", { tenant: "acme" }, "SELECT tenant_id FROM globex__crm__people.events_p202511"), await as("acme_bi", {}, "SELECT tenant_id FROM globex__crm__people.events_p202511")];
    };
    test("is refused: no grants", async () => {
      for (const login of ["acme_bi", "acme_pipeline", "globex_bi", "globex_pipeline", "auditor"])
        expect(await as(login, { tenant: login.split("_")[0]! }, "SELECT * FROM globex__crm__people.events_p202511")).toBe(DENIED);
    });
    test("and with a grant shows nothing: walls on every partition", async () => {
      // Without a permissive policy for the login nothing passes before the wall is even asked.
      expect((await attack()).flat()).toEqual([]);
      mutated = "globex";
    });
    test("succeeds where only the parent has walls", async () => {
      const root = "(select pg_temp.oid_of(schema, name))";
await mutateAnew("globex", (sql) => sql, (e) => edit(edit(e, "from pg_temp.family(pg_temp.oid_of(schema, name)) f(oid)", `from ${root} f(oid)`), "for rel in select * from pg_temp.family(pg_temp.oid_of(schema, name)) loop", `for rel in ${root} loop`));
      expect((await attack()).map(tenantsIn)).toEqual([["globex"], ["globex"]]);
    });
  });

  describe("attack 16: functions that tell what they see, and statistics", () => {
    const attack = async (column: string): Promise<string[]> => {
      const client = await store.login("acme_risk");
      const seen: string[] = [];
      client.on("notice", (n) => seen.push(String(n.message)));
      await client.query("SET enable_indexscan = off; SET enable_bitmapscan = off");
      await request(client, { tenant: "acme" }, `SELECT 1 FROM sales__orders.orders_confidential WHERE tools.tell(${column})`);
      await client.end();
      return seen;
    };
    test("a cheap function sees the own tenant's rows only, and no passport", async () => {
      expect((await attack("customer")).join()).not.toContain("globex");
      expect(await attack("customer")).toContain("saw Ann acme");
      expect((await attack("passport")).join()).not.toContain("P-");
    });
    test("a LEAKPROOF one sees every tenant's, until the store's unit has run", async () => {
      const leakproof = "ALTER FUNCTION tools.tell(text) LEAKPROOF";
      await store.admin.query(leakproof);
      await store.run(edit(store.sql("store"), "CALL pg_temp.harden();", ""));
      expect((await attack("customer")).join()).toContain("globex");
      await store.apply("store");
      expect((await attack("customer")).join()).not.toContain("globex");
    });
    test("statistics, large objects and advisory locks are refused to everybody", async () => {
      await store.admin.query("ANALYZE sales__orders.orders; ANALYZE globex__crm__people.events_p202511");
      for (const login of ["acme_bi", "acme_pipeline", "api", "auditor"]) for (const sql of ["SELECT * FROM pg_stats", "SELECT * FROM pg_stats_ext", "SELECT * FROM pg_statistic", "SELECT lo_create(0)", "SELECT pg_advisory_lock(1)"])
        expect(await as(login, {}, sql), `${login}: ${sql}`).toBe(DENIED);
    });
  });

  describe("attack 17: TRUNCATE and COPY", () => {
    const attack = (): Promise<Answer> => as("acme_pipeline", { tenant: "acme" }, "TRUNCATE sales__orders.lines");
    test("are refused", async () => {
      expect(await attack()).toBe(DENIED);
      for (const login of ["acme_pipeline", "acme_risk", "api", "auditor"]) for (const sql of ["TRUNCATE sales__orders.orders CASCADE", "COPY sales__orders.orders TO STDOUT", "COPY sales__orders.orders FROM STDIN", "COPY (SELECT * FROM sales__orders.orders) TO STDOUT", "COPY (SELECT 1) TO PROGRAM 'true'", "LOCK TABLE sales__orders.orders"])
        expect([DENIED, "25006"], `${login}: ${sql}`).toContain(await as(login, { tenant: "acme" }, sql));
    });
    test("TRUNCATE takes every tenant's rows where it is granted", async () => {
      await mutate("lines", (sql) => edit(sql, "CALL pg_temp.allow('SELECT', 'table', 'sales__orders', 'lines', 'bh_view');", "CALL pg_temp.allow('TRUNCATE', 'table', 'sales__orders', 'lines', 'bh_writer');"));
      expect(await attack()).toEqual([]);
      expect((await store.admin.query("SELECT * FROM sales__orders.lines")).rows).toEqual([]);
    });
  });

  describe("attack 42: a column below its level", () => {
    const attack = (): Promise<Answer> => as("acme_bi", { tenant: "acme" }, "SELECT customer FROM sales__orders.orders_internal WHERE id = 1");
    test("shows its mask at every clearance", async () => {
      const read = async (clearance: string, principal?: string): Promise<unknown> => {
        const answer = await as("api", { role: `c_${clearance}`, tenant: "acme", ...(principal && { principal }) }, `SELECT to_jsonb(v) - 'tenant_id' AS row FROM sales__orders.orders_${clearance} v ORDER BY v.region NULLS LAST`);
        return typeof answer === "string" ? answer : answer.map((r) => r["row"]);
      };
      const masked = { region: "eu", customer: "a1b5a0b24b4b1ccf", card: "****1111", email: "[REDACTED]", passport: null };
      const hash = (await store.admin.query("SELECT left(encode(sha256('Ann acme'), 'hex'), 16) AS h")).rows[0].h as string;
      masked.customer = hash;
      const empty = { region: null, customer: null, card: "****", email: null, passport: null };
      expect(await read("public")).toEqual([masked, empty]);
      expect(await read("internal")).toEqual([{ id: 1, ...masked }, { id: 2, ...empty }]);
      const clear = { id: 1, region: "eu", customer: "Ann acme", card: "4111111111111111", email: "ann@acme.example", margin: 10.5, passport: null };
      expect(await read("confidential")).toEqual([clear, { id: 2, ...empty, card: "4111", margin: null }]);
      expect(await read("confidential", "dpo@example.com")).toEqual([{ ...clear, passport: "P-acme" }, { id: 2, ...empty, card: "4111", margin: null }]);
      expect(await read("public", "dpo@example.com")).toEqual([{ ...masked, passport: "P-acme" }, empty]);
    });
    test("a principal of another tenant, and one that a direct login claims to be, see the mask (D15)", async () => {
      const passport = (schema: string): string => `SELECT passport FROM ${schema}_confidential WHERE id = 1`;
      expect(await as("api", { role: "c_confidential", tenant: "acme", principal: "dpo@acme.example" }, passport("acme__crm__people.people"))).toEqual([{ passport: "P-acme" }]);
      expect(await as("api", { role: "c_confidential", tenant: "acme", principal: "dpo@globex.example" }, passport("acme__crm__people.people"))).toEqual([{ passport: null }]);
      expect(await as("api", { role: "c_confidential", tenant: "acme", principal: "dpo@acme.example" }, passport("sales__orders.orders"))).toEqual([{ passport: null }]);
      expect(await as("acme_risk", { tenant: "acme", principal: "dpo@acme.example" }, passport("acme__crm__people.people"))).toEqual([{ passport: null }]);
    });
    test("a forged principal is believed without the question which login it is", async () => {
      await mutate("store", (sql) => edit(sql, "session_user = 'api'::name", "true"));
      expect(await as("acme_risk", { tenant: "acme", principal: "dpo@acme.example" }, "SELECT passport FROM acme__crm__people.people_confidential")).toEqual([{ passport: "P-acme" }]);
    });
    test("is shown as it is without the mask", async () => {
      expect(await attack()).not.toEqual([{ customer: "Ann acme" }]);
      await mutate("orders", (sql) => edit(sql, `"left"(encode(sha256(convert_to(t."customer"::text, 'UTF8')), 'hex'), 16) AS "customer"`, `t."customer" AS "customer"`));
      expect(await attack()).toEqual([{ customer: "Ann acme" }]);
    });
  });

  describe("attack 43: a masked column in a condition, an order or a join", () => {
    const base = "SELECT o.tenant_id FROM sales__orders.orders o WHERE o.customer = 'Ann acme' ORDER BY o.margin";
    const attack = (): Promise<Answer> => as("acme_bi", { tenant: "acme" }, base);
    test("is refused on the table, and on the view meets the mask", async () => {
      for (const login of ["acme_bi", "acme_risk", "acme_pipeline", "globex_bi", "auditor"]) expect(await as(login, { tenant: "acme" }, base)).toBe(DENIED);
      expect(await as("api", { role: "c_confidential", tenant: "acme" }, base)).toBe(DENIED);
      const view = "SELECT id FROM sales__orders.orders_internal";
      expect(await as("acme_bi", { tenant: "acme" }, `${view} WHERE customer = 'Ann acme'`)).toEqual([]);
      expect(await as("acme_bi", { tenant: "acme" }, `${view} WHERE card LIKE '4111%'`)).toEqual([]);
      expect(await as("acme_bi", { tenant: "acme" }, `${view} WHERE passport IS NOT NULL`)).toEqual([]);
      for (const sql of [`${view} WHERE margin > 1`, `${view} ORDER BY margin`]) expect(await as("acme_bi", { tenant: "acme" }, sql)).toBe("42703");
      expect(await as("acme_bi", { tenant: "acme" }, "SELECT 1 FROM sales__orders.orders_internal v JOIN sales__orders.orders o USING (id)")).toBe(DENIED);
    });
    test("succeeds with the base grant and policy that readers do not have", async () => {
      await mutate("orders", (sql) => edit(edit(sql, "'sales__orders', 'orders', 'bh_view');", "'sales__orders', 'orders', 'c_internal');"), "'SELECT', 'bh_view',", "'SELECT', 'c_internal',"));
      expect(await attack()).toEqual([{ tenant_id: "acme" }]);
    });
  });

  describe("the auditor (D26)", () => {
    test("reads the catalogue and the record of what was applied, and not one row, key or hash", async () => {
      expect(await as("auditor", {}, "SELECT count(*)::int AS n FROM bulkhead.applied")).toEqual([{ n: 5 }]);
      expect(await as("auditor", {}, "SELECT count(*)::int AS n FROM pg_policy WHERE polname = 'bh_wall'")).toEqual([{ n: 17 }]);
      const relations = (await store.admin.query("SELECT format('%I.%I', schemaname, name) AS r FROM (SELECT schemaname, tablename AS name FROM pg_tables UNION ALL SELECT schemaname, viewname FROM pg_views) x WHERE schemaname IN ('app', 'bulkhead') OR schemaname LIKE '%\\_\\_%'")).rows;
      expect(relations.length).toBeGreaterThan(40);
      for (const { r } of relations) if (r !== "bulkhead.applied") expect(await as("auditor", { tenant: "acme" }, `SELECT * FROM ${r}`), r).toBe(DENIED);
      expect(await as("auditor", {}, "SELECT rolpassword FROM pg_authid")).toBe(DENIED);
      expect(await as("auditor", { role: "c_internal", tenant: "acme" }, orders)).toBe(DENIED);
    });
  });
});
