/** Namespaces, quotas and limits. */
import { TENANT_LABEL } from "../../model/names.ts";
import type { Manifest } from "../layer.ts";
import type { PlatformNamespace, TenantResources } from "./state.ts";

/** Pod Security at its strictest, pinned: `latest` would change under the tenant with the cluster's version. */
function podSecurity(version: string): Record<string, string> {
  const modes = ["enforce", "audit", "warn"].map((mode) => `pod-security.kubernetes.io/${mode}`);
  return Object.fromEntries(modes.flatMap((mode) => [[mode, "restricted"], [`${mode}-version`, version]]));
}

/** A tenant's namespace. */
export const tenantNamespaceManifest = ({ namespace, tenant, podSecurityVersion }: TenantResources): Manifest =>
  ({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: { [TENANT_LABEL]: tenant, ...podSecurity(podSecurityVersion) } } });

/** A namespace of the platform. */
export const platformNamespaceManifest = ({ name }: PlatformNamespace, platform: string, version: string): Manifest =>
  ({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { "app.kubernetes.io/part-of": platform, ...podSecurity(version) } } });

const quota = (namespace: string, name: string, spec: Record<string, unknown>): Manifest => ({ apiVersion: "v1", kind: "ResourceQuota", metadata: { name, namespace }, spec });
/**
 * Kinds whose number the plan bounds, each by the same figure; what controllers make (ReplicaSet, EndpointSlice) follows
 * from these. Built-in kinds only: a quota on a custom kind refuses every creation until the quota controller has
 * noticed the kind, which takes up to five minutes after its CRD (seen on 1.36).
 */
const COUNTED = ["configmaps", "cronjobs.batch", "daemonsets.apps", "deployments.apps", "jobs.batch", "secrets", "services", "statefulsets.apps"];

/** Quotas: compute, storage, object counts, no way in from outside the cluster, no system priority. */
export function quotas({ namespace, compute }: TenantResources): Manifest[] {
  return [
    quota(namespace, "compute", { hard: { "requests.cpu": compute.requestsCpu, "requests.memory": compute.requestsMemory, "limits.cpu": compute.limitsCpu, "limits.memory": compute.limitsMemory, pods: String(compute.pods) } }),
    quota(namespace, "storage", { hard: { "requests.storage": compute.storage, persistentvolumeclaims: String(compute.volumes) } }),
    quota(namespace, "objects", { hard: { ...Object.fromEntries(COUNTED.map((kind) => [`count/${kind}`, String(compute.objects)])), "services.nodeports": "0", "services.loadbalancers": "0" } }),
    quota(namespace, "system-priority", {
      hard: { pods: "0" },
      scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["system-cluster-critical", "system-node-critical"] }] },
    }),
  ];
}

/** Defaults and ceilings of a container: without defaults the quota would refuse pods that state nothing. */
export function limitRange({ namespace, container }: TenantResources): Manifest {
  const usual = { cpu: container.cpu, memory: container.memory };
  return {
    apiVersion: "v1", kind: "LimitRange", metadata: { name: "containers", namespace },
    spec: { limits: [{ type: "Container", default: usual, defaultRequest: { ...usual }, max: { cpu: container.maxCpu, memory: container.maxMemory } }] },
  };
}

/** The accounts' namespace runs nothing: a pod there could mount an applier's token. */
export const noPods = (namespace: string): Manifest => quota(namespace, "no-pods", { hard: { pods: "0", "count/secrets": "0", "count/services": "0", persistentvolumeclaims: "0" } });
