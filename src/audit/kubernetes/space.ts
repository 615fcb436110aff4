/** Whose a namespace is. Only in a tenant's or the platform's own namespaces everything must be known; elsewhere git's objects are compared and others let be. */
import type { DesiredEntry } from "../desired/side.ts";
import type { LiveObject } from "../live/source.ts";
import { groupOf } from "../../model/kinds.ts";
import { NAMESPACES, TENANT_LABEL } from "../../model/names.ts";

const ARGO = "argoproj.io";

export interface Owner { /** Absent: the platform's own. */ tenant?: string }

export class Spaces {
  readonly #owners = new Map<string, Owner>();
  /** Git declares what Argo CD may do: then nobody else does. */
  readonly #argocd: boolean;

  constructor(entries: readonly DesiredEntry[]) {
    this.#argocd = entries.some(({ apiVersion, namespace, area }) => area !== "foreign" && namespace === NAMESPACES.argocd && groupOf(apiVersion) === ARGO);
    for (const { kind, name, tenant, area } of entries) if (kind === "Namespace") this.#owners.set(name, tenant === undefined || area === "platform" ? {} : { tenant });
  }

  /** Takes over what live Namespaces say of themselves: one with a tenant's label is that tenant's space, whatever git says. */
  learn(namespaces: readonly LiveObject[]): void {
    for (const { metadata } of namespaces) {
      const tenant = metadata.labels?.[TENANT_LABEL];
      if (tenant !== undefined && !this.#owners.has(metadata.name)) this.#owners.set(metadata.name, { tenant });
    }
  }

  of(namespace: string): Owner | undefined { return this.#owners.get(namespace); }

  /** Namespaces whose owner is one of these. */
  named(is: (owner: Owner) => boolean): string[] { return [...this.#owners].flatMap(([name, owner]) => (is(owner) ? [name] : [])); }

  /** Whose an object of this group would be there. Argo CD's namespace is its installer's, but a project or application in it reaches into every tenant. */
  ofGroup(namespace: string, apiVersion: string): Owner | undefined {
    return this.#owners.get(namespace) ?? (this.#argocd && namespace === NAMESPACES.argocd && groupOf(apiVersion) === ARGO ? {} : undefined);
  }
}

/** Into whose space something reaches, and how, in words. */
export interface Reach extends Owner { note: string }

/** Whether a cluster-wide object that git does not know reaches into somebody's space, in words; undefined when it does not. */
export function reaches(what: string, object: LiveObject, spaces: Spaces): Reach | undefined {
  const { labels, name } = object.metadata;
  if (what === "Namespace") return labels?.[TENANT_LABEL] === undefined ? undefined : { tenant: labels[TENANT_LABEL], note: `it carries the label of tenant ${labels[TENANT_LABEL]}` };
  if (what === "ClusterRoleBinding.rbac.authorization.k8s.io") {
    if (name.startsWith("system:") && labels?.["kubernetes.io/bootstrapping"] === "rbac-defaults") return undefined;
    for (const subject of subjectsOf(object)) {
      const owner = subject.namespace === undefined ? undefined : spaces.of(subject.namespace);
      if (owner) return { ...owner, note: `it gives ${subject.kind} ${subject.namespace}/${subject.name} rights in the whole cluster` };
      const group = subject.kind === "Group" ? /^system:serviceaccounts:(.+)$/.exec(subject.name)?.[1] : undefined;
      const users = subject.kind === "User" ? /^system:serviceaccount:([^:]+):/.exec(subject.name)?.[1] : undefined;
      const through = spaces.of(group ?? users ?? "");
      if (through) return { ...through, note: `it gives ${subject.kind} ${subject.name} rights in the whole cluster` };
      if (subject.kind === "Group" && subject.name === "system:serviceaccounts") return { note: "it gives every service account, those of tenants among them, rights in the whole cluster" };
    }
  }
  if (what === "ClusterRole.rbac.authorization.k8s.io" && labels && Object.keys(labels).some((label) => label.startsWith("rbac.authorization.k8s.io/aggregate-to-")) && labels["kubernetes.io/bootstrapping"] === undefined && labels[TENANT_LABEL] !== undefined) return { tenant: labels[TENANT_LABEL], note: "it adds itself to another role" };
  return undefined;
}

function subjectsOf(object: LiveObject): { kind: string; name: string; namespace?: string }[] {
  const { subjects } = object as { subjects?: unknown };
  return Array.isArray(subjects) ? (subjects as { kind: string; name: string; namespace?: string }[]).filter((s) => typeof s === "object" && s !== null && typeof s.name === "string") : [];
}
