import { Unreadable } from "../audit/live/source.ts";
import { count } from "../report/report.ts";
import { LiveError } from "../audit/live/failure.ts";
import { printFailure } from "./failure.ts";
import { type LiveOptions, openCluster } from "./live.ts";
import { print } from "./terminal.ts";
import { failure } from "./failure.ts";

export interface SnapshotCommandOptions extends LiveOptions { force?: boolean }

/** `bulkhead snapshot`: records a cluster. */
export async function snapshot(folder: string, options: SnapshotCommandOptions): Promise<number> {
  const { writeSnapshot } = await import("../audit/live/snapshot.ts");
  try {
    const live = await openCluster(options);
    try {
      const { objects, coverage, target } = await writeSnapshot(live, folder, { replace: options.force ?? false });
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
