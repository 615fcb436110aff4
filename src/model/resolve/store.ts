import type { Platform, StoreKind } from "../fleet.ts";
import { type Problem, refused, type SourceRef } from "../problem.ts";
import { didYouMean } from "../suggest.ts";
import type { LoadedTenant } from "./input.ts";

/** Finds the store meant by a name, a kind, or nothing: the tenant's choice, else the only one at home on the tenant's clusters (D3). Empty when a cluster that decides it does not exist: that is reported already. */
export function findStore(platform: Platform, tenant: LoadedTenant, kind: StoreKind, wanted: string | undefined, source: SourceRef): string | Problem {
  const named = wanted !== undefined && wanted !== kind ? platform.stores[wanted] : undefined;
  if (wanted !== undefined && wanted !== kind) {
    if (!named) return refused("BH3008", `"${wanted}" is no store of the platform`, source, didYouMean(wanted, [kind, ...storesOf(platform, kind)]));
    if (named.kind !== kind) return refused("BH3008", `store "${wanted}" is ${named.kind}, and this needs ${kind}`, source, didYouMean("", storesOf(platform, kind)));
  }
  const choice = named?.name ?? tenant.spec.stores[kind];
  if (choice !== undefined) {
    const store = platform.stores[choice];
    if (!store || store.kind !== kind) return refused("BH3008", `"${choice}" is no ${kind} store of the platform`, { file: tenant.file, path: `stores.${kind}` }, didYouMean(choice, storesOf(platform, kind)));
    if (!tenant.spec.clusters.includes(store.home)) {
      if (isUncertain(platform, tenant, kind)) return "";
      return refused("BH3008", `store "${choice}" is at home on ${store.home}, where tenant "${tenant.id}" does not run`, source, `add "${store.home}" to the tenant's clusters or use another store`);
    }
    return choice;
  }
  const candidates = storesOf(platform, kind).filter((name) => tenant.spec.clusters.includes(platform.stores[name]!.home));
  if (candidates.length === 1) return candidates[0]!;
  if (isUncertain(platform, tenant, kind)) return "";
  if (candidates.length === 0) return refused("BH3008", `no ${kind} store is at home on ${tenant.spec.clusters.join(" or ")}`, source, "add a store to platform.ts or a cluster to the tenant");
  return refused("BH3008", `several ${kind} stores could serve this: ${candidates.join(", ")}`, source, `name one, here or as stores.${kind} of the tenant`);
}

/** While a cluster's name is wrong, nobody can say which stores are in reach; the wrong name is reported where it stands. */
const isUncertain = (platform: Platform, tenant: LoadedTenant, kind: StoreKind): boolean =>
  [...tenant.spec.clusters, ...storesOf(platform, kind).map((name) => platform.stores[name]!.home)].some((cluster) => !platform.clusters[cluster]);

const storesOf = (platform: Platform, kind: StoreKind): string[] => Object.keys(platform.stores).filter((name) => platform.stores[name]!.kind === kind);
