/** Servers and networks on bad days, credentials that are none, and names that mean harm. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { s3Audit } from "../../../src/layers/storage/plane.ts";
import { StoreUnreadable } from "../../../src/model/plane.ts";
import { type Faults, startFaults } from "../../support/faults.ts";
import { done } from "../apply/s3.ts";
import { freePorts } from "../provision/index.ts";
import { BUCKET, OWNER, TENANT } from "./mutations.ts";
import { type Stage, auditAs } from "./stage.ts";

const AUDITOR = "bulkhead.audit.lake-eu";

export function failureSuite(stage: () => Stage): void {
  const keys = () => stage().keys.get(AUDITOR)!;
  const read = (endpoint: string, more: object = {}) => s3Audit.read({ store: "lake-eu", endpoint, user: keys().accessKey, password: keys().secretKey, plain: true, timeoutMs: 10_000, ...more }, stage().store.state);
  const unreadable = async (reading: Promise<unknown>, reason: RegExp): Promise<void> => {
    const error = await reading.then(() => undefined, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreUnreadable);
    expect((error as Error).message).toMatch(reason);
    expect((error as Error).message).not.toMatch(/tx0000|RequestId|HostId/);
  };

  describe("a store that says nothing", () => {
    test.each<[string, () => object, RegExp]>([
      ["an access key of nobody", () => ({ user: "nobody" }), /does not know the auditor's access key/],
      ["a wrong secret key", () => ({ password: "wrong" }), /refuses the auditor's secret key/],
      ["no keys", () => ({ user: undefined, password: undefined }), /no access key/],
      ["a user without the capability", () => ({ user: "stranger", password: "stranger" }), /lacks the capability buckets=read/],
      ["an endpoint without TLS, nobody having said so", () => ({ plain: false }), /without TLS/],
      ["an endpoint that is no URL", () => ({ endpoint: "http://[" }), /no URL/],
      ["a TLS endpoint that speaks none", () => ({ endpoint: stage().ceph.endpoint.replace("http:", "https:") }), /connection failed|not trusted/],
      ["stopped before it began", () => ({ signal: AbortSignal.abort() }), /stopped/],
    ])("%s", (_name, more, reason) => unreadable(read(stage().ceph.endpoint, more()), reason));

    test("a port where nobody listens", async () => unreadable(read(`http://127.0.0.1:${(await freePorts(1))[0]}`), /connection failed \(ECONNREFUSED\)/));

    test("a suspended auditor", async () => {
      await stage().ceph.admin(["user", "suspend", `--uid=${AUDITOR}`]);
      await unreadable(read(stage().ceph.endpoint), /suspended/);
      await stage().ceph.admin(["user", "enable", `--uid=${AUDITOR}`]);
      await expect(read(stage().ceph.endpoint)).resolves.toBeDefined();
    });

    test("another region's name, a path of the endpoint and a host:port are no matter", async () => {
      const { items } = await read(stage().ceph.endpoint.replace("http://", ""));
      expect(items.length).toBeGreaterThan(0);
    });
  });

  describe("a network on a bad day", () => {
    let faults: Faults;
    beforeAll(async () => { faults = await startFaults({ url: stage().ceph.endpoint, keepHost: true }); });
    afterEach(() => { faults.rule = () => undefined; });
    afterAll(() => faults.close());
    const audit = (timeoutMs = 10_000) => auditAs(stage().store, faults.url, keys(), timeoutMs);
    const list = ({ path, query }: { path: string; query: URLSearchParams }): boolean => path === "/admin/bucket" && query.has("stats");

    test.each<[string, (typeof faults.rule) extends (...args: never[]) => infer R ? R : never, RegExp]>([
      ["breaks before an answer", "reset", /connection failed/], ["cuts the list of buckets", { cut: 100 }, /cut off|connection failed/], ["answers nothing", "hang", /no whole answer within/], ["stalls", { stall: 50 }, /no whole answer within/],
      ["is no radosgw", { status: 200, body: "<html>" }, /does not answer as radosgw/], ["lists something else", { status: 200, body: [{ bucket: 1 }] }, /does not answer as radosgw/], ["has no admin API", { status: 404, body: "not here, secret-of-the-server" }, /status 404/],
      ["redirects", { status: 302, headers: { Location: "http://127.0.0.1:1/" } }, /status 302/], ["is busy, again and again", { status: 503 }, /too busy/],
    ])("%s: nothing is said", async (_name, fault, reason) => {
      faults.rule = (seen) => (list(seen) ? fault : undefined);
      await unreadable(audit(400), reason);
    });

    test("busy twice: read", async () => {
      faults.rule = (_seen, count) => (count < 2 ? { status: 503 } : undefined);
      const { differences, coverage } = await audit();
      expect(differences).toEqual([]);
      expect(coverage.find(({ what }) => what === "policy")?.state).toBe("read");
    });

    test("it dies while buckets are read: what was not read is unknown, nothing of it is missing, and it is asked nothing more", async () => {
      let count = 0;
      faults.rule = (seen) => (list(seen) || count++ < 2 ? undefined : "hang");
      faults.seen.length = 0;
      const { differences, coverage } = await audit(1000);
      expect(differences).toEqual([]);
      expect(coverage.filter(({ state }) => state === "read").map(({ what }) => what)).not.toContain("versioning");
      expect(coverage.find(({ what }) => what === "versioning")).toMatchObject({ state: "unknown", reason: expect.stringContaining("no whole answer") });
      expect(faults.seen.map(({ path }) => path)).not.toContain("/admin/user");
    });

    test.each<[string, string, object | string]>([
      ["a policy that is cut", "policy", { cut: 10 }], ["a lifecycle that is no XML", "lifecycle", "{}"], ["an ACL of another form", "acl", "{\"acl\":1}"], ["a versioning of another name", "versioning", "<Other/>"],
    ])("%s: that kind is unknown", async (_name, what, fault) => {
      faults.rule = (seen) => {
        const hit = what === "acl" ? seen.path === "/admin/bucket" && seen.query.has("policy") : seen.path !== "/admin/bucket" && seen.query.has(what);
        return hit ? (typeof fault === "string" ? { status: 200, body: fault } : (fault as { cut: number })) : undefined;
      };
      const { differences, coverage } = await audit(2000);
      expect(differences).toEqual([]);
      expect(coverage.find((one) => one.what === what)).toMatchObject({ state: "unknown" });
    });

    test("one tenant's gap is that tenant's", async () => {
      faults.rule = (seen) => (seen.path === `/${BUCKET}` && seen.query.has("lifecycle") ? { status: 418 } : undefined);
      expect((await audit()).coverage.find(({ what }) => what === "lifecycle")).toMatchObject({ state: "unknown", objects: 1, tenants: [TENANT], reason: "an answer of another form (status 418)" });
    });

    test("nothing but GETs is sent, and never to a bucket of others", async () => {
      await done(stage().stranger("PUT", "/others-only"));
      faults.seen.length = 0;
      await audit();
      expect(new Set(faults.seen.map(({ method }) => method))).toEqual(new Set(["GET"]));
      expect(faults.seen.map(({ path }) => path)).not.toContain("/others-only");
      await done(stage().stranger("DELETE", "/others-only"));
    });
  });

  describe("names that mean harm", () => {
    const folder = mkdtempSync(join(tmpdir(), "bulkhead-s3-harm-"));
    const trap = join(folder, "sprung");
    beforeAll(() => stage().ceph.admin(["caps", "add", `--uid=${AUDITOR}`, "--caps=users=read"]));
    afterAll(async () => {
      await stage().ceph.admin(["caps", "rm", `--uid=${AUDITOR}`, "--caps=users=read"]);
      rmSync(folder, { recursive: true });
    });
    const harm = ["'", '"; DROP TABLE x; --', `\`touch ${trap}\``, `'; touch ${trap}; '`, "a\nb", "\u001b[31mred", "\u202etxt.exe", "../../x", "-x", "*", "é☃", "\\'", "__proto__"];
    test.each(harm)("user %j: found, and removed by the printed command, which does nothing else", async (text) => {
      const uid = `northwind--${text}`;
      await stage().ceph.admin(["user", "create", `--uid=${uid}`, `--display-name=${text}`]);
      const { differences } = await stage().audit();
      const one = differences.find(({ name }) => name === uid);
      expect(one).toMatchObject({ status: "unmanaged", kind: "user", tenant: TENANT });
      const { commands } = s3Audit.revert(one!, stage().store);
      expect(commands.join()).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      await stage().revert(commands, OWNER);
      expect(existsSync(trap)).toBe(false);
      expect((await stage().audit()).differences.filter(({ name }) => name !== AUDITOR)).toEqual([]);
    });
  });
}
