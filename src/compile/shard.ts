/** Loads and renders tenants in one process: `extend` closures cannot cross processes. */
import { setImmediate } from "node:timers/promises";
import type { World } from "../explain/world.ts";
import { layers } from "../layers/index.ts";
import { Definitions, type UsableTenant } from "../load/definitions.ts";
import type { Platform } from "../model/fleet.ts";
import { hasErrors, type Problem } from "../model/problem.ts";
import { resolvePlatform } from "../model/resolve/platform.ts";
import { resolveTenant } from "../model/resolve/tenant.ts";
import { lockdown } from "../sandbox/lockdown.ts";
import { blame, takeRefusals } from "../sandbox/refusal.ts";
import { maskProblems } from "../verify/mask.ts";
import { deliver } from "./deliver.ts";
import { sharedIds, sharedTablesOf } from "./fleet.ts";
import type { Order, Request, Response, Setting, SharedUse, TenantResult } from "./protocol.ts";
import { renderTenant } from "./tenant.ts";
import { trace } from "./trace.ts";

/** Answers `start` once, then `render` for one batch of tenants after another. */
export class Shard {
  #setting!: Setting;
  #definitions!: Definitions;
  #platform: Platform | undefined;
  #platformSpec: World["platform"] | undefined;
  /** The platform has errors of its own: tenants are resolved for theirs, and not rendered. */
  #faulty = false;

  async start(setting: Extract<Request, { type: "start" }>): Promise<Extract<Response, { type: "started" }>> {
    this.#setting = setting;
    this.#definitions = new Definitions(setting.root);
    this.#definitions.learnImports(setting.imports);
    layers.find(({ name }) => name === setting.layer)?.load?.();
    await lockdown(setting.root, setting.allowed, setting.packages);
    const broken = new Set(setting.broken);
    const problems: Problem[] = [];
    await this.#definitions.loadCommon(setting.common.filter((file) => !broken.has(file)));
    await this.#definitions.loadShared(setting.helpers.filter((file) => !broken.has(file)));
    const spec = broken.has(setting.platform) ? undefined : await this.#definitions.loadPlatform(setting.platform);
    if (spec) {
      this.#platformSpec = { file: setting.platform, spec };
      const resolved = resolvePlatform(spec, setting.platform);
      this.#platform = resolved.platform;
      this.#faulty = resolved.problems.length > 0;
      problems.push(...resolved.problems);
    }
    blame("");
    return { type: "started", problems: [...problems, ...this.#takeProblems()], ...(this.#platform && { platform: this.#platform }) };
  }

  /** `stray` hands out what definitions left running and that failed since. */
  async render({ orders }: Extract<Request, { type: "render" }>, stray: () => Problem[]): Promise<Extract<Response, { type: "rendered" }>> {
    const tenants: TenantResult[] = [];
    for (const order of orders) {
      const result = await this.#one(order);
      tenants.push({ ...result, problems: [...result.problems, ...takeRefusals(), ...stray()] });
    }
    return { type: "rendered", problems: [], tenants };
  }

  /** What loading found, and what definitions tried that they may not. */
  #takeProblems(): Problem[] { return [...this.#definitions.takeProblems(), ...takeRefusals()]; }

  /** Says which properties set the places of one file; problems where the definitions are refused. */
  async trace({ target, orders }: Extract<Request, { type: "trace" }>): Promise<Extract<Response, { type: "traced" }>> {
    const { asOf } = this.#setting;
    const loaded: UsableTenant[] = [];
    const foreign = orders.flatMap((order) => order.foreign);
    for (const order of orders) { const tenant = await this.#load({ ...order, foreign }); if (tenant) loaded.push(tenant); }
    const problems = this.#takeProblems();
    if (problems.length > 0 || !this.#platformSpec) return { type: "traced", problems };
    const ids = sharedIds(loaded.map((t) => ({ id: t.id, uses: usesOf(t) })));
    // A shared table looks the same from every tenant: one that uses it is enough.
    const seen = new Set<string>();
    const brings = (t: UsableTenant): boolean => usesOf(t).filter(({ id }) => ids.has(id) && !seen.has(id) && seen.add(id)).length > 0;
    const tenants = loaded.filter((t) => (target.tenant === undefined ? brings(t) : t.id === target.tenant));
    const traced = trace({ platform: this.#platformSpec, tenants }, target, { shared: ids, foreign: this.#owner(foreign), asOf: () => asOf }, tenants[0]?.extensions ?? []);
    return { type: "traced", ...(traced && { traced }), problems: [] };
  }

  async #load({ files, imports, foreign }: Order): Promise<UsableTenant | undefined> {
    const broken = new Set(this.#setting.broken);
    this.#definitions.learnImports(imports);
    const loaded = await this.#definitions.loadTenant(files, broken);
    for (const { file } of foreign) if (!broken.has(file)) await this.#definitions.touch(file);
    blame("");
    return loaded;
  }

  /** Whose product a definition is. */
  #owner(foreign: Order["foreign"]): (definition: object) => { tenant: string; file: string } | undefined {
    const owners = new Map(foreign.map(({ file, tenant }) => [file, tenant]));
    return (definition) => {
      const file = this.#definitions.originOf(definition);
      const tenant = file === undefined ? undefined : (owners.get(file) ?? file.split("/")[1]);
      return file !== undefined && tenant !== undefined ? { tenant, file } : undefined;
    };
  }

  async #one(order: Order): Promise<TenantResult> {
    const { files, foreign, shared, output } = order;
    const { root, asOf } = this.#setting;
    const result: TenantResult = { id: files.id, problems: [], complete: false, uses: [], shared: [], dated: false, names: [], counts: {}, sharedTables: [], folders: [] };
    const loaded = await this.#load(order);
    result.problems.push(...this.#takeProblems());
    if (!loaded || !this.#platform) return result;
    result.complete = loaded.complete;
    result.uses = usesOf(loaded);
    const isShared = "ids" in shared ? (id: string): boolean => shared.ids.includes(id) : (id: string): boolean => shared.files.includes(id.slice(0, id.indexOf("#")));
    result.shared = [...new Set(result.uses.map((u) => u.id))].filter(isShared).sort();
    const { tenant, problems } = resolveTenant(loaded, { platform: this.#platform, shared: new Set(result.shared), foreign: this.#owner(foreign), asOf: () => { result.dated = true; return asOf; } });
    const found = [...problems, ...maskProblems(tenant)];
    result.problems.push(...found);
    // What could not be loaded does not keep the rest from being judged.
    if (this.#faulty || hasErrors(found)) return result;
    const rendered = renderTenant(this.#platform, tenant, loaded.extensions);
    // One turn of the event loop, so that what an extension left running is still this tenant's.
    if (loaded.extensions.length > 0) await setImmediate();
    result.problems.push(...rendered.problems);
    result.names = rendered.names;
    result.counts = rendered.counts;
    result.sharedTables = sharedTablesOf(tenant);
    if (!hasErrors(rendered.problems)) result.folders = rendered.folders.map((folder) => deliver(root, folder, output));
    return result;
  }
}

const usesOf = (tenant: UsableTenant): SharedUse[] => tenant.products.flatMap((p) => Object.entries(p.sharedTables).map(([table, { id }]) => ({ id, path: `${p.domain}/${p.id}:${table}`, file: p.file })));
