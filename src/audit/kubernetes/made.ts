/** What lies in a tenant's space and is in no file, and need not be: what Kubernetes makes everywhere, and children of what is known. */
import type { LiveObject, ManagedFieldsEntry } from "../live/source.ts";
import { kindName } from "../../model/kinds.ts";

const CONTROLLER_MANAGER = "kube-controller-manager";

/** Kinds of owners whose controllers make this kind, and who these controllers claim to be; absent for operators, whose names are their installers'. */
interface Parentage { owners: readonly string[]; manager?: string }
const CHILDREN: Record<string, Parentage> = {
  "ReplicaSet.apps": { owners: ["Deployment.apps"], manager: CONTROLLER_MANAGER },
  Pod: { owners: ["ReplicaSet.apps", "StatefulSet.apps", "DaemonSet.apps", "Job.batch", "ReplicationController"], manager: CONTROLLER_MANAGER },
  "ControllerRevision.apps": { owners: ["StatefulSet.apps", "DaemonSet.apps"], manager: CONTROLLER_MANAGER },
  "Job.batch": { owners: ["CronJob.batch"], manager: CONTROLLER_MANAGER },
  "EndpointSlice.discovery.k8s.io": { owners: ["Service", "Endpoints"], manager: CONTROLLER_MANAGER },
  PersistentVolumeClaim: { owners: ["StatefulSet.apps", "Pod"], manager: CONTROLLER_MANAGER },
  "PodTemplate": { owners: ["Deployment.apps"], manager: CONTROLLER_MANAGER },
  ConfigMap: { owners: ["ObjectBucketClaim.objectbucket.io", "Grafana.grafana.integreatly.org"] },
  "Deployment.apps": { owners: ["Grafana.grafana.integreatly.org"] },
  Service: { owners: ["Grafana.grafana.integreatly.org"] },
  ServiceAccount: { owners: ["Grafana.grafana.integreatly.org"] },
  "Application.argoproj.io": { owners: ["ApplicationSet.argoproj.io"] },
};

/** Who writes to children without changing what they are: nodes and the scheduler, through subresources. */
const isRuntimeWrite = (entry: ManagedFieldsEntry): boolean => ["status", "binding", "log", "resize"].includes(entry.subresource ?? "");

/** Names that Kubernetes gives its own objects in every namespace, and who makes them. */
const EVERYWHERE: ReadonlyMap<string, string> = new Map([["ServiceAccount default", CONTROLLER_MANAGER], ["ConfigMap kube-root-ca.crt", CONTROLLER_MANAGER]]);

export type Origin = { known: true } | { known: false; note?: string };
const KNOWN: Origin = { known: true };

/** What else lives in the namespace. */
export interface Neighbours {
  /** By uid. */
  byUid: ReadonlyMap<string, LiveObject>;
  /** By `kind/name`, with the group. */
  byName: ReadonlyMap<string, LiveObject>;
  /** True for what git declares. */
  declared(object: LiveObject): boolean;
  /** Objects here say who wrote them: one that does not may be anybody's. */
  tracked: boolean;
}

/**
 * Whether an object that git does not know follows from what it knows. An owner reference is only a claim: the owner must live under that uid and be
 * known itself, its controller must make such children, and nobody else may claim to have written what the child is.
 */
export function originOf(object: LiveObject, near: Neighbours, depth = 0): Origin {
  const what = kindName(object);
  const { name } = object.metadata;
  const maker = EVERYWHERE.get(`${what} ${name}`);
  if (maker !== undefined) return byOthers(object, maker, near.tracked && !isBare(object)) ?? KNOWN;
  if (what === "Endpoints") return near.byName.has(`Service/${name}`) ? byOthers(object, CONTROLLER_MANAGER, near.tracked) ?? KNOWN : { known: false };
  const owner = object.metadata.ownerReferences?.find((reference) => reference.controller);
  if (what === "PersistentVolumeClaim" && owner === undefined) return claimOfSet(object, near) ?? { known: false };
  if (owner === undefined) return { known: false };
  const ownerKind = kindName(owner);
  const parentage = CHILDREN[what];
  const said = `its owner reference says ${ownerKind} ${owner.name}`;
  if (!parentage?.owners.includes(ownerKind)) return { known: false, note: `${said}, whose controller makes no ${what}` };
  const parent = near.byUid.get(owner.uid);
  if (!parent || kindName(parent) !== ownerKind || parent.metadata.name !== owner.name) return { known: false, note: `${said}, which does not live here under that uid` };
  if (!near.declared(parent) && (depth > 3 || !originOf(parent, near, depth + 1).known)) return { known: false, note: `${said}, which git does not know either` };
  return (parentage.manager === undefined ? undefined : byOthers(object, parentage.manager, near.tracked)) ?? KNOWN;
}

/** A claim that a StatefulSet's template makes: without an owner reference unless the set says so. */
function claimOfSet(object: LiveObject, near: Neighbours): Origin | undefined {
  const match = /^(.+)-([0-9]+)$/.exec(object.metadata.name);
  if (!match) return undefined;
  for (const set of near.byUid.values()) {
    if (kindName(set) !== "StatefulSet.apps" || !match[1]!.endsWith(`-${set.metadata.name}`) || !near.declared(set)) continue;
    return byOthers(object, CONTROLLER_MANAGER, near.tracked) ?? KNOWN;
  }
  return undefined;
}

/** The account that every namespace has: nothing is said in it, so nobody claims anything of it, and the server keeps no list of claims. */
const isBare = ({ kind, metadata: { name, labels, annotations } }: LiveObject): boolean => kind === "ServiceAccount" && name === "default" && labels === undefined && annotations === undefined;

/** Somebody else than its maker claims to have written what the object is, or nobody does where others have claims; nothing to say where none have. */
function byOthers(object: LiveObject, maker: string, tracked: boolean): Origin | undefined {
  if (tracked && (object.metadata.managedFields ?? []).length === 0) return { known: false, note: `${maker} makes such objects, but this one has no managedFields, so nothing says who did` };
  for (const entry of object.metadata.managedFields ?? []) {
    if (entry.manager === maker || isRuntimeWrite(entry)) continue;
    const fields = Object.keys(entry.fieldsV1 ?? {}).filter((field) => field !== "f:metadata").map((field) => field.replace(/^f:/, ""));
    if (fields.length > 0) return { known: false, note: `${maker} makes such objects, but ${entry.manager ?? "somebody"} claims to have written its ${fields.join(", ")}${entry.subresource ? ` through ${entry.subresource}` : ""}` };
  }
  return undefined;
}
