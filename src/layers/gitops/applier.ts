/** Service accounts that Argo CD impersonates, and what RBAC lets them do (D4). They lie in a namespace without pods. */
import type { Manifest } from "../layer.ts";
import type { KindRef } from "../../model/kinds.ts";
import { NAMESPACES, PLATFORM_APPLIER, WALLS_APPLIER } from "../../model/names.ts";
import { JOB_NAMESPACES } from "./project.ts";
import { contentRules, platformRules, type PolicyRule, wallClusterRules, wallRulesAt } from "./rules.ts";

const RBAC_API = "rbac.authorization.k8s.io/v1";
const RBAC_GROUP = "rbac.authorization.k8s.io";
interface Subject { kind: "ServiceAccount"; name: string; namespace: string }

const account = (name: string): Manifest => ({
  apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: NAMESPACES.appliers }, automountServiceAccountToken: false,
});
const applier = (name: string): Subject => ({ kind: "ServiceAccount", name, namespace: NAMESPACES.appliers });

function clusterWide(name: string, rules: PolicyRule[], subject: Subject): Manifest[] {
  return [
    { apiVersion: RBAC_API, kind: "ClusterRole", metadata: { name }, rules },
    { apiVersion: RBAC_API, kind: "ClusterRoleBinding", metadata: { name }, roleRef: { apiGroup: RBAC_GROUP, kind: "ClusterRole", name }, subjects: [subject] },
  ];
}

function inNamespace(namespace: string, name: string, rules: PolicyRule[], subjects: Subject[]): Manifest[] {
  return [
    { apiVersion: RBAC_API, kind: "Role", metadata: { name, namespace }, rules },
    { apiVersion: RBAC_API, kind: "RoleBinding", metadata: { name, namespace }, roleRef: { apiGroup: RBAC_GROUP, kind: "Role", name }, subjects },
  ];
}

/** Account and Role of a tenant's content applier: content kinds in the tenant's namespace and nothing anywhere else. */
export function contentApplierObjects(name: string, namespace: string): Manifest[] {
  return [account(name), ...inNamespace(namespace, "content-applier", contentRules(), [applier(name)])];
}

/** Account and rights of the applier of all walls. */
export function wallsApplierObjects(): Manifest[] {
  const self = [applier(WALLS_APPLIER)];
  return [
    account(WALLS_APPLIER),
    ...clusterWide("bulkhead-walls-applier", wallClusterRules(), applier(WALLS_APPLIER)),
    ...inNamespace(NAMESPACES.argocd, "walls-applier", wallRulesAt("argocd"), self),
    ...inNamespace(NAMESPACES.appliers, "walls-applier", wallRulesAt("appliers"), self),
    ...JOB_NAMESPACES.flatMap((namespace) => inNamespace(namespace, "walls-applier", wallRulesAt("platform"), self)),
  ];
}

/**
 * Account and rights of the platform's own applier. It cannot widen itself: without `escalate`, a rule it does not hold yet
 * must be applied once by the break-glass group, like the bootstrap.
 */
export function platformApplierObjects(audited: readonly KindRef[]): Manifest[] {
  return [account(PLATFORM_APPLIER), ...clusterWide("bulkhead-platform-applier", platformRules(audited), applier(PLATFORM_APPLIER))];
}

/**
 * Lets Argo CD act as the appliers, and as no account of another namespace. Names cannot be listed (they are the tenants'),
 * so the namespace is the limit; it holds appliers only. The platform's applier is a subject because the API server
 * lets nobody write a Role that grants more than its writer holds.
 */
export function impersonationObjects(): Manifest[] {
  const argo = (name: string): Subject => ({ kind: "ServiceAccount", name, namespace: NAMESPACES.argocd });
  return inNamespace(NAMESPACES.appliers, "impersonate-appliers", [{ apiGroups: [""], resources: ["serviceaccounts"], verbs: ["impersonate"] }],
    [argo("argocd-application-controller"), argo("argocd-server"), applier(PLATFORM_APPLIER)]);
}
