/** The kafka plane at 10,000 topics: one reading under the auditor's rights, and its comparison, against a real broker. */
import { setTimeout as pause } from "node:timers/promises";
import { compareItems } from "../src/compare/items.ts";
import { kafkaAudit } from "../src/layers/events/plane.ts";
import { platform, tenant } from "../test/layers/events/fixture.ts";
import type { AclBinding } from "../test/real/apply/broker.ts";
import { passwordOf } from "../test/real/apply/redpanda.ts";
import { rendered, Stage } from "../test/real/kafka/stage.ts";
import type { PlaneRow } from "./row.ts";

const [TENANTS, DOMAINS, ROUNDS, BATCH] = [100, 100, 5, 500];
/** Consumers a tenant: with one there are 20,900 rules, with three 61,300. */
const SIZES: readonly [consumers: number, bar?: number][] = [[1, 5], [3]];

function fleet(consumers: number) {
  return Array.from({ length: TENANTS }, (_, t) => {
    const one = tenant(`tenant${t}`, Array.from({ length: DOMAINS }, (_, d) => ({ id: `domain${d}`, level: "internal" as const })), Array.from({ length: consumers }, (_, c) => ({ name: `reader${c}`, clearance: "internal" as const, access: ["events" as const] })));
    for (const { topic } of one.domains) Object.assign(topic!, { replicas: 1, partitions: 1 });
    return one;
  });
}

/** Fills a broker, and reads it. */
export async function benchKafka(say: (line: string) => void): Promise<PlaneRow[]> {
  // Files of indexes are as large as they may become, on a broker that nobody writes to.
  const stage = await Stage.start({ heap: 2048, steady: true, settings: { "log.index.size.max.bytes": "4096", "num.partitions": "1" } });
  const rows: PlaneRow[] = [];
  try {
    for (const [consumers, bar] of SIZES) {
      const tree = rendered(platform(), fleet(consumers));
      const [store] = kafkaAudit.desired(tree);
      const state = (stage.store = store as typeof stage.store).state;
      const live = await stage.admin.topics();
      for (const batch of batches(state.topics.filter(({ name }) => !live.has(name)), BATCH)) await stage.admin.createTopics(batch.map(({ name, partitions, replicas, config }) => ({ name, partitions, replicas, config: config as Record<string, string> })));
      const rules = state.users.flatMap(({ name, rules: all }) => all.filter(({ resource }) => resource !== "subject").flatMap(({ operations, resource, pattern, name: at }): AclBinding[] => operations.map((operation) => ({ principal: `User:${name}`, resource, pattern: pattern as "literal", name: at, operation }))));
      for (const batch of batches(rules, BATCH)) await stage.admin.createAcls(...batch);
      const users = await stage.admin.users();
      for (const { name } of state.users) if (!users.has(name)) await stage.admin.setPassword(name, passwordOf(name));
      for (const { user, producer, consumer } of state.quotas) await stage.admin.alterQuota([{ type: "user", name: user }], { ...(producer !== undefined && { producer_byte_rate: producer }), ...(consumer !== undefined && { consumer_byte_rate: consumer }) });
      // A broker opens a topic's files after it has promised them, ten seconds' promises in a minute or two; what was asked afterwards waits for that.
      while ((await stage.admin.topics()).size < state.topics.length || (await stage.admin.users()).size < state.users.length) await pause(500);
      say(`kafka: ${state.topics.length} topics, ${rules.length} rules, ${state.users.length} users`);
      const differs = (await stage.settled()).length;
      if (differs > 0) throw new Error(`the broker is not what it was made: ${differs} differences`);
      const rounds: { seconds: number; worked: number }[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const [begun, before] = [performance.now(), process.cpuUsage()];
        const reading = await stage.read();
        compareItems(kafkaAudit.items(state, reading).items, reading.items, reading.coverage);
        const { user, system } = process.cpuUsage(before);
        rounds.push({ seconds: (performance.now() - begun) / 1000, worked: (user + system) / 1e6 });
      }
      const best = rounds.toSorted((a, b) => a.seconds - b.seconds)[0]!;
      rows.push({ what: `${state.topics.length} topics, ${rules.length} rules`, seconds: best.seconds, ...(bar !== undefined && { bar }), note: `the quickest of ${ROUNDS}; ${best.worked.toFixed(2)} s of it are CPU of the auditor` });
      say(`kafka: ${best.seconds.toFixed(2)} s, of which ${best.worked.toFixed(2)} s of this process`);
    }
    return rows;
  } finally {
    await stage.stop();
  }
}

function* batches<T>(things: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < things.length; at += size) yield things.slice(at, at + size);
}
