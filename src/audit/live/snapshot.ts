/** A recorded live side: a folder that `writeSnapshot` wrote, or what people have. */
import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { openDump } from "./dump.ts";
import { INDEX_FILE } from "./recorded.ts";
import { openRecorded } from "./snapshot-read.ts";
import type { LiveSource } from "./source.ts";

export { type SnapshotOptions, type SnapshotSummary, writeSnapshot } from "./snapshot-write.ts";

/** Throws a LiveError (exit 2) for what is not there, not whole or malformed. */
export async function openSnapshot(path: string): Promise<LiveSource> {
  const folder = basename(path) === INDEX_FILE ? dirname(path) : path;
  const recorded = await stat(join(folder, INDEX_FILE)).then((one) => one.isFile(), () => false);
  return recorded ? openRecorded(folder) : openDump(path);
}
