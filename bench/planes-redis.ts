/** Reading a Redis with many users: the audit's requests do not grow with them. */
import { compareItems } from "../src/compare/items.ts";
import { redisAudit } from "../src/layers/serving/plane.ts";
import type { RedisState } from "../src/layers/serving/redis/desired.ts";
import { encode } from "../src/layers/serving/redis/resp.ts";
import { writerRules } from "../src/layers/serving/redis/rules.ts";
import { connect } from "node:tls";
import { type RedisServer, startRedis } from "../test/real/provision/redis.ts";
import type { PlaneRow } from "./row.ts";

const USERS = [1_000, 10_000] as const;
const AUDITOR = "bulkhead-auditor";
const PASSWORD = "bench-only";

/**
 * The Jobs end with ACL SAVE, and so does the preparation: Redis 7.0 works out each user's text once after it was set, 1 to 4 ms a user in which it
 * answers nobody, and remembers it. Seconds are from connecting to the last difference.
 */
export async function benchRedis(say: (line: string) => void): Promise<PlaneRow[]> {
  const rows: PlaneRow[] = [];
  for (const count of USERS) {
    const server = await startRedis({ users: [`user ${AUDITOR} on >${PASSWORD} -@all +ping +acl|list +acl|cat +config|get +module|list +function|list`] });
    try {
      const names = Array.from({ length: count }, (_, i) => `tenant-${i}`);
      await send(server, names.map((tenant) => ["ACL", "SETUSER", `${tenant}.pipeline`, "reset", `>${tenant}`, ...writerRules(tenant)]).concat([["ACL", "SAVE"]]));
      const state: RedisState = { settings: {}, modules: [], tenants: names, users: names.map((tenant) => ({ name: `${tenant}.pipeline`, rules: writerRules(tenant), password: true, tenant, place: { file: "bench" } })) };
      const started = performance.now();
      const reading = await redisAudit.read({ store: "bench", endpoint: `${server.host}:${server.port}`, user: AUDITOR, password: PASSWORD, ca: server.ca, timeoutMs: 60_000 }, state);
      const { items } = redisAudit.items(state, reading);
      const differences = compareItems(items, reading.items, reading.coverage).filter(({ kind, tenant }) => kind === "user" && tenant !== undefined).length;
      const seconds = (performance.now() - started) / 1000;
      say(`redis, ${count} users: ${seconds.toFixed(2)} s, ${differences} differences`);
      if (differences > 0) throw new Error(`${differences} differences where there are none`);
      rows.push({ what: `${count} users`, seconds, note: "each set and saved before, as the Jobs do" });
    } finally { await server.stop(); }
  }
  return rows;
}

/** Sends many commands at once and waits for as many answers. */
function send(server: RedisServer, commands: readonly (readonly string[])[]): Promise<void> {
  const socket = connect({ host: server.host, port: server.port, ca: server.ca });
  return new Promise<void>((resolve, reject) => {
    let left = commands.length + 1;
    socket.on("data", (chunk: Buffer) => {
      const text = chunk.toString();
      if (text.includes("-ERR")) reject(new Error(text.slice(0, 200)));
      left -= text.split("+OK\r\n").length - 1;
      if (left === 0) resolve();
    });
    socket.on("error", reject);
    socket.write([["AUTH", "root", server.rootPassword], ...commands].map(encode).join(""));
  }).finally(() => socket.destroy());
}
