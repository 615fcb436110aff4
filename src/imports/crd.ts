import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { Crd, Scope, Structural } from "./structural.ts";

const object = (value: unknown): Record<string, unknown> => (value && typeof value === "object" ? (value as Record<string, unknown>) : {});

/** Kubernetes' own order of versions: GA before beta before alpha, then the higher number (`v1` before `v2beta1`). */
export function compareVersions(a: string, b: string): number {
  const rank = (version: string): [number, number, number] => {
    const match = /^v([0-9]+)(?:(alpha|beta)([0-9]+))?$/.exec(version);
    if (!match) return [0, 0, 0];
    return [match[2] === "alpha" ? 1 : match[2] === "beta" ? 2 : 3, Number(match[1]), Number(match[3] ?? 0)];
  };
  const [x, y] = [rank(a), rank(b)];
  return y[0] - x[0] || y[1] - x[1] || y[2] - x[2] || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * Reads one manifest as a CRD; undefined when it is another kind. Versions that are not served are left out, because a
 * manifest of such a version is refused by the API server.
 */
export function readCrd(manifest: unknown): Crd | undefined {
  const { apiVersion, kind, spec } = object(manifest);
  if (kind !== "CustomResourceDefinition") return undefined;
  const { group, names, scope, versions } = object(spec);
  const { kind: name, plural } = object(names);
  if (typeof group !== "string" || typeof name !== "string" || typeof plural !== "string") throw new Error("a CustomResourceDefinition lacks spec.group or spec.names");
  if (apiVersion !== "apiextensions.k8s.io/v1") throw new Error(`CustomResourceDefinition ${plural}.${group} is ${String(apiVersion)}; no supported cluster accepts anything but apiextensions.k8s.io/v1`);
  const served = (Array.isArray(versions) ? versions : []).map(object).filter((version) => version.served === true);
  return {
    group, kind: name, plural, scope: scope === "Cluster" ? "Cluster" : ("Namespaced" satisfies Scope),
    versions: served
      .map((version) => ({ name: String(version.name), schema: (object(version.schema).openAPIV3Schema ?? {}) as Structural }))
      .sort((a, b) => compareVersions(a.name, b.name)),
  };
}

/** `kubectl get crds -o yaml` writes one List. */
function unpack(manifest: unknown): unknown[] {
  const { kind, items } = object(manifest);
  return typeof kind === "string" && kind.endsWith("List") && Array.isArray(items) ? items : [manifest];
}

/** All CRDs of a folder tree, by group and kind. The same kind twice is an error: one of the two would win silently. */
export function readCrdFolder(folder: string): Crd[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const found = new Map<string, { crd: Crd; file: string }>();
  for (const file of files) {
    for (const document of parseAllDocuments(readFileSync(file, "utf8"))) {
      const error = document.errors?.[0];
      if (error) throw new Error(`${file}: ${error.message}`);
      for (const manifest of unpack(document.toJS())) {
        const crd = readCrd(manifest);
        if (!crd) continue;
        const key = `${crd.group}/${crd.kind}`;
        const earlier = found.get(key);
        if (earlier) throw new Error(`${key} is defined twice: ${earlier.file} and ${file}`);
        found.set(key, { crd, file });
      }
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { crd }]) => crd);
}
