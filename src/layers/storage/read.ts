/**
 * What one radosgw says, read with the auditor's user (D26): its capability `buckets=read` lists every bucket of the store, or the list is refused; what the
 * bucket's policy lets it read is asked of S3. S3's own list of buckets is never used: it shows a user its own and hides the others without a word.
 */
import { type LiveItem, type Reading, type StoreAccess, StoreUnreadable } from "../../model/plane.ts";
import { inTurn } from "../../model/turns.ts";
import { type FoundBucket, Strange, aclOf, bucketsOf, lifecycleOf, versioningOf } from "./answers.ts";
import { AT_ONCE, type Answer, type Client, Unanswered, openClient } from "./client.ts";
import type { StoreState, WantedBucket } from "./desired.ts";
import { Gaps, JSON_FORM, asked, tried } from "./gaps.ts";
import { allows, policyMeaning } from "./grants.ts";
import { KEYS_COUNTED, type Kind } from "./items.ts";
import { spaceOf } from "./space.ts";
import { readUsers } from "./users.ts";

/** Throws StoreUnreadable where not even the list of buckets is given. */
export async function readStore(access: StoreAccess, state: StoreState): Promise<Reading> {
  const client = openClient(access);
  try {
    const gaps = new Gaps();
    const found = await listBuckets(client);
    const live = new Map(found.filter(({ tenant }) => tenant === "").map((bucket) => [bucket.name, bucket]));
    const wanted = state.buckets.filter(({ bucket }) => live.has(bucket));
    const parts = await readParts(client, state, wanted, gaps);
    const users = await readUsers(client, state, gaps);
    const items = [...bucketItems(state, found), ...parts, ...users.items];
    return { plane: "s3", store: access.store, items, coverage: gaps.coverage(items), facts: users.counted ? { [KEYS_COUNTED]: "counted" } : {} };
  } finally {
    client.close();
  }
}

const REFUSALS: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: "it does not know the auditor's access key", SignatureDoesNotMatch: "it refuses the auditor's secret key", UserSuspended: "the auditor's user is suspended",
  AccessDenied: "the auditor's user may not list buckets: it lacks the capability buckets=read", RequestTimeTooSkewed: "its clock and this machine's differ by more than 15 minutes",
};

async function listBuckets(client: Client): Promise<FoundBucket[]> {
  try {
    const answer = await client.get("/admin/bucket", { stats: "true", ...JSON_FORM });
    if (answer.status === 200) return bucketsOf(answer.body);
    throw new StoreUnreadable(REFUSALS[answer.code ?? ""] ?? `it does not answer as radosgw's admin API does (status ${answer.status})`);
  } catch (error) {
    if (error instanceof Unanswered) throw new StoreUnreadable(error.message);
    if (error instanceof Strange) throw new StoreUnreadable(`it does not answer as radosgw's admin API does: ${error.message}`);
    throw error;
  }
}

function bucketItems(state: StoreState, found: readonly FoundBucket[]): LiveItem[] {
  const declared = new Map(state.buckets.map((one) => [one.bucket, one]));
  const space = spaceOf(state);
  return found.flatMap(({ name, tenant, owner, quota }): LiveItem[] => {
    const value = { owner, quota };
    const known = tenant === "" ? declared.get(name) : undefined;
    if (known) return [{ kind: "bucket", name, ...(known.tenant !== undefined && { tenant: known.tenant }), value }];
    const place = space.bucket(name, owner);
    return place ? [{ kind: "bucket", name: tenant === "" ? name : `${tenant}/${name}`, ...place, value }] : [];
  });
}

interface Part { kind: Kind; path(bucket: string): string; query(bucket: string): Record<string, string>; value(answer: Answer): LiveItem["value"]; /** S3's word for having none. */ none?: string }
const s3 = (kind: Kind, name: string, value: Part["value"], none?: string): Part => ({ kind, path: (bucket) => `/${encodeURIComponent(bucket)}`, query: () => ({ [name]: "" }), value, ...(none !== undefined && { none }) });
const PARTS: readonly Part[] = [
  s3("policy", "policy", ({ status, body }) => policyMeaning(status === 200 ? body : undefined), "NoSuchBucketPolicy"),
  { kind: "acl", path: () => "/admin/bucket", query: (bucket) => ({ policy: "", bucket, ...JSON_FORM }), value: ({ body }) => aclOf(body) },
  s3("lifecycle", "lifecycle", ({ status, body }) => (status === 200 ? lifecycleOf(body) : { rules: {} }), "NoSuchLifecycleConfiguration"),
  s3("versioning", "versioning", ({ body }) => versioningOf(body)),
];
const REFUSED = { refused: "the auditor, whom git's policy lets read it" };

/** Of every declared bucket that is there. A bucket whose policy refuses the auditor does not have git's policy: that is a difference, and no gap. */
async function readParts(client: Client, { auditor }: StoreState, wanted: readonly WantedBucket[], gaps: Gaps): Promise<LiveItem[]> {
  const read = async ({ bucket, tenant, policy }: WantedBucket, part: Part): Promise<LiveItem[]> => {
    const item = (value: LiveItem["value"]): LiveItem[] => [{ kind: part.kind, name: bucket, ...(tenant !== undefined && { tenant }), value }];
    const answer = await asked(client, gaps, part.path(bucket), part.query(bucket));
    const gap = (reason: string): LiveItem[] => { gaps.add(part.kind, tenant, reason); return []; };
    if (typeof answer === "string") return gap(answer);
    const { status, code = "" } = answer;
    if (status === 200 || (part.none !== undefined && code === part.none)) return tried(() => item(part.value(answer)), gap);
    if (code === "AccessDenied") return part.kind === "policy" && allows(policyMeaning(policy), auditor, bucket, "s3:GetBucketPolicy") ? item(REFUSED) : gap("a bucket's policy does not let the auditor read it");
    return gap(status === 404 ? "a bucket went away while it was read" : `an answer of another form (status ${status})`);
  };
  return (await inTurn(wanted.flatMap((bucket) => PARTS.map((part) => ({ bucket, part }))), AT_ONCE, ({ bucket, part }) => read(bucket, part))).flat();
}
