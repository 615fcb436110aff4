/** The postgres plane: what the audit knows of the layer. */
import type { PlaneAudit } from "../../model/plane.ts";
import { appliesSql, desiredStores, isDatabaseText, type StoreState } from "./desired.ts";
import { impactOf } from "./impact.ts";
import { itemsOf } from "./items.ts";
import { probeStore } from "./probe.ts";
import { readStore } from "./read.ts";
import { revertOf } from "./revert.ts";

export const postgresAudit: PlaneAudit<StoreState> = {
  plane: "postgres",
  wants: appliesSql,
  wantsText: isDatabaseText,
  desired: desiredStores, items: itemsOf, read: readStore, probe: probeStore, impact: impactOf, revert: revertOf,
};
