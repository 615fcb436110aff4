/** The law: what Rook makes of the rendered objects is what the auditor reads, under the rendered auditor's keys and nothing else. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Manifest } from "../../../src/layers/layer.ts";
import { storageLayer } from "../../../src/layers/storage/index.ts";
import { storagePlatformState, storageState } from "../../../src/layers/storage/state.ts";
import { type DomainSpec, collect, platform, tenant } from "../../layers/events/fixture.ts";
import { suiteCount } from "../provision/index.ts";
import { type Stage, renderedTree, stageFleet } from "./stage.ts";

/** What 16.2 shows no auditor. */
const BLIND = ["user", "users beside git's"];

const level = fc.constantFrom("public" as const, "internal" as const, "confidential" as const, "restricted" as const);
const product = fc.record({ files: level, expireAfter: fc.option(fc.integer({ min: 1, max: 4000 }), { nil: undefined }) });
const fleets = fc.array(fc.record({
  domains: fc.array(fc.array(product, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  consumers: fc.array(fc.record({ clearance: level }), { maxLength: 3 }),
}), { minLength: 1, maxLength: 3 });

/** A generated fleet, whose names no other fleet on the server has. */
function render(n: number, fleet: fc.infer<typeof fleets>): Manifest[] {
  const p = { ...platform(), name: `gen${n}` };
  const made = fleet.map(({ domains, consumers }, t) => tenant(
    `t${n}-${t}`,
    domains.map((products, d): DomainSpec => ({ id: `d${d}`, products: products.map(({ files, expireAfter }, i) => ({ id: `p${i}`, files, ...(expireAfter !== undefined && { expireAfter }) })) })),
    consumers.map(({ clearance }, c) => ({ name: `c${c}`, clearance, access: ["files"] })),
  ));
  const users = collect((output) => storageLayer.renderPlatform!(storagePlatformState({ platform: p, cluster: "prod-eu", sharedTables: [] })!, output));
  return [...users, ...made.flatMap((t) => collect((output) => storageLayer.renderTenant!(storageState({ platform: p, tenant: t, cluster: "prod-eu" })!, output)))].map(({ manifest }) => manifest);
}

export function lawSuite(stage: () => Stage): void {
  describe("the law", () => {
    test("the example fleet: no difference, every kind read but users, and those are unknown with a reason", async () => {
      const { differences, coverage } = await stage().audit();
      expect(differences).toEqual([]);
      expect(coverage.filter(({ state }) => state !== "read").map(({ what, state, objects }) => [what, state, objects])).toEqual(BLIND.map((what) => [what, "unknown", 0]));
      expect(coverage.filter(({ state }) => state === "read").map(({ what, objects }) => [what, objects])).toEqual(["bucket", "policy", "acl", "lifecycle", "versioning"].map((what) => [what, 2]));
      expect(coverage.map(({ reason }) => reason).join()).toContain("users=read is never given");
    });

    test("applied again: no difference", async () => {
      const again = await stageFleet(stage().ceph, stage().tree, stage().keys);
      again.end();
      expect((await again.audit()).differences).toEqual([]);
    });
  });
}

/** Last: what lives of these fleets is nobody's in the example's git. */
export function generatedSuite(stage: () => Stage): void {
  describe("the law of generated fleets", () => {
    test("no difference, and none beside others' buckets", async () => {
      for (const [n, fleet] of fc.sample(fleets, { seed: 20, numRuns: suiteCount("storage", "fleets") }).entries()) {
        const other = await stageFleet(stage().ceph, renderedTree(render(n, fleet)), stage().keys);
        other.end();
        const { differences, coverage } = await other.audit();
        expect(differences, JSON.stringify(fleet)).toEqual([]);
        expect(coverage.filter(({ state }) => state !== "read").map(({ what }) => what)).toEqual(BLIND);
      }
    });
  });
}
