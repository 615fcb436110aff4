/** Generated tenants with files, and their rendered storage. */
import fc from "fast-check";
import type { Manifest } from "../../../src/layers/layer.ts";
import { storageLayer } from "../../../src/layers/storage/index.ts";
import { type StorageState, storagePlatformState, storageState } from "../../../src/layers/storage/state.ts";
import type { Platform, Tenant } from "../../../src/model/fleet.ts";
import { type DomainSpec, collect, tenant } from "../events/fixture.ts";

const level = fc.constantFrom("public" as const, "internal" as const, "confidential" as const, "restricted" as const);
const product = fc.record({ files: level, expireAfter: fc.option(fc.integer({ min: 1, max: 4000 }), { nil: undefined }) });

/** One to four tenants on `prod-eu`, of ids that begin with `prefix`. */
export const fleetsOf = (prefix: string): fc.Arbitrary<Tenant[]> => fc.array(fc.record({
  domains: fc.array(fc.array(product, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }), clearances: fc.array(fc.constantFrom("public" as const, "internal" as const, "confidential" as const), { maxLength: 3 }),
  maxSize: fc.constantFrom("1Gi", "1536Mi", "20Ti", "1073741824"), maxObjects: fc.integer({ min: 1, max: 1e9 }),
}), { minLength: 1, maxLength: 4 }).map((list) => list.map(({ domains, clearances, maxSize, maxObjects }, t): Tenant => {
  const made = tenant(
    `${prefix}${t}`,
    domains.map((products, d): DomainSpec => ({ id: `d${d}`, products: products.map(({ files, expireAfter }, i) => ({ id: `p${i}`, files, ...(expireAfter !== undefined && { expireAfter }) })) })),
    clearances.map((clearance, c) => ({ name: `c${c}`, clearance, access: ["files" as const] })),
  );
  return { ...made, plan: { ...made.plan, storage: { maxSize, maxObjects } } };
}));

/** The platform's user and each tenant's objects, in the order in which they are applied. */
export function renderStorage(platform: Platform, tenants: readonly Tenant[]): { states: StorageState[]; manifests: Manifest[] } {
  const cluster = "prod-eu";
  const states = tenants.map((one) => storageState({ platform, tenant: one, cluster })!);
  const placed = [collect((output) => storageLayer.renderPlatform!(storagePlatformState({ platform, cluster, sharedTables: [] })!, output)), ...states.map((state) => collect((output) => storageLayer.renderTenant!(state, output)))];
  return { states, manifests: placed.flat().map(({ manifest }) => manifest) };
}
