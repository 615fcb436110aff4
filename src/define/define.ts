/** What a definition file calls. Nothing is checked here: a definition that threw could not be reported with its neighbours. */
import type { Chart } from "cdk8s";
import type { z } from "zod";
import type * as schema from "./schema.ts";

/** Registered symbols, so that two copies of the package still understand each other's values. */
export const KIND = Symbol.for("bulkhead.kind");
export const RAW = Symbol.for("bulkhead.raw");
export const HANDLE = Symbol.for("bulkhead.handle");

/** Points at a column of a product or shared table; goes into `from` and `using`. */
export interface ColumnHandle { readonly [HANDLE]: { owner: object; table: string; column: string } }
/** Handles of a table's columns. */
export interface TableHandle<Columns> { readonly columns: { readonly [C in keyof Columns]: ColumnHandle } }

/** A reference: a handle, `table.column` in the same product, or `domain/product:table.column` in the same tenant. */
export type Reference = ColumnHandle | string;
type References = { from?: readonly Reference[]; using?: readonly Reference[] };
type ColumnInput = Omit<z.input<typeof schema.column>, "from" | "using" | "principals"> & References & { principals?: readonly string[] };
export type TableInput = Omit<z.input<typeof schema.table>, "columns" | "key" | "unique" | "indexes" | "references"> & {
  columns: Readonly<Record<string, ColumnInput>>;
  key: readonly string[]; unique?: readonly (readonly string[])[]; indexes?: readonly (readonly string[])[];
  references?: readonly { columns: readonly string[]; table: string; onDelete?: "restrict" | "cascade" }[];
};
type PatchInput = z.input<typeof schema.platform>["patches"];
type Extension = { extend?: (chart: Chart) => void; patches?: PatchInput };

export type PlatformInput = z.input<typeof schema.platform>;
export type TenantInput = Omit<z.input<typeof schema.tenant>, "extend" | "patches"> & Extension;
export type DomainInput = z.input<typeof schema.domain>;
export type ProductInput = Omit<z.input<typeof schema.product>, "tables" | "records" | "files" | "extend" | "patches"> & Extension & {
  tables?: Readonly<Record<string, TableInput | SharedTable<TableInput>>>;
  records?: Readonly<Record<string, { fields: Readonly<Record<string, string | ColumnInput>> }>>;
  files?: Omit<NonNullable<z.input<typeof schema.product>["files"]>, "from" | "using" | "principals"> & References & { principals?: readonly string[] };
};

export interface Definition<K extends string> { readonly [KIND]: K; readonly [RAW]: unknown }
/** A table that several tenants' products may use; shared by identity, not by equal text (D12). */
export type SharedTable<D extends TableInput> = Definition<"table"> & { readonly input: D };
type InputOf<T> = T extends SharedTable<infer D> ? D : T;
type ColumnsOf<T> = InputOf<T> extends { columns: infer C } ? C : never;
export type ProductDefinition<D extends ProductInput> = Definition<"product"> & {
  readonly tables: { readonly [T in keyof D["tables"]]: TableHandle<ColumnsOf<D["tables"][T]>> };
};

/** Declares the platform; `tenants/platform.ts` exports it by default. */
export const definePlatform = (input: PlatformInput): Definition<"platform"> => ({ [KIND]: "platform", [RAW]: input });
/** Declares a tenant; `tenants/<tenant>/tenant.ts` exports it by default. */
export const defineTenant = (input: TenantInput): Definition<"tenant"> => ({ [KIND]: "tenant", [RAW]: input });
/** Declares a domain's settings; `tenants/<tenant>/<domain>/domain.ts` exports it by default. */
export const defineDomain = (input: DomainInput): Definition<"domain"> => ({ [KIND]: "domain", [RAW]: input });
/** Declares a table in `tenants/_shared/` that several tenants' products use. */
export const defineTable = <const D extends TableInput>(input: D): SharedTable<D> => ({ [KIND]: "table", [RAW]: input, input });

/** Declares a product; `tenants/<tenant>/<domain>/<product>.ts` exports it by default. */
export function defineProduct<const D extends ProductInput>(input: D): ProductDefinition<D> {
  const owner: Record<PropertyKey, unknown> = { [KIND]: "product", [RAW]: input };
  const tables: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(isObject(input?.tables) ? input.tables : {})) {
    const table = isDefinition(value, "table") ? (value[RAW] as TableInput) : (value as TableInput);
    const columns: Record<string, ColumnHandle> = {};
    for (const column of Object.keys(isObject(table?.columns) ? table.columns : {})) columns[column] = { [HANDLE]: { owner, table: name, column } };
    tables[name] = { columns };
  }
  owner.tables = tables;
  return owner as unknown as ProductDefinition<D>;
}

const isObject = (value: unknown): value is Record<PropertyKey, unknown> => typeof value === "object" && value !== null;
/** True when the value was made by the `define*` function of that kind. */
export const isDefinition = (value: unknown, kind?: string): value is Definition<string> =>
  isObject(value) && RAW in value && (kind === undefined || value[KIND] === kind);
/** True when the value is a column handle. */
export const isHandle = (value: unknown): value is ColumnHandle => isObject(value) && HANDLE in value;
