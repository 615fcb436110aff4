import type { Platform } from "../../model/fleet.ts";
import { NAMESPACES } from "../../model/names.ts";
import { prometheusReaders } from "./network.ts";
import type { Prerequisite } from "../layer.ts";

/** Prometheus objects are known by the labels their operator gives the pods. */
const NAME_LABELS = ["operator.prometheus.io/name", "prometheus", "app.kubernetes.io/instance"];

/** What must be so around Prometheus on every cluster for the walls between tenants' metrics to stand. */
export function observabilityPrerequisites(platform: Platform): Prerequisite[] {
  const { prometheus } = platform;
  const readers = prometheusReaders(platform);
  const name = NAME_LABELS.map((label) => prometheus.podLabels[label]).find((value) => value !== undefined) ?? "k8s";
  const object = { apiVersion: "monitoring.coreos.com/v1", kind: "Prometheus", namespace: prometheus.namespace, name };
  const leaf = (pointer: string, value: unknown, why: string): Prerequisite => ({ object, pointer, value, why });
  return [
    leaf("/spec/enforcedNamespaceLabel", "namespace", "the namespace of every series is where it was scraped, so a tenant's pod cannot report another tenant's metrics"),
    leaf("/spec/overrideHonorLabels", true, "a tenant's monitor cannot keep labels its pods invented, job and instance included"),
    leaf("/spec/ignoreNamespaceSelectors", true, "a tenant's monitor scrapes only its own namespace"),
    leaf("/spec/excludedFromEnforcement", [{ group: "monitoring.coreos.com", resource: "prometheusrules", namespace: NAMESPACES.observability }],
      "rules over the platform's metrics read other namespaces; nobody else's rules, monitors or probes may"),
    {
      object: { apiVersion: readers.apiVersion, kind: readers.kind, namespace: prometheus.namespace, name: readers.metadata.name },
      pointer: "/spec", value: readers.spec, why: "whoever administers a Grafana organization chooses its datasources' URLs: Grafana must reach the tenants' gates and not Prometheus",
    },
  ];
}
