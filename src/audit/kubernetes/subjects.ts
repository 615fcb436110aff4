/** Cluster-wide objects that mean somebody: rights, and turns at the API server. */
import type { LiveObject } from "../live/source.ts";
import { TENANT_LABEL } from "../../model/names.ts";
import { isMap } from "../../model/value.ts";
import type { Scene } from "./scene.ts";
import type { Reach } from "./space.ts";

interface Subject { kind: string; name: string; namespace?: string | undefined }
/** Groups that the accounts of tenants' pods are in. */
const EVERYBODY: ReadonlyMap<string, string> = new Map([
  ["system:serviceaccounts", "every service account, those of tenants among them,"], ["system:authenticated", "everybody who has an account, those of tenants among them,"],
  ["system:unauthenticated", "everybody, with an account or without,"],
]);

/** Kubernetes' own bindings for everybody, each of the role of its name (plugin/pkg/auth/authorizer/rbac/bootstrappolicy). */
const FOR_ALL: ReadonlySet<string> = new Set(["system:basic-user", "system:discovery", "system:public-info-viewer", "system:service-account-issuer-discovery"]);

const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isMap) : []);
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** The first subject that stands for an account of a space, or for everybody; `gives` and `what` go around it. */
function reachOfSubjects(subjects: readonly Subject[], { spaces }: Scene, gives: string, what: string): Reach | undefined {
  for (const { kind, name, namespace } of subjects) {
    const owner = namespace === undefined ? undefined : spaces.of(namespace);
    if (owner) return { ...owner, note: `${gives} ${kind} ${namespace}/${name} ${what}` };
    const group = kind === "Group" ? /^system:serviceaccounts:(.+)$/.exec(name)?.[1] : undefined;
    const user = kind === "User" ? /^system:serviceaccount:([^:]+):/.exec(name)?.[1] : undefined;
    const through = spaces.of(group ?? user ?? "");
    if (through) return { ...through, note: `${gives} ${kind} ${name} ${what}` };
    const all = kind === "Group" ? EVERYBODY.get(name) : kind === "User" && name === "*" ? "everybody" : undefined;
    if (all !== undefined) return { note: `${gives} ${all} ${what}` };
  }
  return undefined;
}

/** Rights of a tenant's accounts beyond its namespace. */
export function bindingOfRights(object: LiveObject, scene: Scene): Reach | undefined {
  const { roleRef } = object;
  // Known by what they give: a label is anybody's to write.
  if (FOR_ALL.has(object.metadata.name) && isMap(roleRef) && roleRef["name"] === object.metadata.name) return undefined;
  const subjects = list(object["subjects"]).flatMap((one): Subject[] => (typeof one["name"] === "string" ? [{ kind: String(one["kind"]), name: one["name"], namespace: text(one["namespace"]) }] : []));
  return reachOfSubjects(subjects, scene, "it gives", "rights in the whole cluster");
}

/** A role that adds itself to others, in a tenant's name; none of Kubernetes' own has that. */
export function aggregatedRole({ metadata: { labels } }: LiveObject): Reach | undefined {
  const tenant = labels?.[TENANT_LABEL];
  const adds = labels !== undefined && Object.keys(labels).some((label) => label.startsWith("rbac.authorization.k8s.io/aggregate-to-"));
  return adds && tenant !== undefined ? { tenant, note: "it adds itself to another role" } : undefined;
}

/** Whose requests wait behind whose. The server keeps its own as they are, and takes away what says that it is its own and is not. */
export function flowReach(object: LiveObject, scene: Scene): Reach | undefined {
  if (object.metadata.annotations?.["apf.kubernetes.io/autoupdate-spec"] === "true") return undefined;
  const rules = isMap(object["spec"]) ? list(object["spec"]["rules"]) : [];
  const subjects = rules.flatMap((rule) => list(rule["subjects"])).flatMap(({ kind, user, group, serviceAccount }): Subject[] => {
    const of = [user, group, serviceAccount].find(isMap);
    return typeof of?.["name"] === "string" ? [{ kind: String(kind), name: of["name"], namespace: text(of["namespace"]) }] : [];
  });
  return reachOfSubjects(subjects, scene, "it decides how long", "must wait for the API server");
}
