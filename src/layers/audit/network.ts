/** Who may talk to whom. The namespace is closed both ways and resolves names already; each way out is opened here, for the pods that need it. */
import { endpointOf } from "../../model/endpoint.ts";
import type { Reach } from "../../model/fleet.ts";
import { type AddressBlock, apiServiceBlock, outsideBlocks } from "../../model/network.ts";
import { METRICS_PORT } from "./metrics.ts";
import type { Part, Plus, Stage } from "./stage.ts";
import type { AuditState, Peer } from "./state.ts";

/** Ports on which API servers answer, by installation; behind the Service's address they are the server's own. */
const API_PORTS = [443, 6443];

/** One way, to peers of one kind. Without ports: behind a Service the pods' ports may be others than the URL's. */
interface Way { peers: (AddressBlock | Peer)[]; ports: number[] }

/** The way to a URL. In the cluster by namespace and labels, else to the given addresses, else to any outside the cluster on this port: a policy knows no names. */
function wayTo(url: string, { cidrs, podLabels }: Reach, state: AuditState): Way {
  const { namespace, port } = endpointOf(url)!;
  if (namespace !== undefined) return { peers: [{ namespace, podLabels: podLabels ?? {} }], ports: [] };
  return { peers: cidrs?.map((cidr) => ({ cidr })) ?? outsideBlocks(state.cluster), ports: [port] };
}

function apiServer({ cluster }: AuditState): Way[] {
  const ports = [...new Set([...API_PORTS, endpointOf(cluster.server)!.port])].sort((a, b) => a - b);
  return [{ peers: [...apiServiceBlock(cluster), ...(cluster.apiServerCidrs?.map((cidr) => ({ cidr })) ?? outsideBlocks(cluster))], ports }];
}

/** Rules, routing and organizations are asked of the systems themselves. */
const PROMETHEUS_PORT = 9090;

/** Makes the policies of shards, merge and metrics. */
export function auditNetwork(stage: Stage, state: AuditState): void {
  const { audit } = state;
  const bucket = wayTo(audit.bucket.endpoint, audit.bucket, state);
  const own = (part: Part): Peer => ({ namespace: stage.named("").namespace, podLabels: stage.labels(part) });
  const metrics: Way = { peers: [own("metrics")], ports: [METRICS_PORT] };
  const alertmanagers = audit.alertmanagers.map((url) => wayTo(url, { podLabels: audit.alertmanagerLabels }, state));
  const stores = [...state.stores.map(({ pods, port }): Way => ({ peers: [pods], ports: [port] })), { peers: [state.scraper], ports: [PROMETHEUS_PORT] }, wayTo(state.grafana, {}, state)];
  policy(stage, "shard", { egress: [...apiServer(state), wayTo(audit.git.repository, audit.git, state), bucket, ...stores, ...alertmanagers] });
  policy(stage, "merge", { egress: [bucket, ...alertmanagers, metrics] });
  policy(stage, "metrics", { ingress: [{ peers: [state.scraper, own("merge")], ports: [METRICS_PORT] }] });
}

function policy(stage: Stage, part: Part, { egress = [], ingress = [] }: { egress?: Way[]; ingress?: Way[] }): void {
  const { plus, chart } = stage;
  const { DENY } = plus.NetworkPolicyTrafficDefault;
  const made = new plus.NetworkPolicy(chart, stage.id(), {
    metadata: stage.named(`audit-${part}`), selector: plus.Pods.select(chart, stage.id(), { labels: stage.labels(part) }), egress: { default: DENY }, ingress: { default: DENY },
  });
  for (const { peers, ports } of distinct(egress)) for (const peer of peers) made.addEgressRule(peerOf(stage, peer), ports.map(plus.NetworkPolicyPort.tcp));
  for (const { peers, ports } of ingress) for (const peer of peers) made.addIngressRule(peerOf(stage, peer), ports.map(plus.NetworkPolicyPort.tcp));
}

/** Peers of one installation, and what is outside the cluster, are mostly one way. */
const distinct = (ways: Way[]): Way[] => [...new Map(ways.map((way) => [JSON.stringify(way), way])).values()];

function peerOf(stage: Stage, peer: AddressBlock | Peer): Plus.INetworkPolicyPeer {
  const { plus, chart } = stage;
  if (!("cidr" in peer)) return plus.Pods.select(chart, stage.id(), { labels: peer.podLabels, namespaces: plus.Namespaces.select(chart, stage.id(), { names: [peer.namespace] }) });
  const cidr = peer.cidr.toLowerCase();
  const block = cidr.includes(":") ? plus.NetworkPolicyIpBlock.ipv6 : plus.NetworkPolicyIpBlock.ipv4;
  return block(chart, stage.id(), cidr, peer.except);
}
