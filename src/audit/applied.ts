/** What Argo CD has applied, as its Applications say. Only Applications that are exactly as Bulkhead renders them are believed. */
import { contentApplication, NAMESPACES, wallsApplication } from "../model/names.ts";
import type { LiveObject } from "./live/source.ts";

/** Where the rendered tree lies. */
export interface Rendered { /** The platform's `git.repository` and `git.path`. */ git: { repository: string; path: string }; cluster: string }
/** The part of an Application's status that counts. */
export interface Applied {
  application: string;
  /** Commit of the last operation that applied everything and succeeded. */
  revision: string;
  /** RFC 3339. */
  finished?: string;
  /** Removes what git no longer has. */
  prunes: boolean;
  /** In words: why it will not come to the audited commit by itself. */
  off?: string;
}

/** The Application that holds a folder of the tree: its name, and the folder's path below the cluster's. */
export interface Folder { application: string; path: string }

/** The Application's folder that a file lies in; `file` is below the output folder. Undefined for what none applies. */
export function folderOf(file: string, cluster: string): Folder | undefined {
  const [, inside] = file.startsWith(`${cluster}/`) ? [cluster, file.slice(cluster.length + 1)] : [];
  const [, path, tenant, part] = /^(platform|tenants\/([^/]+)\/(walls|content))\//.exec(inside ?? "") ?? [];
  if (path === undefined) return undefined;
  return tenant === undefined ? PLATFORM : part === "walls" ? { application: wallsApplication(tenant), path } : { application: contentApplication(tenant), path };
}

const PLATFORM: Folder = { application: "platform", path: "platform" };
/** The folders in which an object may have been declared: the tenant's two, or the platform's. */
export const foldersOf = (tenant: string | undefined): Folder[] => (tenant === undefined ? [PLATFORM] : [{ application: wallsApplication(tenant), path: `tenants/${tenant}/walls` }, { application: contentApplication(tenant), path: `tenants/${tenant}/content` }]);

interface Source { repoURL?: unknown; path?: unknown }
interface Operation { phase?: unknown; finishedAt?: unknown; operation?: { sync?: { dryRun?: unknown; resources?: unknown[] } }; syncResult?: { revision?: unknown; source?: Source } }
interface Application extends LiveObject {
  spec?: { source?: Source; sources?: unknown[]; syncPolicy?: { automated?: { enabled?: unknown; selfHeal?: unknown; prune?: unknown } } };
  status?: { operationState?: Operation; history?: { revision?: unknown; deployedAt?: unknown; source?: Source }[] };
}

const segments = (path: string): string => path.split("/").filter((part) => part !== "" && part !== ".").join("/");
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** What was applied of a folder; undefined where no Application tells. */
export function appliedIn({ application: name, path }: Folder, applications: readonly LiveObject[], { git, cluster }: Rendered): Applied | undefined {
  const found = applications.find(({ apiVersion, kind, metadata }) => apiVersion.startsWith("argoproj.io/") && kind === "Application" && metadata.namespace === NAMESPACES.argocd && metadata.name === name) as Application | undefined;
  const ours = (source: Source | undefined): boolean => text(source?.repoURL) === git.repository && segments(text(source?.path) ?? "") === segments(`${git.path}/${cluster}/${path}`);
  const { spec = {}, status = {} } = found ?? {};
  const last = found && spec.sources === undefined && ours(spec.source) ? lastWhole(status, ours) : undefined;
  if (!found || !last) return undefined;
  const automated = spec.syncPolicy?.automated;
  const paused = found.metadata.annotations?.["argocd.argoproj.io/skip-reconcile"] === "true";
  const off = !automated || automated.enabled === false || paused ? "automated sync is off" : automated.selfHeal !== true ? "self-heal is off" : undefined;
  return { application: name, ...last, prunes: automated?.prune === true, ...(off !== undefined && { off }) };
}

/**
 * The last operation that applied everything and succeeded. A dry run applies nothing and a selective one only a part, and both say Succeeded. While one runs, the
 * history tells of the one before: Argo CD enters only whole, successful operations. One that failed gives nothing: there is nothing to wait for.
 */
function lastWhole({ operationState: state, history }: NonNullable<Application["status"]>, ours: (source: Source | undefined) => boolean): Pick<Applied, "revision" | "finished"> | undefined {
  const { dryRun, resources = [] } = state?.operation?.sync ?? {};
  const whole = dryRun !== true && resources.length === 0;
  const from = (revision: unknown, at: unknown, source: Source | undefined): Pick<Applied, "revision" | "finished"> | undefined => {
    const [commit, finished] = [text(revision), text(at)];
    return commit === undefined || (source !== undefined && !ours(source)) ? undefined : { revision: commit, ...(finished !== undefined && { finished }) };
  };
  if (state?.phase === "Succeeded" && whole) return from(state.syncResult?.revision, state.finishedAt, state.syncResult?.source);
  const before = history?.at(-1);
  return (state?.phase === "Running" || state?.phase === "Succeeded") && before ? from(before.revision, before.deployedAt, before.source) : undefined;
}
