/** The layer's desired state, per tenant and per cluster. Pure. */
import type { PostgresStore } from "../../model/fleet.ts";
import type { PlatformScope, TenantScope } from "../layer.ts";
import { bootstrapUnit } from "./state/bootstrap.ts";
import { sharedTableUnit, storesOf, tenantUnitState } from "./state/tenant.ts";
import type { UnitState } from "./state/unit.ts";

/** A unit and the store it is applied to. */
export interface PlacedUnit { store: PostgresStore; /** Name of the platform's own secret store. */ secretStore: string; state: UnitState }

/** One tenant on one cluster: a unit for each store at home there (D3). */
export interface TenantDatabase { cluster: string; tenant: string; units: PlacedUnit[] }

/** One cluster: for each store at home there its own unit and one for each shared table in it. */
export interface PlatformDatabase { cluster: string; units: PlacedUnit[] }

/** Desired state of one tenant; undefined when no store at home on the cluster serves it. */
export function tenantState({ platform, tenant, cluster }: TenantScope): TenantDatabase | undefined {
  const stores = storesOf(platform, tenant).filter((s) => s.home === cluster);
  if (stores.length === 0) return undefined;
  const units = stores.map((store) => ({ store, secretStore: platform.secretStore.name, state: tenantUnitState(tenant, store) }));
  return { cluster, tenant: tenant.id, units };
}

/** Desired state of a cluster's stores; undefined when none is at home there. */
export function platformState({ platform, cluster, sharedTables }: PlatformScope): PlatformDatabase | undefined {
  const stores = Object.values(platform.stores)
    .filter((s): s is PostgresStore => s.kind === "postgres" && s.home === cluster)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (stores.length === 0) return undefined;
  const owner = platform.onCall.team;
  const units = stores.flatMap((store) => {
    const placed = (state: UnitState): PlacedUnit => ({ store, secretStore: platform.secretStore.name, state });
    const shared = sharedTables.filter((t) => t.store === store.name).sort((a, b) => (`${a.schema}.${a.name}` < `${b.schema}.${b.name}` ? -1 : 1));
    return [placed(bootstrapUnit(store, shared, owner)), ...shared.map((t) => placed(sharedTableUnit(t, owner)))];
  });
  return { cluster, units };
}
