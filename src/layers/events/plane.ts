/** The kafka plane: what git declares on Redpanda's brokers, held against what they have. */
import type { PlaneAudit } from "../../model/plane.ts";
import { desired, type KafkaState, wants } from "./desired.ts";
import { declaredItems } from "./items.ts";
import { probeKafka } from "./probe.ts";
import { readKafka } from "./read.ts";
import { impact, revert } from "./revert.ts";

export const kafkaAudit: PlaneAudit<KafkaState> = {
  plane: "kafka", wants, desired, impact, revert,
  items: (state) => ({ items: declaredItems(state), unknown: [] }),
  read: readKafka, probe: probeKafka,
};
