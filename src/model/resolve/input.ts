import type { Parsed } from "../../define/schema.ts";

/** A product as loaded: parsed, with the raw references that only the resolver can read. */
export interface LoadedProduct {
  domain: string; id: string; file: string; spec: Parsed<"product">;
  /** Tables that come from a shared definition: table name -> identity of that definition (`file#export`). */
  sharedTables: Record<string, SharedIdentity>;
  /** The value handles of this product point at. */
  definition: object;
}
export interface SharedIdentity { id: string; file: string; exportName: string }
export interface LoadedDomain { id: string; file: string; spec: Parsed<"domain"> }
/** Everything one tenant declared, parsed and not yet resolved. */
export interface LoadedTenant { id: string; file: string; spec: Parsed<"tenant">; domains: LoadedDomain[]; products: LoadedProduct[]; /** Products, `domain/id`, that could not be loaded: what refers to them is not reported again. */ lost: ReadonlySet<string> }
