/** Who may talk to whom among the platform's observability pods; names no tenant. */
import { NAMESPACES } from "../../model/names.ts";
import type { Manifest } from "../layer.ts";
import { GATE_POD, GATE_PORT } from "./gate.ts";
import { ORGANIZATION_POD } from "./organization.ts";
import type { Endpoints } from "./state.ts";

const inNamespace = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });
const DNS = {
  to: [{ namespaceSelector: inNamespace("kube-system"), podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }],
  ports: [{ port: 53, protocol: "TCP" }, { port: 53, protocol: "UDP" }],
};
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

/** Gates take Grafana's requests only, Jobs take none, and Prometheus answers gates and auditor but not Grafana. */
export function networkPolicies(platform: Endpoints): Manifest[] {
  const together = platform.grafanaNamespace === platform.prometheusNamespace;
  return [
    policy("metrics-gate", NAMESPACES.observability, GATE_POD, {
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [{ namespaceSelector: inNamespace(platform.grafanaNamespace) }], ports: [{ port: GATE_PORT, protocol: "TCP" }] }],
      egress: [DNS, egressTo(platform.prometheusUrl)],
    }),
    policy("grafana-organization", NAMESPACES.observability, ORGANIZATION_POD, { policyTypes: ["Ingress", "Egress"], egress: [DNS, egressTo(platform.grafanaUrl)] }),
    policy("bulkhead-prometheus-readers", platform.prometheusNamespace, platform.prometheusPods, {
      policyTypes: ["Ingress"],
      ingress: [{ from: [
        { podSelector: together ? { matchLabels: { ...platform.prometheusPods } } : {} },
        { namespaceSelector: inNamespace(NAMESPACES.observability), podSelector: { matchLabels: { ...GATE_POD } } },
        { namespaceSelector: inNamespace(NAMESPACES.audit) },
      ] }],
    }),
  ];
}
