/** Which kinds are walls: only the walls' applier may write them in a tenant's namespace (D4, D8). */

/** `<group>/<resource>`; the core group is empty. Runtime kinds are here too: only their controllers make them. */
export const WALL_KINDS: readonly string[] = [
  "/bindings", "/endpoints", "/events", "/limitranges", "/pods", "/replicationcontrollers", "/resourcequotas", "/secrets", "/serviceaccounts",
  "apps/controllerrevisions", "apps/replicasets",
  "coordination.k8s.io/leases", "discovery.k8s.io/endpointslices", "events.k8s.io/events",
  "external-secrets.io/pushsecrets", "external-secrets.io/secretstores",
  "gateway.networking.k8s.io/gateways", "gateway.networking.k8s.io/referencegrants",
  "networking.k8s.io/networkpolicies",
  "rbac.authorization.k8s.io/rolebindings", "rbac.authorization.k8s.io/roles",
];
/** Whole groups: other makers of network policies, Argo CD's own kinds, secret generators. */
export const WALL_GROUPS: readonly string[] = ["argoproj.io", "cilium.io", "crd.projectcalico.org", "generators.external-secrets.io", "policy.networking.k8s.io", "projectcalico.org"];
