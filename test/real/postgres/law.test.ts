/** read(apply(render(state))) = state, with the rendered auditor's rights and no more (DESIGN §2). */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { deparsedOf } from "../../../src/layers/database/deparse.ts";
import { supportsMask } from "../../../src/layers/database/mask.ts";
import type { Sensitivity, Tenant } from "../../../src/model/fleet.ts";
import type { Tree } from "../../../src/model/plane.ts";
import { TYPES } from "./record.ts";
import { dedicated, makeTenant, platform, sharedTables } from "../../layers/database/fleet.ts";
import { distTree, fleetTree } from "../../layers/database/tree.ts";
import { short, Stage } from "./stage.ts";

/** One tenant with a column of every type at every level and mask, under names that are keywords. */
function everyType(seed: number): Tenant {
  const { keywords } = deparsedOf(18)!;
  const words = keywords.split(" ").filter((word) => /^[a-z_]+$/.test(word) && word !== "tenant_id");
  const masks: Sensitivity[] = [{ level: "public" }, { level: "internal" }, ...(["pii-name", "pii-identifier", "pii-contact", "business"] as const).map((category) => ({ level: "confidential" as const, category })), { level: "restricted", principals: [] }];
  const given = TYPES.map((type) => type.replace("(77,66)", `(${20 + seed},${seed})`).replace("(77)", `(${3 + seed})`));
  const columns = given.flatMap((type, t) => masks.filter(({ category }) => !category || supportsMask(type, category)).map((sensitivity, m) => ({ name: (t + m + seed) % 2 === 0 ? `${words[(t * 7 + m + seed) % words.length]}` : `c_${t}_${m}`, type, nullable: (t + m) % 3 !== 0, sensitivity, lineage: [], source: { file: "x.ts", path: "" } })));
  const unique = columns.filter((c, i) => columns.findIndex((other) => other.name === c.name) === i);
  const [table] = dedicated("acme");
  const id = { name: "id", type: "integer", nullable: false, sensitivity: { level: "internal" as const }, lineage: [], source: { file: "x.ts", path: "" } };
  return makeTenant("acme", {}, [{ ...table!, name: words[seed]!, columns: [id, ...unique.filter((c) => c.name !== "id")] }]);
}

describe.each([15, 18] as const)("PostgreSQL %i", (version) => {
  let stage: Stage;
  const counts = new Set<number>();
  beforeAll(async () => { stage = await Stage.start(version); });
  afterAll(() => stage.stop());

  test.each([
    ["the example fleet, prod-eu", () => distTree("prod-eu")],
    ["the example fleet, prod-us", () => distTree("prod-us")],
    ["a fleet by hand: hostile texts, partitions, keywords as names", () => fleetTree(platform, "prod-eu", sharedTables, [makeTenant("acme"), makeTenant("globex")])],
    ...[0, 1, 2].map((seed) => [`every type, level and mask, keywords as names, ${seed}`, () => fleetTree(platform, "prod-eu", sharedTables, [everyType(seed), makeTenant("globex")])] as [string, () => Tree]),
  ])("%s", async (_, tree) => {
    await stage.use(tree());
    const asked = vi.spyOn(pg.Client.prototype, "query");
    const { differences, coverage } = await stage.audit();
    // Whatever there is, the number of questions is the same.
    counts.add(asked.mock.calls.length);
    asked.mockRestore();
    expect([...counts]).toHaveLength(1);
    expect([...counts][0]).toBeLessThan(100);
    expect(differences.map((d) => [short(d), d.changes])).toEqual([]);
    expect(coverage.filter(({ state }) => state === "unknown")).toEqual([]);
  });
});
