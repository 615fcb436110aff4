/** Records a live side in a folder. It is made beside its place and renamed there when it is whole, so that a crash leaves no half snapshot. */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdtemp, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { notRead } from "../../model/auditor.ts";
import type { Coverage } from "../../model/finding.ts";
import { systemCode, unusable } from "./failure.ts";
import { firstChoice, isSecret, SECRETS_EXCLUDED } from "./kind.ts";
import { groupOf, kindName } from "../../model/kinds.ts";
import { isOrdered, keyOf } from "./order.ts";
import { INDEX_FILE, isFileName, OBJECTS_ENDING, type RecordedKind, SNAPSHOT_FORMAT, type SnapshotIndex } from "./recorded.ts";
import { type LiveKind, type LiveSource, Unreadable } from "./source.ts";

export interface SnapshotOptions {
  /**
   * What to record of a kind; default: each kind once, in the server's preferred version, whole, but for what an audit never reads. An audit of a
   * snapshot reads in git's apiVersion: a caller that knows git adds those versions. Secrets are never recorded, whatever this says.
   */
  select?: (kind: LiveKind, all: readonly LiveKind[]) => "whole" | "metadata" | undefined;
  /** Adds what is not in the cluster to the snapshot's folder, and says what it read. */
  more?: (folder: string) => Promise<Coverage[]>;
  /** Replaces a snapshot that lies there already. */
  replace?: boolean;
  taken?: Date;
  signal?: AbortSignal;
}

export interface SnapshotSummary { target: string; taken: string; objects: number; /** Of all files. */ bytes: number; /** What was read, excluded and unknown. */ coverage: Coverage[] }

/** Kinds that are recorded at the same time. */
const PARALLEL = 4;
const CHUNK = 1 << 18;

/**
 * Throws a LiveError (exit 2) for a place that cannot be written, and Unreadable when the live side says nothing at all; what cannot be read of it
 * is recorded as such.
 */
export async function writeSnapshot(source: LiveSource, target: string, options: SnapshotOptions = {}): Promise<SnapshotSummary> {
  const place = resolve(target);
  await assertFree(place, options.replace === true);
  const { kinds, unknown } = await source.kinds();
  const taken = (options.taken ?? new Date()).toISOString();
  const folder = await writing(place, () => mkdtemp(`${place}.partial-`));
  try {
    const recorded = await record(source, kinds, folder, options);
    const more = (await options.more?.(folder)) ?? [];
    const index: SnapshotIndex = { format: SNAPSHOT_FORMAT, from: source.from, ...(source.version !== undefined && { version: source.version }), taken, kinds: recorded, unknown };
    await writing(place, async () => {
      await using file = await open(join(folder, INDEX_FILE), "wx", 0o600);
      await file.writeFile(`${JSON.stringify(index, undefined, 1)}\n`);
      await file.sync();
    });
    await writing(place, () => moveIn(folder, place, options.replace === true));
    const read = recorded.map(coverageOf).filter((one) => one !== undefined);
    return { target, taken, objects: sum(recorded.map(({ objects }) => objects)), bytes: sum(recorded.map(({ bytes }) => bytes)), coverage: [...read, ...unknown, ...more] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const sum = (numbers: readonly (number | undefined)[]): number => numbers.reduce<number>((all, one) => all + (one ?? 0), 0);

function coverageOf(kind: RecordedKind): Coverage | undefined {
  const what = kindName(kind);
  if (kind.unreadable !== undefined) return { plane: "kubernetes", what, state: "unknown", objects: kind.objects ?? 0, reason: kind.unreadable };
  if (kind.file !== undefined) return { plane: "kubernetes", what, state: "read", objects: kind.objects ?? 0 };
  return kind.excluded === undefined ? undefined : { plane: "kubernetes", what, state: "excluded", objects: 0, reason: kind.excluded };
}

/** What the file system refuses, as an error of the call; anything else stays as it is. */
async function writing<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (typeof (error as { syscall?: unknown }).syscall !== "string") throw error;
    throw unusable("BH7214", `the snapshot ${place} cannot be written: ${systemCode(error)}`, "check the folder above it: its permissions and free space");
  }
}

async function assertFree(place: string, replace: boolean): Promise<void> {
  const names = await readdir(place).catch((error: unknown): string[] => { if (systemCode(error) === "ENOENT") return []; throw unusable("BH7214", `${place} is no folder that a snapshot can be written to: ${systemCode(error)}`, "give a folder that does not exist yet"); });
  if (names.length === 0 || (replace && names.includes(INDEX_FILE) && names.every((name) => name === INDEX_FILE || isFileName(name)))) return;
  const snapshot = names.includes(INDEX_FILE);
  throw unusable("BH7214", `${place} exists and holds ${snapshot ? "a snapshot" : "other files"}`, snapshot && !replace ? "choose another folder, or replace it on purpose" : "choose another folder");
}

async function moveIn(folder: string, place: string, replace: boolean): Promise<void> {
  await syncFolder(folder);
  const old = `${folder}.old`;
  // A folder can only be renamed over an empty one. Between the two steps there is no snapshot, never half of one.
  const moved = replace && (await rename(place, old).then(() => true, (error: unknown) => { if (systemCode(error) === "ENOENT") return false; throw error; }));
  await rename(folder, place);
  await syncFolder(dirname(place));
  if (moved) await rm(old, { recursive: true, force: true });
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, "r");
  await folder.sync();
}

async function record(source: LiveSource, kinds: readonly LiveKind[], folder: string, { select = preferredOnce, signal: asked }: SnapshotOptions): Promise<RecordedKind[]> {
  const names = new Set<string>();
  const recorded = kinds.map((kind): RecordedKind & { choice?: "whole" | "metadata" } => {
    const { apiVersion, kind: name, plural, namespaced, verbs, preferred } = kind;
    const plain: RecordedKind = { apiVersion, kind: name, plural, namespaced, verbs: [...verbs], preferred };
    const choice = isSecret(kind) || !verbs.includes("list") ? undefined : select(kind, kinds);
    return choice === undefined ? { ...plain, excluded: whyLeftOut(kind, kinds) } : { ...plain, choice };
  });
  // When one fails, the others need not read on.
  const failed = new AbortController();
  const signal = asked === undefined ? failed.signal : AbortSignal.any([asked, failed.signal]);
  const work = recorded.values();
  const workers = Array.from({ length: PARALLEL }, async () => {
    for (const kind of work) {
      const { choice } = kind;
      delete kind.choice;
      if (choice !== undefined) Object.assign(kind, await recordKind(source, kind, choice === "metadata", join(folder, fileOf(kind, names)), signal));
    }
  });
  const outcomes = await Promise.allSettled(workers.map((worker) => worker.catch((error: unknown) => { failed.abort(); throw error; })));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  asked?.throwIfAborted();
  return recorded;
}

function preferredOnce(kind: LiveKind, all: readonly LiveKind[]): "whole" | undefined {
  if (notRead(groupOf(kind.apiVersion), kind.kind) !== undefined) return undefined;
  return firstChoice(kind, all) === kind ? "whole" : undefined;
}

function whyLeftOut(kind: LiveKind, all: readonly LiveKind[]): string {
  if (isSecret(kind)) return SECRETS_EXCLUDED;
  if (!kind.verbs.includes("list")) return "it cannot be listed";
  const other = firstChoice(kind, all);
  return notRead(groupOf(kind.apiVersion), kind.kind) ?? (other !== undefined && other !== kind ? `recorded as ${other.apiVersion}` : "not asked for");
}

/** Names come from the server: what is no plain name becomes a number. */
function fileOf(kind: RecordedKind, taken: Set<string>): string {
  const name = `${kind.plural}.${kind.apiVersion.replace("/", ".")}${OBJECTS_ENDING}`;
  const file = isFileName(name) && !taken.has(name) ? name : `kind-${taken.size}${OBJECTS_ENDING}`;
  taken.add(file);
  return file;
}

/** Writes one kind. What cannot be read whole is said, and what came before is kept. */
async function recordKind(source: LiveSource, kind: RecordedKind, metadataOnly: boolean, path: string, signal?: AbortSignal): Promise<Partial<RecordedKind>> {
  const hash = createHash("sha256");
  let [objects, bytes] = [0, 0];
  let unreadable: string | undefined;
  async function* lines(): AsyncGenerator<string> {
    let [chunk, last] = ["", undefined as string | undefined];
    try {
      for await (const page of source.list(kind, { metadataOnly, signal })) {
        if (!isOrdered(page, last)) throw new Unreadable("objects came in no order");
        for (const object of page) {
          chunk += `${JSON.stringify(object)}\n`;
          objects++;
          if (chunk.length >= CHUNK) { yield chunk; chunk = ""; }
        }
        last = page.length === 0 ? last : keyOf(page.at(-1)!.metadata);
      }
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      unreadable = error.reason;
    }
    if (chunk !== "") yield chunk;
  }
  const count = new Transform({ transform: (chunk: Buffer, _, done) => { hash.update(chunk); bytes += chunk.length; done(undefined, chunk); } });
  // The lowest level: nine tenths of the saving for a third of the time.
  await writing(dirname(path), () => pipeline(lines, createGzip({ level: 1 }), count, createWriteStream(path, { flags: "wx", mode: 0o600, flush: true })));
  return { file: path.slice(dirname(path).length + 1), ...(metadataOnly && { metadataOnly }), objects, bytes, sha256: hash.digest("hex"), ...(unreadable !== undefined && { unreadable }) };
}
