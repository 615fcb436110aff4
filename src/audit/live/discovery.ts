/** Which kinds a server has: aggregated discovery (Kubernetes 1.27 and newer) in two requests, else one request a group and version. */
import type { Coverage } from "../../model/finding.ts";
import { parseAnswer, reasonOf, unreadable } from "./answer.ts";
import type { Client } from "./retry.ts";
import { type LiveKind, Unreadable } from "./source.ts";

export interface Served { kinds: LiveKind[]; unknown: Coverage[] }

const AGGREGATED = "APIGroupDiscoveryList";
const ACCEPT = ["v2", "v2beta1"].map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=${AGGREGATED}`).concat("application/json").join(",");

interface Resource { name?: unknown; resource?: unknown; kind?: unknown; responseKind?: { kind?: unknown }; scope?: unknown; namespaced?: unknown; verbs?: unknown }
interface GroupVersion { version?: unknown; resources?: Resource[]; freshness?: unknown }
interface Group { metadata?: { name?: unknown }; versions?: GroupVersion[] }
interface PlainGroup { name?: unknown; versions?: { groupVersion?: unknown }[]; preferredVersion?: { groupVersion?: unknown } }

/** Rejects with Unreadable when neither core kinds nor groups can be asked for; what fails alone is unknown. */
export async function discover(client: Client, signal?: AbortSignal): Promise<Served> {
  const parts = await Promise.allSettled([discoverRoot(client, "/api", signal), discoverRoot(client, "/apis", signal)]);
  const [core] = parts;
  if (core?.status === "rejected" && parts.every(({ status }) => status === "rejected")) throw core.reason;
  return join(parts.map((part, i) => (part.status === "fulfilled" ? part.value : { kinds: [], unknown: [unknownGroup(i === 0 ? "" : "*", part.reason)] })));
}

const join = (parts: readonly Served[]): Served => ({ kinds: parts.flatMap(({ kinds }) => kinds), unknown: parts.flatMap(({ unknown }) => unknown) });

/** All kinds of a group: `*.apps`, `*.core`; `*` alone is every group. */
function unknownGroup(group: string, reason: unknown): Coverage {
  if (!(reason instanceof Unreadable)) throw reason;
  return { plane: "kubernetes", what: group === "*" ? "*" : `*.${group === "" ? "core" : group}`, state: "unknown", objects: 0, reason: `discovery: ${reason.reason}` };
}

async function discoverRoot(client: Client, path: string, signal?: AbortSignal): Promise<Served> {
  const root = await fetchJson(client, path, signal);
  if (root["kind"] === AGGREGATED) return join((list(root["items"]) as Group[]).map(readGroup));
  if (root["kind"] === "APIVersions") return join(await Promise.all(list(root["versions"]).filter(isText).map((version, i) => discoverVersion(client, version, i === 0, signal))));
  if (root["kind"] !== "APIGroupList") throw new Unreadable("the answer to discovery is none: is this an API server?");
  const groups = list(root["groups"]) as PlainGroup[];
  const versions = groups.flatMap((group) => list(group.versions).flatMap((one) => { const { groupVersion } = one as { groupVersion?: unknown }; return isText(groupVersion) ? [[groupVersion, groupVersion === group.preferredVersion?.groupVersion] as const] : []; }));
  return join(await Promise.all(versions.map(([version, preferred]) => discoverVersion(client, version, preferred, signal))));
}

async function discoverVersion(client: Client, apiVersion: string, preferred: boolean, signal?: AbortSignal): Promise<Served> {
  const core = !apiVersion.includes("/");
  try {
    const answer = await fetchJson(client, `${core ? "/api" : "/apis"}/${apiVersion}`, signal);
    if (answer["kind"] !== "APIResourceList") throw new Unreadable("the answer to discovery is none");
    return { kinds: readResources(list(answer["resources"]) as Resource[], apiVersion, preferred), unknown: [] };
  } catch (error) {
    return { kinds: [], unknown: [unknownGroup(core ? "" : apiVersion.slice(0, apiVersion.indexOf("/")), error)] };
  }
}

async function fetchJson(client: Client, path: string, signal?: AbortSignal): Promise<Record<string, unknown>> {
  try {
    const answer = await client.get(path, ACCEPT, { signal });
    if (answer.status !== 200) throw new Unreadable(reasonOf(answer, path));
    return parseAnswer(answer);
  } catch (error) {
    throw unreadable(error);
  }
}

/** A stale version is one of another API server that does not answer: what it serves now is not known. */
function readGroup({ metadata, versions }: Group): Served {
  const group = isText(metadata?.name) ? metadata.name : "";
  const parts = (list(versions) as GroupVersion[]).map((one, i): Served => {
    if (!isText(one.version)) return { kinds: [], unknown: [unknownGroup(group, new Unreadable("a version without a name"))] };
    const apiVersion = group === "" ? one.version : `${group}/${one.version}`;
    const unknown = one.freshness === "Stale" ? [unknownGroup(group, new Unreadable(`the API server of ${apiVersion} does not answer`))] : [];
    return { kinds: readResources((list(one.resources) as Resource[]), apiVersion, i === 0), unknown };
  });
  return join(parts);
}

function readResources(resources: readonly Resource[], apiVersion: string, preferred: boolean): LiveKind[] {
  return resources.flatMap((one) => {
    const [plural, kind] = [one.resource ?? one.name, one.kind ?? one.responseKind?.kind];
    if (!isText(plural) || !isText(kind) || plural.includes("/")) return [];
    return [{ apiVersion, kind, plural, namespaced: one.scope === undefined ? one.namespaced === true : one.scope === "Namespaced", verbs: list(one.verbs).filter(isText), preferred }];
  });
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
