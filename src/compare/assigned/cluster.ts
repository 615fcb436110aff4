/** Nodes, Endpoints and what is cluster-wide. Tried on kube-apiserver 1.36 with kube-controller-manager. */
import { member } from "../value.ts";
import { annotation, type AssignedLeaves, CONTROLLER_MANAGER, finalizer, label } from "./rule.ts";

/** Conditions of a node, as taints; an administrator's are called otherwise. */
const isConditionTaint = (value: unknown): boolean => /^node\.(kubernetes\.io|cloudprovider\.kubernetes\.io)\//.test(String(member(value, "key")));
/** Every node begins with it, whoever makes it: where git has taints of its own, the list is its applier's as one. */
const isBeginning = (value: unknown): boolean => member(value, "key") === "node.kubernetes.io/not-ready" && member(value, "effect") === "NoSchedule";
const ENDPOINTS = "pkg/controller/endpoint, pkg/controller/endpointslicemirroring";

export const CLUSTER: AssignedLeaves = {
  "/Node": [
    annotation("node.alpha.kubernetes.io/ttl", "proven", "pkg/controller/ttl", (value) => typeof value === "string" && /^\d+$/.test(value)),
    { path: "/spec/taints/*", by: "proven", when: isBeginning, source: "plugin/pkg/admission/nodetaint" },
    { path: "/spec/taints/*", by: CONTROLLER_MANAGER, when: isConditionTaint, source: "pkg/controller/nodelifecycle" },
  ],
  "/Endpoints": [
    label("endpoints.kubernetes.io/managed-by", CONTROLLER_MANAGER, ENDPOINTS, (value) => value === "endpoint-controller"),
    annotation("endpoints.kubernetes.io/last-change-trigger-time", CONTROLLER_MANAGER, ENDPOINTS),
  ],
  "networking.k8s.io/ServiceCIDR": [finalizer("networking.k8s.io/service-cidr-finalizer", CONTROLLER_MANAGER, "pkg/controller/servicecidrs")],
  "storage.k8s.io/VolumeAttributesClass": [finalizer("kubernetes.io/vac-protection", "proven", "plugin/pkg/admission/storage/storageobjectinuseprotection")],
};
