/** What a server does not say is unknown, never absent and never clean; and why is said in Bulkhead's own words. */
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareItems } from "../../../src/compare/items.ts";
import { KINDS } from "../../../src/layers/database/read.ts";
import { postgresAudit } from "../../../src/layers/database/plane.ts";
import { type StoreAccess, StoreUnreadable } from "../../../src/model/plane.ts";
import { makeTenant, platform, sharedTables } from "../../layers/database/fleet.ts";
import { freePorts } from "../provision/server.ts";
import { startProxy } from "./proxy.ts";
import { password, Stage } from "./stage.ts";
import { fleetTree } from "../../layers/database/tree.ts";

describe.each([15, 18] as const)("PostgreSQL %i", (version) => {
  let stage: Stage;
  beforeAll(async () => { stage = await Stage.start(version, fleetTree(platform, "prod-eu", sharedTables, [makeTenant("acme"), makeTenant("globex")])); });
  afterAll(() => stage.stop());
  const refusal = async (rest: Partial<StoreAccess>): Promise<string> => {
    const error: unknown = await postgresAudit.read(stage.access(rest), stage.store.state).then(() => undefined, (e: unknown) => e);
    expect(error).toBeInstanceOf(StoreUnreadable);
    return (error as Error).message;
  };

  test("a wrong password, a login that is none, a port without a server, TLS that is not spoken, an address that is none", async () => {
    const [port] = await freePorts(1);
    expect(await refusal({ password: "wrong" })).toBe("the credentials were refused");
    expect(await refusal({ user: "nobody\u001b[31m" })).toBe("the credentials were refused");
    expect(await refusal({ endpoint: `127.0.0.1:${port}` })).toBe("nothing listens there");
    expect(await refusal({ plain: false })).toBe("the server does not speak TLS");
    expect(await refusal({ endpoint: "a b:c" })).toBe("its address is none: host:port is one");
  });

  test("a login without CONNECT, and another database", async () => {
    await stage.admin.query("REVOKE CONNECT ON DATABASE platform FROM auditor");
    expect(await refusal({})).toBe("permission denied");
    await stage.apply("store/main");
    const error: unknown = await postgresAudit.read(stage.access(), { ...stage.store.state, database: "elsewhere" }).catch((e: unknown) => e);
    expect((error as Error).message).toBe("the database does not exist");
  });

  test("something that is no PostgreSQL, and something that never answers", async () => {
    const garbage = createServer((socket) => { socket.on("error", () => undefined); socket.end("HTTP/1.1 400 \u001b[31mBad Request\r\n\r\n"); });
    await new Promise<void>((resolve) => garbage.listen(0, "127.0.0.1", resolve));
    const silent = createServer((socket) => { socket.on("error", () => undefined); });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const at = (server: typeof silent): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await refusal({ endpoint: at(garbage), timeoutMs: 3_000 })).toMatch(/^(?:the server gave no usable answer|the connection broke|no answer in time)$/);
    expect(await refusal({ endpoint: at(silent), timeoutMs: 300 })).toBe("no answer in time");
    garbage.close();
    silent.close();
  });

  test("a server that dies in the middle: what it had not said is unknown, and nothing of that is missing", async () => {
    const whole = await startProxy(stage.server);
    const { items: everything } = (await stage.audit({ endpoint: whole.endpoint })).reading;
    const bytes = whole.answered();
    await whole.close();
    let partly = 0;
    for (const then of ["cut", "silence"] as const) for (const part of then === "cut" ? [0.02, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.98] : [0.05, 0.5]) {
      const proxy = await startProxy(stage.server, Math.floor(bytes * part), then);
      try {
        const reading = await postgresAudit.read(stage.access({ endpoint: proxy.endpoint, timeoutMs: then === "cut" ? 10_000 : 800 }), stage.store.state);
        partly++;
        const unknown = new Set(reading.coverage.filter((c) => c.state === "unknown").map((c) => c.what));
        expect(unknown.size).toBeGreaterThan(0);
        for (const kind of KINDS) if (!unknown.has(kind)) expect(reading.items.filter((i) => i.kind === kind)).toEqual(everything.filter((i) => i.kind === kind));
        const { items, unknown: more } = postgresAudit.items(stage.store.state, reading);
        expect(compareItems(items, reading.items, [...reading.coverage, ...more])).toEqual([]);
      } catch (error) {
        expect(error).toBeInstanceOf(StoreUnreadable);
      } finally {
        await proxy.close();
      }
    }
    expect(partly).toBeGreaterThan(3);
  });

  test("an audit that is stopped ends at once", async () => {
    const stop = new AbortController();
    const proxy = await startProxy(stage.server, 3_000, "silence");
    const reading = postgresAudit.read(stage.access({ endpoint: proxy.endpoint, signal: stop.signal }), stage.store.state).then(() => "read", (e: unknown) => (e as Error).message);
    setTimeout(() => stop.abort(), 200);
    expect(await reading).toBe("it was stopped");
    await proxy.close();
  });

  test.each([
    ["pg_policy", ["policy"]], ["pg_constraint", ["constraint", "index"]], ["pg_proc", ["server", "function", "event trigger", "catalogue"]], ["pg_attribute", ["column", "catalogue"]], ["pg_default_acl", ["default privileges"]], ["pg_trigger", ["table", "foreign table", "sequence", "trigger"]],
  ])("a login that may not read %s", async (catalogue, kinds) => {
    await stage.admin.query(`REVOKE SELECT ON pg_catalog.${catalogue} FROM PUBLIC`);
    try {
      const { reading, coverage, differences } = await stage.audit();
      const unknown = coverage.filter((c) => c.state === "unknown");
      expect(unknown.map((c) => c.what)).toEqual(expect.arrayContaining(kinds));
      for (const { what, reason } of unknown) expect([what, reason]).toEqual([what, "permission denied"]);
      expect(reading.coverage.filter((c) => c.state === "read").length).toBeGreaterThan(3);
      expect(differences.filter((d) => kinds.includes(d.kind))).toEqual([]);
      expect(differences.filter((d) => d.status === "missing")).toEqual([]);
    } finally {
      await stage.admin.query(`GRANT SELECT ON pg_catalog.${catalogue} TO PUBLIC`);
    }
  });

  test("a login that may not read what was applied", async () => {
    await stage.admin.query("REVOKE SELECT ON bulkhead.applied FROM auditor");
    const { coverage, differences } = await stage.audit();
    expect(coverage.find((c) => c.what === "unit")).toMatchObject({ state: "unknown", reason: "permission denied" });
    expect(differences.map((d) => d.kind)).toEqual(["table"]);
    await stage.apply("store/main");
  });

  test("a version of which nobody recorded how it writes expressions: those kinds are unknown, all else is compared", async () => {
    await stage.admin.query("GRANT SELECT ON sales__orders.orders TO api; DROP POLICY bh_wall ON sales__orders.lines");
    const reading = await postgresAudit.read(stage.access(), stage.store.state);
    const future = { ...reading, facts: { ...reading.facts, major: "19" } };
    const { items, unknown } = postgresAudit.items(stage.store.state, future);
    expect(unknown.map((u) => u.what).sort()).toEqual(["constraint", "policy", "view"]);
    const found = compareItems(items, reading.items, [...reading.coverage, ...unknown]).filter((d) => d.kind !== "server" && d.kind !== "membership");
    expect(found.map((d) => `${d.kind} ${d.name} ${d.changes.map((c) => c.pointer).join()}`)).toEqual(["table orders /grants/api"]);
    await stage.apply("shared/sales__orders.orders", "shared/sales__orders.lines");
  });

  test("a reading holds no password and no verifier", async () => {
    const { reading } = await stage.audit();
    const text = JSON.stringify(reading);
    expect(text).not.toContain("SCRAM-SHA-256$");
    for (const login of ["api", "auditor", "acme_bi", "acme_pipeline"]) expect(text).not.toContain(JSON.stringify(password(login)).slice(1, -1));
  });
});
