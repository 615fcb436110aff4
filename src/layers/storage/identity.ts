/**
 * User ids on radosgw. Rook makes a CephObjectStoreUser's `metadata.name` the uid, whatever its namespace, and writes the
 * keys of a uid that exists already into the Secret beside the new object: two objects of one name are one user.
 * So ids are built to be unambiguous: no tenant, domain or product holds "--", and none holds a dot.
 */
import { fit } from "../../model/names.ts";

/** Starts the uid of everything a tenant may make itself; no tenant's prefix starts another's (D9). */
export const uidPrefix = (tenant: string): string => `${tenant}--`;
/** Workload user of one product and access. `a`+`b-c` and `a-b`+`c` stay apart, which single dashes would not do. */
export const productUid = (tenant: string, domain: string, product: string, access: "read" | "write"): string =>
  fit(`${uidPrefix(tenant)}${domain}--${product}--${access}`, 63);
/** Read user of a consumer. The dots keep it out of every product's name; the store, because ids of two stores share a namespace. */
export const consumerUid = (tenant: string, consumer: string, store: string): string => fit(`${uidPrefix(tenant)}consumer.${consumer}.${store}`, 63);
/** Owner of a tenant's bucket. Starts with no tenant's prefix, so that no tenant's namespace can claim it. */
export const ownerUid = (tenant: string, store: string): string => fit(`bulkhead.${tenant}.owner.${store}`, 63);
/** The auditor's user on a store (D26). */
export const auditUid = (store: string): string => fit(`bulkhead.audit.${store}`, 63);
/** Name of the claim of a tenant's bucket in the platform's namespace. The last "--" separates: no tenant holds one. */
export const claimName = (store: string, tenant: string): string => fit(`${store}--${tenant}`, 63);
/** Secret that Rook writes a user's keys to, beside the CephObjectStoreUser. */
export const userSecret = (objectStore: string, uid: string): string => `rook-ceph-object-user-${objectStore}-${uid}`;
/** How a bucket policy names a user. */
export const userArn = (uid: string): string => `arn:aws:iam:::user/${uid}`;
