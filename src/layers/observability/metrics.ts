/** Metrics this layer reads; docs/observability.md is their contract. */
import { NAMESPACES } from "../../model/names.ts";
import type { Product } from "../../model/fleet.ts";

export const METRICS = {
  requests: "bulkhead_product_requests_total",
  failures: "bulkhead_product_requests_failed_total",
  lastSuccess: "bulkhead_product_last_success_timestamp_seconds",
  checkFailed: "bulkhead_quality_check_failed",
  auditSuccess: "bulkhead_audit_last_success_timestamp_seconds",
  auditFindings: "bulkhead_audit_findings",
  auditMissing: "bulkhead_audit_missing_shards",
} as const;

/** Name of the recorded error ratio over one window. */
export const recordedRatio = (window: string): string => `product:bulkhead_request_errors:ratio_rate${window}`;

/**
 * Constant matchers of a product. `namespace` is set by Prometheus itself from where a target was scraped
 * (`enforcedNamespaceLabel`), so a tenant's pod that exports a series of this name with any `tenant` is not matched.
 */
export const productLabels = (product: Pick<Product, "tenant" | "domain" | "id">): Record<string, string> =>
  ({ namespace: NAMESPACES.observability, tenant: product.tenant, domain: product.domain, product: product.id });

/** Quotes a PromQL string. */
export const quote = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`;

/** Writes a selector with equality matchers, then further matchers as given. */
export function selector(metric: string, labels: Record<string, string>, more: string[] = []): string {
  return `${metric}{${[...Object.entries(labels).map(([label, value]) => `${label}=${quote(value)}`), ...more].join(",")}}`;
}
