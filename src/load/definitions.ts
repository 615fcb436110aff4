/** Imports definition files and parses what they export. Runs in a child process: definitions are other teams' code. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { isDefinition, KIND, RAW } from "../define/define.ts";
import { parseDefinition, pathText } from "../define/parse.ts";
import type { DefinitionKind, Parsed } from "../define/schema.ts";
import type { LoadedDomain, LoadedProduct, LoadedTenant, SharedIdentity } from "../model/resolve/input.ts";
import { type Problem, unloadable } from "../model/problem.ts";
import { harden, isChange, SHARED_HINT } from "../sandbox/harden.ts";
import { blame, isRefusal, REFUSED } from "../sandbox/refusal.ts";
import { notPlain } from "../sandbox/plain.ts";
import { placeOf } from "../sandbox/stack.ts";
import type { TenantFiles } from "./scan.ts";
import { unreadable } from "./unreadable.ts";

/** A tenant whose own definition can be used; `complete` when every domain and product can. */
export type UsableTenant = LoadedTenant & { extensions: Extension[]; complete: boolean };

/** Loads definitions of one project; remembers which object came from which file. */
export class Definitions {
  #problems: Problem[] = [];
  readonly #root: string;
  readonly #shared = new Map<object, SharedIdentity>();
  readonly #validShared = new Map<string, Parsed<"table"> | undefined>();
  readonly #origin = new Map<object, string>();
  readonly #thrown = new Set<unknown>();

  readonly #imports = new Map<string, readonly string[]>();
  readonly #modules = new Map<string, Record<string, unknown> | undefined>();

  constructor(root: string) { this.#root = root; }

  /** What files import in the project: each is loaded by itself, after what it needs, so that what goes wrong is its own. */
  learnImports(imports: Readonly<Record<string, readonly string[]>>): void {
    for (const [file, needed] of Object.entries(imports)) this.#imports.set(file, needed);
  }

  /** Imports files that several tenants may use, and freezes what they export before any tenant's file runs. */
  async loadCommon(files: readonly string[]): Promise<void> {
    for (const file of files) harden(Object.values((await this.#import(file)) ?? {}));
  }

  /** Imports the helper files, so that every exported `defineTable` value has an identity. */
  async loadShared(files: readonly string[]): Promise<void> {
    for (const file of files) {
      for (const [exportName, value] of Object.entries((await this.#import(file)) ?? {})) {
        if (!isDefinition(value, "table")) continue;
        const known = this.#shared.get(value);
        if (known) {
          this.#problems.push(unloadable("BH2008", `the same table is exported as ${known.id} and as ${file}#${exportName}`, { file, path: exportName }, "a definition's identity is its path: export it once", [{ file: known.file, path: known.exportName }]));
          continue;
        }
        const identity = { id: `${file}#${exportName}`, file, exportName };
        this.#shared.set(value, identity);
        const parsed = parseDefinition("table", value[RAW], file, [exportName]);
        this.#problems.push(...parsed.problems);
        this.#validShared.set(identity.id, parsed.value);
      }
    }
  }

  async loadPlatform(file: string): Promise<Parsed<"platform"> | undefined> { return this.#load("platform", file); }

  /** Loads a tenant; undefined when its own definition cannot be used. Broken products and domains are left out and reported. */
  async loadTenant(files: TenantFiles, broken: ReadonlySet<string>): Promise<UsableTenant | undefined> {
    const usable = (file: string | undefined): file is string => file !== undefined && !broken.has(file);
    const spec = usable(files.file) ? await this.#load("tenant", files.file) : undefined;
    const domains: LoadedDomain[] = [];
    let complete = true;
    for (const { id, file } of files.domains) {
      const domain = usable(file) ? await this.#load("domain", file) : undefined;
      if (domain) domains.push({ id, file, spec: domain });
      else complete = false;
    }
    const products: LoadedProduct[] = [];
    for (const entry of files.products) {
      const product = usable(entry.file) ? await this.#loadProduct(entry) : undefined;
      if (product) products.push(product);
      else complete = false;
    }
    if (!spec || !files.file) return undefined;
    const extensions: Extension[] = [
      ...(spec.extend ? [{ file: files.file, extend: spec.extend }] : []),
      ...products.flatMap((p) => (p.spec.extend ? [{ file: p.file, extend: p.spec.extend }] : [])),
    ];
    const lost = new Set(files.products.filter((f) => !products.some((p) => p.file === f.file)).map((f) => `${f.domain}/${f.id}`));
    return { id: files.id, file: files.file, spec, domains, products, lost, extensions, complete };
  }

  /** Problems found since the last call. */
  takeProblems(): Problem[] {
    const problems = this.#problems;
    this.#problems = [];
    return problems;
  }

  /** The file whose default export this object is, among everything loaded so far. */
  originOf(definition: object): string | undefined { return this.#origin.get(definition); }
  /** Imports a file only to know its definition's origin. */
  async touch(file: string): Promise<void> { const value = (await this.#import(file))?.default; if (isDefinition(value)) this.#origin.set(value, file); }

  async #loadProduct({ domain, id, file }: { domain: string; id: string; file: string }): Promise<LoadedProduct | undefined> {
    const definition = await this.#definition("product", file);
    if (!definition) return undefined;
    const raw = definition[RAW] as { tables?: Record<string, unknown> } | undefined;
    const sharedTables: Record<string, SharedIdentity> = {};
    let usable = true;
    const tables = Object.entries(raw?.tables ?? {}).map(([name, value]) => {
      if (!isDefinition(value, "table")) return [name, value];
      const identity = this.#shared.get(value);
      if (identity) {
        sharedTables[name] = identity;
        usable &&= this.#validShared.get(identity.id) !== undefined;
      } else {
        this.#problems.push(unloadable("BH2009", `table "${name}" is shared, and no file in a _shared folder exports it`, { file, path: `tables.${name}` }, "export the defineTable value from tenants/_shared/"));
        usable = false;
      }
      return [name, value[RAW]];
    });
    if (!usable) return undefined;
    const parsed = parseDefinition("product", raw?.tables ? { ...raw, tables: Object.fromEntries(tables) } : raw, file);
    this.#problems.push(...parsed.problems);
    return parsed.value && { domain, id, file, spec: parsed.value, sharedTables, definition };
  }

  async #load<K extends DefinitionKind>(kind: K, file: string): Promise<Parsed<K> | undefined> {
    const definition = await this.#definition(kind, file);
    if (!definition) return undefined;
    const parsed = parseDefinition(kind, definition[RAW], file);
    this.#problems.push(...parsed.problems);
    return parsed.value;
  }

  async #definition(kind: DefinitionKind, file: string) {
    const module = await this.#import(file);
    if (!module) return undefined;
    const value = module.default;
    const odd = notPlain(value) ?? (isDefinition(value) ? notPlain(value[RAW]) : undefined);
    if (odd) {
      const text = pathText(odd.path);
      this.#problems.push(unloadable("BH2024", `${text || "the definition"} is ${odd.what}: a definition is plain data`, { file, path: text }, "write the value itself"));
      return undefined;
    }
    const call = `define${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
    if (!isDefinition(value, kind)) {
      const found = value === undefined ? "it exports nothing by default" : isDefinition(value) ? `it exports a ${String(value[KIND])}` : `its default export is ${typeof value}`;
      this.#problems.push(unloadable("BH2007", `${file} must export a ${kind} by default: ${found}`, { file, path: "" }, `export default ${call}({ … })`));
      return undefined;
    }
    const other = this.#origin.get(value);
    if (other !== undefined && other !== file) {
      this.#problems.push(unloadable("BH2008", `${file} and ${other} export one and the same definition`, { file, path: "" }, "a definition's identity is its path: define each where it belongs", [{ file: other, path: "" }]));
      return undefined;
    }
    this.#origin.set(value, file);
    return value;
  }

  async #import(file: string): Promise<Record<string, unknown> | undefined> {
    if (this.#modules.has(file)) return this.#modules.get(file);
    for (const needed of this.#imports.get(file) ?? []) await this.#import(needed);
    blame(file);
    const module = await this.#run(file);
    // One turn of the event loop, so that what it left running is still this file's.
    await setImmediate();
    this.#modules.set(file, module);
    return module;
  }

  async #run(file: string): Promise<Record<string, unknown> | undefined> {
    try {
      return (await import(pathToFileURL(join(this.#root, file)).href, file.endsWith(".json") ? { with: { type: "json" } } : undefined)) as Record<string, unknown>;
    } catch (error) {
      // A module's failure is thrown again, as the same object, to everyone who imports it: one cause, one problem.
      if (!existsSync(join(this.#root, file))) this.#problems.push(unreadable(file, "ENOENT"));
      else if (!this.#thrown.has(error) && !isRefusal(error)) this.#problems.push(thrownProblem(error, file));
      this.#thrown.add(error);
      return undefined;
    }
  }
}

/** A construct-adding function of a tenant or product. */
export interface Extension { file: string; extend: (chart: never) => void }

/** A problem for an error thrown by a definition, at the line of the project's own code that threw. */
export function thrownProblem(error: unknown, file: string): Problem {
  const message = textOf(error);
  const source = placeOf(error) ?? { file, path: "" };
  if (isChange(error)) return unloadable(REFUSED.change, `something that all definitions share is changed: ${error.message}`, source, SHARED_HINT);
  return unloadable("BH2004", `the definition threw ${message.split("\n")[0]}`, source, "a definition is data: it must load without failing");
}

/** What was thrown, in words; a definition may throw what has none. */
function textOf(error: unknown): string {
  try { return error instanceof Error ? `${error.name}: ${error.message}` : JSON.stringify(String(error)); } catch { return "something without a text"; }
}
