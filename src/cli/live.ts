/** The live side as commands name it. */
import type { LiveSource } from "../audit/live/source.ts";
import { parseDuration } from "../model/duration.ts";
import { UsageError } from "./options.ts";

export interface LiveOptions { context?: string; kubeconfig?: string; inCluster?: boolean; timeout: string }

/** Milliseconds of `--timeout`. Throws a UsageError. */
export function timeoutMs(timeout: string): number {
  const seconds = parseDuration(timeout);
  if (seconds === undefined) throw new UsageError("BH0001", `--timeout "${timeout}" is no duration`, "write it as 30s or 2m");
  return seconds * 1000;
}

/** Opens a cluster; `signal` stops whatever is asked of it. Throws a UsageError, or a LiveError of exit 2 or 3. */
export async function openCluster({ context, kubeconfig, inCluster, timeout }: LiveOptions, signal?: AbortSignal): Promise<LiveSource> {
  const silenceMs = timeoutMs(timeout);
  if (inCluster && (context !== undefined || kubeconfig !== undefined)) throw new UsageError("BH0001", "--in-cluster takes no kubeconfig", "leave --context and --kubeconfig out, or --in-cluster");
  const { openCluster: open } = await import("../audit/live/cluster.ts");
  return open({ timeoutMs: silenceMs, ...(context !== undefined && { context }), ...(kubeconfig !== undefined && { kubeconfig }), ...(inCluster && { inCluster }), ...(signal && { signal }) });
}

/** A live side that tells how many objects each page gave. */
export const counted = (source: LiveSource, tell: (objects: number) => void): LiveSource => ({
  ...source,
  list: async function* (kind, options) {
    for await (const page of source.list(kind, options)) {
      tell(page.length);
      yield page;
    }
  },
});
