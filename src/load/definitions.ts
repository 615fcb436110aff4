/** Imports definition files and parses what they export. Runs in a child process: definitions are other teams' code. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isDefinition, KIND, RAW } from "../define/define.ts";
import { parseDefinition } from "../define/parse.ts";
import type { DefinitionKind, Parsed } from "../define/schema.ts";
import type { LoadedDomain, LoadedProduct, LoadedTenant, SharedIdentity } from "../model/resolve/input.ts";
import { type Problem, unloadable } from "../model/problem.ts";
import type { TenantFiles } from "./scan.ts";

/** A tenant whose own definition can be used; `complete` when every domain and product can. */
export type UsableTenant = LoadedTenant & { extensions: Extension[]; complete: boolean };

/** Loads definitions of one project; remembers which object came from which file. */
export class Definitions {
  problems: Problem[] = [];
  readonly #root: string;
  readonly #shared = new Map<object, SharedIdentity>();
  readonly #validShared = new Map<string, Parsed<"table"> | undefined>();
  readonly #origin = new Map<object, string>();
  readonly #thrown = new Set<unknown>();

  constructor(root: string) { this.#root = root; }

  /** Imports the helper files, so that every exported `defineTable` value has an identity. */
  async loadShared(files: readonly string[]): Promise<void> {
    for (const file of files) {
      for (const [exportName, value] of Object.entries((await this.#import(file)) ?? {})) {
        if (!isDefinition(value, "table")) continue;
        const known = this.#shared.get(value);
        if (known) {
          this.problems.push(unloadable("BH2008", `the same table is exported as ${known.id} and as ${file}#${exportName}`, { file, path: exportName }, "a definition's identity is its path: export it once", [{ file: known.file, path: known.exportName }]));
          continue;
        }
        const identity = { id: `${file}#${exportName}`, file, exportName };
        this.#shared.set(value, identity);
        const parsed = parseDefinition("table", value[RAW], file, [exportName]);
        this.problems.push(...parsed.problems);
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
    const problems = this.problems;
    this.problems = [];
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
        this.problems.push(unloadable("BH2009", `table "${name}" is shared, and no file in a _shared folder exports it`, { file, path: `tables.${name}` }, "export the defineTable value from tenants/_shared/"));
        usable = false;
      }
      return [name, value[RAW]];
    });
    if (!usable) return undefined;
    const parsed = parseDefinition("product", raw?.tables ? { ...raw, tables: Object.fromEntries(tables) } : raw, file);
    this.problems.push(...parsed.problems);
    return parsed.value && { domain, id, file, spec: parsed.value, sharedTables, definition };
  }

  async #load<K extends DefinitionKind>(kind: K, file: string): Promise<Parsed<K> | undefined> {
    const definition = await this.#definition(kind, file);
    if (!definition) return undefined;
    const parsed = parseDefinition(kind, definition[RAW], file);
    this.problems.push(...parsed.problems);
    return parsed.value;
  }

  async #definition(kind: DefinitionKind, file: string) {
    const module = await this.#import(file);
    if (!module) return undefined;
    const value = module.default;
    const call = `define${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
    if (!isDefinition(value, kind)) {
      const found = value === undefined ? "it exports nothing by default" : isDefinition(value) ? `it exports a ${String(value[KIND])}` : `its default export is ${typeof value}`;
      this.problems.push(unloadable("BH2007", `${file} must export a ${kind} by default: ${found}`, { file, path: "" }, `export default ${call}({ … })`));
      return undefined;
    }
    const other = this.#origin.get(value);
    if (other !== undefined && other !== file) {
      this.problems.push(unloadable("BH2008", `${file} and ${other} export one and the same definition`, { file, path: "" }, "a definition's identity is its path: define each where it belongs", [{ file: other, path: "" }]));
      return undefined;
    }
    this.#origin.set(value, file);
    return value;
  }

  async #import(file: string): Promise<Record<string, unknown> | undefined> {
    try {
      return (await import(pathToFileURL(join(this.#root, file)).href)) as Record<string, unknown>;
    } catch (error) {
      // A module's failure is thrown again, as the same object, to everyone who imports it: one cause, one problem.
      if (!this.#thrown.has(error)) this.problems.push(thrownProblem(error, file, this.#root));
      this.#thrown.add(error);
      return undefined;
    }
  }
}

/** A construct-adding function of a tenant or product. */
export interface Extension { file: string; extend: (chart: never) => void }

/** A problem for an error thrown by a definition, at the line of the project's own code that threw. */
export function thrownProblem(error: unknown, file: string, root: string): Problem {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : JSON.stringify(String(error));
  const frame = error instanceof Error ? [...(error.stack ?? "").matchAll(/(?:file:\/\/)?([^\s()]+):([0-9]+):([0-9]+)/g)].find(([, path]) => path!.startsWith(`${root}/`) && !path!.includes("/node_modules/")) : undefined;
  const source = frame ? { file: frame[1]!.slice(root.length + 1), path: "", line: Number(frame[2]), column: Number(frame[3]) } : { file, path: "" };
  return unloadable("BH2004", `the definition threw ${message.split("\n")[0]}`, source, "a definition is data: it must load without failing");
}
