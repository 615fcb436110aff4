/** Desired state of the resources layer: plain data, made by pure functions. */
import type { CephStore, Plan, RedpandaStore, Store, Tenant } from "../../model/fleet.ts";
import { bucketName, NAMESPACES, tenantNamespace } from "../../model/names.ts";
import type { SourceRef } from "../../model/problem.ts";
import { sortBy } from "../../model/sort.ts";
import type { PlatformScope, TenantScope } from "../layer.ts";
import type { DataProductSpec, TenantSpec } from "./schema.ts";
import { dataProductSpec, tenantSpec } from "./spec.ts";

/** Pods in another namespace: both selectors of one peer, so that neither alone suffices. */
export interface Peer { namespace: string; podLabels: Record<string, string> }
/** Egress to one store's pods on one TCP port. */
export interface StoreEgress extends Peer { store: string; port: number }
/** Custom resource of a product; the name is `<domain>.<product>`, whose dot occurs in neither. */
interface ProductResource { name: string; spec: DataProductSpec; team: string; source: SourceRef }

/** What one tenant gets on one cluster. */
export interface TenantResources {
  tenant: string;
  cluster: string;
  namespace: string;
  team: string;
  source: SourceRef;
  podSecurityVersion: string;
  compute: Plan["compute"];
  container: Plan["container"];
  /** Stores at home on this cluster that the tenant uses, by name. */
  egress: StoreEgress[];
  /** Who may scrape the port named `metrics`. */
  scraper: Peer;
  /** Groups that may look, and groups that may read logs too (clearance confidential: a log shows what the workload handles). */
  viewers: string[];
  operators: string[];
  /** Vault server and the tenant's own KV mount. */
  secretStore: { server: string; mount: string };
  resource: TenantSpec;
  products: ProductResource[];
}

/** An operator's service account. */
export interface OperatorAccounts { rook: string[]; redpanda: string[]; externalSecrets: string[]; grafana: string[]; prometheus: string[]; gateway: string[] }

/** One namespace of the platform. */
export interface PlatformNamespace {
  name: string;
  /** Pods run here; false for the namespace that only holds accounts. */
  pods: boolean;
  egress: StoreEgress[];
}

/** What the platform gets on one cluster. */
export interface PlatformResources {
  platform: string;
  cluster: string;
  team: string;
  source: SourceRef;
  podSecurityVersion: string;
  namespaces: PlatformNamespace[];
  breakGlassGroup: string;
  operators: OperatorAccounts;
  /** Bucket of a tenant is this and the tenant's identifier. */
  bucketPrefix: string;
}

/** Namespaces that must exist before the first sync: Argo CD cannot create the one it runs in. */
const ASSUMED_NAMESPACES: readonly string[] = [NAMESPACES.argocd];

/** Stores that a tenant's tables, topics and files name. */
export function storesOf(tenant: Tenant): Set<string> {
  const used = new Set<string>();
  for (const { topic, products } of tenant.domains) {
    if (topic) used.add(topic.store);
    for (const product of products) {
      for (const table of product.tables) for (const { store } of [table, ...(table.served ?? [])]) used.add(store);
      if (product.files) used.add(product.files.store);
    }
  }
  return used;
}

const egressOf = (store: Store): StoreEgress => ({ store: store.name, namespace: store.namespace, podLabels: store.podLabels, port: store.port });

/** State of one tenant on one of its clusters; undefined where the tenant is not. */
export function tenantResources({ platform, tenant, cluster }: TenantScope): TenantResources | undefined {
  const at = platform.clusters[cluster];
  if (!at || !tenant.clusters.includes(cluster)) return undefined;
  const used = storesOf(tenant);
  const stores = Object.values(platform.stores).filter((store) => used.has(store.name) && store.home === cluster);
  const groups = Object.entries(tenant.groups);
  return {
    tenant: tenant.id, cluster, namespace: tenantNamespace(tenant.id), team: tenant.owner.team, source: tenant.source,
    podSecurityVersion: at.podSecurityVersion,
    compute: tenant.plan.compute, container: tenant.plan.container,
    egress: sortBy(stores, (store) => store.name).map(egressOf),
    scraper: { namespace: platform.prometheus.namespace, podLabels: platform.prometheus.podLabels },
    viewers: groups.map(([name]) => name).toSorted(),
    operators: groups.filter(([, group]) => group.clearance === "confidential").map(([name]) => name).toSorted(),
    secretStore: { server: platform.secretStore.server, mount: tenant.id },
    resource: tenantSpec(tenant, cluster),
    products: sortBy(tenant.domains.flatMap((domain) => domain.products.map((product) => ({
      name: `${product.domain}.${product.id}`, spec: dataProductSpec(product, domain.topic), team: product.owner.team, source: product.source,
    }))), (product) => product.name),
  };
}

const account = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`;
const unique = (names: string[]): string[] => [...new Set(names)].toSorted();

/** State of the platform on one cluster: never a list of tenants. */
export function platformResources({ platform, cluster }: PlatformScope): PlatformResources | undefined {
  const at = platform.clusters[cluster];
  if (!at) return undefined;
  const home = sortBy(Object.values(platform.stores).filter((store) => store.home === cluster), (store) => store.name);
  const kind = (wanted: Store["kind"]): StoreEgress[] => home.filter((store) => store.kind === wanted).map(egressOf);
  const redpanda = home.filter((store): store is RedpandaStore => store.kind === "redpanda");
  const ceph = home.filter((store): store is CephStore => store.kind === "ceph");
  const egress: Record<string, StoreEgress[]> = { [NAMESPACES.database]: kind("postgres"), [NAMESPACES.events]: kind("redpanda"), [NAMESPACES.storage]: kind("ceph"), [NAMESPACES.serving]: [...kind("redis"), ...kind("starrocks")] };
  return {
    platform: platform.name, cluster, team: platform.onCall.team, source: platform.source, podSecurityVersion: at.podSecurityVersion,
    namespaces: Object.values(NAMESPACES).filter((name) => !ASSUMED_NAMESPACES.includes(name)).toSorted()
      .map((name) => ({ name, pods: name !== NAMESPACES.appliers, egress: egress[name] ?? [] })),
    breakGlassGroup: platform.breakGlassGroup,
    operators: {
      rook: unique(ceph.map((store) => account(store.namespace, "rook-ceph-system"))),
      redpanda: unique(redpanda.map((store) => account(store.namespace, "redpanda-operator"))),
      externalSecrets: [account("external-secrets", "external-secrets")],
      grafana: [account(platform.grafana.namespace, "grafana-operator")],
      prometheus: [account(platform.prometheus.namespace, "prometheus-operator")],
      gateway: [account("envoy-gateway-system", "envoy-gateway")],
    },
    bucketPrefix: bucketName(platform.name, ""),
  };
}
