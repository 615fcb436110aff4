import type { Layer } from "../layer.ts";
import { renderPlatform, renderTenant } from "./render.ts";
import { type PlatformResources, platformResources, type TenantResources, tenantResources } from "./state.ts";

export { internetPeers } from "./network.ts";
export { tenantScopeIssues } from "./scope.ts";
export type { PlatformResources, TenantResources } from "./state.ts";

/** Namespaces, quotas, network, RBAC, custom resources and admission: the walls that Kubernetes itself keeps. */
export const resourcesLayer: Layer<TenantResources, PlatformResources> = {
  name: "resources",
  tenantState: tenantResources,
  renderTenant,
  platformState: platformResources,
  renderPlatform,
};
