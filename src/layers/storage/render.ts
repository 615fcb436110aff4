/** Storage state as objects that Rook works from. */
import { DOMAIN_LABEL, NAMESPACES, PRODUCT_LABEL, TENANT_LABEL } from "../../model/names.ts";
import { type Manifest, type Output, PLATFORM_WAVES, type Placement, TENANT_WAVES, place } from "../layer.ts";
import { canonicalJson } from "./policy.ts";
import type { BucketState, Origin, StoragePlatformState, StorageState, StorageUser } from "./state.ts";

/**
 * radosgw reads a negative limit as "may create none" and 0 as "no limit" (Rook's own code writes 0 to restrict, which
 * does not). What has no limit of its own is not in the object.
 */
const NO_BUCKETS = -1;

const placed = (area: Placement["area"], wave: number, { source, owner }: Origin, dataBearing = false): Placement =>
  ({ area, layer: "storage", wave, source, owner, ...(dataBearing && { dataBearing }) });

/** Renders one tenant's bucket and its owner (platform's namespace) and the users of its workloads (its own namespace). */
export function renderTenant(state: StorageState, output: Output): void {
  for (const bucket of state.buckets) {
    // Removing the owner would remove the keys with which Rook looks after the bucket: it goes with the data.
    place(output.chart, ownerManifest(state, bucket), placed("walls", TENANT_WAVES.access, state.origin, true));
    place(output.chart, claimManifest(state, bucket), placed("walls", TENANT_WAVES.stores, state.origin, true));
    for (const user of bucket.users) place(output.chart, userManifest(state, bucket, user), placed("content", TENANT_WAVES.users, user.origin));
  }
}

function ownerManifest(state: StorageState, bucket: BucketState): Manifest {
  return {
    apiVersion: "ceph.rook.io/v1", kind: "CephObjectStoreUser",
    metadata: { name: bucket.owner, namespace: NAMESPACES.storage, labels: { [TENANT_LABEL]: state.tenant } },
    spec: {
      store: bucket.objectStore, clusterNamespace: bucket.clusterNamespace, displayName: `owner of bucket ${bucket.bucket}`,
      quotas: { maxBuckets: 1, maxObjects: bucket.maxObjects, maxSize: bucket.maxSize },
    },
  };
}

function claimManifest(state: StorageState, bucket: BucketState): Manifest {
  return {
    apiVersion: "objectbucket.io/v1alpha1", kind: "ObjectBucketClaim",
    metadata: { name: bucket.claim, namespace: NAMESPACES.storage, labels: { [TENANT_LABEL]: state.tenant } },
    spec: {
      bucketName: bucket.bucket, storageClassName: bucket.storageClass,
      additionalConfig: {
        bucketLifecycle: canonicalJson(bucket.lifecycle),
        bucketMaxObjects: String(bucket.maxObjects),
        bucketMaxSize: bucket.maxSize,
        bucketOwner: bucket.owner,
        bucketPolicy: canonicalJson(bucket.policy),
      },
    },
  };
}

function userManifest(state: StorageState, bucket: BucketState, user: StorageUser): Manifest {
  return {
    apiVersion: "ceph.rook.io/v1", kind: "CephObjectStoreUser",
    metadata: {
      name: user.uid, namespace: state.namespace,
      labels: { [TENANT_LABEL]: state.tenant, ...(user.domain && { [DOMAIN_LABEL]: user.domain }), ...(user.product && { [PRODUCT_LABEL]: user.product }) },
    },
    spec: {
      store: bucket.objectStore, clusterNamespace: bucket.clusterNamespace, displayName: user.uid,
      opMask: [...user.operations], quotas: { maxBuckets: NO_BUCKETS },
    },
  };
}

/** Renders the auditor's user of each store, in the auditor's namespace, where Rook puts its keys (D26). */
export function renderPlatform(state: StoragePlatformState, output: Output): void {
  for (const { objectStore, clusterNamespace, uid, source } of state.stores) {
    const manifest: Manifest = {
      apiVersion: "ceph.rook.io/v1", kind: "CephObjectStoreUser", metadata: { name: uid, namespace: NAMESPACES.audit },
      spec: {
        store: objectStore, clusterNamespace, displayName: "bulkhead audit, reads no object",
        // Never users=read or metadata=read: both return secret keys.
        capabilities: { buckets: "read" }, opMask: ["read"], quotas: { maxBuckets: NO_BUCKETS },
      },
    };
    place(output.chart, manifest, placed({ platform: "storage" }, PLATFORM_WAVES.content, { source, owner: state.owner }));
  }
}
