import type { Parsed } from "../../define/schema.ts";
import { isMasked } from "../classification.ts";
import type { Column, ForeignKey, Platform, Sensitivity, Table } from "../fleet.ts";
import { schemaName } from "../names.ts";
import { type Problem, refused, type SourceRef } from "../problem.ts";
import { didYouMean } from "../suggest.ts";
import { canonicalType, knownTypes } from "../type.ts";
import type { LoadedProduct, LoadedTenant } from "./input.ts";
import type { Node } from "./lineage.ts";
import { isProblem, type References } from "./reference.ts";
import { resolveServed } from "./served.ts";
import { sizeProblems } from "./size.ts";
import { findStore } from "./store.ts";

/** What resolving a table needs to know of its tenant. */
export interface TableContext {
  platform: Platform; tenant: LoadedTenant; references: References;
  nodes: Map<string, Node>; levels: Map<string, Sensitivity>;
  /** Identities of shared definitions that several tenants use. */
  shared: ReadonlySet<string>;
}
type TableSpec = Parsed<"product">["tables"][string];

/** File and path of a table: shared tables point at their definition in `_shared/`. */
export function tableSource(product: LoadedProduct, name: string): SourceRef {
  const shared = product.sharedTables[name];
  return shared ? { file: shared.file, path: shared.exportName } : { file: product.file, path: `tables.${name}` };
}
/** True when the table is one that several tenants use. */
const isShared = (product: LoadedProduct, name: string, shared: ReadonlySet<string>): boolean =>
  product.sharedTables[name] !== undefined && shared.has(product.sharedTables[name].id);

const under = (source: SourceRef, path: string): SourceRef => ({ ...source, path: source.path ? `${source.path}.${path}` : path });

/** Resolves one table of a product. */
export function resolveTable(name: string, spec: TableSpec, product: LoadedProduct, context: TableContext): { table: Table; problems: Problem[] } {
  const { platform, tenant, nodes, levels, shared } = context;
  const problems: Problem[] = [];
  const source = tableSource(product, name);
  const store = findStore(platform, tenant, "postgres", spec.store, under(source, "store"));
  if (typeof store !== "string") problems.push(store);
  const sharing = isShared(product, name, shared);
  const columns: Column[] = Object.entries(spec.columns).map(([column, c]) => {
    const key = `${product.domain}/${product.id}:${name}.${column}`;
    const node = nodes.get(key)!;
    const type = c.type === undefined ? undefined : canonicalType(c.type);
    const at = under(source, `columns.${column}`);
    if (column === "tenant_id") problems.push(refused("BH3016", "tenant_id is Bulkhead's own column, in every table", at, "drop it: every key gets it in front"));
    if (c.type === undefined) problems.push(refused("BH3012", `column ${column} has no type`, at, "add type"));
    else if (!type) problems.push(refused("BH3012", `"${c.type}" is no type that Bulkhead carries`, under(at, "type"), didYouMean(c.type, knownTypes())));
    return { name: column, type: type ?? "text", nullable: c.nullable, ...(c.description && { description: c.description }), sensitivity: levels.get(key)!, lineage: node.lineage, source: at };
  });
  const byName = new Map(columns.map((c) => [c.name, c]));
  const checkColumns = (list: readonly string[], path: string, what: string, opts: { key: boolean; notNull?: boolean }): void => {
    list.forEach((column, i) => {
      const at = under(source, `${path}[${i}]`);
      const found = byName.get(column);
      if (!found) problems.push(refused("BH3001", `${what} names a column that table ${name} does not have: "${column}"`, at, didYouMean(column, byName.keys())));
      else if (opts.key && isMasked(found.sensitivity) && !nodes.get(`${product.domain}/${product.id}:${name}.${column}`)?.broken) {
        problems.push(refused("BH3006", `${what} holds ${column}, which is ${found.sensitivity.level}: a masked column in a key tells its values apart`, at, "use a surrogate key", [found.source]));
      } else if (opts.notNull && found.nullable) problems.push(refused("BH3010", `${what} holds ${column}, which is nullable`, at, "set nullable: false"));
    });
  };
  problems.push(...sizeProblems(name, spec, (path) => under(source, path)));
  checkColumns(spec.key, "key", "the key", { key: true, notNull: true });
  spec.unique.forEach((list, i) => { checkColumns(list, `unique[${i}]`, "a unique constraint", { key: true }); });
  spec.indexes.forEach((list, i) => { checkColumns(list, `indexes[${i}]`, "an index", { key: false }); });
  const references = spec.references.flatMap((reference, i) => {
    checkColumns(reference.columns, `references[${i}].columns`, "a foreign key", { key: true });
    const resolved = resolveForeignKey(reference, under(source, `references[${i}]`), product, sharing, store, context);
    if (resolved && isProblem(resolved)) problems.push(resolved);
    return !resolved || isProblem(resolved) ? [] : [resolved];
  });
  const served = resolveServed(spec, columns, under(source, "serve"), { platform, tenant });
  problems.push(...served.problems);
  if (spec.partitions) problems.push(...partitionProblems(spec, byName, under(source, "partitions")));
  return {
    table: {
      name, domain: product.domain, product: product.id, ...(sharing ? {} : { tenant: tenant.id }), shared: sharing,
      store: typeof store === "string" ? store : "", schema: schemaName(product.domain, product.id, sharing ? undefined : tenant.id),
      columns, key: spec.key, unique: spec.unique, indexes: spec.indexes, references,
      ...(spec.partitions && { partitions: spec.partitions }), ...(spec.description && { description: spec.description }),
      ...(served.served.length > 0 && { served: served.served }), source,
    },
    problems,
  };
}

function resolveForeignKey(reference: TableSpec["references"][number], at: SourceRef, product: LoadedProduct, sharing: boolean, store: string | Problem, { platform, references, tenant, shared }: TableContext): ForeignKey | Problem | undefined {
  const target = references.table(reference.table, product);
  if (target === "lost") return undefined;
  if (!target) return refused("BH3001", `foreign key to "${reference.table}", which is no table of this tenant`, under(at, "table"), didYouMean(reference.table, references.tables(product)));
  const targetShared = isShared(target.product, target.table, shared);
  if (sharing && !targetShared) return refused("BH3017", "a shared table cannot refer to a table of one tenant", under(at, "table"), "share the target too");
  const { key, store: wanted } = target.product.spec.tables[target.table]!;
  const other = findStore(platform, tenant, "postgres", wanted, at);
  if (typeof store === "string" && typeof other === "string" && store !== "" && other !== "" && store !== other) {
    return refused("BH3026", `the foreign key leads from store "${store}" to a table in store "${other}": no key can cross databases`, under(at, "table"), "put both tables in one store, or drop the key");
  }
  if (key.length !== reference.columns.length) return refused("BH3010", `the foreign key has ${reference.columns.length} columns, the key of ${reference.table} has ${key.length}`, under(at, "columns"), `name one column for each of the key's: ${key.join(", ")}`);
  return {
    columns: reference.columns, schema: schemaName(target.product.domain, target.product.id, targetShared ? undefined : tenant.id), table: target.table,
    targetColumns: key, onDelete: reference.onDelete, source: at,
  };
}

function partitionProblems(spec: TableSpec, columns: Map<string, Column>, at: SourceRef): Problem[] {
  const { column, from, to } = spec.partitions!;
  const found = columns.get(column);
  if (!found) return [refused("BH3001", `partitions name a column that the table does not have: "${column}"`, under(at, "column"), didYouMean(column, columns.keys()))];
  if (!/^(date|timestamp)/.test(found.type)) return [refused("BH3018", `partitions need a date or timestamp column, ${column} is ${found.type}`, under(at, "column"), "choose a time column")];
  if (!spec.key.includes(column)) return [refused("BH3018", `the partition column ${column} must be in the key: PostgreSQL keeps keys unique per partition only with it`, under(at, "column"), `add "${column}" to key`)];
  const without = spec.unique.findIndex((list) => !list.includes(column));
  if (without >= 0) return [refused("BH3018", `a unique constraint leaves out the partition column ${column}: PostgreSQL keeps it per partition only with it`, { ...at, path: at.path.replace(/partitions$/, `unique[${without}]`) }, `add "${column}" to it`)];
  if (from > to) return [refused("BH3018", `partitions end (${to}) before they begin (${from})`, under(at, "to"), "swap from and to")];
  return [];
}
