import type { Structural } from "./structural.ts";

const oneOf = (...words: string[]): Structural => ({ enum: words });
const each = (...words: string[]): Structural => ({ items: { enum: words } });
const port: Structural = { minimum: 1, maximum: 65_535 };
const portOrName: Structural = { format: "port" };
const atLeast = (minimum: number): Structural => ({ minimum });
const protocol = oneOf("TCP", "UDP", "SCTP");
/** Half of a list key (`ports` are told apart by port and protocol), so its default must be in place before keys are compared. */
const keyProtocol: Structural = { ...protocol, default: "TCP" };
const labels: Structural = { "x-bulkhead-map": "labels" };
const annotations: Structural = { "x-bulkhead-map": "annotations" };
const configKeys: Structural = { "x-bulkhead-map": "config-keys" };
const selectorOperator = oneOf("In", "NotIn", "Exists", "DoesNotExist");
const pullPolicy = oneOf("Always", "IfNotPresent", "Never");
const failurePolicy = oneOf("Fail", "Ignore");
const matchPolicy = oneOf("Exact", "Equivalent");
const operations = each("CREATE", "UPDATE", "DELETE", "CONNECT", "*");
const accessModes = each("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod");
const rule: Record<string, Structural> = { operations: { ...operations, minItems: 1 }, apiGroups: { minItems: 1 }, apiVersions: { minItems: 1 }, resources: { minItems: 1 }, scope: oneOf("Cluster", "Namespaced", "*") };
const identifier: Structural = { pattern: "^[A-Za-z_][A-Za-z0-9_]*$" };
const container: Record<string, Structural> = { imagePullPolicy: pullPolicy, terminationMessagePolicy: oneOf("File", "FallbackToLogsOnError"), name: { format: "dns1123-label" } };

/**
 * What the API server checks in Go code and the published definitions do not say, by definition and field. It is no full
 * copy of that code: the closed sets of words, ports, list keys and names that a compiler can get wrong.
 */
export const REFINEMENTS: Record<string, Record<string, Structural>> = {
  "meta.v1.ObjectMeta": { labels, annotations },
  "meta.v1.LabelSelector": { matchLabels: labels },
  "meta.v1.LabelSelectorRequirement": { operator: selectorOperator },
  "core.v1.NodeSelectorRequirement": { operator: oneOf("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt") },
  "core.v1.ConfigMap": { data: configKeys, binaryData: configKeys },
  "core.v1.Secret": { data: configKeys, stringData: configKeys },
  "core.v1.Container": container,
  "core.v1.EphemeralContainer": container,
  "core.v1.ContainerPort": { containerPort: port, hostPort: port, protocol: keyProtocol },
  "core.v1.ServicePort": { port, nodePort: port, protocol: keyProtocol, targetPort: portOrName },
  "core.v1.ServiceSpec": { type: oneOf("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"), sessionAffinity: oneOf("ClientIP", "None"), externalTrafficPolicy: oneOf("Cluster", "Local"), internalTrafficPolicy: oneOf("Cluster", "Local"), ipFamilyPolicy: oneOf("SingleStack", "PreferDualStack", "RequireDualStack"), ipFamilies: each("IPv4", "IPv6"), selector: labels },
  "core.v1.HTTPGetAction": { port: portOrName, scheme: oneOf("HTTP", "HTTPS") },
  "core.v1.TCPSocketAction": { port: portOrName },
  "core.v1.PodSpec": { restartPolicy: oneOf("Always", "OnFailure", "Never"), dnsPolicy: oneOf("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"), preemptionPolicy: oneOf("PreemptLowerPriority", "Never"), nodeSelector: labels, containers: { minItems: 1 }, terminationGracePeriodSeconds: atLeast(0), activeDeadlineSeconds: atLeast(1) },
  "core.v1.Toleration": { operator: oneOf("Exists", "Equal", "Lt", "Gt"), effect: oneOf("NoSchedule", "PreferNoSchedule", "NoExecute") },
  "core.v1.TopologySpreadConstraint": { whenUnsatisfiable: oneOf("DoNotSchedule", "ScheduleAnyway"), maxSkew: atLeast(1) },
  "core.v1.SeccompProfile": { type: oneOf("Localhost", "RuntimeDefault", "Unconfined") },
  "core.v1.Volume": { name: { format: "dns1123-label" } },
  "core.v1.VolumeMount": { mountPropagation: oneOf("None", "HostToContainer", "Bidirectional"), mountPath: { minLength: 1 } },
  "core.v1.EnvVar": { name: { minLength: 1 } },
  "core.v1.KeyToPath": { mode: { minimum: 0, maximum: 0o777 } },
  "core.v1.PersistentVolumeClaimSpec": { accessModes, volumeMode: oneOf("Block", "Filesystem") },
  "core.v1.PersistentVolumeSpec": { accessModes, persistentVolumeReclaimPolicy: oneOf("Retain", "Recycle", "Delete") },
  "core.v1.LimitRangeItem": { type: { pattern: "^(Container|Pod|PersistentVolumeClaim|[^/]+/[^/]+)$" } },
  "core.v1.ResourceQuotaSpec": { scopes: each("Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity", "VolumeAttributesClass") },
  "core.v1.ScopedResourceSelectorRequirement": { operator: selectorOperator },
  "apps.v1.DeploymentSpec": { replicas: atLeast(0), revisionHistoryLimit: atLeast(0), progressDeadlineSeconds: atLeast(1) },
  "apps.v1.DeploymentStrategy": { type: oneOf("Recreate", "RollingUpdate") },
  "apps.v1.StatefulSetSpec": { replicas: atLeast(0), podManagementPolicy: oneOf("OrderedReady", "Parallel") },
  "apps.v1.StatefulSetUpdateStrategy": { type: oneOf("RollingUpdate", "OnDelete") },
  "apps.v1.DaemonSetUpdateStrategy": { type: oneOf("RollingUpdate", "OnDelete") },
  "apps.v1.ReplicaSetSpec": { replicas: atLeast(0) },
  "batch.v1.JobSpec": { completionMode: oneOf("NonIndexed", "Indexed"), podReplacementPolicy: oneOf("TerminatingOrFailed", "Failed"), parallelism: atLeast(0), completions: atLeast(0), backoffLimit: atLeast(0), activeDeadlineSeconds: atLeast(0), ttlSecondsAfterFinished: atLeast(0) },
  "batch.v1.CronJobSpec": { concurrencyPolicy: oneOf("Allow", "Forbid", "Replace"), schedule: { format: "cron" }, startingDeadlineSeconds: atLeast(0), successfulJobsHistoryLimit: atLeast(0), failedJobsHistoryLimit: atLeast(0) },
  "networking.v1.NetworkPolicySpec": { policyTypes: each("Ingress", "Egress") },
  "networking.v1.NetworkPolicyPort": { protocol, port: portOrName, endPort: port },
  "networking.v1.IPBlock": { cidr: { format: "cidr" }, except: { items: { format: "cidr" } } },
  "networking.v1.HTTPIngressPath": { pathType: oneOf("Exact", "Prefix", "ImplementationSpecific") },
  "networking.v1.ServiceBackendPort": { number: port },
  "rbac.v1.PolicyRule": { verbs: { minItems: 1 } },
  "rbac.v1.RoleRef": { kind: oneOf("Role", "ClusterRole"), apiGroup: oneOf("rbac.authorization.k8s.io") },
  "rbac.v1.Subject": { kind: oneOf("User", "Group", "ServiceAccount"), apiGroup: oneOf("", "rbac.authorization.k8s.io") },
  "policy.v1.PodDisruptionBudgetSpec": { unhealthyPodEvictionPolicy: oneOf("IfHealthyBudget", "AlwaysAllow") },
  "autoscaling.v2.HorizontalPodAutoscalerSpec": { maxReplicas: atLeast(1), minReplicas: atLeast(0) },
  "autoscaling.v2.MetricSpec": { type: oneOf("ContainerResource", "External", "Object", "Pods", "Resource") },
  "autoscaling.v2.MetricTarget": { type: oneOf("Utilization", "Value", "AverageValue") },
  "admissionregistration.v1.ValidatingAdmissionPolicySpec": { failurePolicy },
  "admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec": { validationActions: { minItems: 1, ...each("Deny", "Warn", "Audit") }, policyName: { minLength: 1 } },
  "admissionregistration.v1.MutatingAdmissionPolicySpec": { failurePolicy, reinvocationPolicy: oneOf("Never", "IfNeeded") },
  "admissionregistration.v1.Mutation": { patchType: oneOf("ApplyConfiguration", "JSONPatch") },
  "admissionregistration.v1.MatchResources": { matchPolicy },
  "admissionregistration.v1.NamedRuleWithOperations": rule,
  "admissionregistration.v1.RuleWithOperations": rule,
  "admissionregistration.v1.ParamRef": { parameterNotFoundAction: oneOf("Allow", "Deny") },
  "admissionregistration.v1.Variable": { name: identifier },
  "admissionregistration.v1.Validation": { expression: { minLength: 1 }, message: { pattern: "^[^\\n\\r]*$" }, reason: oneOf("Unauthorized", "Forbidden", "Invalid", "RequestEntityTooLarge") },
  "admissionregistration.v1.ValidatingWebhook": { failurePolicy, matchPolicy, sideEffects: oneOf("None", "NoneOnDryRun"), timeoutSeconds: { minimum: 1, maximum: 30 } },
  "admissionregistration.v1.MutatingWebhook": { failurePolicy, matchPolicy, sideEffects: oneOf("None", "NoneOnDryRun"), timeoutSeconds: { minimum: 1, maximum: 30 }, reinvocationPolicy: oneOf("Never", "IfNeeded") },
  "apiextensions.v1.CustomResourceDefinitionSpec": { scope: oneOf("Cluster", "Namespaced"), versions: { minItems: 1 } },
  "apiextensions.v1.CustomResourceConversion": { strategy: oneOf("None", "Webhook") },
  "storage.v1.StorageClass": { reclaimPolicy: oneOf("Delete", "Retain"), volumeBindingMode: oneOf("Immediate", "WaitForFirstConsumer") },
  "scheduling.v1.PriorityClass": { preemptionPolicy: oneOf("PreemptLowerPriority", "Never"), value: { maximum: 1_000_000_000 } },
  "discovery.v1.EndpointSlice": { addressType: oneOf("IPv4", "IPv6", "FQDN") },
};
