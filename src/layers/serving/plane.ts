import type { PlaneAudit } from "../../model/plane.ts";
import { desiredRedis, type RedisState, wants } from "./redis/desired.ts";
import { itemsOf } from "./redis/items.ts";
import { probeRedis } from "./redis/probe.ts";
import { readRedis } from "./redis/read.ts";
import { impactOf, revertOf } from "./redis/revert.ts";

/** Users, settings, modules and libraries of a Redis. See docs/planes/redis.md. */
export const redisAudit: PlaneAudit<RedisState> = { plane: "redis", wants, desired: desiredRedis, items: itemsOf, read: readRedis, probe: probeRedis, impact: impactOf, revert: revertOf };
