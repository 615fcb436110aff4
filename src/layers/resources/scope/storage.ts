/** Rook: users and buckets are global in an object store, and the operator is its administrator. */
import { uidPrefix } from "../../../model/names.ts";
import { at, node, type ScopeRule, text, unless } from "./rule.ts";

const USERS = { group: "ceph.rook.io", resources: ["cephobjectstoreusers"], kinds: ["CephObjectStoreUser"] };
const CLAIMS = { group: "objectbucket.io", resources: ["objectbucketclaims"], kinds: ["ObjectBucketClaim"] };
const UID_PREFIX = `variables.tenant + '${uidPrefix("")}'`;
/** The rules; `bucketPrefix` is the part of a bucket's name before the tenant. */
export const storageRules = (bucketPrefix: string): readonly ScopeRule[] => [
  {
    id: "ceph-user-name", ...USERS,
    cel: `object.metadata.name.startsWith(${UID_PREFIX})`,
    message: "the name of a CephObjectStoreUser must start with <id>--",
    check: (object, { tenant }) => unless(object.metadata.name.startsWith(uidPrefix(tenant)), "/metadata/name", `must start with ${uidPrefix(tenant)}`),
  },
  {
    id: "ceph-user-capabilities", ...USERS,
    cel: "size(object.?spec.?capabilities.orValue({})) == 0",
    message: "a CephObjectStoreUser of a tenant has no capabilities: they are rights over the whole object store",
    check: (object) => unless(Object.keys(node(node(object.spec).capabilities)).length === 0, "/spec/capabilities", "must be empty: capabilities are rights over the whole object store"),
  },
  {
    id: "ceph-kind", group: "ceph.rook.io", resources: ["*"], kinds: ["*"],
    cel: "object.kind == 'CephObjectStoreUser'",
    message: "of ceph.rook.io a tenant has CephObjectStoreUsers only",
    check: (object) => unless(object.kind === "CephObjectStoreUser", "/kind", "must be CephObjectStoreUser"),
  },
  {
    id: "bucket-name", ...CLAIMS,
    cel: `object.?spec.?bucketName.orValue('') == '${bucketPrefix}' + variables.tenant && !has(object.spec.generateBucketName)`,
    message: "the bucket of an ObjectBucketClaim is the tenant's own, by name",
    check(object, { tenant, bucketPrefix }) {
      const { bucketName, generateBucketName } = node(object.spec);
      return [
        ...unless(text(bucketName) === bucketPrefix + tenant, "/spec/bucketName", `must be ${bucketPrefix}${tenant}`),
        ...unless(generateBucketName === undefined, "/spec/generateBucketName", "must be absent: the bucket is named"),
      ];
    },
  },
  {
    id: "bucket-owner", ...CLAIMS,
    cel: `object.?spec.?additionalConfig.?bucketOwner.orValue(${UID_PREFIX}).startsWith(${UID_PREFIX})`,
    message: "the owner of a bucket must start with <id>--",
    check(object, { tenant }) {
      const owner = text(node(node(object.spec).additionalConfig).bucketOwner);
      return unless(owner === undefined || owner.startsWith(uidPrefix(tenant)), at("spec", "additionalConfig", "bucketOwner"), `must start with ${uidPrefix(tenant)}`);
    },
  },
  {
    id: "bucket-policy", ...CLAIMS,
    cel: "!has(object.spec.additionalConfig) || !has(object.spec.additionalConfig.bucketPolicy)",
    message: "a bucket policy is text that admission cannot judge: the platform writes it",
    check: (object) => unless(node(node(object.spec).additionalConfig).bucketPolicy === undefined, at("spec", "additionalConfig", "bucketPolicy"), "must be absent: the platform writes bucket policies"),
  },
];
