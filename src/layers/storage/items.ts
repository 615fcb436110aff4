/** Buckets and users as items in normal form, of what git says; what radosgw says comes to the same forms in answers.ts. */
import { type DeclaredItem, type ItemCoverage, type Normal, type Reading, setOf } from "../../model/plane.ts";
import type { Declared, Quota, StoreState, WantedBucket, WantedUser } from "./desired.ts";
import { policyMeaning } from "./grants.ts";
import { lifecycleRules } from "./lifecycle.ts";

/** Kinds of items, as coverage names them. `users beside git's`: no items of git's own. */
export const KINDS = ["bucket", "policy", "acl", "lifecycle", "versioning", "user"] as const;
export type Kind = (typeof KINDS)[number];
export const OTHER_USERS = "users beside git's";

/** A limit that is below zero is none. */
export const limit = (value: number | null): number | null => (value === null || value < 0 ? null : value);
/** Negative: no bucket may be created. */
const maxBuckets = (value: number): number => Math.max(value, -1);
export const quotaForm = ({ maxObjects, maxSize }: Quota, raw = false): { [leaf: string]: Normal } => ({ maxObjects: limit(maxObjects), maxSize: limit(maxSize), ...(raw && { raw }) });

export interface UserForm {
  displayName: string; operations: readonly string[]; capabilities: Readonly<Record<string, string>>; maxBuckets: number; quota: { [leaf: string]: Normal }; bucketQuota: { [leaf: string]: Normal };
  suspended: boolean; system: boolean; admin: boolean; email: string; subusers: readonly string[];
  /** How many of each, where the server says. */
  keys?: { s3: number; swift: number; temporary: number };
}
/** A capability to read and write is all there is of it. */
const rights = (text: string): string => (["*", "read,write", "write,read"].includes(text.replaceAll(" ", "")) ? "*" : text.trim());
export const userForm = ({ operations, capabilities, maxBuckets: most, subusers, keys, ...same }: UserForm): { [leaf: string]: Normal } => ({
  ...same, operations: setOf(operations), capabilities: Object.fromEntries(Object.entries(capabilities).map(([what, text]) => [what, rights(text)])), maxBuckets: maxBuckets(most), subusers: setOf(subusers), ...(keys && { keys }),
});

/** `maxBuckets`, limits and flags that no object of Rook's can set are what radosgw gives a new user. */
const wantedUser = ({ displayName, operations, capabilities, maxBuckets: most, quota }: WantedUser, keys: boolean): { [leaf: string]: Normal } => userForm({
  displayName, operations, capabilities, maxBuckets: most, quota: quotaForm(quota), bucketQuota: quotaForm({ maxObjects: null, maxSize: null }),
  suspended: false, system: false, admin: false, email: "", subusers: [], ...(keys && { keys: { s3: 1, swift: 0, temporary: 0 } }),
});

/** Who owns a new bucket has all of it, and nobody else has any. */
const ownAcl = (uid: string): { [leaf: string]: Normal } => ({ owner: uid, grants: { [`user ${uid}`]: "FULL_CONTROL" } });

/** Named by reading.facts where the server showed how many keys a user has. */
export const KEYS_COUNTED = "keys";

/**
 * What git declares. Of a bucket that is not there, the bucket alone is missing: its policy, ACL, lifecycle and versioning went with it. Of a claim whose
 * owner Rook chooses, whoever it is.
 */
export function declaredItems(state: StoreState, reading: Reading): { items: DeclaredItem[]; unknown: ItemCoverage[] } {
  const live = new Map(reading.items.filter(({ kind }) => kind === "bucket").map((item) => [item.name, item.value]));
  const keys = reading.facts[KEYS_COUNTED] === "counted";
  const about = ({ tenant, owner, source, file }: Declared) => ({ ...(tenant !== undefined && { tenant }), ...(owner !== undefined && { owner }), ...(source && { source }), file });
  const ofBucket = (wanted: WantedBucket): DeclaredItem[] => {
    const found = live.get(wanted.bucket);
    const uid = wanted.uid ?? (typeof found?.owner === "string" ? found.owner : "");
    const item = (kind: Kind, value: DeclaredItem["value"]): DeclaredItem => ({ kind, name: wanted.bucket, ...about(wanted), value });
    const bucket = item("bucket", { owner: uid, quota: quotaForm(wanted.quota) });
    if (!found) return [bucket];
    return [bucket, item("policy", policyMeaning(wanted.policy)), item("acl", ownAcl(uid)), item("lifecycle", { rules: lifecycleRules(wanted.lifecycle) }), item("versioning", { kept: false })];
  };
  return { items: [...state.buckets.flatMap(ofBucket), ...state.users.map((user): DeclaredItem => ({ kind: "user", name: user.uid, ...about(user), value: wantedUser(user, keys) }))], unknown: [] };
}
