/** Renames that keep every reference, so that a name's own effect is seen and not that of a broken reference. */
import type { LoadedProduct, LoadedTenant } from "../model/resolve/input.ts";
import { type Edit, mapLeaves, type Path, renameKey, setAt, withTenant } from "./world.ts";

type Target = { owner: object; table: string; column: string };
const same = ({ table, column }: Target): { table: string; column: string } => ({ table, column });

function rewrite(tenant: LoadedTenant, text: (text: string, key: string, product: LoadedProduct) => string, handle: (target: Target) => { table: string; column: string } = same): LoadedTenant {
  return { ...tenant, products: tenant.products.map((p) => ({ ...p, spec: mapLeaves(p.spec, (s, key) => text(s, key, p), handle) as LoadedProduct["spec"] })) };
}

/** Another folder of the tenant. */
export const tenantRename = (id: string): Edit => (world) => withTenant(world, id, (t) => ({ ...t, id: `${id}x` }));

/** Another folder of the domain. */
export const domainRename = (tenant: string, domain: string): Edit => (world) => withTenant(world, tenant, (t) => {
  const texts = rewrite(t, (s) => (s.startsWith(`${domain}/`) && s.includes(":") ? `${domain}x${s.slice(domain.length)}` : s));
  const named = <T extends { domain: string }>(p: T): T => (p.domain === domain ? { ...p, domain: `${domain}x` } : p);
  return { ...texts, products: texts.products.map(named), domains: texts.domains.map((d) => (d.id === domain ? { ...d, id: `${domain}x` } : d)) };
});

/** Another name of the product's file. */
export const productRename = (tenant: string, product: LoadedProduct): Edit => (world) => withTenant(world, tenant, (t) => {
  const old = `${product.domain}/${product.id}:`;
  const texts = rewrite(t, (s) => (s.startsWith(old) ? `${product.domain}/${product.id}x:${s.slice(old.length)}` : s));
  return { ...texts, products: texts.products.map((p) => (p.file === product.file ? { ...p, id: `${p.id}x` } : p)) };
});

/** Another name of a table. */
export const tableRename = (tenant: string, product: LoadedProduct, table: string): Edit => (world) => withTenant(world, tenant, (t) => {
  const full = `${product.domain}/${product.id}:${table}`;
  const texts = rewrite(
    t,
    (s, key, p) => {
      if (s === full || s.startsWith(`${full}.`)) return `${full}x${s.slice(full.length)}`;
      const own = p.file === product.file && ((key === "table" && s === table) || (s.startsWith(`${table}.`) && !s.includes(" ")));
      return own ? `${table}x${s.slice(table.length)}` : s;
    },
    (h) => ({ table: h.owner === product.definition && h.table === table ? `${table}x` : h.table, column: h.column }),
  );
  return {
    ...texts,
    products: texts.products.map((p) => (p.file === product.file ? { ...p, spec: { ...p.spec, tables: renameKey(p.spec.tables, table, `${table}x`) }, sharedTables: renameKey(p.sharedTables, table, `${table}x`) } : p)),
  };
});

/** Another name of a column. */
export const columnRename = (tenant: string, product: LoadedProduct, table: string, column: string): Edit => (world) => withTenant(world, tenant, (t) => {
  const names = [`${table}.${column}`, `${product.domain}/${product.id}:${table}.${column}`];
  const texts = rewrite(
    t,
    (s, _, p) => ((s === names[0] && p.file === product.file) || s === names[1] ? `${s}x` : s),
    (h) => ({ table: h.table, column: h.owner === product.definition && h.table === table && h.column === column ? `${column}x` : h.column }),
  );
  return {
    ...texts,
    products: texts.products.map((p) => {
      const spec = p.file === product.file ? p.spec.tables[table] : undefined;
      if (!spec) return p;
      const swap = (list: string[]): string[] => list.map((c) => (c === column ? `${column}x` : c));
      const copies = spec.serve && Object.fromEntries(Object.entries(spec.serve).map(([kind, copy]) => [kind, copy?.columns ? { ...copy, columns: swap(copy.columns) } : copy]));
      const changed = {
        ...spec, columns: renameKey(spec.columns, column, `${column}x`), key: swap(spec.key), unique: spec.unique.map(swap), indexes: spec.indexes.map(swap),
        references: spec.references.map((r) => ({ ...r, columns: swap(r.columns) })), ...(spec.partitions && { partitions: { ...spec.partitions, column: swap([spec.partitions.column])[0]! } }), ...(copies && { serve: copies }),
      };
      return { ...p, spec: { ...p.spec, tables: { ...p.spec.tables, [table]: changed } } };
    }),
  };
});

/** Another name of a plan, cluster or store, with what refers to it; undefined for other places. */
export function platformRename(path: Path): Edit | undefined {
  const [record, name] = path as [string, string];
  if (path.length !== 2 || !["plans", "clusters", "stores"].includes(record)) return undefined;
  const keys = { plans: ["plan"], clusters: ["clusters", "home"], stores: ["store", "postgres", "redpanda", "ceph", "redis", "starrocks"] }[record]!;
  const text = (s: string, key: string): string => (s === name && keys.includes(key) ? `${s}x` : s);
  return (world) => {
    const spec = mapLeaves(world.platform.spec, text, same) as typeof world.platform.spec;
    return {
      platform: { ...world.platform, spec: setAt(spec, [record], renameKey(spec[record as "plans"], name, `${name}x`)) },
      tenants: world.tenants.map((t) => ({ ...rewrite(t, text), spec: mapLeaves(t.spec, text, same) as LoadedTenant["spec"] })),
    };
  };
}
