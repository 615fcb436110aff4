import { ApiObject, type Chart } from "cdk8s";
import type { Platform, Table, Tenant } from "../model/fleet.ts";
import type { SourceRef } from "../model/problem.ts";

const LAYERS = ["resources", "database", "events", "storage", "serving", "observability", "audit", "gitops"] as const;
/** `extension`: what a definition's `extend` brought. */
export type LayerName = (typeof LAYERS)[number] | "extension";
/** Rooms below `dist/<cluster>/platform/`. */
export type PlatformRoom = /** the platform's folder itself */ "" | "crds" | "argocd" | "admission" | "database" | "events" | "storage" | "serving" | "observability" | "audit" | "namespaces";

/** What a tenant's layer state is made from: one tenant on one of its clusters. */
export interface TenantScope { platform: Platform; tenant: Tenant; cluster: string }
/** What the platform's layer state is made from: one cluster, and the shared tables of the stores at home there. Never a list of tenants. */
export interface PlatformScope { platform: Platform; cluster: string; sharedTables: Table[] }

/**
 * Where an object goes and whence it comes.
 * `walls`: what the tenant's own applier may not touch; `content`: everything else (D4); `{platform: room}`: the platform's.
 */
export interface Placement {
  area: "walls" | "content" | { platform: PlatformRoom; /** sub-folder, e.g. `<schema>.<table>` for shared tables */ folder?: string };
  layer: LayerName;
  /** Argo CD sync wave (D6); written as annotation. */
  wave: number;
  source: SourceRef;
  /** Team that owns what is declared, written as annotation. */
  owner: string;
  /** Holds data: gets `Prune=false,Delete=false`, and its removal needs a tombstone. */
  dataBearing?: boolean;
}

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
}

/** Where layers put their manifests when nobody else's code meets them: cdk8s' constructs cost as much as rendering. */
export class Sheet {
  readonly placed: { manifest: Manifest; placement: Placement }[] = [];
}

const placements = new WeakMap<ApiObject, Placement>();

/** Adds a manifest to the sheet, or to the chart as a cdk8s construct, and remembers where it belongs. */
export function place(target: Chart | Sheet, manifest: Manifest, placement: Placement): void {
  if (target instanceof Sheet) { target.placed.push({ manifest, placement }); return; }
  const { apiVersion, kind, metadata } = manifest;
  const base = `${kind}.${apiVersion.replaceAll("/", ".")}.${metadata.namespace ?? "_cluster"}.${metadata.name}`.replaceAll("/", "-");
  // A second object of one identity is reported by verify with both sources, so the construct id must not clash first.
  let id = base;
  for (let n = 2; target.node.tryFindChild(id); n++) id = `${base}#${n}`;
  placements.set(new ApiObject(target, id, manifest), placement);
}

/** The placement of an object, or undefined for constructs that `extend` brought. */
export function placementOf(object: ApiObject): Placement | undefined {
  return placements.get(object);
}

/** One leaf of an object that others own, which Bulkhead needs so (D7): listed and audited, never rendered. */
export interface Prerequisite {
  object: { apiVersion: string; kind: string; namespace?: string; name: string };
  /** RFC 6901. */
  pointer: string;
  /** `null`: absent or empty. */
  value: unknown;
  why: string;
}

/** A file that is no Kubernetes object and stands beside the objects that carry it (SQL, state.json, promtool tests, CODEOWNERS). */
export interface TextFile {
  area: Placement["area"];
  layer: LayerName;
  /** File name below the layer's folder; may hold sub-folders. Never ends in .yaml: Argo CD would apply it. */
  name: string;
  text: string;
  source: SourceRef;
  owner: string;
}

/** Receives what a layer renders. */
export interface Output {
  chart: Chart | Sheet;
  /** Adds a plain file. */
  file(file: TextFile): void;
}

/**
 * One row of the isolation table. State is plain data made by pure functions; render writes it.
 * Tenant and platform halves are separate, because nothing of a tenant lies under `platform/` (D5).
 */
export interface Layer<T = unknown, P = unknown> {
  name: LayerName;
  /** Desired state of one tenant on one cluster, or undefined when this layer has nothing there. */
  tenantState?(scope: TenantScope): T | undefined;
  renderTenant?(state: T, output: Output): void;
  platformState?(scope: PlatformScope): P | undefined;
  renderPlatform?(state: P, output: Output): void;
  prerequisites?(platform: Platform, cluster: string): Prerequisite[];
  /** Loads what only rendering needs, where that is much. Rendering does it by itself, but cannot any more in a process that is locked. */
  load?(): void;
}

/** Sync waves of the platform's own Application (D6). */
export const PLATFORM_WAVES = { crds: -40, namespaces: -30, projects: -20, policies: -10, bindings: 0, content: 5, applicationSets: 10 } as const;
/** Sync waves of a tenant's two Applications. */
export const TENANT_WAVES = { namespace: -30, limits: -20, access: -10, secrets: 0, config: 5, jobs: 10, stores: 0, users: 10, schemas: 20, monitoring: 30 } as const;
