/** Effects, only with `--probe` (D37): whether the brokers do refuse what no rule allows. Asks for no record that there can be. */
import type { ItemCoverage, ProbeFailure, StoreAccess } from "../../model/plane.ts";
import type { KafkaState } from "./desired.ts";
import { DENIED, openWire, Unanswered } from "./wire.ts";

/** Topics that are tried, evenly over all: an authorizer that is off lets every one through. */
const TRIED = 50;

/** Tries to read, beyond every offset, topics that the auditor has no right to read. */
export async function probeKafka(access: StoreAccess, { topics }: KafkaState): Promise<{ failures: ProbeFailure[]; coverage: ItemCoverage[] }> {
  const wire = await openWire(access);
  const failures: ProbeFailure[] = [];
  const step = Math.max(1, Math.floor(topics.length / TRIED));
  let tried = 0;
  try {
    for (let at = 0; at < topics.length; at += step) {
      const { name, place: { tenant } } = topics[at]!;
      const code = await wire.readAttempt(name);
      tried++;
      if (!DENIED.has(code)) failures.push({ kind: "topic", name, ...(tenant !== undefined && { tenant }), note: "the auditor, whom no rule of git lets read, was not refused: the authorizer is off, or a rule reaches too far" });
    }
    return { failures, coverage: [{ what: "read-probe", state: "read", objects: tried }] };
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    return { failures, coverage: [{ what: "read-probe", state: "unknown", objects: tried, reason: error.message }] };
  } finally {
    await wire.close();
  }
}
