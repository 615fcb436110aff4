/** The SQL converges: twice is once, order does not matter, what is no longer declared goes, other differences are refused. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyUnit } from "../../../src/layers/database/state/unit.ts";
import { unitSql } from "../../../src/layers/database/sql/unit.ts";
import { dedicated, HOSTILE, INTERNAL, makeTenant } from "../../layers/database/fleet.ts";
import { meaning, versions } from "./catalogue.ts";
import { edit, password, Store } from "./harness.ts";

describe.each([15, 18] as const)("PostgreSQL %i converges", (version) => {
  let store: Store;
  let clean: string[];
  beforeAll(async () => {
    store = await Store.start(version);
    await store.apply();
    clean = await meaning(store.admin);
  });
  afterAll(() => store.stop());

  test("tenants in the other order give the same database", async () => {
    await store.admin.end();
    const admin = await store.server.connect({ database: "postgres" });
    await admin.query("DROP DATABASE platform");
    const { rows } = await admin.query("SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> 'postgres'");
    for (const { rolname } of rows) await admin.query(`DROP ROLE "${rolname}"`);
    await admin.query("CREATE DATABASE platform");
    await admin.end();
    await store.connect();
    // A tenant's file needs the shared table that it refers to: until then it changes nothing.
    await store.apply("store");
    await expect(store.apply("globex")).rejects.toThrow("waits for sales__orders.orders");
    await store.apply("orders", "globex", "acme", "lines");
    expect(await meaning(store.admin)).toEqual(clean);
  });

  test("a second run changes nothing: no row of the catalogue and of the records is written", async () => {
    await store.seed();
    const before = await versions(store.admin);
    await store.apply();
    expect(await versions(store.admin)).toEqual(before);
    expect(before.length).toBeGreaterThan(3000);
  });

  test("a unit that waits says for what", async () => {
    const other = await store.server.connect({ database: "postgres" });
    await other.query("CREATE DATABASE empty");
    await other.end();
    const empty = await store.server.connect({ database: "empty" });
    await expect(empty.query((await import("../../../src/layers/database/sql/unit.ts")).ENGINE + store.sql("acme"))).rejects.toThrow("waits for the store's own unit");
    await empty.end();
  });

  test("hostile descriptions arrive as they are", async () => {
    const { rows } = await store.admin.query("SELECT obj_description('sales__orders.orders'::regclass, 'pg_class') AS d, col_description('sales__orders.orders'::regclass, 2) AS c");
    expect(rows[0]).toEqual({ d: HOSTILE, c: HOSTILE });
  });

  test("a new password is set once, and a changed one is put back", async () => {
    const bi = await store.login("acme_bi");
    expect((await bi.query("SELECT session_user")).rows).toHaveLength(1);
    await store.admin.query("ALTER ROLE acme_bi PASSWORD 'stolen'");
    await store.apply("acme");
    await expect(store.server.connect({ user: "acme_bi", password: "stolen" })).rejects.toThrow("password authentication failed");
    await (await store.login("acme_bi")).query("SELECT 1");
    const { rows } = await store.admin.query("SELECT (SELECT string_agg(a::text, '') FROM bulkhead.applied a) || (SELECT string_agg(c::text, '') FROM bulkhead.credential c) AS all");
    expect(rows[0].all).not.toContain(password("acme_bi"));
    await store.closeLogins();
  });

  test("limits of the plan hold", async () => {
    const bi = await store.login("acme_bi");
    expect((await bi.query("SELECT current_setting('statement_timeout') AS t, current_setting('work_mem') AS w")).rows).toEqual([{ t: "30s", w: "4MB" }]);
    for (let n = 1; n < 5; n++) await store.login("acme_bi");
    await expect(store.login("acme_bi")).rejects.toThrow("too many connections");
    await store.closeLogins();
  });

  test("what is no longer declared goes, data stays", async () => {
    const [people, events] = dedicated("acme");
    people!.columns = people!.columns.filter((c) => c.name !== "card");
    people!.references = [];
    people!.columns.push({ name: "note", type: "text", nullable: true, sensitivity: INTERNAL, lineage: [], source: people!.source });
    store.tenants[0] = makeTenant("acme", { consumers: makeTenant("acme").consumers.slice(1) }, [people!, events!]);
    await store.apply("acme");
    const now = await meaning(store.admin);
    const gone = clean.filter((row) => !now.includes(row));
    const came = now.filter((row) => !clean.includes(row));
    // The consumer, its memberships and its principals; the third table's views and grants; the column in every view.
    expect(now.filter((r) => r.includes("acme_bi"))).toEqual([]);
    expect(now.filter((r) => /relation acme__crm__people\.addresses_\w+ v/.test(r))).toEqual([]);
    expect(now.find((r) => r.startsWith("relation acme__crm__people.addresses "))).not.toMatch(/bh_view=|bh_write=/);
    expect(now.filter((r) => r.startsWith("column acme__crm__people.people_") && r.includes(".card "))).toEqual([]);
    expect(now.some((r) => r.startsWith("column acme__crm__people.people.card "))).toBe(true);
    expect(came.filter((r) => r.includes(".note "))).toHaveLength(4);
    expect(gone.length).toBeGreaterThan(10);
    expect(now.filter((r) => r.includes("globex"))).toEqual(clean.filter((r) => r.includes("globex")));
    const before = await versions(store.admin);
    await store.apply("acme");
    expect(await versions(store.admin)).toEqual(before);
    store.tenants[0] = makeTenant("acme");
    await store.apply("acme");
    const again = await meaning(store.admin);
    expect(again.filter((r) => !r.includes(".note "))).toEqual(clean);
    expect((await store.admin.query("SELECT count(*)::int AS n FROM acme__crm__people.people")).rows).toEqual([{ n: 1 }]);
  });

  test("a tenant that leaves keeps its data and nothing else, and the other stays as it was", async () => {
    const source = { file: "tenants/acme/tenant.ts", path: "" };
    await store.run(unitSql(emptyUnit({ unit: "tenant/acme", kind: "tenant", store: "main", tenant: "acme", source, owner: "platform" })).text);
    const now = await meaning(store.admin);
    const left = now.filter((r) => r.includes("acme"));
    expect(left.filter((r) => /^(role|member|setting|view|principal|function)/.test(r))).toEqual([]);
    expect(left.filter((r) => r.startsWith("relation") && /bh_view=|bh_write=|c_\w+=|PUBLIC/.test(r))).toEqual([]);
    expect((await store.admin.query("SELECT count(*)::int AS n FROM acme__crm__people.people")).rows).toEqual([{ n: 1 }]);
    expect(now.filter((r) => r.includes("globex"))).toEqual(clean.filter((r) => r.includes("globex")));
    await store.apply("acme");
    expect((await meaning(store.admin)).filter((r) => !r.includes(".note "))).toEqual(clean);
  });

  test("a shared table that left git is sealed by the store's unit", async () => {
    await store.run(edit(store.sql("store"), "ARRAY['shared/sales__orders.lines', 'shared/sales__orders.orders']", "ARRAY['shared/sales__orders.orders']"));
    const now = (await meaning(store.admin)).filter((r) => r.startsWith("relation sales__orders.lines"));
    expect(now.filter((r) => r.includes("lines_public") || r.includes("lines_writer"))).toEqual([]);
    expect(now.filter((r) => r.includes("bh_view="))).toEqual([]);
    await store.apply("lines");
    expect((await meaning(store.admin)).filter((r) => !r.includes(".note "))).toEqual(clean);
  });

  const views = "DROP VIEW sales__orders.lines_public, sales__orders.lines_internal, sales__orders.lines_confidential, sales__orders.lines_writer;";
  const differences: [string, string, string, RegExp][] = [
    ["a type", `${views} ALTER TABLE sales__orders.lines ALTER order_id TYPE bigint`, "lines", /column sales__orders.lines.order_id is bigint in the database and integer in git/],
    ["NOT NULL", "ALTER TABLE sales__orders.lines ALTER order_id DROP NOT NULL", "lines", /order_id is nullable in the database and NOT NULL in git/],
    ["the key", "ALTER TABLE sales__orders.lines DROP CONSTRAINT lines_pkey, ADD CONSTRAINT lines_pkey PRIMARY KEY (id, tenant_id)", "lines", /the key of sales__orders.lines is PRIMARY KEY \(id, tenant_id\) in the database/],
    ["a generated column", `${views} ALTER TABLE sales__orders.lines DROP order_id, ADD order_id integer NOT NULL GENERATED ALWAYS AS (id) STORED`, "lines", /order_id is generated in the database and plain in git/],
    ["the kind", "DROP VIEW sales__orders.lines_public; CREATE TABLE sales__orders.lines_public()", "lines", /lines_public is a r where git has a view/],
    ["partitioning", "DROP TABLE sales__orders.lines CASCADE; CREATE TABLE sales__orders.lines(tenant_id text NOT NULL, id integer NOT NULL, order_id integer NOT NULL) PARTITION BY LIST (tenant_id)", "lines", /is not the table that git declares/],
    ["a partition's bound", "ALTER TABLE acme__crm__people.events DETACH PARTITION acme__crm__people.events_p202511", "acme", /partition acme__crm__people.events_p202511 holds nothing/],
  ];
  test.each(differences)("a difference in %s is refused, and nothing is changed", async (_, sql, unit, message) => {
    await store.admin.query(sql);
    const before = await versions(store.admin);
    await expect(store.apply(unit)).rejects.toThrow(message);
    expect(await versions(store.admin)).toEqual(before);
    // What a person does then: here, begin again.
    await store.admin.query("DROP VIEW IF EXISTS sales__orders.lines_writer CASCADE");
    await store.admin.query("DROP TABLE sales__orders.lines CASCADE").catch(() => undefined);
    await store.admin.query("DROP TABLE IF EXISTS sales__orders.lines_public").catch(() => undefined);
    await store.admin.query("DROP TABLE acme__crm__people.events_p202511 CASCADE");
    await store.apply("lines", "acme");
    expect((await meaning(store.admin)).filter((r) => !r.includes(".note "))).toEqual(clean);
  });
});
