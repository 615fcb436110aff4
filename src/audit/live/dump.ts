/**
 * What people have instead of a snapshot: files of `kubectl get -o yaml` or `-o json`. Each object is parsed once for an index of a few words, and
 * again when it is handed out, so that memory grows with the number of objects and not with their size.
 */
import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Coverage } from "../../model/finding.ts";
import { pluralOf } from "../../model/plural.ts";
import { findJson } from "./dump-json.ts";
import { malformed, readChunks, type Segment } from "./dump-segment.ts";
import { findYaml } from "./dump-yaml.ts";
import { systemCode, unusable } from "./failure.ts";
import { isSecret, SECRETS_EXCLUDED } from "./kind.ts";
import { groupOf, kindName } from "../../model/kinds.ts";
import { compareKeys, keyOf } from "./order.ts";
import { type ListOptions, type LiveKind, type LiveObject, type LiveSource, PAGE, Unreadable } from "./source.ts";

interface Entry { key: string; version: string; file: string; segment: Segment; header: Header }
/** What a typed list says of its items, which then do not say it themselves. */
interface Header { apiVersion?: string; kind?: string }
/** What the files hold; `tracked` once an object says who wrote it. */
interface Index { kinds: Map<string, Entry[]>; cut: Coverage[]; tracked: boolean }
type Yaml = (text: string) => unknown;
type Parsed = Record<string, unknown>;

const PAGE_BYTES = 1 << 24;
/** Bytes read at once. */
const WINDOW = 1 << 20;
const GIVES = "give a folder that bulkhead snapshot wrote, or files of kubectl get -o yaml or -o json";

/** Throws a LiveError (exit 2) with the place of what is malformed. */
export async function openDump(path: string): Promise<LiveSource> {
  const files = await filesOf(path);
  const { CORE_SCHEMA, loadAll } = await import("js-yaml");
  const yaml: Yaml = (text) => loadAll(text, { schema: CORE_SCHEMA })[0];
  const index: Index = { kinds: new Map(), cut: [], tracked: false };
  const { kinds, cut } = index;
  for (const file of files) {
    // A list without items is an answer; a file without anything is none: most often kubectl was refused.
    if ((await indexFile(file, yaml, index)) === 0) throw malformed(file, undefined, "the file holds no object and no list");
  }
  for (const [name, entries] of kinds) kinds.set(name, sorted(entries, name));
  const served = [...kinds].map(([name, entries]) => kindOf(name, entries, kinds));
  const secrets = [...kinds].filter(([name]) => isSecret(splitName(name))).map(([, entries]): Coverage => ({ plane: "kubernetes", what: "Secret", state: "excluded", objects: entries.length, reason: SECRETS_EXCLUDED }));
  const partial: Coverage = { plane: "kubernetes", what: "*", state: "unknown", objects: 0, reason: "a dump does not say what was left out of it: kinds and namespaces that are not in it were perhaps never asked for" };
  return {
    from: path, tracked: index.tracked,
    kinds: async () => ({ kinds: served, unknown: [partial, ...cut, ...secrets] }),
    list: (kind, options) => listEntries(kinds.get(nameOf(kind)), kind, yaml, options),
    close: async () => {},
  };
}

const nameOf = ({ apiVersion, kind }: { apiVersion: string; kind: string }): string => `${apiVersion} ${kind}`;
const splitName = (name: string): { apiVersion: string; kind: string } => { const [apiVersion, kind] = name.split(" ") as [string, string]; return { apiVersion, kind }; };

async function filesOf(path: string): Promise<string[]> {
  const there = await stat(path).catch((error: unknown) => { throw unusable("BH7210", `${path} cannot be read: ${systemCode(error)}`, GIVES); });
  if (!there.isDirectory()) return [path];
  const names = await readdir(path, { recursive: true, withFileTypes: true });
  if (names.some(({ name }) => name.endsWith(".jsonl.gz"))) throw unusable("BH7213", `the snapshot ${path} is not whole: snapshot.json is missing, which is written last`, "it was cut off, or copied in part: take it again with bulkhead snapshot");
  const files = names.filter((entry) => entry.isFile() && /\.(ya?ml|json|jsonl)$/i.test(entry.name)).map((entry) => join(entry.parentPath, entry.name)).sort();
  if (files.length === 0) throw unusable("BH7210", `${path} holds no .yaml and no .json file`, GIVES);
  return files;
}

/** JSON or YAML by the first character, as kubectl does it: endings say little. */
async function formOf(file: string): Promise<"json" | "yaml"> {
  for await (const chunk of readChunks(file)) {
    if (chunk[0] === 0x1f && chunk[1] === 0x8b) throw malformed(file, undefined, "the file is compressed: unpack it first");
    if ((chunk[0] === 0xff && chunk[1] === 0xfe) || (chunk[0] === 0xfe && chunk[1] === 0xff)) throw malformed(file, undefined, "the file is UTF-16, as PowerShell writes it: save it as UTF-8");
    const text = chunk.toString("latin1").replace(/^\u00ef\u00bb\u00bf/, "").trimStart();
    if (text !== "") return text.startsWith("{") || text.startsWith("[") ? "json" : "yaml";
  }
  return "yaml";
}

/** Adds a file's objects, and gives the number of documents in it. */
async function indexFile(file: string, yaml: Yaml, index: Index): Promise<number> {
  let documents = 0;
  const found = (await formOf(file)) === "json" ? findJson(file) : findYaml(file);
  await using handle = await open(file, "r");
  const pieces = new Pieces(handle);
  for await (const document of found) {
    if ("object" in document) {
      const object = await parse(pieces, file, document.object, yaml);
      // A mark with nothing but comments behind it.
      if (object === null || object === undefined) continue;
      documents++;
      const { items, kind } = object as { items?: unknown; kind?: unknown };
      if ((items === null || (Array.isArray(items) && items.length === 0)) && typeof kind === "string" && kind.endsWith("List")) noteCut(object as Parsed, 0, index.cut);
      else addEntry(object, file, document.object, {}, index);
      continue;
    }
    documents++;
    const around = await parseAround(pieces, file, document.around, yaml);
    noteCut(around, document.items.length, index.cut);
    const { apiVersion, kind } = around as { apiVersion?: unknown; kind?: unknown };
    const typed = typeof kind === "string" && kind !== "List" && kind.endsWith("List") && typeof apiVersion === "string";
    const header: Header = typed ? { apiVersion, kind: kind.slice(0, -4) } : {};
    for (const item of document.items) addEntry(await parse(pieces, file, item, yaml), file, item, header, index);
  }
  return documents;
}

/** A list that was asked for in pages, of which this is not the last. */
function noteCut({ metadata, kind }: Parsed, items: number, cut: Coverage[]): void {
  const { continue: token } = (metadata ?? {}) as { continue?: unknown };
  if (typeof token === "string" && token !== "") cut.push({ plane: "kubernetes", what: typeof kind === "string" ? kind.replace(/List$/, "") || "*" : "*", state: "unknown", objects: items, reason: `the list was cut off after ${items} objects: it was asked for with a limit` });
}

function addEntry(value: unknown, file: string, segment: Segment, header: Header, index: Index): void {
  const { apiVersion = header.apiVersion, kind = header.kind, metadata } = (value ?? {}) as { apiVersion?: unknown; kind?: unknown; metadata?: { name?: unknown; namespace?: unknown; uid?: unknown; resourceVersion?: unknown; managedFields?: unknown } };
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed(file, segment.line, "this is no object");
  if (typeof apiVersion !== "string" || typeof kind !== "string" || !/^\S+$/.test(apiVersion) || !/^\S+$/.test(kind)) throw malformed(file, segment.line, "the object has no apiVersion or no kind");
  const { name, namespace, uid, resourceVersion, managedFields } = metadata ?? {};
  if (typeof name !== "string" || name === "" || !(namespace === undefined || typeof namespace === "string")) throw malformed(file, segment.line, `the ${kind} has no metadata.name`);
  if (Array.isArray(managedFields) && managedFields.length > 0) index.tracked = true;
  const entries = index.kinds.get(nameOf({ apiVersion, kind })) ?? [];
  index.kinds.set(nameOf({ apiVersion, kind }), entries);
  entries.push({ key: keyOf({ name, namespace }), version: typeof uid === "string" && typeof resourceVersion === "string" ? `${uid} ${resourceVersion}` : "", file, segment, header });
}

/** In the server's order. The same object twice counts once; two states of one object are an error, because one of them is old. */
function sorted(entries: Entry[], kind: string): Entry[] {
  entries.sort((a, b) => compareKeys(a.key, b.key));
  return entries.filter((one, i) => {
    const before = entries[i - 1];
    if (before === undefined || before.key !== one.key) return true;
    if (before.version === one.version && one.version !== "") return false;
    throw malformed(one.file, one.segment.line, `${splitName(kind).kind} ${one.key} stands in ${before.file}:${before.segment.line} too, in another state`);
  });
}

function kindOf(name: string, entries: readonly Entry[], all: ReadonlyMap<string, unknown>): LiveKind {
  const { apiVersion, kind } = splitName(name);
  const first = [...all.keys()].map(splitName).find((one) => one.kind === kind && groupOf(one.apiVersion) === groupOf(apiVersion));
  return { apiVersion, kind, plural: pluralOf(kind), namespaced: entries.some(({ key }) => key.includes("/")), verbs: ["get", "list"], preferred: first?.apiVersion === apiVersion };
}

async function* listEntries(entries: readonly Entry[] | undefined, kind: LiveKind, yaml: Yaml, { metadataOnly = false, namespace, signal }: ListOptions = {}): AsyncGenerator<LiveObject[]> {
  if (entries === undefined) throw new Unreadable(`the dump does not have ${kindName(kind)} of ${kind.apiVersion}`);
  if (isSecret(kind) && !metadataOnly) throw new Unreadable(SECRETS_EXCLUDED);
  const opened = new Map<string, Pieces>();
  try {
    let page: LiveObject[] = [];
    let size = 0;
    for (const { key, file, segment } of entries) {
      if (signal?.aborted) throw new Unreadable("stopped before its end");
      if (namespace !== undefined && !key.startsWith(`${namespace}/`)) continue;
      const pieces = opened.get(file) ?? new Pieces(await open(file, "r"));
      opened.set(file, pieces);
      page.push(complete(await parse(pieces, file, segment, yaml), kind, key, metadataOnly));
      size += segment.end - segment.start;
      if (page.length < PAGE && size < PAGE_BYTES) continue;
      yield page;
      [page, size] = [[], 0];
    }
    if (page.length > 0) yield page;
  } catch (error) {
    if (error instanceof Unreadable || !(error instanceof Error) || !("code" in error)) throw error;
    throw new Unreadable(`a file of the dump changed since it was opened: ${error.message}`);
  } finally {
    for (const pieces of opened.values()) await pieces.close();
  }
}

/** Of Secrets nothing but their names: annotations may hold what they were made from. */
function complete(value: unknown, { apiVersion, kind }: LiveKind, key: string, metadataOnly: boolean): LiveObject {
  const object = value as Partial<LiveObject> | null | undefined;
  if (typeof object?.metadata?.name !== "string" || keyOf(object.metadata) !== key) throw new Unreadable("a file of the dump changed since it was opened");
  if (!metadataOnly) return { ...object, apiVersion, kind, metadata: object.metadata };
  const { name, namespace } = object.metadata;
  return { apiVersion, kind, metadata: isSecret({ apiVersion, kind }) ? { name, ...(namespace !== undefined && { namespace }) } : object.metadata };
}

/** Reads pieces of a file, a window at a time: they mostly lie one behind the other. */
class Pieces {
  readonly #handle: FileHandle;
  #window = Buffer.alloc(0);
  #start = 0;
  constructor(handle: FileHandle) { this.#handle = handle; }

  async read({ start, end }: Segment): Promise<string> {
    if (start < this.#start || end > this.#start + this.#window.length) {
      const window = Buffer.alloc(Math.max(end - start, WINDOW));
      let filled = 0;
      for (let got = 1; got > 0 && filled < window.length; filled += got) got = (await this.#handle.read(window, filled, window.length - filled, start + filled)).bytesRead;
      [this.#window, this.#start] = [window.subarray(0, filled), start];
    }
    return this.#window.toString("utf8", start - this.#start, end - this.#start);
  }

  close(): Promise<void> { return this.#handle.close(); }
}

async function parse(pieces: Pieces, file: string, segment: Segment, yaml: Yaml): Promise<unknown> {
  const text = await pieces.read(segment);
  return parseText(segment.form === "item" ? text.replace("-", " ") : text, file, segment, yaml);
}

async function parseAround(pieces: Pieces, file: string, [before, after]: [Segment, Segment], yaml: Yaml): Promise<Parsed> {
  const value = parseText((await pieces.read(before)) + (await pieces.read(after)), file, before, yaml);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Parsed) : {};
}

/** A parser's message may quote the text around the place, so only the place is taken. */
function parseText(text: string, file: string, { line, form }: Segment, yaml: Yaml): unknown {
  try {
    return form === "json" ? JSON.parse(text.replace(/^\ufeff/, "")) : yaml(text.replace(/^\ufeff/, ""));
  } catch (error) {
    const { mark, reason } = error as { mark?: { line?: number }; reason?: unknown };
    throw malformed(file, line + (mark?.line ?? 0), form === "json" ? "this object is not JSON" : `this is not YAML${typeof reason === "string" ? `: ${reason}` : ""}`);
  }
}
