/** Where a file stands below dist/: made from identity alone, so that adding an object never renames another (D28). */
import { Buffer } from "node:buffer";
import type { LayerName, Placement } from "../layers/layer.ts";
import { fit, NAMESPACES } from "../model/names.ts";

/** Kinds whose name alone says what they are, and their group; every other kind outside the core groups carries its group in the file's name. */
const WELL_KNOWN: ReadonlyMap<string, string> = new Map([["Application", "argoproj.io"], ["ApplicationSet", "argoproj.io"], ["AppProject", "argoproj.io"]]);
const CORE_GROUPS = /^(v1|(apps|batch|policy|autoscaling)\/.*|.*\.k8s\.io\/.*)$/;

/** Characters outside `[a-z0-9.-]` become `%xx` of their UTF-8 bytes. */
export function encodeName(name: string): string {
  return name.replace(/[^a-z0-9.-]/gu, (ch) => [...Buffer.from(ch)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""));
}

/** Where an object belongs and what it is. `tenant` is set for the areas `walls` and `content`. */
export interface ObjectLocation { cluster: string; tenant?: string; area: Placement["area"]; layer: LayerName; apiVersion: string; kind: string; namespace?: string; name: string }

/** Longest name of one file, in bytes, on the file systems people use; a name and its group can be 253 each. */
const LONGEST_FILE = 255;

/**
 * POSIX path of an object's file below dist/: `<folder>/[<namespace or _cluster>/]<kind>[.<group>].<name>.yaml`. What is too long for a file's name is cut
 * and gets 8 hex of its SHA-256. Throws a TypeError for an object of a tenant's area without a tenant.
 */
export function objectPath({ apiVersion, kind, namespace, name, ...where }: ObjectLocation): string {
  const group = apiVersion.split("/")[0]!;
  const plain = WELL_KNOWN.has(kind) ? WELL_KNOWN.get(kind) === group : CORE_GROUPS.test(apiVersion);
  const file = `${fit(`${encodeName(kind.toLowerCase())}${plain ? "" : `.${encodeName(group)}`}.${encodeName(name)}`, LONGEST_FILE - ".yaml".length)}.yaml`;
  const room = namespace === undefined ? "_cluster" : encodePart(namespace);
  if (typeof where.area !== "object") return `${folder(where)}/${room}/${file}`;
  // A room's own namespace and cluster-wide objects need no folder; guests from other namespaces do, or two could meet.
  const own = namespace === undefined || namespace === (NAMESPACES as Partial<Record<string, string>>)[where.area.platform];
  return `${folder(where)}/${own ? "" : `${room}/`}${file}`;
}

/**
 * POSIX path of a plain text file below dist/. Throws a TypeError for a name that leads out of the layer's folder, and for one that
 * ends in .yaml: Argo CD would apply it (D5).
 */
export function textPath(where: { cluster: string; tenant?: string; area: Placement["area"]; layer: LayerName; name: string }): string {
  if (/\.yaml$/i.test(where.name)) throw new TypeError(`the text file ${where.name} ends in .yaml: Argo CD would apply it`);
  if (/[\\\p{Cc}]/u.test(where.name) || where.name.split("/").some((part) => /^\.{0,2}$/.test(part))) throw new TypeError(`the text file "${where.name}" does not stay in its layer's folder`);
  return `${folder(where)}/${where.name}`;
}

function folder({ cluster, tenant, area, layer }: Pick<ObjectLocation, "cluster" | "tenant" | "area" | "layer">): string {
  if (typeof area === "object") return `${cluster}/platform${area.platform && `/${area.platform}`}${area.folder ? `/${area.folder.split("/").map(encodePart).join("/")}` : ""}`;
  if (tenant === undefined) throw new TypeError(`an object of ${area} needs a tenant`);
  return `${cluster}/tenants/${tenant}/${area}/${layer}`;
}

/** One folder: underscores stay readable, and a part of dots only leads nowhere. */
function encodePart(part: string): string {
  return /^\.+$/.test(part) ? part.replaceAll(".", "%2e") : encodeName(part).replace(/(?<!^)%5f/g, "_");
}
