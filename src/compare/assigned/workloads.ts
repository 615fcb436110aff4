/** Workloads. Tried on kube-apiserver 1.36 with kube-controller-manager. */
import { same, valueAt } from "../value.ts";
import { type About, annotation, type AssignedLeaf, type AssignedLeaves, CONTROLLER_MANAGER, label } from "./rule.ts";

const isNumber = (value: unknown): boolean => typeof value === "string" && /^\d+$/.test(value);

/** A Job is told its pods by its own uid; who says otherwise in git does not let the server choose. */
const JOB = "pkg/registry/batch/job/strategy.go";
const LABELS: Readonly<Record<string, "uid" | "name">> = { "batch.kubernetes.io/controller-uid": "uid", "controller-uid": "uid", "batch.kubernetes.io/job-name": "name", "job-name": "name" };
const names = (field: "uid" | "name") => (value: unknown, { live }: About): boolean => value === live.metadata[field];
const JOB_LEAVES: readonly AssignedLeaf[] = [
  {
    path: "/spec/selector", by: "server", source: JOB,
    when: (value, { desired, live }) => valueAt(desired, ["spec", "manualSelector"]) !== true && same(value, { matchLabels: { "batch.kubernetes.io/controller-uid": live.metadata["uid"] } }),
  },
  ...Object.entries(LABELS).flatMap(([name, field]): AssignedLeaf[] => [
    label(name, "proven", JOB, names(field)),
    { path: `/spec/template/metadata/labels/${name.replace("/", "~1")}`, by: "proven", when: names(field), source: JOB },
  ]),
  annotation("batch.kubernetes.io/job-tracking", "proven", JOB, (value) => value === ""),
];

/** Read in v1, an autoscaler shows what only v2 has as annotations; conditions and current metrics are its status. */
const AUTOSCALER_LEAVES: readonly AssignedLeaf[] = ["conditions", "current-metrics"].map((name) =>
  annotation(`autoscaling.alpha.kubernetes.io/${name}`, "proven", "pkg/apis/autoscaling/v1/conversion.go", (_, { live }) => live.apiVersion === "autoscaling/v1"));

export const WORKLOADS: AssignedLeaves = {
  "apps/Deployment": [annotation("deployment.kubernetes.io/revision", CONTROLLER_MANAGER, "pkg/controller/deployment/sync.go", isNumber)],
  "apps/DaemonSet": [annotation("deprecated.daemonset.template.generation", "proven", "pkg/apis/apps/v1/conversion.go", isNumber)],
  "apps/ReplicaSet": ["revision", "desired-replicas", "max-replicas"].map((name) => annotation(`deployment.kubernetes.io/${name}`, CONTROLLER_MANAGER, "pkg/controller/deployment/util", isNumber)),
  "batch/Job": JOB_LEAVES,
  "autoscaling/HorizontalPodAutoscaler": AUTOSCALER_LEAVES,
};
