/** What each tenant's rendering is asked for, from the import graph alone. */
import type { Graph } from "../load/graph.ts";
import { type Scan, type TenantFiles, definitionFiles } from "../load/scan.ts";
import type { Order, Output } from "./protocol.ts";
import { importsOf } from "./setting.ts";

export class Orders {
  readonly #graph: Graph;
  readonly #owners: ReadonlyMap<string, string>;
  readonly #shared: string[];

  constructor(found: Scan, graph: Graph) {
    this.#graph = graph;
    this.#owners = new Map(found.tenants.flatMap((t) => t.products.map((p) => [p.file, t.id] as const)));
    this.#shared = importedBySeveral(found, graph);
  }

  of(files: TenantFiles, output: Output): Order {
    const own = definitionFiles(files);
    const inside = new Set(own);
    const foreign = [...new Set(own.flatMap((file) => [...this.#graph.reach(file)]))].filter((file) => !inside.has(file))
      .flatMap((file) => { const tenant = this.#owners.get(file); return tenant === undefined ? [] : [{ file, tenant }]; });
    return { files, imports: importsOf(this.#graph, own), foreign, shared: { files: this.#shared }, output };
  }
}

/** Shared files that products of several tenants import: what they define is most likely shared, which only loading them tells. */
function importedBySeveral({ helpers, tenants }: Scan, graph: Graph): string[] {
  const shared = new Set(helpers);
  const users = new Map<string, Set<string>>();
  for (const tenant of tenants) {
    for (const { file } of tenant.products) for (const reached of graph.reach(file)) {
      if (shared.has(reached)) users.set(reached, (users.get(reached) ?? new Set()).add(tenant.id));
    }
  }
  return [...users].filter(([, by]) => by.size > 1).map(([file]) => file).sort();
}
