/** Rules about Bulkhead's own audit, one set a cluster; no tenant is named. */
import { AUDIT_SILENCE } from "../../model/audit.ts";
import type { Platform } from "../../model/fleet.ts";
import { METRICS } from "../../model/metrics.ts";
import { NAMESPACES } from "../../model/names.ts";
import { selector } from "./metrics.ts";
import { type AlertCase, type AlertContext, alertRule, type Rule, series, type Tested } from "./rule.ts";

/** Dead-man switch and findings of the audit on one cluster. */
export function auditRules(platform: Platform, cluster: string): Tested {
  const labels = { namespace: NAMESPACES.audit, cluster };
  const context: AlertContext = { labels: { cluster, team: platform.onCall.team }, runbooks: platform.onCall.runbooks };
  const cases: AlertCase[] = [];
  const age = `time() - max by (cluster) (${selector(METRICS.auditSuccess, labels)})`;
  const aged = (seconds: number) => [{ series: series(METRICS.auditSuccess, labels), values: `-${seconds}+60x60` }];

  const heartbeat = alertRule(context, {
    alert: "BulkheadAuditHeartbeat", severity: "info", expr: `${age} <= ${AUDIT_SILENCE}`,
    summary: "The audit is alive; this alert always fires.",
    description: "Cluster {{ $labels.cluster }} was audited {{ $value | humanizeDuration }} ago. The receiver of this alert must page when it stops arriving: then the audit, Prometheus or Alertmanager is dead.",
  });
  const overdue = alertRule(context, {
    alert: "BulkheadAuditOverdue", severity: "critical", for: "5m", expr: `${age} > ${AUDIT_SILENCE}`,
    summary: "No audit has completed for too long.",
    description: `Cluster {{ $labels.cluster }} was last audited {{ $value | humanizeDuration }} ago; drift goes unseen. The limit is ${AUDIT_SILENCE} s.`,
  });
  const silent = alertRule(context, {
    alert: "BulkheadAuditMissing", severity: "critical", for: "15m", expr: `absent(${selector(METRICS.auditSuccess, labels)})`,
    summary: "The audit reports nothing.", description: "No audit reports for cluster {{ $labels.cluster }}; drift goes unseen.",
  });
  cases.push(
    { name: "audit as old as allowed", series: aged(AUDIT_SILENCE), at: "20m", expect: [{ alert: heartbeat.alert!, fires: { rule: heartbeat, value: AUDIT_SILENCE } }, { alert: overdue.alert! }, { alert: silent.alert! }] },
    { name: "audit one second overdue", series: aged(AUDIT_SILENCE + 1), at: "20m", expect: [{ alert: heartbeat.alert! }, { alert: overdue.alert!, fires: { rule: overdue, value: AUDIT_SILENCE + 1 } }, { alert: silent.alert! }] },
    { name: "audit never ran", series: [], at: "20m", expect: [{ alert: heartbeat.alert! }, { alert: overdue.alert! }, { alert: silent.alert!, fires: { rule: silent, value: 1, labels: { namespace: NAMESPACES.audit } } }] },
  );

  const counted = (alert: string, metric: string, extra: Record<string, string>, by: string[], hold: string, severity: "critical" | "warning", summary: string, description: string): Rule => {
    const rule = alertRule(context, { alert, severity, for: hold, expr: `max by (${["cluster", ...by].join(", ")}) (${selector(metric, { ...labels, ...extra })}) > 0`, summary, description });
    const sample = Object.fromEntries(by.map((label) => [label, "kubernetes"]));
    const fed = (value: number) => [{ series: series(metric, { ...labels, ...extra, ...sample }), values: `${value}x60` }];
    cases.push(
      { name: `${alert}: one`, series: fed(1), at: "30m", expect: [{ alert, fires: { rule, value: 1, labels: sample } }] },
      { name: `${alert}: none`, series: fed(0), at: "30m", expect: [{ alert }] },
    );
    return rule;
  };
  const isolation = counted("BulkheadIsolationBroken", METRICS.auditFindings, { finding: "isolation" }, ["plane"], "1m", "critical",
    "The audit found a wall between tenants that is open.", "The {{ $labels.plane }} plane of cluster {{ $labels.cluster }} lets one tenant reach another; read the audit's report now.");
  const drift = counted("BulkheadDriftFound", METRICS.auditFindings, { finding: "drift" }, ["plane"], "15m", "warning",
    "Live state differs from git.", "The {{ $labels.plane }} plane of cluster {{ $labels.cluster }} differs from git and was not healed.");
  const unknown = counted("BulkheadAuditIncomplete", METRICS.auditMissing, {}, [], "15m", "warning",
    "Part of the audit is missing.", "Shards of the audit of cluster {{ $labels.cluster }} delivered no report; what they own is unknown.");
  return { groups: [{ name: "audit", interval: "1m", rules: [heartbeat, overdue, silent, isolation, drift, unknown] }], cases };
}
