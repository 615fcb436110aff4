import type { KubeObject } from "../types.ts";
import * as admission from "./admission.ts";
import * as apps from "./apps.ts";
import * as autoscaling from "./autoscaling.ts";
import * as batch from "./batch.ts";
import * as cluster from "./cluster.ts";
import * as core from "./core.ts";
import * as networking from "./networking.ts";
import * as rbac from "./rbac.ts";
import type { Rule } from "./rule.ts";
import { asStored } from "./store.ts";

/** Kinds that the API server fills in, in the versions that Kubernetes 1.36 serves by default. Kinds of CRDs have theirs in their schemas. */
const RULES: ReadonlyMap<string, Rule> = new Map(Object.entries({
  "v1/Endpoints": core.endpoints,
  "v1/LimitRange": core.limitRange,
  "v1/Namespace": core.namespace,
  "v1/Node": core.node,
  "v1/PersistentVolume": core.persistentVolume,
  "v1/PersistentVolumeClaim": core.persistentVolumeClaim,
  "v1/Pod": core.pod,
  "v1/PodTemplate": core.podTemplate,
  "v1/ReplicationController": apps.replicationController,
  "v1/Secret": core.secret,
  "v1/Service": core.service,
  "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy": admission.policy,
  "admissionregistration.k8s.io/v1/MutatingAdmissionPolicyBinding": admission.policyBinding,
  "admissionregistration.k8s.io/v1/MutatingWebhookConfiguration": admission.mutatingWebhooks,
  "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy": admission.policy,
  "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding": admission.policyBinding,
  "admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration": admission.validatingWebhooks,
  "apiextensions.k8s.io/v1/CustomResourceDefinition": admission.customResourceDefinition,
  "apiregistration.k8s.io/v1/APIService": admission.apiService,
  "apps/v1/DaemonSet": apps.daemonSet,
  "apps/v1/Deployment": apps.deployment,
  "apps/v1/ReplicaSet": apps.replicaSet,
  "apps/v1/StatefulSet": apps.statefulSet,
  "autoscaling/v1/HorizontalPodAutoscaler": autoscaling.autoscalerV1,
  "autoscaling/v2/HorizontalPodAutoscaler": autoscaling.autoscaler,
  "batch/v1/CronJob": batch.cronJob,
  "batch/v1/Job": batch.job,
  "discovery.k8s.io/v1/EndpointSlice": networking.endpointSlice,
  "flowcontrol.apiserver.k8s.io/v1/FlowSchema": cluster.flowSchema,
  "flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration": cluster.priorityLevel,
  "networking.k8s.io/v1/IngressClass": networking.ingressClass,
  "networking.k8s.io/v1/NetworkPolicy": networking.networkPolicy,
  "rbac.authorization.k8s.io/v1/ClusterRoleBinding": rbac.binding,
  "rbac.authorization.k8s.io/v1/RoleBinding": rbac.binding,
  "resource.k8s.io/v1/ResourceClaim": cluster.resourceClaim,
  "resource.k8s.io/v1/ResourceClaimTemplate": cluster.resourceClaimTemplate,
  "scheduling.k8s.io/v1/PriorityClass": cluster.priorityClass,
  "storage.k8s.io/v1/CSIDriver": cluster.csiDriver,
  "storage.k8s.io/v1/StorageClass": cluster.storageClass,
  "storage.k8s.io/v1/VolumeAttachment": cluster.volumeAttachment,
}));

/**
 * A built-in object as kube-apiserver stores it: where git is silent with the default, a constant or one that follows from other fields; without what
 * vanishes when it is stored. Idempotent; the input is never written to and shared where nothing changes: the very same object where nothing does. Values
 * that the server picks (addresses, ports, uids, finalizers, selectors of Jobs) are no defaults, nor are those that depend on other objects (a default
 * StorageClass, a LimitRange, the values of a PriorityClass).
 */
export function withBuiltInDefaults<T extends KubeObject>(object: T): T {
  const stored = asStored(object, object.apiVersion, object.kind);
  const rule = RULES.get(`${object.apiVersion}/${object.kind}`);
  return (rule ? rule(stored) : stored) as T;
}
