/** State to objects. */
import { API_GROUP, DOMAIN_LABEL, PRODUCT_LABEL, TENANT_LABEL } from "../../model/names.ts";
import { type Manifest, type Output, PLATFORM_WAVES, type Placement, place, TENANT_WAVES } from "../layer.ts";
import { access, secretStore } from "./access.ts";
import { lockPolicies } from "./admission/policies.ts";
import { binding } from "./admission/policy.ts";
import { tenantScopePolicy } from "./admission/tenant-scope.ts";
import { customResourceDefinitions } from "./crds.ts";
import { limitRange, noPods, platformNamespaceManifest, quotas, tenantNamespaceManifest } from "./namespace.ts";
import { allowDns, allowSame, allowScraping, allowStore, denyAll } from "./network.ts";
import type { PlatformResources, TenantResources } from "./state.ts";

const MANAGED = { "app.kubernetes.io/managed-by": "bulkhead" };
const labelled = (manifest: Manifest, labels: Record<string, string>): Manifest =>
  ({ ...manifest, metadata: { ...manifest.metadata, labels: { ...MANAGED, ...manifest.metadata.labels, ...labels } } });

/** Adds a tenant's walls and its products' custom resources. */
export function renderTenant(state: TenantResources, { chart }: Output): void {
  const { tenant, namespace } = state;
  const put = (wave: number, manifests: Manifest[], more: Partial<Placement> = {}): void => {
    for (const manifest of manifests) {
      place(chart, labelled(manifest, { [TENANT_LABEL]: tenant }), { area: "walls", layer: "resources", wave, source: state.source, owner: state.team, ...more });
    }
  };
  put(TENANT_WAVES.namespace, [tenantNamespaceManifest(state)], { dataBearing: true });
  put(TENANT_WAVES.limits, [
    ...quotas(state), limitRange(state),
    denyAll(namespace), allowDns(namespace), allowSame(namespace), allowScraping(namespace, state.scraper), ...state.egress.map((store) => allowStore(namespace, store)),
  ]);
  put(TENANT_WAVES.access, access(state));
  put(TENANT_WAVES.access, [{ apiVersion: `${API_GROUP}/v1alpha1`, kind: "Tenant", metadata: { name: tenant }, spec: state.resource }]);
  put(TENANT_WAVES.secrets, [secretStore(state)]);
  for (const { name, spec, team, source } of state.products) {
    const metadata = { name, namespace, labels: { [DOMAIN_LABEL]: spec.domain, [PRODUCT_LABEL]: spec.product } };
    put(TENANT_WAVES.config, [{ apiVersion: `${API_GROUP}/v1alpha1`, kind: "DataProduct", metadata, spec }], { area: "content", owner: team, source });
  }
}

/** Adds the platform's namespaces, custom resource definitions and admission policies. */
export function renderPlatform(state: PlatformResources, { chart }: Output): void {
  const put = (room: "namespaces" | "crds" | "admission", wave: number, manifests: Manifest[], dataBearing = false): void => {
    for (const manifest of manifests) {
      place(chart, labelled(manifest, {}), { area: { platform: room }, layer: "resources", wave, source: state.source, owner: state.team, ...(dataBearing && { dataBearing }) });
    }
  };
  put("crds", PLATFORM_WAVES.crds, customResourceDefinitions(), true);
  put("namespaces", PLATFORM_WAVES.namespaces, state.namespaces.map((namespace) => platformNamespaceManifest(namespace, state.platform, state.podSecurityVersion)), true);
  put("namespaces", PLATFORM_WAVES.namespaces, state.namespaces.flatMap(({ name, pods, egress }) =>
    [denyAll(name), ...(pods ? [allowDns(name), ...egress.map((store) => allowStore(name, store))] : [noPods(name)])]));
  const policies = [...lockPolicies(state), tenantScopePolicy(state.bucketPrefix)];
  put("admission", PLATFORM_WAVES.policies, policies);
  put("admission", PLATFORM_WAVES.bindings, policies.map((policy) => binding(policy.metadata.name)));
}
