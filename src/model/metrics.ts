/** Names of Bulkhead's metrics; docs/observability.md is their contract. */
export const METRICS = {
  requests: "bulkhead_product_requests_total",
  failures: "bulkhead_product_requests_failed_total",
  lastSuccess: "bulkhead_product_last_success_timestamp_seconds",
  checkFailed: "bulkhead_quality_check_failed",
  auditSuccess: "bulkhead_audit_last_success_timestamp_seconds",
  auditEnd: "bulkhead_audit_last_end_timestamp_seconds",
  auditDuration: "bulkhead_audit_duration_seconds",
  auditComplete: "bulkhead_audit_complete",
  auditMissing: "bulkhead_audit_missing_shards",
  auditFindings: "bulkhead_audit_findings",
  tenantFindings: "bulkhead_audit_tenant_findings",
  auditCoverage: "bulkhead_audit_coverage_ratio",
  auditUnknown: "bulkhead_audit_unknown_kinds",
} as const;
