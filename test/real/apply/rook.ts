/**
 * A stand-in for Rook's operator, which needs a cluster of its own: reads nothing but rendered objects and does with them what Rook v1.20 does
 * (pkg/operator/ceph/object/user, .../bucket), by the same calls of the admin API and of S3. What Rook keeps in Secrets is what this returns.
 */
import { randomUUID } from "node:crypto";
import type { Manifest } from "../../../src/layers/layer.ts";
import type { CephKeys, CephServer } from "../provision/index.ts";
import { done, lifecycleXml, s3 } from "./s3.ts";

const spec = (manifest: Manifest): any => manifest.spec;
/** Kubernetes quantities as claims and users write them: whole numbers with a binary suffix, or bytes. */
function bytes(quantity: string): number {
  const [, digits, suffix = ""] = /^(\d+)(Ki|Mi|Gi|Ti|Pi)?$/.exec(quantity) ?? [];
  if (digits === undefined) throw new Error(`a size that this stand-in does not know: ${quantity}`);
  return Number(digits) * 1024 ** ["", "Ki", "Mi", "Gi", "Ti", "Pi"].indexOf(suffix);
}

/** Applies users, then claims; gives the keys of all users by uid. Applying the same again changes nothing. */
export async function applyRook(ceph: CephServer, manifests: readonly Manifest[], known: ReadonlyMap<string, CephKeys> = new Map()): Promise<Map<string, CephKeys>> {
  const operator = s3(ceph.endpoint, ceph.operator);
  const keys = new Map(known);
  const limits = (query: Record<string, string>, objects: unknown, size: unknown): Record<string, string> => ({
    ...query, format: "json", enabled: String(objects !== undefined || size !== undefined),
    // Ceph 16 takes a bucket's `max-size` for zero and knows only kilobytes; Rook's Ceph takes both.
    "max-objects": String(objects ?? -1), "max-size-kb": String(size === undefined ? -1 : bytes(String(size)) / 1024),
  });
  for (const manifest of manifests.filter(({ kind }) => kind === "CephObjectStoreUser")) {
    const { displayName, opMask, capabilities, quotas } = spec(manifest);
    const uid = manifest.metadata.name;
    const settings = { uid, "display-name": displayName, "max-buckets": String(quotas?.maxBuckets ?? 1000), "op-mask": (opMask ?? ["read", "write", "delete"]).join(", "), format: "json" };
    const exists = (await operator("GET", "/admin/user", { query: { uid, format: "json" } })).status === 200;
    if (!exists || !keys.has(uid)) {
      const pair = keys.get(uid) ?? { uid, accessKey: `${randomUUID().slice(0, 8)}.${uid}`, secretKey: randomUUID() };
      keys.set(uid, pair);
      const caps = Object.entries(capabilities ?? {}).map(([what, rights]) => `${what}=${String(rights)}`).join(";");
      await done(operator("PUT", "/admin/user", { query: { ...settings, "access-key": pair.accessKey, "secret-key": pair.secretKey, "generate-key": "false", ...(caps !== "" && { "user-caps": caps }) } }));
    } else await done(operator("POST", "/admin/user", { query: settings }));
    await done(operator("PUT", "/admin/user", { query: limits({ quota: "", uid, "quota-type": "user" }, quotas?.maxObjects, quotas?.maxSize) }));
  }
  for (const manifest of manifests.filter(({ kind }) => kind === "ObjectBucketClaim")) {
    const { bucketName, additionalConfig } = spec(manifest);
    const { bucketOwner, bucketPolicy, bucketLifecycle, bucketMaxObjects, bucketMaxSize } = additionalConfig;
    const owner = s3(ceph.endpoint, keys.get(bucketOwner));
    // An owner at its limit is told so before radosgw looks whether the bucket is its own.
    const exists = (await operator("GET", "/admin/bucket", { query: { bucket: bucketName, format: "json" } })).status === 200;
    if (!exists) await done(owner("PUT", `/${bucketName}`));
    await done(operator("PUT", "/admin/bucket", { query: limits({ quota: "", uid: bucketOwner, bucket: bucketName }, bucketMaxObjects, bucketMaxSize) }));
    if (bucketPolicy !== undefined) await done(owner("PUT", `/${bucketName}`, { query: { policy: "" }, body: bucketPolicy }));
    if (bucketLifecycle !== undefined) await done(owner("PUT", `/${bucketName}`, { query: { lifecycle: "" }, body: lifecycleXml(bucketLifecycle) }));
  }
  return keys;
}
