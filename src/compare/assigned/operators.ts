/**
 * What the operators of the platform write into resources they reconcile, from their sources. A manager without a field owner of its own is called after
 * its program. What webhooks change (defaults, injected certificates) is not here: an allow rule says it, because a webhook writes in its caller's name.
 */
import { type AssignedLeaf, type AssignedLeaves, finalizer, label, type Writers } from "./rule.ts";

const managers = (...names: string[]): Writers => ({ managers: names });
/** The program of an operator built with kubebuilder, when its image does not call it otherwise. */
const BUILT = "manager";

const ROOK = managers("rook");
const BUCKETS = "kube-object-storage/lib-bucket-provisioner pkg/provisioner";
const BUCKET_CLAIM: readonly AssignedLeaf[] = [
  { path: "/spec/objectBucketName", by: ROOK, source: BUCKETS },
  // Generated from generateBucketName; where git names the bucket, another name is another bucket.
  { path: "/spec/bucketName", by: ROOK, source: BUCKETS },
  label("bucket-provisioner", ROOK, BUCKETS),
  finalizer("objectbucket.io/finalizer", ROOK, BUCKETS),
];
const rook = (kind: string): AssignedLeaf => finalizer(`${kind.toLowerCase()}.ceph.rook.io`, ROOK, "rook pkg/operator/ceph/controller/finalizer.go");

const REDPANDA = finalizer("operator.redpanda.com/finalizer", managers("cluster.redpanda.com/operator", "redpanda-operator", BUILT), "redpanda-operator operator/internal/controller/redpanda/resource_controller.go");
const GRAFANA = finalizer("operator.grafana.com/finalizer", managers("grafana-operator", "v5", BUILT), "grafana-operator controllers/controller_shared.go");
const SECRETS = managers("external-secrets");

export const OPERATORS: AssignedLeaves = {
  "objectbucket.io/ObjectBucketClaim": BUCKET_CLAIM,
  "ceph.rook.io/CephObjectStoreUser": [rook("CephObjectStoreUser")],
  "ceph.rook.io/CephObjectStore": [rook("CephObjectStore")],
  "cluster.redpanda.com/*": [REDPANDA],
  "grafana.integreatly.org/*": [GRAFANA],
  "external-secrets.io/ExternalSecret": [finalizer("externalsecrets.external-secrets.io/externalsecret-cleanup", SECRETS, "external-secrets pkg/controllers/externalsecret")],
  "external-secrets.io/SecretStore": [finalizer("secretstore.externalsecrets.io/finalizer", SECRETS, "external-secrets pkg/controllers/secretstore")],
};
