/** Reads a snapshot's folder: one pass a kind, a page in memory. A file that is not as it was written is Unreadable at the place where it shows. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline, Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import { systemCode, unusable } from "./failure.ts";
import { assertListable } from "./kind.ts";
import { kindName } from "../../model/kinds.ts";
import { isOrdered, keyOf } from "./order.ts";
import { INDEX_FILE, parseIndex, type RecordedKind } from "./recorded.ts";
import { type ListOptions, type LiveKind, type LiveObject, type LiveSource, PAGE, Unreadable } from "./source.ts";

/** Characters of a page. */
const PAGE_TEXT = 1 << 24;

/** Throws a LiveError (exit 2) for a folder that is no whole snapshot. */
export async function openRecorded(folder: string): Promise<LiveSource> {
  const path = join(folder, INDEX_FILE);
  const text = await readFile(path, "utf8").catch((error: unknown) => { throw unusable("BH7210", `the snapshot ${folder} cannot be read: ${INDEX_FILE}: ${systemCode(error)}`, "check its permissions"); });
  const index = parseIndex(text, path);
  for (const { file, bytes } of index.kinds) {
    if (file === undefined) continue;
    const size = await stat(join(folder, file)).then((one) => one.size, () => undefined);
    if (size !== bytes) throw unusable("BH7213", `the snapshot ${folder} is not whole: ${file} ${size === undefined ? "is missing" : `has ${size} bytes and not ${bytes}`}`, "copy it again, or take it again with bulkhead snapshot");
  }
  const kinds = index.kinds.map(({ apiVersion, kind, plural, namespaced, verbs, preferred }): LiveKind => ({ apiVersion, kind, plural, namespaced, verbs, preferred }));
  return {
    from: folder, tracked: true, ...(index.version !== undefined && { version: index.version }), taken: index.taken,
    kinds: async () => ({ kinds, unknown: index.unknown }),
    list: (kind, options) => listRecorded(folder, index.kinds, kind, options),
    close: async () => {},
  };
}

async function* listRecorded(folder: string, recorded: readonly RecordedKind[], kind: LiveKind, { metadataOnly = false, namespace, signal }: ListOptions = {}): AsyncGenerator<LiveObject[]> {
  assertListable(kind);
  const entry = recorded.find((one) => one.apiVersion === kind.apiVersion && one.kind === kind.kind);
  if (entry === undefined) throw new Unreadable(`the snapshot does not have ${kindName(kind)} of ${kind.apiVersion}`);
  if (entry.file === undefined) throw new Unreadable(entry.unreadable ?? `not in the snapshot: ${entry.excluded ?? "not asked for"}`);
  if (entry.metadataOnly && !metadataOnly) throw new Unreadable("the snapshot has only metadata of it");
  // As it was written: no space, and a namespace holds nothing that JSON escapes.
  const mark = namespace === undefined ? undefined : `"namespace":${JSON.stringify(namespace)}`;
  let page: LiveObject[] = [];
  let [size, count, last] = [0, 0, undefined as string | undefined];
  for await (const line of readLines(folder, entry)) {
    if (signal?.aborted) throw new Unreadable("stopped before its end");
    count++;
    if (mark !== undefined && !line.includes(mark)) continue;
    const object = parseLine(line, entry, count);
    if (!isOrdered([object], last)) throw new Unreadable(`${entry.file} line ${count} stands in no order`);
    last = keyOf(object.metadata);
    if (namespace !== undefined && object.metadata.namespace !== namespace) continue;
    page.push(metadataOnly ? { apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata } : object);
    size += line.length;
    if (page.length < PAGE && size < PAGE_TEXT) continue;
    yield page;
    [page, size] = [[], 0];
  }
  if (count !== entry.objects) throw new Unreadable(`${entry.file} has ${count} objects and not ${entry.objects}`);
  if (page.length > 0) yield page;
  if (entry.unreadable !== undefined) throw new Unreadable(entry.unreadable);
}

function parseLine(line: string, entry: RecordedKind, number: number): LiveObject {
  const wrong = new Unreadable(`${entry.file} line ${number} is no ${entry.kind} of ${entry.apiVersion}`);
  let object: Partial<LiveObject> | null;
  try { object = JSON.parse(line) as Partial<LiveObject> | null; } catch { throw wrong; }
  if (object?.apiVersion !== entry.apiVersion || object.kind !== entry.kind || typeof object.metadata?.name !== "string") throw wrong;
  return object as LiveObject;
}

/** Decompressed lines; throws Unreadable where the file is damaged, at the latest at its end by the digest. */
async function* readLines(folder: string, { file, sha256 }: RecordedKind): AsyncGenerator<string> {
  const hash = createHash("sha256");
  const tap = new Transform({ transform: (chunk: Buffer, _, done) => { hash.update(chunk); done(undefined, chunk); } });
  const bytes = pipeline(createReadStream(join(folder, file!)), tap, createGunzip(), () => {});
  try {
    let parts: Buffer[] = [];
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      let from = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
        parts.push(chunk.subarray(from, end));
        yield (parts.length === 1 ? parts[0]! : Buffer.concat(parts)).toString("utf8");
        [parts, from] = [[], end + 1];
      }
      if (from < chunk.length) parts.push(chunk.subarray(from));
    }
    if (parts.length > 0) throw new Unreadable(`${file} ends in the middle of a line`);
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable(`${file} is damaged: ${systemCode(error)}`);
  } finally {
    bytes.destroy();
  }
  if (hash.digest("hex") !== sha256) throw new Unreadable(`${file} is not as it was written: its digest differs`);
}
