import { resolve } from "node:path";
import { LiveError } from "../audit/live/failure.ts";
import { firstChoice } from "../audit/live/kind.ts";
import type { SnapshotOptions } from "../audit/live/snapshot-write.ts";
import { Unreadable } from "../audit/live/source.ts";
import { notRead, WIDE_KINDS } from "../model/auditor.ts";
import { groupOf, type KindRef, PLATFORM_KINDS, RUNTIME_KINDS, WALL_KINDS } from "../model/kinds.ts";
import { coverageText } from "../report/audit/words.ts";
import { count } from "../report/report.ts";
import { failure, printFailure } from "./failure.ts";
import { interruptible } from "./interrupt.ts";
import { counted, type LiveOptions, openCluster, timeoutMs } from "./live.ts";
import { progressLine, readText } from "./observe.ts";
import { printProblems } from "./outcome.ts";
import { print } from "./terminal.ts";

export interface SnapshotCommandOptions extends LiveOptions { force?: boolean; cwd: string; cluster?: string; ref: string; out: string }

/**
 * What an audit reads: each kind once, in the preferred version. Of what controllers make only metadata, because pods hold what nobody meant to keep;
 * of cluster-wide kinds those that the auditor's role names.
 */
const recorded: SnapshotOptions["select"] = (kind, all) => {
  if (firstChoice(kind, all) !== kind || notRead(groupOf(kind.apiVersion), kind.kind) !== undefined) return undefined;
  const is = (ref: KindRef): boolean => ref.group === groupOf(kind.apiVersion) && ref.kind === kind.kind;
  if (RUNTIME_KINDS.some(is)) return "metadata";
  return kind.namespaced || [...WALL_KINDS, ...PLATFORM_KINDS, ...WIDE_KINDS].some(is) ? "whole" : undefined;
};

/** Records the stores that git declares on the cluster beside it. */
async function openStores({ cwd, cluster, ref, out, timeout }: SnapshotCommandOptions, signal: AbortSignal): Promise<{ more: SnapshotOptions["more"]; close(): Promise<void> } | undefined> {
  if (cluster === undefined) return undefined;
  const [{ openRevisionSide }, { readPolicy }, { liveReadings }, { readPlanes }, { recordReading }, { PLANE_AUDITS }] = await Promise.all([
    import("../audit/desired/revision.ts"), import("../audit/policy.ts"), import("../audit/planes/source.ts"), import("../audit/planes/planes.ts"), import("../audit/planes/recorded.ts"), import("../audit/planes/index.ts"),
  ]);
  const desired = await openRevisionSide({ root: resolve(cwd), ref, out, cluster });
  const { policy, problems } = await readPolicy(desired, { out, cluster });
  printProblems(problems, resolve(cwd));
  const readings = liveReadings({ targets: policy.targets, env: process.env, timeoutMs: timeoutMs(timeout), signal });
  return { more: (folder) => readPlanes({ cluster, desired, audits: PLANE_AUDITS, readings }, (reading) => { recordReading(folder, reading); }), close: () => desired.close() };
}

/** `bulkhead snapshot`: records a cluster, and the stores of one that git names. */
export async function snapshot(folder: string, options: SnapshotCommandOptions): Promise<number> {
  const { writeSnapshot } = await import("../audit/live/snapshot.ts");
  const work = async (signal: AbortSignal): Promise<number> => {
    const live = await openCluster(options, signal);
    const line = progressLine();
    let read = 0;
    let stores: Awaited<ReturnType<typeof openStores>>;
    try {
      stores = await openStores(options, signal);
      const source = counted(live, (more) => { read += more; line.show((seconds) => readText(read, seconds)); });
      const { objects, coverage, target } = await writeSnapshot(source, folder, { replace: options.force ?? false, select: recorded, signal, ...(stores && { more: stores.more }) }).finally(line.end);
      const unknown = coverage.filter(({ state }) => state === "unknown");
      for (const line of unknown) print(process.stderr, `unknown: ${coverageText(line)}\n`);
      print(process.stderr, `${target}: ${count(objects, "object")} of ${count(coverage.filter(({ state }) => state === "read").length, "kind")}${unknown.length > 0 ? `, ${count(unknown.length, "kind")} could not be read` : ""}\n`);
      return unknown.length > 0 ? 3 : 0;
    } finally {
      await stores?.close();
      await live.close();
    }
  };
  try {
    return await interruptible(work);
  } catch (error) {
    if (!(error instanceof LiveError || error instanceof Unreadable)) throw error;
    printFailure(failure(error));
    return error instanceof LiveError ? error.exit : 3;
  }
}
