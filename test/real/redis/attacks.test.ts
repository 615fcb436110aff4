/**
 * Rows 26 to 28 of the threat table, and more, with the rendered users on a real Redis: each is denied, and each succeeds when what stops it is taken
 * out of the rendered script. The victim is helvetia-insurance; `northwinds` is a tenant whose name begins like the attacker's.
 */
import { connect } from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openRedis } from "../../../src/layers/serving/redis/connection.ts";
import { RedisError } from "../../../src/layers/serving/redis/resp.ts";
import { absent, password, type Stage, stage } from "./stage.ts";

let one: Stage;
const NORTHWIND = "redis-cache-eu--northwind";
const PLATFORM = "redis-store-cache-eu";
const VICTIM = "helvetia-insurance:policies:policies:policies:7";
beforeAll(async () => { if (!absent) one = await stage(); });
afterAll(() => one?.stop());
beforeEach(async () => {
  if (absent) return;
  for (const [key, value] of [[VICTIM, "premium"], ["northwinds:x:y:z:1", "other"], ["northwind:sales:orders:orders:1", "own"], ["northwind:logistics:tracking:positions:1", "own"]]) await one.server.cli(["SET", key!, value!]);
});

const PASSWORDS: Record<string, string> = {
  "northwind.pipeline": password("northwind/redis/pipeline"), "northwind.reporting": password("northwind/redis/reporting"),
  "bulkhead-auditor": password("platform/redis/cache-eu/logins/bulkhead-auditor"), "bulkhead-prober": password("platform/redis/cache-eu/logins/bulkhead-prober"), "bulkhead-admin": password("platform/cache-eu/admin"),
};
const as = (user: string, ...command: string[]): Promise<string> => one.server.cli(command, { user, password: PASSWORDS[user]! });
const without = (...words: string[]) => (script: string): string => words.reduce((text, w) => { expect(text).toContain(` '${w}'`); return text.replaceAll(` '${w}'`, ""); }, script);
const instead = (...pairs: [string, string][]) => (script: string): string => pairs.reduce((text, [a, b]) => { expect(text).toContain(a); return text.replaceAll(a, b); }, script);

/** One answer on a connection of its own: `denied`, or that it was not. */
async function answer(user: string, command: readonly string[]): Promise<string> {
  const connection = await openRedis(one.access(user, PASSWORDS[user]!));
  try { const [reply] = await connection.ask([command]); return reply instanceof RedisError ? reply.code : JSON.stringify(reply); } finally { connection.close(); }
}
/** What a client in broadcasting mode is told while somebody writes the victim's key. */
async function tracked(user: string): Promise<string> {
  const socket = connect({ host: one.server.host, port: one.server.port, ca: one.server.ca });
  let heard = "";
  const next = (wanted: RegExp): Promise<void> => new Promise((resolve, reject) => {
    const look = (): void => { if (wanted.test(heard)) resolve(); };
    socket.on("data", (chunk: Buffer) => { heard += chunk.toString(); look(); });
    socket.on("error", reject);
  });
  try {
    socket.write(`HELLO 3 AUTH ${user} ${PASSWORDS[user]!}\r\nCLIENT TRACKING ON BCAST\r\n`);
    await next(/NOPERM|\+OK\r\n/);
    if (/NOPERM/.test(heard)) return "NOPERM";
    const told = next(/invalidate/);
    await one.server.cli(["SET", VICTIM, "changed"]);
    await told;
    return heard;
  } finally { socket.destroy(); }
}

type Row = [name: string, attack: () => Promise<string>, succeeds: RegExp, job: string, edit: (script: string) => string];
const P = "northwind.pipeline";
const ROWS: Row[] = [
  ["26: a prefix without its colon reads a tenant whose name begins alike", () => as(P, "GET", "northwinds:x:y:z:1"), /^other$/, NORTHWIND, instead(["'~northwind:*'", "'~northwind*'"])],
  ["26: another tenant's key", () => as(P, "GET", VICTIM), /^premium$/, NORTHWIND, instead(["'~northwind:*'", "'~*'"])],
  ["26: another tenant's key by COPY", () => as(P, "COPY", VICTIM, "northwind:stolen"), /^1$/, NORTHWIND, instead(["'~northwind:*'", "'~*'"])],
  ["26: SCAN lists all tenants' keys", () => as(P, "SCAN", "0", "COUNT", "1000"), /helvetia-insurance:/, NORTHWIND, without("-scan")],
  ["26: RANDOMKEY names a key", () => as(P, "RANDOMKEY"), /:/, NORTHWIND, without("-randomkey")],
  ["26: DBSIZE counts all tenants' keys", () => as(P, "DBSIZE"), /^[0-9]+$/, NORTHWIND, without("-dbsize")],
  ["26: KEYS lists all tenants' keys", () => as(P, "KEYS", "*"), /helvetia-insurance:/, NORTHWIND, without("-keys", "-@dangerous")],
  ["26: FLUSHALL empties everybody's", () => as(P, "FLUSHALL"), /^OK$/, NORTHWIND, without("-@dangerous")],
  ["27: FUNCTION LOAD puts code where others call it", () => as(P, "FUNCTION", "LOAD", "REPLACE", "#!lua name=spy\nredis.register_function('spy', function() return 1 end)"), /^spy$/, NORTHWIND, without("-function", "-@scripting")],
  ["27: FUNCTION FLUSH takes others' code away", () => as(P, "FUNCTION", "FLUSH"), /^OK$/, NORTHWIND, without("-function", "-@scripting")],
  ["27: SCRIPT FLUSH", () => as(P, "SCRIPT", "FLUSH"), /^OK$/, NORTHWIND, instead([" '-script'", ""], ["'-@scripting'", "'+@scripting'"])],
  ["27: EVAL can hold the server for all", () => as(P, "EVAL", "return 'ran'", "0"), /^ran$/, NORTHWIND, instead(["'-@scripting'", "'+@scripting'"])],
  ["28: PSUBSCRIBE to keyspace events", () => answer(P, ["PSUBSCRIBE", "__keyspace@0__:*"]), /psubscribe/, NORTHWIND, instead(["'-@pubsub'", "'+@pubsub'"], ["'&northwind:*'", "'allchannels'"])],
  ["28: PUBLISH on another tenant's channel", () => as(P, "PUBLISH", "helvetia-insurance:x", "y"), /^0$/, NORTHWIND, instead(["'-@pubsub'", "'+@pubsub'"], ["'&northwind:*'", "'allchannels'"])],
  ["28: PUBSUB CHANNELS lists channels", () => answer(P, ["PUBSUB", "CHANNELS"]), /^\[/, NORTHWIND, instead(["'-@pubsub'", "'+@pubsub'"])],
  ["28: CLIENT TRACKING tells every key that is written", () => tracked(P), /helvetia-insurance:policies/, NORTHWIND, instead(["'+client|id'", "'+@connection'"])],
  ["another database", () => as(P, "SELECT", "1"), /^OK$/, NORTHWIND, instead(["'-select'", "'+select'"])],
  ["a consumer reads above its clearance", () => as("northwind.reporting", "GET", "northwind:logistics:tracking:positions:1"), /^own$/, NORTHWIND, instead(["'%R~northwind:sales:orders:orders:*'", "'%R~northwind:*'"])],
  ["a consumer changes what it may read", () => as("northwind.reporting", "SET", "northwind:sales:orders:orders:1", "x"), /^OK$/, NORTHWIND, instead(["'%R~northwind:sales:orders:orders:*'", "'~northwind:*'"], ["'+@read'", "'+@read' '+@write'"])],
  ["nobody has logged in", () => one.server.cli(["GET", VICTIM], { user: "default", password: "" }), /^(changed|premium)$/, PLATFORM, instead(["ACL SETUSER 'default' reset 'off'", "ACL SETUSER 'default' reset 'on' 'nopass'"], ["'-@all' >/dev/null", "'~*' '+@all' >/dev/null"])],
];

describe.skipIf(absent)("attacks", () => {
  test.each(ROWS)("%s", async (_name, attack, succeeds, job, edit) => {
    const denied = await attack();
    expect(denied).toMatch(/NOPERM|NOAUTH|WRONGPASS/);
    expect(denied).not.toMatch(succeeds);
    await one.runJob(job, edit);
    try { expect(await attack()).toMatch(succeeds); } finally { await one.runJob(job); }
    expect(await attack()).toMatch(/NOPERM|NOAUTH|WRONGPASS/);
  });

  test("channels are a wall of their own: with pub/sub allowed, others' are still closed", async () => {
    await one.runJob(NORTHWIND, instead(["'-@pubsub'", "'+@pubsub'"]));
    try {
      expect(await answer(P, ["PSUBSCRIBE", "__keyspace@0__:*"])).toBe("NOPERM");
      expect(await answer(P, ["PSUBSCRIBE", "northwind:*"])).toContain("psubscribe");
    } finally { await one.runJob(NORTHWIND); }
  });
});

describe.skipIf(absent)("the platform's own users fetch nothing of a tenant's", () => {
  const COMMANDS = [
    ["GET", VICTIM], ["DUMP", VICTIM], ["SCAN", "0"], ["RANDOMKEY"], ["DBSIZE"], ["MONITOR"], ["EVAL", "return redis.call('get', KEYS[1])", "1", VICTIM], ["FCALL", "x", "0"], ["PSYNC", "?", "-1"], ["SLOWLOG", "GET"], ["CLIENT", "LIST"],
    ["CLIENT", "TRACKING", "ON", "BCAST"], ["PSUBSCRIBE", "*"], ["ACL", "GETUSER", "northwind.pipeline"], ["ACL", "LOG"], ["MIGRATE", "h", "1", VICTIM, "0", "1"], ["REPLICAOF", "h", "1"], ["FUNCTION", "DUMP"],
  ];
  test.each(["bulkhead-auditor", "bulkhead-prober", "bulkhead-admin"])("%s", async (user) => {
    for (const command of COMMANDS) expect([command.join(" "), await answer(user, command)]).toEqual([command.join(" "), "NOPERM"]);
  });
  test("the auditor and the prober change nothing", async () => {
    for (const user of ["bulkhead-auditor", "bulkhead-prober"]) for (const command of [["SET", "x", "y"], ["ACL", "SETUSER", user, "+@all"], ["ACL", "DELUSER", P], ["ACL", "SAVE"], ["CONFIG", "SET", "protected-mode", "no"], ["FLUSHALL"], ["FUNCTION", "FLUSH"]]) expect([user, command.join(" "), await answer(user, command)]).toEqual([user, command.join(" "), "NOPERM"]);
  });
  test("hashes of passwords, which ACL LIST shows, are in no reading", async () => {
    const HASH = /[0-9a-f]{64}/;
    expect(await as("bulkhead-auditor", "ACL", "LIST")).toMatch(HASH);
    expect(JSON.stringify((await one.audit()).reading)).not.toMatch(HASH);
  });
});
