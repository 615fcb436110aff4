/** The probe asks what rights come to, by whatever way, and changes nothing. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgresAudit } from "../../../src/layers/database/plane.ts";
import { makeTenant, platform, sharedTables } from "../../layers/database/fleet.ts";
import { fleetTree } from "../../layers/database/tree.ts";
import { versions } from "../database/catalogue.ts";
import { Stage } from "./stage.ts";

describe.each([15, 18] as const)("PostgreSQL %i", (version) => {
  let stage: Stage;
  beforeAll(async () => { stage = await Stage.start(version, fleetTree(platform, "prod-eu", sharedTables, [makeTenant("acme"), makeTenant("globex")])); });
  afterAll(() => stage.stop());
  const probe = async (): Promise<string[]> => (await postgresAudit.probe!(stage.access(), stage.store.state)).failures.map((f) => `${f.namespace ?? ""} ${f.name}`).sort();

  test("what is declared gives nobody a base table, and asking changes nothing", async () => {
    const before = await versions(stage.admin);
    expect(await probe()).toEqual([]);
    expect(await versions(stage.admin)).toEqual(before);
  });
  test.each<[string, string, string[], string]>([
    ["a grant", "GRANT SELECT ON sales__orders.lines TO acme_bi", ["sales__orders lines.acme_bi"], "REVOKE SELECT ON sales__orders.lines FROM acme_bi"],
    ["a column", "GRANT SELECT (id) ON sales__orders.lines TO acme_bi", ["sales__orders lines.acme_bi"], "REVOKE SELECT (id) ON sales__orders.lines FROM acme_bi"],
    ["a member of a member", "CREATE ROLE stranger; GRANT bh_view TO stranger; CREATE ROLE other; GRANT stranger TO other", [" bh_view.other", " bh_view.stranger"], "DROP ROLE stranger, other"],
  ])("%s", async (_, sql, found, undo) => {
    await stage.admin.query(sql);
    const all = await probe();
    expect(all).toEqual(expect.arrayContaining(found));
    await stage.admin.query(undo);
    expect(await probe()).toEqual([]);
  });
});
