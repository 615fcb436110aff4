/** What a difference breaks. Orders the page; all of it is P0. */
import type { Change, FindingStatus, Impact } from "../../model/finding.ts";
import { IMPACTS } from "../../model/finding.ts";
import { WIDE } from "./wide.ts";

/** Kinds in namespaces that keep tenants apart, or decide who may do what: any difference in them is one of isolation. Cluster-wide ones: wide.ts. */
const ISOLATION: ReadonlySet<string> = new Set([
  "NetworkPolicy.networking.k8s.io", "AppProject.argoproj.io", "Role.rbac.authorization.k8s.io", "RoleBinding.rbac.authorization.k8s.io",
  "User.cluster.redpanda.com", "CephObjectStoreUser.ceph.rook.io", "ObjectBucketClaim.objectbucket.io", "SecretStore.external-secrets.io", "ExternalSecret.external-secrets.io",
  "Grafana.grafana.integreatly.org", "GrafanaDatasource.grafana.integreatly.org", "SecurityPolicy.gateway.envoyproxy.io", "ReferenceGrant.gateway.networking.k8s.io", "CiliumNetworkPolicy.cilium.io",
]);
const ACCESS: ReadonlySet<string> = new Set(["ServiceAccount", "Application.argoproj.io", "ApplicationSet.argoproj.io", "Topic.cluster.redpanda.com", "Schema.cluster.redpanda.com", "HTTPRoute.gateway.networking.k8s.io", "Gateway.gateway.networking.k8s.io", "Ingress.networking.k8s.io", "ConfigMap", "Job.batch"]);
const COSMETIC: ReadonlySet<string> = new Set(["GrafanaDashboard.grafana.integreatly.org", "GrafanaFolder.grafana.integreatly.org"]);

/** Places of a pod, wherever it is written, at which it leaves its compartment. */
const BREAKS_OUT = /\/(?:hostNetwork|hostPID|hostIPC|hostUsers|privileged|allowPrivilegeEscalation|capabilities|runAsUser|runAsNonRoot|runAsGroup|seccompProfile|appArmorProfile|seLinuxOptions|procMount|hostPath|serviceAccountName|serviceAccount|automountServiceAccountToken|securityContext|sysctls|ephemeralContainers)(?:\/|$)/;
const ADDS_CODE = /\/(?:containers|initContainers|ephemeralContainers)\/[0-9]+(?:$|\/(?:image|command|args|env|envFrom|volumeMounts|volumeDevices|lifecycle)(?:\/|$))/;
const EXPOSES = /^\/spec\/(?:type|externalIPs|externalName|loadBalancerIP|ports\/[0-9]+\/nodePort)(?:\/|$)|^\/spec\/selector(?:\/|$)/;
const LABELS = /^\/metadata\/(labels|annotations)(?:\/|$)/;
/** Labels and annotations that other things decide by. */
const DECIDES = /^\/metadata\/(?:labels|annotations)\/(?:bulkhead\.dev~1|pod-security\.kubernetes\.io~1|rbac\.authorization\.k8s\.io~1aggregate|argocd\.argoproj\.io~1|kubernetes\.io~1)/;

const worst = (impacts: readonly Impact[]): Impact => IMPACTS.find((impact) => impacts.includes(impact)) ?? "availability";

/** The worst of a finding's differences. `what`: the kind with its group. */
export function impactOf(what: string, status: FindingStatus, changes: readonly Change[]): Impact {
  const wide = WIDE.get(what);
  const base: Impact = wide ? wide.impact ?? "isolation" : ISOLATION.has(what) ? "isolation" : ACCESS.has(what) ? "access" : COSMETIC.has(what) ? "cosmetic" : "availability";
  if (status !== "changed") return what === "Pod" || /^(?:Deployment|StatefulSet|DaemonSet|ReplicaSet)\.apps$|^(?:Cron)?Job\.batch$/.test(what) ? (status === "unmanaged" ? "isolation" : "availability") : base;
  return worst(changes.map((change) => {
    if (DECIDES.test(change.pointer) || BREAKS_OUT.test(change.pointer)) return "isolation";
    if (LABELS.test(change.pointer)) return "cosmetic";
    if (ADDS_CODE.test(change.pointer) || (what === "Service" && EXPOSES.test(change.pointer))) return base === "isolation" ? base : "access";
    return base;
  }));
}
