import { HANDLE, isHandle } from "../../define/define.ts";
import type { ColumnRef } from "../fleet.ts";
import { type Problem, refused, type SourceRef } from "../problem.ts";
import { didYouMean } from "../suggest.ts";
import type { LoadedProduct, LoadedTenant } from "./input.ts";

export const refKey = (ref: ColumnRef): string => `${ref.domain}/${ref.product}:${ref.table}.${ref.column}`;

/** Finds what a `from` or `using` entry means inside one tenant (D1, D29). */
export class References {
  readonly #products = new Map<string, LoadedProduct>();
  readonly #byDefinition = new Map<object, LoadedProduct>();
  readonly #foreign: (definition: object) => { tenant: string; file: string } | undefined;
  readonly #tenant: LoadedTenant;

  constructor(tenant: LoadedTenant, foreign: (definition: object) => { tenant: string; file: string } | undefined) {
    for (const product of tenant.products) {
      this.#products.set(`${product.domain}/${product.id}`, product);
      this.#byDefinition.set(product.definition, product);
    }
    this.#foreign = foreign;
    this.#tenant = tenant;
  }

  /** Resolves one reference written in `product` at `source`; undefined when it leads to a product that could not be loaded, which is reported there. */
  resolve(reference: unknown, product: LoadedProduct, source: SourceRef): ColumnRef | Problem | undefined {
    if (isHandle(reference)) {
      const { owner, table, column } = reference[HANDLE];
      const target = this.#byDefinition.get(owner);
      if (target) return { domain: target.domain, product: target.id, table, column };
      const other = this.#foreign(owner);
      if (other?.tenant === this.#tenant.id) return undefined;
      if (other) {
        return refused("BH3002", `refers to a column of tenant "${other.tenant}" (${other.file}): tenants share nothing`, source, "copy the data through a shared table or drop the reference", [{ file: other.file, path: `tables.${table}.columns.${column}` }]);
      }
      return refused("BH3001", "refers to a product that is not loaded from its own path", source, "import the product from the file that defines it");
    }
    if (reference === undefined) {
      return refused("BH3003", "a reference is undefined", source, "the expression names a table or column that its product does not have, or the two files import each other: write the string form domain/product:table.column");
    }
    if (typeof reference !== "string") return refused("BH3001", `a reference must be a column handle or a string, found ${typeof reference}`, source, "write table.column or domain/product:table.column");
    return this.#fromText(reference, product, source);
  }

  #fromText(text: string, product: LoadedProduct, source: SourceRef): ColumnRef | Problem | undefined {
    const match = /^(?:([a-z0-9-]+)\/([a-z0-9-]+):)?([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)$/.exec(text);
    if (!match) return refused("BH3001", `"${text}" is no reference`, source, "write table.column or domain/product:table.column");
    const [, domain = product.domain, id = product.id, table, column] = match;
    const target = this.#products.get(`${domain}/${id}`);
    if (this.#tenant.lost.has(`${domain}/${id}`)) return undefined;
    if (!target) return refused("BH3001", `"${text}" names a product that does not exist in this tenant`, source, didYouMean(`${domain}/${id}`, this.#products.keys()));
    const columns = target.spec.tables[table!]?.columns;
    if (!columns) return refused("BH3001", `product ${domain}/${id} has no table "${table}"`, source, didYouMean(table!, Object.keys(target.spec.tables)));
    if (!Object.hasOwn(columns, column!)) return refused("BH3001", `table ${table} of ${domain}/${id} has no column "${column}"`, source, didYouMean(column!, Object.keys(columns)));
    return { domain, product: id, table: table!, column: column! };
  }

  /** Every table that a foreign key of `product` may name, as it would be written there. */
  tables(product: LoadedProduct): string[] {
    return [...this.#products].flatMap(([name, other]) => Object.keys(other.spec.tables).map((table) => (other === product ? table : `${name}:${table}`)));
  }

  /** The product and its table of `table` or `domain/product:table`; "lost" when that product could not be loaded. */
  table(text: string, product: LoadedProduct): { product: LoadedProduct; table: string } | "lost" | undefined {
    const match = /^(?:([a-z0-9-]+)\/([a-z0-9-]+):)?([a-z][a-z0-9_]*)$/.exec(text);
    const target = match && this.#products.get(`${match[1] ?? product.domain}/${match[2] ?? product.id}`);
    if (match?.[1] && this.#tenant.lost.has(`${match[1]}/${match[2]}`)) return "lost";
    return target && Object.hasOwn(target.spec.tables, match[3]!) ? { product: target, table: match[3]! } : undefined;
  }
}

/** True when a resolver gave a problem instead of a value. */
export const isProblem = (value: object): value is Problem => "code" in value && "severity" in value;
