/** Fleet -> desired state of Argo CD, plain data. Argo CD runs in every cluster; its destination is that cluster's own server. */
import type { KindRef } from "../../model/kinds.ts";
import type { SourceRef } from "../../model/problem.ts";
import { contentApplier, tenantNamespace, tenantProject } from "../../model/names.ts";
import type { PlatformScope, TenantScope } from "../layer.ts";
import type { Source } from "./applicationset.ts";
import { codeowners } from "./codeowners.ts";

/** One tenant on one cluster. */
export interface GitopsTenantState {
  tenant: string; namespace: string; project: string; applier: string;
  server: string; repository: string;
  source: SourceRef; owner: string;
}

/** The platform on one cluster. */
export interface GitopsPlatformState { cluster: string; server: string; git: Source; /** Kinds that the platform lets its auditor read beside all others. */ audited: KindRef[]; codeowners: string; source: SourceRef; owner: string }

function serverOf({ platform, cluster }: Pick<TenantScope, "platform" | "cluster">): string {
  const found = platform.clusters[cluster];
  if (!found) throw new Error(`cluster ${cluster} is not in platform.ts`);
  return found.server;
}

/** State of one tenant; never undefined, because every tenant has a project and an applier on each of its clusters. */
export function tenantState(scope: TenantScope): GitopsTenantState {
  const { platform, tenant } = scope;
  return {
    tenant: tenant.id, namespace: tenantNamespace(tenant.id), project: tenantProject(tenant.id), applier: contentApplier(tenant.id),
    server: serverOf(scope), repository: platform.git.repository, source: tenant.source, owner: platform.onCall.team,
  };
}

/** State of one cluster's platform. */
export function platformState(scope: PlatformScope): GitopsPlatformState {
  const { platform, cluster } = scope;
  return { cluster, server: serverOf(scope), git: { ...platform.git }, audited: platform.audit?.kinds ?? [], codeowners: codeowners(platform, cluster), source: platform.source, owner: platform.onCall.team };
}
