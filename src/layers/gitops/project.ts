/** Argo CD projects: what may be applied, from where, to where and as whom. */
import type { Manifest } from "../layer.ts";
import { NAMESPACES, PLATFORM_APPLIER, WALLS_APPLIER } from "../../model/names.ts";
import { CONTENT_KINDS, type KindRef, PLATFORM_KINDS, WALL_KINDS } from "../../model/kinds.ts";

export const PLATFORM_PROJECT = "platform";
export const WALLS_PROJECT = "platform-walls";
/** Namespaces of tenants, as Argo CD's globs see them; no tenant may be called so that a platform namespace matches. */
const TENANT_GLOB = "tenant-*";
/** Where Jobs that hold administrative credentials run. */
export const JOB_NAMESPACES = [NAMESPACES.database, NAMESPACES.events, NAMESPACES.observability, NAMESPACES.serving, NAMESPACES.storage] as const;

const refs = (kinds: readonly KindRef[]): { group: string; kind: string }[] => kinds.map(({ group, kind }) => ({ group, kind }));
/** Written with its namespace: a bare name resolves in the destination namespace, where a tenant's pods could mount the account (D4). */
const applierRef = (name: string): string => `${NAMESPACES.appliers}:${name}`;

function project(name: string, spec: Record<string, unknown>): Manifest {
  return { apiVersion: "argoproj.io/v1alpha1", kind: "AppProject", metadata: { name, namespace: NAMESPACES.argocd }, spec };
}

/**
 * A tenant's project: content kinds only, nothing cluster-scoped, one source, one destination, one account.
 * It has no roles and no source namespaces, so nobody gets Argo CD rights or Applications elsewhere through it.
 */
export function tenantAppProject(of: { name: string; tenant: string; server: string; namespace: string; applier: string; repository: string }): Manifest {
  return project(of.name, {
    description: `Content of tenant ${of.tenant}`,
    sourceRepos: [of.repository],
    destinations: [{ server: of.server, namespace: of.namespace }],
    clusterResourceWhitelist: [],
    namespaceResourceWhitelist: refs(CONTENT_KINDS),
    orphanedResources: { warn: true },
    destinationServiceAccounts: [{ server: of.server, namespace: of.namespace, defaultServiceAccount: applierRef(of.applier) }],
  });
}

/** The platform's own project. */
export function platformProject(server: string, repository: string): Manifest {
  const namespaces = Object.values(NAMESPACES).sort();
  return project(PLATFORM_PROJECT, {
    description: "The platform itself",
    sourceRepos: [repository],
    destinations: namespaces.map((namespace) => ({ server, namespace })),
    clusterResourceWhitelist: PLATFORM_KINDS.filter((k) => k.cluster).flatMap(({ group, kind }) =>
      kind === "Namespace" ? namespaces.map((name) => ({ group, kind, name })) : [{ group, kind }]),
    namespaceResourceWhitelist: refs(PLATFORM_KINDS.filter((k) => !k.cluster)),
    destinationServiceAccounts: [{ server, namespace: NAMESPACES.argocd, defaultServiceAccount: applierRef(PLATFORM_APPLIER) }],
  });
}

/**
 * The one project of all walls. Its destinations are a glob because a list of tenants would be a file that all tenants share (D5);
 * RBAC and the admission policy `walls-applier` say per namespace what the glob cannot.
 */
export function wallsProject(server: string, repository: string): Manifest {
  const namespaces = [TENANT_GLOB, NAMESPACES.argocd, NAMESPACES.appliers, ...JOB_NAMESPACES].sort();
  return project(WALLS_PROJECT, {
    description: "Walls of all tenants",
    sourceRepos: [repository],
    destinations: namespaces.map((namespace) => ({ server, namespace })),
    clusterResourceWhitelist: WALL_KINDS.filter((k) => k.places.includes("cluster")).map(({ group, kind }) =>
      kind === "Namespace" ? { group, kind, name: TENANT_GLOB } : { group, kind }),
    namespaceResourceWhitelist: refs(WALL_KINDS.filter((k) => !k.places.includes("cluster"))),
    destinationServiceAccounts: [{ server, namespace: TENANT_GLOB, defaultServiceAccount: applierRef(WALLS_APPLIER) }],
  });
}

/** Argo CD makes an all-allowing `default` project when there is none; this one allows nothing. */
export function lockedDefaultProject(): Manifest {
  const everything = [{ group: "*", kind: "*" }];
  return project("default", {
    description: "Locked: every Application belongs to a project of its own",
    sourceRepos: [],
    sourceNamespaces: [],
    destinations: [],
    clusterResourceWhitelist: [],
    clusterResourceBlacklist: everything,
    namespaceResourceBlacklist: everything,
  });
}
