/** From a manifest to a file's text: annotations, patches, header. */
import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import jsonpatch from "jsonpatch";
import type { Placement } from "../layers/layer.ts";
import type { Patch } from "../model/fleet.ts";
import { OWNER_ANNOTATION, SYNC_OPTIONS_ANNOTATION, WAVE_ANNOTATION } from "../model/names.ts";
import { type Problem, refused } from "../model/problem.ts";
import { emitYaml, oneLine } from "../yaml/emit.ts";

/** A Kubernetes object as layers and extensions make it: plain JSON data. */
export interface KubernetesObject {
  apiVersion: string; kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
}

/** What keeps Argo CD from deleting what holds data (DESIGN §6). */
const KEEP = ["Prune=false", "Delete=false"];
const optionsOf = (manifest: KubernetesObject): string[] => (manifest.metadata.annotations?.[SYNC_OPTIONS_ANNOTATION] ?? "").split(",").map((option) => option.trim()).filter((option) => option !== "");

/**
 * Adds what Bulkhead itself says on an object: wave, owner, and that data is never pruned (DESIGN §6). Sync options already there stay, except
 * those that say otherwise about the same thing (`Prune=confirm`).
 */
export function annotate(manifest: KubernetesObject, { wave, owner, dataBearing }: Placement): KubernetesObject {
  const given = manifest.metadata.annotations ?? {};
  const keep = dataBearing ? KEEP : [];
  const options = [...new Set([...optionsOf(manifest).filter((option) => !keep.some((k) => k.split("=")[0] === option.split("=")[0])), ...keep])];
  const annotations = {
    ...given, [OWNER_ANNOTATION]: owner, ...(wave !== 0 && { [WAVE_ANNOTATION]: String(wave) }),
    ...(options.length > 0 && { [SYNC_OPTIONS_ANNOTATION]: options.join(",") }),
  };
  const { apiVersion, kind, metadata, ...rest } = manifest;
  const { name, namespace, labels, annotations: _, ...more } = metadata;
  return { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }), ...(labels && { labels }), annotations, ...more }, ...rest };
}

/**
 * Applies the patches that aim at this object, in order. One that fails (BH4011), or changes the object's identity (BH4010), its owner or its
 * protection from pruning (BH4010), is a problem and is left out.
 */
export function applyPatches(manifest: KubernetesObject, patches: readonly Patch[]): { manifest: KubernetesObject; applied: Patch[]; problems: Problem[] } {
  const applied: Patch[] = [];
  const problems: Problem[] = [];
  let current = manifest;
  for (const patch of patches) {
    const { kind, name, namespace } = patch.target;
    if (kind !== manifest.kind || name !== manifest.metadata.name || (namespace !== undefined && namespace !== manifest.metadata.namespace)) continue;
    applied.push(patch);
    try {
      const next = patch.ops.reduce(applyOne, structuredClone(current));
      const changed = changedSaying(current, next);
      if (changed) problems.push(refused("BH4010", `the patch changes ${changed} of ${kind} ${name}`, patch.source, "a patch changes leaves, never kind, name or namespace, and not what Bulkhead itself says on an object"));
      else current = next;
    } catch (error) {
      problems.push(refused("BH4011", `the patch of ${kind} ${name} does not apply: ${(error as Error).message || (error as Error).name}`, patch.source, "look at the object without the patch, and correct path"));
    }
  }
  return { manifest: current, applied, problems };
}

/** What no patch may change, if this one did. */
function changedSaying(before: KubernetesObject, after: KubernetesObject): string | undefined {
  for (const field of ["apiVersion", "kind"] as const) if (after?.[field] !== before[field]) return field;
  for (const field of ["name", "namespace"] as const) if (after.metadata?.[field] !== before.metadata[field]) return field;
  if (after.metadata.annotations?.[OWNER_ANNOTATION] !== before.metadata.annotations?.[OWNER_ANNOTATION]) return `the annotation ${OWNER_ANNOTATION}`;
  const lost = (options: string[]): boolean => KEEP.some((keep) => options.includes(keep) && !optionsOf(after).includes(keep));
  return lost(optionsOf(before)) ? "the protection from pruning" : undefined;
}

/**
 * One operation by jsonpatch, with what jsonpatch 3.1.0 lets through refused first: its `test` takes any two objects for equal, an `add` below a text
 * or number is silently nothing, one below null is a TypeError of its own, and `__proto__` would set a prototype.
 */
function applyOne(document: KubernetesObject, op: Patch["ops"][number], n: number): KubernetesObject {
  const where = `operation ${n + 1} (${op.op} ${op.path})`;
  try {
    if (op.from === "") throw new Error("the whole object cannot be moved or copied");
    for (const path of [op.path, ...(op.from === undefined ? [] : [op.from])]) {
      const keys = path.split("/").slice(1).map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
      if (path !== "" && !path.startsWith("/")) throw new Error(`"${path}" does not start with a slash`);
      if (keys.includes("__proto__")) throw new Error("__proto__ is no key");
      let node: unknown = document;
      for (const [depth, key] of keys.entries()) {
        if (typeof node !== "object" || node === null) throw new Error(`/${keys.slice(0, depth).join("/")} is ${node === undefined ? "not there" : "no map and no list"}`);
        if (Array.isArray(node) && !/^(?:0|[1-9]\d*|-)$/.test(key)) throw new Error(`"${key}" is no index of a list`);
        if (depth === keys.length - 1 && op.op === "test" && !(Object.hasOwn(node, key) && isDeepStrictEqual((node as Record<string, unknown>)[key], op.value))) throw new Error("the value is another");
        node = Object.hasOwn(node, key) ? (node as Record<string, unknown>)[key] : undefined;
      }
    }
    if (op.op === "test" && op.path === "" && !isDeepStrictEqual(document, op.value)) throw new Error("the value is another");
    return op.op === "test" ? document : (jsonpatch.apply_patch(document, [structuredClone(op)]) as KubernetesObject);
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message || (error as Error).name}`);
  }
}

/** The file's text: a header that names the definition, never a line number (D34), then one YAML document. */
export function objectText(manifest: KubernetesObject, { source }: Placement, applied: readonly Patch[]): string {
  const at = (ref: { file: string; path: string }): string => oneLine(`${ref.file}${ref.path ? ` (${ref.path})` : ""}`);
  const header = [`# Generated by Bulkhead from ${at(source)}. Do not edit: change the definition.`, ...applied.map((p) => `# Patched by ${at(p.source)}: ${oneLine(p.reason)}`)];
  return `${header.join("\n")}\n${emitYaml(manifest)}`;
}

/** The id git gives a text: SHA-1, or SHA-256 in repositories whose ids have 64 characters. */
export const blobId = (text: string, length = 40): string => hash(length === 64 ? "sha256" : "sha1", `blob ${Buffer.byteLength(text)}\0${text}`, "hex");
/** Hex SHA-256 of a text as UTF-8. */
export const digest = (text: string): string => hash("sha256", text, "hex");
