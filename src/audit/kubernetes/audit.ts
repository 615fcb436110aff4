/** The kubernetes plane: every kind listed once, each namespace judged as it passes (D39). */
import type { KubeObject, Types } from "../../compare/types.ts";
import type { Coverage } from "../../model/finding.ts";
import { type DesiredEntry, type DesiredSide, namespaceKey } from "../desired/side.ts";
import { type LiveKind, type LiveObject, type LiveSource, Unreadable } from "../live/source.ts";
import { planKinds } from "./kinds.ts";
import { judge, type Raw } from "./judge.ts";
import { declaredResources } from "./scene.ts";
import { namespacesOf } from "./scope.ts";
import { Spaces } from "./space.ts";
import { type Part, Streams } from "./streams.ts";
import { claimOf } from "./volume.ts";

export interface KubernetesOptions {
  cluster: string;
  desired: DesiredSide;
  live: LiveSource;
  types: Types;
  inScope(tenant: string | undefined): boolean;
  /** Only these: what can matter to none of them need not be read. */
  tenants?: readonly string[];
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}
export interface PlaneResult {
  findings: Raw[];
  coverage: Coverage[];
  /** Argo CD's live Applications. */
  applications: LiveObject[];
}

/** Rejects with the signal's reason when it was stopped: what it has read by then is no audit. */
export async function auditKubernetes(options: KubernetesOptions): Promise<PlaneResult> {
  const { desired, live, inScope, signal } = options;
  let served: Awaited<ReturnType<LiveSource["kinds"]>>;
  try { served = await live.kinds(); } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof Unreadable)) throw error;
    return { findings: [], coverage: [{ plane: "kubernetes", what: "everything", state: "unknown", objects: 0, reason: error.reason }], applications: [] };
  }
  const { kinds, unknown } = served;
  const plan = planKinds(kinds, desired.entries);
  const entries = byNamespace(desired.entries, kinds);
  const streams = new Streams(live, signal);
  const spaces = new Spaces(desired.entries);
  // Whose namespaces are decides what is asked for in them: what is cluster-wide comes first, and waits for its turn.
  const first: Part[] = [];
  if (options.tenants !== undefined && live.selective) {
    const [wide, rest] = [plan.queries.filter(({ kind }) => !kind.namespaced), plan.queries.filter(({ kind }) => kind.namespaced)];
    streams.open(wide);
    first.push(...(await streams.take("")));
    const namespaces = first.find(({ query }) => query.what === "Namespace");
    const known = namespaces !== undefined && streams.failure(namespaces.query) === undefined;
    spaces.learn(namespaces?.objects ?? [], known, (await desired.read(entries.get("") ?? [])) as unknown as KubeObject[]);
    streams.open(rest, known ? namespacesOf({ entries, spaces, inScope }) : undefined);
  } else streams.open(plan.queries);
  const findings: Raw[] = [];
  const applications: LiveObject[] = [];
  let roles: KubeObject[] = [];
  let waiting = [...new Set([...entries.keys(), ...(first.length > 0 ? [""] : [])])].sort();
  const volumes = new Map<string, LiveObject[]>();
  const [declared, tracked] = [declaredResources(desired.entries, kinds), live.tracked === true];
  const total = desired.entries.length;
  let done = 0;

  for (let at = 0; ; ) {
    const next = await streams.next();
    // Lists that were stopped look like lists that could not be read to their end.
    signal?.throwIfAborted();
    const key = next === undefined ? waiting[at] : at < waiting.length && waiting[at]! < next ? waiting[at]! : next;
    if (key === undefined) break;
    if (waiting[at] === key) at += 1;
    const namespace = key === "" ? undefined : key.slice(0, -1);
    const parts = [...first.splice(0), ...(await streams.take(key))];
    const here = entries.get(key) ?? [];
    const read = async (): Promise<KubeObject[]> => (await desired.read(here)) as unknown as KubeObject[];
    const wide = namespace === undefined ? await read() : [];
    if (namespace === undefined) {
      const [part, all] = ["Namespace", "ClusterRole.rbac.authorization.k8s.io"].map((what) => parts.find(({ query }) => query.what === what));
      spaces.learn(part?.objects ?? [], part !== undefined && streams.failure(part.query) === undefined, wide);
      roles = (all?.objects ?? []) as KubeObject[];
      for (const [name, strange] of volumesIn(parts, here, spaces)) volumes.set(namespaceKey(name), strange);
      waiting = [...new Set([...waiting.slice(at), ...volumes.keys()])].sort();
      at = 0;
    }
    applications.push(...parts.filter(({ query }) => query.what === "Application.argoproj.io").flatMap(({ objects }) => objects));
    const wanted = here.some((entry) => inScope(entry.tenant)) || namespace === undefined || (spaces.of(namespace) !== undefined && inScope(spaces.of(namespace)!.tenant));
    if (wanted) findings.push(...judge(namespace, parts, here, namespace === undefined ? wide : await read(), { cluster: options.cluster, types: options.types, spaces, inScope, gone: plan.gone, failure: (query) => streams.failure(query), roles, declared, served: kinds, tracked, volumes: volumes.get(key) ?? [] }));
    done += here.length;
    options.onProgress?.(done, total);
  }
  return { findings, coverage: [...unknown, ...plan.coverage, ...coverageOf(streams)], applications };
}

/** Volumes that git does not know, by the space in which their claim is, or would be. */
function volumesIn(parts: readonly Part[], entries: readonly DesiredEntry[], spaces: Spaces): Map<string, LiveObject[]> {
  const known = new Set(entries.filter(({ kind }) => kind === "PersistentVolume").map(({ name }) => name));
  const strange = parts.filter(({ query }) => query.what === "PersistentVolume" && query.closed).flatMap(({ objects }) => objects).filter(({ metadata }) => !known.has(metadata.name));
  const owned = Map.groupBy(strange, (volume) => claimOf(volume)?.namespace ?? "");
  return new Map([...owned].filter(([namespace]) => spaces.of(namespace) !== undefined));
}

/** By sort key, scope taken from discovery: a namespace on a cluster-wide object is ignored, as Argo CD ignores it. */
function byNamespace(entries: readonly DesiredEntry[], kinds: readonly LiveKind[]): Map<string, DesiredEntry[]> {
  const scopes = new Map(kinds.map((kind) => [`${kind.apiVersion}/${kind.kind}`, kind.namespaced]));
  const map = new Map<string, DesiredEntry[]>();
  for (const entry of entries) {
    const namespaced = scopes.get(`${entry.apiVersion}/${entry.kind}`) ?? entry.namespace !== undefined;
    const key = namespaced ? namespaceKey(entry.namespace ?? "default") : "";
    const list = map.get(key);
    if (list) list.push(entry); else map.set(key, [entry]);
  }
  return map;
}

const coverageOf = (streams: Streams): Coverage[] => streams.counts().map(({ query: { what }, objects, failed }) => ({ plane: "kubernetes", what, objects, ...(failed === undefined ? { state: "read" } : { state: "unknown", reason: failed }) }));
