/** Operators that work in tenants' namespaces: what each writes there, taken from its source. */
import type { OperatorAccounts } from "../state.ts";
import { EVENTS } from "./kube.ts";
import type { Grant, Operation, Writer } from "./writer.ts";

/** Finalizers and annotations of the kinds an operator reconciles, and their status. */
const reconciled = (group: string, kinds: string[], fields: string[] = []): Grant[] => [
  { group, resources: kinds, operations: ["UPDATE"], fields },
  { group, resources: kinds.map((kind) => `${kind}/status`), operations: ["UPDATE"] },
];
const ALL: Operation[] = ["CREATE", "UPDATE", "DELETE"];
/** Objects that the operator makes for a resource, which controls them. */
const made = (owner: string, resources: string[]): Grant => ({ group: "", resources, operations: ALL, fields: "any", owner });

/** Named operators as writers; one without accounts on this cluster is left out. */
export function operatorWriters(accounts: OperatorAccounts): Writer[] {
  const writers: Writer[] = [
    {
      // lib-bucket-provisioner sets the bucket's name, a label and a finalizer on the claim and makes its ConfigMap and Secret.
      name: "rook", users: accounts.rook,
      grants: [
        ...reconciled("objectbucket.io", ["objectbucketclaims"], ["spec.objectBucketName", "spec.bucketName", "label.bucket-provisioner"]),
        ...reconciled("ceph.rook.io", ["cephobjectstoreusers"]),
        made("ObjectBucketClaim.objectbucket.io", ["configmaps", "secrets"]), made("CephObjectStoreUser.ceph.rook.io", ["secrets"]),
      ],
    },
    // Generated passwords are Secrets that the User controls.
    { name: "redpanda", users: accounts.redpanda, grants: [...reconciled("cluster.redpanda.com", ["topics", "users", "schemas"]), made("User.cluster.redpanda.com", ["secrets"])] },
    // Only Secrets it owns: with creationPolicy Merge or Orphan it would write into others.
    { name: "external-secrets", users: accounts.externalSecrets, grants: [...reconciled("external-secrets.io", ["externalsecrets", "secretstores"]), made("ExternalSecret.external-secrets.io", ["secrets"]), { group: "", resources: ["serviceaccounts/token"], operations: ["CREATE"] }] },
    { name: "grafana", users: accounts.grafana, grants: reconciled("grafana.integreatly.org", ["grafanas", "grafanadashboards", "grafanafolders", "grafanadatasources"]) },
    { name: "prometheus", users: accounts.prometheus, grants: reconciled("monitoring.coreos.com", ["servicemonitors", "podmonitors", "prometheusrules", "scrapeconfigs", "alertmanagerconfigs"]) },
    {
      name: "gateway", users: accounts.gateway,
      grants: [{ group: "gateway.networking.k8s.io", resources: ["httproutes/status", "backendtlspolicies/status"], operations: ["UPDATE"] }, { group: "gateway.envoyproxy.io", resources: ["securitypolicies/status", "backendtrafficpolicies/status", "clienttrafficpolicies/status"], operations: ["UPDATE"] }],
    },
  ];
  return writers.filter((writer) => writer.users.length > 0).map((writer) => ({ ...writer, grants: [...writer.grants, ...EVENTS] }));
}
