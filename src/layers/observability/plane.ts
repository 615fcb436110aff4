/** The planes of this layer: Prometheus, Alertmanager and Grafana, each read by its HTTP API. Nothing of them is heavy: Node speaks HTTP. */
import { NAMESPACES } from "../../model/names.ts";
import type { PlaneAudit } from "../../model/plane.ts";
import { alertmanagerDesired, type AlertmanagerState, SENDER } from "./alertmanager/desired.ts";
import { alertmanagerImpact, alertmanagerItems, alertmanagerRevert } from "./alertmanager/judge.ts";
import { readAlertmanager } from "./alertmanager/read.ts";
import { GRAFANA_GROUP, grafanaDesired, type GrafanaState, isOrganizationName } from "./grafana/desired.ts";
import { grafanaImpact, grafanaItems, grafanaRevert } from "./grafana/items.ts";
import { readGrafana } from "./grafana/read.ts";
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

/** Organizations, who is in them, and where their datasources lead. Its results are not verified on a real Grafana, and its readings say so. */
export const grafanaAudit: PlaneAudit<GrafanaState> = {
  plane: "grafana",
  wants: ({ apiVersion, kind, namespace, name }) =>
    (apiGroup(apiVersion) === GRAFANA_GROUP && ["Grafana", "GrafanaDatasource", "GrafanaFolder", "GrafanaDashboard"].includes(kind)) || (apiVersion === "batch/v1" && kind === "CronJob" && namespace === NAMESPACES.observability && isOrganizationName(name)),
  desired: grafanaDesired, items: grafanaItems, read: readGrafana, impact: grafanaImpact, revert: grafanaRevert,
};
