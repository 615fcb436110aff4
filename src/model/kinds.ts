/** Which kinds are walls and which are content (D4), and where each may lie. Projects, RBAC, admission and the check at synth are all made from these tables. */

/** A kind as Argo CD (group, kind) and RBAC (group, plural) name it. */
export interface KindRef { group: string; kind: string; plural: string }

/**
 * Where a wall's kind may lie: `cluster`: cluster-scoped; `tenant`: a tenant's namespace; `argocd`, `appliers`: those two namespaces;
 * `platform`: the platform's Job namespaces, where administrative credentials are.
 */
export type WallPlace = "cluster" | "tenant" | "argocd" | "appliers" | "platform";
export interface WallKind extends KindRef { places: readonly WallPlace[] }
export interface PlatformKind extends KindRef { cluster: boolean }

const kind = (group: string, name: string, plural: string): KindRef => ({ group, kind: name, plural });
const wall = (group: string, name: string, plural: string, ...places: WallPlace[]): WallKind => ({ group, kind: name, plural, places });
const RBAC = "rbac.authorization.k8s.io";
const ADMISSION = "admissionregistration.k8s.io";

/**
 * Everything a tenant's own project and applier may write, all of it in the tenant's namespace (D4).
 * Job and CronJob are here because no administrative credential is ever a Secret of that namespace; what custom resources may say
 * is `tenant-scope`'s business (D9). ServiceAccounts are walls: an account is what access is granted to.
 */
export const CONTENT_KINDS: readonly KindRef[] = [
  kind("", "ConfigMap", "configmaps"),
  kind("", "Service", "services"),
  kind("apps", "Deployment", "deployments"),
  kind("apps", "StatefulSet", "statefulsets"),
  kind("autoscaling", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
  kind("batch", "CronJob", "cronjobs"),
  kind("batch", "Job", "jobs"),
  kind("bulkhead.dev", "DataProduct", "dataproducts"),
  kind("ceph.rook.io", "CephObjectStoreUser", "cephobjectstoreusers"),
  kind("cluster.redpanda.com", "Schema", "schemas"),
  kind("cluster.redpanda.com", "Topic", "topics"),
  kind("cluster.redpanda.com", "User", "users"),
  kind("external-secrets.io", "ExternalSecret", "externalsecrets"),
  kind("grafana.integreatly.org", "Grafana", "grafanas"),
  kind("grafana.integreatly.org", "GrafanaDashboard", "grafanadashboards"),
  kind("grafana.integreatly.org", "GrafanaDatasource", "grafanadatasources"),
  kind("grafana.integreatly.org", "GrafanaFolder", "grafanafolders"),
  kind("monitoring.coreos.com", "PodMonitor", "podmonitors"),
  kind("monitoring.coreos.com", "ServiceMonitor", "servicemonitors"),
  kind("policy", "PodDisruptionBudget", "poddisruptionbudgets"),
];

/**
 * Everything a tenant's `walls` folder may hold, and where. A kind in both tables never shares a place with content:
 * a wall's Job, ConfigMap and ExternalSecret lie in the platform's Job namespaces only (D4).
 */
export const WALL_KINDS: readonly WallKind[] = [
  wall("", "ConfigMap", "configmaps", "platform"),
  wall("", "LimitRange", "limitranges", "tenant"),
  wall("", "Namespace", "namespaces", "cluster"),
  wall("", "ResourceQuota", "resourcequotas", "tenant"),
  wall("", "Service", "services", "platform"),
  wall("", "ServiceAccount", "serviceaccounts", "tenant", "appliers"),
  wall("apps", "Deployment", "deployments", "platform"),
  wall("argoproj.io", "AppProject", "appprojects", "argocd"),
  wall("batch", "CronJob", "cronjobs", "platform"),
  wall("batch", "Job", "jobs", "platform"),
  wall("bulkhead.dev", "Tenant", "tenants", "cluster"),
  wall("ceph.rook.io", "CephObjectStoreUser", "cephobjectstoreusers", "platform"),
  wall("external-secrets.io", "ExternalSecret", "externalsecrets", "platform"),
  wall("external-secrets.io", "SecretStore", "secretstores", "tenant"),
  wall("monitoring.coreos.com", "PrometheusRule", "prometheusrules", "platform"),
  wall("networking.k8s.io", "NetworkPolicy", "networkpolicies", "tenant"),
  wall("objectbucket.io", "ObjectBucketClaim", "objectbucketclaims", "platform"),
  wall(RBAC, "Role", "roles", "tenant"),
  wall(RBAC, "RoleBinding", "rolebindings", "tenant"),
];

const platform = (cluster: boolean, ref: KindRef): PlatformKind => ({ ...ref, cluster });
/** Everything the platform's own Application may hold. */
export const PLATFORM_KINDS: readonly PlatformKind[] = [
  ...[
    kind("", "Namespace", "namespaces"),
    kind(ADMISSION, "ValidatingAdmissionPolicy", "validatingadmissionpolicies"),
    kind(ADMISSION, "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings"),
    kind("apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions"),
    kind(RBAC, "ClusterRole", "clusterroles"),
    kind(RBAC, "ClusterRoleBinding", "clusterrolebindings"),
  ].map((ref) => platform(true, ref)),
  ...[
    kind("", "ConfigMap", "configmaps"),
    kind("", "LimitRange", "limitranges"),
    kind("", "ResourceQuota", "resourcequotas"),
    kind("", "Service", "services"),
    kind("", "ServiceAccount", "serviceaccounts"),
    kind("apps", "Deployment", "deployments"),
    kind("argoproj.io", "AppProject", "appprojects"),
    kind("argoproj.io", "Application", "applications"),
    kind("argoproj.io", "ApplicationSet", "applicationsets"),
    kind("batch", "CronJob", "cronjobs"),
    kind("batch", "Job", "jobs"),
    kind("ceph.rook.io", "CephObjectStoreUser", "cephobjectstoreusers"),
    kind("cluster.redpanda.com", "User", "users"),
    kind("external-secrets.io", "ExternalSecret", "externalsecrets"),
    kind("grafana.integreatly.org", "Grafana", "grafanas"),
    kind("grafana.integreatly.org", "GrafanaDashboard", "grafanadashboards"),
    kind("grafana.integreatly.org", "GrafanaDatasource", "grafanadatasources"),
    kind("grafana.integreatly.org", "GrafanaFolder", "grafanafolders"),
    kind("monitoring.coreos.com", "PrometheusRule", "prometheusrules"),
    kind("monitoring.coreos.com", "ServiceMonitor", "servicemonitors"),
    kind("networking.k8s.io", "NetworkPolicy", "networkpolicies"),
    kind("objectbucket.io", "ObjectBucketClaim", "objectbucketclaims"),
    kind(RBAC, "Role", "roles"),
    kind(RBAC, "RoleBinding", "rolebindings"),
  ].map((ref) => platform(false, ref)),
];

/** Kinds that controllers write at run time: nobody applies them, people and the auditor read them. Never Secrets. */
export const RUNTIME_KINDS: readonly KindRef[] = [
  kind("", "Endpoints", "endpoints"),
  kind("", "Event", "events"),
  kind("", "PersistentVolumeClaim", "persistentvolumeclaims"),
  kind("", "Pod", "pods"),
  kind("", "PodLog", "pods/log"),
  kind("apps", "ControllerRevision", "controllerrevisions"),
  kind("apps", "ReplicaSet", "replicasets"),
  kind("coordination.k8s.io", "Lease", "leases"),
  kind("discovery.k8s.io", "EndpointSlice", "endpointslices"),
  kind("events.k8s.io", "Event", "events"),
];

/** True when a project that allows these kinds lets Argo CD apply this one. */
export function permits(kinds: readonly KindRef[], group: string, name: string): boolean {
  return kinds.some((ref) => ref.group === group && ref.kind === name);
}

/** The API group of an apiVersion; `""` is the core group. */
export const groupOf = (apiVersion: string): string => (apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "");

/** `Deployment.apps`, core kinds without a dot: as reports and rules name kinds. */
export const kindName = ({ apiVersion, kind }: { apiVersion: string; kind: string }): string => (groupOf(apiVersion) === "" ? kind : `${kind}.${groupOf(apiVersion)}`);
