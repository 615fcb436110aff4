import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { compilePart } from "../compile/part.ts";
import { productText, tenantText } from "../create/definition.ts";
import { nameTrouble, title } from "../create/name.ts";
import { placeFiles } from "../create/place.ts";
import { scan } from "../load/scan.ts";
import type { Platform } from "../model/fleet.ts";
import { hasErrors, isError, type Problem } from "../model/problem.ts";
import { didYouMean, suggest } from "../model/suggest.ts";
import { ask, type Question } from "./ask.ts";
import { today, UsageError } from "./options.ts";
import { printProblems } from "./outcome.ts";
import { print } from "./terminal.ts";

export interface NewTenantOptions { cwd: string; name?: string; team?: string; email?: string; plan?: string; cluster?: string[] }
export interface NewProductOptions { cwd: string; description?: string; team?: string; email?: string }

const EMAIL = /^[^\s@"']+@[^\s@"']+\.[^\s@"']+$/;
const TEAM = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const oneOf = (known: readonly string[]) => (answer: string): string | undefined => (known.includes(answer) ? undefined : didYouMean(answer, known));
const matching = (pattern: RegExp, what: string) => (answer: string): string | undefined => (pattern.test(answer) ? undefined : what);
const shortLine = (answer: string): string | undefined => (answer.length > 0 && answer.length <= 1000 ? undefined : "one line of at most 1000 characters");

/** `bulkhead new tenant`: asks or takes flags, writes one file, never over another. */
export async function newTenant(id: string, options: NewTenantOptions): Promise<number> {
  const root = resolve(options.cwd);
  refuseName("tenant", id);
  const path = `tenants/${id}/tenant.ts`;
  refuseExisting(root, path);
  const platform = platformOf(await compilePart(root, today(), []), root);
  const plans = Object.keys(platform.plans).sort();
  const clusters = Object.keys(platform.clusters).sort();
  const [displayName, team, email, plan, chosen] = await ask([
    { flag: "--name", question: "name as people read it", given: options.name, fallback: title(id), refuse: shortLine },
    ...ownerQuestions(options, `${id}-data`),
    { flag: "--plan", question: "plan", given: options.plan, ...only(plans), known: plans, refuse: oneOf(plans) },
    { flag: "--cluster", question: "clusters, separated by commas", given: options.cluster?.join(","), ...only(clusters), known: clusters, refuse: (answer) => split(answer).map(oneOf(clusters)).find(Boolean) ?? (split(answer).length > 0 ? undefined : "name at least one") },
  ]);
  placeNew(root, path, tenantText({ displayName: displayName!, team: team!, email: email!, plan: plan!, clusters: split(chosen!) }));
  return verdict(root, path, (await compilePart(root, today(), [id])).problems, `next: bulkhead new product ${id}/<domain>/<product>`);
}

/** `bulkhead new product`: the same for a product of a tenant that exists. */
export async function newProduct(name: string, options: NewProductOptions): Promise<number> {
  const root = resolve(options.cwd);
  const [tenant, domain, product, rest] = name.split("/");
  if (!tenant || !domain || !product || rest !== undefined) throw new UsageError("BH0010", `"${name}" does not say which product`, "write <tenant>/<domain>/<product>, for one acme/sales/orders");
  refuseName("tenant", tenant);
  refuseName("domain", domain);
  refuseName("product", product);
  if (!existsSync(join(root, "tenants", tenant, "tenant.ts"))) throw new UsageError("BH0002", `"${tenant}" is no tenant here`, unknownTenant(root, tenant));
  const path = `tenants/${tenant}/${domain}/${product}.ts`;
  refuseExisting(root, path);
  const before = await compilePart(root, today(), [tenant]);
  const platform = platformOf(before, root);
  const broken = before.problems.filter((p) => isError(p) && p.source?.file === `tenants/${tenant}/tenant.ts`);
  if (broken.length > 0) { printProblems(broken, root); throw new UsageError("BH0008", `tenants/${tenant}/tenant.ts does not load`, "mend it first; nothing was written"); }
  const [description, team, email] = await ask([
    { flag: "--description", question: "what it holds, in one line", given: options.description, fallback: title(product), refuse: shortLine },
    ...ownerQuestions(options, `${tenant}-${domain}`),
  ]);
  const answers = { description: description!, team: team!, email: email! };
  const stores = ["postgres", ...Object.values(platform.stores).filter((s) => s.kind === "postgres").map((s) => s.name).sort(), undefined];
  // The compiler itself says which store a tenant's table may have: the first that passes is kept.
  for (const store of stores) {
    placeNew(root, path, productText({ ...answers, ...(store !== undefined && { table: { name: product.replaceAll("-", "_"), store } }) }));
    const { problems } = await compilePart(root, today(), [tenant]);
    if (store === undefined || !problems.some((p) => p.code === "BH3008" && p.source?.file === path)) return verdict(root, path, problems, "next: edit it, then bulkhead check");
    rmSync(join(root, path));
  }
  return 1;
}

function ownerQuestions({ team, email }: { team?: string; email?: string }, fallback: string): Question[] {
  return [
    { flag: "--team", question: "team that owns it", given: team, fallback, refuse: matching(TEAM, "lower-case letters, digits and dashes, at most 63") },
    { flag: "--email", question: "e-mail address of the team", given: email, refuse: matching(EMAIL, "an e-mail address, for one data@acme.example") },
  ];
}

const only = (known: readonly string[]): { fallback?: string } => (known.length === 1 ? { fallback: known[0]! } : {});
const split = (answer: string): string[] => [...new Set(answer.split(",").map((part) => part.trim()).filter(Boolean))];

function refuseName(kind: "tenant" | "domain" | "product", id: string): void {
  const trouble = nameTrouble(kind, id);
  if (trouble) throw new UsageError("BH0010", trouble.message, trouble.hint);
}

const existing = (path: string): UsageError => new UsageError("BH0004", `${path} exists`, "it stays as it is: edit it, or choose another name");

function refuseExisting(root: string, path: string): void {
  if (existsSync(join(root, path))) throw existing(path);
}

function placeNew(root: string, path: string, text: string): void {
  if (placeFiles(root, [{ path, text }]).left.length > 0) throw existing(path);
}

function unknownTenant(root: string, tenant: string): string {
  const near = suggest(tenant, scan(root).tenants.map((t) => t.id));
  return near ? `did you mean "${near}"?` : `declare it first: bulkhead new tenant ${tenant}`;
}

/** Plans, clusters and stores come from platform.ts; where it does not load, its own problems say why. */
function platformOf({ platform, problems }: { platform?: Platform; problems: readonly Problem[] }, root: string): Platform {
  const own = problems.filter((p) => isError(p) && p.source?.file === "tenants/platform.ts");
  if (platform && own.length === 0) return platform;
  printProblems(own, root);
  throw new UsageError("BH0008", "tenants/platform.ts does not load, and plans and clusters are declared there", own.some((p) => p.code === "BH2010") ? "run bulkhead init, or bulkhead where tenants/ is" : "mend it first; nothing was written");
}

function verdict(root: string, path: string, problems: readonly Problem[], next: string): number {
  const own = problems.filter((p) => p.source?.file === path);
  printProblems(own, root);
  print(process.stdout, `wrote ${path}\n${next}\n`);
  return hasErrors(own) ? 1 : 0;
}
