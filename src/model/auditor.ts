/** What the auditor may ask of an API server: get and list, never a Secret, never a wildcard. */
import { CONTENT_KINDS, type KindRef, PLATFORM_KINDS, RUNTIME_KINDS, WALL_KINDS } from "./kinds.ts";

/** As RBAC has it. */
export interface AuditorRule { apiGroups: string[]; resources: string[]; verbs: string[] }

const kind = (group: string, name: string, plural: string): KindRef => ({ group, kind: name, plural });
/** Kinds that nobody renders, and through which walls are passed all the same: what is in a tenant's space and in no file is found by listing it. */
const WATCHED_KINDS: readonly KindRef[] = [
  kind("", "PodTemplate", "podtemplates"),
  kind("", "ReplicationController", "replicationcontrollers"),
  kind("admissionregistration.k8s.io", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations"),
  kind("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations"),
  kind("apiregistration.k8s.io", "APIService", "apiservices"),
  kind("apps", "DaemonSet", "daemonsets"),
  kind("external-secrets.io", "ClusterSecretStore", "clustersecretstores"),
  kind("gateway.networking.k8s.io", "HTTPRoute", "httproutes"),
  kind("networking.k8s.io", "Ingress", "ingresses"),
  kind("scheduling.k8s.io", "PriorityClass", "priorityclasses"),
  kind("storage.k8s.io", "StorageClass", "storageclasses"),
];

const READ = ["get", "list"];
const listed = (refs: readonly KindRef[]): AuditorRule[] => {
  const groups = new Map<string, Set<string>>();
  // Logs are what workloads handle; leases change all the time and decide nothing.
  for (const { group, plural } of refs) if (!plural.includes("/") && plural !== "leases") groups.set(group, (groups.get(group) ?? new Set()).add(plural));
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([group, plurals]) => ({ apiGroups: [group], resources: [...plurals].sort(), verbs: [...READ] }));
};

/** Rules of the role that the auditor always has. */
export const AUDITOR_RULES: readonly AuditorRule[] = listed([...CONTENT_KINDS, ...WALL_KINDS, ...PLATFORM_KINDS, ...RUNTIME_KINDS, ...WATCHED_KINDS]);

/** Rules of the second role, for `--probe` (D37): asking the authorizer about others is a create, though it stores nothing. */
export const PROBE_RULES: readonly AuditorRule[] = [{ apiGroups: ["authorization.k8s.io"], resources: ["localsubjectaccessreviews", "subjectaccessreviews"], verbs: ["create"] }];
