import { LiveError } from "../audit/live/failure.ts";
import { firstChoice } from "../audit/live/kind.ts";
import type { SnapshotOptions } from "../audit/live/snapshot-write.ts";
import { Unreadable } from "../audit/live/source.ts";
import { notRead, WIDE_KINDS } from "../model/auditor.ts";
import { groupOf, type KindRef, PLATFORM_KINDS, RUNTIME_KINDS, WALL_KINDS } from "../model/kinds.ts";
import { count } from "../report/report.ts";
import { failure, printFailure } from "./failure.ts";
import { type LiveOptions, openCluster } from "./live.ts";
import { print } from "./terminal.ts";

export interface SnapshotCommandOptions extends LiveOptions { force?: boolean }

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

/** `bulkhead snapshot`: records a cluster. */
export async function snapshot(folder: string, options: SnapshotCommandOptions): Promise<number> {
  const { writeSnapshot } = await import("../audit/live/snapshot.ts");
  try {
    const live = await openCluster(options);
    try {
      const { objects, coverage, target } = await writeSnapshot(live, folder, { replace: options.force ?? false, select: recorded });
      const unknown = coverage.filter(({ state }) => state === "unknown");
      for (const { what, reason } of unknown) print(process.stderr, `unknown: ${what}: ${reason ?? ""}\n`);
      print(process.stderr, `${target}: ${count(objects, "object")} of ${count(coverage.filter(({ state }) => state === "read").length, "kind")}${unknown.length > 0 ? `, ${count(unknown.length, "kind")} could not be read` : ""}\n`);
      return unknown.length > 0 ? 3 : 0;
    } finally {
      await live.close();
    }
  } catch (error) {
    if (!(error instanceof LiveError || error instanceof Unreadable)) throw error;
    printFailure(failure(error));
    return error instanceof LiveError ? error.exit : 3;
  }
}
