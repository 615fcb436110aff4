/** read(apply(render(state))) = state, with the rendered auditor's rights and no more (DESIGN §2). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeTenant, platform, sharedTables } from "../../layers/database/fleet.ts";
import { distTree, fleetTree } from "../../layers/database/tree.ts";
import { short, Stage } from "./stage.ts";

describe.each([15, 18] as const)("PostgreSQL %i", (version) => {
  let stage: Stage;
  beforeAll(async () => { stage = await Stage.start(version); });
  afterAll(() => stage.stop());

  test.each([
    ["the example fleet, prod-eu", () => distTree("prod-eu")],
    ["the example fleet, prod-us", () => distTree("prod-us")],
    ["a fleet by hand: hostile texts, partitions, keywords as names", () => fleetTree(platform, "prod-eu", sharedTables, [makeTenant("acme"), makeTenant("globex")])],
  ])("%s", async (_, tree) => {
    await stage.use(tree());
    const { differences, coverage } = await stage.audit();
    expect(differences.flatMap(short)).toEqual([]);
    expect(coverage.filter(({ state }) => state === "unknown")).toEqual([]);
  });
});
