/** Kinds whose objects make pods; none wants a pod, so that no controller writes more than it must. */
import { fullPodSpec, LABELS, minimalPodSpec, sparsePodSpec } from "./pod.ts";
import { ID, namespaced, type Table } from "./table.ts";

const selector = { matchLabels: LABELS };
const minimal = { selector, template: { metadata: { labels: LABELS }, spec: minimalPodSpec } };
const sparse = { selector, template: { metadata: { labels: LABELS }, spec: sparsePodSpec } };
const full = { selector: { matchLabels: LABELS, matchExpressions: [{ key: "app", operator: "In", values: [ID, "other"] }] }, template: { metadata: { labels: { ...LABELS, tier: "back" }, annotations: { "example.org/checksum": "0123" } }, spec: { ...fullPodSpec, priorityClassName: "sample-full" } } };
const meta = { labels: { ...LABELS, tier: "back" }, annotations: { "example.org/note": "one" } };
const claim = (name: string, spec: object, more: object = {}) => ({ metadata: { name, ...more }, spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec } });

const jobPod = { ...minimalPodSpec, restartPolicy: "Never" };
const { restartPolicy: _, ...fullJobPod } = { ...fullPodSpec, restartPolicy: "Never" };
const failurePolicy = { rules: [
  { action: "FailJob", onExitCodes: { containerName: "app", operator: "In", values: [1, 42] } },
  { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget" }] }, { action: "Count", onPodConditions: [{ type: "Ready", status: "False" }] },
] };
const fullJob = {
  suspend: true, parallelism: 2, completions: 4, completionMode: "Indexed", backoffLimit: 3, activeDeadlineSeconds: 3600, ttlSecondsAfterFinished: 86_400, podReplacementPolicy: "Failed", podFailurePolicy: failurePolicy,
  successPolicy: { rules: [{ succeededIndexes: "0-1", succeededCount: 1 }] },
  template: { metadata: { labels: { tier: "back" }, annotations: { "example.org/note": "one" } }, spec: { ...fullJobPod, restartPolicy: "Never" } },
};

export const workloads: Table[] = [
  namespaced("apps/v1", "Deployment", {
    minimal: { spec: { replicas: 0, ...minimal } },
    full: { metadata: meta, spec: { replicas: 0, minReadySeconds: 10, revisionHistoryLimit: 3, progressDeadlineSeconds: 120, paused: true, strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: "50%" } }, ...full } },
    sparse: { spec: { replicas: 0, ...sparse } },
    recreate: { spec: { replicas: 0, strategy: { type: "Recreate" }, ...minimal } },
    surge: { spec: { replicas: 0, strategy: { rollingUpdate: { maxSurge: 2 } }, ...minimal } },
    silent: { spec: { paused: true, ...minimal } },
  }),
  namespaced("apps/v1", "StatefulSet", {
    minimal: { spec: { replicas: 0, serviceName: "sample", ...minimal } },
    full: { metadata: meta, spec: {
      replicas: 0, serviceName: "sample", minReadySeconds: 5, podManagementPolicy: "Parallel", revisionHistoryLimit: 4, ordinals: { start: 3 }, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" },
      volumeClaimTemplates: [claim("store", { storageClassName: "fast", volumeMode: "Filesystem" }, { labels: LABELS }), claim("log", { selector: { matchLabels: { a: "b" } } })],
      ...full, template: { ...full.template, spec: { ...full.template.spec, containers: full.template.spec.containers.map((one, i) => (i === 1 ? { ...one, volumeMounts: [{ name: "store", mountPath: "/store" }] } : one)) } },
    } },
    sparse: { spec: { replicas: 0, updateStrategy: { type: "RollingUpdate" }, volumeClaimTemplates: [claim("store", {})], ...sparse } },
    "on-delete": { spec: { replicas: 0, updateStrategy: { type: "OnDelete" }, persistentVolumeClaimRetentionPolicy: { whenScaled: "Delete" }, ...minimal } },
    rolling: { spec: { replicas: 0, updateStrategy: { type: "RollingUpdate", rollingUpdate: {} }, ...minimal } },
  }),
  namespaced("apps/v1", "DaemonSet", {
    minimal: { spec: minimal },
    full: { metadata: meta, spec: { minReadySeconds: 10, revisionHistoryLimit: 3, updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "20%", maxSurge: 0 } }, ...full } },
    sparse: { spec: { updateStrategy: { rollingUpdate: { maxUnavailable: 2 } }, ...sparse } },
    "on-delete": { spec: { updateStrategy: { type: "OnDelete" }, ...minimal } },
  }),
  namespaced("apps/v1", "ReplicaSet", {
    minimal: { spec: { replicas: 0, ...minimal } },
    full: { metadata: meta, spec: { replicas: 0, minReadySeconds: 10, ...full } },
    sparse: { spec: { replicas: 0, ...sparse } },
  }),
  namespaced("v1", "ReplicationController", {
    minimal: { spec: { replicas: 0, template: { metadata: { labels: { rc: "minimal" } }, spec: minimalPodSpec } } },
    full: { metadata: meta, spec: { replicas: 0, minReadySeconds: 10, selector: { rc: "full" }, template: { metadata: { labels: { rc: "full" }, annotations: { a: "b" } }, spec: fullPodSpec } } },
  }),
  namespaced("apps/v1", "ControllerRevision", {
    minimal: { revision: 1, data: {} },
    full: { metadata: { labels: { tier: "back" } }, revision: 3, data: { spec: { template: { a: ["b", 1, true] } } } },
  }),
  namespaced("batch/v1", "Job", {
    minimal: { spec: { template: { spec: jobPod } } },
    full: { metadata: meta, spec: fullJob },
    parallel: { spec: { suspend: true, parallelism: 3, template: { metadata: { labels: { tier: "back" } }, spec: jobPod } } },
    completions: { spec: { suspend: true, completions: 3, template: { spec: jobPod } } },
    indexed: { spec: { suspend: true, completionMode: "Indexed", completions: 3, backoffLimitPerIndex: 1, maxFailedIndexes: 2, template: { spec: jobPod } } },
    policy: { spec: { suspend: true, podFailurePolicy: failurePolicy, template: { spec: jobPod } } },
    sparse: { spec: { suspend: true, template: { spec: { ...sparsePodSpec, restartPolicy: "OnFailure" } } } },
  }),
  namespaced("batch/v1", "CronJob", {
    minimal: { spec: { schedule: "0 3 * * *", jobTemplate: { spec: { template: { spec: jobPod } } } } },
    full: { metadata: meta, spec: { schedule: "*/5 * * * *", timeZone: "Europe/Berlin", suspend: true, concurrencyPolicy: "Forbid", startingDeadlineSeconds: 300, successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0, jobTemplate: { metadata: meta, spec: fullJob } } },
    sparse: { spec: { schedule: "@daily", jobTemplate: { spec: { backoffLimit: 0, podFailurePolicy: failurePolicy, template: { spec: { ...sparsePodSpec, restartPolicy: "Never" } } } } } },
  }),
];
