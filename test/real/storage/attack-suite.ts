/**
 * Attacks of one tenant's workload on another (isolation.md §11, rows 22 to 25) on the rendered configuration, each refused; and each let through once the
 * line that stops it is out of the policy. Where several lines stop an attack, all but one are taken out first: that one alone refuses it.
 */
import { beforeAll, describe, expect, test } from "vitest";
import type { Policy, Statement } from "../../../src/layers/storage/policy.ts";
import { type S3, done } from "../apply/s3.ts";
import { BUCKET, OWNER, PREFIX, writePolicy } from "./mutations.ts";
import type { Stage } from "./stage.ts";

const WRITER = "northwind--logistics--tracking--write";
const READER = "northwind--logistics--tracking--read";
const STRANGER = "helvetia-insurance--claims--claims--write";
const AUDITOR = "bulkhead.audit.lake-eu";
const OWN = "meridian-helvetia-insurance";
const OWN_PREFIX = "helvetia-insurance/claims/claims/";

type Change = (policy: Policy, of: (sid: string) => Statement) => void;
interface Attack {
  /** Row of the threat table. */
  row: string; name: string; by: string | undefined; attack(as: S3): ReturnType<S3>;
  /** Other lines that would refuse it as well, taken out first. */
  others?: Change;
  /** The one line. */
  line: Change;
}

const without = (...sids: string[]): Change => (policy) => { policy.Statement = policy.Statement.filter(({ Sid }) => !sids.includes(Sid)); };
const grant = (uid: string, Action: string[], Resource: string): Statement => ({ Sid: "grant", Effect: "Allow", Principal: { AWS: [`arn:aws:iam:::user/${uid}`] }, Action, Resource: [Resource] });
/** Somebody lets the stranger in by one more statement: then only the Deny that names everyone else stands. */
const letIn = (uid: string, ...actions: string[]): Change => (policy) => { for (const at of [BUCKET, `${BUCKET}/*`]) policy.Statement.push(grant(uid, actions, `arn:aws:s3:::${at}`)); };
const everyone = (...Action: string[]): Change => (policy) => { for (const at of [BUCKET, `${BUCKET}/*`]) policy.Statement.push({ ...grant("x", Action, `arn:aws:s3:::${at}`), Principal: "*" as never }); };
const both = (...changes: Change[]): Change => (policy, of) => { for (const change of changes) change(policy, of); };
const fence = `fence:${PREFIX}`;
const at = (key: string): string => `/${BUCKET}/${key}`;

const ATTACKS: readonly Attack[] = [
  { row: "22", name: "a tenant's prefix starts another's name: `tracking` and `tracking2`", by: READER, attack: (as) => as("GET", at("northwind/logistics/tracking2/secret")), line: (_, of) => { of(`read:${PREFIX}`).Resource = [`arn:aws:s3:::${BUCKET}/northwind/logistics/tracking*`]; } },
  { row: "22", name: "listing what only begins alike", by: READER, attack: (as) => as("GET", `/${BUCKET}`, { query: { prefix: "northwind/logistics/tracking2/" } }), line: (_, of) => { of(`list:${PREFIX}`).Condition = { StringLike: { "s3:prefix": ["northwind/logistics/tracking*"] } }; } },
  ...["", "northwind/", undefined].map((prefix): Attack => ({ row: "23", name: `listing with ${prefix === undefined ? "no prefix" : prefix === "" ? "an empty prefix" : "a parent's prefix"}`, by: READER, attack: (as) => as("GET", `/${BUCKET}`, { query: prefix === undefined ? {} : { prefix } }), line: (_, of) => { delete of(`list:${PREFIX}`).Condition; } })),
  { row: "23", name: "listing without a prefix, version 2", by: READER, attack: (as) => as("GET", `/${BUCKET}`, { query: { "list-type": "2" } }), line: (_, of) => { of(`list:${PREFIX}`).Condition = { StringLikeIfExists: { "s3:prefix": [`${PREFIX}*`] } } as never; } },
  { row: "24", name: "copying from another product", by: WRITER, attack: (as) => as("PUT", at(`${PREFIX}stolen`), { headers: { "x-amz-copy-source": `/${BUCKET}/northwind/logistics/tracking2/secret` } }), line: (_, of) => { of(`write:${PREFIX}`).Resource.push(`arn:aws:s3:::${BUCKET}/northwind/*`); } },
  { row: "24", name: "copying from another tenant's bucket", by: STRANGER, attack: (as) => as("PUT", `/${OWN}/${OWN_PREFIX}stolen`, { headers: { "x-amz-copy-source": `/${BUCKET}/${PREFIX}secret` } }), others: both(letIn(STRANGER, "s3:GetObject"), without(fence)), line: without("wall") },
  { row: "24", name: "versions of all objects", by: READER, attack: (as) => as("GET", `/${BUCKET}`, { query: { versions: "" } }), line: (_, of) => { of(`list:${PREFIX}`).Action.push("s3:ListBucketVersions"); delete of(`list:${PREFIX}`).Condition; } },
  { row: "24", name: "unfinished uploads of all", by: READER, attack: (as) => as("GET", `/${BUCKET}`, { query: { uploads: "" } }), line: (_, of) => { of(`list:${PREFIX}`).Action.push("s3:ListBucketMultipartUploads"); delete of(`list:${PREFIX}`).Condition; } },
  { row: "24", name: "an upload below another product", by: WRITER, attack: (as) => as("POST", at("northwind/logistics/tracking2/x"), { query: { uploads: "" } }), line: (_, of) => { of(`write:${PREFIX}`).Resource.push(`arn:aws:s3:::${BUCKET}/northwind/*`); } },
  { row: "D20", name: "an object of another product", by: READER, attack: (as) => as("GET", at("northwind/logistics/tracking2/secret")), line: (_, of) => { of(`read:${PREFIX}`).Resource.push(`arn:aws:s3:::${BUCKET}/*`); } },
  { row: "D20", name: "another tenant reads an object", by: STRANGER, attack: (as) => as("GET", at(`${PREFIX}secret`)), others: both(letIn(STRANGER, "s3:GetObject"), without(fence)), line: without("wall") },
  { row: "D20", name: "another tenant reads an object, the wall being open to it", by: STRANGER, attack: (as) => as("GET", at(`${PREFIX}secret`)), others: both(letIn(STRANGER, "s3:GetObject"), without("wall")), line: without(fence) },
  { row: "D20", name: "another tenant writes", by: STRANGER, attack: (as) => as("PUT", at(`${PREFIX}planted`), { body: "x" }), others: both(letIn(STRANGER, "s3:PutObject"), without(fence)), line: without("wall") },
  { row: "D20", name: "another tenant lists", by: STRANGER, attack: (as) => as("GET", `/${BUCKET}`), others: letIn(STRANGER, "s3:ListBucket"), line: without("wall") },
  { row: "D20", name: "anonymous lists", by: undefined, attack: (as) => as("GET", `/${BUCKET}`), others: everyone("s3:ListBucket"), line: without("wall") },
  { row: "D20", name: "anonymous reads", by: undefined, attack: (as) => as("GET", at(`${PREFIX}secret`)), others: both(everyone("s3:GetObject"), without(fence)), line: without("wall") },
  { row: "D20", name: "a workload writes the policy", by: WRITER, attack: async (as) => as("PUT", `/${BUCKET}`, { query: { policy: "" }, body: OPEN }), others: letIn(WRITER, "s3:PutBucketPolicy"), line: without("lock") },
  { row: "D20", name: "a workload deletes the policy", by: WRITER, attack: (as) => as("DELETE", `/${BUCKET}`, { query: { policy: "" } }), others: letIn(WRITER, "s3:DeleteBucketPolicy"), line: without("lock") },
  { row: "D20", name: "a workload writes the bucket's ACL", by: WRITER, attack: (as) => as("PUT", `/${BUCKET}`, { query: { acl: "" }, headers: { "x-amz-acl": "private" } }), others: letIn(WRITER, "s3:PutBucketAcl"), line: without("lock") },
  { row: "D20", name: "a workload opens an object that it wrote itself", by: WRITER, attack: (as) => as("PUT", at(`${PREFIX}own`), { query: { acl: "" }, headers: { "x-amz-acl": "public-read" } }), line: without("lock") },
  { row: "D20", name: "a workload keeps versions, which nobody sees and all pay for", by: WRITER, attack: (as) => as("PUT", `/${BUCKET}`, { query: { versioning: "" }, body: "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>" }), others: letIn(WRITER, "s3:PutBucketVersioning"), line: without("lock") },
  { row: "D26", name: "the auditor reads an object", by: AUDITOR, attack: (as) => as("GET", at(`${PREFIX}secret`)), others: letIn(AUDITOR, "s3:GetObject"), line: without(fence) },
  { row: "D26", name: "the auditor lists", by: AUDITOR, attack: (as) => as("GET", `/${BUCKET}`), line: letIn(AUDITOR, "s3:ListBucket") },
];
const OPEN = JSON.stringify({ Version: "2012-10-17", Statement: [] });

export function attackSuite(stage: () => Stage): void {
  describe("attacks of a tenant's workload", () => {
    const allowed = ({ status }: { status: number }): boolean => status < 300;
    const restore = (): Promise<unknown> => writePolicy(stage(), () => {});
    beforeAll(async () => {
      await done(stage().as(WRITER)("PUT", at(`${PREFIX}secret`), { body: "one" }));
      await done(stage().as(WRITER)("PUT", at(`${PREFIX}own`), { body: "two" }));
      // Below no product of the example, and by nobody who attacks: who writes an object owns it.
      await done(stage().as(OWNER)("PUT", at("northwind/logistics/tracking2/secret"), { body: "three" }));
    });

    test("what workloads are for is allowed", async () => {
      for (const uid of [READER, WRITER, "northwind--consumer.reporting.lake-eu"]) {
        expect(await stage().as(uid)("GET", at(`${PREFIX}secret`))).toMatchObject({ status: 200, body: "one" });
        expect((await stage().as(uid)("GET", `/${BUCKET}`, { query: { prefix: PREFIX } })).body).toContain(`${PREFIX}secret`);
      }
      expect((await stage().as(WRITER)("DELETE", at(`${PREFIX}gone`))).status).toBe(204);
    });

    test.each(ATTACKS.map((attack) => [`row ${attack.row}: ${attack.name}`, attack] as const))("%s", async (_name, { by, attack, others, line }) => {
      const as = stage().as(by);
      try {
        expect(await attack(as)).toMatchObject({ status: 403, code: "AccessDenied" });
        if (others) {
          await writePolicy(stage(), others);
          expect(await attack(as), "one line alone").toMatchObject({ status: 403, code: "AccessDenied" });
        }
        await writePolicy(stage(), both(...(others ? [others] : []), line));
        expect(allowed(await attack(as)), "without the line").toBe(true);
      } finally {
        await restore();
        await stage().as(WRITER)("PUT", at(`${PREFIX}own`), { body: "two" });
      }
    });
  });

  test("row D20: a reader writes: stopped by its operations, whatever the policy says, and by the policy, whatever its operations are", async () => {
    const uid = "northwind--consumer.reporting.lake-eu";
    const attack = () => stage().as(uid)("PUT", at(`${PREFIX}planted`), { body: "x" });
    const operations = (mask: string) => stage().ceph.admin(["user", "modify", `--uid=${uid}`, `--op-mask=${mask}`]);
    try {
      await writePolicy(stage(), letIn(uid, "s3:PutObject"));
      expect(await attack()).toMatchObject({ status: 403 });
      await operations("read,write");
      expect((await attack()).status).toBe(200);
      await writePolicy(stage(), () => {});
      expect(await attack()).toMatchObject({ status: 403 });
    } finally {
      await operations("read");
      await writePolicy(stage(), () => {});
    }
  });

  describe("row 25: quotas", () => {
    const fill = async (as: S3, key: (i: number) => string, limit: number): Promise<number[]> => {
      const statuses: number[] = [];
      for (let i = 0; i < limit; i++) statuses.push((await as("PUT", key(i), { body: "x" })).status);
      return statuses;
    };
    test.each(["bucket", "user"])("of the %s: a writer who owns nothing is stopped all the same, and not without it", async (scope) => {
      const of = scope === "bucket" ? `--bucket=${BUCKET}` : `--uid=${OWNER}`;
      const other = scope === "bucket" ? ["--quota-scope=user", `--uid=${OWNER}`] : ["--quota-scope=bucket", `--bucket=${BUCKET}`];
      const admin = (...args: string[]) => stage().ceph.admin(args);
      const key = (i: number): string => at(`${PREFIX}fill-${scope}-${i}`);
      await admin("quota", "disable", ...other);
      await admin("quota", "set", `--quota-scope=${scope}`, of, "--max-objects=5");
      try {
        // radosgw counts from a cache that is a few writes behind.
        await expect.poll(async () => (await fill(stage().as(WRITER), key, 8)).at(-1), { timeout: 60_000 }).toBe(403);
        await admin("quota", "disable", `--quota-scope=${scope}`, of);
        await expect.poll(async () => (await fill(stage().as(WRITER), key, 8)).at(-1), { timeout: 60_000 }).toBe(200);
      } finally {
        for (let i = 0; i < 8; i++) await stage().as(WRITER)("DELETE", key(i));
        for (const [scoped, whose] of [["bucket", `--bucket=${BUCKET}`], ["user", `--uid=${OWNER}`]] as const) {
          await admin("quota", "set", `--quota-scope=${scoped}`, whose, "--max-objects=50000000", `--max-size=${20 * 2 ** 40}`);
          await admin("quota", "enable", `--quota-scope=${scoped}`, whose);
        }
      }
    });

    test("a workload makes no bucket of its own", async () => {
      expect(await stage().as(WRITER)("PUT", "/evasion")).toMatchObject({ status: 403 });
      await stage().ceph.admin(["user", "modify", `--uid=${WRITER}`, "--max-buckets=1"]);
      expect((await stage().as(WRITER)("PUT", "/evasion")).status).toBe(200);
      await done(stage().as(WRITER)("DELETE", "/evasion"));
      await stage().ceph.admin(["user", "modify", `--uid=${WRITER}`, "--max-buckets=-1"]);
    });
  });

  describe("the auditor's credentials (D26)", () => {
    test.each<[string, string, Record<string, string>]>([
      ["users and their keys", "/admin/user", { uid: OWNER }], ["a list of users", "/admin/user", { list: "" }], ["metadata, which holds keys", "/admin/metadata/user", { key: OWNER }], ["metadata of buckets", "/admin/metadata/bucket", {}],
      ["usage", "/admin/usage", {}], ["the log of the zone", "/admin/log", { type: "data" }], ["a bucket's index", "/admin/bucket", { bucket: BUCKET, index: "" }],
    ])("do not show %s", async (_name, path, query) => {
      const { status, body } = await stage().as(AUDITOR)("GET", path, { query: { ...query, format: "json" } });
      for (const { accessKey, secretKey } of stage().keys.values()) { expect(body).not.toContain(secretKey); expect(body).not.toContain(accessKey); }
      expect(body).not.toContain(`${PREFIX}secret`);
      if (!("index" in query)) expect(status).toBeGreaterThanOrEqual(400);
    });

    test("change nothing", async () => {
      const as = stage().as(AUDITOR);
      for (const [method, path, query] of [["DELETE", "/admin/bucket", { bucket: BUCKET }], ["PUT", "/admin/user", { uid: "x", "display-name": "x" }], ["PUT", `/${BUCKET}`, { policy: "" }], ["PUT", "/own", {}]] as const) {
        expect((await as(method, path, { query: query as Record<string, string>, ...(method === "PUT" && path.endsWith(BUCKET) && { body: OPEN }) })).status, `${method} ${path}`).toBeGreaterThanOrEqual(400);
      }
      expect((await stage().audit()).differences).toEqual([]);
    });
  });
}
