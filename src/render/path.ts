/** Where a file stands below dist/: made from identity alone, so that adding an object never renames another (D28). */
import type { LayerName, Placement } from "../layers/layer.ts";
import { NAMESPACES } from "../model/names.ts";

/** Kinds whose name alone says what they are; every other kind outside the core group carries its group in the file's name. */
const WELL_KNOWN = new Set(["Application", "ApplicationSet", "AppProject"]);
const CORE_GROUPS = /^(v1|(apps|batch|policy|autoscaling)\/.*|.*\.k8s\.io\/.*)$/;

/** Characters outside `[a-z0-9.-]` become `%xx` of their UTF-8 bytes. */
export function encodeName(name: string): string {
  return name.replace(/[^a-z0-9.-]/gu, (ch) => [...Buffer.from(ch)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""));
}

export interface ObjectLocation { cluster: string; tenant?: string; area: Placement["area"]; layer: LayerName; apiVersion: string; kind: string; namespace?: string; name: string }

/** POSIX path of an object's file below dist/. */
export function objectPath({ apiVersion, kind, namespace, name, ...where }: ObjectLocation): string {
  const plain = CORE_GROUPS.test(apiVersion) || WELL_KNOWN.has(kind);
  const file = `${kind.toLowerCase()}${plain ? "" : `.${apiVersion.split("/")[0]}`}.${encodeName(name)}.yaml`;
  if (typeof where.area !== "object") return `${folder(where)}/${namespace ?? "_cluster"}/${file}`;
  // A room's own namespace and cluster-wide objects need no folder; guests from other namespaces do, or two could meet.
  const own = namespace === undefined || namespace === (NAMESPACES as Partial<Record<string, string>>)[where.area.platform];
  return `${folder(where)}/${own ? "" : `${namespace}/`}${file}`;
}

/** POSIX path of a plain text file below dist/. */
export function textPath(where: { cluster: string; tenant?: string; area: Placement["area"]; layer: LayerName; name: string }): string {
  return `${folder(where)}/${where.name}`;
}

function folder({ cluster, tenant, area, layer }: Pick<ObjectLocation, "cluster" | "tenant" | "area" | "layer">): string {
  if (typeof area === "object") return `${cluster}/platform${area.platform && `/${area.platform}`}${area.folder ? `/${encodeFolder(area.folder)}` : ""}`;
  if (tenant === undefined) throw new TypeError(`an object of ${area} needs a tenant`);
  return `${cluster}/tenants/${tenant}/${area}/${layer}`;
}
const encodeFolder = (path: string): string => path.split("/").map((part) => encodeName(part).replaceAll("%5f", "_")).join("/");
