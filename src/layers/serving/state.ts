/** What a tenant has in serving stores (D17, D19). Pure: fleet in, plain data out, sorted by identity. */
import { atMost } from "../../model/classification.ts";
import type { Level, RedisStore, Served, StarRocksStore, Table, Tenant } from "../../model/fleet.ts";
import { platformSecretKey, REDIS_AUDITOR, REDIS_PROBER, redisSpace, redisUser, tenantNamespace, tenantSecretKey } from "../../model/names.ts";
import type { SourceRef } from "../../model/problem.ts";
import { sortBy } from "../../model/sort.ts";
import type { PlatformScope, TenantScope } from "../layer.ts";
import { ADMIN_RULES, auditorRules, DEFAULT_RULES, PROBER_RULES, readerRules, SETTINGS, writerRules } from "./redis/rules.ts";
import { type StarRocksTenant, starrocksTenant } from "./starrocks/state.ts";

/** The principal that fills a tenant's copies. */
export const PIPELINE = "pipeline";

/** Where something was declared and whose it is. */
export interface Origin { source: SourceRef; owner: string }
/** One ACL user; `rules` without its password. */
export interface RedisUser { name: string; rules: string[] }
/** A user of a tenant, and where its password lies in the secret store. */
export interface TenantRedisUser extends RedisUser { principal: string; origin: Origin }
/** How a Job reaches a store. */
export interface RedisTarget { store: string; host: string; port: number; adminUser: string; image: string }
/** A tenant's part of one Redis. */
export interface RedisTenant extends RedisTarget {
  /** Keys of one table's copy, and its level. */
  spaces: { prefix: string; level: Level }[];
  users: TenantRedisUser[];
}
export interface ServingState { tenant: string; namespace: string; secretStore: string; redis: RedisTenant[]; starrocks: StarRocksTenant[]; origin: Origin }

/** The platform's part of one Redis: its own users, `default`, and settings. */
export interface RedisPlatform extends RedisTarget {
  users: (RedisUser & { /** Key of its password in the secret store; absent: it has none, or the administrator's own. */ passwordKey?: string })[];
  settings: Record<string, string>;
  modules: string[];
  source: SourceRef;
}
export interface ServingPlatform {
  secretStore: string; owner: string;
  redis: RedisPlatform[];
  /** Administrative credentials: properties in the Secret, and in the secret store. */
  credentials: { kind: "redis" | "starrocks"; store: string; adminKey: string; properties: Record<string, string>; source: SourceRef }[];
  /** Stores that Jobs reach. */
  egress: { namespace: string; podLabels: Record<string, string>; port: number }[];
}

/** A table and its copy in one store. */
export interface ServedTable { table: Table; served: Served; owner: string }
const servedIn = (tenant: Tenant, store: string): ServedTable[] => sortBy(
  tenant.domains.flatMap((d) => d.products.flatMap((p) => p.tables.flatMap((table) => (table.served ?? []).filter((s) => s.store === store).map((served) => ({ table, served, owner: p.owner.team }))))),
  ({ table }) => `${table.domain}/${table.product}/${table.name}`,
);

/** Key of a principal's password in the secret store; its property is `password`. */
export const redisPasswordKey = (tenant: string, principal: string): string => tenantSecretKey(tenant, "redis", principal);

/** Desired serving of one tenant on one cluster; undefined when nothing of it is served at home there (D3). */
export function servingState({ platform, tenant, cluster }: TenantScope): ServingState | undefined {
  const home = sortBy(Object.values(platform.stores).filter((s) => s.home === cluster), (s) => s.name);
  const redis = home.filter((s): s is RedisStore => s.kind === "redis").flatMap((store) => redisTenant(tenant, store) ?? []);
  const starrocks = home.filter((s): s is StarRocksStore => s.kind === "starrocks").flatMap((store) => starrocksTenant(tenant, store, servedIn(tenant, store.name), PIPELINE) ?? []);
  if (redis.length + starrocks.length === 0) return undefined;
  return { tenant: tenant.id, namespace: tenantNamespace(tenant.id), secretStore: platform.secretStore.name, redis, starrocks, origin: { source: tenant.source, owner: tenant.owner.team } };
}

const target = ({ name, host, port, adminUser, image }: RedisStore): RedisTarget => ({ store: name, host, port, adminUser, image });

function redisTenant(tenant: Tenant, store: RedisStore): RedisTenant | undefined {
  const tables = servedIn(tenant, store.name);
  if (tables.length === 0) return undefined;
  const spaces = tables.map(({ table, served }) => ({ prefix: redisSpace(tenant.id, table.domain, table.product, table.name), level: served.sensitivity.level }));
  const named = (principal: string, rules: string[], source: SourceRef): TenantRedisUser => ({ name: redisUser(tenant.id, principal), principal, rules, origin: { source, owner: tenant.owner.team } });
  return {
    ...target(store), spaces,
    users: [
      named(PIPELINE, writerRules(tenant.id), tenant.source),
      ...sortBy(tenant.consumers.filter((c) => c.access.includes("serving")), (c) => c.name).flatMap((c) => {
        // Without a key space at or below its clearance it gets no user at all: a credential without a use is only a risk.
        const readable = spaces.filter(({ level }) => atMost(level, c.clearance));
        return readable.length === 0 ? [] : [named(c.name, readerRules(readable.map(({ prefix }) => prefix)), c.source)];
      }),
    ],
  };
}

/** The platform's half: undefined on a cluster that is home to no serving store. */
export function servingPlatform({ platform, cluster }: PlatformScope): ServingPlatform | undefined {
  const home = sortBy(Object.values(platform.stores).filter((s) => s.home === cluster), (s) => s.name);
  const stores = home.filter((s): s is RedisStore | StarRocksStore => s.kind === "redis" || s.kind === "starrocks");
  if (stores.length === 0) return undefined;
  return {
    secretStore: platform.secretStore.name, owner: platform.onCall.team,
    redis: stores.filter((s) => s.kind === "redis").map(redisPlatform),
    credentials: stores.map(({ kind, name, adminKey, source }) => ({ kind, store: name, adminKey, properties: { "ca.crt": "ca", password: "password", ...(kind === "starrocks" && { username: "username" }) }, source })),
    egress: stores.map(({ namespace, podLabels, port }) => ({ namespace, podLabels, port })),
  };
}

function redisPlatform(store: RedisStore): RedisPlatform {
  const key = (user: string): string => platformSecretKey("redis", store.name, "logins", user);
  return {
    ...target(store), settings: SETTINGS, modules: [...store.modules].sort(), source: store.source,
    users: [
      { name: store.adminUser, rules: ADMIN_RULES },
      { name: REDIS_AUDITOR, rules: auditorRules(store), passwordKey: key(REDIS_AUDITOR) },
      { name: REDIS_PROBER, rules: PROBER_RULES, passwordKey: key(REDIS_PROBER) },
      { name: "default", rules: DEFAULT_RULES },
    ],
  };
}
