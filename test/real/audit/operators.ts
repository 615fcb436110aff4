/** What operators write to the objects they take up, replayed under their own accounts: no operator runs here (D24). */
import type { Manifest } from "../../../src/layers/layer.ts";
import type { ControlPlaneClient } from "../provision/index.ts";
import { account, type Identity } from "../resources/plane.ts";

interface Write { group: string; version: string; plural: string; as: Identity; manager: string; /** Merge patch of the object. */ patch(name: string): object; status?: (generation: number) => object }
const ready = (observedGeneration: number): object => ({ observedGeneration, conditions: [{ type: "Ready", status: "True", reason: "Applied", message: "", lastTransitionTime: "2026-11-24T00:00:00Z" }] });
const rook = account("rook-ceph", "rook-ceph-system");
const redpanda = account("redpanda", "redpanda-operator");
const finalizer = (name: string): object => ({ metadata: { finalizers: [name] } });
const redpandaKind = (plural: string): Write => ({ group: "cluster.redpanda.com", version: "v1alpha2", plural, as: redpanda, manager: "redpanda-operator", patch: () => finalizer("operator.redpanda.com/finalizer"), status: ready });
const grafanaKind = (plural: string): Write => ({ group: "grafana.integreatly.org", version: "v1beta1", plural, as: account("grafana", "grafana-operator"), manager: "grafana-operator", patch: () => finalizer("operator.grafana.com/finalizer"), status: () => ({}) });

const WRITES: readonly Write[] = [
  { group: "objectbucket.io", version: "v1alpha1", plural: "objectbucketclaims", as: rook, manager: "rook", patch: (name) => ({ metadata: { finalizers: ["objectbucket.io/finalizer"], labels: { "bucket-provisioner": "rook-ceph.ceph.rook.io-bucket" } }, spec: { objectBucketName: `obc-${name}` } }), status: () => ({ phase: "Bound" }) },
  { group: "ceph.rook.io", version: "v1", plural: "cephobjectstoreusers", as: rook, manager: "rook", patch: () => finalizer("cephobjectstoreuser.ceph.rook.io"), status: (observedGeneration) => ({ phase: "Ready", observedGeneration }) },
  ...["topics", "users", "schemas"].map(redpandaKind),
  ...["grafanas", "grafanadashboards", "grafanafolders", "grafanadatasources"].map(grafanaKind),
  { group: "external-secrets.io", version: "v1", plural: "externalsecrets", as: account("external-secrets", "external-secrets"), manager: "external-secrets", patch: () => finalizer("externalsecrets.external-secrets.io/externalsecret-cleanup"), status: () => ({ refreshTime: "2026-11-24T00:00:00Z" }) },
  { group: "argoproj.io", version: "v1alpha1", plural: "applications", as: account("argocd", "argocd-application-controller"), manager: "argocd-application-controller", patch: () => ({ status: { observedAt: "2026-11-24T00:00:00Z", sync: { status: "Synced", comparedTo: { destination: {}, source: { repoURL: "https://git.example/x.git" } } } } }) },
];

/** Replays them, or replays them again after a change, on every object of these kinds; gives how many there were. */
export async function replayOperators(plane: ControlPlaneClient): Promise<number> {
  let count = 0;
  for (const { group, version, plural, as, manager, patch, status } of WRITES) {
    const items = (await plane.request("GET", `/apis/${group}/${version}/${plural}`)).body.items as Manifest[];
    for (const { metadata: { name, namespace } } of items) {
      const url = `/apis/${group}/${version}/namespaces/${namespace}/${plural}/${name}`;
      const options = { contentType: "application/merge-patch+json", impersonate: { user: as.user, groups: ["system:masters", "system:authenticated"] } };
      const answers = [await plane.request("PATCH", `${url}?fieldManager=${manager}`, patch(name), options)];
      if (status) answers.push(await plane.request("PATCH", `${url}/status?fieldManager=${manager}`, { status: status(answers[0]!.body?.metadata?.generation ?? 1) }, options));
      for (const { status: code, body } of answers.slice(0, 1)) if (code !== 200) throw new Error(`${manager} on ${plural} ${namespace}/${name}: ${code} ${body?.message}`);
      count += 1;
    }
  }
  return count;
}
