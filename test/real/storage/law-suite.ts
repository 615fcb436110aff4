/** The law: what Rook makes of the rendered objects is what the auditor reads, under the rendered auditor's keys and nothing else. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { platform } from "../../layers/events/fixture.ts";
import { fleetsOf, renderStorage } from "../../layers/storage/fleets.ts";
import { suiteCount } from "../provision/index.ts";
import { type Stage, stageFleet } from "./stage.ts";
import { renderedTree } from "./tree.ts";

/** What 16.2 shows no auditor. */
const BLIND = ["user", "users beside git's"];

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
      for (let n = 0; n < suiteCount("storage", "fleets"); n++) {
        // Names that no other fleet on the server has.
        const [fleet] = fc.sample(fleetsOf(`t${n}-`), { seed: n, numRuns: 1 });
        const { manifests } = renderStorage({ ...platform(), name: `gen${n}` }, fleet!);
        const other = await stageFleet(stage().ceph, renderedTree(manifests), stage().keys);
        other.end();
        const { differences, coverage } = await other.audit();
        expect(differences, `seed ${n}`).toEqual([]);
        expect(coverage.filter(({ state }) => state !== "read").map(({ what }) => what)).toEqual(BLIND);
      }
    });
  });
}
