/** What Grafana's custom resources of a tenant may not say (D9, D21). */
import { TENANT_LABEL, tenantNamespace } from "../../../model/names.ts";
import type { Manifest } from "../../layer.ts";
import { type Check, type Finding, run } from "./finding.ts";
import { gateUrl } from "../gate.ts";

interface Subject { manifest: Manifest; tenant: string }
interface Spec { orgId?: unknown; allowCrossNamespaceImport?: unknown; instanceSelector?: { matchLabels?: Record<string, string>; matchExpressions?: unknown[] }; datasource?: { orgId?: unknown; editable?: unknown; url?: unknown }; external?: { apiKey?: unknown }; uid?: unknown }
const specOf = (m: Manifest): Spec => (m.spec ?? {}) as Spec;

/** All checks, in the order in which they report. */
export const GRAFANA_CHECKS: readonly Check<Subject>[] = [
  { rule: "grafana-org-id", *check({ manifest: m }) { const s = specOf(m); if (s.orgId !== undefined || s.datasource?.orgId !== undefined) yield [m.metadata.name, "orgId has no effect: the organization is the Grafana resource's"] as const; } },
  { rule: "grafana-cross-namespace", *check({ manifest: m }) { if (specOf(m).allowCrossNamespaceImport === true) yield [m.metadata.name, "would be imported into other tenants' organizations"] as const; } },
  {
    rule: "grafana-instance-selector",
    *check({ manifest: m, tenant }) {
      if (m.kind === "Grafana") return;
      const selector = specOf(m).instanceSelector;
      if (selector?.matchLabels?.[TENANT_LABEL] !== tenant || selector.matchExpressions?.length) yield [m.metadata.name, `must select ${TENANT_LABEL}: ${tenant} only`] as const;
    },
  },
  { rule: "grafana-instance-label", *check({ manifest: m, tenant }) { if (m.kind === "Grafana" && m.metadata.labels?.[TENANT_LABEL] !== tenant) yield [m.metadata.name, "must carry the tenant's label"] as const; } },
  { rule: "grafana-namespace", *check({ manifest: m, tenant }) { if (m.metadata.namespace !== tenantNamespace(tenant)) yield [m.metadata.name, "must lie in the tenant's namespace"] as const; } },
  { rule: "grafana-external", *check({ manifest: m }) { if (m.kind === "Grafana" && !specOf(m).external) yield [m.metadata.name, "must be external: a tenant runs no Grafana of its own"] as const; } },
  {
    rule: "grafana-datasource",
    *check({ manifest: m, tenant }) {
      const spec = specOf(m);
      if (m.kind !== "GrafanaDatasource") return;
      if (spec.datasource?.editable !== false) yield [m.metadata.name, "must not be editable"] as const;
      if (spec.uid === undefined) yield [m.metadata.name, "needs a fixed uid"] as const;
      if (spec.datasource?.url !== gateUrl(tenant)) yield [m.metadata.name, "must ask the tenant's own gate"] as const;
    },
  },
];

/** Lints one Grafana resource of a tenant. */
export const lintGrafana = (manifest: Manifest, tenant: string): Finding[] => run(GRAFANA_CHECKS, { manifest, tenant });
