/** Desired state of the layer: plain data, made by pure functions from the resolved fleet. */
import type { Platform } from "../../model/fleet.ts";
import { fit, tenantNamespace } from "../../model/names.ts";
import type { SourceRef } from "../../model/problem.ts";
import type { PlatformScope, TenantScope } from "../layer.ts";
import { type Dashboard, datasourceUid, folderUid, productDashboard } from "./dashboard.ts";
import { productRules } from "./product.ts";
import { auditRules } from "./platform.ts";
import type { Tested } from "./rule.ts";

/** A PrometheusRule and its tests. */
export interface RuleState extends Tested { name: string; source: SourceRef; owner: string }
interface FolderState { name: string; uid: string; title: string; source: SourceRef }
interface DashboardState { name: string; folder: string; model: Dashboard; source: SourceRef; owner: string; product: string; domain: string }

export interface Endpoints { grafanaUrl: string; grafanaNamespace: string; prometheusUrl: string; prometheusNamespace: string; prometheusPods: Record<string, string>; secretStore: string }

export interface ObservabilityState {
  tenant: string; displayName: string; namespace: string; cluster: string;
  owner: string; source: SourceRef;
  platform: Endpoints;
  rules: RuleState[];
  datasourceUid: string;
  folders: FolderState[];
  dashboards: DashboardState[];
}
export interface ObservabilityPlatformState { cluster: string; owner: string; source: SourceRef; platform: Endpoints; rules: RuleState }

const endpoints = (platform: Platform): Endpoints => ({
  grafanaUrl: platform.grafana.url.replace(/\/+$/, ""), grafanaNamespace: platform.grafana.namespace,
  prometheusUrl: platform.prometheus.url.replace(/\/+$/, ""), prometheusNamespace: platform.prometheus.namespace,
  prometheusPods: platform.prometheus.podLabels, secretStore: platform.secretStore.name,
});

/** What one tenant is watched with on one of its clusters. */
export function tenantState({ platform, tenant, cluster }: TenantScope): ObservabilityState {
  const products = tenant.domains.flatMap((domain) => domain.products);
  return {
    tenant: tenant.id, displayName: tenant.displayName, namespace: tenantNamespace(tenant.id), cluster,
    owner: tenant.owner.team, source: tenant.source, platform: endpoints(platform),
    rules: products.flatMap((product) => {
      const tested = productRules(product, platform);
      return tested ? [{ name: fit(`${product.tenant}.${product.domain}.${product.id}`, 253, "."), ...tested, source: product.source, owner: product.owner.team }] : [];
    }),
    datasourceUid: datasourceUid(tenant.id),
    folders: tenant.domains.filter((domain) => domain.products.length > 0).map((domain) =>
      ({ name: domain.id, uid: folderUid(tenant.id, domain.id), title: domain.id, source: domain.source })),
    dashboards: products.map((product) => ({
      name: `${product.domain}.${product.id}`, folder: product.domain, model: productDashboard(product),
      source: product.source, owner: product.owner.team, product: product.id, domain: product.domain,
    })),
  };
}

/** What the audit of one cluster is watched with. */
export function platformState({ platform, cluster }: PlatformScope): ObservabilityPlatformState {
  const { team: owner } = platform.onCall;
  return { cluster, owner, source: platform.source, platform: endpoints(platform), rules: { name: "bulkhead-audit", ...auditRules(platform, cluster), source: platform.source, owner } };
}
