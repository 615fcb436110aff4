/** Parts of a run: which tenants are whose, and what the whole run remembers. */
import type { AuditReport, Coverage } from "../model/finding.ts";
import { compareFindings, comparePlaced } from "../model/order.ts";
import { remember } from "./memory.ts";

/** The shard of a tenant or a store: by FNV-1a of its name, so that all processes agree. Shard 0 also has what belongs to none (D27). */
export function shardOf(name: string | undefined, of: number): number {
  if (name === undefined) return 0;
  let sum = 0x811c9dc5;
  for (const byte of Buffer.from(name)) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return sum % of;
}

/**
 * Ages the report of a run, merged from its shards, by what earlier runs found, as one process does its own: `dir` is `remember`'s. Objects of Kubernetes are
 * read by the shard of their tenant, those of a store by the store's: what that shard did not read, or did not deliver, is not resolved, whatever the
 * others read.
 */
export async function rememberRun(dir: string, merged: AuditReport, shards: readonly AuditReport[]): Promise<AuditReport> {
  const byIndex = new Map(shards.map((shard) => [shard.scope.shard!.index, shard.coverage]));
  const of = shards[0]!.scope.shard!.of;
  const readBy = (name: string | undefined): readonly Coverage[] => byIndex.get(shardOf(name, of)) ?? [];
  const { cluster, pending, coverage, started, scope: { tenants } } = merged;
  const { findings, resolved, notices } = await remember(dir, {
    cluster, findings: merged.findings, pending, coverage,
    coverageOf: ({ plane, store }, tenant) => (plane === "kubernetes" ? readBy(tenant) : store === undefined ? coverage : readBy(store)),
    covers: (tenant) => tenants === undefined || (tenant !== undefined && tenants.includes(tenant)),
  }, started);
  const told = new Set([...findings, ...resolved].map(({ id }) => id));
  return {
    ...merged, findings: findings.sort(compareFindings),
    // A shard with a memory of its own may have said so already.
    resolved: [...resolved, ...merged.resolved.filter(({ id }) => !told.has(id))].sort(comparePlaced),
    notices: [...merged.notices, ...notices],
  };
}
