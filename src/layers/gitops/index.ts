/** GitOps: Argo CD's projects, ApplicationSets and the accounts that apply. */
import { gitopsPrerequisites } from "./prerequisites.ts";
import type { Layer } from "../layer.ts";
import { renderPlatform, renderTenant } from "./render.ts";
import { type GitopsPlatformState, type GitopsTenantState, platformState, tenantState } from "./state.ts";

export { applyOrder, type OrderedFile } from "./order.ts";
export { BOOTSTRAP, isBootstrap } from "./bootstrap.ts";
export { argoSelection, globMatch, SKIP_MARKER } from "./selection.ts";
export type { GitopsPlatformState, GitopsTenantState } from "./state.ts";

/** The `gitops` layer. */
export const gitopsLayer: Layer<GitopsTenantState, GitopsPlatformState> = { name: "gitops", tenantState, renderTenant, platformState, renderPlatform, prerequisites: gitopsPrerequisites };
