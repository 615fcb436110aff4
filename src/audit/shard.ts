/** Parts of a run: which tenants are whose, and what the whole run remembers. */
import type { AuditReport } from "../model/finding.ts";
import { compareFindings, comparePlaced } from "../model/order.ts";
import { remember } from "./memory.ts";

/** The shard of a tenant: by FNV-1a of its name, so that all processes agree. Shard 0 also has what belongs to none (D27). */
export function shardOf(tenant: string | undefined, of: number): number {
  if (tenant === undefined) return 0;
  let sum = 0x811c9dc5;
  for (const byte of Buffer.from(tenant)) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return sum % of;
}

/**
 * Ages the report of a run, merged from its shards, by what earlier runs found, as one process does its own: `dir` is `remember`'s. What a tenant's shard
 * did not read is not resolved, whatever the other shards read; nothing is of a tenant whose shard is not there.
 */
export async function rememberRun(dir: string, merged: AuditReport, shards: readonly AuditReport[]): Promise<AuditReport> {
  const byIndex = new Map(shards.map((shard) => [shard.scope.shard!.index, shard]));
  const of = shards[0]!.scope.shard!.of;
  const own = (tenant: string | undefined): AuditReport | undefined => byIndex.get(shardOf(tenant, of));
  const { cluster, pending, coverage, started, scope: { tenants } } = merged;
  const { findings, resolved, notices } = await remember(dir, {
    cluster, findings: merged.findings, pending, coverage, coverageOf: (tenant) => own(tenant)?.coverage ?? [],
    covers: (tenant) => own(tenant) !== undefined && (tenants === undefined || (tenant !== undefined && tenants.includes(tenant))),
  }, started);
  const told = new Set([...findings, ...resolved].map(({ id }) => id));
  return {
    ...merged, findings: findings.sort(compareFindings),
    // A shard with a memory of its own may have said so already.
    resolved: [...resolved, ...merged.resolved.filter(({ id }) => !told.has(id))].sort(comparePlaced),
    notices: [...merged.notices, ...notices],
  };
}
