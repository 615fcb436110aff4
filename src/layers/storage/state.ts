/** A tenant's bucket, its users and who reaches what in it (D17, D20). Pure: fleet in, plain data out, sorted by identity. */
import { atMost } from "../../model/classification.ts";
import type { CephStore, Files, Product, Tenant } from "../../model/fleet.ts";
import { auditUid, bucketName, claimName, consumerUid, ownerUid, productUid, storagePrefix, tenantNamespace } from "../../model/names.ts";
import type { SourceRef } from "../../model/problem.ts";
import { sortBy } from "../../model/sort.ts";
import type { PlatformScope, TenantScope } from "../layer.ts";
import { type Lifecycle, type Policy, type PrefixAccess, bucketLifecycle, bucketPolicy } from "./policy.ts";

/** Where something was declared and whose it is. */
export interface Origin { source: SourceRef; owner: string }
/** Operations that radosgw lets a user do at all, before any policy is asked. */
type Operation = "read" | "write" | "delete";
/** A user of a workload: no capabilities, no buckets of its own. */
export interface StorageUser { uid: string; operations: Operation[]; domain?: string; product?: string; origin: Origin }

/** A tenant's bucket in one object store. */
export interface BucketState {
  store: string; objectStore: string;
  /** Namespace of the CephObjectStore. */
  clusterNamespace: string;
  storageClass: string;
  claim: string; bucket: string; owner: string;
  /** Kubernetes quantity. */
  maxSize: string;
  maxObjects: number;
  policy: Policy; lifecycle: Lifecycle;
  users: StorageUser[];
}
export interface StorageState { tenant: string; namespace: string; buckets: BucketState[]; origin: Origin }
/** The auditor's user on each store at home on a cluster. */
export interface StoragePlatformState { cluster: string; stores: { store: string; objectStore: string; clusterNamespace: string; uid: string; source: SourceRef }[]; owner: string }

type WithFiles = Product & { files: Files };

/** Desired storage of one tenant on one cluster; undefined when no product keeps files in a store at home there (D3). */
export function storageState({ platform, tenant, cluster }: TenantScope): StorageState | undefined {
  const buckets = sortBy(Object.values(platform.stores), (s) => s.name)
    .filter((s): s is CephStore => s.kind === "ceph" && s.home === cluster)
    .flatMap((store) => bucketState(platform.name, tenant, store) ?? []);
  if (buckets.length === 0) return undefined;
  return { tenant: tenant.id, namespace: tenantNamespace(tenant.id), buckets, origin: { source: tenant.source, owner: tenant.owner.team } };
}

function bucketState(platform: string, tenant: Tenant, store: CephStore): BucketState | undefined {
  const kept = tenant.domains.flatMap((d) => d.products).filter((p): p is WithFiles => p.files?.store === store.name);
  const products = sortBy(kept, (p) => prefixOf(tenant, p));
  if (products.length === 0) return undefined;
  const consumers = sortBy(tenant.consumers.filter((c) => c.access.includes("files")), (c) => c.name);
  const access = products.map((product): PrefixAccess => ({
    prefix: prefixOf(tenant, product),
    readers: [
      productUid(tenant.id, product.domain, product.id, "read"),
      ...consumers.filter((c) => atMost(product.files.sensitivity.level, c.clearance)).map((c) => consumerUid(tenant.id, c.name, store.name)),
    ],
    writers: [productUid(tenant.id, product.domain, product.id, "write")],
  }));
  const reading = new Set(access.flatMap((a) => a.readers));
  const users: StorageUser[] = products.flatMap((product) => {
    const common = { domain: product.domain, product: product.id, origin: { source: product.files.source, owner: product.owner.team } };
    return [
      { uid: productUid(tenant.id, product.domain, product.id, "read"), operations: ["read"], ...common },
      { uid: productUid(tenant.id, product.domain, product.id, "write"), operations: ["read", "write", "delete"], ...common },
    ] satisfies StorageUser[];
  });
  for (const consumer of consumers) {
    const uid = consumerUid(tenant.id, consumer.name, store.name);
    // A consumer that may read nothing here gets no user: a credential without a use is only a risk.
    if (reading.has(uid)) users.push({ uid, operations: ["read"], origin: { source: consumer.source, owner: tenant.owner.team } });
  }
  const bucket = bucketName(platform, tenant.id);
  const owner = ownerUid(tenant.id, store.name);
  return {
    store: store.name, objectStore: store.objectStore, clusterNamespace: store.namespace, storageClass: store.storageClass,
    claim: claimName(store.name, tenant.id), bucket, owner,
    maxSize: tenant.plan.storage.maxSize, maxObjects: tenant.plan.storage.maxObjects,
    policy: bucketPolicy(bucket, owner, auditUid(store.name), access),
    lifecycle: bucketLifecycle(tenant.id, products.flatMap((p) => (p.files.expireAfter === undefined ? [] : [{ prefix: prefixOf(tenant, p), days: p.files.expireAfter }]))),
    users: sortBy(users, (u) => u.uid),
  };
}

const prefixOf = (tenant: Tenant, product: Product): string => storagePrefix(tenant.id, product.domain, product.id);

/** The platform's half: undefined on a cluster that is home to no object store. */
export function storagePlatformState({ platform, cluster }: PlatformScope): StoragePlatformState | undefined {
  const stores = sortBy(Object.values(platform.stores), (s) => s.name)
    .filter((s): s is CephStore => s.kind === "ceph" && s.home === cluster)
    .map((s) => ({ store: s.name, objectStore: s.objectStore, clusterNamespace: s.namespace, uid: auditUid(s.name), source: s.source }));
  return stores.length === 0 ? undefined : { cluster, stores, owner: platform.onCall.team };
}
