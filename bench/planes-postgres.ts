/** One audit of a PostgreSQL store with 2,000 tables, each with walls, three policies, four views and grants; `npm run bench -- planes`. */
import pg from "pg";
import { compareItems } from "../src/compare/items.ts";
import { postgresAudit } from "../src/layers/database/plane.ts";
import type { StoreState } from "../src/layers/database/desired.ts";
import { makeTenant, platform } from "../test/layers/database/fleet.ts";
import { fleetTree } from "../test/layers/database/tree.ts";
import { Stage } from "../test/real/postgres/stage.ts";
import type { PlaneRow } from "./row.ts";

const [TENANTS, EACH] = [20, 100] as const;

/** Starts PostgreSQL 18, applies a fleet of 2,000 tables as its Jobs do, and audits it three times: the middle one. */
export async function benchPostgres(say: (line: string) => void): Promise<PlaneRow[]> {
  const tenants = Array.from({ length: TENANTS }, (_, n) => {
    const id = `tenant${String(n).padStart(2, "0")}`;
    const [people] = makeTenant(id).domains[1]!.products[0]!.tables;
    return makeTenant(id, {}, Array.from({ length: EACH }, (__, t) => ({ ...people!, name: `people${String(t).padStart(3, "0")}` })));
  });
  const tree = fleetTree(platform, "prod-eu", [], tenants.map((tenant) => ({ ...tenant, domains: tenant.domains.slice(1) })));
  say("applying 2,000 tables: some minutes");
  const stage = await Stage.start(18, tree);
  try {
    const queries = { count: 0 };
    const { query } = pg.Client.prototype;
    const runs: { read: number; whole: number; queries: number; items: number; found: number }[] = [];
    for (let n = 0; n < 3; n++) {
      queries.count = 0;
      // biome-ignore lint/suspicious/noExplicitAny: counted, whatever its form.
      pg.Client.prototype.query = function (this: pg.Client, ...given: any[]) { queries.count++; return (query as any).apply(this, given); } as typeof query;
      const start = performance.now();
      const reading = await postgresAudit.read(stage.access(), stage.store.state as StoreState);
      const read = performance.now();
      const { items } = postgresAudit.items(stage.store.state, reading);
      const found = compareItems(items, reading.items, reading.coverage).length;
      const end = performance.now();
      pg.Client.prototype.query = query;
      runs.push({ read: (read - start) / 1000, whole: (end - start) / 1000, queries: queries.count, items: reading.items.length, found });
      say(`postgres: ${runs.at(-1)!.whole.toFixed(2)} s (${runs.at(-1)!.read.toFixed(2)} s read), ${queries.count} queries, ${reading.items.length} items, ${found} differences`);
    }
    const middle = runs.sort((a, b) => a.whole - b.whole)[1]!;
    return [{ what: `${TENANTS * EACH} tables with policies, views and grants on PostgreSQL 18`, seconds: middle.whole, bar: 3, note: `${middle.queries} queries, ${middle.items} items, ${middle.found} differences; of it ${middle.read.toFixed(2)} s until all was read` }];
  } finally {
    await stage.stop();
  }
}
