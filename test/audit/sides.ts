/** Made-up sides of an audit. */
import type { DesiredEntry, DesiredSide } from "../../src/audit/desired/side.ts";
import type { LiveKind, LiveObject, ManagedFieldsEntry } from "../../src/audit/live/source.ts";
import type { Finding } from "../../src/model/finding.ts";
import { memorySource } from "../support/memory-source.ts";

const KINDS: Record<string, [apiVersion: string, plural: string, namespaced: boolean]> = {
  Namespace: ["v1", "namespaces", false], ConfigMap: ["v1", "configmaps", true], Secret: ["v1", "secrets", true], Pod: ["v1", "pods", true], ServiceAccount: ["v1", "serviceaccounts", true], Deployment: ["apps/v1", "deployments", true], ReplicaSet: ["apps/v1", "replicasets", true],
  HorizontalPodAutoscaler: ["autoscaling/v2", "horizontalpodautoscalers", true], ClusterRoleBinding: ["rbac.authorization.k8s.io/v1", "clusterrolebindings", false], AppProject: ["argoproj.io/v1alpha1", "appprojects", true], Application: ["argoproj.io/v1alpha1", "applications", true],
};
const served = (kind: string): LiveKind => ({ apiVersion: KINDS[kind]![0], kind, plural: KINDS[kind]![1], namespaced: KINDS[kind]![2], verbs: ["get", "list"], preferred: true });
let uids = 0;
export const object = (kind: string, namespace: string | undefined, name: string, more: { metadata?: object; [field: string]: unknown } = {}): LiveObject => {
  const { metadata, ...rest } = more;
  return { apiVersion: KINDS[kind]![0], kind, ...rest, metadata: { name, ...(namespace !== undefined && { namespace }), uid: `u${++uids}`, ...metadata } };
};
export const by = (manager: string, fields: object = { "f:metadata": {}, "f:spec": {} }, subresource?: string): ManagedFieldsEntry => ({ manager, operation: "Update", apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1: fields as Record<string, unknown>, ...(subresource && { subresource }) });
export const owned = (owner: LiveObject, more: object = {}) => ({ ownerReferences: [{ apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid!, controller: true }], ...more });

/** Lists of these objects in pages of two; `cut` ends a kind's list after so many. */
export const cluster = (objects: readonly LiveObject[], cut: Record<string, number> = {}) =>
  memorySource(Object.keys(KINDS).map((kind) => ({ kind: served(kind), objects: objects.filter((o) => o.kind === kind), ...(cut[kind] !== undefined && { broken: { after: cut[kind], reason: "forbidden" } }) })));

type Body = { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } };
export function git(bodies: readonly (Body & { tenant?: string })[], more: Partial<DesiredSide> = {}): DesiredSide {
  const entries = bodies.map(({ apiVersion, kind, metadata, tenant }, document): DesiredEntry => ({ apiVersion, kind, ...metadata, file: `eu/${tenant === undefined ? "platform" : `tenants/${tenant}/walls`}/${kind}.${metadata.name}.yaml`, document, area: tenant === undefined ? "platform" : "walls", ...(tenant !== undefined && { tenant }) }));
  const side = { from: "made", tenants: [], notices: [], problems: [], entries, read: async (some: readonly DesiredEntry[]) => some.map((e) => { const { tenant: _, ...body } = bodies[e.document]!; return body as unknown as Record<string, unknown>; }), place: async (s: unknown) => s, at: async () => undefined, changed: async () => undefined, close: async () => {}, ...more };
  return side as unknown as DesiredSide;
}
export const declared = (kind: string, namespace: string | undefined, name: string, tenant?: string, fields: object = {}, apiVersion = KINDS[kind]![0]) => ({ apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) }, ...fields, ...(tenant !== undefined && { tenant }) });
export const said = (findings: readonly Pick<Finding, "status" | "object" | "tenant">[]): string[] => findings.map(({ status, object: o, tenant }) => `${status} ${o.kind} ${o.namespace ?? "-"}/${o.name} ${tenant ?? "-"}`).sort();

export const NS = declared("Namespace", undefined, "tenant-a", "a");
export const LIVE_NS = object("Namespace", undefined, "tenant-a");

