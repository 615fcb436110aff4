import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { compareKeys } from "../../../src/audit/live/order.ts";
import { askedWait, RETRY } from "../../../src/audit/live/retry.ts";
import type { LiveSource } from "../../../src/audit/live/source.ts";
import { suiteCount } from "../../real/provision/budget.ts";
import { CONFIG_MAP, DEPLOYMENT, type FakeCluster, kind, SECRET, startFake, tokenOf } from "../../support/fake-cluster.ts";
import { type Fault, type Faults, type Seen, startFaults } from "../../support/faults.ts";
import { openAt, QUICK, readAll, TOKEN } from "../../support/live.ts";

let fake: FakeCluster;
let faults: Faults;
let source: LiveSource;
const PATH = "/api/v1/configmaps";
/** 1,200 in three pages; `t-a` stands before `t` for the API server. */
const KEYS = ["t-a/", "t/", "u/"].flatMap((namespace) => Array.from({ length: 400 }, (_, i) => `${namespace}m${String(i).padStart(3, "0")}`));
const HALVES = [KEYS.slice(0, 500), KEYS.slice(500, 1000), KEYS.slice(1000)];

beforeAll(async () => {
  fake = await startFake();
  fake.put(CONFIG_MAP, ...KEYS.map((key) => ({ namespace: key.split("/")[0]!, name: key.split("/")[1]!, data: { big: "x".repeat(50) } })));
  fake.put(DEPLOYMENT, { namespace: "t", name: "one", spec: { replicas: 1 } });
  fake.put(SECRET, { namespace: "t", name: "s", data: { password: "aHVudGVyMg==" } });
  faults = await startFaults({ url: fake.url });
});
afterAll(async () => { await source?.close(); await faults.close(); await fake.close(); });
beforeEach(async () => {
  faults.rule = () => undefined;
  await source?.close();
  source = await openAt(faults.url);
  faults.seen.length = 0;
});

/** Only these requests of the list, counted from 0, meet a fault. */
const at = (fault: Fault, ...requests: number[]) => ({ path }: Seen, count: number): Fault | undefined => (path === PATH && requests.includes(count) ? fault : undefined);
const always = (fault: Fault) => ({ path }: Seen): Fault | undefined => (path === PATH ? fault : undefined);
const expired = (token?: number): Fault => ({ status: 410, body: { kind: "Status", code: 410, reason: "Expired", message: "secret words of the server", metadata: token === undefined ? {} : { continue: tokenOf(token) } } });

describe("a list that can be read", () => {
  test("comes in pages of 500, in the server's order, with the kind that the server leaves out", async () => {
    const { keys, pages, objects, reason } = await readAll(source, CONFIG_MAP);
    expect([reason, pages, keys]).toEqual([undefined, 3, KEYS]);
    expect(objects[0]).toEqual({ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "t-a", name: "m000", labels: { name: "m000" } }, data: { big: "x".repeat(50) } });
    expect(faults.seen.map(({ query }) => query.get("limit"))).toEqual(["500", "500", "500"]);
  });
  test("sends nothing but GET, with the token", async () => {
    await readAll(source, CONFIG_MAP);
    expect(faults.seen.every(({ method, headers }) => method === "GET" && headers.authorization === `Bearer ${TOKEN}`)).toBe(true);
  });
  test("of one namespace", async () => {
    expect((await readAll(source, CONFIG_MAP, { namespace: "t" })).keys).toEqual(KEYS.filter((key) => key.startsWith("t/")));
    expect(faults.seen[0]!.path).toBe("/api/v1/namespaces/t/configmaps");
  });
  test("of metadata only keeps the kind's own name", async () => {
    const { objects, keys } = await readAll(source, CONFIG_MAP, { metadataOnly: true });
    expect([keys, objects[7]]).toEqual([KEYS, { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "t-a", name: "m007", labels: { name: "m007" } } }]);
  });
  test("of metadata only, from a server that gives whole objects all the same", async () => {
    const { objects } = await readAll(source, { ...DEPLOYMENT }, { metadataOnly: true });
    expect(objects).toEqual([{ apiVersion: "apps/v1", kind: "Deployment", metadata: { namespace: "t", name: "one", labels: { name: "one" } } }]);
  });
  test("of a server without pages and order is put in order", async () => {
    faults.rule = always({ status: 200, body: { kind: "ConfigMapList", metadata: {}, items: ["b/x", "a/x", "a-b/x"].map((key) => ({ metadata: { namespace: key.split("/")[0], name: "x" } })) } });
    expect((await readAll(source, CONFIG_MAP)).keys).toEqual(["a-b/x", "a/x", "b/x"]);
  });
  test.each([null, undefined, []])("is empty when its items are %j", async (items) => {
    faults.rule = always({ status: 200, body: { kind: "ConfigMapList", metadata: {}, items } });
    expect(await readAll(source, CONFIG_MAP)).toEqual({ keys: [], objects: [], pages: 0 });
  });
});

describe("a fault that passes leaves nothing out and nothing twice", () => {
  test.each<[string, Fault, number[], number]>([
    ["the connection breaks before the answer", "reset", [0, 2], 5],
    ["the answer is cut off", { cut: 4000 }, [1, 3], 5],
    ["the answer is cut off where the end of the connection is its end", { cut: 4000, closing: true }, [1], 4],
    ["the server fails", { status: 500 }, [0, 1], 5],
    ["the server is not ready", { status: 503 }, [1], 4],
    ["too many requests, with a wait", { status: 429, headers: { "Retry-After": "0" } }, [0, 2], 5],
    ["too many requests, without one", { status: 429 }, [0], 4],
    ["the list expires, and the server says how to go on", expired(500), [1], 4],
    ["the list expires, and begins again", expired(), [2], 6],
    ["the list expires twice", expired(), [2, 4], 8],
  ])("%s", async (_, fault, requests, total) => {
    faults.rule = at(fault, ...requests);
    const { keys, reason } = await readAll(source, CONFIG_MAP);
    expect([reason, keys, faults.seen.length]).toEqual([undefined, KEYS, total]);
  });
  test("a list that begins again drops what came before by its key, also when objects have come and gone", async () => {
    const before = fake.objects.get("v1 configmaps")!;
    faults.rule = ({ path }, count) => {
      if (path !== PATH || count !== 1) return undefined;
      // One that was handed out is gone, a new one stands before the place, another behind it.
      fake.objects.set("v1 configmaps", before.filter((one) => one.metadata.name !== "m001"));
      fake.put(CONFIG_MAP, { namespace: "t-a", name: "m001a" }, { namespace: "u", name: "zzz" });
      return expired();
    };
    const { keys, reason } = await readAll(source, CONFIG_MAP).finally(() => fake.objects.set("v1 configmaps", before));
    expect(reason).toBeUndefined();
    expect(keys).toEqual([...KEYS.slice(0, 500), ...KEYS.slice(500).filter((key) => !key.endsWith("/m001")), "u/zzz"]);
  });
  test("Retry-After is waited for", async () => {
    const start = performance.now();
    faults.rule = at({ status: 429, headers: { "Retry-After": "1" } }, 0);
    expect((await readAll(source, CONFIG_MAP)).reason).toBeUndefined();
    expect(performance.now() - start).toBeGreaterThan(900);
  });
  test.each<[string | undefined, number | undefined]>([["7", 7000], ["0", 0], [undefined, undefined], ["", undefined], ["soon", undefined], ["Thu, 01 Jan 1970 00:00:00 GMT", 0]])("Retry-After %j is %s ms", (text, ms) => {
    expect(askedWait({ headers: { "retry-after": text } })).toBe(ms);
  });
  test("any faults that pass, in any order", async () => {
    const passing: Fault[] = ["reset", { cut: 300 }, { cut: 9000, closing: true }, { status: 502 }, { status: 429, headers: { "Retry-After": "0" } }, expired()];
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 0, max: 14 }), fc.constantFrom(...passing)), { maxLength: 3 }), async (plan) => {
      faults.seen.length = 0;
      const faulty = new Map(plan);
      faults.rule = ({ path }, count) => (path === PATH ? faulty.get(count) : undefined);
      const own = await openAt(faults.url, { retry: { ...QUICK.retry!, attempts: 5 } });
      const { keys, reason } = await readAll(own, CONFIG_MAP);
      await own.close();
      expect([reason, keys]).toEqual([undefined, KEYS]);
    }), { numRuns: suiteCount("unit", "lists") });
  });
});

describe("a list that cannot be read whole says why, and never quotes the server", () => {
  test.each<[string, Fault, string[], string]>([
    ["forbidden", { status: 403, body: { message: "secret words" } }, [], "forbidden (403): the account needs get and list on configmaps"],
    ["not served", { status: 404 }, [], "not served (404): configmaps"],
    ["not to be listed", { status: 405 }, [], "configmaps cannot be listed (405)"],
    ["refused", { status: 401 }, [], "the credentials were refused (401): expired, or never valid here"],
    ["not acceptable", { status: 406 }, [], "configmaps is not served as JSON (406)"],
    ["elsewhere", { status: 302, headers: { Location: "https://evil.example/" } }, [], "the server points elsewhere (302), and credentials follow no redirect"],
    ["failing", { status: 500, body: "secret words" }, [], "the server failed (500), in all attempts"],
    ["busy for too long", { status: 429, headers: { "Retry-After": "3600" } }, [], "too many requests (429): the server asked to wait 3600 s"],
    ["busy", { status: 429 }, [], "too many requests (429)"],
    ["broken", "reset", [], "the connection failed: ECONNRESET"],
    ["cut off", { cut: 200 }, [], "the answer was cut off: ECONNRESET"],
    ["cut off without a trace", { cut: 200, closing: true }, [], "the answer is not JSON, or was cut off"],
    ["a login page", { status: 200, headers: { "Content-Type": "text/html; charset=utf-8" }, body: "<html>secret words</html>" }, [], "the answer is not JSON but text/html: is this an API server?"],
    ["no list", { status: 200, body: { kind: "Status", message: "secret words" } }, [], "the answer is no list of configmaps"],
    ["a list of nothing that it could be", { status: 200, body: [1] }, [], "the answer is no JSON object: is this an API server?"],
    ["of objects without a name", { status: 200, body: { kind: "ConfigMapList", items: [{ metadata: {} }] } }, [], "the answer holds an object of configmaps without a name"],
    ["of one object twice", { status: 200, body: { kind: "ConfigMapList", items: ["b", "a", "b"].map((name) => ({ metadata: { name } })) } }, [], "the server gives an object of configmaps twice"],
    ["of pages in no order", { status: 200, body: { kind: "ConfigMapList", metadata: { continue: "x" }, items: ["b", "a"].map((name) => ({ metadata: { name } })) } }, [], "the server gives configmaps in no order, so that its pages cannot be joined"],
    ["that gives the same page again", { status: 200, body: { kind: "ConfigMapList", metadata: { continue: "x" }, items: [{ metadata: { name: "a" } }] } }, ["a"], "the server gives configmaps in no order, so that its pages cannot be joined"],
  ])("%s", async (_, fault, given, reason) => {
    faults.rule = always(fault);
    expect(await readAll(source, CONFIG_MAP)).toMatchObject({ keys: given, reason });
  });
  test.each<[string, Fault, number, string]>([
    ["expiring without end", expired(), 1, "the list expired (410) again and again before its end"],
    ["failing in its last page", { status: 500 }, 2, "the server failed (500), in all attempts"],
    ["forbidden in its second page", { status: 403 }, 1, "forbidden (403): the account needs get and list on configmaps"],
  ])("%s: what came before is kept", async (_, fault, page, reason) => {
    // A list that begins again gets its first page again.
    faults.rule = ({ path, query }, count) => (path === PATH && count >= page && query.has("continue") ? fault : undefined);
    expect(await readAll(source, CONFIG_MAP)).toMatchObject({ keys: HALVES.slice(0, page).flat(), reason });
    expect(faults.seen.length).toBeLessThan(15);
  });
  test("silent: no byte in time", async () => {
    const own = await openAt(faults.url, { timeoutMs: 150 });
    faults.rule = at("hang", 1, 2, 3);
    expect(await readAll(own, CONFIG_MAP)).toMatchObject({ keys: HALVES[0], reason: "no byte for 0.15 s" });
    await own.close();
  });
  test("silent in the middle of an answer", async () => {
    const own = await openAt(faults.url, { timeoutMs: 150 });
    faults.rule = always({ stall: 1000 });
    expect(await readAll(own, CONFIG_MAP)).toMatchObject({ keys: [], reason: "no byte for 0.15 s" });
    await own.close();
  });
  test("a byte now and then: not whole in time", async () => {
    const own = await openAt(faults.url, { timeoutMs: 150 });
    faults.rule = always({ drip: 20 });
    expect(await readAll(own, CONFIG_MAP)).toMatchObject({ keys: [], reason: "the answer was not whole after 0.6 s" });
    await own.close();
  });
  test("stopped by its caller", async () => {
    const stop = new AbortController();
    faults.rule = (seen, count) => { if (seen.path === PATH && count === 1) setTimeout(() => stop.abort(), 20); return at("hang", 1)(seen, count); };
    expect(await readAll(source, CONFIG_MAP, { signal: stop.signal })).toMatchObject({ keys: HALVES[0], reason: "stopped before its end" });
  });
  test("a caller that has seen enough ends the request that runs", async () => {
    faults.rule = at("hang", 1);
    for await (const _ of source.list(CONFIG_MAP)) {
      await expect.poll(() => faults.seen.length).toBe(2);
      break;
    }
    await expect.poll(() => faults.seen[1]!.left).toBe(true);
  });
});

describe("what is never asked for", () => {
  test.each([{}, { metadataOnly: true }, { namespace: "t" }])("Secrets, %j", async (options) => {
    expect(await readAll(source, SECRET, options)).toMatchObject({ keys: [], reason: "Secrets are never read; what makes them (ExternalSecrets and the like) is compared" });
    expect(faults.seen).toEqual([]);
  });
  test("kinds that cannot be listed, and namespaces of kinds that have none", async () => {
    expect((await readAll(source, kind("authentication.k8s.io/v1", "TokenReview", "tokenreviews", { verbs: ["create"] }))).reason).toBe("tokenreviews.authentication.k8s.io cannot be listed");
    expect((await readAll(source, kind("v1", "Namespace", "namespaces", { namespaced: false }), { namespace: "t" })).reason).toBe("namespaces lie in no namespace");
    expect(faults.seen).toEqual([]);
  });
});

describe("large answers", () => {
  const big = (count: number, size: number): string => JSON.stringify({ kind: "ConfigMapList", metadata: {}, items: Array.from({ length: count }, (_, i) => ({ metadata: { name: `m${i}` }, data: { x: "x".repeat(size) } })) });
  test("an object of 20 MB is read", async () => {
    faults.rule = always({ status: 200, body: big(1, 20 * 2 ** 20) });
    const { keys, reason } = await readAll(source, CONFIG_MAP);
    expect([keys, reason]).toEqual([["m0"], undefined]);
  });
  test("a page over 64 MB is asked for again with fewer objects, and one object of that size is unreadable", async () => {
    faults.rule = always({ status: 200, body: big(1, 65 * 2 ** 20) });
    expect(await readAll(source, CONFIG_MAP)).toMatchObject({ keys: [], reason: "an object of configmaps has more than 64 MB" });
    expect(faults.seen.map(({ query }) => query.get("limit"))).toEqual(["500", "62", "7", "1"]);
  });
  test("later pages keep the smaller number", async () => {
    const whole = big(1, 65 * 2 ** 20);
    faults.rule = ({ path, query }) => (path === PATH && query.get("limit") === "500" ? { status: 200, body: whole } : undefined);
    expect((await readAll(source, CONFIG_MAP)).keys).toEqual(KEYS);
    expect(new Set(faults.seen.slice(1).map(({ query }) => query.get("limit")))).toEqual(new Set(["62"]));
  });
});

describe("compressed answers", () => {
  const HEADERS = { "Content-Encoding": "gzip", "Content-Type": "application/json" };
  const zipped = gzipSync(JSON.stringify({ kind: "ConfigMapList", items: ["a", "b"].map((name) => ({ metadata: { name } })) }));
  test("are read", async () => {
    faults.rule = always({ status: 200, headers: HEADERS, body: zipped });
    expect((await readAll(source, CONFIG_MAP)).keys).toEqual(["a", "b"]);
  });
  test.each<[string, Buffer, string]>([
    ["cut off", zipped.subarray(0, -12), "the answer was cut off: Z_BUF_ERROR"],
    ["damaged", Buffer.concat([zipped.subarray(0, 30), Buffer.alloc(8, 0xff), zipped.subarray(38)]), "the answer was cut off: Z_DATA_ERROR"],
    ["small outside and large inside", gzipSync(Buffer.alloc(80 * 2 ** 20)), "an object of configmaps has more than 64 MB"],
  ])("%s", async (_, body, reason) => {
    faults.rule = always({ status: 200, headers: HEADERS, body });
    expect(await readAll(source, CONFIG_MAP)).toMatchObject({ keys: [], reason });
  });
});

test.each([["a", "b"], ["a-b/z", "a/a"], ["a/a", "a0/a"], ["a", "a-"], ["z", "é"], ["\uffee", "\u{1f600}"], ["System", "system"]])("%j stands before %j", (a, b) => {
  expect([Math.sign(compareKeys(a, b)), Math.sign(compareKeys(b, a)), compareKeys(a, a), Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)))]).toEqual([-1, 1, 0, -1]);
});

test("a dead server costs its waits three times, not once a kind", async () => {
  faults.rule = ({ path }) => (path.startsWith("/apis/x/v1/") ? { status: 503 } : undefined);
  const own = await openAt(faults.url, { retry: { ...RETRY, firstMs: 5 } });
  for (let i = 0; i < 10; i++) await readAll(own, kind("x/v1", `K${i}`, `k${i}`));
  await own.close();
  expect(faults.seen.filter(({ path }) => path.startsWith("/apis/x/v1/"))).toHaveLength(3 * RETRY.attempts + 7);
});
