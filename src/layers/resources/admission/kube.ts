/**
 * Kubernetes' own writers. One row a controller, as in kube-controller-manager's bootstrap RBAC (a test compares
 * the two on a real server): an account in kube-system that is not a row here writes nothing in a tenant's namespace.
 */
import type { Grant, Operation, Writer } from "./writer.ts";

const grant = (group: string, resources: string[], operations: Operation[], fields?: Grant["fields"]): Grant => ({ group, resources, operations, ...(fields && { fields }) });
const C = "CREATE", U = "UPDATE", D = "DELETE";
const pods = grant("", ["pods"], [C, U, D], "any");
const podStatus = grant("", ["pods/status"], [U]);
const podsDeleted = grant("", ["pods"], [D]);
const revisions = grant("apps", ["controllerrevisions"], [C, U, D], "any");
const claims = (fields: string[]): Grant => grant("", ["persistentvolumeclaims"], [U], fields);
const claimsMade = grant("", ["persistentvolumeclaims"], [C]);
const claimStatus = grant("", ["persistentvolumeclaims/status"], [U]);
const status = (group: string, resource: string): Grant => grant(group, [resource, `${resource}/status`], [U], ["owner"]);
const slices = grant("discovery.k8s.io", ["endpointslices"], [C, U, D], "any");
const resourceClaims: Grant[] = [grant("resource.k8s.io", ["resourceclaims"], [C, U, D]), grant("resource.k8s.io", ["resourceclaims/status", "resourceclaims/binding"], [U])];
/** Events tell, they do not act; each controller writes its own. */
export const EVENTS: readonly Grant[] = [grant("", ["events"], [C, U], "any"), grant("events.k8s.io", ["events"], [C, U], "any")];

/** Controllers of kube-controller-manager, by the name of their account in kube-system. */
export const CONTROLLERS: Readonly<Record<string, readonly Grant[]>> = {
  "cronjob-controller": [grant("batch", ["jobs"], [C, U, D], "any"), status("batch", "cronjobs"), podsDeleted],
  "daemon-set-controller": [pods, grant("", ["pods/binding"], [C]), revisions, grant("apps", ["daemonsets/status"], [U])],
  "deployment-controller": [grant("apps", ["replicasets"], [C, U, D], "any"), status("apps", "deployments"), grant("", ["pods"], [U], "any")],
  "device-taint-eviction-controller": [podsDeleted, podStatus],
  "disruption-controller": [grant("policy", ["poddisruptionbudgets/status"], [U]), podStatus],
  "endpoint-controller": [grant("", ["endpoints"], [C, U, D], "any"), grant("", ["endpoints/restricted"], [C])],
  "endpointslice-controller": [slices],
  "endpointslicemirroring-controller": [slices],
  "ephemeral-volume-controller": [claimsMade],
  "expand-controller": [claimStatus],
  "generic-garbage-collector": [grant("*", ["*"], [D]), grant("*", ["*"], [U], ["owner"])],
  "horizontal-pod-autoscaler": [grant("*", ["*/scale"], [U]), grant("autoscaling", ["horizontalpodautoscalers/status"], [U])],
  "job-controller": [pods, status("batch", "jobs")],
  "legacy-service-account-token-cleaner": [grant("", ["secrets"], [U], ["label.kubernetes.io/legacy-token-invalid-since"]), grant("", ["secrets"], [D])],
  "namespace-controller": [grant("*", ["*"], [D])],
  "node-controller": [podsDeleted, podStatus],
  "persistent-volume-binder": [claims(["spec.volumeName"]), claimStatus, grant("", ["pods"], [C, D])],
  "pod-garbage-collector": [podsDeleted, podStatus],
  "pvc-protection-controller": [claims([]), claimStatus],
  "replicaset-controller": [pods, grant("apps", ["replicasets", "replicasets/status"], [U], "any")],
  "replication-controller": [pods, grant("", ["replicationcontrollers", "replicationcontrollers/status"], [U], "any")],
  "resource-claim-controller": [...resourceClaims, podStatus],
  "resourcequota-controller": [grant("", ["resourcequotas/status"], [U])],
  "root-ca-cert-publisher": [grant("", ["configmaps"], [C, U], ["data"])],
  "service-account-controller": [grant("", ["serviceaccounts"], [C])],
  "statefulset-controller": [pods, revisions, grant("apps", ["statefulsets/status"], [U]), claimsMade, claims(["owner"]), grant("", ["persistentvolumeclaims"], [D])],
  "ttl-after-finished-controller": [grant("batch", ["jobs"], [D])],
};

/** The API server itself (it charges quotas in their status), the scheduler and the nodes, by user and group. Nodes also ask for their pods' tokens. */
const OTHERS: readonly Writer[] = [
  { name: "apiserver", users: ["system:apiserver"], grants: [grant("", ["resourcequotas/status"], [U])] },
  {
    name: "scheduler", users: ["system:kube-scheduler"],
    grants: [podsDeleted, podStatus, grant("", ["bindings", "pods/binding"], [C]), claims([]), ...resourceClaims, ...EVENTS],
  },
  {
    name: "nodes", users: [], group: "system:nodes",
    grants: [podsDeleted, podStatus, grant("", ["pods/eviction", "serviceaccounts/token"], [C]), claimStatus, ...EVENTS],
  },
];

/** All of Kubernetes' writers. A controller-manager without accounts of its own for its controllers is all of them at once. */
export const KUBE_WRITERS: readonly Writer[] = [
  ...Object.entries(CONTROLLERS).map(([name, grants]): Writer => ({ name, users: [`system:serviceaccount:kube-system:${name}`, "system:kube-controller-manager"], grants: [...grants, ...EVENTS] })),
  ...OTHERS,
];
