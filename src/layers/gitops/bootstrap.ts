/** What the break-glass group applies by hand before Argo CD can take over (D6). */
import type { Manifest } from "../layer.ts";
import { NAMESPACES, PLATFORM_APPLIER } from "../../model/names.ts";
import { PLATFORM_PROJECT } from "./project.ts";

/**
 * In order, once. The Application alone is not enough: with impersonation enforced its first sync runs as an account, in a namespace
 * and under a project that this very sync would have to make. Applying them by hand changes nothing afterwards: they are the same files.
 */
export const BOOTSTRAP: readonly { kind: string; namespace?: string; name: string }[] = [
  { kind: "Namespace", name: NAMESPACES.appliers },
  { kind: "ServiceAccount", namespace: NAMESPACES.appliers, name: PLATFORM_APPLIER },
  { kind: "ClusterRole", name: "bulkhead-platform-applier" },
  { kind: "ClusterRoleBinding", name: "bulkhead-platform-applier" },
  { kind: "Role", namespace: NAMESPACES.appliers, name: "impersonate-appliers" },
  { kind: "RoleBinding", namespace: NAMESPACES.appliers, name: "impersonate-appliers" },
  { kind: "AppProject", namespace: NAMESPACES.argocd, name: PLATFORM_PROJECT },
  { kind: "Application", namespace: NAMESPACES.argocd, name: "platform" },
];

/** True of an object that belongs to the bootstrap. */
export function isBootstrap(manifest: Pick<Manifest, "kind" | "metadata">): boolean {
  return BOOTSTRAP.some((b) => b.kind === manifest.kind && b.name === manifest.metadata.name && b.namespace === manifest.metadata.namespace);
}
