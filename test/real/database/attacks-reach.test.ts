/** Attacks 14 to 43 of the threat table with real logins, and the auditor; each is refused, and succeeds once the line that stops it is taken out. */
import { describe, expect, test } from "vitest";
import { edit, request } from "./harness.ts";
import { type Answer, DENIED, orders, setStage, tenantsIn } from "./stage.ts";

describe.each([15, 18] as const)("PostgreSQL %i", (version) => {
  const stage = setStage(version);
  const { as, mutate, mutateAnew, left } = stage;

  describe("attack 14: a partition read directly", () => {
    const attack = async (): Promise<Answer[]> => {
      await stage.store.admin.query("GRANT USAGE ON SCHEMA globex__crm__people TO acme_bi; GRANT SELECT ON globex__crm__people.events_p202511 TO acme_bi");
      return [await as("acme_bi", { tenant: "acme" }, "SELECT tenant_id FROM globex__crm__people.events_p202511"), await as("acme_bi", {}, "SELECT tenant_id FROM globex__crm__people.events_p202511")];
    };
    test("is refused: no grants", async () => {
      for (const login of ["acme_bi", "acme_pipeline", "globex_bi", "globex_pipeline", "auditor"])
        expect(await as(login, { tenant: login.split("_")[0]! }, "SELECT * FROM globex__crm__people.events_p202511")).toBe(DENIED);
    });
    test("and with a grant shows nothing: walls on every partition", async () => {
      // Without a permissive policy for the login nothing passes before the wall is even asked.
      expect((await attack()).flat()).toEqual([]);
      left.behind = "globex";
    });
    test("succeeds where only the parent has walls", async () => {
      const root = "(select pg_temp.oid_of(schema, name))";
await mutateAnew("globex", (sql) => sql, (e) => edit(edit(e, "from pg_temp.family(pg_temp.oid_of(schema, name)) f(oid)", `from ${root} f(oid)`), "for rel in select * from pg_temp.family(pg_temp.oid_of(schema, name)) loop", `for rel in ${root} loop`));
      expect((await attack()).map(tenantsIn)).toEqual([["globex"], ["globex"]]);
    });
  });

  describe("attack 16: functions that tell what they see, and statistics", () => {
    const attack = async (column: string): Promise<string[]> => {
      const client = await stage.store.login("acme_risk");
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
      await stage.store.admin.query(leakproof);
      await stage.store.run(edit(stage.store.sql("store"), "CALL pg_temp.harden();", ""));
      expect((await attack("customer")).join()).toContain("globex");
      await stage.store.apply("store");
      expect((await attack("customer")).join()).not.toContain("globex");
    });
    test("statistics, large objects and advisory locks are refused to everybody", async () => {
      await stage.store.admin.query("ANALYZE sales__orders.orders; ANALYZE globex__crm__people.events_p202511");
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
      expect((await stage.store.admin.query("SELECT * FROM sales__orders.lines")).rows).toEqual([]);
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
      const hash = (await stage.store.admin.query("SELECT left(encode(sha256('Ann acme'), 'hex'), 16) AS h")).rows[0].h as string;
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
      const relations = (await stage.store.admin.query("SELECT format('%I.%I', schemaname, name) AS r FROM (SELECT schemaname, tablename AS name FROM pg_tables UNION ALL SELECT schemaname, viewname FROM pg_views) x WHERE schemaname IN ('app', 'bulkhead') OR schemaname LIKE '%\\_\\_%'")).rows;
      expect(relations.length).toBeGreaterThan(40);
      for (const { r } of relations) if (r !== "bulkhead.applied") expect(await as("auditor", { tenant: "acme" }, `SELECT * FROM ${r}`), r).toBe(DENIED);
      expect(await as("auditor", {}, "SELECT rolpassword FROM pg_authid")).toBe(DENIED);
      expect(await as("auditor", { role: "c_internal", tenant: "acme" }, orders)).toBe(DENIED);
    });
  });
});
