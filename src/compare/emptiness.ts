/**
 * Where `{}` and `[]` say something that silence does not. Kubernetes' own kinds pass through Go types, which drop empty lists and maps and show
 * structs that nobody wrote, so there emptiness is nothing but at the places below. CRDs' objects are stored as they came, and what an empty block
 * means is their operator's to say (`automated: {}` turns a sync on, `namespaceResourceWhitelist: []` forbids all): there it always stays.
 */
import { groupOf } from "../model/kinds.ts";
import type { Shape } from "./types.ts";

/** How a kind is stored: `typed` through Go types, `free` as it came; a CustomResourceDefinition is typed, but its schemas are content. */
export type Storage = "typed" | "schemas" | "free";

const BUILT_IN = new Set([
  "", "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "apps", "authentication.k8s.io", "authorization.k8s.io", "autoscaling", "batch",
  "certificates.k8s.io", "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "extensions", "flowcontrol.apiserver.k8s.io", "internal.apiserver.k8s.io",
  "networking.k8s.io", "node.k8s.io", "policy", "rbac.authorization.k8s.io", "resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io", "storagemigration.k8s.io",
]);

/** API group of an apiVersion; empty for the core group. */
export function storageOf(apiVersion: string, kind: string): Storage {
  if (!BUILT_IN.has(groupOf(apiVersion))) return "free";
  return kind === "CustomResourceDefinition" ? "schemas" : "typed";
}

/** Fields of Kubernetes' own kinds whose `{}` means something, and what. */
export const MEANINGFUL: Readonly<Record<string, string>> = {
  podSelector: "{} is every pod, silence is none or the peer's other half",
  namespaceSelector: "{} is every namespace, silence is the own one",
  objectSelector: "{} is every object",
  labelSelector: "{} is everything, silence is nothing",
  selector: "{} is everything, silence is nothing (PodDisruptionBudget, PersistentVolumeClaim)",
  securityContext: "the server shows a pod's even when it is empty; a container's is what mutating webhooks look for",
  emptyDir: "the type of a volume",
  // Members of a volume are told apart by which one is there.
  configMap: "the type of a volume", secret: "the type of a volume", downwardAPI: "the type of a volume", projected: "the type of a volume", ephemeral: "the type of a volume",
};

/** Whether an empty map or list at this field is the same as none. `field` is its own name, `list` that of the list whose item holds it. */
export function meansNothing(empty: object, field: string, list: string | undefined, storage: Storage, shape: Shape | undefined): boolean {
  if (storage === "free" || shape?.schema.default !== undefined) return false;
  const isDropped = Array.isArray(empty) || shape?.values !== undefined;
  return isDropped || (storage === "typed" && !Object.hasOwn(MEANINGFUL, field) && list !== "volumes");
}
