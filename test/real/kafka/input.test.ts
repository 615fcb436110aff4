/** Brokers that cannot be reached, do not answer, or do not let the auditor see: never clean, and in our own words. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { compareItems } from "../../../src/compare/items.ts";
import { kafkaAudit } from "../../../src/layers/events/plane.ts";
import { type Reading, type StoreAccess, StoreUnreadable } from "../../../src/model/plane.ts";
import { platform, tenant } from "../../layers/events/fixture.ts";
import type { AclBinding } from "../apply/broker.ts";
import { freePorts } from "../provision/index.ts";
import { API, startProxy } from "./proxy.ts";
import { rendered, Stage } from "./stage.ts";

const tenants = ["acme", "globex"].map((id) => { const one = tenant(id, [{ id: "sales", level: "internal" }]); for (const { topic } of one.domains) topic!.replicas = 1; return one; });
const AUDITOR = "User:bulkhead.audit.stream-eu";
/** Kinds in the order in which they are read, with the request that begins each. */
const ORDER = [["acl", API.acls], ["user", API.users], ["quota", API.quotas], ["topic", API.metadata], ["topic", API.configs]] as const;

describe.skipIf(inject("kafka") === null)("on Apache Kafka", () => {
  let stage: Stage;
  const ends: (() => unknown)[] = [];
  beforeAll(async () => { stage = await Stage.start(); await stage.hold(rendered(platform(), tenants)); expect(await stage.settled()).toEqual([]); });
  afterEach(async () => { for (const end of ends.splice(0)) await end(); });
  afterAll(() => stage?.stop());

  const unknownOf = (reading: Reading): Record<string, string> => Object.fromEntries(reading.coverage.filter(({ state }) => state === "unknown").map(({ what, reason }) => [what, reason!]));
  /** What would be called missing or clean. */
  const differencesOf = (reading: Reading) => compareItems(kafkaAudit.items(stage.store.state, reading).items, reading.items, reading.coverage);
  const reason = async (more: Partial<StoreAccess>): Promise<string> => {
    const error = await stage.read(more).then(() => undefined, (caught: unknown) => caught);
    expect(error).toBeInstanceOf(StoreUnreadable);
    return (error as Error).message;
  };
  async function listening(server: Server): Promise<string> {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ends.push(() => server.close());
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  describe("it cannot be read", () => {
    test.each<[string, Partial<StoreAccess>, string]>([
      ["wrong password", { password: "wrong" }, "it refused the auditor's user or password"],
      ["unknown user", { user: "tenant.acme.nobody" }, "it refused the auditor's user or password"],
      ["hostile user", { user: "a,b=c\u001b[2J" }, "it refused the auditor's user or password"],
      ["no user", { user: undefined }, "no user and password to read it with"],
      ["no password", { password: undefined }, "no user and password to read it with"],
      ["no port", { endpoint: "127.0.0.1" }, "its endpoint is not host:port"],
      ["nonsense", { endpoint: "::::" }, "its endpoint is not host:port"],
      ["a name without an address", { endpoint: "nowhere.invalid:9092" }, "its name has no address"],
    ])("%s", async (_name, more, expected) => expect(await reason(more)).toBe(expected));

    test("nothing listens", async () => expect(await reason({ endpoint: `127.0.0.1:${(await freePorts(1))[0]}` })).toBe("nothing listens there"));
    test("a listener that says nothing", async () => {
      const begun = Date.now();
      expect(await reason({ endpoint: await listening(createServer(() => undefined)), timeoutMs: 1000 })).toBe("no answer within 1 s");
      expect(Date.now() - begun).toBeLessThan(5000);
    });
    test("a listener that hangs up", async () => expect(await reason({ endpoint: await listening(createServer((socket) => socket.end())) })).toBe("it ended the connection before it answered"));
    test("another protocol", async () => expect(await reason({ endpoint: await listening(createServer((socket) => socket.on("error", () => undefined).end("HTTP/1.1 400 Bad Request\r\n\r\n"))), timeoutMs: 1000 })).toMatch(/^(it ended the connection before it answered|no answer within 1 s)$/));
    test("TLS is asked for where there is none", async () => expect(await reason({ plain: false, timeoutMs: 2000 })).toMatch(/^(one side speaks TLS and the other does not|it ended the connection before it answered|no answer within 2 s)$/));
    test("a broker that hangs", async () => {
      stage.server.freeze();
      ends.push(() => stage.server.thaw());
      expect(await reason({ timeoutMs: 1000 })).toBe("no answer within 1 s");
    });
    test("a certificate that nobody vouches for, and TLS where none is asked for", async () => {
      const folder = mkdtempSync(join(tmpdir(), "bulkhead-tls-"));
      ends.push(() => rmSync(folder, { recursive: true }));
      execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key", "-out", "cert", "-subj", "/CN=elsewhere", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"], { cwd: folder, stdio: "ignore" });
      const [key, cert] = [readFileSync(join(folder, "key"), "utf8"), readFileSync(join(folder, "cert"), "utf8")];
      const endpoint = await listening(createTlsServer({ key, cert }, (socket) => socket.on("error", () => undefined).end()).on("tlsClientError", () => undefined));
      expect(await reason({ endpoint, plain: false })).toBe("its certificate is not trusted");
      expect(await reason({ endpoint, plain: false, ca: cert })).toBe("it ended the connection before it answered");
      expect(await reason({ endpoint: endpoint.replace("127.0.0.1", "localhost"), plain: false, ca: cert })).toBe("its certificate is not trusted");
      expect(await reason({ endpoint, plain: true })).toMatch(/one side speaks TLS|ended the connection/);
    });
    test("a server that takes every login, and does not know the password", async () => {
      const proxy = await startProxy(stage.server.data.endpoint, API.login, "forge");
      ends.push(() => proxy.close());
      expect(await reason({ endpoint: proxy.endpoint })).toBe("it could not prove that it knows the auditor's password, so it may be another server");
    });
    test.each(["cut", "half"] as const)("a login that is %s", async (fault) => {
      const proxy = await startProxy(stage.server.data.endpoint, API.login, fault);
      ends.push(() => proxy.close());
      expect(await reason({ endpoint: proxy.endpoint })).toBe("it ended the connection before it answered");
    });
    test("a stopped audit", async () => {
      const controller = new AbortController();
      controller.abort();
      expect(await reason({ signal: controller.signal })).toBe("the audit was stopped before it answered");
    });
  });

  describe("it dies while it is read: that kind and all after it are unknown, those before stand", () => {
    describe.each(ORDER)("at %s, request %i", (kind, request) => {
      test.each([["cut", /ended the connection/], ["half", /ended the connection/], ["hang", /no answer within 1 s/]] as const)("%s", async (fault, words) => {
        const proxy = await startProxy(stage.server.data.endpoint, request, fault);
        ends.push(() => proxy.close());
        const reading = await stage.read({ endpoint: proxy.endpoint, timeoutMs: 1000 });
        const kinds = [...new Set(ORDER.map(([one]) => one))];
        const unknown = unknownOf(reading);
        expect(Object.keys(unknown)).toEqual(kinds.slice(kinds.indexOf(kind)));
        expect(unknown[kind]).toMatch(words);
        expect(differencesOf(reading)).toEqual([]);
        await expect.poll(() => proxy.open()).toBe(0);
      });
    });
    test("stopped while it waits", async () => {
      const proxy = await startProxy(stage.server.data.endpoint, API.quotas, "hang");
      ends.push(() => proxy.close());
      const controller = new AbortController();
      const reading = stage.read({ endpoint: proxy.endpoint, signal: controller.signal });
      await expect.poll(() => proxy.seen.includes(API.quotas)).toBe(true);
      const begun = Date.now();
      controller.abort();
      expect(unknownOf(await reading)).toMatchObject({ quota: "the audit was stopped before it answered" });
      expect(Date.now() - begun).toBeLessThan(5000);
      await expect.poll(() => proxy.open()).toBe(0);
    });
  });

  describe("the auditor has not every right: what it cannot see is unknown, and nothing is missing", () => {
    const rule = (resource: string, name: string, operation: string, more: Partial<AclBinding> = {}): AclBinding => ({ principal: AUDITOR, resource, name, operation, ...more });
    const hidden = "may not see every topic";
    test.each<[string, { without?: AclBinding; with?: AclBinding }, Record<string, string>]>([
      ["Describe on the cluster", { without: rule("cluster", "kafka-cluster", "Describe") }, { acl: "has not the right to ask", user: "has not the right to ask", topic: "rules could not be read" }],
      ["DescribeConfigs on the cluster", { without: rule("cluster", "kafka-cluster", "DescribeConfigs") }, { quota: "has not the right to ask" }],
      ["Describe on topics", { without: rule("topic", "*", "Describe") }, { topic: hidden }],
      ["DescribeConfigs on topics", { without: rule("topic", "*", "DescribeConfigs") }, { topic: "settings of every topic" }],
      ["more than one tenant's topics", { without: rule("topic", "*", "Describe"), with: rule("topic", "tenant.acme.", "Describe", { pattern: "prefixed" }) }, { topic: hidden }],
      ["the platform's topics", { without: rule("topic", "*", "Describe"), with: rule("topic", "tenant.", "Describe", { pattern: "prefixed" }) }, { topic: hidden }],
      ["one topic, which is denied", { with: rule("topic", "tenant.acme.sales", "Describe", { allow: false }) }, { topic: "a rule denies the auditor topics" }],
      ["one topic, of which all is denied to everybody", { with: rule("topic", "tenant.acme.sales", "All", { allow: false, principal: "User:*" }) }, { topic: "a rule denies the auditor topics" }],
      ["the settings of one topic, which are denied", { with: rule("topic", "tenant.acme.sales", "DescribeConfigs", { allow: false }) }, { topic: "settings of every topic" }],
    ])("not %s", async (_name, change, expected) => {
      try {
        if (change.without) await stage.admin.deleteAcls(change.without);
        if (change.with) await stage.admin.createAcls(change.with);
        await expect.poll(async () => Object.keys(unknownOf(await stage.read())), { timeout: 10_000 }).toEqual(Object.keys(expected));
        const reading = await stage.read();
        for (const [kind, words] of Object.entries(expected)) expect(unknownOf(reading)[kind]).toContain(words);
        expect(differencesOf(reading).filter(({ status }) => status === "missing")).toEqual([]);
      } finally {
        if (change.with) await stage.admin.deleteAcls(change.with);
        await stage.apply();
        expect(await stage.settled()).toEqual([]);
      }
    });
    test("a superuser sees everything", async () => {
      const reading = await stage.read({ user: stage.server.data.user, password: stage.server.data.password });
      expect([unknownOf(reading), differencesOf(reading)]).toEqual([{}, []]);
    });
  });

  test("hostile names live, are found, and stay what they are", async () => {
    const names = ["tenant.acme.'; DROP", "tenant.acme.\u001b[2J", "tenant.acme.\u202egnp", 'tenant.acme."a,b"'];
    await stage.admin.createAcls(...names.map((name) => ({ principal: "User:m\n'\"", resource: "group", name, operation: "Read" })));
    expect((await stage.settled((all) => all.length === names.length)).map(({ namespace, name }) => [namespace, name]).sort()).toEqual(names.map((name) => ["User:m\n'\"", `group literal ${name}`]).sort());
    await stage.admin.deleteAclsOf("User:m\n'\"");
    expect(await stage.settled()).toEqual([]);
  });

  test("nothing secret is in a reading", async () => {
    const text = JSON.stringify(await stage.read());
    expect(text).not.toMatch(/salt|password|iterations|stored|server_key/i);
    expect(text).not.toContain(stage.access().password);
  });

  test("a reading only asks: of the requests there are, seven kinds, and each but settings once", async () => {
    const proxy = await startProxy(stage.server.data.endpoint, -1, "cut");
    ends.push(() => proxy.close());
    await stage.read({ endpoint: proxy.endpoint });
    // ApiVersions twice and the login; then rules, users, quotas, two names that cannot be, all topics, settings.
    expect(proxy.seen).toEqual([18, 17, 36, 36, 18, API.acls, API.users, API.quotas, API.metadata, API.metadata, API.metadata, API.configs]);
  });

  describe("probes", () => {
    test("nobody is let through: no failure", async () => expect(await kafkaAudit.probe!(stage.access(), stage.store.state)).toEqual({ failures: [], coverage: [{ what: "read-probe", state: "read", objects: 2 }] }));
    test("whoever may read everything is found", async () => {
      const { failures } = await kafkaAudit.probe!(stage.access({ user: stage.server.data.user, password: stage.server.data.password }), stage.store.state);
      expect(failures.map(({ kind, name, tenant: of }) => [kind, name, of])).toEqual([["topic", "tenant.acme.sales", "acme"], ["topic", "tenant.globex.sales", "globex"]]);
    });
  });
});
