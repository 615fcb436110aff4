/** Definitions in, files and problems out. Writes nothing but the staging folder, and the cache when told to. */
import { availableParallelism } from "node:os";
import { type Graph, importGraph } from "../load/graph.ts";
import { definitionFiles, type Scan, scan } from "../load/scan.ts";
import type { Platform, Table } from "../model/fleet.ts";
import { hasErrors, type Problem } from "../model/problem.ts";
import { policyWarnings } from "../model/resolve/policy.ts";
import { allowedPackages } from "../sandbox/allow.ts";
import type { FolderPlan, TreeFile } from "../render/plan.ts";
import { emptyMemory, type Memory, readMemory, writeMemory } from "./cache.ts";
import { nameCollisions, sharedIds, sharedPathProblems, uniqueTables } from "./fleet.ts";
import { Keys } from "./key.ts";
import { Orders } from "./order.ts";
import { byPlace, placed } from "./place.ts";
import { Pool } from "./pool.ts";
import type { Order, Output, RenderedFolder, TenantResult } from "./protocol.ts";
import { type Limits, Worker } from "./processes.ts";
import { type Observer, timed } from "./progress.ts";
import { type PlatformResult, Recall } from "./recall.ts";
import { importersOf, settingOf } from "./setting.ts";
import { strayPlans } from "./strays.ts";

export interface CompileOptions extends Observer {
  /** Absolute path of the project. */
  root: string;
  /** `YYYY-MM-DD`; decides expiry in checks only (D38). */
  asOf: string;
  /** Only these tenants' folders; the platform's own files are then left out. All are loaded and judged all the same. */
  tenants?: readonly string[];
  /** Number of processes; default one a core. */
  processes?: number;
  /** What becomes of the files; default `memory`. To stage, the caller must be the project's only writer (`withWriter`). */
  output?: Output;
  /** Use and keep what earlier runs found out; default true, except for `memory`, which needs every text. */
  cache?: boolean;
  /** How long a definition may run on without a word, and its memory. */
  limits?: Limits;
  /** Gives the processes; default new ones. They are ended after the run. */
  worker?: () => Worker;
}
export interface Compiled {
  /** With `to: "memory"`, sorted by path; empty when there are errors. */
  files: TreeFile[];
  /** All folders, sorted; empty when there are errors. */
  folders: RenderedFolder[];
  /** What lies in the output folder and belongs to none of them. */
  strays: FolderPlan[];
  /** Number of files in all folders. */
  count: number;
  problems: Problem[];
  tenants: { id: string; counts: Record<string, number> }[];
  platform?: Platform;
  /** Files a layer gave the platform itself. */
  platformCounts: Record<string, number>;
  /** Keeps what was found out for the next run; `written` when the plans were carried out. */
  remember(written: boolean): void;
}

/** Compiles the fleet. Every problem of every file is reported in one run, each with its place. */
export async function compile(options: CompileOptions): Promise<Compiled> {
  const found = await timed(options, "scan", () => scan(options.root));
  const empty: Compiled = { files: [], folders: [], strays: [], count: 0, problems: found.problems, tenants: [], platformCounts: {}, remember: () => {} };
  if (!found.platform || found.tenants.length === 0) return empty;
  const usable = { ...found, platform: found.platform };
  const compilation = await timed(options, "parse", () => new Compilation(options, usable));
  return await compilation.run();
}

/** Tenants that a new process is worth. */
const STARTING = 8;

/** One run over one fleet. */
class Compilation {
  readonly #options: CompileOptions;
  readonly #output: Output;
  readonly #found: Scan & { platform: string };
  readonly #allowed: string[];
  readonly #memory: Memory;
  readonly #graph: Graph;
  readonly #recall: Recall;
  readonly #problems: Problem[];
  readonly #results = new Map<string, TenantResult>();
  #pool: Pool | undefined;

  constructor(options: CompileOptions, found: Scan & { platform: string }) {
    this.#options = options;
    this.#found = found;
    this.#output = options.output ?? { to: "memory" };
    const cached = options.cache ?? this.#output.to !== "memory";
    const { memory, problems } = cached ? readMemory(options.root) : { memory: emptyMemory(), problems: [] };
    this.#memory = memory;
    const roots = [found.platform, ...found.helpers, ...found.tenants.flatMap(definitionFiles)];
    const { allowed, problems: settings } = allowedPackages(options.root);
    this.#allowed = allowed;
    this.#graph = importGraph(options.root, roots, allowed, new Map(Object.entries(memory.files)));
    this.#problems = [...found.problems, ...settings, ...problems, ...this.#graph.problems];
    this.#recall = new Recall(options.root, options.asOf, memory, new Keys(options.root, found, this.#graph), this.#graph, cached);
  }

  async run(): Promise<Compiled> {
    try {
      const { platform, problems } = await timed(this.#options, "start", () => this.#start());
      this.#problems.push(...problems, ...(platform ? policyWarnings(platform.auditPolicy, this.#found.platform, this.#options.asOf) : []));
      const make = new Orders(this.#found, this.#graph);
      const { tenants } = this.#options;
      const orders = this.#found.tenants.map((files) => make.of(files, !tenants || tenants.includes(files.id) ? this.#output : { to: "nothing" }));
      const misses = await timed(this.#options, "recall", async () => {
        for (const [id, result] of await this.#recall.tenants(orders, (missing) => { this.#workers().begin(missing); })) this.#results.set(id, result);
        return orders.filter((order) => !this.#results.has(order.files.id));
      });
      await timed(this.#options, "render", async () => { await this.#render(misses); await this.#settleShared(orders); });
      return await timed(this.#options, "verify", () => this.#finish(hasErrors(problems) ? undefined : platform));
    } finally {
      this.#pool?.end();
    }
  }

  /** The platform, from the last run where nothing it is made of has changed. */
  async #start(): Promise<{ problems: Problem[]; platform?: Platform }> {
    const known = this.#recall.start();
    if (known) return known;
    this.#workers().begin(this.#found.tenants.length);
    const started = await this.#workers().start();
    if (started.platform) this.#recall.keepStart(started.platform, started.problems);
    return started;
  }

  #workers(): Pool {
    if (!this.#pool) {
      const { root, asOf, processes, worker, limits } = this.#options;
      const setting = settingOf(root, asOf, this.#found, this.#graph, this.#allowed);
      const make = worker ?? ((): Worker => new Worker({ root, allowed: this.#allowed, limits }));
      // A process that is ready costs nothing.
      this.#pool = new Pool({ setting, most: processes ?? availableParallelism(), worth: worker ? 1 : STARTING, worker: make, affected: importersOf(this.#graph) });
    }
    return this.#pool;
  }

  async #render(orders: readonly Order[]): Promise<void> {
    if (orders.length === 0) return;
    const total = orders.length;
    let done = 0;
    this.#options.onProgress?.({ stage: "render", done, total });
    const problems = await this.#workers().render(orders, (result) => {
      this.#options.onProgress?.({ stage: "render", done: ++done, total });
      result.problems = placed(result.problems, this.#graph);
      this.#results.set(result.id, result);
    });
    this.#problems.push(...problems);
  }

  /** Renders again those whose shared definitions turned out to be used otherwise than was thought. */
  async #settleShared(orders: readonly Order[]): Promise<void> {
    const shared = sharedIds([...this.#results.values()]);
    const wrong = orders.flatMap((order): Order[] => {
      const result = this.#results.get(order.files.id);
      const ids = [...new Set(result?.uses.map((u) => u.id))].filter((id) => shared.has(id)).sort();
      return result && ids.join("\n") !== result.shared.join("\n") ? [{ ...order, shared: { ids } }] : [];
    });
    await this.#render(wrong);
  }

  async #finish(platform: Platform | undefined): Promise<Compiled> {
    const { root, tenants: only } = this.#options;
    const tenants = [...this.#results.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    const uses = tenants.flatMap((t) => t.uses).sort((a, b) => (a.file < b.file ? -1 : 1));
    const shared = sharedIds(tenants);
    this.#problems.push(...tenants.flatMap((t) => t.problems), ...sharedPathProblems(uses.filter((u) => shared.has(u.id))), ...nameCollisions(tenants));
    let own: PlatformResult = { folders: [], counts: {}, problems: [] };
    if (platform) own = await this.#platform(platform, uniqueTables(tenants.flatMap((t) => t.sharedTables)), only ? { to: "nothing" } : this.#output);
    this.#problems.push(...own.problems);
    const problems = placed(this.#problems, this.#graph).sort(byPlace);
    const failed = hasErrors(problems);
    const folders = failed ? [] : [...(only ? [] : own.folders), ...tenants.filter((t) => !only || only.includes(t.id)).flatMap((t) => t.folders)].sort((a, b) => (a.folder < b.folder ? -1 : 1));
    const output = this.#output;
    return {
      problems, folders, platformCounts: own.counts, ...(platform && { platform }),
      files: folders.flatMap((f) => f.files ?? []).sort((a, b) => (a.path < b.path ? -1 : 1)),
      strays: output.to === "tree" && !failed ? strayPlans(root, output.out, new Set(folders.map((f) => f.folder)), only && new Set(only)) : [],
      count: folders.reduce((sum, f) => sum + f.paths.split("\n").length, 0),
      tenants: tenants.map(({ id, counts }) => ({ id, counts })),
      remember: (written) => {
        if (this.#recall.learn(this.#graph, tenants, own, output, written)) writeMemory(root, this.#memory);
      },
    };
  }

  /** The platform's own folders; rendered here, because nobody else's code is in them. */
  async #platform(platform: Platform, tables: Table[], output: Output): Promise<PlatformResult> {
    const known = this.#recall.platform(tables, output);
    if (known) return known;
    const [{ renderPlatform }, { deliver }] = await Promise.all([import("./platform.ts"), import("./deliver.ts")]);
    const { folders, counts, problems } = renderPlatform(platform, tables);
    const failed = hasErrors(problems);
    return { folders: failed ? [] : folders.map((folder) => deliver(this.#options.root, folder, output)), counts, problems: placed(problems, this.#graph) };
  }
}
