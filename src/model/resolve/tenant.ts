import type { ColumnSpec } from "../../define/schema.ts";
import { CLEARANCES, joinAll } from "../classification.ts";
import { parseDuration } from "../duration.ts";
import type { ColumnRef, DataRecord, Domain, Platform, Product, QualityCheck, RecordField, Sensitivity, Sla, Table, Tenant, Topic } from "../fleet.ts";
import { topicName, viewName } from "../names.ts";
import { type Problem, refused, type SourceRef } from "../problem.ts";
import { didYouMean } from "../suggest.ts";
import { canonicalType, knownTypes } from "../type.ts";
import { circleProblems } from "./circle.ts";
import type { LoadedProduct, LoadedTenant } from "./input.ts";
import { declarationProblems, type Node, propagate } from "./lineage.ts";
import { isProblem, References, refKey } from "./reference.ts";
import { findStore } from "./store.ts";
import { resolveTable, type TableContext, tableSource } from "./table.ts";

/** What lies outside the tenant and still decides how it resolves. */
export interface ResolveContext {
  platform: Platform;
  shared: ReadonlySet<string>;
  /** Whose product a handle's owner is, when it is another tenant's. */
  foreign(definition: object): { tenant: string; file: string } | undefined;
  /** Today, `YYYY-MM-DD`: decides expiry in checks only (D38). Asked only where something expires. */
  asOf(): string;
}

/** Resolves one tenant: names, stores, lineage, classification. All problems are reported, not only the first. */
export function resolveTenant(loaded: LoadedTenant, context: ResolveContext): { tenant: Tenant; problems: Problem[] } {
  const { platform } = context;
  const problems: Problem[] = [...tenantProblems(loaded, platform)];
  const references = new References(loaded, context.foreign);
  const nodes = new Map<string, Node>();
  for (const product of loaded.products) collectNodes(product, references, nodes, problems);
  const { levels, problems: lineageProblems } = propagate(nodes, () => context.asOf());
  problems.push(...lineageProblems);
  const tables: TableContext = { platform, tenant: loaded, references, nodes, levels, shared: context.shared };
  const products = loaded.products.map((product) => resolveProduct(product, tables, problems));
  problems.push(...circleProblems(products.flatMap((p) => p.tables)));
  const ids = [...new Set([...loaded.domains.map((d) => d.id), ...loaded.products.map((p) => p.domain)])].sort();
  const domains = ids.map((id): Domain => {
    const inside = products.filter((p) => p.domain === id).sort((a, b) => (a.id < b.id ? -1 : 1));
    const file = loaded.domains.find((d) => d.id === id)?.file ?? loaded.products.find((p) => p.domain === id)!.file;
    const topic = resolveTopic(id, inside, loaded, platform, problems);
    return { id, ...(topic && { topic }), products: inside, source: { file, path: "" } };
  });
  const { spec, file } = loaded;
  const fallback = { name: spec.plan } as Tenant["plan"];
  return {
    tenant: {
      id: loaded.id, displayName: spec.displayName, owner: spec.owner, plan: platform.plans[spec.plan] ?? fallback, clusters: [...spec.clusters].sort(),
      groups: spec.groups,
      consumers: Object.entries(spec.consumers).map(([name, c]) => ({ name, ...c, source: { file, path: `consumers.${name}` } })),
      domains,
      patches: [
        ...spec.patches.map((patch, i) => ({ ...patch, source: { file, path: `patches[${i}]` } })),
        ...loaded.products.flatMap((p) => p.spec.patches.map((patch, i) => ({ ...patch, source: { file: p.file, path: `patches[${i}]` } }))),
      ],
      source: { file, path: "" },
    },
    problems,
  };
}

function tenantProblems({ id, file, spec }: LoadedTenant, platform: Platform): Problem[] {
  const problems: Problem[] = [];
  if (!platform.plans[spec.plan]) problems.push(refused("BH3009", `"${spec.plan}" is no plan of the platform`, { file, path: "plan" }, didYouMean(spec.plan, Object.keys(platform.plans))));
  spec.clusters.forEach((cluster, i) => {
    const at = { file, path: `clusters[${i}]` };
    if (!platform.clusters[cluster]) problems.push(refused("BH3009", `"${cluster}" is no cluster of the platform`, at, didYouMean(cluster, Object.keys(platform.clusters))));
    else if (spec.clusters.indexOf(cluster) !== i) problems.push(refused("BH3009", `cluster "${cluster}" is listed twice`, at, "drop one"));
  });
  if (spec.consumers.pipeline) problems.push(refused("BH3016", `every tenant has a pipeline of its own: "${id}" cannot name a consumer so`, { file, path: "consumers.pipeline" }, "choose another name"));
  if (spec.consumers.writer) problems.push(refused("BH3016", "a consumer named writer would share its login's name with the role of the tenant's writers", { file, path: "consumers.writer" }, "choose another name"));
  return problems;
}

function collectNodes(product: LoadedProduct, references: References, nodes: Map<string, Node>, problems: Problem[]): void {
  const add = (key: string, label: string, spec: ColumnSpec, source: SourceRef): void => {
    problems.push(...declarationProblems(spec, source));
    const lineage: ColumnRef[] = [];
    let broken = false;
    for (const list of ["from", "using"] as const) {
      (spec[list] ?? []).forEach((reference, i) => {
        const resolved = references.resolve(reference, product, { ...source, path: `${source.path}.${list}[${i}]` });
        if (resolved && !isProblem(resolved)) { lineage.push(resolved); return; }
        if (resolved) problems.push(resolved);
        broken = true;
      });
    }
    nodes.set(key, { key, label, spec, lineage, source, broken });
  };
  for (const [table, spec] of Object.entries(product.spec.tables)) {
    const source = tableSource(product, table);
    for (const [column, c] of Object.entries(spec.columns)) {
      add(refKey({ domain: product.domain, product: product.id, table, column }), `${table}.${column}`, c, { ...source, path: `${source.path}.columns.${column}` });
    }
  }
  for (const [record, spec] of Object.entries(product.spec.records)) {
    for (const [field, f] of Object.entries(spec.fields)) {
      const source = { file: product.file, path: `records.${record}.fields.${field}` };
      const path = typeof f === "string" ? source : { ...source };
      add(fieldKey(product, record, field), `${record}.${field}`, typeof f === "string" ? { nullable: false, from: [f] } : f, path);
    }
  }
  if (product.spec.files) {
    const { classification, category, principals, from, using, declassify } = product.spec.files;
    add(filesKey(product), "files", { nullable: false, classification, category, principals, from, using, declassify }, { file: product.file, path: "files" });
  }
}
const fieldKey = (p: LoadedProduct, record: string, field: string): string => `${p.domain}/${p.id}#${record}.${field}`;
const filesKey = (p: LoadedProduct): string => `${p.domain}/${p.id}#files`;

function resolveProduct(product: LoadedProduct, context: TableContext, problems: Problem[]): Product {
  const { spec, file } = product;
  const tables: Table[] = Object.entries(spec.tables).map(([name, t]) => {
    const resolved = resolveTable(name, t, product, context);
    problems.push(...resolved.problems);
    return resolved.table;
  });
  const views = new Map(tables.flatMap((t) => [...CLEARANCES, "writer"].map((reader) => [viewName(t.name, reader), t] as const)));
  for (const table of tables) {
    const other = views.get(table.name);
    if (other) problems.push(refused("BH3007", `table ${table.name} has the name of a view of table ${other.name}`, table.source, "rename the table", [other.source]));
  }
  const records: DataRecord[] = Object.entries(spec.records).map(([name, record]) => ({
    name, source: { file, path: `records.${name}` },
    fields: Object.entries(record.fields).map(([field, f]) => resolveField(product, name, field, f, context, problems)),
  }));
  const files = spec.files && findStore(context.platform, context.tenant, "ceph", spec.files.store, { file, path: "files.store" });
  if (files !== undefined && typeof files !== "string") problems.push(files);
  const { freshness, availability } = spec.sla;
  const sla: Sla = { ...(freshness && { freshness: parseDuration(freshness)! }), ...(availability && { availabilityPpm: Math.round(availability * 1_000_000) }), source: { file, path: "sla" } };
  return {
    id: product.id, domain: product.domain, tenant: context.tenant.id, description: spec.description, owner: spec.owner, tables, records,
    ...(spec.files && {
      files: {
        store: typeof files === "string" ? files : "", sensitivity: context.levels.get(filesKey(product))!, source: { file, path: "files" },
        ...(spec.files.description && { description: spec.files.description }),
        ...(spec.files.expireAfter && { expireAfter: Math.ceil(parseDuration(spec.files.expireAfter)! / 86_400) }),
      },
    }),
    quality: spec.quality.flatMap((check, i) => resolveCheck(check, { file, path: `quality[${i}]` }, spec, problems)),
    sla, source: { file, path: "" },
  };
}

function resolveField(product: LoadedProduct, record: string, field: string, f: ColumnSpec | string, { nodes, levels, tenant }: TableContext, problems: Problem[]): RecordField {
  const node = nodes.get(fieldKey(product, record, field))!;
  const spec = typeof f === "string" ? undefined : f;
  const origin = node.lineage[0];
  const inherited = origin && tenant.products.find((p) => p.domain === origin.domain && p.id === origin.product)?.spec.tables[origin.table]?.columns[origin.column];
  const text = spec?.type ?? inherited?.type;
  const type = text === undefined ? undefined : canonicalType(text);
  if (!type && !node.broken) problems.push(refused("BH3012", text === undefined ? `field ${field} has no type` : `"${text}" is no type that Bulkhead carries`, { ...node.source, path: text === undefined ? node.source.path : `${node.source.path}.type` }, text === undefined ? "add type, or take the field from a column" : didYouMean(text, knownTypes())));
  return { name: field, type: type ?? "text", nullable: spec?.nullable ?? inherited?.nullable ?? false, sensitivity: levels.get(node.key)!, lineage: node.lineage, source: node.source };
}

function resolveCheck(check: LoadedProduct["spec"]["quality"][number], source: SourceRef, spec: LoadedProduct["spec"], problems: Problem[]): QualityCheck[] {
  const target = check.column ?? check.table ?? "";
  const [table, column, ...rest] = target.split(".");
  const known = spec.tables[table!];
  const at = { ...source, path: `${source.path}.${check.column ? "column" : "table"}` };
  if (!target || (check.check === "row-count") !== (column === undefined) || rest.length > 0) {
    problems.push(refused("BH3011", `${check.check} needs ${check.check === "row-count" ? "table: a table" : "column: table.column"}`, source, "name what is checked"));
    return [];
  }
  if (!known) { problems.push(refused("BH3011", `a check of "${target}", which is no table of this product`, at, didYouMean(table!, Object.keys(spec.tables)))); return []; }
  if (column !== undefined && !Object.hasOwn(known.columns, column)) { problems.push(refused("BH3011", `a check of "${target}", which is no column`, at, didYouMean(column, Object.keys(known.columns)))); return []; }
  return [{ check: check.check, target, severity: check.severity, timeout: parseDuration(check.timeout)!, ...(check.values && { values: check.values }), ...(check.min !== undefined && { min: check.min }), source }];
}

function resolveTopic(domain: string, products: Product[], loaded: LoadedTenant, platform: Platform, problems: Problem[]): Topic | undefined {
  const settings = loaded.domains.find((d) => d.id === domain);
  const records = products.flatMap((p) => p.records);
  if (records.length === 0 && !settings?.spec.topic) return undefined;
  const spec = settings?.spec.topic ?? { partitions: 3, retention: "7d" as const, store: undefined };
  const source = settings ? { file: settings.file, path: "topic" } : records[0]!.source;
  const store = findStore(platform, loaded, "redpanda", spec.store, settings ? { ...source, path: "topic.store" } : source);
  if (typeof store !== "string") { problems.push(store); return undefined; }
  const found = platform.stores[store]!;
  const limit = platform.plans[loaded.spec.plan]?.events.maxPartitions;
  if (limit !== undefined && spec.partitions > limit) problems.push(refused("BH3020", `${spec.partitions} partitions are more than the plan's ${limit}`, { ...source, path: "topic.partitions" }, "lower partitions or raise the plan"));
  const seen = new Map<string, SourceRef>();
  for (const record of records) {
    // Subjects are DNS names on the way through Kubernetes: case does not tell two apart.
    const subject = record.name.toLowerCase();
    const other = seen.get(subject);
    if (other) problems.push(refused("BH3007", `two products of domain ${domain} declare the record ${record.name}: both would be subject ${topicName(loaded.id, domain)}-${record.name}`, record.source, "rename one", [other]));
    seen.set(subject, record.source);
  }
  const sensitivity: Sensitivity = joinAll(records.flatMap((r) => r.fields.map((f) => f.sensitivity)));
  return {
    name: topicName(loaded.id, domain), store, partitions: spec.partitions, replicas: found.kind === "redpanda" ? found.replicas : 1,
    retention: spec.retention === "forever" ? -1 : parseDuration(spec.retention)! * 1000, sensitivity, source,
  };
}
