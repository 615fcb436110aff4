/** State -> objects, each with its folder and wave. */
import { type Manifest, type Output, type Placement, PLATFORM_WAVES, type PlatformRoom, place, TENANT_WAVES } from "../layer.ts";
import { contentApplierObjects, impersonationObjects, platformApplierObjects, wallsApplierObjects } from "./applier.ts";
import { platformApplication, tenantApplicationSet } from "./applicationset.ts";
import { wallsPolicy, wallsPolicyBinding } from "./policy.ts";
import { lockedDefaultProject, platformProject, tenantAppProject, wallsProject } from "./project.ts";
import type { GitopsPlatformState, GitopsTenantState } from "./state.ts";

/** Writes a tenant's project and content applier, in its walls. */
export function renderTenant(state: GitopsTenantState, { chart }: Output): void {
  const placement: Placement = { area: "walls", layer: "gitops", wave: TENANT_WAVES.access, source: state.source, owner: state.owner };
  const { project: name, tenant, server, namespace, applier, repository } = state;
  for (const manifest of [...contentApplierObjects(applier, namespace), tenantAppProject({ name, tenant, server, namespace, applier, repository })]) {
    place(chart, manifest, placement);
  }
}

/** The platform's objects by room and wave, in the order in which they apply. */
function platformObjects(state: GitopsPlatformState): { room: PlatformRoom; wave: number; manifests: Manifest[] }[] {
  const { cluster, server, git } = state;
  return [
    { room: "argocd", wave: PLATFORM_WAVES.namespaces, manifests: [...platformApplierObjects(state.audited), ...wallsApplierObjects(), ...impersonationObjects()] },
    { room: "argocd", wave: PLATFORM_WAVES.projects, manifests: [lockedDefaultProject(), platformProject(server, git.repository), wallsProject(server, git.repository)] },
    { room: "admission", wave: PLATFORM_WAVES.policies, manifests: [wallsPolicy()] },
    { room: "admission", wave: PLATFORM_WAVES.bindings, manifests: [wallsPolicyBinding()] },
    { room: "argocd", wave: PLATFORM_WAVES.applicationSets, manifests: [platformApplication(git, cluster, server), tenantApplicationSet("content", git, cluster, server), tenantApplicationSet("walls", git, cluster, server)] },
  ];
}

/** Writes the platform's half, and CODEOWNERS' patterns beside it. */
export function renderPlatform(state: GitopsPlatformState, { chart, file }: Output): void {
  const { source, owner } = state;
  for (const { room, wave, manifests } of platformObjects(state)) {
    for (const manifest of manifests) place(chart, manifest, { area: { platform: room }, layer: "gitops", wave, source, owner });
  }
  file({ area: { platform: "argocd" }, layer: "gitops", name: "CODEOWNERS", text: state.codeowners, source, owner });
}
