import { type Problem, unloadable } from "../../model/problem.ts";
import { OBJECT_LIMIT } from "../../verify/size.ts";
import { follow, type Piece, piecesOf, readPiece, valuesOf } from "./document.ts";
import { type FindOptions, findManifests, type ManifestFile, unreadableFile } from "./files.ts";
import { duplicateProblems, entryOrder, identify, isProblem, Strings } from "./manifest.ts";
import { checked } from "./revision.ts";
import { type DesiredEntry, type DesiredSide, namespaceKey } from "./side.ts";

/** An entry, and where its bytes are. */
interface ManifestEntry extends DesiredEntry { source: { file: string; path: string; line: number; column: number }; piece: Piece; way: number[] }

/** Bytes of documents that stay parsed between the index and their comparison. */
const KEPT = 16 * 1024 * 1024;
const CHANGED = "let nothing write there while an audit runs, and audit again";

/**
 * Manifests that Bulkhead did not write: folders, files (YAML, JSON, any number of documents, lists) and standard input (`-`), read with positions. Never
 * throws for what it finds there: `problems` say it.
 */
export async function openManifests(paths: readonly string[], options: Partial<FindOptions> = {}): Promise<DesiredSide> {
  const { files, problems } = await findManifests(paths, { cwd: process.cwd(), stdin: readStdin, ...options });
  const entries: ManifestEntry[] = [];
  const strings = new Strings();
  const parsed = new Parsed();
  for (const file of files) indexFile(file, { strings, entries, problems, parsed });
  entries.sort(entryOrder(namespaceKey));
  problems.push(...duplicateProblems(entries, ({ source }) => source, ({ source }) => `${source.file}:${source.line}`));
  if (entries.length === 0 && problems.length === 0) problems.push(unloadable("BH7307", "there is no manifest in it", { file: paths.join(", "), path: "" }, "manifests are in files that end in .yaml, .yml or .json"));
  const byName = new Map(files.map((file) => [file.name, file]));
  return {
    from: paths.map((path) => (path === "-" ? "<stdin>" : path)).join(", "),
    entries, texts: [], readTexts: () => Promise.resolve([]), tenants: [...new Set(entries.flatMap(({ tenant }) => tenant ?? []))].sort(), notices: [], problems,
    read: (wanted) => Promise.resolve().then(() => (wanted as ManifestEntry[]).map((entry) => {
      const where = `${entry.source.file}:${entry.source.line}`;
      const value = follow(parsed.values(byName.get(entry.file)!, entry), entry.way);
      return checked(value, entry, where, CHANGED);
    })),
    place: (source) => Promise.resolve(source),
    at: () => Promise.resolve(undefined),
    changed: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
}

interface Index { strings: Strings; entries: ManifestEntry[]; problems: Problem[]; parsed: Parsed }

function indexFile(file: ManifestFile, { strings, entries, problems, parsed }: Index): void {
  let bytes: Buffer;
  try { bytes = file.whole(); } catch (error) { problems.push(unreadableFile(error, file.name)); return; }
  if (/(^|\/)kustomization\.ya?ml$/.test(file.name)) { problems.push(unloadable("BH7306", "this is an input of kustomize, and no manifest", { file: file.name, path: "" }, "give what kustomize build prints")); return; }
  let document = 0;
  for (const piece of piecesOf(bytes)) {
    const { found, problems: wrong } = readPiece(bytes.subarray(piece.offset, piece.offset + piece.length), piece, file.name);
    problems.push(...wrong);
    const [only] = found;
    if (only && found.length === 1 && only.way.length === 1 && only.way[0] === 0) parsed.keep(file.name, piece, only.value);
    for (const { value, line, column, way } of found) {
      const source = { file: file.name, path: "", line, column };
      const identity = identify(value, source);
      if (isProblem(identity)) { problems.push(identity); continue; }
      const size = piece.length > OBJECT_LIMIT / 8 ? Buffer.byteLength(JSON.stringify(value)) : 0;
      if (size > OBJECT_LIMIT) { problems.push(unloadable("BH7308", `${identity.kind} ${identity.name} has ${size} bytes: the API server stores at most ${OBJECT_LIMIT}`, source, "no cluster can hold it so: split what it carries")); continue; }
      entries.push({ ...strings.all(identity), file: file.name, document: document + way[0]!, area: "foreign", source, piece, way });
    }
    document += Math.max(wrong.length > 0 ? 1 : 0, ...found.map(({ way }) => way[0]! + 1));
  }
}

/** Documents that were parsed: an only object until it is asked for, a list while its items are. */
class Parsed {
  readonly #kept = new Map<string, { values: unknown[]; size: number }>();
  #size = 0;

  /** Keeps the value of a document that holds one object, while there is room. */
  keep(file: string, { offset, length }: Piece, value: unknown): void {
    if (this.#size + length <= KEPT) this.#put(`${offset} ${file}`, [value], length);
  }

  values(file: ManifestFile, { piece, way }: ManifestEntry): unknown[] {
    const key = `${piece.offset} ${file.name}`;
    const known = this.#kept.get(key);
    const values = known?.values ?? valuesOf(file.part(piece.offset, piece.length));
    if (way.length === 1) this.#drop(key);
    else if (!known) {
      this.#put(key, values, piece.length);
      while (this.#size > KEPT && this.#kept.size > 1) this.#drop(this.#kept.keys().next().value!);
    }
    return values;
  }

  #put(key: string, values: unknown[], size: number): void {
    this.#kept.set(key, { values, size });
    this.#size += size;
  }

  #drop(key: string): void {
    this.#size -= this.#kept.get(key)?.size ?? 0;
    this.#kept.delete(key);
  }
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
