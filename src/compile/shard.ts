/** Loads and renders tenants in one process: `extend` closures cannot cross processes. */
import { Definitions } from "../load/definitions.ts";
import type { Platform, Table } from "../model/fleet.ts";
import type { Problem } from "../model/problem.ts";
import { resolvePlatform } from "../model/resolve/platform.ts";
import { resolveTenant } from "../model/resolve/tenant.ts";
import { maskProblems } from "../verify/mask.ts";
import { deliver } from "./deliver.ts";
import type { Order, Request, Response, Setting, TenantResult } from "./protocol.ts";
import { renderTenant } from "./tenant.ts";

/** Answers `start` once, then `render` for one batch of tenants after another. */
export class Shard {
  #setting!: Setting;
  #definitions!: Definitions;
  #platform: Platform | undefined;

  async start(setting: Extract<Request, { type: "start" }>): Promise<Extract<Response, { type: "started" }>> {
    this.#setting = setting;
    this.#definitions = new Definitions(setting.root);
    const broken = new Set(setting.broken);
    const problems: Problem[] = [];
    await this.#definitions.loadShared(setting.helpers.filter((file) => !broken.has(file)));
    const spec = broken.has(setting.platform) ? undefined : await this.#definitions.loadPlatform(setting.platform);
    if (spec) {
      const resolved = resolvePlatform(spec, setting.platform);
      this.#platform = resolved.platform;
      problems.push(...resolved.problems);
    }
    return { type: "started", problems: [...problems, ...this.#definitions.takeProblems()], ...(this.#platform && { platform: this.#platform }) };
  }

  async render({ orders }: Extract<Request, { type: "render" }>): Promise<Extract<Response, { type: "rendered" }>> {
    const tenants: TenantResult[] = [];
    for (const order of orders) tenants.push(await this.#one(order));
    return { type: "rendered", tenants };
  }

  async #one({ files, foreign, shared, output }: Order): Promise<TenantResult> {
    const { root, asOf, broken } = this.#setting;
    const result: TenantResult = { id: files.id, problems: [], complete: false, uses: [], shared: [], dated: false, names: [], counts: {}, sharedTables: [], folders: [] };
    const unusable = new Set(broken);
    const loaded = await this.#definitions.loadTenant(files, unusable);
    const owners = new Map(foreign.map(({ file, tenant }) => [file, tenant]));
    for (const { file } of foreign) if (!unusable.has(file)) await this.#definitions.touch(file);
    result.problems.push(...this.#definitions.takeProblems());
    if (!loaded || !this.#platform) return result;
    result.complete = loaded.complete;
    result.uses = loaded.products.flatMap((p) => Object.entries(p.sharedTables).map(([table, { id }]) => ({ id, path: `${p.domain}/${p.id}:${table}`, file: p.file })));
    const isShared = "ids" in shared ? (id: string): boolean => shared.ids.includes(id) : (id: string): boolean => shared.files.includes(id.slice(0, id.indexOf("#")));
    result.shared = [...new Set(result.uses.map((u) => u.id))].filter(isShared).sort();
    const foreignOwner = (definition: object): { tenant: string; file: string } | undefined => {
      const file = this.#definitions.originOf(definition);
      const tenant = file === undefined ? undefined : (owners.get(file) ?? file.split("/")[1]);
      return file !== undefined && tenant !== undefined ? { tenant, file } : undefined;
    };
    const { tenant, problems } = resolveTenant(loaded, { platform: this.#platform, shared: new Set(result.shared), foreign: foreignOwner, asOf: () => { result.dated = true; return asOf; } });
    result.problems.push(...problems, ...maskProblems(tenant));
    if (result.problems.some((p) => p.severity === "error")) return result;
    const rendered = renderTenant(this.#platform, tenant, loaded.extensions, root);
    result.problems.push(...rendered.problems);
    result.names = rendered.names;
    result.counts = rendered.counts;
    result.sharedTables = tenant.domains.flatMap((d) => d.products.flatMap((p) => p.tables)).filter((t: Table) => t.shared);
    if (!rendered.problems.some((p) => p.severity === "error")) result.folders = rendered.folders.map((folder) => deliver(root, folder, output));
    return result;
  }
}
