/** What radosgw answers, as values of items. Keys and secrets of users are dropped here: nothing behind this file has seen one. */
import { parseXml } from "@rgrove/parse-xml";
import type { Normal } from "../../model/plane.ts";
import { isMap } from "../../model/value.ts";
import { quotaForm, userForm } from "./items.ts";
import { elements, lifecycleRules, rulesOf } from "./lifecycle.ts";

/** An answer that is not what radosgw gives. */
export class Strange extends Error {}

type Value = { [leaf: string]: Normal };
/** A bucket of the admin API's list. `tenant`: a namespace of radosgw's own, empty for all buckets that Rook makes. */
export interface FoundBucket { name: string; tenant: string; owner: string; quota: Value }

function json(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Strange("an answer that is no JSON");
  }
}
function map(value: unknown): Record<string, unknown> {
  if (!isMap(value)) throw new Strange("an answer of another form");
  return value;
}
function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Strange("an answer of another form");
  return value;
}
function text(value: unknown): string {
  if (typeof value !== "string") throw new Strange("an answer of another form");
  return value;
}
function number(value: unknown): number {
  if (typeof value !== "number") throw new Strange("an answer of another form");
  return value;
}
/** Releases differ in how they write one. */
const flag = (value: unknown): boolean => value === true || value === 1 || value === "true";

/** `enabled` alone limits nothing, and a limit that is not enabled is none. */
function quota(value: unknown): Value {
  const { enabled, max_size, max_objects, check_on_raw } = map(value);
  return flag(enabled) ? quotaForm({ maxObjects: number(max_objects), maxSize: number(max_size) }, flag(check_on_raw)) : quotaForm({ maxObjects: null, maxSize: null });
}

/** Of `GET /admin/bucket?stats=true`. */
export const bucketsOf = (body: string): FoundBucket[] => list(json(body)).map((one) => {
  const { bucket, tenant, owner, bucket_quota } = map(one);
  return { name: text(bucket), tenant: text(tenant ?? ""), owner: text(owner), quota: quota(bucket_quota) };
});

const RIGHTS: readonly [number, string][] = [[1, "READ"], [2, "WRITE"], [4, "READ_ACP"], [8, "WRITE_ACP"]];
const FULL = 15;
const GROUPS: Readonly<Record<number, string>> = { 1: "everyone, anonymous included", 2: "everyone with an account" };

/** Of `GET /admin/bucket?policy`: radosgw's admin API calls an ACL a policy, and gives it whatever the bucket's own policy says. */
export function aclOf(body: string): Value {
  const { acl, owner } = map(json(body));
  const grants = new Map<string, number>();
  for (const entry of list(map(acl).grant_map)) {
    const { type, id, email, permission, group, url_spec } = map(map(entry).grant);
    const who = typeof group === "number" && group !== 0 ? (GROUPS[group] ?? `group ${group}`) : id ? `user ${text(id)}` : email ? `e-mail ${text(email)}` : url_spec ? `referer ${text(url_spec)}` : `type ${number(map(type).type)}`;
    grants.set(who, (grants.get(who) ?? 0) | number(map(permission).flags));
  }
  const named = (flags: number): string => (flags === FULL ? "FULL_CONTROL" : RIGHTS.filter(([bit]) => flags & bit).map(([, name]) => name).join(", ") || `flags ${flags}`);
  return { owner: text(map(owner).id), grants: Object.fromEntries([...grants].map(([who, flags]) => [who, named(flags)])) };
}

/** S3's answers to what is not JSON there. JSON of them (`format=json`) names a member twice where there are two rules: a parser sees the last alone. */
function xml(body: string, name: string): ReturnType<typeof elements>[number] {
  try {
    const { root } = parseXml(body);
    if (root?.name === name) return root;
  } catch { /* Said below. */ }
  throw new Strange("an answer of another form");
}

export const lifecycleOf = (body: string): Value => ({ rules: lifecycleRules(rulesOf(xml(body, "LifecycleConfiguration"))) });

/** Once on, versioning can be suspended and never be off again: what counts is whether new versions are kept. */
export function versioningOf(body: string): Value {
  const fields = new Map(elements(xml(body, "VersioningConfiguration")).map(({ name, text: value }) => [name, value]));
  return { kept: fields.get("Status") === "Enabled", ...(fields.get("MfaDelete") === "Enabled" && { mfaDelete: true }) };
}

/** A page of `GET /admin/user?list`. */
export function uidsOf(body: string): { uids: string[]; marker?: string } {
  const { keys, truncated, marker } = map(json(body));
  return { uids: list(keys).map(text), ...(flag(truncated) && { marker: text(marker) }) };
}

/** Of `GET /admin/user?uid=…`. Who may not see keys gets none; who may gets them all, and they are counted. */
export function userOf(body: string): { value: Value; counted: boolean } {
  const user = map(json(body));
  const { display_name, op_mask, caps, max_buckets, suspended, system, admin, email, subusers, keys, swift_keys, temp_url_keys } = user;
  const counted = Array.isArray(keys) && Array.isArray(swift_keys);
  return {
    counted,
    value: userForm({
      displayName: text(display_name), operations: text(op_mask).split(",").map((word) => word.trim()).filter((word) => word !== "" && word !== "<none>"),
      capabilities: Object.fromEntries(list(caps).map((one) => [text(map(one).type), text(map(one).perm)])), maxBuckets: number(max_buckets), quota: quota(user.user_quota), bucketQuota: quota(user.bucket_quota),
      suspended: flag(suspended), system: flag(system), admin: flag(admin), email: text(email ?? ""), subusers: list(subusers ?? []).map((one) => `${text(map(one).id)} ${text(map(one).permissions)}`),
      ...(counted && { keys: { s3: keys.length, swift: swift_keys.length, temporary: Array.isArray(temp_url_keys) ? temp_url_keys.length : 0 } }),
    }),
  };
}
