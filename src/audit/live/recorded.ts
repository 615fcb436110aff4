/** What lies in a snapshot's folder: `snapshot.json`, and one file a kind of gzipped JSON lines, an object a line in the API server's order. */
import type { Coverage } from "../../model/finding.ts";
import { quoteLine, unusable } from "./failure.ts";
import type { LiveKind } from "./source.ts";

/** Raised when something is changed or removed; fields are added under the same. */
export const SNAPSHOT_FORMAT = 1;
/** Written last: a folder without it is none. */
export const INDEX_FILE = "snapshot.json";
export const OBJECTS_ENDING = ".jsonl.gz";

/** A kind that the server had, and what was recorded of it. */
export interface RecordedKind extends LiveKind {
  /** Beside the index; absent: nothing was recorded. */
  file?: string;
  metadataOnly?: boolean;
  objects?: number;
  /** Of the file. */
  bytes?: number;
  sha256?: string;
  /** Why it could not be read whole; the file then holds what came before. */
  unreadable?: string;
  /** Why it was left out on purpose. */
  excluded?: string;
}

export interface SnapshotIndex {
  format: number;
  from: string;
  version?: string;
  /** RFC 3339. */
  taken: string;
  kinds: RecordedKind[];
  /** Groups whose discovery failed. */
  unknown: Coverage[];
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const optional = (value: unknown, test: (value: unknown) => boolean): boolean => value === undefined || test(value);

/** Parses and checks `snapshot.json`. Throws a LiveError (exit 2). */
export function parseIndex(text: string, path: string): SnapshotIndex {
  const wrong = (what: string): Error => unusable("BH7211", `${path} ${what}`, "a snapshot is not edited by hand: take it again with bulkhead snapshot");
  let index: Partial<SnapshotIndex> | null;
  try { index = JSON.parse(text) as Partial<SnapshotIndex> | null; } catch { throw wrong("is not JSON"); }
  if (typeof index !== "object" || index === null) throw wrong("is no snapshot's index");
  if (isCount(index.format) && index.format > SNAPSHOT_FORMAT) throw unusable("BH7212", `${path} is of format ${index.format}, and this bulkhead reads up to ${SNAPSHOT_FORMAT}`, "update bulkhead");
  if (index.format !== SNAPSHOT_FORMAT || !isText(index.from) || !isText(index.taken) || Number.isNaN(Date.parse(index.taken)) || !optional(index.version, isText) || !Array.isArray(index.kinds) || !Array.isArray(index.unknown)) throw wrong("is no snapshot's index");
  for (const [i, kind] of index.kinds.entries()) {
    const whole = isText(kind?.apiVersion) && isText(kind.kind) && isText(kind.plural) && typeof kind.namespaced === "boolean" && typeof kind.preferred === "boolean" && Array.isArray(kind.verbs) && optional(kind.unreadable, isText) && optional(kind.excluded, isText);
    if (!whole) throw wrong(`has an incomplete kind at kinds[${i}]`);
    if (kind.file === undefined) continue;
    // A name that leads out of the folder would read files of the machine into a report.
    if (!isFileName(kind.file)) throw wrong(`names a file at kinds[${i}] that is none of a snapshot: ${quoteLine(String(kind.file))}`);
    if (!isCount(kind.objects) || !isCount(kind.bytes) || !isText(kind.sha256)) throw wrong(`has an incomplete kind at kinds[${i}]`);
  }
  return index as SnapshotIndex;
}

/** Names that are safe on every file system. */
export const isFileName = (name: unknown): name is string => typeof name === "string" && /^[a-z0-9][a-z0-9._-]{0,240}\.jsonl\.gz$/.test(name);
