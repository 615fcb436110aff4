/**
 * What one radosgw says, read with the auditor's user (D26): its capability `buckets=read` lists every bucket of the store, or the list is refused; what the
 * bucket's policy lets it read is asked of S3. S3's own list of buckets is never used: it shows a user its own and hides the others without a word.
 */
import { type ItemCoverage, type LiveItem, type Reading, type StoreAccess, StoreUnreadable } from "../../model/plane.ts";
import { type FoundBucket, Strange, aclOf, bucketsOf, lifecycleOf, uidsOf, userOf, versioningOf } from "./answers.ts";
import { AT_ONCE, type Answer, type Client, Unanswered, openClient } from "./client.ts";
import type { StoreState, WantedBucket } from "./desired.ts";
import { allows, policyMeaning } from "./grants.ts";
import { KEYS_COUNTED, KINDS, type Kind, OTHER_USERS } from "./items.ts";
import { spaceOf } from "./space.ts";

const JSON_FORM = { format: "json" };
/** Of one page; radosgw's own limit. */
const PAGE = "1000";

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

/** What could not be read, of which tenants and why. */
class Gaps {
  /** Set when the server went away: nothing more is asked of it. */
  down?: string;
  readonly #lines = new Map<string, { reason: string; tenants: Set<string | undefined> }>();
  add(what: string, tenant: string | undefined, reason: string): void {
    const line = this.#lines.get(what) ?? { reason, tenants: new Set() };
    this.#lines.set(what, line);
    line.tenants.add(tenant);
  }
  /** One line a kind; whose it is, where all of it is tenants'. */
  coverage(items: readonly LiveItem[]): ItemCoverage[] {
    const kinds = [...KINDS, ...(this.#lines.has(OTHER_USERS) ? [OTHER_USERS] : [])];
    return kinds.map((what): ItemCoverage => {
      const objects = items.filter(({ kind }) => kind === what).length;
      const gap = this.#lines.get(what);
      if (!gap) return { what, state: "read", objects };
      const tenants = gap.tenants.has(undefined) ? undefined : [...gap.tenants].sort() as string[];
      return { what, state: "unknown", objects, reason: gap.reason, ...(tenants && { tenants }) };
    });
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
  return (await inTurn(wanted.flatMap((bucket) => PARTS.map((part) => () => read(bucket, part))))).flat();
}

/** An answer, or in words why there is none. The first that does not come ends the asking: each further one may take as long. */
async function asked(client: Client, gaps: Gaps, path: string, query: Readonly<Record<string, string>>): Promise<Answer | string> {
  if (gaps.down !== undefined) return gaps.down;
  try {
    return await client.get(path, query);
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    return (gaps.down ??= error.message);
  }
}

function tried<T>(work: () => T, gap: (reason: string) => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Strange)) throw error;
    return gap(error.message);
  }
}

const NO_USERS = "no right shows users without their secret keys: Rook's objects cannot give user-info-without-keys=read, and users=read is never given (D26)";
const NO_LIST = "no right lists users without showing their secret keys (users=read, which is never given: D26)";

/** Declared users where they may be seen, and all others that reach a tenant where they may be listed. */
async function readUsers(client: Client, state: StoreState, gaps: Gaps): Promise<{ items: LiveItem[]; counted: boolean }> {
  const nothing = { items: [], counted: false };
  const blind = (reason: string, also: string = reason): typeof nothing => { gaps.add("user", undefined, reason); gaps.add(OTHER_USERS, undefined, also); return nothing; };
  const uids = await listUids(client, gaps);
  if (typeof uids === "string") return blind(uids);
  if (uids === undefined) {
    const own = await asked(client, gaps, "/admin/user", { uid: state.auditor, ...JSON_FORM });
    if (typeof own === "string") return blind(own);
    if (own.status === 403) return blind(NO_USERS, NO_LIST);
    gaps.add(OTHER_USERS, undefined, NO_LIST);
  }
  const declared = new Map(state.users.map(({ uid, tenant }) => [uid, tenant]));
  const space = spaceOf(state);
  let counted = true;
  const read = async (uid: string): Promise<LiveItem[]> => {
    const gap = (reason: string): LiveItem[] => { gaps.add(declared.has(uid) ? "user" : OTHER_USERS, declared.get(uid), reason); return []; };
    const answer = await asked(client, gaps, "/admin/user", { uid, ...JSON_FORM });
    if (typeof answer === "string") return gap(answer);
    if (answer.code === "NoSuchUser") return [];
    if (answer.status !== 200) return gap(`an answer of another form (status ${answer.status})`);
    return tried(() => {
      const user = userOf(answer.body);
      counted &&= user.counted;
      const place = declared.has(uid) ? { tenant: declared.get(uid) } : space.user(uid, powersOf(user.value));
      return place ? [{ kind: "user", name: uid, ...(place.tenant !== undefined && { tenant: place.tenant }), ...("note" in place && { note: place.note }), value: user.value }] : [];
    }, gap);
  };
  const items = (await inTurn([...new Set([...declared.keys(), ...(uids ?? [])])].map((uid) => () => read(uid)))).flat();
  return { items, counted };
}

/** Every uid; undefined where listing is refused; in words why there is no answer. */
async function listUids(client: Client, gaps: Gaps): Promise<string[] | undefined | string> {
  const uids: string[] = [];
  for (let marker: string | undefined; ; ) {
    const answer = await asked(client, gaps, "/admin/user", { list: "", "max-entries": PAGE, ...(marker !== undefined && { marker }), ...JSON_FORM });
    if (typeof answer === "string") return answer;
    if (answer.status === 403 && uids.length === 0) return undefined;
    if (answer.status !== 200) return `an answer of another form (status ${answer.status})`;
    const page = tried(() => uidsOf(answer.body), (reason) => reason as never) as ReturnType<typeof uidsOf> | string;
    if (typeof page === "string") return page;
    uids.push(...page.uids);
    // A page that says there is more and gives none, or begins again, would never end.
    if (page.marker === undefined) return uids;
    if (page.uids.length === 0 || page.marker === marker) return "a list of users that does not end";
    marker = page.marker;
  }
}

/** What lets a user reach beyond its own. */
function powersOf({ capabilities, system, admin }: LiveItem["value"]): string[] {
  return [...Object.entries(capabilities as Record<string, string>).map(([what, rights]) => `${what}=${rights}`), ...(system === true ? ["a system user"] : []), ...(admin === true ? ["an administrator"] : [])];
}

async function inTurn<T>(work: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = new Array<T>(work.length);
  let next = 0;
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, work.length) }, async () => {
    for (let i = next++; i < work.length; i = next++) results[i] = await work[i]!();
  }));
  return results;
}
