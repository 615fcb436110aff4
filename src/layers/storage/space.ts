/** Whose space a bucket or a user lies in that git does not know. */
import { auditUid, ownerUid, uidPrefix } from "../../model/names.ts";
import type { StoreState } from "./desired.ts";

/** What lies in nobody's space is others' business. */
export interface Place { tenant?: string; note: string }

/** Rook's own user for the admin API (pkg/operator/ceph/object: RGWAdminOpsUserSecretName); it makes all the others. */
const OPERATOR = "rgw-admin-ops-user";

export function spaceOf({ users, buckets }: StoreState): { bucket(name: string, owner: string): Place | undefined; user(uid: string, powers: readonly string[]): Place | undefined } {
  const tenants = [...new Set([...users, ...buckets].flatMap(({ tenant }) => tenant ?? []))].sort();
  // A bucket is named after platform and tenant (names.ts): what stands before the tenant's name is the platform's.
  const prefixes = new Set(buckets.flatMap(({ bucket, tenant }) => (tenant !== undefined && bucket.endsWith(`-${tenant}`) ? bucket.slice(0, -tenant.length) : [])));
  const uids = new Map(users.map(({ uid, tenant }) => [uid, tenant]));
  const words = tenants.map((tenant) => ({ tenant, pattern: new RegExp(`(?:^|[^a-z0-9])${tenant}(?:$|[^a-z0-9])`, "i") }));
  const holder = (uid: string): string | undefined => uids.get(uid) ?? tenants.find((tenant) => uid.startsWith(uidPrefix(tenant)) || uid.startsWith(ownerUid(tenant, "")));
  return {
    bucket(name, owner) {
      const own = holder(owner);
      if (own !== undefined) return { tenant: own, note: "it is owned by a user of the tenant's" };
      if (uids.has(owner) || owner.startsWith(auditUid(""))) return { note: "it is owned by a user of the platform's" };
      // The longest name first: `acme-eu` is not `acme`.
      const carried = words.filter(({ pattern }) => pattern.test(name)).sort((a, b) => b.tenant.length - a.tenant.length)[0];
      if (carried) return { tenant: carried.tenant, note: "it carries the tenant's name" };
      return [...prefixes].some((prefix) => name.startsWith(prefix)) ? { note: "it carries the platform's name" } : undefined;
    },
    user(uid, powers) {
      const own = holder(uid);
      if (own !== undefined) return { tenant: own, note: "its name is a user's of the tenant" };
      if (uid.startsWith("bulkhead.")) return { note: "its name is a user's of the platform" };
      if (powers.length === 0 || uid === OPERATOR) return undefined;
      return { note: `it reaches every tenant: ${powers.join(", ")}` };
    },
  };
}
