/** One shard of tenants, loaded and rendered in one process: `extend` closures cannot cross processes. */
import { Definitions, type Extension } from "../load/definitions.ts";
import type { Platform, Table } from "../model/fleet.ts";
import type { LoadedTenant } from "../model/resolve/input.ts";
import { resolvePlatform } from "../model/resolve/platform.ts";
import { resolveTenant } from "../model/resolve/tenant.ts";
import type { Problem } from "../model/problem.ts";
import { lockdown } from "../sandbox/lockdown.ts";
import { blame, takeRefusals } from "../sandbox/refusal.ts";
import { maskProblems } from "../verify/mask.ts";
import type { RenderedTenant, Request, Response, SharedUse } from "./protocol.ts";
import { renderTenant } from "./tenant.ts";

type Loaded = LoadedTenant & { extensions: Extension[] };

/** Answers `load` and then `render` for its shard. */
export class Shard {
  #definitions!: Definitions;
  #platform: Platform | undefined;
  #tenants: Loaded[] = [];
  #foreign = new Map<string, string>();

  async load(request: Extract<Request, { type: "load" }>): Promise<Extract<Response, { type: "loaded" }>> {
    this.#definitions = new Definitions(request.root, request.imports);
    await lockdown(request.root, request.allowed, request.packages);
    const broken = new Set(request.broken);
    const problems: Problem[] = [];
    await this.#definitions.loadCommon(request.common.filter((file) => !broken.has(file)));
    await this.#definitions.loadShared(request.helpers.filter((file) => !broken.has(file)));
    const spec = broken.has(request.platform) ? undefined : await this.#definitions.loadPlatform(request.platform);
    if (spec) {
      const resolved = resolvePlatform(spec, request.platform);
      this.#platform = resolved.platform;
      problems.push(...resolved.problems);
    }
    for (const files of request.tenants) {
      const tenant = await this.#definitions.loadTenant(files, broken);
      if (tenant) this.#tenants.push(tenant);
    }
    for (const { file, tenant } of request.foreign) {
      if (broken.has(file)) continue;
      await this.#definitions.touch(file);
      this.#foreign.set(file, tenant);
    }
    const uses = this.#tenants.flatMap((tenant) => tenant.products.flatMap((p) => Object.entries(p.sharedTables).map(([table, { id }]): SharedUse => ({ id, tenant: tenant.id, path: `${p.domain}/${p.id}:${table}`, file: p.file }))));
    blame("");
    return { type: "loaded", problems: [...problems, ...this.#definitions.problems, ...takeRefusals()], uses };
  }

  render({ shared, asOf }: Extract<Request, { type: "render" }>): Extract<Response, { type: "rendered" }> {
    const problems: Problem[] = [];
    const tenants: RenderedTenant[] = [];
    const sharedTables = new Map<string, Table>();
    const sharedSet = new Set(shared);
    const foreign = (definition: object): { tenant: string; file: string } | undefined => {
      const file = this.#definitions.originOf(definition);
      const tenant = file === undefined ? undefined : (this.#foreign.get(file) ?? file.split("/")[1]);
      return file !== undefined && tenant !== undefined ? { tenant, file } : undefined;
    };
    if (!this.#platform) return { type: "rendered", problems, tenants, sharedTables: [] };
    for (const loaded of this.#tenants) {
      const { tenant, problems: resolving } = resolveTenant(loaded, { platform: this.#platform, shared: sharedSet, foreign, asOf });
      blame("");
      const found = [...resolving, ...maskProblems(tenant)];
      problems.push(...found);
      if (found.some((p) => p.severity === "error")) continue;
      const rendered = renderTenant(this.#platform, tenant, loaded.extensions);
      problems.push(...rendered.problems);
      tenants.push(rendered.tenant);
      for (const table of tenant.domains.flatMap((d) => d.products.flatMap((p) => p.tables))) {
        if (table.shared) sharedTables.set(`${table.store} ${table.schema}.${table.name}`, table);
      }
    }
    blame("");
    problems.push(...takeRefusals());
    return { type: "rendered", problems, platform: this.#platform, tenants, sharedTables: [...sharedTables.values()] };
  }
}
