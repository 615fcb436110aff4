/** Finds definition files by their path: the path is the name (DESIGN §4). */
import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";
import { DOMAIN_ID, LIMITS, PRODUCT_ID, reservedFor, TENANT_ID } from "../model/names.ts";
import { type Problem, refused, unloadable } from "../model/problem.ts";

export interface ProductFile { domain: string; id: string; file: string }
export interface TenantFiles { id: string; file?: string; domains: { id: string; file: string }[]; products: ProductFile[] }
/** Every definition file of a tenant. */
export const definitionFiles = (t: TenantFiles): string[] => [...(t.file ? [t.file] : []), ...t.domains.map((d) => d.file), ...t.products.map((p) => p.file)];
/** All definition files of a project; paths are POSIX, from the project's root. */
export interface Scan { platform?: string; tenants: TenantFiles[]; /** Files below `_` folders: no tenants, but imported by them. */ helpers: string[]; problems: Problem[] }

/** Walks `tenants/`. What does not fit is a problem, never skipped in silence. */
export function scan(root: string): Scan {
  const result: Scan = { tenants: [], helpers: [], problems: [] };
  const entries = list(root, "tenants", result.problems);
  if (!entries) {
    result.problems.push(unloadable("BH2010", "there is no folder tenants/ here", { file: "tenants", path: "" }, "run bulkhead where package.json and tenants/ are"));
    return result;
  }
  let declared = false;
  for (const { name, folder } of entries) {
    const path = `tenants/${name}`;
    if (!folder && name === "platform.ts") result.platform = path;
    else if (folder && name.startsWith("_")) result.helpers.push(...files(root, path, result.problems));
    else if (folder) {
      declared = true;
      const tenant = scanTenant(root, name, result.problems);
      if (tenant) result.tenants.push(tenant);
    }
    else if (isCode(name)) result.problems.push(unloadable("BH2011", `${path} is no definition: the path is the name`, { file: path, path: "" }, "move it to tenants/<tenant>/, or into a folder that begins with _ when it only helps others"));
  }
  if (!result.platform) result.problems.push(unloadable("BH2010", "there is no tenants/platform.ts", { file: "tenants/platform.ts", path: "" }, "run bulkhead init, or declare clusters, stores and plans with definePlatform"));
  if (!declared) result.problems.push(unloadable("BH2012", "the fleet is empty: no tenant is declared", { file: "tenants", path: "" }, "an empty dist/ would make Argo CD prune everything; declare a tenant: bulkhead new tenant <id>"));
  return result;
}

const isCode = (name: string): boolean => /\.[cm]?[jt]sx?$/.test(name) && !name.endsWith(".d.ts");

function list(root: string, path: string, problems: Problem[]): { name: string; folder: boolean }[] | undefined {
  let entries: Dirent[];
  try { entries = readdirSync(join(root, path), { withFileTypes: true }); } catch { return undefined; }
  const folded = new Map<string, string>();
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap((entry) => {
    const { name } = entry;
    const full = `${path}/${name}`;
    if (entry.isSymbolicLink()) {
      problems.push(unloadable("BH2013", `${full} is a symbolic link`, { file: full, path: "" }, "definitions are plain files: a link may lead out of the project"));
      return [];
    }
    const other = folded.get(name.toLowerCase());
    if (other) problems.push(refused("BH3007", `${full} and ${path}/${other} differ only by case: one file on some systems`, { file: full, path: "" }, "rename one", [{ file: `${path}/${other}`, path: "" }]));
    folded.set(name.toLowerCase(), name);
    return [{ name, folder: entry.isDirectory() }];
  });
}

function files(root: string, path: string, problems: Problem[]): string[] {
  return (list(root, path, problems) ?? []).flatMap(({ name, folder }) => (folder ? files(root, `${path}/${name}`, problems) : isCode(name) ? [`${path}/${name}`] : []));
}

function identifier(kind: "tenant" | "domain" | "product", id: string, file: string, problems: Problem[]): boolean {
  const before = problems.length;
  const at = { file, path: "" };
  const pattern = { tenant: TENANT_ID, domain: DOMAIN_ID, product: PRODUCT_ID }[kind];
  const limit = kind === "tenant" ? 32 : LIMITS[kind];
  if (!pattern.test(id)) problems.push(refused("BH2014", `"${id}" is no ${kind} identifier`, at, `rename it: lower-case letters, digits and single dashes, a letter first, at ${kind === "tenant" ? "least 3 and at " : ""}most ${limit} characters`));
  else if (id.length > limit) problems.push(refused("BH2014", `${kind} "${id}" has ${id.length} characters, at most ${limit} are allowed`, at, "choose a shorter name"));
  const protects = reservedFor(kind, id);
  if (protects) problems.push(refused("BH2015", `${kind} "${id}" is reserved: it protects ${protects}`, at, "choose another name"));
  return problems.length === before;
}

/** A tenant's files; what is named badly is reported and left out, because everything made of the name would be reported again. */
function scanTenant(root: string, id: string, problems: Problem[]): TenantFiles | undefined {
  const base = `tenants/${id}`;
  if (!identifier("tenant", id, base, problems)) return undefined;
  const tenant: TenantFiles = { id, domains: [], products: [] };
  for (const { name, folder } of list(root, base, problems) ?? []) {
    if (folder && name.startsWith("_")) continue;
    if (folder) scanDomain(root, tenant, name, problems);
    else if (name === "tenant.ts") tenant.file = `${base}/${name}`;
    else if (isCode(name)) problems.push(unloadable("BH2011", `${base}/${name} is no definition`, { file: `${base}/${name}`, path: "" }, "a product's file is tenants/<tenant>/<domain>/<product>.ts"));
  }
  if (!tenant.file) problems.push(unloadable("BH2010", `tenant "${id}" has no tenant.ts`, { file: base, path: "" }, `declare it in ${base}/tenant.ts with defineTenant`));
  return tenant;
}

function scanDomain(root: string, tenant: TenantFiles, id: string, problems: Problem[]): void {
  const base = `tenants/${tenant.id}/${id}`;
  if (!identifier("domain", id, base, problems)) return;
  for (const { name, folder } of list(root, base, problems) ?? []) {
    const file = `${base}/${name}`;
    if (folder && name.startsWith("_")) continue;
    if (name === "domain.ts") tenant.domains.push({ id, file });
    else if (!folder && name.endsWith(".ts") && !name.endsWith(".d.ts")) {
      const product = name.slice(0, -3);
      if (identifier("product", product, file, problems)) tenant.products.push({ domain: id, id: product, file });
    } else if (folder || isCode(name)) problems.push(unloadable("BH2011", `${file} is no definition`, { file, path: "" }, "a product's file is tenants/<tenant>/<domain>/<product>.ts"));
  }
}
