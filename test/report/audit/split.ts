/** The shards of a run, made of the report of one process. */
import { shardOf } from "../../../src/audit/shard.ts";
import type { AuditReport } from "../../../src/model/finding.ts";

/** What each shard of a run would have reported of the whole. */
export function split(whole: AuditReport, of: number): AuditReport[] {
  const usesOf = whole.allowed.used.map((use, i) => ({ use, shard: i % of }));
  return Array.from({ length: of }, (_, index) => {
    const own = <T extends { tenant?: string | undefined }>(items: T[]): T[] => items.filter((item) => shardOf(item.tenant, of) === index);
    return {
      ...whole, scope: { ...whole.scope, shard: { index, of } }, findings: own(whole.findings), pending: own(whole.pending), verdicts: own(whole.verdicts), resolved: own(whole.resolved),
      // Unused here is what another shard may have used.
      allowed: { ...whole.allowed, used: usesOf.flatMap(({ use, shard }) => (shard === index ? [use] : [])), unmatched: [...whole.allowed.unmatched, ...usesOf.flatMap(({ use, shard }) => (shard === index ? [] : [{ rule: use.rule, index: use.index }]))].filter(({ index: at }) => !usesOf.some(({ use, shard }) => shard === index && use.index === at)) },
      coverage: whole.coverage.flatMap((line) => {
        const objects = Math.floor(line.objects / of) + (index === 0 ? line.objects % of : 0);
        if (!line.tenants) return [{ ...line, objects }];
        const tenants = line.tenants.filter((tenant) => shardOf(tenant, of) === index);
        const first = shardOf(line.tenants[0], of) === index;
        return tenants.length > 0 ? [{ ...line, tenants, objects: first ? line.objects : 0 }] : [];
      }),
    };
  });
}
