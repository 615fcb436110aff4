/** The database layer: PostgreSQL roles, walls, masking views and their Jobs. See docs/database.md. */
import type { Layer } from "../layer.ts";
import { renderPlatform, renderTenant } from "./render.ts";
import { type PlatformDatabase, platformState, type TenantDatabase, tenantState } from "./state.ts";

export { supportsMask } from "./mask.ts";
export type { PlatformDatabase, TenantDatabase } from "./state.ts";

/** One SQL unit for each store, shared table, and tenant in a store. */
export const databaseLayer: Layer<TenantDatabase, PlatformDatabase> = { name: "database", tenantState, renderTenant, platformState, renderPlatform };
