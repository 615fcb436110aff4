import { afterAll, describe, expect, inject, test } from "vitest";
import { parse } from "yaml";
import { applyOrder, type OrderedFile } from "../../../src/layers/gitops/index.ts";
import { type ControlPlaneData, connectControlPlane, suiteCount } from "../provision/index.ts";
import { Applier, cluster, installCrds, makeForeignNamespaces } from "./applier.ts";

const data = inject("controlPlane");

/** A fixed shuffle: the seed is printed with a failure. */
function shuffle<T>(items: readonly T[], seed: number): T[] {
  const list = [...items];
  let state = seed;
  for (let i = list.length - 1; i > 0; i--) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const j = state % (i + 1);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}

describe.skipIf(data === null)("the example fleet on a real API server", () => {
  const plane = connectControlPlane(data ?? ({} as ControlPlaneData));
  const applying = new Applier(plane);
  afterAll(() => { plane.close(); });

  test("upstream's CRDs are served, and the namespaces of systems that are there before Bulkhead exist", async () => {
    expect(await installCrds(plane)).toBeGreaterThan(8);
    await makeForeignNamespaces(plane);
  });

  test("prod-eu in D6's order: nothing rejected, no warning", async () => {
    const files: OrderedFile[] = applyOrder(cluster("prod-eu"));
    expect(files.length).toBeGreaterThan(100);
    const { rejected } = await applying.settle(files, Date.now() + 60_000);
    expect(rejected).toEqual([]);
    expect(applying.warnings).toEqual([]);
  });

  /** Fixed seeds, as many as the budget says. */
  const seeds = Array.from({ length: suiteCount("fleet", "orders") }, (_, i) => 7 + 20_261_117 * i);
  test.each(seeds)("both clusters in random order (seed %i) with bindings active: nothing rejected, no warning", async (seed) => {
    for (const name of ["prod-us", "prod-eu"]) {
      const { rejected } = await applying.settle(shuffle(cluster(name), seed), Date.now() + 60_000);
      expect(rejected, `${name}, seed ${seed}`).toEqual([]);
    }
    expect(applying.warnings).toEqual([]);
  });

  test("a second apply changes nothing", async () => {
    const versions = async (): Promise<string[]> => Promise.all(cluster("prod-eu").map(async ({ path, text }) => `${path} ${(await plane.request("GET", (await applying.url(parse(text)))!)).body.metadata.resourceVersion}`));
    await applying.settle(applyOrder(cluster("prod-eu")), Date.now() + 60_000);
    const before = await versions();
    await applying.settle(applyOrder(cluster("prod-eu")), Date.now() + 60_000);
    expect((await versions()).filter((v, i) => v !== before[i])).toEqual([]);
  });
});
