/** One namespace, or what is cluster-wide: pairs what git says with what lives there. */
import { hash } from "node:crypto";
import { compareObjects } from "../../compare/compare.ts";
import { attributed } from "../../compare/note.ts";
import { revertPatch } from "../../compare/patch.ts";
import type { KubeObject, Surroundings, Types } from "../../compare/types.ts";
import type { Change, Claim, Finding, FindingStatus, PatchOperation, PlaneObject } from "../../model/finding.ts";
import type { DesiredEntry } from "../desired/side.ts";
import type { LiveKind, LiveObject } from "../live/source.ts";
import { maskChange } from "../mask.ts";
import { impactOf } from "./impact.ts";
import { groupOf, kindName } from "../../model/kinds.ts";
import type { Query } from "./kinds.ts";
import { originOf } from "./made.ts";
import { revertOf } from "./revert.ts";
import type { Resource, Scene } from "./scene.ts";
import type { Reach, Spaces } from "./space.ts";
import type { Part } from "./streams.ts";
import { strangeVolume } from "./volume.ts";
import { WIDE } from "./wide.ts";

/** A finding as comparison gives it: neither aged nor allowed yet. */
export type Raw = Omit<Finding, "firstSeen" | "age"> & {
  /** Both sides, for allow rules and pending. */
  sides: { desired?: unknown; live?: unknown };
  /** Of another plane: whether what is live is what git's files said at another revision, of which `read` gives texts (D25). */
  older?: (read: (file: string) => Promise<string | undefined>) => Promise<boolean>;
  /** The finding with some of its changes only. */
  revise?: (changes: Change[]) => Pick<Finding, "changes" | "impact" | "revert">;
};

export interface JudgeContext {
  cluster: string;
  types: Types;
  spaces: Spaces;
  /** Whether objects of this tenant, or of none, are looked at in this run. */
  inScope(tenant: string | undefined): boolean;
  /** Kinds that git has in versions which are not served, by `apiVersion/kind`. */
  gone: ReadonlyMap<string, string>;
  /** Why the list of a kind is not whole; undefined when it is. */
  failure(query: Query): string | undefined;
  /** Live ClusterRoles, for aggregated ones; known once cluster-wide objects have been seen. */
  roles: readonly KubeObject[];
  /** Kinds that git has, and that the server has. */
  declared: readonly Resource[];
  served: readonly LiveKind[];
  /** Live objects say who wrote what. */
  tracked: boolean;
  /** Volumes that git does not know, for claims in this namespace. */
  volumes: readonly LiveObject[];
}

/** Roles that Kubernetes aggregates, by name: a label is anybody's to write. */
const SHIPPED = /^(?:admin|edit|view|system:aggregate-to-(?:admin|edit|view))$/;
const identityKey = (apiVersion: string, kind: string, name: string): string => `${groupOf(apiVersion)}/${kind}/${name}`;

/** `namespace`: undefined for what is cluster-wide. Entries and bodies are in the same order. */
export function judge(namespace: string | undefined, parts: readonly Part[], entries: readonly DesiredEntry[], bodies: readonly KubeObject[], context: JudgeContext): Raw[] {
  const { spaces, inScope } = context;
  const live = new Map<string, LiveObject>();
  for (const { query, objects } of parts) for (const object of objects) live.set(`${query.kind.apiVersion}/${query.kind.kind}/${object.metadata.name}`, object);
  const declared = new Set(entries.map((e) => identityKey(e.apiVersion, e.kind, e.name)));
  const isDeclared = (object: LiveObject): boolean => declared.has(identityKey(object.apiVersion, object.kind, object.metadata.name));
  const byVersion = new Map(parts.map(({ query }) => [`${query.kind.apiVersion}/${query.kind.kind}`, query]));
  const autoscalers = parts.filter(({ query }) => query.what === "HorizontalPodAutoscaler.autoscaling").flatMap(({ objects }) => objects.filter(isDeclared) as KubeObject[]);
  const around: Surroundings = { autoscalers, tracked: context.tracked, aggregated: context.roles, known: (role) => SHIPPED.test(role.metadata.name) || declared.has(identityKey(role.apiVersion, role.kind, role.metadata.name)) };
  const findings: Raw[] = [];

  entries.forEach((entry, i) => {
    if (!inScope(entry.tenant)) return;
    const key = `${entry.apiVersion}/${entry.kind}`;
    const query = byVersion.get(key);
    const found = live.get(`${key}/${entry.name}`);
    if (!query) {
      if (context.gone.has(key)) findings.push(finding("gone-version", namespace, entry, [], context, { note: `the API server serves ${context.gone.get(key)} of this kind` }));
      return;
    }
    if (!found) {
      // What a list that was cut off did not give may still be there.
      if (context.failure(query) === undefined) findings.push(finding("missing", namespace, entry, [], context, { desired: bodies[i]! }));
      return;
    }
    const result = compareOne(namespace, entry, bodies[i]!, found, around, context);
    if (result) findings.push(result);
  });

  const all = parts.flatMap(({ objects }) => objects);
  const near = {
    byUid: new Map(all.map((o) => [o.metadata.uid ?? "", o])), byName: new Map(all.map((o) => [`${kindName(o)}/${o.metadata.name}`, o])), declared: isDeclared, tracked: context.tracked,
  };
  const scene: Scene = { spaces, declared: context.declared, served: context.served, tracked: context.tracked, isDeclared, live: (what) => wholeOf(what, parts, context) };
  for (const { query, objects } of parts) {
    if (!query.closed) continue;
    for (const object of objects) {
      if (isDeclared(object)) continue;
      const owner = namespace === undefined ? WIDE.get(query.what)?.reach(object, scene) : spaces.ofGroup(namespace, object.apiVersion);
      if (owner === undefined || !inScope(owner.tenant)) continue;
      const origin = namespace === undefined ? { known: false as const, note: (owner as Reach).note } : originOf(object, near);
      if (!origin.known) findings.push(unmanaged(namespace, object, owner.tenant, origin.note, context));
    }
  }
  return [...findings, ...strangeVolumes(namespace, parts, context)];
}

/** All live objects of a kind; undefined where they could not be read whole. */
function wholeOf(what: string, parts: readonly Part[], { failure }: JudgeContext): LiveObject[] | undefined {
  const of = parts.filter(({ query }) => query.what === what);
  return of.length === 0 || of.some(({ query }) => failure(query) !== undefined) ? undefined : of.flatMap(({ objects }) => objects);
}

/** Volumes that do not follow from a claim of this namespace; nothing is said of any while the claims are not all known. */
function strangeVolumes(namespace: string | undefined, parts: readonly Part[], context: JudgeContext): Raw[] {
  const owner = namespace === undefined ? undefined : context.spaces.of(namespace);
  const claims = context.volumes.length === 0 ? undefined : wholeOf("PersistentVolumeClaim", parts, context);
  if (owner === undefined || !context.inScope(owner.tenant) || claims === undefined) return [];
  return context.volumes.flatMap((volume) => {
    const note = strangeVolume(volume, claims, context.tracked);
    return note === undefined ? [] : [unmanaged(undefined, volume, owner.tenant, note, context)];
  });
}

function compareOne(namespace: string | undefined, entry: DesiredEntry, desired: KubeObject, live: LiveObject, around: Surroundings, context: JudgeContext): Raw | undefined {
  const { changes, confidence, notes } = compareObjects(desired, live as KubeObject, context.types, around);
  const status: FindingStatus = live.metadata.deletionTimestamp !== undefined ? "deleting" : changes.length > 0 ? "changed" : lags(live) ? "unapplied" : "changed";
  if (status === "changed" && changes.length === 0) return undefined;
  const claimed = attributed(live as KubeObject, changes, around).map((change) => maskChange(change, desired, live));
  const patch = (of: readonly Change[]): PatchOperation[] | undefined => (of.length > 0 ? revertPatch(desired, live as KubeObject, of, context.types, around) : undefined);
  const note = [...notes, ...(status === "unapplied" ? [lags(live)!] : [])].join("; ");
  return finding(status, namespace, entry, claimed, context, { desired, live, confidence, patch, ...(note !== "" && { note }) });
}

/** An operator that has not come to the declared state, in words. Without a status nobody has looked at it yet, which says nothing. */
function lags({ metadata, status }: LiveObject): string | undefined {
  const { observedGeneration, conditions } = (typeof status === "object" && status !== null ? status : {}) as { observedGeneration?: unknown; conditions?: unknown };
  if (typeof observedGeneration === "number" && metadata.generation !== undefined && observedGeneration < metadata.generation) return `its controller has seen generation ${observedGeneration} of ${metadata.generation}`;
  const ready = Array.isArray(conditions) ? (conditions as { type?: unknown; status?: unknown; reason?: unknown }[]).find((c) => c?.type === "Ready" || c?.type === "Synced") : undefined;
  return ready?.status === "False" ? `its controller says it is not ${String(ready.type).toLowerCase()}${typeof ready.reason === "string" && /^[A-Za-z]{1,60}$/.test(ready.reason) ? `: ${ready.reason}` : ""}` : undefined;
}

interface More { desired?: KubeObject; live?: LiveObject; confidence?: "typed" | "untyped"; patch?: (changes: readonly Change[]) => PatchOperation[] | undefined; note?: string }

function finding(status: FindingStatus, namespace: string | undefined, entry: DesiredEntry, changes: Change[], context: JudgeContext, { desired, live, confidence = "typed", patch, note }: More): Raw {
  const identity = { apiVersion: entry.apiVersion, kind: entry.kind, ...(namespace !== undefined && { namespace }), name: entry.name };
  const object: PlaneObject = { plane: "kubernetes", ...identity };
  const judged = (of: Change[]): Pick<Finding, "changes" | "impact" | "revert"> => ({
    changes: of, impact: impactOf(kindName(entry), status, of), revert: revertOf({ status, identity, entry, patch: patch?.(of), live, added: of.some((c) => c.kind === "added") }),
  });
  return {
    id: findingId(context.cluster, object), object, ...(entry.tenant !== undefined && { tenant: entry.tenant }), status, ...judged(changes),
    ...(entry.owner !== undefined && { owner: entry.owner }), ...(entry.source && { source: entry.source }), file: entry.file,
    confidence, ...(note !== undefined && { note }), sides: { ...(desired && { desired }), ...(live && { live }) }, ...(status === "changed" && { revise: judged }),
  };
}

function unmanaged(namespace: string | undefined, live: LiveObject, tenant: string | undefined, note: string | undefined, context: JudgeContext): Raw {
  const { apiVersion, kind, metadata: { name, managedFields } } = live;
  const identity = { apiVersion, kind, ...(namespace !== undefined && { namespace }), name };
  const object: PlaneObject = { plane: "kubernetes", ...identity };
  const claimedBy = (managedFields ?? []).filter((entry) => !entry.subresource).map((entry): Claim => ({ manager: entry.manager ?? "", operation: entry.operation ?? "", ...(entry.time && { time: entry.time }), confidence: "exact" }));
  return {
    id: findingId(context.cluster, object), object, ...(tenant !== undefined && { tenant }), status: "unmanaged", impact: impactOf(kindName({ apiVersion, kind }), "unmanaged", []), changes: [],
    ...(claimedBy.length > 0 && { claimedBy }), revert: revertOf({ status: "unmanaged", identity, entry: undefined, patch: undefined, live, added: false }), confidence: "typed", ...(note !== undefined && { note }), sides: { live },
  };
}

/** Stable over audits: of the cluster and the identity alone, without the version. */
export const findingId = (cluster: string, { plane, store = "", apiVersion = "", kind, namespace = "", name }: PlaneObject): string =>
  hash("sha256", [cluster, plane, store, groupOf(apiVersion), kind, namespace, name].join("\n"), "hex").slice(0, 16);
