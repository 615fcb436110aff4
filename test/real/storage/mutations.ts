/** The published list: what somebody does to the live side by hand, and the difference that it must be. */
import type { Policy, Statement } from "../../../src/layers/storage/policy.ts";
import { done, lifecycleXml } from "../apply/s3.ts";
import type { Stage } from "./stage.ts";

export const TENANT = "northwind";
export const BUCKET = "meridian-northwind";
export const OWNER = "bulkhead.northwind.owner.lake-eu";
const READER = "northwind--logistics--tracking--read";
const WRITER = "northwind--logistics--tracking--write";
const STRANGER = "helvetia-insurance--claims--claims--write";
export const PREFIX = "northwind/logistics/tracking/";

/** `<status> <kind> <name>`, then how the pointers of what changed begin: each of them, and nothing else. */
export interface Expected { [difference: string]: readonly string[] }
export interface Mutation { name: string; change(stage: Stage): Promise<unknown>; expected: Expected; /** Kinds that are unknown because of it. */ unknown?: readonly string[]; /** Only seen where users may be read. */ users?: true; /** By hand, where no command can put it back. */ undo?(stage: Stage): Promise<unknown> }

const wanted = ({ store }: Stage) => store.state.buckets.find(({ bucket }) => bucket === BUCKET)!;
/** The declared policy with a change, written by the owner. */
export const writePolicy = (stage: Stage, change: (policy: Policy, of: (sid: string) => Statement) => void): Promise<string> => {
  const policy = JSON.parse(wanted(stage).policy!) as Policy;
  change(policy, (sid) => policy.Statement.find(({ Sid }) => Sid === sid)!);
  return done(stage.as(OWNER)("PUT", `/${BUCKET}`, { query: { policy: "" }, body: JSON.stringify(policy) }));
};
const writeLifecycle = (stage: Stage, change: (rules: any[]) => void): Promise<string> => {
  const rules = structuredClone(wanted(stage).lifecycle);
  change(rules);
  return done(stage.as(OWNER)("PUT", `/${BUCKET}`, { query: { lifecycle: "" }, body: lifecycleXml(JSON.stringify({ Rules: rules })) }));
};
const acl = (stage: Stage, headers: Record<string, string>): Promise<string> => done(stage.as(OWNER)("PUT", `/${BUCKET}`, { query: { acl: "" }, headers }));
const admin = (...args: string[]) => ({ ceph }: Stage) => ceph.admin(args);
const allow = (uid: string, ...Action: string[]): Statement => ({ Sid: "x", Effect: "Allow", Principal: { AWS: [`arn:aws:iam:::user/${uid}`] }, Action, Resource: [`arn:aws:s3:::${BUCKET}/*`] });

/** A user that was made anew has keys that nobody holds. */
async function giveKeys({ ceph, keys }: Stage): Promise<void> {
  const { accessKey, secretKey } = keys.get(READER)!;
  const { keys: others } = JSON.parse((await ceph.admin(["user", "info", `--uid=${READER}`])).stdout) as { keys: { access_key: string }[] };
  for (const { access_key } of others) await ceph.admin(["key", "rm", `--uid=${READER}`, `--access-key=${access_key}`]);
  await ceph.admin(["key", "create", `--uid=${READER}`, "--key-type=s3", `--access-key=${accessKey}`, `--secret-key=${secretKey}`]);
}

const policy = (name: string, change: (policy: Policy, of: (sid: string) => Statement) => void, ...pointers: string[]): Mutation => ({ name, change: (stage) => writePolicy(stage, change), expected: { [`changed policy ${BUCKET}`]: pointers } });
const user = (name: string, uid: string, args: string[], ...pointers: string[]): Mutation => ({ name, users: true, change: admin(...args, `--uid=${uid}`), expected: { [`changed user ${uid}`]: pointers } });
const wall = `/deny/everyone but/${BUCKET}`;

export const MUTATIONS: readonly Mutation[] = [
  { name: "the policy is deleted", change: (stage) => done(stage.as(OWNER)("DELETE", `/${BUCKET}`, { query: { policy: "" } })), expected: { [`changed policy ${BUCKET}`]: ["/allow", "/deny", "/refused", "/version"] }, unknown: ["lifecycle", "versioning"] },
  { ...policy("the policy is emptied", (p) => { p.Statement = []; }, "/allow", "/deny", "/refused", "/version"), unknown: ["lifecycle", "versioning"] },
  { ...policy("the auditor may no longer read the versioning", (_, of) => { of("audit").Action = of("audit").Action.filter((a) => a !== "s3:GetBucketVersioning"); }, "/allow/user bulkhead.audit.lake-eu/"), unknown: ["versioning"] },
  policy("another tenant's user may read", (p) => { p.Statement.push(allow(STRANGER, "s3:GetObject")); }, `/allow/user ${STRANGER}`),
  policy("everyone may read", (p) => { p.Statement.push({ ...allow("x", "s3:GetObject"), Principal: "*" as never }); }, "/allow/everyone"),
  policy("a consumer may write", (_, of) => { of(`write:${PREFIX}`).Principal!.AWS.push(`arn:aws:iam:::user/${TENANT}--consumer.reporting.lake-eu`); }, "/allow/user northwind--consumer.reporting.lake-eu/"),
  policy("a prefix without its slash", (_, of) => { of(`read:${PREFIX}`).Resource = [`arn:aws:s3:::${BUCKET}/${PREFIX.slice(0, -1)}*`]; }, "/allow/user northwind--"),
  policy("a list without a prefix", (_, of) => { delete of(`list:${PREFIX}`).Condition; }, "/allow/user northwind--"),
  policy("a list whose prefix may be absent", (_, of) => { of(`list:${PREFIX}`).Condition = { StringLikeIfExists: { "s3:prefix": [`${PREFIX}*`] } } as never; }, "/allow/user northwind--"),
  policy("a gap in the wall", (_, of) => { of("wall").NotPrincipal!.AWS.push(`arn:aws:iam:::user/${STRANGER}`); }, wall, `${wall}~1*`),
  policy("no wall", (p) => { p.Statement = p.Statement.filter(({ Sid }) => Sid !== "wall"); }, wall, `${wall}~1*`),
  policy("no fence", (p) => { p.Statement = p.Statement.filter(({ Sid }) => Sid !== `fence:${PREFIX}`); }, `${wall}~1${PREFIX.replaceAll("/", "~1")}*`),
  policy("workloads may write the policy", (_, of) => { of("lock").Action = of("lock").Action.filter((a) => a !== "s3:PutBucketPolicy"); }, "/deny/user northwind--"),
  policy("a Deny that never holds", (_, of) => { of("wall").Condition = { StringLike: { "s3:prefix": ["never"] } }; }, wall),
  policy("a Deny that became an Allow", (_, of) => { of("lock").Effect = "Allow"; }, "/deny/user northwind--", "/allow/user northwind--"),
  { name: "anonymous may list", change: (stage) => acl(stage, { "x-amz-acl": "public-read" }), expected: { [`changed acl ${BUCKET}`]: ["/grants/everyone, anonymous included"] } },
  { name: "every account may list and write", change: (stage) => acl(stage, { "x-amz-grant-read": 'uri="http://acs.amazonaws.com/groups/global/AuthenticatedUsers"', "x-amz-grant-write": 'uri="http://acs.amazonaws.com/groups/global/AuthenticatedUsers"', "x-amz-grant-full-control": `id=${OWNER}` }), expected: { [`changed acl ${BUCKET}`]: ["/grants/everyone with an account"] } },
  { name: "another tenant's user may write the ACL", change: (stage) => acl(stage, { "x-amz-grant-write-acp": `id=${STRANGER}`, "x-amz-grant-full-control": `id=${OWNER}` }), expected: { [`changed acl ${BUCKET}`]: [`/grants/user ${STRANGER}`] } },
  { name: "the lifecycle is deleted", change: (stage) => done(stage.as(OWNER)("DELETE", `/${BUCKET}`, { query: { lifecycle: "" } })), expected: { [`changed lifecycle ${BUCKET}`]: ["/rules/abort", "/rules/expire:"] } },
  { name: "objects expire sooner", change: (stage) => writeLifecycle(stage, (rules) => { rules.find(({ Expiration }) => Expiration).Expiration.Days = 1; }), expected: { [`changed lifecycle ${BUCKET}`]: [`/rules/expire:${PREFIX.replaceAll("/", "~1")}/Expiration/Days`] } },
  { name: "a rule deletes everything", change: (stage) => writeLifecycle(stage, (rules) => { rules.push({ ID: "all", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 1 } }); }), expected: { [`changed lifecycle ${BUCKET}`]: ["/rules/all"] } },
  { name: "a rule is disabled", change: (stage) => writeLifecycle(stage, (rules) => { rules[0].Status = "Disabled"; }), expected: { [`changed lifecycle ${BUCKET}`]: ["/rules/abort/Status"] } },
  { name: "versions are kept", change: (stage) => done(stage.as(OWNER)("PUT", `/${BUCKET}`, { query: { versioning: "" }, body: "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>" })), expected: { [`changed versioning ${BUCKET}`]: ["/kept"] } },
  { name: "the bucket's quota is raised", change: admin("quota", "set", "--quota-scope=bucket", `--bucket=${BUCKET}`, "--max-objects=99999999999"), expected: { [`changed bucket ${BUCKET}`]: ["/quota/maxObjects"] } },
  { name: "the bucket's quota is off", change: admin("quota", "disable", "--quota-scope=bucket", `--bucket=${BUCKET}`), expected: { [`changed bucket ${BUCKET}`]: ["/quota/maxObjects", "/quota/maxSize"] } },
  { name: "the bucket has another owner", change: admin("bucket", "link", `--bucket=${BUCKET}`, "--uid=stranger"), expected: { [`changed bucket ${BUCKET}`]: ["/owner"], [`changed acl ${BUCKET}`]: ["/grants/user bulkhead", "/grants/user stranger", "/owner"] } },
  { name: "the bucket is gone", change: admin("bucket", "rm", `--bucket=${BUCKET}`), expected: { [`missing bucket ${BUCKET}`]: [] } },
  { name: "a bucket with a tenant's name", change: (stage) => done(stage.stranger("PUT", "/backup.northwind")), expected: { "unmanaged bucket backup.northwind": [] } },
  { name: "a bucket with the platform's name", change: (stage) => done(stage.stranger("PUT", "/meridian-scratch")), expected: { "unmanaged bucket meridian-scratch": [] } },
  { name: "a bucket of a tenant's user", change: async (stage) => { await done(stage.stranger("PUT", "/innocent")); await stage.ceph.admin(["bucket", "link", "--bucket=innocent", `--uid=${OWNER}`]); }, expected: { "unmanaged bucket innocent": [] } },

  user("a workload gets a capability", READER, ["caps", "add", "--caps=users=*"], "/capabilities/users"),
  user("a reader may write", READER, ["user", "modify", "--op-mask=read,write"], "/operations/write"),
  user("a user is suspended", WRITER, ["user", "suspend"], "/suspended"),
  user("a user may create buckets", READER, ["user", "modify", "--max-buckets=10"], "/maxBuckets"),
  user("an owner's quota is raised", OWNER, ["quota", "set", "--quota-scope=user", "--max-objects=99999999999"], "/quota/maxObjects"),
  user("an owner's quota is off", OWNER, ["quota", "disable", "--quota-scope=user"], "/quota/maxObjects", "/quota/maxSize"),
  { ...user("a quota for each of a user's buckets", OWNER, ["quota", "set", "--quota-scope=bucket", "--max-objects=1"], "/bucketQuota/maxObjects"), change: async ({ ceph }) => { await ceph.admin(["quota", "set", "--quota-scope=bucket", "--max-objects=1", `--uid=${OWNER}`]); await ceph.admin(["quota", "enable", "--quota-scope=bucket", `--uid=${OWNER}`]); } },
  user("a user of the system", READER, ["user", "modify", "--system=1"], "/system"),
  user("an administrator", READER, ["user", "modify", "--admin=1"], "/admin"),
  user("a user of another name to people", READER, ["user", "modify", "--display-name=someone else"], "/displayName"),
  user("a user below a user", READER, ["subuser", "create", `--subuser=${READER}:x`, "--access=full"], "/keys/swift", "/subusers"),
  { ...user("a second key", READER, ["key", "create", "--key-type=s3", "--access-key=second", "--secret-key=second"], "/keys/s3"), undo: admin("key", "rm", `--uid=${READER}`, "--access-key=second") },
  { name: "a user is gone", users: true, change: admin("user", "rm", `--uid=${READER}`), expected: { [`missing user ${READER}`]: [] }, undo: giveKeys },
  { name: "a user with a tenant's name", users: true, change: admin("user", "create", "--uid=northwind--x", "--display-name=x"), expected: { "unmanaged user northwind--x": [] } },
  { name: "a user with the platform's name", users: true, change: admin("user", "create", "--uid=bulkhead.x", "--display-name=x"), expected: { "unmanaged user bulkhead.x": [] } },
  { name: "somebody who may read all users' keys", users: true, change: admin("user", "create", "--uid=mallory", "--display-name=m", "--caps=users=read"), expected: { "unmanaged user mallory": [] } },
];

/** Changes of text, and none of meaning. */
export const EQUAL: readonly { name: string; change(stage: Stage): Promise<unknown> }[] = [
  { name: "statements in another order, without Sids", change: (stage) => writePolicy(stage, (p) => { p.Statement.reverse(); for (const s of p.Statement) delete (s as Partial<Statement>).Sid; }) },
  { name: "a statement for each action, in lower case, texts for lists", change: (stage) => writePolicy(stage, (p) => { p.Statement = p.Statement.flatMap((s) => s.Action.map((action) => ({ ...s, Action: action.toLowerCase() as never }))); }) },
  { name: "an Id, and people's Sids", change: (stage) => writePolicy(stage, (p) => { (p as { Id?: string }).Id = "mine"; p.Statement.forEach((s, i) => { s.Sid = `s${i}`; }); }) },
  { name: "lifecycle rules in another order", change: (stage) => writeLifecycle(stage, (rules) => { rules.reverse(); }) },
  { name: "versions were kept once", change: async (stage) => { for (const status of ["Enabled", "Suspended"]) await done(stage.as(OWNER)("PUT", `/${BUCKET}`, { query: { versioning: "" }, body: `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>` })); } },
  { name: "a bucket and a user of nobody here", change: async ({ ceph, stranger }) => { await done(stranger("PUT", "/northwinds")); await ceph.admin(["user", "create", "--uid=somebody", "--display-name=x"]); } },
];
