/** A control plane with the CRDs of the operators that Bulkhead works with, and requests under any identity. */
import { setTimeout as pause } from "node:timers/promises";
import type { Manifest } from "../../../src/layers/layer.ts";
import { operatorCrds } from "../../support/crds.ts";
import type { ApiResponse, ControlPlaneClient } from "../provision/client.ts";

/** Kinds used in the cases: plural and, for custom kinds, whether status is a subresource. */
export const PLURALS: Record<string, string> = {
  NetworkPolicy: "networkpolicies", ValidatingAdmissionPolicy: "validatingadmissionpolicies", ReferenceGrant: "referencegrants", GRPCRoute: "grpcroutes",
  CephFilesystem: "cephfilesystems", EnvoyProxy: "envoyproxies", SecurityPolicy: "securitypolicies", PodSecurityPolicy: "podsecuritypolicies",
  EndpointSlice: "endpointslices", CiliumNetworkPolicy: "ciliumnetworkpolicies", BackendTLSPolicy: "backendtlspolicies",
};
const plural = (kind: string): string => PLURALS[kind] ?? `${kind.toLowerCase()}s`;

/** URL of a manifest's object, or of its collection. */
export function urlOf({ apiVersion, kind, metadata }: Manifest, collection = false): string {
  const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${base}${metadata.namespace ? `/namespaces/${metadata.namespace}` : ""}/${plural(kind)}${collection ? "" : `/${metadata.name}`}`;
}

/** Who acts. All are in system:masters: these suites test admission, not RBAC. */
export interface Identity { user: string; groups?: string[] }
export const ADMIN: Identity = { user: "jane@example.org" };
export const BREAK_GLASS: Identity = { user: "oncall@example.org", groups: ["platform:break-glass"] };
export const account = (namespace: string, name: string): Identity => ({ user: `system:serviceaccount:${namespace}:${name}` });
export const kube = (name: string): Identity => account("kube-system", name);
export const applier = (name: string): Identity => account("bulkhead-appliers", name);

export interface Plane { client: ControlPlaneClient; send(as: Identity, method: string, path: string, body?: unknown, contentType?: string): Promise<ApiResponse> }
export function planeOf(client: ControlPlaneClient): Plane {
  return {
    client,
    send: (as, method, path, body, contentType) =>
      client.request(method, path, body, { impersonate: { user: as.user, groups: ["system:masters", "system:authenticated", ...(as.groups ?? [])] }, ...(contentType && { contentType }) }),
  };
}

/** Server-side apply, strictly validated, as Argo CD does it. */
export const apply = (plane: Plane, manifest: Manifest, as: Identity, dryRun = false): Promise<ApiResponse> =>
  plane.send(as, "PATCH", `${urlOf(manifest)}?fieldManager=bulkhead&force=true&fieldValidation=Strict${dryRun ? "&dryRun=All" : ""}`, manifest, "application/apply-patch+yaml");

/** Applies as break-glass and insists; kinds of new CRDs take a moment to be served. */
export async function must(plane: Plane, manifest: Manifest, as: Identity = BREAK_GLASS): Promise<void> {
  let last: ApiResponse | undefined;
  await eventually(`${manifest.kind} ${manifest.metadata.name}`, async () => {
    last = await apply(plane, manifest, as);
    return last.status < 300 || (last.status !== 404 && last.status !== 429 && last.status < 500);
  });
  if (!last || last.status >= 300) throw new Error(`${manifest.kind} ${manifest.metadata.name}: ${last?.status} ${JSON.stringify(last?.body?.message)}`);
}

/** Polls until the test holds. */
export async function eventually(what: string, test: () => Promise<boolean>, ms = 60_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await test())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms`);
    await pause(100);
  }
}

/** Name of the policy that refused, or undefined when it was allowed by admission. */
export function refusedBy(response: ApiResponse): string | undefined {
  const message = String(response.body?.message ?? "");
  return /ValidatingAdmissionPolicy '([^']+)'/.exec(message)?.[1];
}

interface Kind { group: string; version: string; kind: string; status: boolean }
const kinds = (group: string, version: string, names: string[], status = true): Kind[] => names.map((kind) => ({ group, version, kind, status }));
/** What the cases need. Kinds that Bulkhead never renders, and only refuses, have no CRD at hand: a stand-in without a schema does. */
const NEEDED: Kind[] = [
  ...kinds("cluster.redpanda.com", "v1alpha2", ["Topic", "User", "Schema", "Redpanda"]),
  ...kinds("ceph.rook.io", "v1", ["CephObjectStoreUser", "CephFilesystem"]), ...kinds("objectbucket.io", "v1alpha1", ["ObjectBucketClaim"]),
  ...kinds("external-secrets.io", "v1", ["ExternalSecret", "SecretStore"]), ...kinds("external-secrets.io", "v1alpha1", ["PushSecret"]), ...kinds("generators.external-secrets.io", "v1alpha1", ["Password"]),
  ...kinds("grafana.integreatly.org", "v1beta1", ["GrafanaDashboard"]),
  ...kinds("gateway.networking.k8s.io", "v1", ["HTTPRoute", "Gateway", "GRPCRoute"]), ...kinds("gateway.envoyproxy.io", "v1alpha1", ["Backend", "SecurityPolicy"]),
  ...kinds("monitoring.coreos.com", "v1", ["ServiceMonitor"]), ...kinds("argoproj.io", "v1alpha1", ["Application", "ApplicationSet", "AppProject"], false),
  ...kinds("cilium.io", "v2", ["CiliumNetworkPolicy"], false),
];
const standIn = ({ group, version, kind, status }: Kind): Manifest => ({
  apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", metadata: { name: `${plural(kind)}.${group}`, annotations: { "api-approved.kubernetes.io": "unapproved, a stand-in of a test" } },
  spec: {
    group, scope: "Namespaced", names: { kind, plural: plural(kind) },
    versions: [{ name: version, served: true, storage: true, ...(status && { subresources: { status: {} } }), schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } } }],
  },
});

/** Installs the CRDs of operators that the cases use. */
export async function installOperatorKinds(plane: Plane): Promise<void> {
  const known = new Map(operatorCrds().map((crd) => [crd.metadata.name, crd]));
  await Promise.all(NEEDED.map((kind) => must(plane, known.get(`${plural(kind.kind)}.${kind.group}`) ?? standIn(kind))));
  await Promise.all(NEEDED.map(({ group, version, kind }) => eventually(`${kind} to be served`, async () => (await plane.send(ADMIN, "GET", `/apis/${group}/${version}/${plural(kind)}`)).status === 200)));
}
