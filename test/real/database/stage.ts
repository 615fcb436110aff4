/** The stage of the attacks: a store with two tenants and their rows, logins, and mutants of its SQL. */
import type pg from "pg";
import { afterAll, afterEach, beforeAll } from "vitest";
import { ENGINE } from "../../../src/layers/database/sql/unit.ts";
import { request, type Session, Store } from "./harness.ts";

/** What a request gave: rows, or the SQLSTATE it was refused with. */
export type Answer = Awaited<ReturnType<typeof request>>;
export const DENIED = "42501";
export const orders = "SELECT tenant_id FROM sales__orders.orders_internal";
/** The tenants whose rows an answer shows. */
export const tenantsIn = (answer: Answer): unknown[] => (typeof answer === "string" ? [answer] : [...new Set(answer.map((r) => r["tenant_id"]))].sort());

/** Sets the stage up for one suite; every mutant is taken away after the test that made it. */
export function setStage(version: 15 | 18) {
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
  const left: { behind?: string } = {};
  afterEach(async () => {
    const unit = left.behind;
    left.behind = undefined;
    if (unit === undefined) return;
    if (unit !== "anew") return store.apply(unit);
    await rebuild();
    await store.apply("orders", "lines", "acme", "globex");
    await store.seed();
  });
  const rebuild = (): Promise<unknown> => store.admin.query("DROP SCHEMA IF EXISTS sales__orders, acme__crm__people, globex__crm__people CASCADE");
  /** Applies the mutant of a unit. */
  const mutate = async (unit: string, sql: (text: string) => string): Promise<void> => {
    left.behind = unit;
    await store.run(sql(store.sql(unit)));
  };
  /** Applies a mutant on tables made anew: what the unit only adds, or what it would put back. */
  const mutateAnew = async (unit: string, sql: (text: string) => string, engine: (text: string) => string = (e) => e): Promise<void> => {
    left.behind = "anew";
    await rebuild();
    for (const u of ["orders", "lines", "globex"]) await (u === unit ? store.run(sql(store.sql(u)), engine(ENGINE)) : store.apply(u));
    const rows = "VALUES ('acme', 1, 'eu'), ('globex', 1, 'eu')";
    await store.admin.query(`INSERT INTO sales__orders.orders(tenant_id, id, region) ${rows}; INSERT INTO globex__crm__people.events VALUES ('globex', 1, '2025-11-05')`);
  };
  return {
    as, mutate, mutateAnew, rebuild, left,
    /** The store, once the suite has begun. */
    get store(): Store { return store; },
  };
}
