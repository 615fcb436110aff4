/** What the auditor in the cluster and those who watch it have to agree on. */

/** Seconds without a completed audit after which it counts as dead: the dead-man alert's limit, and so the bound of a schedule. */
export const AUDIT_SILENCE = 5400;

/** Seconds that the merge has for itself after the last shard's deadline. */
export const MERGE_SECONDS = 300;

/** Metrics that the merge writes and rules read; docs/observability.md says what they mean. */
export const AUDIT_METRICS = {
  /** Gauge by cluster: Unix time at which an audit last completed with every shard. */
  success: "bulkhead_audit_last_success_timestamp_seconds",
  /** Gauge by cluster, plane and finding (`isolation`, `drift`). */
  findings: "bulkhead_audit_findings",
  /** Gauge by cluster. */
  missing: "bulkhead_audit_missing_shards",
} as const;

/** Key of what one run, or one shard of it, left in the platform's bucket. */
export const auditKey = (cluster: string, ...rest: string[]): string => ["audit", cluster, ...rest].join("/");
