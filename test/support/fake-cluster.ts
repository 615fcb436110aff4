/** As much of an API server as a reader sees: version, discovery, lists in pages. What it must do as the real one does is tested on the real one. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { compareObjects } from "../../src/audit/live/order.ts";
import type { LiveKind, LiveObject } from "../../src/audit/live/source.ts";

export const kind = (apiVersion: string, name: string, plural: string, more: Partial<LiveKind> = {}): LiveKind => ({ apiVersion, kind: name, plural, namespaced: true, verbs: ["get", "list"], preferred: true, ...more });
export const CONFIG_MAP = kind("v1", "ConfigMap", "configmaps");
export const SECRET = kind("v1", "Secret", "secrets");
export const DEPLOYMENT = kind("apps/v1", "Deployment", "deployments");

export interface FakeCluster {
  url: string;
  kinds: LiveKind[];
  /** By apiVersion and plural. */
  objects: Map<string, LiveObject[]>;
  /** Answers discovery group by group, as servers before 1.27 do. */
  plain: boolean;
  put(kind: LiveKind, ...objects: { namespace?: string; name: string; [field: string]: unknown }[]): void;
  close(): Promise<void>;
}

export async function startFake(): Promise<FakeCluster> {
  const server = createServer((call, reply) => {
    const [status, body] = answer(fake, call);
    const text = JSON.stringify(body);
    reply.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) }).end(text);
  });
  const fake: FakeCluster = {
    url: "", kinds: [CONFIG_MAP, SECRET, DEPLOYMENT], objects: new Map(), plain: false,
    put: (of, ...objects) => {
      const key = `${of.apiVersion} ${of.plural}`;
      const made = objects.map(({ namespace, name, ...rest }): LiveObject => ({ apiVersion: of.apiVersion, kind: of.kind, metadata: { name, ...(namespace !== undefined && { namespace }), labels: { name } }, ...rest }));
      fake.objects.set(key, [...(fake.objects.get(key) ?? []), ...made].sort(compareObjects));
    },
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
  await new Promise<void>((resolve, reject) => { server.once("error", reject); server.listen(0, "127.0.0.1", resolve); });
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return fake;
}

type Answered = [number, unknown];
const status = (code: number): Answered => [code, { kind: "Status", apiVersion: "v1", status: "Failure", message: "secret words of the server", code }];

function answer(fake: FakeCluster, call: IncomingMessage): Answered {
  const url = new URL(call.url ?? "/", "http://fake");
  if (url.pathname === "/version") return [200, { gitVersion: "v1.36.3" }];
  const aggregated = !fake.plain && (call.headers.accept ?? "").includes("as=APIGroupDiscoveryList");
  if (url.pathname === "/api" || url.pathname === "/apis") return [200, discovery(fake, url.pathname === "/api", aggregated)];
  const listed = /^\/(?:api|apis)\/(v1|[^/]+\/[^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)$/.exec(url.pathname);
  const of = listed && fake.kinds.find((one) => one.apiVersion === listed[1] && one.plural === listed[3]);
  if (of) return list(fake, of, listed[2], url.searchParams, (call.headers.accept ?? "").includes("as=PartialObjectMetadataList"));
  const version = /^\/(?:api|apis)\/(v1|[^/]+\/[^/]+)$/.exec(url.pathname)?.[1];
  const resources = fake.kinds.filter((one) => one.apiVersion === version);
  if (resources.length === 0) return status(404);
  return [200, { kind: "APIResourceList", groupVersion: version, resources: [...resources.map(({ plural, kind: name, namespaced, verbs }) => ({ name: plural, kind: name, namespaced, verbs })), { name: `${resources[0]!.plural}/status`, kind: "Status", namespaced: true, verbs: ["get"] }] }];
}

const groupOf = ({ apiVersion }: LiveKind): string => (apiVersion.includes("/") ? apiVersion.split("/")[0]! : "");

function discovery({ kinds }: FakeCluster, core: boolean, aggregated: boolean): unknown {
  const groups = [...new Set(kinds.map(groupOf))].filter((group) => (group === "") === core);
  const versions = (group: string): string[] => [...new Set(kinds.filter((one) => groupOf(one) === group).sort((a, b) => Number(b.preferred) - Number(a.preferred)).map(({ apiVersion }) => apiVersion))];
  if (!aggregated) return core ? { kind: "APIVersions", versions: ["v1"] } : { kind: "APIGroupList", groups: groups.map((name) => ({ name, versions: versions(name).map((groupVersion) => ({ groupVersion })), preferredVersion: { groupVersion: versions(name)[0] } })) };
  const resource = ({ plural, kind: name, namespaced, verbs }: LiveKind): unknown => ({ resource: plural, responseKind: { group: "", version: "", kind: name }, scope: namespaced ? "Namespaced" : "Cluster", verbs, subresources: [{ subresource: "status" }] });
  return { kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2", items: groups.map((name) => ({ metadata: name === "" ? {} : { name }, versions: versions(name).map((apiVersion) => ({ version: apiVersion.split("/").at(-1), freshness: "Current", resources: kinds.filter((one) => one.apiVersion === apiVersion).map(resource) })) })) };
}

/** A token is the place behind which a list goes on. */
export const tokenOf = (index: number): string => Buffer.from(String(index)).toString("base64url");

function list(fake: FakeCluster, of: LiveKind, namespace: string | undefined, query: URLSearchParams, metadataOnly: boolean): Answered {
  const all = (fake.objects.get(`${of.apiVersion} ${of.plural}`) ?? []).filter((one) => namespace === undefined || one.metadata.namespace === namespace);
  const [limit, token] = [Number(query.get("limit") ?? "0") || all.length, query.get("continue")];
  const from = token === null ? 0 : Number(Buffer.from(token, "base64url").toString());
  const page = all.slice(from, from + limit);
  const metadata = { resourceVersion: "7", ...(from + limit < all.length && { continue: tokenOf(from + limit) }) };
  if (metadataOnly) return [200, { kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1", metadata, items: page.map((one) => ({ kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: one.metadata })) }];
  return [200, { kind: `${of.kind}List`, apiVersion: of.apiVersion, metadata, items: page.map(({ apiVersion, kind: _, ...rest }) => rest) }];
}
