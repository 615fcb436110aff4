/** Settings of Argo CD's own objects that isolation rests on: asked for and audited leaf by leaf, never rendered (D7). */
import type { Platform } from "../../model/fleet.ts";
import { NAMESPACES } from "../../model/names.ts";

/** One leaf of an object that others own. `value: null` means absent or empty. */
export interface Prerequisite {
  object: { apiVersion: string; kind: string; namespace?: string; name: string };
  /** JSON Pointer of the leaf. */
  pointer: string;
  value: string | number | boolean | null;
  why: string;
}

const config = (name: string): Prerequisite["object"] => ({ apiVersion: "v1", kind: "ConfigMap", namespace: NAMESPACES.argocd, name });

/** What Argo CD must be set to on a cluster. The same on every cluster: each has an Argo CD of its own. */
export function gitopsPrerequisites(_platform: Platform, _cluster: string): Prerequisite[] {
  return [
    { object: config("argocd-cm"), pointer: "/data/application.sync.impersonation.enabled", value: "true",
      why: "Without it every sync has the controller's rights, and a tenant's content could write anything." },
    { object: config("argocd-cm"), pointer: "/data/application.sync.impersonation.enforced", value: "true",
      why: "Otherwise a project without a matching account falls back to the controller's rights." },
    { object: config("argocd-cm"), pointer: "/data/application.resourceTrackingMethod", value: "annotation",
      why: "Tracking by label is cut at 63 characters, and one tenant's object could be taken for another's." },
    { object: config("argocd-cmd-params-cm"), pointer: "/data/applicationsetcontroller.enable.policy.override", value: "true",
      why: "Otherwise a controller-wide policy overrides create-update, and a failed git read could delete tenants' Applications." },
    { object: config("argocd-cmd-params-cm"), pointer: "/data/application.namespaces", value: null,
      why: "Applications outside Argo CD's namespace could be written by whoever may write there." },
    { object: config("argocd-rbac-cm"), pointer: "/data/policy.default", value: null,
      why: "A default role shows every tenant's manifests to everybody who can log in." },
  ];
}

/** Deterministic JSON: sorted by object and pointer, two spaces, fixed key order, a newline at the end. Equal items are written once. */
export function renderPrerequisites(items: readonly Prerequisite[]): string {
  const rows = items.map(({ object: o, pointer, value, why }) => ({
    object: { apiVersion: o.apiVersion, kind: o.kind, ...(o.namespace !== undefined && { namespace: o.namespace }), name: o.name }, pointer, value, why,
  }));
  const key = (row: (typeof rows)[number]): string => JSON.stringify([row.object.apiVersion, row.object.kind, row.object.namespace ?? "", row.object.name, row.pointer, row.value, row.why]);
  const unique = new Map(rows.map((row) => [key(row), row]));
  return `${JSON.stringify([...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row), null, 2)}\n`;
}
