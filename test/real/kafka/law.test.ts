/** read(apply(render(state))) = state, on Apache Kafka, under the rendered auditor's rights. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { kafkaAudit } from "../../../src/layers/events/plane.ts";
import { platform, tenant } from "../../layers/events/fixture.ts";
import { suiteCount } from "../provision/index.ts";
import { committed, rendered, Stage } from "./stage.ts";

const KINDS = ["acl", "quota", "topic", "user"];
let stage: Stage;
describe.skipIf(inject("kafka") === null)("on Apache Kafka", () => {
  beforeAll(async () => { stage = await Stage.start({ brokers: 3 }); });
  afterAll(() => stage?.stop());

  describe.each(["prod-eu", "prod-us"])("the example fleet on %s", (cluster) => {
    beforeAll(async () => { await stage.empty(); await stage.hold(committed(cluster)); });

    test("what git declares is what is read, and every kind was read whole", async () => {
      expect(await stage.settled()).toEqual([]);
      const reading = await stage.read();
      expect(reading.coverage.filter(({ state }) => state === "read").map(({ what }) => what).sort()).toEqual(KINDS);
      expect(reading.coverage.filter(({ state }) => state === "unknown")).toEqual([]);
      const { items } = kafkaAudit.items(stage.store.state, reading);
      expect(new Set(items.map(({ kind }) => kind))).toEqual(new Set(KINDS));
    });

    test("applying again changes nothing", async () => {
      await stage.apply();
      expect(await stage.settled()).toEqual([]);
    });
  });

  const id = fc.stringMatching(/^[a-z][a-z0-9]{2,6}$/);
  const level = fc.constantFrom("public" as const, "internal" as const, "confidential" as const);
  const fleet = fc.uniqueArray(fc.record({ id, domains: fc.uniqueArray(fc.record({ id, level }), { selector: (d) => d.id, minLength: 1, maxLength: 3 }), consumers: fc.uniqueArray(fc.record({ name: id, clearance: level }), { selector: (c) => c.name, maxLength: 3 }) }), { selector: (t) => t.id, minLength: 1, maxLength: 4 });

  test("generated fleets", async () => {
    await fc.assert(fc.asyncProperty(fleet, async (tenants) => {
      await stage.empty();
      await stage.hold(rendered(platform(), tenants.map(({ id: name, domains, consumers }) => tenant(name, domains, consumers.map((one) => ({ ...one, access: ["events"] as const })) as never))));
      expect(await stage.settled()).toEqual([]);
    }), { numRuns: suiteCount("kafka", "fleets"), seed: 7410, endOnFailure: true });
  });
});
