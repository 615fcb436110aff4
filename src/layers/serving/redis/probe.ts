/** Effects, as the server itself judges them (D37): ACL DRYRUN runs nothing. */
import { redisPrefix } from "../../../model/names.ts";
import { type ItemCoverage, type ProbeFailure, type StoreAccess, StoreUnreadable } from "../../../model/plane.ts";
import { openRedis } from "./connection.ts";
import type { RedisState } from "./desired.ts";
import { RedisError } from "./resp.ts";

/** What no user of a tenant may do. Keys and channels are of `other`, another tenant. */
const forbidden = (other: string): readonly (readonly string[])[] => [
  ["GET", `${other}probe`], ["SET", `${other}probe`, "x"], ["HGETALL", `${other}probe`], ["DEL", `${other}probe`], ["COPY", `${other}probe`, `${other}copy`], ["PUBLISH", `${other}probe`, "x"], ["PSUBSCRIBE", "__keyspace@0__:*"],
  ["SCAN", "0"], ["KEYS", "*"], ["RANDOMKEY"], ["DBSIZE"], ["FLUSHALL"], ["FUNCTION", "FLUSH"], ["FUNCTION", "LOAD", "x"], ["SCRIPT", "FLUSH"], ["EVAL", "return 1", "0"],
  ["SELECT", "1"], ["MONITOR"], ["CLIENT", "LIST"], ["CLIENT", "TRACKING", "ON", "BCAST"], ["CONFIG", "GET", "x"], ["ACL", "LIST"], ["PUBSUB", "CHANNELS"],
];

/** Asks of each declared user of a tenant what it may do to another tenant, in one round. */
export async function probeRedis(access: StoreAccess, state: RedisState): Promise<{ failures: ProbeFailure[]; coverage: ItemCoverage[] }> {
  const connection = await openRedis(access);
  try {
    const users = state.users.filter(({ tenant }) => tenant !== undefined);
    const asked = users.flatMap((user) => forbidden(redisPrefix(state.tenants.find((id) => id !== user.tenant) ?? "another-tenant")).map((command) => ({ user, command })));
    const replies = await connection.ask(asked.map(({ user, command }) => ["ACL", "DRYRUN", user.name, ...command]));
    const failures: ProbeFailure[] = [];
    const silent = new Set<string>();
    replies.forEach((reply, i) => {
      const { user, command } = asked[i]!;
      if (reply instanceof RedisError) silent.add(reply.code === "NOPERM" ? "the prober may not ask" : "the server does not judge some user");
      else if (reply === "OK") failures.push({ kind: "user", name: user.name, ...(user.tenant !== undefined && { tenant: user.tenant }), note: `${command.join(" ")} is allowed` });
    });
    const reason = [...silent].sort().join("; ");
    return { failures, coverage: [{ what: "effect", state: silent.size > 0 ? "unknown" : "read", objects: asked.length, ...(silent.size > 0 && { reason }) }] };
  } catch (error) {
    if (!(error instanceof StoreUnreadable)) throw error;
    return { failures: [], coverage: [{ what: "effect", state: "unknown", objects: 0, reason: error.message }] };
  } finally { connection.close(); }
}
