/** Made-up sides of an audit. */
import type { DesiredEntry, DesiredSide } from "../../src/audit/desired/side.ts";
import type { LiveKind, LiveObject, ManagedFieldsEntry } from "../../src/audit/live/source.ts";
import type { Finding } from "../../src/model/finding.ts";
import { memorySource } from "../support/memory-source.ts";

const KINDS: Record<string, [apiVersion: string, plural: string, namespaced: boolean]> = {
  Namespace: ["v1", "namespaces", false], ConfigMap: ["v1", "configmaps", true], Secret: ["v1", "secrets", true], Pod: ["v1", "pods", true], ServiceAccount: ["v1", "serviceaccounts", true], Deployment: ["apps/v1", "deployments", true], ReplicaSet: ["apps/v1", "replicasets", true],
  HorizontalPodAutoscaler: ["autoscaling/v2", "horizontalpodautoscalers", true],
  PersistentVolume: ["v1", "persistentvolumes", false], PersistentVolumeClaim: ["v1", "persistentvolumeclaims", true], Node: ["v1", "nodes", false],
  ...Object.fromEntries(["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"].map((kind) => [kind, ["admissionregistration.k8s.io/v1", `${kind.toLowerCase()}s`, false]])),
  ValidatingAdmissionPolicy: ["admissionregistration.k8s.io/v1", "validatingadmissionpolicies", false], ValidatingAdmissionPolicyBinding: ["admissionregistration.k8s.io/v1", "validatingadmissionpolicybindings", false],
  MutatingAdmissionPolicy: ["admissionregistration.k8s.io/v1", "mutatingadmissionpolicies", false], MutatingAdmissionPolicyBinding: ["admissionregistration.k8s.io/v1", "mutatingadmissionpolicybindings", false],
  APIService: ["apiregistration.k8s.io/v1", "apiservices", false], CustomResourceDefinition: ["apiextensions.k8s.io/v1", "customresourcedefinitions", false], FlowSchema: ["flowcontrol.apiserver.k8s.io/v1", "flowschemas", false],
  StorageClass: ["storage.k8s.io/v1", "storageclasses", false], CSIDriver: ["storage.k8s.io/v1", "csidrivers", false], IngressClass: ["networking.k8s.io/v1", "ingressclasses", false], PriorityClass: ["scheduling.k8s.io/v1", "priorityclasses", false],
  AdminNetworkPolicy: ["policy.networking.k8s.io/v1alpha1", "adminnetworkpolicies", false], BaselineAdminNetworkPolicy: ["policy.networking.k8s.io/v1alpha1", "baselineadminnetworkpolicies", false],
  CiliumClusterwideNetworkPolicy: ["cilium.io/v2", "ciliumclusterwidenetworkpolicies", false], CiliumEgressGatewayPolicy: ["cilium.io/v2", "ciliumegressgatewaypolicies", false], CiliumClusterwideEnvoyConfig: ["cilium.io/v2", "ciliumclusterwideenvoyconfigs", false],
  GlobalNetworkPolicy: ["projectcalico.org/v3", "globalnetworkpolicies", false], ClusterSecretStore: ["external-secrets.io/v1", "clustersecretstores", false], ClusterExternalSecret: ["external-secrets.io/v1", "clusterexternalsecrets", false],
  ClusterPushSecret: ["external-secrets.io/v1alpha1", "clusterpushsecrets", false], ExternalSecret: ["external-secrets.io/v1", "externalsecrets", true], ClusterPolicy: ["kyverno.io/v1", "clusterpolicies", false],
  ClusterServingRuntime: ["serving.kserve.io/v1alpha1", "clusterservingruntimes", false], InferenceService: ["serving.kserve.io/v1beta1", "inferenceservices", true], Tenant: ["bulkhead.dev/v1alpha1", "tenants", false], Certificate: ["cert-manager.io/v1", "certificates", true],
  ClusterRole: ["rbac.authorization.k8s.io/v1", "clusterroles", false], ClusterRoleBinding: ["rbac.authorization.k8s.io/v1", "clusterrolebindings", false], AppProject: ["argoproj.io/v1alpha1", "appprojects", true], Application: ["argoproj.io/v1alpha1", "applications", true],
};
const served = (kind: string): LiveKind => ({ apiVersion: KINDS[kind]![0], kind, plural: KINDS[kind]![1], namespaced: KINDS[kind]![2], verbs: ["get", "list"], preferred: true });
let uids = 0;
export const object = (kind: string, namespace: string | undefined, name: string, more: { metadata?: object; [field: string]: unknown } = {}): LiveObject => {
  const { metadata, ...rest } = more;
  return { apiVersion: KINDS[kind]![0], kind, ...rest, metadata: { name, ...(namespace !== undefined && { namespace }), uid: `u${++uids}`, ...metadata } };
};
export const by = (manager: string, fields: object = { "f:metadata": {}, "f:spec": {} }, subresource?: string): ManagedFieldsEntry => ({ manager, operation: "Update", apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1: fields as Record<string, unknown>, ...(subresource && { subresource }) });
export const owned = (owner: LiveObject, more: object = {}) => ({ ownerReferences: [{ apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid!, controller: true }], ...more });

/** Lists of these objects in pages of two; `cut` ends a kind's list after so many. */
export const cluster = (objects: readonly LiveObject[], cut: Record<string, number> = {}) =>
  memorySource(Object.keys(KINDS).map((kind) => ({ kind: served(kind), objects: objects.filter((o) => o.kind === kind), ...(cut[kind] !== undefined && { broken: { after: cut[kind], reason: "forbidden" } }) })));

type Body = { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } };
export function git(bodies: readonly (Body & { tenant?: string })[], more: Partial<DesiredSide> = {}): DesiredSide {
  const entries = bodies.map(({ apiVersion, kind, metadata, tenant }, document): DesiredEntry => ({ apiVersion, kind, ...metadata, file: `eu/${tenant === undefined ? "platform" : `tenants/${tenant}/walls`}/${kind}.${metadata.name}.yaml`, document, area: tenant === undefined ? "platform" : "walls", ...(tenant !== undefined && { tenant }) }));
  const side = { from: "made", tenants: [], notices: [], problems: [], entries, read: async (some: readonly DesiredEntry[]) => some.map((e) => { const { tenant: _, ...body } = bodies[e.document]!; return body as unknown as Record<string, unknown>; }), place: async (s: unknown) => s, at: async () => undefined, changed: async () => undefined, close: async () => {}, ...more };
  return side as unknown as DesiredSide;
}
export const declared = (kind: string, namespace: string | undefined, name: string, tenant?: string, fields: object = {}, apiVersion = KINDS[kind]![0]) => ({ apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) }, ...fields, ...(tenant !== undefined && { tenant }) });
export const said = (findings: readonly Pick<Finding, "status" | "object" | "tenant">[]): string[] => findings.map(({ status, object: o, tenant }) => `${status} ${o.kind} ${o.namespace ?? "-"}/${o.name} ${tenant ?? "-"}`).sort();

export const NS = declared("Namespace", undefined, "tenant-a", "a");
export const LIVE_NS = object("Namespace", undefined, "tenant-a");

