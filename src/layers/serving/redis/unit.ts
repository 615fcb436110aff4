/** A part of a Redis as a unit, and what stands in its `state.json`. */
import { redisPasswordKey, type RedisPlatform, type RedisTarget, type RedisTenant, type RedisUser, type ServingPlatform, type ServingState } from "../state.ts";
import type { Unit } from "../unit.ts";
import { hashVariable, platformScript, tenantScript } from "./script.ts";

/** Name of the script in the ConfigMap. */
export const SCRIPT = "redis.sh";

/** `state.json`: a tenant's part, or the platform's, which has no tenant. */
export interface UnitState {
  store: string; endpoint: string; tenant?: string; spaces?: RedisTenant["spaces"];
  adminUser?: string; settings?: Record<string, string>; modules?: string[];
  users: (RedisUser & { /** Whether it has one; a tenant's always do. */ password?: boolean })[];
}

const common = ({ store, host, port, adminUser, image }: RedisTarget, script: string, state: UnitState) => ({
  kind: "redis" as const, store, image, files: { [SCRIPT]: script }, script: SCRIPT, state,
  env: { REDIS_CA: "/bulkhead/credential/ca.crt", REDIS_HOST: host, REDIS_PORT: String(port), REDIS_USER: adminUser }, admin: { REDISCLI_AUTH: "password" },
});
const endpoint = ({ host, port }: RedisTarget): string => `${host}:${port}`;

export const tenantUnit = ({ tenant, secretStore, origin }: Pick<ServingState, "tenant" | "secretStore" | "origin">, redis: RedisTenant): Unit => ({
  ...common(redis, tenantScript(tenant, redis.users), { store: redis.store, endpoint: endpoint(redis), tenant, spaces: redis.spaces, users: redis.users.map(({ name, rules }) => ({ name, rules })) }),
  tenant, owner: origin.owner, secretStore, passwords: { keys: redis.users.map(({ principal }) => redisPasswordKey(tenant, principal)), as: "hash", variable: hashVariable },
});
export const platformUnit = ({ owner, secretStore }: Pick<ServingPlatform, "owner" | "secretStore">, redis: RedisPlatform): Unit => ({
  ...common(redis, platformScript(redis.users, redis.adminUser, redis.settings), {
    store: redis.store, endpoint: endpoint(redis), adminUser: redis.adminUser, settings: redis.settings, modules: redis.modules,
    users: redis.users.map(({ name, rules, passwordKey }) => ({ name, rules, password: passwordKey !== undefined || name === redis.adminUser })),
  }),
  owner, secretStore, passwords: { keys: redis.users.flatMap(({ passwordKey }) => passwordKey ?? []), as: "hash", variable: hashVariable },
});
