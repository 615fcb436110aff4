import { describe, expect, test } from "vitest";
import { Strange, aclOf, bucketsOf, lifecycleOf, uidsOf, userOf, versioningOf } from "../../../src/layers/storage/answers.ts";
import { lifecycleRules } from "../../../src/layers/storage/lifecycle.ts";
import type { StoreState } from "../../../src/layers/storage/desired.ts";
import { spaceOf } from "../../../src/layers/storage/space.ts";

const user = {
  user_id: "a", display_name: "A", email: "", suspended: 0, max_buckets: 1000, subusers: [{ id: "a:x", permissions: "full-control" }], op_mask: "read, write", system: "false", admin: "false", temp_url_keys: [],
  keys: [{ user: "a", access_key: "ACCESS", secret_key: "SECRET" }], swift_keys: [{ user: "a:x", secret_key: "SWIFT" }], caps: [{ type: "buckets", perm: "read, write" }],
  bucket_quota: { enabled: false, check_on_raw: false, max_size: -1, max_objects: -1 }, user_quota: { enabled: true, check_on_raw: false, max_size: 1024, max_objects: -1 },
};

describe("a user", () => {
  test("its keys are counted, and nothing of them is kept", () => {
    const { value, counted } = userOf(JSON.stringify(user));
    expect(counted).toBe(true);
    expect(value).toMatchObject({ keys: { s3: 1, swift: 1, temporary: 0 }, operations: { read: true, write: true }, capabilities: { buckets: "*" }, quota: { maxObjects: null, maxSize: 1024 }, subusers: { "a:x full-control": true } });
    expect(JSON.stringify(value)).not.toMatch(/ACCESS|SECRET|SWIFT/);
  });

  test("as user-info-without-keys shows it: without keys, and with newer Ceph's booleans", () => {
    const { keys: _, swift_keys: __, ...shown } = user;
    const { value, counted } = userOf(JSON.stringify({ ...shown, suspended: 1, system: true, admin: true }));
    expect(counted).toBe(false);
    expect(value).toMatchObject({ suspended: true, system: true, admin: true });
    expect(value).not.toHaveProperty("keys");
  });

  test("no operations", () => expect(userOf(JSON.stringify({ ...user, op_mask: "<none>" })).value.operations).toEqual({}));
});

test("a quota that is not enabled, or has no limits, limits nothing", () => {
  const of = (bucket_quota: object): unknown => bucketsOf(JSON.stringify([{ bucket: "b", tenant: "", owner: "o", bucket_quota: { check_on_raw: false, ...bucket_quota } }]))[0]!.quota;
  expect(of({ enabled: false, max_size: 5, max_objects: 5 })).toEqual(of({ enabled: true, max_size: -1, max_objects: -1 }));
  expect(of({ enabled: true, max_size: 0, max_objects: 5, check_on_raw: true })).toEqual({ maxObjects: 5, maxSize: 0, raw: true });
});

test("an ACL: grants of one grantee are one", () => {
  const grant = (id: string, flags: number, group = 0) => ({ id, grant: { type: { type: group ? 2 : 0 }, id, email: "", permission: { flags }, name: id, group, url_spec: "" } });
  expect(aclOf(JSON.stringify({ acl: { grant_map: [grant("o", 15), grant("x", 1), grant("x", 8), grant("", 1, 1), grant("", 2, 2), grant("", 4, 9)] }, owner: { id: "o", display_name: "o" } }))).toEqual({
    owner: "o", grants: { "user o": "FULL_CONTROL", "user x": "READ, WRITE_ACP", "everyone, anonymous included": "READ", "everyone with an account": "WRITE", "group 9": "READ_ACP" },
  });
});

test("a lifecycle is the same from XML and from JSON", () => {
  const xml = '<?xml version="1.0"?><LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ID>a</ID><Filter><And><Prefix>x/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter><Status>Enabled</Status><Transition><Days>3</Days><StorageClass>COLD</StorageClass></Transition><Expiration><Days>9</Days></Expiration></Rule><Rule><ID>b</ID><Prefix>y/</Prefix><Status>Disabled</Status></Rule></LifecycleConfiguration>';
  const json = [{ ID: "b", Status: "Disabled", Filter: { Prefix: "y/" } }, { ID: "a", Status: "Enabled", Filter: { And: { Prefix: "x/", Tags: [{ Key: "k", Value: "v" }] } }, Transitions: [{ Days: 3, StorageClass: "COLD" }], Expiration: { Days: 9 } }];
  expect(lifecycleOf(xml)).toEqual({ rules: lifecycleRules(json) });
  expect(lifecycleOf(xml.replace("<Days>9", "<Days>8"))).not.toEqual({ rules: lifecycleRules(json) });
  expect(lifecycleOf(xml.replace("COLD", "HOT"))).not.toEqual({ rules: lifecycleRules(json) });
});

test.each<[string, () => unknown]>([
  ["no JSON", () => bucketsOf("<html>")], ["no list", () => bucketsOf("{}")], ["no names", () => bucketsOf("[{}]")], ["an ACL without an owner", () => aclOf('{"acl":{"grant_map":[]}}')], ["users that are no texts", () => uidsOf('{"keys":[1]}')], ["more users without a mark", () => uidsOf('{"keys":[],"truncated":true}')],
  ["no XML", () => lifecycleOf("{}")], ["another document", () => versioningOf("<LifecycleConfiguration/>")], ["entities of its own", () => versioningOf('<!DOCTYPE x [<!ENTITY e "Enabled">]><VersioningConfiguration><Status>&e;</Status></VersioningConfiguration>')], ["a user of another form", () => userOf("[]")],
])("strange: %s", (_name, work) => expect(work).toThrow(Strange));

describe("whose space", () => {
  const state = { users: [{ uid: "acme--s--o--read", tenant: "acme" }, { uid: "odd", tenant: "acme" }, { uid: "bulkhead.audit.lake" }], buckets: [{ bucket: "meridian-acme", tenant: "acme" }, { bucket: "meridian-acme-eu", tenant: "acme-eu" }] } as unknown as StoreState;
  const space = spaceOf(state);
  test.each<[string, string, string | undefined | null]>([
    ["acme-backup", "x", "acme"], ["backup.acme", "x", "acme"], ["acme-eu-backup", "x", "acme-eu"], ["acmes", "x", null], ["my-acme2", "x", null], ["meridian-x", "x", undefined], ["other", "acme--anything", "acme"], ["other", "bulkhead.acme.owner.lake", "acme"], ["other", "odd", "acme"],
    ["other", "bulkhead.audit.lake", undefined], ["other", "acme2--x", null], ["other", "acme", null],
  ])("bucket %s of %s", (name, owner, tenant) => {
    const place = space.bucket(name, owner);
    if (tenant === null) expect(place).toBeUndefined();
    else expect(place).toMatchObject({ note: expect.any(String), ...(tenant !== undefined && { tenant }) });
  });
  test.each<[string, string[], string | undefined | null]>([
    ["acme--x", [], "acme"], ["acme-eu--x", [], "acme-eu"], ["acme", [], null], ["bulkhead.x", [], undefined], ["mallory", ["users=read"], undefined], ["mallory", [], null], ["rgw-admin-ops-user", ["users=*"], null],
  ])("user %s with %j", (uid, powers, tenant) => {
    const place = space.user(uid, powers);
    if (tenant === null) expect(place).toBeUndefined();
    else expect(place).toMatchObject({ note: expect.any(String), ...(tenant !== undefined && { tenant }) });
  });
});
