/** What Argo CD writes on what it applies, and into its own kinds. */
import { groupOf } from "../../model/kinds.ts";
import { annotation, type AssignedLeaf, type AssignedLeaves, label, type Writers } from "./rule.ts";

/** Server-side apply by `argocd-controller`, client-side apply by the controller's own name. */
const APPLIER: Writers = { managers: ["argocd-controller", "argocd-application-controller"] };
const CONTROLLERS: Writers = { managers: ["argocd-application-controller", "argocd-server", "argocd-applicationset-controller"] };
const TRACKING = "argo-cd util/argo/resource_tracking.go";

/** `<application>:<group>/<kind>:<namespace>/<name>` of this very object; copied from another, it says that this one is not Argo CD's. */
const isTracked: AssignedLeaf["when"] = (value, { live }) => {
  const { name, namespace = "" } = live.metadata;
  const object = `:${groupOf(live.apiVersion)}/${live.kind}:`;
  return typeof value === "string" && [`${object}${namespace}/${name}`, `${object}/${name}`].some((end) => value.endsWith(end) && !value.slice(0, -end.length).includes(":") && value !== end);
};

const EVERYWHERE: readonly AssignedLeaf[] = [
  annotation("argocd.argoproj.io/tracking-id", APPLIER, TRACKING, isTracked),
  annotation("argocd.argoproj.io/installation-id", APPLIER, TRACKING),
  // Only the object itself is labelled, never its pods.
  label("app.kubernetes.io/instance", APPLIER, TRACKING),
];

const APPLICATION: readonly AssignedLeaf[] = [
  { path: "/operation", by: CONTROLLERS, source: "argo-cd: a sync is asked for in this field, and the controller takes it out" },
  annotation("argocd.argoproj.io/refresh", CONTROLLERS, "argo-cd: util/argo RefreshApp; the controller takes it out"),
  annotation("argocd.argoproj.io/hydrate", CONTROLLERS, "argo-cd: controller/hydrator; the controller takes it out"),
  annotation("notified.notifications.argoproj.io", { managers: ["argocd-notifications-controller", "argocd-notifications"] }, "argoproj/notifications-engine: what was already sent"),
];

export const ARGOCD: AssignedLeaves = {
  "*": EVERYWHERE,
  "argoproj.io/Application": APPLICATION,
  "argoproj.io/ApplicationSet": [annotation("argocd.argoproj.io/application-set-refresh", CONTROLLERS, "argo-cd applicationset/utils")],
};
