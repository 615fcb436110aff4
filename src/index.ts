/** What a definition file may import. */
export {
  type ColumnHandle, type DomainInput, defineDomain, definePlatform, defineProduct, defineTable, defineTenant,
  type PlatformInput, type ProductInput, type Reference, type TableInput, type TenantInput,
} from "./define/define.ts";
export type { Category, Clearance, Level } from "./model/fleet.ts";
