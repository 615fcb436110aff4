/** What a tenant's programs do on a broker, one request each; gives Kafka's error code, 0 where it was done. */
import { setTimeout as pause } from "node:timers/promises";
import * as kafka from "@platformatic/kafka";
import type { Broker } from "../apply/broker.ts";

export const TOPIC_DENIED = 29, GROUP_DENIED = 30, CLUSTER_DENIED = 31, TRANSACTION_DENIED = 53;
/** A coordinator that has not come up yet. */
const EARLY: ReadonlySet<number> = new Set([14, 15, 16]);

async function codeOf(ask: Promise<unknown>): Promise<number> {
  try { await ask; return 0; } catch (error) {
    const code = (error as { errors?: { apiCode?: number }[] }).errors?.find(({ apiCode }) => apiCode)?.apiCode;
    if (code === undefined) throw error;
    return code;
  }
}
async function whenReady(ask: () => Promise<number>): Promise<number> {
  for (const end = Date.now() + 20_000; ; await pause(50)) { const code = await ask(); if (!EARLY.has(code) || Date.now() > end) return code; }
}

/** Texts of the records of partition 0. */
export async function fetchRecords({ connection }: Broker, topic: string): Promise<string[]> {
  const partitions = [{ partition: 0, currentLeaderEpoch: -1, fetchOffset: 0n, lastFetchedEpoch: -1, partitionMaxBytes: 1_000_000 }];
  const { responses } = await kafka.fetchV11.api.async(connection, 100, 0, 1_000_000, 0, 0, -1, [{ topicId: topic, partitions }], [], "");
  return responses.flatMap((one) => one.partitions.flatMap(({ records }) => (records ?? []).flatMap((batch) => batch.records.map(({ value }) => String(value)))));
}
export const read = (broker: Broker, topic: string): Promise<number> => codeOf(fetchRecords(broker, topic));
export const write = ({ connection }: Broker, topic: string, text = "x"): Promise<number> => codeOf(kafka.produceV9.api.async(connection, 1, 10_000, [{ topic, partition: 0, value: Buffer.from(text) }], {}));
/** Milliseconds for which the broker tells a writer to wait. */
export async function throttle({ connection }: Broker, topic: string, bytes: number): Promise<number> {
  const { throttleTimeMs } = (await kafka.produceV9.api.async(connection, 1, 10_000, [{ topic, partition: 0, value: Buffer.alloc(bytes) }], {})) as { throttleTimeMs: number };
  return throttleTimeMs;
}
export const describe = ({ connection }: Broker, topic: string): Promise<number> => codeOf(kafka.metadataV7.api.async(connection, [topic], false));
export const listed = async ({ connection }: Broker): Promise<string[]> => (await kafka.metadataV7.api.async(connection, null, false)).topics.map(({ name }) => name).filter((name) => !name.startsWith("__"));
export const resetOffsets = ({ connection }: Broker, group: string, topic: string): Promise<number> => whenReady(async () => {
  await codeOf(kafka.findCoordinatorV4.api.async(connection, 0, [group]));
  return codeOf(kafka.offsetCommitV8.api.async(connection, group, -1, "", null, [{ name: topic, partitions: [{ partitionIndex: 0, committedOffset: 0n, committedLeaderEpoch: -1, committedMetadata: "" }] }]));
});
export const deleteGroup = ({ connection }: Broker, group: string): Promise<number> => whenReady(() => codeOf(kafka.deleteGroupsV2.api.async(connection, [group])));
export const groups = async ({ connection }: Broker): Promise<string[]> => (await kafka.listGroupsV4.api.async(connection, [], [])).groups.map(({ groupId }) => groupId);
/** What a producer with transactions begins with: it ends whoever else has that id. */
export const fence = ({ connection }: Broker, id: string): Promise<number> => whenReady(async () => {
  await codeOf(kafka.findCoordinatorV4.api.async(connection, 1, [id]));
  return codeOf(kafka.initProducerIdV4.api.async(connection, id, 10_000, -1n, -1));
});
export const administer = (ask: Promise<void>): Promise<number> => codeOf(ask);
