/** What cannot be read is unknown, never clean; nothing of a server's words is shown. */
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redisAudit } from "../../../src/layers/serving/plane.ts";
import type { RedisState } from "../../../src/layers/serving/redis/desired.ts";
import { Parser } from "../../../src/layers/serving/redis/resp.ts";
import { StoreUnreadable } from "../../../src/model/plane.ts";
import { startRedis } from "../provision/redis.ts";
import { absent, password, type Stage, stage } from "./stage.ts";

let one: Stage;
const servers: Server[] = [];
beforeAll(async () => { if (!absent) one = await stage(); });
afterAll(async () => { await one?.stop(); for (const server of servers) server.close(); });

/** A server on a port of its own that does with each connection what it is told. */
async function listen(on: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => { socket.on("error", () => undefined); on(socket); });
  servers.push(server);
  await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  return `127.0.0.1:${(server.address() as { port: number }).port}`;
}
const reason = async (access: Parameters<typeof redisAudit.read>[0]): Promise<string> => redisAudit.read(access, one.store.state).then(() => "read", (error: unknown) => { expect(error).toBeInstanceOf(StoreUnreadable); return (error as Error).message; });

describe.skipIf(absent)("a store that says nothing", () => {
  test("wrong password", async () => expect(await reason(one.access("bulkhead-auditor", "wrong"))).toBe("it refuses the auditor's credentials"));
  test("no such user", async () => expect(await reason(one.access("nobody", "x"))).toBe("it refuses the auditor's credentials"));
  test("no password, with default off", async () => { const { password: _none, ...access } = one.access(); expect(await reason(access)).toBe("it refuses the auditor's credentials"); });
  test("nobody listens", async () => { const endpoint = await listen(() => undefined); servers.at(-1)!.close(); expect(await reason({ ...one.access(), endpoint })).toBe("nothing answers at its address"); });
  test("a certificate of another authority", async () => {
    const other = await startRedis();
    try { expect(await reason({ ...one.access(), ca: other.ca })).toBe("its certificate is not trusted"); } finally { await other.stop(); }
  });
  test("a certificate for another name", async () => expect(await reason({ ...one.access(), endpoint: one.store.endpoint.replace("127.0.0.1", "127.0.0.2") })).toMatch(/not trusted|nothing answers/));
  test("no TLS there", async () => expect(await reason({ ...one.access(), endpoint: await listen((s) => { s.once("data", () => s.end("HTTP/1.1 400 Bad Request\r\n\r\n")); }) })).toMatch(/does not speak TLS|cut off/));
  test("silence", async () => expect(await reason({ ...one.access(), plain: true, timeoutMs: 200, endpoint: await listen(() => undefined) })).toBe("no answer within 0.2 s"));
  test("given up", async () => expect(await reason({ ...one.access(), signal: AbortSignal.abort() })).toBe("the audit was given up"));
  test("given up while it waits", async () => {
    const control = new AbortController();
    const endpoint = await listen(() => control.abort());
    expect(await reason({ ...one.access(), plain: true, endpoint, signal: control.signal })).toBe("the audit was given up");
  });
  test("no place", async () => expect(await reason({ ...one.access(), endpoint: "not a place" })).toBe("its endpoint is no host:port"));
  test.each([
    ["HTTP", "HTTP/1.1 200 OK\r\nsecret: hunter2\r\n\r\n"], ["a length that is none", "$abc\r\n"], ["a length beyond all", "$99999999999\r\n"], ["too deep", "*1\r\n".repeat(20)], ["a greeting of another kind", "+OK\r\n+OK\r\n"],
    ["an error that holds words", "-ERR hunter2 \u001b[31m\r\n-ERR hunter2\r\n"],
  ])("hostile bytes: %s", async (_name, bytes) => {
    const endpoint = await listen((s) => { s.once("data", () => s.write(bytes)); });
    const said = await reason({ ...one.access(), plain: true, timeoutMs: 2_000, endpoint });
    expect(said).toMatch(/^(what answers is no Redis|it does not let the auditor in)/);
    expect(said).not.toContain("hunter2");
  });
});

describe("a server that does not say all", () => {
  const state: RedisState = { settings: {}, modules: [], tenants: [], users: [{ name: "acme.pipeline", rules: ["on"], password: true, tenant: "acme", place: { file: "f" } }] };
  const list = (items: readonly string[]): string => `*${items.length}\r\n${items.map((item) => `$${Buffer.byteLength(item)}\r\n${item}\r\n`).join("")}`;
  const good: Record<string, string> = { "AUTH": "+OK\r\n", "HELLO": list(["version", "7.0.15"]), "ACL CAT": list(["read"]), "ACL CAT read": list(["get"]), "ACL LIST": list(["user default off", "user bulkhead-auditor on #"]), "CONFIG GET": list([]), "MODULE LIST": "*0\r\n", "FUNCTION LIST": "*0\r\n" };
  const unknown = async (answers: Record<string, string>): Promise<string[]> => {
    const all = { ...good, ...answers };
    const endpoint = await listen((socket) => {
      const parser = new Parser();
      socket.on("data", (chunk) => { for (const reply of parser.push(chunk)) { const words = reply as string[]; socket.write(all[words.slice(0, 3).join(" ")] ?? all[words.slice(0, 2).join(" ")] ?? all[words[0]!]!); } });
    });
    const reading = await redisAudit.read({ store: "s", endpoint, plain: true, user: "bulkhead-auditor", password: "x", timeoutMs: 5_000 }, state);
    return reading.coverage.filter((c) => c.state !== "read").map((c) => `${c.what}: ${c.reason}`);
  };
  test("one that says all is believed", async () => expect(await unknown({})).toEqual([]));
  test.each([
    ["users without default", { "ACL LIST": list(["user bulkhead-auditor on #"]) }, "user: the list of users lacks one that must be in it"], ["users without whoever asks", { "ACL LIST": list(["user default off"]) }, "user: the list of users lacks one that must be in it"],
    ["no users", { "ACL LIST": "*0\r\n" }, "user: the list of users lacks one that must be in it"], ["lines that are none", { "ACL LIST": list(["hunter2"]) }, "user: the server's list of users is none"], ["numbers", { "ACL LIST": "*1\r\n:1\r\n" }, "user: the server's list of users is none"],
    ["an error", { "ACL LIST": "-ERR hunter2\r\n" }, "user: the server does not list users"], ["a category that is none", { "ACL CAT read": "+hunter2\r\n" }, "user: the server does not list categories of commands"],
    ["a module without a name", { "MODULE LIST": "*1\r\n*1\r\n$3\r\nver\r\n" }, "module: the server's list of modules is none"], ["a library that is none", { "FUNCTION LIST": "*1\r\n:1\r\n" }, "library: the server's list of libraries of functions is none"],
  ])("%s", async (_name, answers, expected) => expect(await unknown(answers)).toEqual([expected]));
});

describe.skipIf(absent)("a server that goes away", () => {
  test("cut off after any number of bytes, nothing is clean and nothing is missing", async () => {
    const seen = new Set<string>();
    let total = 0;
    // Through TLS the bytes cannot be cut where one likes, but their number can.
    const through = (limit: number): Promise<string> => listen((client) => {
      const upstream = connect(one.server.port, one.server.host);
      let left = limit;
      upstream.on("error", () => client.destroy());
      client.on("data", (d) => upstream.write(d)); client.on("close", () => upstream.destroy());
      upstream.on("data", (d) => { total += limit === Number.POSITIVE_INFINITY ? d.length : 0; if (d.length >= left) { client.end(d.subarray(0, left)); upstream.destroy(); } else { left -= d.length; client.write(d); } });
    });
    await redisAudit.read({ ...one.access(), endpoint: await through(Number.POSITIVE_INFINITY) }, one.store.state);
    const cuts = [...Array.from({ length: 24 }, (_, i) => Math.floor((total * i) / 25)), total - 200, total - 60];
    for (const cut of cuts) {
      const access = { ...one.access(), endpoint: await through(Math.max(1, cut)) };
      try {
        const { differences, unknown, reading } = await one.audit(access);
        expect(unknown.length).toBeGreaterThan(0);
        for (const what of unknown) seen.add(what.split(":")[0]!);
        expect(differences.filter(({ status, name }) => status === "missing" || name !== "root")).toEqual([]);
        expect(reading.coverage.map(({ what }) => what)).toEqual(["user", "setting", "module", "library"]);
      } catch (error) { expect(error).toBeInstanceOf(StoreUnreadable); seen.add("all"); }
    }
    expect([...seen].sort()).toEqual(["all", "library", "module", "setting", "user"]);
  });

  test.each([
    ["acl|list", "user: the auditor may not list users"], ["acl|cat", "user: the auditor may not list categories of commands"], ["config|get", "setting: the auditor may not list settings"],
    ["module|list", "module: the auditor may not list modules"], ["function|list", "library: the auditor may not list libraries of functions"],
  ])("an auditor without %s does not know", async (command, reasonGiven) => {
    await one.server.cli(["ACL", "SETUSER", "bulkhead-auditor", `-${command}`]);
    try {
      const { unknown, differences } = await one.audit();
      expect(unknown[0]).toBe(reasonGiven);
      expect(differences.filter(({ status }) => status === "missing")).toEqual([]);
    } finally { await one.runJob("redis-store-cache-eu"); }
  });
});

describe.skipIf(absent)("probes", () => {
  const prober = () => one.access("bulkhead-prober", password("platform/redis/cache-eu/logins/bulkhead-prober"));
  test("the rendered users may do nothing that they must not", async () => {
    const { failures, coverage } = await redisAudit.probe!(prober(), one.store.state);
    expect(failures).toEqual([]);
    expect(coverage).toMatchObject([{ what: "effect", state: "read" }]);
    expect(coverage[0]!.objects).toBeGreaterThan(100);
  });
  test("what somebody may do is said, and nothing of it happens", async () => {
    await one.server.cli(["ACL", "SETUSER", "northwind.pipeline", "+scan", "+flushall", "~*"]);
    await one.server.cli(["SET", "kept", "1"]);
    const { failures } = await redisAudit.probe!(prober(), one.store.state);
    expect(failures.map(({ note }) => note)).toEqual(["GET", "SET", "HGETALL", "DEL"].map((c) => expect.stringMatching(new RegExp(`^${c} helvetia-insurance:probe.* is allowed$`))).concat([expect.stringMatching(/^COPY/), "SCAN 0 is allowed", "FLUSHALL is allowed"]));
    expect(await one.server.cli(["GET", "kept"])).toBe("1");
    await one.runJob("redis-cache-eu--northwind");
  });
  test("the auditor may not probe: unknown", async () => {
    expect((await redisAudit.probe!(one.access(), one.store.state)).coverage).toMatchObject([{ state: "unknown", reason: "the prober may not ask" }]);
  });
});
