/** Accounts and RBAC in a tenant's namespace. No verb here can widen itself. */
import type { Manifest } from "../layer.ts";
import type { TenantResources } from "./state.ts";

const READ = ["get", "list", "watch"];
/** What people of the tenant may look at. No Secret, no wildcard, no subresource that runs or proxies anything. */
const VIEW: { apiGroups: string[]; resources: string[] }[] = [
  { apiGroups: [""], resources: ["configmaps", "endpoints", "events", "limitranges", "persistentvolumeclaims", "pods", "resourcequotas", "serviceaccounts", "services"] },
  { apiGroups: ["apps"], resources: ["controllerrevisions", "deployments", "replicasets", "statefulsets"] },
  { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"] },
  { apiGroups: ["batch"], resources: ["cronjobs", "jobs"] },
  { apiGroups: ["bulkhead.dev"], resources: ["dataproducts"] },
  { apiGroups: ["ceph.rook.io"], resources: ["cephobjectstoreusers"] },
  { apiGroups: ["cluster.redpanda.com"], resources: ["schemas", "topics", "users"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"] },
  { apiGroups: ["events.k8s.io"], resources: ["events"] },
  { apiGroups: ["external-secrets.io"], resources: ["externalsecrets", "secretstores"] },
  { apiGroups: ["grafana.integreatly.org"], resources: ["grafanadashboards", "grafanafolders"] },
  { apiGroups: ["monitoring.coreos.com"], resources: ["podmonitors", "servicemonitors"] },
  { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"] },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"] },
  { apiGroups: ["rbac.authorization.k8s.io"], resources: ["rolebindings", "roles"] },
];
const OPERATE = [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }, { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] }];

/** What each account is for. None mounts a token unless a pod asks for it. */
const ACCOUNTS = ["default", "secrets", "workload"] as const;
/** Account whose token the secrets operator shows to Vault. */
export const SECRETS_ACCOUNT = "secrets";
/** Name of a tenant's only SecretStore (D9). */
export const SECRET_STORE = "tenant";
/** Role at Vault of one tenant: bound there to the tenant's namespace and account. */
export const vaultRole = (tenant: string): string => `tenant-${tenant}`;

const RBAC = "rbac.authorization.k8s.io/v1";
const role = (namespace: string, name: string, rules: unknown[]): Manifest => ({ apiVersion: RBAC, kind: "Role", metadata: { name, namespace }, rules });
const binding = (namespace: string, name: string, groups: string[]): Manifest[] => groups.length === 0 ? [] : [{
  apiVersion: RBAC, kind: "RoleBinding", metadata: { name, namespace },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
  subjects: groups.map((group) => ({ kind: "Group", apiGroup: "rbac.authorization.k8s.io", name: group })),
}];

/** ServiceAccounts, Roles and RoleBindings of a tenant's namespace. */
export function access({ namespace, viewers, operators }: TenantResources): Manifest[] {
  return [
    ...ACCOUNTS.map((name): Manifest => ({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace }, automountServiceAccountToken: false })),
    role(namespace, "tenant-viewer", VIEW.map((rule) => ({ ...rule, verbs: READ }))),
    role(namespace, "tenant-operator", OPERATE),
    ...binding(namespace, "tenant-viewer", viewers),
    ...binding(namespace, "tenant-operator", operators),
  ];
}

/** The tenant's own SecretStore: one KV mount, one Vault role, an account of this namespace. */
export function secretStore({ tenant, namespace, secretStore: { server, mount } }: TenantResources): Manifest {
  const auth = { kubernetes: { mountPath: "kubernetes", role: vaultRole(tenant), serviceAccountRef: { name: SECRETS_ACCOUNT } } };
  return {
    apiVersion: "external-secrets.io/v1", kind: "SecretStore", metadata: { name: SECRET_STORE, namespace },
    spec: { provider: { vault: { server, path: mount, version: "v2", auth } } },
  };
}
