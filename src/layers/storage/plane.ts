/** The s3 plane: buckets, policies and users of Ceph's radosgw. */
import type { PlaneAudit } from "../../model/plane.ts";
import { type StoreState, desiredStores, isStorage } from "./desired.ts";
import { impactOf } from "./impact.ts";
import { declaredItems } from "./items.ts";
import { revertOf } from "./revert.ts";

export const s3Audit: PlaneAudit<StoreState> = {
  plane: "s3", wants: isStorage, desired: desiredStores, items: declaredItems, impact: impactOf, revert: revertOf,
  read: async (access, state) => (await import("./read.ts")).readStore(access, state),
  probe: async (access, state) => (await import("./probe.ts")).probeStore(access, state),
};
