import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { type Classifications, type ImportedProduct, readContract } from "../contracts/odcs.ts";
import { productText } from "../contracts/write.ts";
import { DOMAIN_ID, LIMITS, reservedFor } from "../model/names.ts";
import { type ImportOptions, UsageError } from "./options.ts";
import { exitOf, printProblems } from "./outcome.ts";
import { print } from "./terminal.ts";

/** `bulkhead import odcs`: a contract becomes a product definition; what was decided for you is listed. */
export async function importOdcs(file: string, options: ImportOptions): Promise<number> {
  const root = resolve(options.cwd);
  if (!existsSync(join(root, "tenants", options.tenant, "tenant.ts"))) throw new UsageError("BH0002", `"${options.tenant}" is no tenant here`, `declare it first in tenants/${options.tenant}/tenant.ts`);
  const text = read(file, "contract");
  const classifications = options.classify === undefined ? {} : ((parse(read(options.classify, "classifications")) ?? {}) as Classifications);
  const { product, problems } = readContract(text, basename(file), classifications);
  if (!product || problems.length > 0) {
    printProblems(problems, dirname(resolve(file)));
    return exitOf(problems);
  }
  const domain = options.domain ?? slug(product.domain ?? "imported", LIMITS.domain);
  const id = options.product ?? slug(product.name, LIMITS.product);
  for (const [kind, value] of [["domain", domain], ["product", id]] as const) {
    const taken = reservedFor(kind, value);
    if (!DOMAIN_ID.test(value) || value.length > LIMITS[kind] || taken) throw new UsageError("BH0003", `"${value}" cannot name a ${kind}${taken ? `: it protects ${taken}` : ""}`, `give another with --${kind}`);
  }
  const target = `tenants/${options.tenant}/${domain}/${id}.ts`;
  if (existsSync(join(root, target)) && !options.force) throw new UsageError("BH0004", `${target} exists`, "use --force to overwrite it, or --product for another name");
  const team = `${options.tenant}-data`;
  mkdirSync(dirname(join(root, target)), { recursive: true });
  writeFileSync(join(root, target), productText(product, { team, email: `${team}@${options.tenant}.example` }));
  print(process.stdout, report(product, target));
  return 0;
}

function read(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError("BH0005", `the ${what} ${file} cannot be read: ${(error as Error).message}`, "check the path");
  }
}

const slug = (text: string, limit: number): string => text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+|-+$/g, "").slice(0, limit).replace(/-+$/, "") || "imported";

function report({ tables, records, notes }: ImportedProduct, target: string): string {
  const columns = tables.reduce((n, t) => n + t.columns.length, 0);
  const keys = tables.reduce((n, t) => n + t.key.length, 0);
  const section = (title: string, items: string[]): string => (items.length === 0 ? "" : `\n${title} (${items.length}):\n${items.map((i) => `  ${i}`).join("\n")}\n`);
  return `wrote ${target}: ${tables.length} tables, ${columns} columns, ${keys} key columns, ${records.length} records\n`
    + section("no classification in the contract, now restricted", notes.restricted)
    + section("keys without a classification, now internal", notes.keys)
    + section("types not carried over as they are", notes.types)
    + section("look at", notes.other)
    + "\nset owner in the file, classify what is restricted, then: bulkhead check\n";
}
