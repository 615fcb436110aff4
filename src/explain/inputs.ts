/** Every property of a definition that could have set something, each with ways to change it. */
import { isHandle } from "../define/define.ts";
import { pathText } from "../define/parse.ts";
import { type DefinitionKind, SCHEMAS } from "../define/schema.ts";
import type { LoadedProduct, LoadedTenant } from "../model/resolve/input.ts";
import { columnRename, domainRename, platformRename, productRename, tableRename, tenantRename } from "./rename.ts";
import { variants } from "./variants.ts";
import { type Edit, type Path, renameKey, setAt, withProduct, withTenant, type World } from "./world.ts";

/** What kind of place an input is; `path`: the name of a folder or file. */
export type InputKind = "definition" | "plan" | "platform" | "shared-table" | "path";
export interface Input {
  kind: InputKind;
  source: { file: string; path: string };
  /** The value that the property has, or the key or path segment itself. */
  value: unknown;
  edits: Edit[];
  /** All edits are tried and their effects joined; else the first that is accepted. */
  every: boolean;
}

type Put = (change: (spec: never) => unknown) => Edit;
interface Scope { kind: DefinitionKind; root: Record<string, unknown>; put: Put; at(path: Path): { kind: InputKind; source: Input["source"] }; rename?(path: Path): Edit | undefined; world: World }

/** Inputs of one tenant: its own files, the paths that name them, and the platform's. */
export function tenantInputs(world: World, tenant: LoadedTenant): Input[] {
  return [
    named(tenant.file, tenant.id, tenantRename(tenant.id)),
    ...pathInputs(tenant, tenant.products),
    ...walk(scope("tenant", world, tenant.spec, tenant.file, (change) => (w) => withTenant(w, tenant.id, (t) => ({ ...t, spec: change(t.spec as never) as typeof t.spec })))),
    ...tenant.domains.flatMap((d) => walk(scope("domain", world, d.spec, d.file, (change) => (w) => withTenant(w, tenant.id, (t) => ({ ...t, domains: t.domains.map((other) => (other.id === d.id ? { ...other, spec: change(other.spec as never) as typeof other.spec } : other)) }))))),
    ...tenant.products.flatMap((p) => productInputs(world, tenant.id, p)),
    ...platformInputs(world, tenant.spec.plan),
  ];
}

const named = (file: string, value: string, edit: Edit): Input => ({ kind: "path", source: { file, path: "" }, value, edits: [edit], every: false });

/** Folders of domains and files of products. */
function pathInputs(tenant: LoadedTenant, products: readonly LoadedProduct[]): Input[] {
  const domains = [...new Set(products.map((p) => p.domain))];
  const fileOf = (domain: string): string => tenant.domains.find((d) => d.id === domain)?.file ?? tenant.products.find((p) => p.domain === domain)!.file;
  return [...domains.map((domain) => named(fileOf(domain), domain, domainRename(tenant.id, domain))), ...products.map((p) => named(p.file, p.id, productRename(tenant.id, p)))];
}

/** Inputs of the platform's file; with a plan, of that plan only. */
export function platformInputs(world: World, plan?: string): Input[] {
  const { file, spec } = world.platform;
  const base = scope("platform", world, spec, file, (change) => (w) => ({ ...w, platform: { ...w.platform, spec: change(w.platform.spec as never) as typeof spec } }));
  return walk({ ...base, at: (path) => ({ kind: path[0] === "plans" ? "plan" : "platform", source: { file, path: pathText(path) } }), rename: (path) => platformRename(path) }, [], (path) => path[0] !== "plans" || path[1] === undefined || plan === undefined || path[1] === plan);
}

/** Inputs of shared tables, and the names that place them: nothing else of a tenant reaches the platform's folders (D5). */
export function sharedInputs(world: World): Input[] {
  return world.tenants.flatMap((t) => {
    const users = t.products.filter((p) => Object.keys(p.sharedTables).length > 0);
    const names = (p: LoadedProduct) => (input: Input): boolean => input.kind === "shared-table" || Object.keys(p.sharedTables).some((table) => input.source.path === `tables.${table}`);
    return [...pathInputs(t, users), ...users.flatMap((p) => productInputs(world, t.id, p).filter(names(p)))];
  });
}

function productInputs(world: World, tenant: string, product: LoadedProduct): Input[] {
  const base = scope("product", world, product.spec, product.file, (change) => (w) => withProduct(w, tenant, product.file, (p) => ({ ...p, spec: change(p.spec as never) as typeof p.spec })));
  return walk({
    ...base,
    at: (path) => {
      const shared = path[0] === "tables" && typeof path[1] === "string" && path.length > 2 ? product.sharedTables[path[1]] : undefined;
      return shared ? { kind: "shared-table", source: { file: shared.file, path: pathText([shared.exportName, ...path.slice(2)]) } } : { kind: "definition", source: { file: product.file, path: pathText(path) } };
    },
    rename: (path) => (path[0] === "tables" && path.length === 2 ? tableRename(tenant, product, String(path[1])) : path[0] === "tables" && path[2] === "columns" && path.length === 4 ? columnRename(tenant, product, String(path[1]), String(path[3])) : undefined),
  });
}

function scope(kind: DefinitionKind, world: World, spec: object, file: string, put: Put): Scope {
  const checked: Put = (change) => {
    const edit = put(change);
    return (w) => (SCHEMAS[kind].safeParse(change(spec as never), { jitless: true }).success ? edit(w) : undefined);
  };
  return { kind, root: spec as Record<string, unknown>, put: checked, at: (path) => ({ kind: "definition", source: { file, path: pathText(path) } }), world };
}

/** Maps whose keys people choose. */
const RECORDS = new Set(["tables", "columns", "records", "fields", "groups", "consumers", "clusters", "stores", "plans", "podLabels"]);

function walk(scope: Scope, path: Path = [], wanted: (path: Path) => boolean = () => true): Input[] {
  if (!wanted(path)) return [];
  const value = path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], scope.root);
  const key = [...path].reverse().find((step): step is string => typeof step === "string") ?? "";
  if (key === "extend" || key === "patches") return [];
  const set = (changed: unknown, at: Path = path): Edit => scope.put((spec) => setAt(spec as object, at, changed));
  const input = (edits: Edit[], every = false): Input => ({ ...scope.at(path), value, edits, every });
  const inList = typeof path.at(-1) === "number";
  if (isHandle(value)) return [input([set(undefined)])];
  if (typeof value === "function" || value === undefined) return [];
  if (typeof value !== "object" || value === null) {
    const grouped = sensitivityEdits(scope, path, value);
    if (grouped) return [input(grouped, true)];
    const { values, every } = variants(value, key, scope.world.platform.spec, columnsAt(scope, path, key));
    return [input([...(inList && every ? [set(undefined)] : []), ...values.map((v) => set(v)), ...(inList && !every ? [set(undefined)] : [])], every)];
  }
  const own: Input[] = [];
  if (inList) own.push(input([set(undefined)]));
  const parent = path.at(-2);
  if (!inList && typeof parent === "string" && RECORDS.has(parent)) own.push({ ...input([renamed(scope, path)]), value: path.at(-1) });
  const entries: (string | number)[] = Array.isArray(value) ? value.map((_, i) => i) : Object.keys(value);
  return [...own, ...entries.flatMap((step) => walk(scope, [...path, step], wanted))];
}

function renamed(scope: Scope, path: Path): Edit {
  const special = scope.rename?.(path);
  if (special) return special;
  const key = String(path.at(-1));
  return scope.put((spec) => setAt(spec as object, path.slice(0, -1), renameKey(path.slice(0, -1).reduce<object>((at, step) => (at as Record<string | number, object>)[step]!, spec as object), key, `${key}x`)));
}

/** Another level needs or forbids its companions, so that they are changed together. */
function sensitivityEdits(scope: Scope, path: Path, value: unknown): Edit[] | undefined {
  if (path.at(-1) !== "classification") return undefined;
  const at = path.slice(0, -1);
  const holder = at.reduce<unknown>((inner, step) => (inner as Record<string | number, unknown>)[step], scope.root) as Record<string, unknown>;
  const { category, principals, ...rest } = holder;
  return ["public", "internal", "confidential", "restricted"].filter((level) => level !== value).map((level) =>
    scope.put((spec) => setAt(spec as object, at, { ...rest, classification: level, ...(level === "confidential" && { category: category ?? "business" }), ...(level === "restricted" && principals !== undefined && { principals }) })));
}

/** Names of the table's columns where the text must be one. */
function columnsAt({ root, kind }: Scope, path: Path, key: string): string[] {
  if (kind !== "product") return [];
  const tables = root.tables as LoadedProduct["spec"]["tables"];
  if (path[0] === "tables" && ["key", "unique", "indexes", "column", "columns"].includes(key)) return Object.keys(tables[String(path[1])]!.columns);
  const value = path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], root);
  const named = typeof value === "string" && ((path[0] === "quality" && key === "column") || (path[0] === "records" && path.length === 4)) ? value.split(".")[0]! : undefined;
  return named !== undefined && tables[named] ? Object.keys(tables[named].columns) : [];
}
