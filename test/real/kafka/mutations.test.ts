/** Every single change is found as what it is, and its printed revert leaves nothing to find. */
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { kafkaAudit } from "../../../src/layers/events/plane.ts";
import { platform, tenant } from "../../layers/events/fixture.ts";
import { runRpk } from "../apply/rpk.ts";
import { INNOCENT, MUTATIONS } from "./mutations.ts";
import { rendered, Stage } from "./stage.ts";

const p = platform();
/** One broker: as many replicas. */
const alone = (...args: Parameters<typeof tenant>) => { const one = tenant(...args); for (const { topic } of one.domains) Object.assign(topic!, { replicas: 1, retention: 86_400_000 }); return one; };
const tenants = [
  alone("acme", [{ id: "sales", level: "internal", records: ["OrderPlaced"] }, { id: "hr", level: "restricted" }], [{ name: "reporting", clearance: "internal", access: ["events"] }]),
  alone("globex", [{ id: "sales", level: "public" }]),
];

describe.skipIf(inject("kafka") === null)("on Apache Kafka", () => {
  let stage: Stage;
  beforeAll(async () => { stage = await Stage.start(); await stage.hold(rendered(p, tenants)); });
  afterAll(() => stage?.stop());

  // One failure is one failure.
  afterEach(async ({ task }) => { if (task.result?.state === "fail") { await stage.empty(); await stage.apply(); } });

  test("nothing differs before", async () => expect(await stage.settled()).toEqual([]));

  test("names of mutations are told apart", () => expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length));

  describe.each(MUTATIONS)("$name", ({ make, kind, item, of, tenant: whose, status, changes = [], impact, note, operator, away }) => {
    test("is found, is the only finding, and is put back by what is printed", async () => {
      await make(stage.admin);
      // All of it, where it is more than one change: as often as it looks half done.
      const found = await stage.settled((all) => all.some((one) => one.kind === kind && one.status === status && one.changes.length === changes.length));
      expect(found.map((one) => [one.kind, one.namespace, one.name, one.tenant, one.status])).toEqual([[kind, of, item, whose, status]]);
      const [difference] = found;
      expect(difference!.changes.map(({ pointer, kind: how }) => `${pointer} ${how}`)).toEqual(changes);
      expect(kafkaAudit.impact(difference!)).toBe(impact);
      if (note) expect(difference!.live!.note).toMatch(note);
      const { commands, note: words } = kafkaAudit.revert(difference!, stage.store);
      expect([commands.length > 0, words !== undefined]).toEqual(away || (operator && status === "missing") ? [false, true] : [true, expect.anything()]);
      for (const command of commands) await runRpk(stage.admin, command);
      await away?.(stage.admin);
      if (operator) await stage.apply();
      expect(await stage.settled()).toEqual([]);
    });
  });

  test.each(INNOCENT)("$name: no finding", async ({ make }) => {
    await make(stage.admin);
    // Brokers learn in order: when this is found, the other has been seen.
    await stage.admin.createTopics([{ name: "bulkhead.mark", partitions: 1, replicas: 1 }]);
    expect((await stage.settled((all) => all.length > 0)).map(({ kind, name }) => [kind, name])).toEqual([["topic", "bulkhead.mark"]]);
    await stage.admin.deleteTopics("bulkhead.mark");
    expect(await stage.settled()).toEqual([]);
  });
});
