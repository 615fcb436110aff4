import { type Problem, refused, type SourceRef } from "../model/problem.ts";
import type { KubernetesObject } from "../render/file.ts";

const KIB = 1024;
/** Limits of the API server and etcd, in bytes. */
export const SIZE_LIMITS = { annotations: 256 * KIB, configMap: 1024 * KIB, object: 1536 * KIB } as const;

/** Problems of an object that the API server would not store. */
export function sizeProblems(manifest: KubernetesObject, source: SourceRef): Problem[] {
  const problems: Problem[] = [];
  const over = (what: string, size: number, limit: number): void => {
    if (size > limit) problems.push(refused("BH4022", `${what} ${size} bytes, at most ${limit} are stored`, source, "split what it carries, for one into two products"));
  };
  const annotations = Object.entries(manifest.metadata.annotations ?? {}).reduce((n, [k, v]) => n + Buffer.byteLength(k) + Buffer.byteLength(v), 0);
  over("its annotations have", annotations, SIZE_LIMITS.annotations);
  if (manifest.kind === "ConfigMap") over("its data has", Object.entries((manifest.data ?? {}) as Record<string, string>).reduce((n, [k, v]) => n + Buffer.byteLength(k) + Buffer.byteLength(String(v)), 0), SIZE_LIMITS.configMap);
  over("it has", Buffer.byteLength(JSON.stringify(manifest)), SIZE_LIMITS.object);
  return problems;
}
