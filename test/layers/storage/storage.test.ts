import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { productUid, uidPrefix } from "../../../src/model/names.ts";
import { storageLayer } from "../../../src/layers/storage/index.ts";
import { storagePrerequisites } from "../../../src/layers/storage/prerequisites.ts";
import { type Statement, canonicalJson } from "../../../src/layers/storage/policy.ts";
import { type StorageState, storagePlatformState, storageState } from "../../../src/layers/storage/state.ts";
import type { Tenant } from "../../../src/model/fleet.ts";
import { DOMAIN_ID, LIMITS, TENANT_ID } from "../../../src/model/names.ts";
import { type Rendered, collect, platform, tenant } from "../events/fixture.ts";
import { suiteCount } from "../../real/provision/budget.ts";

const p = platform();
const stateOf = (t: Tenant, cluster = "prod-eu"): StorageState | undefined => storageState({ platform: p, tenant: t, cluster });
const rendered = (t: Tenant): Rendered[] => collect((output) => storageLayer.renderTenant!(stateOf(t)!, output));
const bucketOf = (t: Tenant) => stateOf(t)!.buckets[0]!;
const spec = (o: Rendered): any => o.manifest.spec;

const acme = tenant("acme", [
  { id: "sales", products: [{ id: "orders", files: "internal", expireAfter: 30 }, { id: "refunds", files: "confidential" }] },
  { id: "hr", products: [{ id: "people", files: "restricted" }, { id: "tables-only" }] },
], [
  { name: "reporting", clearance: "internal", access: ["files"] },
  { name: "billing", clearance: "confidential", access: ["files"] },
  { name: "press", clearance: "public", access: ["files"] },
  { name: "bi", clearance: "confidential", access: ["sql"] },
]);
const statements = bucketOf(acme).policy.Statement;
const statement = (sid: string): Statement => statements.find((s) => s.Sid === sid)!;
const arn = (uid: string) => `arn:aws:iam:::user/${uid}`;
const BUCKET = "arn:aws:s3:::meridian-acme";

describe("the bucket policy (D20)", () => {
  test("a product's users reach its prefix, and list it only with the prefix", () => {
    expect(statement("write:acme/sales/orders/")).toEqual({
      Sid: "write:acme/sales/orders/", Effect: "Allow", Principal: { AWS: [arn("acme--sales--orders--write")] },
      Action: ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"], Resource: [`${BUCKET}/acme/sales/orders/*`],
    });
    expect(statement("list:acme/sales/orders/")).toMatchObject({ Action: ["s3:ListBucket"], Resource: [BUCKET], Condition: { StringLike: { "s3:prefix": ["acme/sales/orders/*"] } } });
  });

  test.each([
    ["internal", "acme/sales/orders/", ["acme--consumer.billing.lake-eu", "acme--consumer.reporting.lake-eu", "acme--sales--orders--read"]],
    ["confidential", "acme/sales/refunds/", ["acme--consumer.billing.lake-eu", "acme--sales--refunds--read"]],
    ["restricted: no consumer", "acme/hr/people/", ["acme--hr--people--read"]],
  ])("readers of %s files", (_level, prefix, uids) => expect(statement(`read:${prefix}`).Principal!.AWS).toEqual(uids.map(arn)));

  test("a consumer that may read nothing, or has no access to files, has no user", () => {
    const uids = bucketOf(acme).users.map((u) => u.uid);
    expect(uids.filter((u) => u.includes("consumer"))).toEqual(["acme--consumer.billing.lake-eu", "acme--consumer.reporting.lake-eu"]);
  });

  test("no Allow is for everyone, for every action, conditional on absence, or interpolated", () => {
    for (const s of statements.filter((x) => x.Effect === "Allow")) {
      expect(s.NotPrincipal).toBeUndefined();
      expect(s.Principal!.AWS.every((a) => /^arn:aws:iam:::user\/[a-z0-9.-]+$/.test(a))).toBe(true);
      expect(s.Action.every((a) => /^s3:[A-Za-z]+$/.test(a))).toBe(true);
      if (s.Action.includes("s3:ListBucket")) expect(s.Condition).toBeDefined();
    }
    expect(canonicalJson(bucketOf(acme).policy)).not.toMatch(/IfExists|ForAllValues|\$\{/);
  });

  test("workloads change no policy, ACL, lifecycle or versioning", () => {
    const lock = statement("lock");
    expect(lock.Effect).toBe("Deny");
    expect(lock.Action).toEqual(expect.arrayContaining(["s3:PutBucketPolicy", "s3:PutBucketAcl", "s3:DeleteBucketPolicy", "s3:PutObjectAcl"]));
    expect(lock.Principal!.AWS).toEqual(bucketOf(acme).users.map((u) => arn(u.uid)));
  });

  test("a fence admits exactly those with access to the prefix, and the owner", () => {
    expect(statement("fence:acme/hr/people/").NotPrincipal!.AWS).toEqual(["acme--hr--people--read", "acme--hr--people--write", "bulkhead.acme.owner.lake-eu"].map(arn));
    expect(statement("wall").NotPrincipal!.AWS).toEqual(["bulkhead.acme.owner.lake-eu", "bulkhead.audit.lake-eu", ...bucketOf(acme).users.map((u) => u.uid)].sort().map(arn));
  });

  test("the auditor reads settings and no object (D26)", () => {
    const audit = statements.filter((s) => s.Principal?.AWS.includes(arn("bulkhead.audit.lake-eu")));
    expect(audit).toEqual([{ Sid: "audit", Effect: "Allow", Principal: { AWS: [arn("bulkhead.audit.lake-eu")] }, Resource: [BUCKET], Action: ["s3:GetBucketAcl", "s3:GetBucketPolicy", "s3:GetBucketVersioning", "s3:GetLifecycleConfiguration"] }]);
  });
});

test("lifecycle: expiry under its own prefix, sorted by ID", () => {
  expect(bucketOf(acme).lifecycle.Rules).toEqual([
    { ID: "abort", Status: "Enabled", Filter: { Prefix: "acme/" }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
    { ID: "expire:acme/sales/orders/", Status: "Enabled", Filter: { Prefix: "acme/sales/orders/" }, Expiration: { Days: 30 } },
  ]);
});

const id = fc.stringMatching(/^[a-z][a-z0-9]{1,4}(-[a-z0-9]{1,3}){0,2}$/).filter((s) => TENANT_ID.test(s));
const part = fc.stringMatching(/^[a-z][a-z0-9]{0,3}(-[a-z0-9]{1,3}){0,2}$/).filter((s) => DOMAIN_ID.test(s));
const pair = fc.oneof(fc.tuple(id, id), fc.tuple(id, fc.stringMatching(/^-?[a-z0-9]{1,4}$/)).map(([a, tail]): [string, string] => [a, a + tail]))
  .filter(([a, b]) => a !== b && TENANT_ID.test(a) && TENANT_ID.test(b));
const full = (t: string, d: string, pr: string, c: string) => tenant(t, [{ id: d, products: [{ id: pr, files: "public" }] }], [{ name: c, clearance: "public", access: ["files"] }]);
/** Whether a pattern whose only wildcard is a final `*` matches a name; a pattern of another form fails the test. */
function matches(pattern: string, name: string): boolean {
  expect(pattern).toMatch(/^[^*?]*(\/\*)?$/);
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

test("no pattern of one tenant matches a key of another, and no user is both's", () => {
  fc.assert(fc.property(pair, part, part, part, part, id, ([a, b], d1, p1, d2, p2, c) => {
    const [mine, theirs] = [bucketOf(full(a, d1, p1, c)), bucketOf(full(b, d2, p2, c))];
    const keys = theirs.policy.Statement.flatMap((s) => s.Condition?.StringLike["s3:prefix"] ?? []).flatMap((k) => [k.slice(0, -1), `${k.slice(0, -1)}x`, b, `${b}/`]);
    for (const s of mine.policy.Statement.filter((x) => x.Effect === "Allow")) {
      for (const resource of s.Resource) for (const key of keys) for (const bucket of [mine.bucket, theirs.bucket]) expect(matches(resource, `arn:aws:s3:::${bucket}/${key}`)).toBe(false);
      for (const prefix of s.Condition?.StringLike["s3:prefix"] ?? []) for (const key of [...keys, ""]) expect(matches(prefix, key)).toBe(false);
    }
    const uids = (x: typeof mine) => [x.owner, ...x.users.map((u) => u.uid)];
    expect(uids(mine).filter((u) => uids(theirs).includes(u))).toEqual([]);
    expect(mine.bucket).not.toBe(theirs.bucket);
    // What the admission policy tells apart: everything of a tenant's namespace starts with its prefix, nothing else does.
    expect(mine.users.every((u) => u.uid.startsWith(uidPrefix(a)) && !u.uid.startsWith(uidPrefix(b)))).toBe(true);
    expect(theirs.owner.startsWith(uidPrefix(a)) || mine.owner.startsWith(uidPrefix(a))).toBe(false);
  }), { numRuns: suiteCount("unit", "policies") });
});

test("ids that single dashes would make one stay apart", () => {
  expect(productUid("a-b", "c", "d", "read")).not.toBe(productUid("a", "b-c", "d", "read"));
  expect(productUid("abc", "b", "c-d", "read")).not.toBe(productUid("abc", "b-c", "d", "read"));
});

test("order of declaration changes nothing", () => {
  const shuffled: Tenant = { ...acme, domains: acme.domains.toReversed().map((d) => ({ ...d, products: d.products.toReversed() })), consumers: acme.consumers.toReversed() };
  expect(JSON.stringify(rendered(shuffled))).toBe(JSON.stringify(rendered(acme)));
  expect(canonicalJson({ b: 1, a: [{ d: undefined, c: null }] })).toBe('{"a":[{"c":null}],"b":1}');
});

test("nothing off the home cluster, nothing without files", () => {
  expect(stateOf(acme, "prod-us")).toBeUndefined();
  expect(stateOf(tenant("acme", [{ id: "sales" }]))).toBeUndefined();
});

describe("objects", () => {
  const objects = rendered(acme);
  test("bucket and owner are walls in the platform's namespace, with quota; the owner's keys stay there", () => {
    const [owner, claim] = objects;
    expect(objects.slice(2).every((o) => o.placement.area === "content" && o.manifest.metadata.namespace === "tenant-acme")).toBe(true);
    for (const o of [owner!, claim!]) expect([o.placement.area, o.placement.dataBearing, o.manifest.metadata.namespace]).toEqual(["walls", true, "bulkhead-storage"]);
    expect(spec(owner!)).toMatchObject({ store: "lake", clusterNamespace: "rook-ceph", quotas: { maxBuckets: 1, maxObjects: 5_000_000, maxSize: "2Ti" } });
    expect(spec(claim!)).toMatchObject({ bucketName: "meridian-acme", storageClassName: "lake-buckets", additionalConfig: { bucketOwner: owner!.manifest.metadata.name, bucketMaxObjects: "5000000", bucketMaxSize: "2Ti" } });
    expect(JSON.parse(spec(claim!).additionalConfig.bucketPolicy)).toEqual(bucketOf(acme).policy);
    expect(Object.values(spec(claim!).additionalConfig).every((v) => typeof v === "string")).toBe(true);
  });
  test("a workload's user has no capabilities, makes no buckets and does only what its access says", () => {
    for (const o of objects.slice(2)) {
      expect(spec(o).capabilities).toBeUndefined();
      expect(spec(o).quotas).toEqual({ maxBuckets: -1 });
      expect(spec(o).opMask).toEqual(o.manifest.metadata.name.endsWith("--write") ? ["read", "write", "delete"] : ["read"]);
    }
  });
  test("every name is one that Kubernetes takes, also at the limits of length", () => {
    const long = full("a".repeat(32), "d".repeat(LIMITS.domain), "p".repeat(LIMITS.product), "c".repeat(24));
    const all = [...rendered(long), ...objects];
    expect(new Set(rendered(long).map((o) => o.manifest.metadata.name)).size).toBe(rendered(long).length);
    for (const { manifest } of all) {
      // Rook writes a user's name into a label of its Secret.
      expect(manifest.metadata.name).toMatch(/^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])$/);
      for (const value of Object.values(manifest.metadata.labels ?? {})) expect(value.length).toBeLessThanOrEqual(63);
    }
    expect(bucketOf(long).users.every((u) => u.uid.startsWith(uidPrefix("a".repeat(32))))).toBe(true);
  });
});

test("the platform's half: an auditor that can list buckets and nothing else", () => {
  const objects = collect((output) => storageLayer.renderPlatform!(storagePlatformState({ platform: p, cluster: "prod-eu", sharedTables: [] })!, output));
  expect(objects.map((o) => [o.manifest.metadata.name, o.manifest.metadata.namespace, spec(o).capabilities, spec(o).opMask])).toEqual([["bulkhead.audit.lake-eu", "bulkhead-audit", { buckets: "read" }, ["read"]]]);
});

test("prerequisites: each leaf once", () => {
  const found = storagePrerequisites(p);
  expect(found.map((f) => [f.object.kind, f.pointer, f.value])).toEqual([
    ["CephObjectStore", "/spec/allowUsersInNamespaces", ["*"]],
    ["ConfigMap", "/data/ROOK_OBC_ALLOW_ADDITIONAL_CONFIG_FIELDS", "maxObjects,maxSize,bucketLifecycle,bucketMaxObjects,bucketMaxSize,bucketOwner,bucketPolicy"],
    ["StorageClass", "/reclaimPolicy", "Retain"],
  ]);
});
