/** Decides what of an earlier run still holds, and what of this one to keep (D33). */
import { hash } from "node:crypto";
import { join } from "node:path";
import type { Graph } from "../load/graph.ts";
import { definitionFiles } from "../load/scan.ts";
import type { Platform, Table } from "../model/fleet.ts";
import { hasErrors, type Problem } from "../model/problem.ts";
import { folderHolds, folderState } from "../render/state.ts";
import { folderStates } from "../render/states.ts";
import type { FolderRecord, Memory, TenantRecord } from "./cache.ts";
import type { Keys } from "./key.ts";
import type { Order, Output, RenderedFolder, TenantResult } from "./protocol.ts";

/** What the platform rendered for itself. */
export interface PlatformResult { folders: RenderedFolder[]; counts: Record<string, number>; problems: Problem[] }

export class Recall {
  readonly #root: string;
  readonly #asOf: string;
  readonly #memory: Memory;
  readonly #keys: Keys;
  readonly #on: boolean;
  /** Keys of this run, by tenant. */
  readonly #now = new Map<string, string>();
  readonly #recalled = new Set<string>();
  /** Of folders that were looked at together, by absolute path. */
  readonly #states = new Map<string, string>();
  #platformKey = "";
  #changed = false;

  constructor(root: string, asOf: string, memory: Memory, keys: Keys, graph: Graph, on: boolean) {
    this.#root = root;
    this.#asOf = asOf;
    this.#memory = memory;
    this.#keys = keys;
    // What is broken must be said again, with all that follows from it.
    this.#on = on && graph.broken.size === 0;
  }

  start(): { platform: Platform; problems: Problem[] } | undefined {
    const known = this.#memory.start;
    return this.#on && known?.key === this.#keys.start() ? known : undefined;
  }

  keepStart(platform: Platform, problems: Problem[]): void {
    if (!this.#on || hasErrors(problems)) return;
    this.#memory.start = { key: this.#keys.start(), platform, problems };
    this.#changed = true;
  }

  /**
   * What the tenants' last renderings gave, of those that would give the same now and whose folders are as they left them. `some` is called before
   * folders are looked at when definitions alone say that some tenants are to be rendered.
   */
  async tenants(orders: readonly Order[], some: (missing: number) => void): Promise<Map<string, TenantResult>> {
    const known = this.#on ? orders.flatMap((order) => { const record = this.#record(order); return record ? [{ record, order }] : []; }) : [];
    if (known.length < orders.length) some(orders.length - known.length);
    await this.#look(known.filter(({ order }) => order.output.to === "tree").map(({ record, order }) => ({ records: record.folders, out: (order.output as { out: string }).out })));
    const found = new Map<string, TenantResult>();
    for (const { record, order: { files: { id }, output } } of known) {
      const folders = this.#folders(record.folders, output);
      if (!folders) continue;
      const { key: _, asOf: __, tables, ...result } = record;
      found.set(id, { ...result, complete: true, sharedTables: tables.map((digest) => this.#memory.tables[digest]!), folders });
      this.#recalled.add(id);
    }
    return found;
  }

  /** The tenant's record, if its rendering would give the same now. */
  #record({ files, foreign }: Order): TenantRecord | undefined {
    const key = this.#keys.tenant(files, definitionFiles(files), foreign);
    this.#now.set(files.id, key);
    const known = this.#memory.tenants[files.id];
    return known?.key === key && (known.asOf === "" || known.asOf === this.#asOf) && known.tables.every((digest) => this.#memory.tables[digest] !== undefined) ? known : undefined;
  }

  async #look(places: readonly { records: readonly FolderRecord[]; out: string }[]): Promise<void> {
    const questions = places.flatMap(({ records, out }) => records.map(({ folder, paths }) => ({ base: join(this.#root, out, folder), paths })));
    const states = await folderStates(questions);
    questions.forEach(({ base }, i) => { this.#states.set(base, states[i]!); });
  }

  platform(tables: readonly Table[], output: Output): PlatformResult | undefined {
    if (!this.#on) return undefined;
    this.#platformKey = hash("sha256", `${this.#keys.start()} ${JSON.stringify(tables)}`, "hex");
    const known = this.#memory.platform;
    if (known?.key !== this.#platformKey) return undefined;
    const folders = this.#folders(known.folders, output);
    return folders && { ...known, folders };
  }

  /** Recalled folders, provided that they stand in the output folder as they were rendered, if they are to stand there. */
  #folders(records: FolderRecord[], output: Output): RenderedFolder[] | undefined {
    if (output.to === "memory") return undefined;
    const folders: RenderedFolder[] = [];
    for (const record of records) {
      const { out: _, state: __, ...folder } = record;
      const paths = record.paths.split("\n");
      if (output.to === "tree" && !this.#stands(record, output.out, paths)) return undefined;
      folders.push({ ...folder, ...(output.to === "tree" && { plan: { folder: record.folder, fresh: false, created: [], place: [], remove: [], foreign: [], unchanged: paths.length } }) });
    }
    return folders;
  }

  #stands(record: FolderRecord, out: string, paths: readonly string[]): boolean {
    const base = join(this.#root, out, record.folder);
    const state = this.#states.get(base) ?? folderState(base, paths);
    if (state !== "" && record.out === out && record.state === state) return true;
    // The state first: what changes while the bytes are compared is seen by the next run.
    if (!folderHolds(base, paths, record.inventory)) return false;
    if (state !== "") { record.out = out; record.state = state; this.#changed = true; }
    return true;
  }

  /** Keeps what this run found out; false when it found out nothing new. `written`: the plans were carried out. */
  learn(graph: Graph, tenants: readonly TenantResult[], platform: PlatformResult, output: Output, written: boolean): boolean {
    if (!this.#on) return false;
    const keep = (folders: readonly RenderedFolder[]): FolderRecord[] => folders.map((folder) => this.#keep(folder, output, written));
    for (const result of tenants) {
      const key = this.#now.get(result.id);
      if (this.#recalled.has(result.id) || key === undefined) continue;
      this.#changed = true;
      delete this.#memory.tenants[result.id];
      if (!result.complete || hasErrors(result.problems)) continue;
      const tables = result.sharedTables.map((table) => { const text = JSON.stringify(table); const digest = hash("sha256", text, "hex"); this.#memory.tables[digest] = table; return digest; });
      const { folders, sharedTables: _, complete: __, ...rest } = result;
      this.#memory.tenants[result.id] = { ...rest, key, asOf: result.dated ? this.#asOf : "", tables, folders: keep(folders) };
    }
    if (this.#platformKey !== "" && this.#memory.platform?.key !== this.#platformKey && !hasErrors(platform.problems)) {
      this.#memory.platform = { key: this.#platformKey, counts: platform.counts, problems: platform.problems, folders: keep(platform.folders) };
      this.#changed = true;
    }
    return this.#forget(graph, tenants) || this.#changed;
  }

  #keep({ files: _, plan, ...folder }: RenderedFolder, output: Output, written: boolean): FolderRecord {
    if (output.to !== "tree" || !plan) return folder;
    const same = plan.place.length + plan.remove.length + plan.foreign.length + plan.created.length === 0;
    if (!same && (!written || plan.foreign.length > 0)) return folder;
    const state = plan.state ?? folderState(join(this.#root, output.out, folder.folder), folder.paths.split("\n"));
    return state === "" ? folder : { ...folder, out: output.out, state };
  }

  /** Drops what is gone, and takes over what is known of the files. */
  #forget(graph: Graph, tenants: readonly TenantResult[]): boolean {
    const memory = this.#memory;
    let changed = false;
    const here = new Set(tenants.map((t) => t.id));
    for (const id of Object.keys(memory.tenants)) if (!here.has(id)) { delete memory.tenants[id]; changed = true; }
    if (graph.files.size !== Object.keys(memory.files).length) changed = true;
    for (const [file, facts] of graph.files) if (memory.files[file]?.state !== facts.state || memory.files[file]?.sha256 !== facts.sha256) changed = true;
    if (!changed && !this.#changed) return false;
    memory.files = Object.fromEntries(graph.files);
    const used = new Set(Object.values(memory.tenants).flatMap((t) => t.tables));
    for (const digest of Object.keys(memory.tables)) if (!used.has(digest)) delete memory.tables[digest];
    return true;
  }
}
