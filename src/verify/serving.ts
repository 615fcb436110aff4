/** A tenant's part of a serving store, after patches: every point at which the store keeps the tenant apart must be there. */
import type { Manifest } from "../layers/layer.ts";
import { missingPoints } from "../layers/serving/points.ts";
import { STORE_ANNOTATION } from "../layers/serving/unit.ts";
import { NAMESPACES } from "../model/names.ts";
import { type Problem, refused, type SourceRef } from "../model/problem.ts";

/** What is missing, one problem a point and reason. */
export function servingProblems(manifest: Manifest, tenant: string, source: SourceRef): Problem[] {
  const { kind, metadata } = manifest;
  const store = metadata.annotations?.[STORE_ANNOTATION];
  if (kind !== "ConfigMap" || metadata.namespace !== NAMESPACES.serving || store === undefined) return [];
  return missingPoints(tenant, (manifest["data"] ?? {}) as Record<string, string>).map(({ point, why }) =>
    refused("BH4060", `store "${store}" does not keep tenant "${tenant}" apart: ${point}: ${why}`, source, "drop the patch that changed it: what tenants may do in a store follows from their definitions"));
}
