/**
 * The bucket policy and the lifecycle of a tenant's bucket, in the subset that radosgw knows: no interpolation, no
 * IfExists, no Allow to everyone (each was seen to leak or to be refused), patterns that end in `/*`.
 */
import { userArn } from "../../model/names.ts";

export interface Statement {
  Sid: string;
  Effect: "Allow" | "Deny";
  Principal?: { AWS: string[] };
  NotPrincipal?: { AWS: string[] };
  Action: string[];
  Resource: string[];
  Condition?: { StringLike: { "s3:prefix": string[] } };
}
export interface Policy { Version: "2012-10-17"; Statement: Statement[] }
interface LifecycleRule {
  ID: string;
  Status: "Enabled";
  Filter: { Prefix: string };
  Expiration?: { Days: number };
  AbortIncompleteMultipartUpload?: { DaysAfterInitiation: number };
}
export interface Lifecycle { Rules: LifecycleRule[] }

/** Who may do what below one product's prefix. Lists of uids. */
export interface PrefixAccess { /** Key prefix with its trailing slash. */ prefix: string; readers: string[]; writers: string[] }

const READ = ["s3:GetObject"];
const WRITE = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"];
/** What the auditor reads of a bucket (D26); none of it is an object. */
export const AUDIT_ACTIONS: readonly string[] = ["s3:GetBucketAcl", "s3:GetBucketPolicy", "s3:GetBucketVersioning", "s3:GetLifecycleConfiguration"];
/** What a workload never does, not even to an object it wrote itself: an object's ACL is its writer's to change otherwise. */
export const LOCKED_ACTIONS: readonly string[] = [
  "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteBucketWebsite", "s3:PutBucketAcl", "s3:PutBucketCORS", "s3:PutBucketPolicy",
  "s3:PutBucketVersioning", "s3:PutBucketWebsite", "s3:PutLifecycleConfiguration", "s3:PutObjectAcl", "s3:PutObjectVersionAcl",
];

const sorted = (items: Iterable<string>): string[] => [...new Set(items)].sort();
const users = (uids: Iterable<string>): { AWS: string[] } => ({ AWS: sorted(uids).map(userArn) });

/**
 * The policy of one bucket.
 * - `objects`, `list`: what each product's users may do, under its prefix only.
 * - `fence`: below a prefix nobody else does anything, whatever an object's ACL says. A writer owns what it writes and can
 *   send an ACL with it (`x-amz-acl: public-read`); a Deny beats that.
 * - `wall`: the same for the whole bucket, for everyone who is not named in it, anonymous included.
 * - `lock`: workloads change neither policy, ACL, lifecycle nor versioning.
 * The owner's keys never leave the platform's namespace (D20); Rook uses them to write this policy.
 */
export function bucketPolicy(bucket: string, owner: string, auditor: string, access: PrefixAccess[]): Policy {
  const arn = `arn:aws:s3:::${bucket}`;
  const workloads = sorted(access.flatMap((a) => [...a.readers, ...a.writers]));
  const statements: Statement[] = [
    { Sid: "audit", Effect: "Allow", Principal: users([auditor]), Action: [...AUDIT_ACTIONS], Resource: [arn] },
    { Sid: "wall", Effect: "Deny", NotPrincipal: users([owner, auditor, ...workloads]), Action: ["s3:*"], Resource: [arn, `${arn}/*`] },
  ];
  if (workloads.length > 0) statements.push({ Sid: "lock", Effect: "Deny", Principal: users(workloads), Action: [...LOCKED_ACTIONS], Resource: [arn, `${arn}/*`] });
  for (const { prefix, readers, writers } of access) {
    const objects = [`${arn}/${prefix}*`];
    const all = [...readers, ...writers];
    if (readers.length > 0) statements.push({ Sid: `read:${prefix}`, Effect: "Allow", Principal: users(readers), Action: [...READ], Resource: objects });
    if (writers.length > 0) statements.push({ Sid: `write:${prefix}`, Effect: "Allow", Principal: users(writers), Action: [...WRITE], Resource: objects });
    if (all.length > 0) {
      statements.push({ Sid: `list:${prefix}`, Effect: "Allow", Principal: users(all), Action: ["s3:ListBucket"], Resource: [arn], Condition: { StringLike: { "s3:prefix": [`${prefix}*`] } } });
    }
    statements.push({ Sid: `fence:${prefix}`, Effect: "Deny", NotPrincipal: users([owner, ...all]), Action: ["s3:*"], Resource: objects });
  }
  return { Version: "2012-10-17", Statement: statements.sort((a, b) => (a.Sid < b.Sid ? -1 : a.Sid > b.Sid ? 1 : 0)) };
}

/** Days after which parts of an upload that was never completed are dropped; they count against the quota. */
const ABORT_DAYS = 7;

/** Lifecycle of a tenant's bucket: unfinished uploads everywhere, expiry where a product declares it. Rook wants rules sorted by ID. */
export function bucketLifecycle(tenant: string, expiries: { prefix: string; days: number }[]): Lifecycle {
  const rules: LifecycleRule[] = expiries.map(({ prefix, days }) => ({ ID: `expire:${prefix}`, Status: "Enabled", Filter: { Prefix: prefix }, Expiration: { Days: days } }));
  rules.push({ ID: "abort", Status: "Enabled", Filter: { Prefix: `${tenant}/` }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: ABORT_DAYS } });
  return { Rules: rules.sort((a, b) => (a.ID < b.ID ? -1 : a.ID > b.ID ? 1 : 0)) };
}

/** JSON with keys in code-unit order and no white space: one text for one value. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, v]) => v !== undefined).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(",")}}`;
}
