/** The order in which Argo CD would apply a rendered tree, for tests that apply it to a real API server (D6). */
import { loadAll } from "js-yaml";
import { WAVE_ANNOTATION } from "../../model/names.ts";
import type { SourceFile } from "./selection.ts";

/** A manifest file with what its order is made of. `part` 0: platform, 1: walls, 2: content. */
export interface OrderedFile extends SourceFile { part: 0 | 1 | 2; wave: number; kind: string; namespace?: string; name: string }

/** gitops-engine's order of kinds within one wave; kinds that are not listed come last. */
const KIND_ORDER = [
  "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy", "PodDisruptionBudget", "ServiceAccount", "Secret", "SecretList",
  "ConfigMap", "StorageClass", "PersistentVolume", "PersistentVolumeClaim", "CustomResourceDefinition", "ClusterRole", "ClusterRoleList",
  "ClusterRoleBinding", "ClusterRoleBindingList", "Role", "RoleList", "RoleBinding", "RoleBindingList", "Service", "DaemonSet", "Pod",
  "ReplicationController", "ReplicaSet", "Deployment", "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob", "IngressClass", "Ingress", "APIService",
];
const rank = (kind: string): number => { const at = KIND_ORDER.indexOf(kind); return at < 0 ? KIND_ORDER.length : at; };

interface Head { kind: string; metadata?: { name?: string; namespace?: string; annotations?: Record<string, string> } }

function describe(file: SourceFile): OrderedFile | undefined {
  const parts = file.path.split("/");
  const tenants = parts.indexOf("tenants");
  const part = tenants >= 0 && parts[tenants + 2] === "walls" ? 1 : tenants >= 0 && parts[tenants + 2] === "content" ? 2 : parts.includes("platform") ? 0 : undefined;
  if (part === undefined || !file.path.endsWith(".yaml")) return undefined;
  const object = loadAll(file.text)[0] as Head | null | undefined;
  if (!object?.kind) return undefined;
  const wave = Number.parseInt(object.metadata?.annotations?.[WAVE_ANNOTATION] ?? "0", 10);
  return { ...file, part, wave: Number.isNaN(wave) ? 0 : wave, kind: object.kind, namespace: object.metadata?.namespace, name: object.metadata?.name ?? "" };
}

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Manifest files in D6's order: the platform's waves, then the walls of all tenants, then their content; inside a wave by kind and name.
 * Between Applications Argo CD orders nothing: this is one of the orders it may take, the others settle by retrying.
 */
export function applyOrder(files: readonly SourceFile[]): OrderedFile[] {
  return files.flatMap((file) => describe(file) ?? []).sort((a, b) =>
    a.part - b.part || a.wave - b.wave || rank(a.kind) - rank(b.kind) || text(a.kind, b.kind) || text(a.name, b.name) || text(a.path, b.path));
}
