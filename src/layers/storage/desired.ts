/** What git says of each object store: the claims and users of `dist/`, as Rook makes buckets and users of them. */
import type { SourceRef } from "../../model/problem.ts";
import type { DesiredStore, Tree, TreeManifest } from "../../model/plane.ts";
import { NAMESPACES, auditUid } from "../../model/names.ts";
import { parseQuantity } from "../../model/quantity.ts";
import { isMap } from "../../model/value.ts";

export interface Declared { tenant?: string; owner?: string; source?: SourceRef; file: string }
/** Limits of a user or a bucket; null: none. */
export interface Quota { maxObjects: number | null; /** bytes */ maxSize: number | null }
export interface WantedUser extends Declared { uid: string; displayName: string; operations: string[]; capabilities: Record<string, string>; /** negative: may create none */ maxBuckets: number; quota: Quota }
export interface WantedBucket extends Declared { bucket: string; /** Namespace and name of the claim. */ claim: string; /** Of the owner; absent: Rook chooses one. */ uid?: string; quota: Quota; /** JSON. */ policy?: string; lifecycle: unknown[] }
/** One object store as git wants it. */
export interface StoreState {
  objectStore: string; clusterNamespace: string;
  auditor: string;
  users: WantedUser[]; buckets: WantedBucket[];
}

const USER = "CephObjectStoreUser";
const CLAIM = "ObjectBucketClaim";
/** Which manifests a store's state is parsed from. */
export const isStorage = ({ apiVersion, kind }: { apiVersion: string; kind: string }): boolean =>
  (apiVersion.startsWith("ceph.rook.io/") && kind === USER) || (apiVersion.startsWith("objectbucket.io/") && kind === CLAIM);

/** What Rook gives a user of whom its object says nothing else (pkg/operator/ceph/object/user). */
const DEFAULT_OPERATIONS = ["read", "write", "delete"];
const DEFAULT_MAX_BUCKETS = 1000;

/**
 * One store for each auditor's user. Stores are told apart by their CephObjectStore; a claim belongs to the one that its owner is a user of, and where
 * Rook chooses the owner, to the only one. A store's
 * name is what follows in the auditor's uid (of names that are cut there, the cut form). Throws where a file cannot be believed.
 */
export function desiredStores({ manifests }: Tree): DesiredStore<StoreState>[] {
  const users = manifests.filter(({ manifest }) => manifest.kind === USER).map((one) => ({ ...userOf(one), at: `${text(spec(one).clusterNamespace) ?? namespace(one)}/${text(spec(one).store)}`, namespace: namespace(one) }));
  const homes = new Map(users.map(({ uid, at }) => [uid, at]));
  const claims = manifests.filter(({ manifest }) => manifest.kind === CLAIM).map(bucketOf);
  once(users.map(({ uid, at, file }) => [`user ${uid} of ${at}`, file]));
  once(claims.map(({ bucket, uid, file }) => [`bucket ${bucket} of ${homes.get(uid ?? "") ?? "a store"}`, file]));
  const prefix = auditUid("");
  const auditors = users.filter(({ uid, namespace: where }) => where === NAMESPACES.audit && uid.startsWith(prefix));
  const homeOf = ({ uid }: WantedBucket): string | undefined => (uid !== undefined ? homes.get(uid) : auditors.length === 1 ? auditors[0]!.at : undefined);
  // What no store has would not be audited, and nobody would be told.
  const lost = [...users.map(({ at, file }) => ({ at, file })), ...claims.map((claim) => ({ at: homeOf(claim), file: claim.file }))].find(({ at }) => auditors.every((auditor) => auditor.at !== at));
  if (lost) throw new Error(`BH7424: ${lost.file} is on an object store on which git declares no auditor, so that no store has it`);
  return auditors.map(({ uid: auditor, at }): DesiredStore<StoreState> => {
    const [clusterNamespace, objectStore] = at.split("/") as [string, string];
    return {
      store: auditor.slice(prefix.length), endpoint: `https://rook-ceph-rgw-${objectStore}.${clusterNamespace}.svc`,
      state: {
        objectStore, clusterNamespace, auditor,
        users: users.filter((user) => user.at === at).map(({ at: _, namespace: __, ...user }) => user),
        buckets: claims.filter((claim) => homeOf(claim) === at),
      },
    };
  });
}

const spec = ({ manifest }: TreeManifest): Record<string, unknown> => (isMap(manifest.spec) ? manifest.spec : {});
const metadata = ({ manifest }: TreeManifest): Record<string, unknown> => (isMap(manifest.metadata) ? manifest.metadata : {});
const namespace = (one: TreeManifest): string => text(metadata(one).namespace) ?? "";
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const declared = ({ file, tenant, owner, source }: TreeManifest): Declared => ({ file, ...(tenant !== undefined && { tenant }), ...(owner !== undefined && { owner }), ...(source && { source }) });

function userOf(one: TreeManifest): WantedUser {
  const { displayName, opMask, capabilities, quotas } = spec(one);
  const uid = named(one, metadata(one).name);
  const limits = isMap(quotas) ? quotas : {};
  return {
    uid, displayName: text(displayName) ?? uid, operations: Array.isArray(opMask) ? opMask.map(String).sort() : [...DEFAULT_OPERATIONS].sort(),
    capabilities: Object.fromEntries(Object.entries(isMap(capabilities) ? capabilities : {}).map(([what, rights]) => [what, String(rights)])),
    maxBuckets: count(one, limits.maxBuckets) ?? DEFAULT_MAX_BUCKETS, quota: { maxObjects: count(one, limits.maxObjects), maxSize: bytes(one, limits.maxSize) }, ...declared(one),
  };
}

function bucketOf(one: TreeManifest): WantedBucket {
  const { bucketName, additionalConfig } = spec(one);
  const config = isMap(additionalConfig) ? additionalConfig : {};
  const uid = text(config.bucketOwner);
  const policy = text(config.bucketPolicy);
  return {
    bucket: named(one, bucketName), claim: `${namespace(one)}/${String(metadata(one).name)}`, ...(uid !== undefined && { uid }), ...(policy !== undefined && { policy }),
    quota: { maxObjects: count(one, config.bucketMaxObjects), maxSize: bytes(one, config.bucketMaxSize) }, lifecycle: rules(one, config.bucketLifecycle), ...declared(one),
  };
}

/** Rook makes one user of two objects of one name, and hands its keys to both. */
function once(named: readonly (readonly [string, string])[]): void {
  const seen = new Map<string, string>();
  for (const [name, file] of named) {
    const other = seen.get(name);
    if (other !== undefined) throw new Error(`BH7423: ${other} and ${file} declare the same ${name}`);
    seen.set(name, file);
  }
}

function named({ file }: TreeManifest, name: unknown): string {
  if (typeof name !== "string" || name === "") throw new Error(`BH7420: ${file} names no bucket or user`);
  return name;
}

/** Whole numbers, of an object's number or a claim's text. */
function count({ file }: TreeManifest, value: unknown): number | null {
  if (value === undefined || value === null) return null;
  const number = typeof value === "string" && /^-?[0-9]+$/.test(value) ? Number(value) : value;
  if (!Number.isInteger(number)) throw new Error(`BH7421: ${file} has a limit that is no whole number`);
  return number as number;
}

/** Bytes of a quantity; a part of one counts whole, as Kubernetes counts it. */
function bytes({ file }: TreeManifest, value: unknown): number | null {
  if (value === undefined || value === null) return null;
  const nanos = typeof value === "string" || typeof value === "number" ? parseQuantity(value) : undefined;
  if (nanos === undefined) throw new Error(`BH7421: ${file} has a size that is no quantity`);
  return Number((nanos + 999_999_999n) / 1_000_000_000n);
}

function rules({ file }: TreeManifest, value: unknown): unknown[] {
  if (value === undefined) return [];
  try {
    const { Rules } = JSON.parse(String(value)) as { Rules: unknown };
    if (Array.isArray(Rules)) return Rules;
  } catch { /* Said below. */ }
  throw new Error(`BH7422: ${file} has a lifecycle that is none`);
}
