/** Settings of Argo CD's own objects that isolation rests on: asked for and audited leaf by leaf, never rendered (D7). */
import type { Platform } from "../../model/fleet.ts";
import { NAMESPACES } from "../../model/names.ts";
import type { Prerequisite } from "../layer.ts";

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
