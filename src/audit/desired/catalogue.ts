/** The index of a cluster's folder in a revision: every file read once, checked against its inventory, and forgotten but for what it is. */
import { hash } from "node:crypto";
import { loadAll, YAMLException } from "js-yaml";
import type { Blobs } from "../../difference/blobs.ts";
import { WAVE_ANNOTATION } from "../../model/names.ts";
import { type Problem, unloadable } from "../../model/problem.ts";
import { INVENTORY, type InventoryEntry, parseInventory } from "../../render/inventory.ts";
import { duplicateProblems, entryOrder, identify, isProblem, Strings } from "./manifest.ts";
import { isMap } from "../../model/value.ts";
import { kindName } from "../../model/kinds.ts";
import { type DesiredEntry, type DesiredText, namespaceKey } from "./side.ts";

/** A file of the tree, path below the cluster's folder. */
export interface TreeFile { path: string; mode: string; id: string }
export interface Catalogue {
  entries: DesiredEntry[];
  /** Blob of each file that holds entries, by its path below the output folder. */
  blobs: Map<string, string>;
  /** Files that inventories list and Argo CD does not apply: what stands beside the objects that carry it. */
  texts: DesiredText[];
  tenants: string[];
  notices: string[];
  problems: Problem[];
}

/** A folder with an inventory of its own. */
interface Folder { path: string; tenant?: string; inventory?: TreeFile; files: TreeFile[] }
/** Names of files by what is to be said of them. */
interface Remarks { edited: string[]; unlisted: string[]; gone: string[]; stray: string[]; without: string[] }

/** Reads all files of `<out>/<cluster>/`, streamed. */
export async function catalogue(at: { out: string; cluster: string }, tree: readonly TreeFile[], blobs: Blobs): Promise<Catalogue> {
  const remarks: Remarks = { edited: [], unlisted: [], gone: [], stray: [], without: [] };
  const folders = foldersOf(tree, remarks);
  const reader = new Reader(at);
  const ids = function* (): Generator<string> { for (const { inventory, files } of folders) { if (inventory) yield inventory.id; for (const file of files) yield file.id; } };
  const source = blobs.read(ids());
  const next = async (): Promise<Buffer> => (await source.next()).value as Buffer;
  try {
    for (const folder of folders) {
      const text = folder.inventory && (await next()).toString("utf8");
      const inventory = text === undefined ? undefined : parseInventory(text);
      if (!inventory) remarks.without.push(folder.path);
      const listed = new Map(inventory?.files.map((entry) => [entry.path, entry]));
      for (const file of folder.files) {
        const bytes = await next();
        const path = file.path.slice(folder.path.length + 1);
        const known = listed.get(path);
        listed.delete(path);
        const edited = known !== undefined && hash("sha256", bytes, "hex") !== known.sha256;
        if (edited) remarks.edited.push(file.path);
        if (inventory && !known) remarks.unlisted.push(file.path);
        if (isApplied(folder, path)) reader.add(file, folder.tenant, bytes, known, known !== undefined && !edited);
        else if (known) reader.text(file, folder.tenant, known);
      }
      remarks.gone.push(...[...listed.keys()].map((path) => `${folder.path}/${path}`));
    }
  } finally {
    // The next reading waits for the end of this one.
    await source.return();
  }
  reader.entries.sort(entryOrder(namespaceKey));
  const place = ({ file }: DesiredEntry): { file: string; path: string } => ({ file: `${at.out}/${file}`, path: "" });
  const links = tree.filter(({ path, mode }) => !mode.startsWith("100") && path.endsWith(".yaml")).map(({ path }) => unloadable("BH7307", "this is no plain file: Argo CD may follow it, an audit does not", { file: `${at.out}/${at.cluster}/${path}`, path: "" }, "put the manifest itself in its place"));
  const problems = [...links, ...reader.problems, ...duplicateProblems(reader.entries, place, (entry) => place(entry).file)];
  return { entries: reader.entries, blobs: reader.blobs, texts: reader.texts, tenants: folders.flatMap(({ tenant }) => tenant ?? []), notices: noticesOf(remarks, `${at.out}/${at.cluster}`), problems };
}

function foldersOf(tree: readonly TreeFile[], remarks: Remarks): Folder[] {
  const folders = new Map<string, Folder>();
  for (const file of tree) {
    const [path, tenant] = /^(?:platform|tenants\/([^/]+))(?=\/)/.exec(file.path) ?? [];
    if (path === undefined || !file.mode.startsWith("100")) { remarks.stray.push(file.path); continue; }
    let folder = folders.get(path);
    if (!folder) folders.set(path, (folder = { path, ...(tenant !== undefined && { tenant }), files: [] }));
    if (file.path === `${path}/${INVENTORY}`) folder.inventory = file;
    else folder.files.push(file);
  }
  return [...folders.values()];
}

/** What Argo CD takes: `*.yaml` of the platform's folder, and of a tenant's two (D5). */
const isApplied = ({ tenant }: Folder, path: string): boolean => path.endsWith(".yaml") && (tenant === undefined || /^(walls|content)\//.test(path));

/** The first lines of what Bulkhead writes. Scalars are plain or JSON. */
const HEAD = /^(?:#[^\n]*\n)*apiVersion: ([^\n]+)\nkind: ([^\n]+)\nmetadata:\n {2}name: ([^\n]+)\n(?: {2}namespace: ([^\n]+)\n)?/;
const HEAD_BYTES = 8192;

/** Makes entries of files. */
class Reader {
  readonly entries: DesiredEntry[] = [];
  readonly blobs = new Map<string, string>();
  readonly texts: DesiredText[] = [];
  readonly problems: Problem[] = [];
  readonly #at: { out: string; cluster: string };
  readonly #strings = new Strings();
  readonly #sources = new Map<string, { file: string; path: string }>();

  constructor(at: { out: string; cluster: string }) { this.#at = at; }

  /** `trusted`: the bytes are those that the inventory lists. */
  add({ path, id }: TreeFile, tenant: string | undefined, bytes: Buffer, known: InventoryEntry | undefined, trusted: boolean): void {
    const file = this.#strings.own(`${this.#at.cluster}/${path}`);
    const inside = tenant === undefined ? undefined : path.split("/").slice(2);
    const area = inside === undefined ? "platform" : (inside[0] as "walls" | "content");
    const layer = known?.layer ?? inside?.[1];
    const apiVersion = trusted && known?.object ? quickVersion(bytes, known) : undefined;
    const put = (document: number, identity: Pick<DesiredEntry, "apiVersion" | "kind" | "name" | "namespace" | "owner" | "wave">): void => {
      const { namespace } = identity;
      const owner = known?.owner ?? identity.owner;
      const wave = known?.wave ?? identity.wave;
      this.entries.push({
        ...this.#strings.all({ apiVersion: identity.apiVersion, kind: identity.kind, ...(namespace !== undefined && { namespace }), name: identity.name }),
        file, document, area, ...this.#strings.all({ ...(tenant !== undefined && { tenant }), ...(owner !== undefined && { owner }), ...(layer !== undefined && { layer }) }),
        ...(wave !== undefined && { wave }), source: known ? this.#source(known.source) : this.#source({ file: `${this.#at.out}/${file}`, path: "" }),
      });
    };
    if (apiVersion !== undefined) {
      const { kind, namespace, name } = known!.object!;
      put(0, { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) });
    } else {
      for (const [document, value] of this.#documents(bytes, file).entries()) {
        if (value === null || value === undefined) continue;
        const identity = identify(value, { file: `${this.#at.out}/${file}`, path: "" });
        if (isProblem(identity)) { this.problems.push(identity); continue; }
        put(document, { ...identity, wave: waveOf(value) });
      }
    }
    this.blobs.set(file, this.#strings.own(id));
  }

  /** Remembers a file that is no manifest. */
  text({ path, id }: TreeFile, tenant: string | undefined, { owner, source }: InventoryEntry): void {
    const file = this.#strings.own(`${this.#at.cluster}/${path}`);
    this.texts.push({ file, ...this.#strings.all({ ...(tenant !== undefined && { tenant }), owner }), source: this.#source(source) });
    this.blobs.set(file, this.#strings.own(id));
  }

  #documents(bytes: Buffer, file: string): unknown[] {
    try {
      return parseDocuments(bytes);
    } catch (error) {
      this.problems.push(asProblem(error, `${this.#at.out}/${file}`));
      return [];
    }
  }

  #source({ file, path }: { file: string; path: string }): { file: string; path: string } {
    const key = `${file}\n${path}`;
    let known = this.#sources.get(key);
    if (!known) this.#sources.set(key, (known = { file: this.#strings.once(file), path: this.#strings.once(path) }));
    return known;
  }
}

/** Values of a file's documents. Throws a YAMLException, or a TypeError for what is not UTF-8. */
export const parseDocuments = (bytes: Uint8Array): unknown[] => loadAll(new TextDecoder("utf-8", { fatal: true }).decode(bytes));

/** What kept a file from being read, as a problem (BH7303) with its place. */
function asProblem(error: unknown, file: string): Problem {
  if (!(error instanceof YAMLException)) return unloadable("BH7303", `the file is not ${error instanceof TypeError ? "UTF-8" : "readable"}`, { file, path: "" }, "save it as UTF-8");
  return unloadable("BH7303", `not YAML: ${error.reason}`, { file, path: "", ...(error.mark && { line: error.mark.line + 1, column: error.mark.column + 1 }) }, "the mistake is at the mark or just before it");
}

/** The apiVersion of a file that begins as Bulkhead writes it, is one document, and says of itself what the inventory says; undefined where it must be parsed. */
function quickVersion(bytes: Buffer, { object }: InventoryEntry): string | undefined {
  const [, ...scalars] = HEAD.exec(bytes.toString("latin1", 0, HEAD_BYTES)) ?? [];
  if (scalars.length === 0 || bytes.includes("\n---") || bytes.includes("\n...")) return undefined;
  try {
    const [apiVersion, kind, name, namespace] = scalars.map((scalar) => (scalar?.startsWith('"') ? (JSON.parse(scalar) as string) : scalar));
    const same = kind === object!.kind && name === object!.name && namespace === object!.namespace;
    return same && kindName({ apiVersion: apiVersion!, kind: kind! }) === kindName({ apiVersion: `${object!.group}/`, kind: object!.kind }) ? apiVersion : undefined;
  } catch {
    return undefined;
  }
}

function waveOf(value: unknown): number | undefined {
  const annotations = isMap(value) && isMap(value.metadata) && isMap(value.metadata.annotations) ? value.metadata.annotations : {};
  const wave = Number(annotations[WAVE_ANNOTATION] ?? Number.NaN);
  return Number.isInteger(wave) ? wave : undefined;
}

function noticesOf(remarks: Remarks, folder: string): string[] {
  const say = (paths: string[], text: (what: string) => string): string[] => {
    if (paths.length === 0) return [];
    const names = [...paths].sort();
    const list = `${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`;
    return [text(`${names.length} ${names.length === 1 ? "file" : "files"} of ${folder} (${list})`)];
  };
  return [
    ...say(remarks.edited, (what) => `edited by hand: ${what} not as the inventory lists; compared as committed`),
    ...say(remarks.unlisted, (what) => `in no inventory: ${what}; compared where Argo CD would apply it`),
    ...say(remarks.gone, (what) => `listed in an inventory and not there: ${what}`),
    ...say(remarks.stray, (what) => `no plain file in a folder that Argo CD reads: ${what}; not compared`),
    ...remarks.without.sort().map((path) => `${folder}/${path} has no inventory that can be read: whether its files were edited is unknown`),
  ];
}
