import type { AuditReport, Finding } from "../../../src/model/finding.ts";

/** A finding as audits make them; `over` replaces what a test is about. */
export function finding(over: Partial<Finding> = {}): Finding {
  return {
    id: "f1", object: { plane: "kubernetes", apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", namespace: "tenant-acme", name: "default-deny" }, tenant: "acme", status: "changed", impact: "isolation",
    changes: [{ pointer: "/spec/ingress", kind: "changed", desired: [], live: [{}], claimedBy: [{ manager: "kubectl-edit", operation: "Update", time: "2026-11-24T09:58:00Z", confidence: "exact" }] }],
    owner: "acme-data", source: { file: "tenants/acme/tenant.ts", path: "plan", line: 3, column: 14 }, file: "prod-eu/tenants/acme/walls/resources/tenant-acme/networkpolicy.networking.k8s.io.default-deny.yaml",
    revert: { patch: [{ op: "replace", path: "/spec/ingress", value: [] }], commands: ["argocd app sync walls-acme --resource networking.k8s.io:NetworkPolicy:tenant-acme/default-deny"] },
    confidence: "typed", firstSeen: "2026-11-24T10:00:00.000Z", age: "new", ...over,
  };
}

/** A clean and complete report; `over` replaces what a test is about. */
export function report(over: Partial<AuditReport> = {}): AuditReport {
  return {
    version: 1, cluster: "prod-eu", desired: { from: "HEAD", commit: "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678", committed: "2026-11-24T08:00:00Z" }, live: { from: "in-cluster", version: "v1.36.3" },
    started: "2026-11-24T10:00:00.000Z", ended: "2026-11-24T10:00:04.500Z", scope: {}, findings: [], pending: [], allowed: { used: [], expired: [], unmatched: [] },
    coverage: [{ plane: "kubernetes", what: "NetworkPolicy.networking.k8s.io", state: "read", objects: 12 }],
    verdicts: [{ plane: "kubernetes", verdict: "clean", findings: 0, coverage: 100 }, { plane: "kubernetes", tenant: "acme", verdict: "clean", findings: 0, coverage: 100 }, { plane: "kubernetes", tenant: "globex", verdict: "clean", findings: 0, coverage: 100 }],
    resolved: [], notices: [], ...over,
  };
}

/** The sample with findings, and its verdicts drifted accordingly. */
export const drifted = (findings: Finding[], over: Partial<AuditReport> = {}): AuditReport => {
  const base = report();
  return { ...base, findings, verdicts: base.verdicts.map((v) => { const n = findings.filter((f) => f.tenant === v.tenant).length; return n > 0 ? { ...v, verdict: "drifted" as const, findings: n } : v; }), ...over };
};

/** Something of a tenant, or of all, could not be read. */
export const unread = (tenants?: string[]): Pick<AuditReport, "coverage" | "verdicts"> => ({
  coverage: [...report().coverage, { plane: "kubernetes", what: "Deployment.apps", state: "unknown", objects: 0, reason: "forbidden", ...(tenants && { tenants }) }],
  verdicts: report().verdicts.map((v) => (tenants === undefined || (v.tenant !== undefined && tenants.includes(v.tenant)) ? { ...v, verdict: "unknown" as const, coverage: 50 } : v)),
});
