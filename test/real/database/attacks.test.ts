/** Attacks 07 to 13 of the threat table with real logins; each is refused, and succeeds once the line that stops it is taken out. */
import { describe, expect, test } from "vitest";
import { edit, request } from "./harness.ts";
import { type Answer, DENIED, orders, setStage, tenantsIn } from "./stage.ts";

describe.each([15, 18] as const)("PostgreSQL %i", (version) => {
  const stage = setStage(version);
  const { as, mutate, mutateAnew, rebuild, left } = stage;

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
      const pooled = await stage.store.login("api");
      await pooled.query(`BEGIN; SET LOCAL ROLE c_internal; SET ${local ? "LOCAL" : ""} app.tenant_id = 'acme'; ${orders}; COMMIT`);
      const answer = await request(pooled, { role: "c_internal" }, orders);
      await pooled.end();
      return answer;
    };
    test("is refused", async () => expect(await attack(true)).toBe(DENIED));
    test("succeeds where a service leaves out LOCAL", async () => expect(tenantsIn(await attack(false))).toEqual(["acme"]));
    test("outside a transaction SET LOCAL does nothing, and nothing is read", async () => {
      const pooled = await stage.store.login("api");
      await pooled.query("SET LOCAL app.tenant_id = 'acme'");
      expect(await request(pooled, { role: "c_internal" }, orders)).toBe(DENIED);
      await pooled.end();
    });
  });

  describe("attack 09: a login with the owner's rights", () => {
    const attack = async (): Promise<Answer> => {
      await stage.store.admin.query("DROP ROLE IF EXISTS mole; CREATE ROLE mole LOGIN PASSWORD 'mole'; GRANT bh_owner, bh_view TO mole; GRANT CONNECT ON DATABASE platform TO mole");
      const mole = await stage.store.server.connect({ user: "mole", password: "mole" });
      const answer = await request(mole, { role: "bh_owner" }, "SELECT tenant_id FROM sales__orders.orders");
      await mole.end();
      await stage.store.admin.query("DROP OWNED BY mole; DROP ROLE mole");
      return answer;
    };
    test("reads nothing: no permissive policy is the owner's", async () => expect(await attack()).toEqual([]));
    test("succeeds without FORCE", async () => {
      await mutateAnew("orders", (sql) => sql, (e) => edit(e, "'ALTER TABLE %s FORCE ROW LEVEL SECURITY'", "'ALTER TABLE %s NO FORCE ROW LEVEL SECURITY'"));
      expect(tenantsIn(await attack())).toEqual(["acme", "globex"]);
    });
    test("no role of Bulkhead is superuser, bypasses, or is a member of an owner", async () => {
      const { rows } = await stage.store.admin.query(`SELECT rolname FROM pg_roles r JOIN bulkhead.owned o ON o.kind = 'role' AND o.name = r.rolname
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
      const client = await stage.store.login("acme_bi");
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
      await stage.store.admin.query("CREATE POLICY later ON sales__orders.orders USING (true) WITH CHECK (true)");
      const answers = [await as("acme_bi", { tenant: "acme" }, orders), await as("api", { role: "c_internal", tenant: "acme" }, orders), await as("acme_pipeline", { tenant: "acme" }, "SELECT tenant_id FROM sales__orders.orders_writer")];
      await stage.store.admin.query("DROP POLICY later ON sales__orders.orders");
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
    const plant = (): Promise<unknown> => stage.store.admin.query("INSERT INTO sales__orders.orders(tenant_id, id, region) VALUES ('globex', 99, 'zz') ON CONFLICT DO NOTHING");
    test("a reference to another's row is refused; equal keys are no conflict; a delete leaves the other's rows", async () => {
      await plant();
      expect(await refer()).toBe("23503");
      expect(await same()).toEqual([]);
      await as("acme_pipeline", own, "DELETE FROM sales__orders.orders_writer WHERE id IN (1, 99)");
      const { rows } = await stage.store.admin.query("SELECT tenant_id FROM sales__orders.lines");
      expect(rows).toEqual([{ tenant_id: "globex" }]);
      await stage.store.seed();
    });
    test("the reference is accepted where keys do not begin with the tenant", async () => {
      left.behind = "anew";
      await rebuild();
      const bare = (sql: string): string => edit(sql, "ARRAY['tenant_id', 'id']", "ARRAY['id']");
      await stage.store.run(bare(stage.store.sql("orders")));
      await stage.store.run(edit(bare(stage.store.sql("lines")), "ARRAY['tenant_id', 'order_id']", "ARRAY['order_id']"));
      await plant();
      expect(await refer()).toEqual([]);
    });
    test("an equal key is a conflict where a unique constraint does not begin with the tenant", async () => {
      left.behind = "orders";
      await stage.store.admin.query("DELETE FROM sales__orders.orders");
      await stage.store.run(edit(stage.store.sql("orders"), "'UNIQUE', ARRAY['tenant_id', 'region', 'id']", "'UNIQUE', ARRAY['region', 'id']"));
      await plant();
      expect(await same()).toBe("23505");
      await stage.store.apply("orders");
      await stage.store.seed();
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
});
