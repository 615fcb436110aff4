/** The bootstrap Application and the two ApplicationSets of a cluster (D5, D6). */
import type { Manifest } from "../layer.ts";
import { NAMESPACES } from "../../model/names.ts";
import { PLATFORM_PROJECT, WALLS_PROJECT } from "./project.ts";

export interface Source { repository: string; revision: string; /** Folder of the rendered tree; may be nested, may be "." */ path: string }

/** Joined into the metadata of every Application: a commit that does not touch its folder costs it no refresh. */
const GENERATE_PATHS = { "argocd.argoproj.io/manifest-generate-paths": "." };
/** Argo CD's directory source would read every `.json` as a manifest without the include (D5). */
const DIRECTORY = { recurse: true, include: "*.yaml" } as const;
const SYNC_OPTIONS = [
  "ApplyOutOfSyncOnly=true",
  "CreateNamespace=false",
  "FailOnSharedResource=true",
  "PruneLast=true",
  "RespectIgnoreDifferences=true",
  "ServerSideApply=true",
  "SkipDryRunOnMissingResource=true",
] as const;

const syncPolicy = () => ({
  automated: { prune: true, selfHeal: true, allowEmpty: false },
  syncOptions: [...SYNC_OPTIONS],
  // Between Applications nothing is ordered: what depends on another one's objects retries until they are there (D6).
  // Without `refresh` an endless retry would stay on the commit that failed.
  retry: { limit: -1, refresh: true, backoff: { duration: "10s", factor: 2, maxDuration: "5m" } },
});

/** Path segments of the rendered tree, as Argo CD's git generator counts them. */
export const segments = (path: string): string[] => path.split("/").filter((part) => part !== "" && part !== ".");
const join = (...parts: string[]): string => parts.flatMap(segments).join("/");

/** The Application that holds the platform, itself included. */
export function platformApplication(source: Source, cluster: string, server: string): Manifest {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { name: "platform", namespace: NAMESPACES.argocd, annotations: { ...GENERATE_PATHS } },
    spec: {
      project: PLATFORM_PROJECT,
      source: { repoURL: source.repository, targetRevision: source.revision, path: join(source.path, cluster, "platform"), directory: { ...DIRECTORY } },
      destination: { server, namespace: NAMESPACES.argocd },
      syncPolicy: syncPolicy(),
    },
  };
}

/**
 * `walls` or `content` of every tenant folder of a cluster. The tenant is a segment of the folder's path and nothing else:
 * no file's content reaches the Application's name, project or destination, so a file cannot choose them.
 */
export function tenantApplicationSet(part: "walls" | "content", source: Source, cluster: string, server: string): Manifest {
  const tenant = `{{ index .path.segments ${segments(source.path).length + 2} }}`;
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "ApplicationSet",
    // Deleting the set deletes every tenant's Application by owner reference, whatever its policy says.
    metadata: { name: part, namespace: NAMESPACES.argocd, annotations: { "argocd.argoproj.io/sync-options": "Delete=false,Prune=false" } },
    spec: {
      goTemplate: true,
      goTemplateOptions: ["missingkey=error"],
      generators: [{ git: { repoURL: source.repository, revision: source.revision, directories: [{ path: join(source.path, cluster, "tenants/*", part) }] } }],
      syncPolicy: { applicationsSync: "create-update", preserveResourcesOnDeletion: true },
      template: {
        metadata: { name: `${part}-${tenant}`, namespace: NAMESPACES.argocd, annotations: { ...GENERATE_PATHS } },
        spec: {
          project: part === "walls" ? WALLS_PROJECT : `tenant-${tenant}`,
          source: { repoURL: source.repository, targetRevision: source.revision, path: "{{ .path.path }}", directory: { ...DIRECTORY } },
          destination: { server, namespace: `tenant-${tenant}` },
          syncPolicy: syncPolicy(),
        },
      },
    },
  };
}
