/** Settings that storage isolation needs inside objects which others own (D7): listed, never rendered. */
import type { Platform } from "../../model/fleet.ts";
import type { Prerequisite } from "../layer.ts";

/** Fields of a claim's additionalConfig that Rook must accept: its two defaults and the five that claims here use. */
const CLAIM_FIELDS = ["maxObjects", "maxSize", "bucketLifecycle", "bucketMaxObjects", "bucketMaxSize", "bucketOwner", "bucketPolicy"] as const;

/** What Rook and each object store at home on the cluster (or on any, without one) must have set. */
export function storagePrerequisites(platform: Platform, cluster?: string): Prerequisite[] {
  const found = new Map<string, Prerequisite>();
  const need = (object: Prerequisite["object"], pointer: string, value: unknown, why: string) =>
    found.set(`${object.kind}/${object.namespace ?? ""}/${object.name}${pointer}`, { object, pointer, value, why });
  for (const store of Object.values(platform.stores)) {
    if (store.kind !== "ceph" || (cluster !== undefined && store.home !== cluster)) continue;
    need({ apiVersion: "v1", kind: "ConfigMap", namespace: store.namespace, name: "rook-ceph-operator-config" }, "/data/ROOK_OBC_ALLOW_ADDITIONAL_CONFIG_FIELDS", CLAIM_FIELDS.join(","),
      "Rook ignores or refuses a claim's bucket policy, quota, lifecycle and owner unless they are listed here");
    need({ apiVersion: "ceph.rook.io/v1", kind: "CephObjectStore", namespace: store.namespace, name: store.objectStore }, "/spec/allowUsersInNamespaces", ["*"],
      "workloads' keys must reach their tenant's namespace; a list of namespaces would be a list of all tenants. Safe only with the admission policy tenant-scope: a uid is the object's name in any namespace");
    need({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", name: store.storageClass }, "/reclaimPolicy", "Retain", "with Delete, whoever deletes a claim deletes the bucket and all that is in it");
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, prerequisite]) => prerequisite);
}
