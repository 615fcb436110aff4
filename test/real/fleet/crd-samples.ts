/** One accepted object of every kind that `imports/` holds, and every way to spoil it that this suite knows. */
import { parse } from "yaml";
import { cluster, type Manifest } from "./applier.ts";

export type Spoilt = { how: string; manifest: Manifest };
type Json = { [key: string]: unknown };

const GATEWAY = { group: "gateway.networking.k8s.io", kind: "Gateway", name: "public" };
/** Kinds that the example fleet does not render. */
const OTHERS: [apiVersion: string, kind: string, spec: Json][] = [
  ["ceph.rook.io/v1", "CephObjectStore", { gateway: { port: 80 }, metadataPool: { replicated: { size: 3 } }, dataPool: { replicated: { size: 3 } } }],
  ["external-secrets.io/v1", "SecretStore", { provider: { vault: { server: "https://vault.example", version: "v2", path: "acme", auth: { kubernetes: { mountPath: "kubernetes", role: "tenant-acme", serviceAccountRef: { name: "secrets" } } } } } }],
  ["gateway.envoyproxy.io/v1alpha1", "Backend", { endpoints: [{ ip: { address: "10.0.0.1", port: 80 } }] }],
  ["gateway.envoyproxy.io/v1alpha1", "BackendTrafficPolicy", { targetRefs: [GATEWAY], circuitBreaker: { maxConnections: 10 }, timeout: { http: { requestTimeout: "10s" } }, retry: { numRetries: 2, retryOn: { triggers: ["5xx"] } } }],
  ["gateway.envoyproxy.io/v1alpha1", "ClientTrafficPolicy", { targetRefs: [GATEWAY], clientIPDetection: { xForwardedFor: { numTrustedHops: 1 } }, tls: { minVersion: "1.2" } }],
  ["gateway.envoyproxy.io/v1alpha1", "EnvoyProxy", { concurrency: 2, provider: { type: "Kubernetes", kubernetes: { envoyDeployment: { replicas: 2, container: { resources: { limits: { memory: "1Gi" } } } } } } }],
  ["gateway.envoyproxy.io/v1alpha1", "SecurityPolicy", { targetRefs: [GATEWAY], jwt: { providers: [{ name: "idp", issuer: "https://idp.example", remoteJWKS: { uri: "https://idp.example/keys" }, claimToHeaders: [{ claim: "tenant", header: "x-tenant" }] }] } }],
  ["gateway.networking.k8s.io/v1", "BackendTLSPolicy", { targetRefs: [{ group: "", kind: "Service", name: "api" }], validation: { hostname: "api.example", wellKnownCACertificates: "System" } }],
  ["gateway.networking.k8s.io/v1", "Gateway", { gatewayClassName: "envoy", listeners: [{ name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "Selector", selector: { matchLabels: { a: "b" } } } } }] }],
  ["gateway.networking.k8s.io/v1", "HTTPRoute", { parentRefs: [{ name: "public", namespace: "gateways" }], hostnames: ["acme.example"], rules: [{ matches: [{ path: { type: "PathPrefix", value: "/" }, method: "GET" }], backendRefs: [{ name: "api", port: 80, weight: 1 }] }] }],
  ["gateway.networking.k8s.io/v1", "ReferenceGrant", { from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "a" }], to: [{ group: "", kind: "Service" }] }],
  ["gateway.networking.k8s.io/v1", "TCPRoute", { parentRefs: [{ name: "public" }], rules: [{ backendRefs: [{ name: "db", port: 5432 }] }] }],
  ["gateway.networking.k8s.io/v1beta1", "Gateway", { gatewayClassName: "envoy", listeners: [{ name: "http", port: 80, protocol: "HTTP" }] }],
  ["gateway.networking.k8s.io/v1beta1", "HTTPRoute", { rules: [{ backendRefs: [{ name: "api", port: 80 }] }] }],
  ["gateway.networking.k8s.io/v1beta1", "ReferenceGrant", { from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "a" }], to: [{ group: "", kind: "Service" }] }],
  ["monitoring.coreos.com/v1", "PodMonitor", { selector: { matchLabels: { a: "b" } }, podMetricsEndpoints: [{ port: "metrics", interval: "30s" }] }],
  ["monitoring.coreos.com/v1", "ServiceMonitor", { selector: { matchLabels: { a: "b" } }, endpoints: [{ port: "metrics", interval: "30s", relabelings: [{ action: "replace", targetLabel: "a", replacement: "b" }] }] }],
  ["monitoring.coreos.com/v1alpha1", "AlertmanagerConfig", { route: { receiver: "r", groupWait: "30s", matchers: [{ name: "a", value: "b", matchType: "=" }] }, receivers: [{ name: "r", webhookConfigs: [{ url: "https://hook.example" }] }] }],
  ["monitoring.coreos.com/v1alpha1", "ScrapeConfig", { staticConfigs: [{ targets: ["a.example:9100"], labels: { a: "b" } }], scrapeInterval: "30s" }],
  ["serving.kserve.io/v1beta1", "InferenceService", { predictor: { model: { modelFormat: { name: "onnx" }, storageUri: "s3://models/a", resources: { limits: { cpu: "1" } } }, minReplicas: 1 } }],
];

/** Accepted objects by `apiVersion kind`, in one namespace: of the example fleet where it renders the kind, with the most fields. */
export function samples(served: ReadonlySet<string>, namespace: string): Map<string, Manifest> {
  const chosen = new Map<string, Manifest>();
  const place = (manifest: Manifest): Manifest => ({ ...manifest, metadata: { name: "sample", namespace } });
  for (const [apiVersion, kind, spec] of OTHERS) chosen.set(`${apiVersion} ${kind}`, place({ apiVersion, kind, metadata: { name: "" }, spec } as Manifest));
  const length = (manifest?: Manifest): number => JSON.stringify((manifest as Json | undefined)?.spec ?? null).length;
  const rendered = new Set<string>();
  for (const { text } of cluster("prod-eu")) {
    const manifest = parse(text) as Manifest;
    const key = `${manifest.apiVersion} ${manifest.kind}`;
    if (!served.has(key) || (rendered.has(key) && length(manifest) <= length(chosen.get(key)))) continue;
    rendered.add(key);
    chosen.set(key, place(manifest));
  }
  return chosen;
}

const wrongType = (value: unknown): unknown => (typeof value === "string" ? { a: 1 } : "spoilt");

/** The object with one thing wrong: an unknown field, a wrong type, a missing field, an odd word, an item twice; at every place below spec. */
export function* spoil(manifest: Manifest): Generator<Spoilt> {
  const at = function* (path: (string | number)[], value: unknown): Generator<Spoilt> {
    const changed = (how: string, change: (holder: Json, key: string) => void): Spoilt => {
      const copy = structuredClone(manifest) as unknown as Json;
      let holder = copy;
      for (const step of path.slice(0, -1)) holder = holder[step] as Json;
      change(holder, String(path.at(-1)));
      return { how: `/${path.join("/")}: ${how}`, manifest: copy as unknown as Manifest };
    };
    yield changed("wrong type", (holder, key) => { holder[key] = wrongType(value); });
    if (typeof path.at(-1) === "string") yield changed("missing", (holder, key) => { delete holder[key]; });
    if (typeof value === "string") {
      yield changed("odd word", (holder, key) => { holder[key] = "no such word?"; });
      yield changed("empty", (holder, key) => { holder[key] = ""; });
    }
    if (typeof value === "number") yield changed("below zero", (holder, key) => { holder[key] = -1; });
    if (Array.isArray(value)) {
      yield changed("an item twice", (holder, key) => { holder[key] = [...value, ...value.slice(0, 1)]; });
      yield changed("no item", (holder, key) => { holder[key] = []; });
      // Later items have the forms of the first.
      for (const [index, item] of value.slice(0, 2).entries()) yield* at([...path, index], item);
    } else if (value !== null && typeof value === "object") {
      yield changed("unknown field", (holder, key) => { (holder[key] as Json).surprise = 1; });
      for (const [name, child] of Object.entries(value)) yield* at([...path, name], child);
    }
  };
  yield* at(["spec"], (manifest as unknown as Json).spec);
}
