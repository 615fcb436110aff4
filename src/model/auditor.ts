/**
 * What the auditor may read in a cluster, as RBAC rules that a layer renders.
 *
 * The kinds are named, one by one. RBAC cannot say "everything but Secrets": a wildcard in the core group grants Secrets, and a wildcard in any
 * other group grants subresources too, where `get` can mean a console or a proxy into a pod (KubeVirt's and the kubelet's do). Named kinds have a
 * price: a kind that an operator of the cluster brings, that the auditor was not told of, is forbidden to it. The audit finds such a kind by
 * discovery, reports it as unknown with the resource that its account lacks, and is incomplete until the kind is named here (`auditorRules(more)`)
 * or in a ClusterRole of the cluster's own. It never passes for clean, because an object of that kind may lie in a tenant's namespace.
 */
import { CONTENT_KINDS, type KindRef, PLATFORM_KINDS, RUNTIME_KINDS, WALL_KINDS } from "./kinds.ts";
import { pluralOf } from "./plural.ts";

/** A rule of a ClusterRole. */
export interface AuditorRule { apiGroups: [string]; resources: string[]; verbs: ["get", "list"] }

/** Kinds that are never read, though a server lists them, and why. They are `excluded` in coverage, not unknown. */
export const NOT_READ: readonly { group: string; kind: string; reason: string }[] = [
  { group: "", kind: "Secret", reason: "Secrets are never read; what makes them (ExternalSecrets and the like) is compared" },
  { group: "", kind: "Event", reason: "Events are messages that expire, nobody declares them" },
  { group: "events.k8s.io", kind: "Event", reason: "Events are messages that expire, nobody declares them" },
  { group: "generators.external-secrets.io", kind: "GeneratorState", reason: "it may hold credentials that a generator made" },
  { group: "metrics.k8s.io", kind: "PodMetrics", reason: "it is computed when it is asked for" },
  { group: "metrics.k8s.io", kind: "NodeMetrics", reason: "it is computed when it is asked for" },
];

/** Why a kind is never read; undefined for all others. */
export const notRead = (group: string, kind: string): string | undefined => NOT_READ.find((one) => one.group === group && one.kind === kind)?.reason;

const kinds = (group: string, names: string): KindRef[] => names.split(" ").map((kind) => ({ group, kind, plural: pluralOf(kind) }));

/**
 * Kinds that Bulkhead does not write and that can lie in a tenant's namespace all the same: Kubernetes' own namespaced ones (1.36), and those of the
 * operators that the platform works with. There they are unmanaged objects, and a DaemonSet or a route that nobody declared is what an audit is for.
 */
export const OBSERVED_KINDS: readonly KindRef[] = [
  ...kinds("", "PodTemplate ReplicationController"),
  ...kinds("apps", "DaemonSet"),
  ...kinds("networking.k8s.io", "Ingress"),
  ...kinds("resource.k8s.io", "ResourceClaim ResourceClaimTemplate"),
  ...kinds("storage.k8s.io", "CSIStorageCapacity"),
  ...kinds("ceph.rook.io", "CephBlockPool CephBlockPoolRadosNamespace CephBucketNotification CephBucketTopic CephClient CephCluster CephFilesystem CephFilesystemMirror CephFilesystemSubVolumeGroup CephNFS CephObjectRealm CephObjectStore CephObjectZone CephObjectZoneGroup CephRBDMirror"),
  ...kinds("cluster.redpanda.com", "Console Group NodePool Pipeline Redpanda RedpandaRole Role ShadowLink"),
  ...kinds("external-secrets.io", "PushSecret"),
  ...kinds("gateway.envoyproxy.io", "Backend BackendTrafficPolicy ClientTrafficPolicy EnvoyExtensionPolicy EnvoyPatchPolicy EnvoyProxy HTTPRouteFilter SecurityPolicy"),
  ...kinds("gateway.networking.k8s.io", "BackendTLSPolicy GRPCRoute Gateway HTTPRoute ListenerSet ReferenceGrant TCPRoute TLSRoute UDPRoute"),
  ...kinds("generators.external-secrets.io", "ACRAccessToken CloudsmithAccessToken ECRAuthorizationToken Fake GCRAccessToken GithubAccessToken Grafana MFA Password QuayAccessToken SSHKey STSSessionToken UUID VaultDynamicSecret Webhook"),
  ...kinds("grafana.integreatly.org", "GrafanaAlertRuleGroup GrafanaContactPoint GrafanaLibraryPanel GrafanaManifest GrafanaMuteTiming GrafanaNotificationPolicy GrafanaNotificationPolicyRoute GrafanaNotificationTemplate GrafanaServiceAccount"),
  ...kinds("monitoring.coreos.com", "Alertmanager AlertmanagerConfig Probe Prometheus PrometheusAgent ScrapeConfig ThanosRuler"),
  ...kinds("serving.kserve.io", "InferenceGraph InferenceService LLMInferenceService LLMInferenceServiceConfig LocalModelNamespaceCache ServingRuntime TrainedModel"),
];

/** Cluster-wide kinds that Bulkhead does not write, and with which somebody reaches into a tenant's namespace all the same (`audit/kubernetes/wide`). */
export const WIDE_KINDS: readonly KindRef[] = [
  ...kinds("", "PersistentVolume"),
  ...kinds("admissionregistration.k8s.io", "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration ValidatingWebhookConfiguration"),
  ...kinds("apiregistration.k8s.io", "APIService"),
  ...kinds("flowcontrol.apiserver.k8s.io", "FlowSchema"),
  ...kinds("networking.k8s.io", "IngressClass"),
  ...kinds("scheduling.k8s.io", "PriorityClass"),
  ...kinds("storage.k8s.io", "CSIDriver StorageClass"),
  ...kinds("policy.networking.k8s.io", "AdminNetworkPolicy BaselineAdminNetworkPolicy ClusterNetworkPolicy"),
  ...kinds("cilium.io", "CiliumClusterwideEnvoyConfig CiliumClusterwideNetworkPolicy CiliumEgressGatewayPolicy"),
  ...kinds("crd.antrea.io", "ClusterNetworkPolicy"),
  ...["crd.projectcalico.org", "projectcalico.org"].flatMap((group) => kinds(group, "GlobalNetworkPolicy")),
  ...kinds("external-secrets.io", "ClusterExternalSecret ClusterPushSecret ClusterSecretStore"),
  ...kinds("kyverno.io", "ClusterCleanupPolicy ClusterPolicy"),
  ...kinds("policies.kyverno.io", "DeletingPolicy GeneratingPolicy ImageValidatingPolicy MutatingPolicy ValidatingPolicy"),
  // Gatekeeper calls them by one word, whether one or many.
  ...["Assign", "AssignImage", "AssignMetadata", "ModifySet"].map((kind) => ({ group: "mutations.gatekeeper.sh", kind, plural: kind.toLowerCase() })),
  ...kinds("serving.kserve.io", "ClusterServingRuntime ClusterStorageContainer"),
];

/** One rule a group, in alphabetical order, subresources left out. `more`: further kinds that a platform lets its auditor read. */
export function auditorRules(more: readonly KindRef[] = []): AuditorRule[] {
  const groups = new Map<string, Set<string>>();
  for (const { group, kind, plural } of [...CONTENT_KINDS, ...WALL_KINDS, ...PLATFORM_KINDS, ...RUNTIME_KINDS, ...OBSERVED_KINDS, ...WIDE_KINDS, ...more]) {
    if (plural.includes("/") || notRead(group, kind) !== undefined) continue;
    const resources = groups.get(group) ?? new Set();
    groups.set(group, resources.add(plural));
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([group, resources]) => ({ apiGroups: [group], resources: [...resources].sort(), verbs: ["get", "list"] }));
}
