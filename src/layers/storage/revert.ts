/** Commands that put a bucket or a user back: the AWS command line for what S3 governs, radosgw-admin for the rest. */
import type { Revert } from "../../model/finding.ts";
import type { DesiredStore, ItemDifference } from "../../model/plane.ts";
import { shellWord } from "../../model/shell.ts";
import type { Quota, StoreState, WantedBucket, WantedUser } from "./desired.ts";
import { limit } from "./items.ts";
import { canonicalJson } from "./policy.ts";

type Store = DesiredStore<StoreState>;
/** S3 for the owner of the bucket. */
const aws = ({ endpoint }: Store, command: string, bucket: string, ...rest: string[]): string => ["aws", "--endpoint-url", endpoint, "s3api", command, "--bucket", bucket, ...rest].map(shellWord).join(" ");
const admin = (...words: string[]): string => ["radosgw-admin", ...words].map(shellWord).join(" ");
/** `--name=value`: a value that begins with a dash is no option then. */
const option = (name: string, value: string | number): string => `--${name}=${value}`;

/** Commands, where they are run, and with whose rights. */
export function revertOf(difference: ItemDifference, store: Store): Revert {
  const { kind, name, status } = difference;
  const bucket = store.state.buckets.find((one) => one.bucket === name);
  const user = store.state.users.find(({ uid }) => uid === name);
  const commands = kind === "user" ? userCommands(difference, user) : status === "unmanaged" ? [admin("bucket", "rm", option("bucket", name))] : bucket ? bucketCommands(difference, bucket, store) : [];
  return { commands, breakGlass: true, note: [...notesOf(difference, commands, store), ...(user ?? bucket ? [] : REMOVALS[kind] ?? [])].join("; ") };
}

const REMOVALS: Readonly<Record<string, readonly string[]>> = {
  bucket: ["it refuses while the bucket holds objects: look into them first, and give what is needed a definition"],
  user: ["it refuses while the user owns buckets: find out whose they are first"],
};

function notesOf({ kind, status, changes }: ItemDifference, commands: readonly string[], { state }: Store): string[] {
  const keys = `aws with the keys of the bucket's owner, which Rook keeps in the Secret rook-ceph-object-user-${state.objectStore}-<uid> of the owner's namespace`;
  const tools = `radosgw-admin in the toolbox of ${state.clusterNamespace}, with --rgw-realm=${state.objectStore}`;
  return [
    ...(commands.some((line) => line.startsWith("aws ")) ? [keys] : []), ...(commands.some((line) => line.startsWith("radosgw-admin ")) ? [tools] : []),
    ...(kind === "user" && changes.some(({ pointer }) => pointer.startsWith("/keys")) ? ["no command: which key is a stranger's, the number does not say; compare `radosgw-admin user info` with Rook's Secret, and remove the other with `radosgw-admin key rm`"] : []),
    ...(kind === "user" && status === "missing" ? ["its keys are new: restart Rook's operator, which writes them into the user's Secret"] : []),
  ];
}

function bucketCommands({ kind, status, changes }: ItemDifference, wanted: WantedBucket, store: Store): string[] {
  const { bucket, uid, quota, policy, lifecycle } = wanted;
  const at = (leaf: string): boolean => changes.some(({ pointer }) => pointer.startsWith(`/${leaf}`));
  // Linking a bucket to its owner writes its ACL anew; who does not own it has no right to.
  const link = uid === undefined ? [] : [admin("bucket", "link", option("bucket", bucket), option("uid", uid))];
  const put: Readonly<Record<string, () => string[]>> = {
    policy: () => [policy === undefined ? aws(store, "delete-bucket-policy", bucket) : aws(store, "put-bucket-policy", bucket, "--policy", policy)],
    acl: () => at("owner") ? link : [aws(store, "put-bucket-acl", bucket, "--acl", "private")],
    lifecycle: () => [lifecycle.length === 0 ? aws(store, "delete-bucket-lifecycle", bucket) : aws(store, "put-bucket-lifecycle-configuration", bucket, "--lifecycle-configuration", canonicalJson({ Rules: lifecycle }))],
    versioning: () => [aws(store, "put-bucket-versioning", bucket, "--versioning-configuration", "Status=Suspended")],
  };
  if (kind !== "bucket") return put[kind]?.() ?? [];
  const limits = quotaCommands(quota, "bucket", option("bucket", bucket));
  if (status === "missing") return [aws(store, "create-bucket", bucket), ...limits, ...put.policy!(), ...put.lifecycle!()];
  return [...(at("owner") ? link : []), ...(at("quota") ? limits : [])];
}

/** A quota whose limits are none is switched off. */
function quotaCommands({ maxObjects, maxSize }: Quota, scope: "user" | "bucket", of: string): string[] {
  const [objects, size] = [limit(maxObjects), limit(maxSize)];
  const none = objects === null && size === null;
  return [
    admin("quota", "set", option("quota-scope", scope), of, option("max-objects", objects ?? -1), option("max-size", size ?? -1)),
    admin("quota", none ? "disable" : "enable", option("quota-scope", scope), of),
  ];
}

function userCommands({ status, name, changes, live }: ItemDifference, wanted: WantedUser | undefined): string[] {
  const uid = option("uid", name);
  if (!wanted) return [admin("user", "rm", uid)];
  const settings = [option("display-name", wanted.displayName), option("op-mask", wanted.operations.join(",")), option("max-buckets", wanted.maxBuckets)];
  const limits = quotaCommands(wanted.quota, "user", uid);
  const capabilities = Object.entries(wanted.capabilities).map(([what, rights]) => `${what}=${rights}`);
  const grant = capabilities.length === 0 ? [] : [admin("caps", "add", uid, option("caps", capabilities.join(";")))];
  if (status === "missing") return [admin("user", "create", uid, ...settings), ...grant, ...limits];
  const at = (leaf: string): boolean => changes.some(({ pointer }) => pointer.startsWith(`/${leaf}`));
  const held = Object.entries((live?.value.capabilities ?? {}) as Record<string, string>).map(([what, rights]) => `${what}=${rights}`);
  return [
    ...(at("suspended") ? [admin("user", "enable", uid)] : []),
    ...(at("displayName") || at("operations") || at("maxBuckets") || at("email") || at("system") || at("admin") ? [admin("user", "modify", uid, ...settings, ...(at("email") ? [option("email", "")] : []), ...(at("system") ? [option("system", 0)] : []), ...(at("admin") ? [option("admin", 0)] : []))] : []),
    ...(at("capabilities") ? [...(held.length > 0 ? [admin("caps", "rm", uid, option("caps", held.join(";")))] : []), ...grant] : []),
    ...(at("quota") ? limits : []),
    ...(at("bucketQuota") ? [admin("quota", "disable", option("quota-scope", "bucket"), uid)] : []),
    ...Object.keys((live?.value.subusers ?? {}) as object).filter(() => at("subusers")).map((subuser) => admin("subuser", "rm", uid, option("subuser", subuser.split(" ")[0]!), "--purge-keys")),
  ];
}
