/** One tenant against another (facts §11, rows 18 to 20, and what lies beside them), with exactly the rendered rules; each succeeds when the one text that stops it is another. */
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { platform, tenant } from "../../layers/events/fixture.ts";
import type { Broker } from "../apply/broker.ts";
import { passwordOf } from "../apply/redpanda.ts";
import * as client from "./client.ts";
import { rendered, Stage } from "./stage.ts";

const { TOPIC_DENIED, GROUP_DENIED, CLUSTER_DENIED, TRANSACTION_DENIED } = client;
const alone = (...args: Parameters<typeof tenant>) => { const one = tenant(...args); for (const { topic } of one.domains) topic!.replicas = 1; return one; };
// The second begins as the first does, and so does the third.
const tenants = [
  alone("acme", [{ id: "sales", level: "internal" }, { id: "hr", level: "restricted" }], [{ name: "reporting", clearance: "internal", access: ["events"] }]),
  alone("acme2", [{ id: "sales", level: "public" }]),
  alone("globex", [{ id: "sales", level: "public" }]),
];
const THEIRS = "tenant.globex.sales";
const LIKE = "tenant.acme2.sales";
const OWN = "tenant.acme.sales";
const PIPELINE = "tenant.acme.pipeline";
const REPORTING = "tenant.acme.reporting";
const AUDITOR = "bulkhead.audit.stream-eu";

interface Attack {
  name: string;
  by: string;
  attempt(broker: Broker): Promise<number | string[]>;
  stopped: number | string[];
  /** Rule of the attacker's User by type and name, and what it says instead. */
  rule: [resource: string, name: string];
  instead: { name?: string; operations?: string[] };
  succeeds?: number | string[];
}
const ATTACKS: Attack[] = [
  { name: "row 18: a prefix reads what only begins alike", by: PIPELINE, attempt: (b) => client.read(b, LIKE), stopped: TOPIC_DENIED, rule: ["topic", "tenant.acme."], instead: { name: "tenant.acme" } },
  { name: "row 18: a prefix writes what only begins alike", by: PIPELINE, attempt: (b) => client.write(b, LIKE), stopped: TOPIC_DENIED, rule: ["topic", "tenant.acme."], instead: { name: "tenant.acme" } },
  { name: "another tenant's topic is read", by: PIPELINE, attempt: (b) => client.read(b, THEIRS), stopped: TOPIC_DENIED, rule: ["topic", "tenant.acme."], instead: { name: "tenant." } },
  { name: "another tenant's topic is written", by: PIPELINE, attempt: (b) => client.write(b, THEIRS), stopped: TOPIC_DENIED, rule: ["topic", "tenant.acme."], instead: { name: "tenant." } },
  { name: "another tenant's topic is described", by: PIPELINE, attempt: (b) => client.describe(b, THEIRS), stopped: TOPIC_DENIED, rule: ["topic", "tenant.acme."], instead: { name: "tenant." } },
  { name: "topics of all tenants are listed", by: PIPELINE, attempt: async (b) => (await client.listed(b)).filter((name) => !name.startsWith("tenant.acme.")).sort(), stopped: [], rule: ["topic", "tenant.acme."], instead: { name: "tenant." }, succeeds: [LIKE, THEIRS] },
  { name: "row 19: offsets of another tenant's group are set back", by: PIPELINE, attempt: (b) => client.resetOffsets(b, "tenant.globex.pipeline.load", OWN), stopped: GROUP_DENIED, rule: ["group", "tenant.acme."], instead: { name: "tenant." } },
  { name: "row 19: offsets of a group that only begins alike are set back", by: PIPELINE, attempt: (b) => client.resetOffsets(b, "tenant.acme2.pipeline.load", OWN), stopped: GROUP_DENIED, rule: ["group", "tenant.acme."], instead: { name: "tenant.acme" } },
  { name: "another tenant's producer is fenced by its transactional id", by: PIPELINE, attempt: (b) => client.fence(b, "tenant.globex.load"), stopped: TRANSACTION_DENIED, rule: ["transactionalId", "tenant.acme."], instead: { name: "tenant." } },
  { name: "a producer whose id only begins alike is fenced", by: PIPELINE, attempt: (b) => client.fence(b, "tenant.acme2.load"), stopped: TRANSACTION_DENIED, rule: ["transactionalId", "tenant.acme."], instead: { name: "tenant.acme" } },
  { name: "a consumer reads a topic above its clearance", by: REPORTING, attempt: (b) => client.read(b, "tenant.acme.hr"), stopped: TOPIC_DENIED, rule: ["topic", OWN], instead: { name: "tenant.acme.hr" } },
  { name: "a consumer writes a topic that it reads", by: REPORTING, attempt: (b) => client.write(b, OWN), stopped: TOPIC_DENIED, rule: ["topic", OWN], instead: { operations: ["Read", "Write"] } },
  { name: "a consumer sets back the pipeline's offsets", by: REPORTING, attempt: (b) => client.resetOffsets(b, `${PIPELINE}.load`, OWN), stopped: GROUP_DENIED, rule: ["group", `${REPORTING}.`], instead: { name: "tenant.acme." } },
  { name: "a pipeline makes a topic that no definition has", by: PIPELINE, attempt: (b) => client.administer(b.createTopics([{ name: "tenant.acme.copy", partitions: 1, replicas: 1 }])), stopped: TOPIC_DENIED, rule: ["topic", "tenant.acme."], instead: { operations: ["Create"] } },
  { name: "a pipeline keeps its records for ever", by: PIPELINE, attempt: (b) => client.administer(b.alterConfig(OWN, { "retention.ms": "-1" })), stopped: TOPIC_DENIED, rule: ["topic", "tenant.acme."], instead: { operations: ["AlterConfigs"] } },
  { name: "a pipeline deletes a topic", by: PIPELINE, attempt: (b) => client.administer(b.deleteTopics("tenant.acme.hr")), stopped: TOPIC_DENIED, rule: ["topic", "tenant.acme."], instead: { operations: ["Delete"] } },
  { name: "the auditor reads a record", by: AUDITOR, attempt: (b) => client.read(b, OWN), stopped: TOPIC_DENIED, rule: ["topic", "*"], instead: { operations: ["Read"] } },
  { name: "the auditor writes a record", by: AUDITOR, attempt: (b) => client.write(b, OWN), stopped: TOPIC_DENIED, rule: ["topic", "*"], instead: { operations: ["Write"] } },
  { name: "the auditor sets back a group's offsets", by: AUDITOR, attempt: (b) => client.deleteGroup(b, "tenant.acme.pipeline.load"), stopped: GROUP_DENIED, rule: ["group", "*"], instead: { operations: ["Delete"] }, succeeds: 69 },
  { name: "the auditor gives itself a right", by: AUDITOR, attempt: (b) => client.administer(b.createAcls({ principal: `User:${AUDITOR}`, resource: "topic", name: "*", operation: "Read" })), stopped: CLUSTER_DENIED, rule: ["cluster", ""], instead: { operations: ["Alter"] } },
  { name: "the auditor changes a password", by: AUDITOR, attempt: (b) => client.administer(b.setPassword(PIPELINE, "x")), stopped: CLUSTER_DENIED, rule: ["cluster", ""], instead: { operations: ["Alter"] } },
  { name: "the auditor takes a quota away", by: AUDITOR, attempt: (b) => client.administer(b.alterQuota([{ type: "user", name: PIPELINE }], {}, ["producer_byte_rate"])), stopped: CLUSTER_DENIED, rule: ["cluster", ""], instead: { operations: ["AlterConfigs"] } },
];

describe.skipIf(inject("kafka") === null)("on Apache Kafka", () => {
  let stage: Stage;
  beforeAll(async () => { stage = await Stage.start(); await renew(); });
  afterAll(() => stage?.stop());

  async function renew(): Promise<void> {
    await stage.empty();
    await stage.hold(rendered(platform(), tenants));
    expect(await stage.settled()).toEqual([]);
  }
  async function attack({ by, attempt }: Attack): Promise<number | string[]> {
    const broker = await stage.login(by);
    try { return await attempt(broker); } finally { await broker.close(); }
  }

  test("what a tenant is for works", async () => {
    const [pipeline, reporting] = [await stage.login(PIPELINE), await stage.login(REPORTING)];
    try {
      expect(await client.write(pipeline, OWN, "sold")).toBe(0);
      expect(await client.fetchRecords(pipeline, OWN)).toEqual(["sold"]);
      expect(await client.fetchRecords(reporting, OWN)).toEqual(["sold"]);
      expect(await client.resetOffsets(pipeline, `${PIPELINE}.load`, OWN)).toBe(0);
      expect(await client.resetOffsets(reporting, `${REPORTING}.load`, OWN)).toBe(0);
      expect(await client.fence(pipeline, "tenant.acme.load")).toBe(0);
    } finally { await pipeline.close(); await reporting.close(); }
  });

  test("who is not in git does not get in", () => expect(stage.login("nobody")).rejects.toThrow());

  test.each(ATTACKS)("$name: refused", async (one) => expect(await attack(one)).toEqual(one.stopped));

  describe.each(ATTACKS)("$name", (one) => {
    test("succeeds when its rule says otherwise, and the audit finds it", async () => {
      const user = stage.tree.manifests.find(({ manifest }) => manifest.kind === "User" && (manifest.metadata as { name: string }).name === one.by)!.manifest as any;
      const rule = user.spec.authorization.acls.find((acl: any) => acl.resource.type === one.rule[0] && acl.resource.name === one.rule[1]);
      const before = structuredClone(rule);
      if (one.instead.name !== undefined) rule.resource.name = one.instead.name;
      if (one.instead.operations) rule.operations = one.instead.operations;
      try {
        await stage.apply();
        // The auditor may be the one who was changed: asked is the administrator.
        await expect.poll(() => attack(one), { timeout: 10_000 }).toEqual(one.succeeds ?? 0);
        if (one.by !== AUDITOR) expect((await stage.differences()).filter(({ kind }) => kind === "acl").map(({ namespace }) => namespace)).toContain(`User:${one.by}`);
      } finally {
        rule.resource.name = before.resource.name;
        rule.operations = before.operations;
        await stage.admin.deleteTopics(...[...(await stage.admin.topics()).keys()].filter((name) => name === "tenant.acme.copy"));
        await stage.admin.setPassword(PIPELINE, passwordOf(PIPELINE));
        await stage.apply();
        expect(await stage.settled()).toEqual([]);
      }
    });
  });

  describe("row 20: a quota is evaded by another client id", () => {
    const waits = async (clientId: string): Promise<number> => {
      const broker = await stage.login(PIPELINE, clientId);
      try { return await client.throttle(broker, OWN, 60_000); } finally { await broker.close(); }
    };
    test("refused: the user waits, whatever its client is called", async () => {
      expect(await waits("one")).toBeGreaterThan(0);
      expect(await waits("another")).toBeGreaterThan(0);
    });
    test("succeeds when the quota is the client's", async () => {
      await stage.admin.alterQuota([{ type: "user", name: PIPELINE }], {}, ["producer_byte_rate"]);
      await stage.admin.alterQuota([{ type: "client-id", name: "three" }], { producer_byte_rate: 1000 });
      await expect.poll(async () => [(await waits("three")) > 0, await waits("four")], { timeout: 20_000 }).toEqual([true, 0]);
      await renew();
    });
  });

  test("row 21: a name that collides with a tenant's in metrics is refused by the broker", async () => {
    expect(await client.administer(stage.admin.createTopics([{ name: "tenant_acme.sales", partitions: 1, replicas: 1 }]))).toBe(17);
  });
});
