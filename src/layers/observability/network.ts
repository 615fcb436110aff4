/** Who may talk to whom among the platform's observability pods; names no tenant. */
import type { Platform } from "../../model/fleet.ts";
import { NAMESPACES } from "../../model/names.ts";
import type { Manifest } from "../layer.ts";
import { DNS, inNamespace } from "../manifest.ts";
import { GATE_POD, GATE_PORT } from "./gate.ts";
import { ORGANIZATION_POD } from "./organization.ts";
import type { Endpoints } from "./state.ts";

const policy = (name: string, namespace: string, podSelector: Record<string, string>, spec: Record<string, unknown>): Manifest =>
  ({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name, namespace }, spec: { podSelector: { matchLabels: { ...podSelector } }, ...spec } });

/** Egress to a URL: to a namespace when it is a Service's name, else to its port, because NetworkPolicy knows no names. */
function egressTo(url: string): Record<string, unknown> {
  const { hostname, port, protocol } = new URL(url);
  const namespace = /^[^.]+\.([^.]+)\.svc(\.|$)/.exec(hostname)?.[1];
  // Behind a Service the pods' port may be another one.
  if (namespace !== undefined) return { to: [{ namespaceSelector: inNamespace(namespace) }] };
  return { ports: [{ port: Number(port || (protocol === "https:" ? 443 : 80)), protocol: "TCP" }] };
}

/** Gates take Grafana's requests only, and Jobs take none. */
export function networkPolicies(platform: Endpoints): Manifest[] {
  return [
    policy("metrics-gate", NAMESPACES.observability, GATE_POD, {
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [{ namespaceSelector: inNamespace(platform.grafanaNamespace) }], ports: [{ port: GATE_PORT, protocol: "TCP" }] }],
      egress: [DNS, egressTo(platform.prometheusUrl)],
    }),
    policy("grafana-organization", NAMESPACES.observability, ORGANIZATION_POD, { policyTypes: ["Ingress", "Egress"], egress: [DNS, egressTo(platform.grafanaUrl)] }),
  ];
}

/**
 * Prometheus answers its own namespace, gates and auditor, but not Grafana, whose organizations' administrators choose URLs.
 * Its namespace is not the platform project's to write, so this is a prerequisite and never rendered.
 */
export function prometheusReaders({ prometheus, grafana }: Platform): Manifest {
  return policy("bulkhead-prometheus-readers", prometheus.namespace, prometheus.podLabels, {
    policyTypes: ["Ingress"],
    ingress: [{ from: [
      { podSelector: grafana.namespace === prometheus.namespace ? { matchLabels: { ...prometheus.podLabels } } : {} },
      { namespaceSelector: inNamespace(NAMESPACES.observability), podSelector: { matchLabels: { ...GATE_POD } } },
      { namespaceSelector: inNamespace(NAMESPACES.audit) },
    ] }],
  });
}
