import type { Change, Finding, PlaneObject } from "../../model/finding.ts";
import type { DesiredStore, ItemDifference, PlaneAudit, ProbeFailure, Reading, Tree } from "../../model/plane.ts";
import { findingId, type Raw } from "../kubernetes/judge.ts";
import { maskChange } from "../mask.ts";
import { isOlder } from "./older.ts";

export interface FindingContext { cluster: string; audit: PlaneAudit; store: DesiredStore; tree: Tree }

/** A difference of a store as a finding: neither aged nor allowed yet. */
export function findingOf(difference: ItemDifference, context: FindingContext, reading: Reading): Raw {
  const { cluster, audit, store } = context;
  const { kind, namespace, name, tenant, status, desired, live } = difference;
  const object: PlaneObject = { plane: audit.plane, store: store.store, kind, ...(namespace !== undefined && { namespace }), name };
  const judged = (changes: Change[]): Pick<Finding, "changes" | "impact" | "revert"> => {
    const about = { ...difference, changes };
    return { changes: changes.map((change) => maskChange(change, desired?.value, live?.value)), impact: audit.impact(about), revert: audit.revert(about, store) };
  };
  return {
    id: findingId(cluster, object), object, ...(tenant !== undefined && { tenant }), status, ...judged(difference.changes),
    ...(desired?.owner !== undefined && { owner: desired.owner }), ...(desired?.source && { source: desired.source }), ...(desired?.file !== undefined && { file: desired.file }),
    confidence: "typed", ...(live?.note !== undefined && { note: live.note }),
    sides: { ...(desired && { desired: desired.value }), ...(live && { live: live.value }) }, revise: judged,
    older: (read) => isOlder(difference, { ...context, reading }, read),
  };
}

/** What a probe found: the configuration may be as declared, and its effect is not. */
export function probeFinding({ kind, namespace, name, tenant, note }: ProbeFailure, { cluster, audit, store }: FindingContext): Raw {
  const object: PlaneObject = { plane: audit.plane, store: store.store, kind: `${kind}-probe`, ...(namespace !== undefined && { namespace }), name };
  return {
    id: findingId(cluster, object), object, ...(tenant !== undefined && { tenant }), status: "changed", impact: "isolation", changes: [], confidence: "typed", note,
    revert: { commands: [], note: "the probe says what is possible, not why: revert this store's other findings first; with none, the declaration itself lets it through" }, sides: {},
  };
}
