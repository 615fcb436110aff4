import { describe, expect, test } from "vitest";
import { platformState, tenantState } from "../../../src/layers/database/state.ts";
import { quoteCode, quoteIdent, quoteLiteral } from "../../../src/layers/database/sql/quote.ts";
import { ENGINE, unitSql } from "../../../src/layers/database/sql/unit.ts";
import { HOSTILE, makeTenant, platform, sharedTables } from "./fleet.ts";

const tenant = (id: string, cluster = "prod-eu") => tenantState({ platform, tenant: makeTenant(id), cluster });
const stores = () => platformState({ platform, cluster: "prod-eu", sharedTables })!;

describe("state", () => {
  test("is rendered at the store's home only (D3)", () => {
    expect(tenant("acme", "prod-us")).toBeUndefined();
    expect(platformState({ platform, cluster: "prod-us", sharedTables })).toBeUndefined();
    expect(tenant("acme")?.units.map((u) => u.state.unit)).toEqual(["tenant/acme"]);
    expect(stores().units.map((u) => u.state.unit)).toEqual(["store/main", "shared/sales__orders.lines", "shared/sales__orders.orders"]);
  });
  test("is the same for the same input and is plain data", () => {
    expect(tenant("acme")).toEqual(tenant("acme"));
    for (const u of [...stores().units, ...tenant("acme")!.units]) expect(JSON.parse(JSON.stringify(u.state))).toEqual(u.state);
  });
  test("nothing of the platform's names a tenant (D5, D12)", () => {
    for (const u of stores().units) expect(unitSql(u.state).text).not.toMatch(/acme|globex/);
  });
  test("a tenant's unit names no other tenant and no shared table but in keys and principals", () => {
    const { text } = unitSql(tenant("acme")!.units[0]!.state);
    expect(text).not.toContain("globex");
    expect(text.split("\n").filter((l) => l.includes("'sales__orders'")).map((l) => l.slice(0, 24)).sort()).toEqual(["CALL pg_temp.principal('", "CALL pg_temp.reference('"]);
  });
  test("roles: one login a consumer with SQL access, one pipeline, and no other login", () => {
    const { roles, members } = tenant("acme")!.units[0]!.state;
    expect(roles.map((r) => [r.name, r.login])).toEqual([["t_acme", false], ["acme_writer", false], ["acme_pipeline", true], ["acme_bi", true], ["acme_risk", true]]);
    const of = (member: string) => members.filter((m) => m.member === member).map((m) => m.role);
    expect(of("acme_bi")).toEqual(["t_acme", "c_internal", "bh_connect"]);
    expect(of("acme_risk")).toEqual(["t_acme", "c_confidential", "bh_connect"]);
    expect(of("acme_pipeline")).toEqual(["t_acme", "acme_writer", "bh_connect"]);
    expect(of("api")).toEqual(["t_acme"]);
  });
  test("tables: the tenant in front of every key, no base grant beside two roles, walls on each", () => {
    const { tables, grants } = tenant("acme")!.units[0]!.state;
    for (const t of tables) {
      for (const c of t.constraints) if (c.kind !== "check") expect(c.columns[0]).toBe("tenant_id");
      for (const c of t.constraints) if (c.kind === "foreign") expect(c.references.columns[0]).toBe("tenant_id");
      for (const i of t.indexes) expect(i.columns[0]).toBe("tenant_id");
      expect(t.policies.filter((p) => !p.permissive).map((p) => [p.role, p.command])).toEqual([["public", "ALL"]]);
      expect(t.policies.filter((p) => p.permissive).map((p) => p.role)).toEqual(["bh_view", "bh_write"]);
      expect(grants.filter((g) => g.kind === "table" && g.name === t.name).map((g) => g.role)).toEqual(["bh_view", "bh_write"]);
    }
    expect(grants.flatMap((g) => g.privileges).filter((p) => /TRUNCATE|REFERENCES|TRIGGER|CREATE/.test(p))).toEqual([]);
  });
  test("partitions cover the months, their ends and the rest", () => {
    const events = tenant("acme")!.units[0]!.state.tables.find((t) => t.name === "events")!;
    expect(events.partitions).toEqual([
      { name: "events_p202511", bound: "FOR VALUES FROM ('2025-11-01 00:00:00+00') TO ('2025-12-01 00:00:00+00')" },
      { name: "events_p202512", bound: "FOR VALUES FROM ('2025-12-01 00:00:00+00') TO ('2026-01-01 00:00:00+00')" },
      { name: "events_p202601", bound: "FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2026-02-01 00:00:00+00')" },
      { name: "events_pdefault", bound: "DEFAULT" },
    ]);
  });
});

describe("SQL text", () => {
  test("the digest changes with the state and with the engine only", () => {
    const state = tenant("acme")!.units[0]!.state;
    expect(unitSql(state).digest).toBe(unitSql(structuredClone(state)).digest);
    expect(unitSql({ ...state, principals: [] }).digest).not.toBe(unitSql(state).digest);
    expect(unitSql(state).text).toContain(unitSql(state).digest);
  });
  test("holds no password and no key of one", () => {
    for (const u of [...stores().units, ...tenant("acme")!.units]) expect(unitSql(u.state).text).not.toMatch(/platform\/database/);
  });
  test("a comment cannot be left", () => {
    const state = { ...tenant("acme")!.units[0]!.state, source: { file: "a\nDROP TABLE x; --\u2028\r.ts", path: "" } };
    expect(unitSql(state).text.split("\n").filter((l) => l.startsWith("DROP"))).toEqual([]);
  });
  test("the engine is small and works in pg_temp alone", () => {
    expect(ENGINE.length).toBeLessThan(50_000);
    const made = ENGINE.split("\n").filter((l) => l.startsWith("CREATE"));
    expect(made.length).toBeGreaterThan(30);
    expect(made.filter((l) => !/^CREATE OR REPLACE (FUNCTION|PROCEDURE) pg_temp\./.test(l))).toEqual([]);
  });
  test.each([
    ["it's", "'it''s'"], ["a\\b", "E'a\\\\b'"], ["\0", "'\uFFFD'"], ["\uD800", "'\uFFFD'"], ["$sql$", "'$sql$'"],
  ])("quotes %j as a literal", (text, sql) => expect(quoteLiteral(text)).toBe(sql));
  test("quotes identifiers and code", () => {
    expect(quoteIdent('a"b')).toBe('"a""b"');
    expect(quoteCode("a $sql$ b $sql1$")).toBe("$sql2$a $sql$ b $sql1$$sql2$");
    expect(quoteCode("ends with $sql")).toBe("$sql1$ends with $sql$sql1$");
    expect(quoteLiteral(HOSTILE)).toMatch(/^E'/);
  });
});
