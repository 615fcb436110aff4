/** Serving state as objects: what External Secrets and the Jobs work from. */
import { fit, NAMESPACES, TENANT_LABEL } from "../../model/names.ts";
import { type Output, PLATFORM_WAVES, type Placement, place, TENANT_WAVES } from "../layer.ts";
import { externalSecret, JOB_REFRESH, secretData, storeEgress, TENANT_SECRET_STORE } from "../manifest.ts";
import { platformUnit, tenantUnit } from "./redis/unit.ts";
import { starrocksPasswordKey, starrocksUnit } from "./starrocks/unit.ts";
import { type Origin, redisPasswordKey, type ServingPlatform, type ServingState } from "./state.ts";
import { adminSecret, SERVING_POD, type Unit, unitManifests } from "./unit.ts";

/** Renders one tenant's users: what sets them in the walls, their passwords in the tenant's namespace. */
export function renderTenant(state: ServingState, output: Output): void {
  const at = (area: "walls" | "content", wave: keyof typeof TENANT_WAVES, { source, owner }: Origin): Placement => ({ area, layer: "serving", wave: TENANT_WAVES[wave], source, owner });
  const part = (unit: Unit, users: readonly { principal: string; origin: Origin }[], passwordKey: (tenant: string, principal: string) => string): void => {
    for (const { principal, origin } of users) {
      const name = fit(`${unit.kind}-${unit.store}-${principal}`, 63);
      place(output.chart, externalSecret({ name, namespace: state.namespace, labels: { [TENANT_LABEL]: state.tenant } }, { kind: "SecretStore", name: TENANT_SECRET_STORE }, secretData(passwordKey(state.tenant, principal), { password: "password" }), { refreshInterval: JOB_REFRESH }), at("content", "secrets", origin));
    }
    const { secret, configMap, job, cronJob } = unitManifests(unit);
    place(output.chart, secret, at("walls", "secrets", state.origin));
    place(output.chart, configMap, at("walls", "config", state.origin));
    for (const manifest of [job, cronJob]) place(output.chart, manifest, at("walls", "jobs", state.origin));
  };
  for (const redis of state.redis) part(tenantUnit(state, redis), redis.users, redisPasswordKey);
  for (const starrocks of state.starrocks) part(starrocksUnit(state, starrocks), starrocks.users, starrocksPasswordKey);
}

/** Renders the stores' administrative credentials, the platform's own users and the one way out that the Jobs have. Names no tenant (D5). */
export function renderPlatform(state: ServingPlatform, output: Output): void {
  const at = (source: Placement["source"], wave: number = PLATFORM_WAVES.content): Placement => ({ area: { platform: "serving" }, layer: "serving", wave, source, owner: state.owner });
  for (const { kind, store, adminKey, source, properties } of state.credentials) {
    place(output.chart, externalSecret({ name: adminSecret(kind, store), namespace: NAMESPACES.serving }, { kind: "ClusterSecretStore", name: state.secretStore }, secretData(adminKey, properties), { refreshInterval: JOB_REFRESH }), at(source));
  }
  for (const redis of state.redis) {
    const { secret, configMap, job, cronJob } = unitManifests(platformUnit(state, redis));
    for (const manifest of [secret, configMap]) place(output.chart, manifest, at(redis.source));
    // Jobs come last: a server that does not answer must not keep tenants from their ApplicationSets.
    for (const manifest of [job, cronJob]) place(output.chart, manifest, at(redis.source, PLATFORM_WAVES.applicationSets));
  }
  place(output.chart, storeEgress({ name: "serving", namespace: NAMESPACES.serving }, SERVING_POD, state.egress), at(state.credentials[0]!.source));
}

