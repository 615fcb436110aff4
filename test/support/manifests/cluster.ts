/** Access, admission, scaling and what administrators set. */
import { LABELS } from "./pod.ts";
import { clusterWide, namespaced, type Table } from "./table.ts";

const meta = { labels: { ...LABELS, tier: "back" }, annotations: { "example.org/note": "one" } };
const GROUP = "rbac.authorization.k8s.io";
const rules = [{ apiGroups: ["", "apps"], resources: ["pods", "deployments"], verbs: ["get", "list", "watch"] }, { apiGroups: [""], resources: ["configmaps"], resourceNames: ["a", "b"], verbs: ["get"] }];
const subjects = [{ kind: "User", name: "jane@example.org", apiGroup: GROUP }, { kind: "Group", name: "analysts", apiGroup: GROUP }, { kind: "ServiceAccount", name: "app", namespace: "other" }];
const silent = subjects.map(({ apiGroup: _, ...subject }) => subject);

const access: Table[] = [
  namespaced(`${GROUP}/v1`, "Role", { minimal: { rules: [] }, full: { metadata: meta, rules } }),
  namespaced(`${GROUP}/v1`, "RoleBinding", {
    minimal: { roleRef: { kind: "Role", name: "a" } }, silent: { roleRef: { kind: "ClusterRole", name: "a" }, subjects: silent },
    full: { metadata: meta, roleRef: { apiGroup: GROUP, kind: "ClusterRole", name: "view" }, subjects },
  }),
  clusterWide(`${GROUP}/v1`, "ClusterRole", {
    minimal: { rules: [] }, full: { metadata: meta, rules: [...rules, { nonResourceURLs: ["/healthz", "/metrics"], verbs: ["get"] }] },
    aggregated: { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { "example.org/aggregate": "none" } }] } },
  }),
  clusterWide(`${GROUP}/v1`, "ClusterRoleBinding", {
    minimal: { roleRef: { kind: "ClusterRole", name: "sample-minimal" } }, silent: { roleRef: { kind: "ClusterRole", name: "sample-minimal" }, subjects: silent },
    full: { metadata: meta, roleRef: { apiGroup: GROUP, kind: "ClusterRole", name: "sample-full" }, subjects },
  }),
];

const target = { apiVersion: "apps/v1", kind: "Deployment", name: "absent" };
const scaling: Table[] = [
  namespaced("autoscaling/v2", "HorizontalPodAutoscaler", {
    minimal: { spec: { scaleTargetRef: target, maxReplicas: 3 } },
    full: { metadata: meta, spec: {
      scaleTargetRef: target, minReplicas: 2, maxReplicas: 10,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } } }, { type: "ContainerResource", containerResource: { name: "memory", container: "app", target: { type: "AverageValue", averageValue: "500Mi" } } },
        { type: "Pods", pods: { metric: { name: "rps", selector: { matchLabels: { a: "b" } } }, target: { type: "AverageValue", averageValue: "1500m" } } }, { type: "External", external: { metric: { name: "lag" }, target: { type: "Value", value: "30" } } },
        { type: "Object", object: { describedObject: { apiVersion: "v1", kind: "Service", name: "a" }, metric: { name: "hits" }, target: { type: "Value", value: "2k" } } },
      ],
      behavior: { scaleUp: { stabilizationWindowSeconds: 30, selectPolicy: "Min", policies: [{ type: "Pods", value: 2, periodSeconds: 60 }] }, scaleDown: { stabilizationWindowSeconds: 600, selectPolicy: "Disabled", policies: [{ type: "Percent", value: 10, periodSeconds: 120 }], tolerance: "200m" } },
    } },
    up: { spec: { scaleTargetRef: target, maxReplicas: 3, behavior: { scaleUp: { stabilizationWindowSeconds: 5 } } } },
    down: { spec: { scaleTargetRef: target, maxReplicas: 3, behavior: { scaleDown: { policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] } } } },
    still: { spec: { scaleTargetRef: target, maxReplicas: 3, behavior: {} } },
  }),
  namespaced("autoscaling/v1", "HorizontalPodAutoscaler", {
    "old-minimal": { spec: { scaleTargetRef: target, maxReplicas: 3 } }, "old-full": { metadata: meta, spec: { scaleTargetRef: target, minReplicas: 2, maxReplicas: 3, targetCPUUtilizationPercentage: 50 } },
  }),
  namespaced("policy/v1", "PodDisruptionBudget", {
    minimal: { spec: {} },
    full: { metadata: meta, spec: { minAvailable: "50%", selector: { matchLabels: { app: "absent" }, matchExpressions: [{ key: "a", operator: "Exists" }] }, unhealthyPodEvictionPolicy: "AlwaysAllow" } },
    most: { spec: { maxUnavailable: 1, selector: { matchLabels: { app: "absent" } } } },
  }),
  clusterWide("scheduling.k8s.io/v1", "PriorityClass", { minimal: { value: 10 }, full: { metadata: meta, value: 1000, globalDefault: false, description: "for samples", preemptionPolicy: "Never" } }),
  clusterWide("node.k8s.io/v1", "RuntimeClass", { minimal: { handler: "runc" }, full: { metadata: meta, handler: "kata", overhead: { podFixed: { cpu: "10m" } }, scheduling: { nodeSelector: { a: "b" }, tolerations: [{ key: "kata", operator: "Exists", effect: "NoSchedule" }] } } }),
  namespaced("coordination.k8s.io/v1", "Lease", { minimal: {}, full: { metadata: meta, spec: { holderIdentity: "a", leaseDurationSeconds: 15, leaseTransitions: 2, acquireTime: "2026-01-02T03:04:05.000006Z", renewTime: "2026-01-02T03:04:05.000006Z" } } }),
];

/** Only what nobody asks for, so that a change cannot block the server. */
const rule = { apiGroups: ["absent.example.org"], apiVersions: ["v1", "v2"], operations: ["CREATE", "UPDATE"], resources: ["things", "others"] };
const url = { url: "https://hook.example/check", caBundle: Buffer.from("-----BEGIN CERTIFICATE-----").toString("base64") };
const { caBundle: _, ...clientConfig } = url;
const service = { service: { namespace: "hooks", name: "hook" } };
const review = { admissionReviewVersions: ["v1"], sideEffects: "None" };
const selectors = { namespaceSelector: { matchLabels: { a: "b" } }, objectSelector: { matchExpressions: [{ key: "c", operator: "DoesNotExist" }] } };
const fullHook = { name: "full.example.org", admissionReviewVersions: ["v1", "v1beta1"], sideEffects: "NoneOnDryRun", clientConfig: { service: { namespace: "hooks", name: "hook", path: "/check", port: 8443 } }, rules: [{ ...rule, scope: "Namespaced" }], failurePolicy: "Ignore", matchPolicy: "Exact", timeoutSeconds: 5, ...selectors, matchConditions: [{ name: "never", expression: "false" }] };
const match = { matchPolicy: "Exact", ...selectors, resourceRules: [{ ...rule, scope: "Cluster", resourceNames: ["a"] }], excludeResourceRules: [{ ...rule, operations: ["DELETE"] }] };
const paramKind = { apiVersion: "v1", kind: "ConfigMap" };

const admission: Table[] = [
  clusterWide("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", {
    minimal: {}, sparse: { webhooks: [{ name: "a.example.org", ...review, clientConfig: service }, { name: "b.example.org", ...review, clientConfig, rules: [rule] }] },
    full: { metadata: meta, webhooks: [fullHook, { name: "second.example.org", ...review, clientConfig, rules: [rule, { ...rule, resources: ["places"], scope: "*" }] }] },
  }),
  clusterWide("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", {
    minimal: {}, sparse: { webhooks: [{ name: "a.example.org", ...review, clientConfig: service, rules: [rule] }] },
    full: { metadata: meta, webhooks: [{ ...fullHook, reinvocationPolicy: "IfNeeded" }] },
  }),
  clusterWide("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", {
    minimal: { spec: { matchConstraints: { resourceRules: [rule] }, validations: [{ expression: "true" }] } },
    full: { metadata: meta, spec: {
      failurePolicy: "Ignore", paramKind, matchConstraints: match, matchConditions: [{ name: "always", expression: "true" }], variables: [{ name: "n", expression: "object.metadata.name" }],
      validations: [{ expression: "variables.n != 'x'", message: "not x", reason: "Forbidden" }, { expression: "true", messageExpression: "'no'" }], auditAnnotations: [{ key: "n", valueExpression: "string(variables.n)" }],
    } },
  }),
  clusterWide("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", {
    minimal: { spec: { policyName: "sample-minimal", validationActions: ["Deny"] } },
    sparse: { spec: { policyName: "sample-minimal", validationActions: ["Audit"], matchResources: {} } },
    full: { metadata: meta, spec: { policyName: "sample-full", validationActions: ["Warn", "Audit"], paramRef: { name: "p", namespace: "n", parameterNotFoundAction: "Deny" }, matchResources: match } },
  }),
  clusterWide("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy", {
    minimal: { spec: { reinvocationPolicy: "Never", matchConstraints: { resourceRules: [rule] }, mutations: [{ patchType: "JSONPatch", jsonPatch: { expression: "[JSONPatch{op: 'add', path: '/metadata/labels', value: {}}]" } }] } },
    full: { metadata: meta, spec: { failurePolicy: "Ignore", reinvocationPolicy: "IfNeeded", paramKind, matchConstraints: match, matchConditions: [{ name: "always", expression: "true" }], variables: [{ name: "n", expression: "object.metadata.name" }], mutations: [{ patchType: "ApplyConfiguration", applyConfiguration: { expression: "Object{}" } }, { patchType: "JSONPatch", jsonPatch: { expression: "[JSONPatch{op: 'add', path: '/metadata/labels', value: {}}]" } }] } },
  }),
  clusterWide("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicyBinding", {
    minimal: { spec: { policyName: "sample-minimal" } }, sparse: { spec: { policyName: "sample-minimal", matchResources: { resourceRules: [rule] } } },
    full: { metadata: meta, spec: { policyName: "sample-full", paramRef: { selector: { matchLabels: { a: "b" } }, parameterNotFoundAction: "Allow" }, matchResources: match } },
  }),
];

const open = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
const crd = (plural: string, spec: object, more: object = {}) => ({ metadata: { name: `${plural}.samples.example.org`, ...more }, spec: { group: "samples.example.org", ...spec } });
const extension: Table[] = [
  clusterWide("apiextensions.k8s.io/v1", "CustomResourceDefinition", {
    minimal: crd("minimals", { scope: "Namespaced", names: { kind: "MinimalThing", plural: "minimals" }, versions: [{ name: "v1", served: true, storage: true, schema: open }] }),
    full: crd("fulls", {
      scope: "Cluster", names: { kind: "Full", plural: "fulls", singular: "full", listKind: "FullList", shortNames: ["fu"], categories: ["all"] }, preserveUnknownFields: false,
      conversion: { strategy: "Webhook", webhook: { conversionReviewVersions: ["v1"], clientConfig: { service: { namespace: "hooks", name: "convert", path: "/convert", port: 8443 } } } },
      versions: [
        { name: "v1", served: true, storage: true, deprecated: false, subresources: { status: {}, scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" } }, additionalPrinterColumns: [{ name: "Size", type: "integer", jsonPath: ".spec.replicas", priority: 1, description: "how many" }], selectableFields: [{ jsonPath: ".spec.mode" }],
          schema: { openAPIV3Schema: { type: "object", description: "A thing.", required: ["spec"], properties: { spec: { type: "object", properties: { replicas: { type: "integer", format: "int32", minimum: 0, default: 1 }, mode: { type: "string", enum: ["a", "b"], default: "a" }, items: { type: "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"], items: { type: "object", required: ["name"], properties: { name: { type: "string" }, port: { "x-kubernetes-int-or-string": true } } } }, free: { type: "object", additionalProperties: { type: "string" } } }, "x-kubernetes-validations": [{ rule: "self.replicas >= 0", message: "no debts" }] }, status: { type: "object", properties: { replicas: { type: "integer" } } } } } } },
        { name: "v1beta1", served: false, storage: false, deprecated: true, deprecationWarning: "use v1", schema: open },
      ],
    }, meta),
    hooked: crd("hooked", { scope: "Namespaced", names: { kind: "Hooked", plural: "hooked" }, conversion: { strategy: "Webhook", webhook: { conversionReviewVersions: ["v1"], clientConfig: { service: { namespace: "hooks", name: "convert" } } } }, versions: [{ name: "v1", served: true, storage: true, schema: open }] }),
  }),
  clusterWide("apiregistration.k8s.io/v1", "APIService", {
    minimal: { metadata: { name: "v1.minimal.example.org" }, spec: { group: "minimal.example.org", version: "v1", groupPriorityMinimum: 10, versionPriority: 10, service: { namespace: "hooks", name: "api" } } },
    full: { metadata: { name: "v1.full.example.org", ...meta }, spec: { group: "full.example.org", version: "v1", groupPriorityMinimum: 10, versionPriority: 10, insecureSkipTLSVerify: true, service: { namespace: "hooks", name: "api", port: 8443 } } },
  }),
];

const queuing = { type: "Queue", queuing: { queues: 16, handSize: 4, queueLengthLimit: 20 } };
const flowRules = [{ subjects: [{ kind: "User", user: { name: "jane" } }, { kind: "Group", group: { name: "g" } }, { kind: "ServiceAccount", serviceAccount: { namespace: "n", name: "s" } }], resourceRules: [{ verbs: ["get"], apiGroups: [""], resources: ["pods"], namespaces: ["n"], clusterScope: true }], nonResourceRules: [{ verbs: ["get"], nonResourceURLs: ["/healthz"] }] }];
const devices = { requests: [{ name: "gpu", exactly: { deviceClassName: "sample-full", allocationMode: "ExactCount", count: 2, adminAccess: undefined, selectors: [{ cel: { expression: "true" } }], tolerations: [{ key: "a", operator: "Exists" }] } }], constraints: [{ requests: ["gpu"], matchAttribute: "example.org/a" }] };
const sparseDevices = { requests: [{ name: "a", exactly: { deviceClassName: "sample-minimal" } }, { name: "b", exactly: { deviceClassName: "sample-minimal", allocationMode: "All" } }, { name: "c", firstAvailable: [{ name: "x", deviceClassName: "sample-minimal" }, { name: "y", deviceClassName: "sample-minimal", count: 3, tolerations: [{ key: "a", value: "b" }] }] }] };
const running: Table[] = [
  clusterWide("flowcontrol.apiserver.k8s.io/v1", "FlowSchema", { minimal: { spec: { priorityLevelConfiguration: { name: "sample-full" } } }, full: { metadata: meta, spec: { priorityLevelConfiguration: { name: "sample-full" }, matchingPrecedence: 500, distinguisherMethod: { type: "ByUser" }, rules: flowRules } } }),
  clusterWide("flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration", {
    minimal: { spec: { type: "Limited", limited: { limitResponse: { type: "Reject" } } } }, sparse: { spec: { type: "Limited", limited: { limitResponse: { type: "Queue", queuing: {} } } } },
    full: { metadata: meta, spec: { type: "Limited", limited: { nominalConcurrencyShares: 5, lendablePercent: 20, borrowingLimitPercent: 50, limitResponse: queuing } } },
  }),
  namespaced("resource.k8s.io/v1", "ResourceClaim", { minimal: { spec: { devices: sparseDevices } }, full: { metadata: meta, spec: { devices } }, empty: { spec: {} } }),
  namespaced("resource.k8s.io/v1", "ResourceClaimTemplate", { minimal: { spec: { spec: { devices: sparseDevices } } }, full: { metadata: meta, spec: { metadata: { labels: LABELS }, spec: { devices } } } }),
  clusterWide("resource.k8s.io/v1", "DeviceClass", { minimal: { spec: {} }, full: { metadata: meta, spec: { selectors: [{ cel: { expression: "device.driver == 'gpu.example.org'" } }] } } }),
  clusterWide("v1", "Node", { minimal: {}, full: { metadata: meta, spec: { podCIDR: "10.244.0.0/24", podCIDRs: ["10.244.0.0/24"], providerID: "example://n1", unschedulable: true, taints: [{ key: "dedicated", value: "data", effect: "NoSchedule" }] } } }),
];

export const cluster: Table[] = [...access, ...scaling, ...admission, ...extension, ...running];
