import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Manifest } from "../../../src/layers/layer.ts";
import { type StoreState, desiredStores } from "../../../src/layers/storage/desired.ts";
import { declaredItems } from "../../../src/layers/storage/items.ts";
import type { StorageState } from "../../../src/layers/storage/state.ts";
import { compareItems } from "../../../src/compare/items.ts";
import { parseQuantity } from "../../../src/model/quantity.ts";
import type { Reading } from "../../../src/model/plane.ts";
import { suiteCount } from "../../real/provision/budget.ts";
import { committedTree, renderedTree } from "../../real/storage/tree.ts";
import { platform, tenant } from "../events/fixture.ts";
import { fleetsOf, renderStorage } from "./fleets.ts";

const p = platform();
const bytes = (quantity: string): number => Number(parseQuantity(quantity)! / 1_000_000_000n);
/** What the state says, in the words of the desired side. */
function expected(states: readonly StorageState[]): Pick<StoreState, "users" | "buckets"> {
  const buckets = states.flatMap(({ tenant: of, buckets: list }) => list.map((bucket) => ({ of, bucket })));
  const users = buckets.flatMap(({ of, bucket }) => [
    { uid: bucket.owner, tenant: of, displayName: `owner of bucket ${bucket.bucket}`, operations: ["delete", "read", "write"], capabilities: {}, maxBuckets: 1, quota: { maxObjects: bucket.maxObjects, maxSize: bytes(bucket.maxSize) } },
    ...bucket.users.map(({ uid, operations }) => ({ uid, tenant: of, displayName: uid, operations: [...operations].sort(), capabilities: {}, maxBuckets: -1, quota: { maxObjects: null, maxSize: null } })),
  ]);
  return {
    users: users as StoreState["users"],
    buckets: buckets.map(({ of, bucket }) => ({ bucket: bucket.bucket, tenant: of, claim: `bulkhead-storage/${bucket.claim}`, uid: bucket.owner, quota: { maxObjects: bucket.maxObjects, maxSize: bytes(bucket.maxSize) }, policy: bucket.policy, lifecycle: bucket.lifecycle.Rules })) as unknown as StoreState["buckets"],
  };
}
const auditor = { uid: "bulkhead.audit.lake-eu", displayName: "bulkhead audit, reads no object", operations: ["read"], capabilities: { buckets: "read" }, maxBuckets: -1, quota: { maxObjects: null, maxSize: null } };

test("desired(render(state)) = state", () => {
  fc.assert(fc.property(fleetsOf("t"), (list) => {
    const { states, manifests } = renderStorage(p, list);
    const [store, ...others] = desiredStores(renderedTree(manifests));
    expect(others).toEqual([]);
    expect(store).toMatchObject({ store: "lake-eu", endpoint: "https://rook-ceph-rgw-lake.rook-ceph.svc", state: { objectStore: "lake", clusterNamespace: "rook-ceph", auditor: auditor.uid } });
    const bare = <T extends { file: string }>(many: readonly T[]) => many.map(({ file: _, ...one }) => one).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    const want = expected(states);
    expect(bare(store!.state.users)).toEqual(bare([auditor, ...want.users].map((one) => ({ ...one, file: "" }))));
    expect(bare(store!.state.buckets).map(({ policy, ...one }) => ({ ...one, policy: JSON.parse(policy!) as unknown }))).toEqual(bare(want.buckets.map((one) => ({ ...one, file: "" }))).map(({ policy, ...one }) => ({ ...one, policy })));
  }), { numRuns: suiteCount("unit", "policies") / 10 });
});

describe.each(["prod-eu", "prod-us"])("dist/%s", (cluster) => {
  const [store] = desiredStores(committedTree(cluster));

  test("has a store, whose files are named", () => {
    expect(store!.state.buckets.length).toBeGreaterThan(0);
    for (const { file, tenant: of } of [...store!.state.users.filter(({ uid }) => uid !== store!.state.auditor), ...store!.state.buckets]) { expect(file).toContain(`/tenants/${of}/`); }
  });

  test("is equal to itself, in normal form", () => {
    const reading = { items: store!.state.buckets.map(({ bucket, uid }) => ({ kind: "bucket", name: bucket, value: { owner: uid! } })), facts: {} } as unknown as Reading;
    const { items } = declaredItems(store!.state, reading);
    expect(compareItems(items, items, [])).toEqual([]);
    expect(new Set(items.map(({ kind }) => kind))).toEqual(new Set(["bucket", "policy", "acl", "lifecycle", "versioning", "user"]));
  });
});

describe("files that cannot be believed", () => {
  const claim = (spec: object): Manifest => ({ apiVersion: "objectbucket.io/v1alpha1", kind: "ObjectBucketClaim", metadata: { name: "c", namespace: "n" }, spec });
  test.each<[string, object, RegExp]>([
    ["no bucket's name", {}, /^BH7420: file-0.yaml names no bucket/], ["a limit that is none", { bucketName: "b", additionalConfig: { bucketMaxObjects: "many" } }, /^BH7421: .* no whole number/], ["a size that is none", { bucketName: "b", additionalConfig: { bucketMaxSize: "big" } }, /^BH7421: .* no quantity/],
    ["a lifecycle that is none", { bucketName: "b", additionalConfig: { bucketLifecycle: "{}" } }, /^BH7422: .* lifecycle that is none/], ["a lifecycle that is no JSON", { bucketName: "b", additionalConfig: { bucketLifecycle: "<" } }, /lifecycle that is none/],
  ])("%s", (_name, spec, message) => expect(() => desiredStores(renderedTree([claim(spec)]))).toThrow(message));
});

test("one user or bucket twice", () => {
  const { manifests } = renderStorage(p, [tenant("a", [{ id: "d", products: [{ id: "x", files: "internal" }] }])]);
  for (const [kind, what] of [["CephObjectStoreUser", "user"], ["ObjectBucketClaim", "bucket"]]) {
    const twice = manifests.findLast((one) => one.kind === kind)!;
    expect(() => desiredStores(renderedTree([...manifests, twice]))).toThrow(new RegExp(`^BH7423: file-\\d+.yaml and file-\\d+.yaml declare the same ${what} `));
  }
});

test("what is on no store that has an auditor", () => {
  const { manifests } = renderStorage(p, [tenant("a", [{ id: "d", products: [{ id: "x", files: "internal" }] }])]);
  const without = (drop: (one: Manifest) => boolean): Manifest[] => manifests.filter((one) => !drop(one));
  for (const some of [without(({ metadata }) => metadata.name === auditor.uid), without(({ metadata }) => metadata.name.includes(".owner."))]) expect(() => desiredStores(renderedTree(some))).toThrow(/^BH7424: /);
  expect(desiredStores(renderedTree([]))).toEqual([]);
});

test("two object stores of a cluster keep their users and buckets apart", () => {
  const second = { ...p, stores: { ...p.stores, "cold-eu": { ...p.stores["lake-eu"]!, name: "cold-eu", objectStore: "cold" } } } as typeof p;
  const made = [tenant("a", [{ id: "d", products: [{ id: "x", files: "internal" }] }]), tenant("b", [{ id: "d", lake: "cold-eu", products: [{ id: "x", files: "internal" }] }])];
  const { manifests } = renderStorage(second, made);
  expect(desiredStores(renderedTree(manifests)).map(({ store, state }) => [store, state.buckets.map(({ bucket }) => bucket), state.users.length])).toEqual([["cold-eu", ["meridian-b"], 4], ["lake-eu", ["meridian-a"], 4]]);
});
