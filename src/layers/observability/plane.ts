/** The planes of this layer: Prometheus, Alertmanager and Grafana, each read by its HTTP API. Nothing of them is heavy: Node speaks HTTP. */
import type { PlaneAudit } from "../../model/plane.ts";
import { alertmanagerDesired, type AlertmanagerState, SENDER } from "./alertmanager/desired.ts";
import { alertmanagerImpact, alertmanagerItems, alertmanagerRevert } from "./alertmanager/judge.ts";
import { readAlertmanager } from "./alertmanager/read.ts";
import { isPrerequisites, type PrometheusState, prometheusDesired } from "./prometheus/desired.ts";
import { prometheusItems } from "./prometheus/items.ts";
import { prometheusImpact, prometheusRevert } from "./prometheus/judge.ts";
import { readPrometheus } from "./prometheus/read.ts";

const apiGroup = (apiVersion: string): string => apiVersion.slice(0, Math.max(0, apiVersion.indexOf("/")));

/** Rules that are really loaded, and the labels that keep tenants' series apart. */
export const prometheusAudit: PlaneAudit<PrometheusState> = {
  plane: "prometheus",
  wants: ({ apiVersion, kind }) => apiGroup(apiVersion) === "monitoring.coreos.com" && kind === "PrometheusRule",
  wantsText: isPrerequisites,
  desired: prometheusDesired, items: prometheusItems, read: readPrometheus, impact: prometheusImpact, revert: prometheusRevert,
};

/** The routing that is really loaded: whether the audit's alerts come to somebody, and nobody else's to a tenant; silences over them. */
export const alertmanagerAudit: PlaneAudit<AlertmanagerState> = {
  plane: "alertmanager",
  wants: ({ apiVersion, kind, namespace, name }) =>
    (apiGroup(apiVersion) === "monitoring.coreos.com" && ["PrometheusRule", "AlertmanagerConfig"].includes(kind)) || (apiVersion === "batch/v1" && kind === SENDER.kind && namespace === SENDER.namespace && name === SENDER.name),
  desired: alertmanagerDesired, items: alertmanagerItems, read: readAlertmanager, impact: alertmanagerImpact, revert: alertmanagerRevert,
};
