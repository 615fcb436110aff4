/** NetworkPolicies: everything is closed, then each needed way is opened by one peer that names namespace and pods together. */
import type { Cluster } from "../../model/fleet.ts";
import { outsideBlocks } from "../../model/network.ts";
import type { Manifest } from "../layer.ts";
import type { Peer, StoreEgress } from "./state.ts";

const NAME_LABEL = "kubernetes.io/metadata.name";
const policy = (namespace: string, name: string, spec: Record<string, unknown>): Manifest =>
  ({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name, namespace }, spec: { podSelector: {}, ...spec } });

/** Namespace and pod selector in ONE element: as two elements they would be alternatives. */
export function peer({ namespace, podLabels }: Peer): Record<string, unknown> {
  if (Object.keys(podLabels).length === 0) throw new Error(`peer in ${namespace} names no pod labels: it would be every pod of the namespace`);
  return { namespaceSelector: { matchLabels: { [NAME_LABEL]: namespace } }, podSelector: { matchLabels: podLabels } };
}

/**
 * Peers for addresses outside the cluster, never emitted by default: the metadata services and the
 * cluster's own pods and services are cut out, so that such a rule cannot reach another tenant.
 */
export const internetPeers = (cluster: Pick<Cluster, "podCidrs" | "serviceCidrs">): Record<string, unknown>[] => outsideBlocks(cluster).map((ipBlock) => ({ ipBlock }));

/** Closes both ways for every pod of a namespace. */
export const denyAll = (namespace: string): Manifest => policy(namespace, "default-deny", { policyTypes: ["Ingress", "Egress"] });

/** Name resolution at the cluster's DNS pods, and nothing else in kube-system. */
export const allowDns = (namespace: string): Manifest => policy(namespace, "allow-dns", {
  policyTypes: ["Egress"],
  egress: [{ to: [peer({ namespace: "kube-system", podLabels: { "k8s-app": "kube-dns" } })], ports: [{ protocol: "UDP", port: 53 }, { protocol: "TCP", port: 53 }] }],
});

/** Egress to one store's pods on its port. */
export const allowStore = (namespace: string, store: StoreEgress): Manifest => policy(namespace, `allow-egress-${store.store}`, {
  policyTypes: ["Egress"], egress: [{ to: [peer(store)], ports: [{ protocol: "TCP", port: store.port }] }],
});

/** Pods of one namespace among themselves. */
export const allowSame = (namespace: string): Manifest => policy(namespace, "allow-same-namespace", {
  policyTypes: ["Ingress", "Egress"], ingress: [{ from: [{ podSelector: {} }] }], egress: [{ to: [{ podSelector: {} }] }],
});

/** Scraping: the platform's Prometheus, on the container port named `metrics`. */
export const allowScraping = (namespace: string, scraper: Peer): Manifest => policy(namespace, "allow-metrics", {
  policyTypes: ["Ingress"], ingress: [{ from: [peer(scraper)], ports: [{ protocol: "TCP", port: "metrics" }] }],
});
