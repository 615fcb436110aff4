/**
 * Appliers on a real API server, policies bound: what each must be able to do, and what it must not.
 * It wants a server of its own: what other suites have made would be in the way.
 */
import { isBootstrap } from "../../../src/layers/gitops/index.ts";
import { noPods } from "../../../src/layers/resources/namespace.ts";
import { NAMESPACES, TENANT_LABEL } from "../../../src/model/names.ts";
import { operatorCrds } from "../../support/crds.ts";
import { installCrds } from "../fleet/applier.ts";
import type { ControlPlaneClient } from "../provision/index.ts";
import { renderPlatform, renderTenant } from "../../layers/gitops/fleet.ts";

const sa = (name: string): string => `system:serviceaccount:${NAMESPACES.appliers}:${name}`;
const namespace = (name: string, labels: Record<string, string> = {}) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
const object = (apiVersion: string, kind: string, ns: string, name: string, rest: object = {}) => ({ apiVersion, kind, metadata: { name, namespace: ns }, ...rest });
const RBAC = "rbac.authorization.k8s.io/v1";
/** What counts as a refusal: RBAC, quota, escalation or a policy's own message; never a missing object or an expression that failed. */
const REFUSAL = /denied request|is forbidden|attempting to grant RBAC permissions/;
const pod = { spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] } } } };

export interface Outcome { name: string; wanted: "accepted" | "refused"; got: string; ok: boolean }

/** Applies the platform, then tenants acme and globex, then tries every case. */
export async function tryAppliers(server: ControlPlaneClient): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const send = async (who: string | undefined, manifest: object, verb = "apply"): Promise<{ code: number; text: string }> => {
    const args = verb === "apply" ? ["apply", "--server-side", "--force-conflicts", "-f", "-"] : ["delete", "--wait=false", "-f", "-"];
    const result: any = await server.kubectl(args, JSON.stringify(manifest), { allowFail: true, ...(who && { as: who }) });
    return { code: result.code ?? result.exitCode ?? result.status, text: `${result.stdout}${result.stderr}`.trim() };
  };
  const attempt = async (name: string, wanted: Outcome["wanted"], who: string | undefined, manifest: object, verb?: string) => {
    const { code, text } = await send(who, manifest, verb);
    outcomes.push({ name, wanted, got: text.slice(0, 300), ok: wanted === "accepted" ? code === 0 : code !== 0 && REFUSAL.test(text) && !/resulted in error/.test(text) });
  };

  await installCrds(server, operatorCrds().filter((crd) => crd.metadata.name.endsWith(".argoproj.io")));
  // Namespaces, and the quota that keeps pods away from the appliers' accounts, are the resources layer's.
  for (const name of Object.values(NAMESPACES)) await send(undefined, namespace(name));
  await send(undefined, noPods(NAMESPACES.appliers));
  const { objects } = renderPlatform();
  for (const { manifest } of objects.filter((o) => isBootstrap(o.manifest))) await attempt(`bootstrap ${manifest.kind} ${manifest.metadata.name}`, "accepted", undefined, manifest);
  const labelled = (m: any) => ({ ...m, metadata: { ...m.metadata, labels: { ...m.metadata.labels, touched: "yes" } } });
  for (const { manifest } of objects) await attempt(`platform: ${manifest.kind} ${manifest.metadata.name}`, "accepted", sa("platform"), labelled(manifest));

  const probe = object("v1", "ConfigMap", NAMESPACES.argocd, "probe");
  for (let i = 0; i < 100 && !(await send(sa("walls"), namespace("unbound"))).text.includes("walls-applier"); i++) await send(undefined, probe);
  await send(undefined, namespace("unbound"), "delete");

  const walls = sa("walls");
  for (const id of ["acme", "globex"]) {
    await attempt(`walls: namespace of ${id}`, "accepted", walls, namespace(`tenant-${id}`, { [TENANT_LABEL]: id }));
    for (const { manifest } of renderTenant(id)) await attempt(`walls: ${id} ${manifest.kind}`, "accepted", walls, manifest);
  }
  await attempt("walls: quota of a tenant", "accepted", walls, object("v1", "ResourceQuota", "tenant-acme", "q", { spec: { hard: { pods: "5" } } }));
  await attempt("walls: Job in a Job namespace", "accepted", walls, object("batch/v1", "Job", NAMESPACES.database, "j", pod));
  await attempt("walls: reader Role in a tenant's namespace", "accepted", walls, object(RBAC, "Role", "tenant-acme", "reader", { rules: [{ apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get"] }] }));

  const project: any = renderTenant("acme").find((o) => o.manifest.kind === "AppProject")?.manifest;
  const changed = (change: object) => ({ ...project, spec: { ...project.spec, ...change } });
  const server0 = project.spec.destinations[0].server;
  const refused: [string, object][] = [
    ["namespace without label", namespace("tenant-x")],
    ["namespace of another label", namespace("tenant-x", { [TENANT_LABEL]: "acme" })],
    ["relabelling a namespace", namespace("tenant-acme", { [TENANT_LABEL]: "globex" })],
    ["taking kube-system", namespace("kube-system", { [TENANT_LABEL]: "kube-system" })],
    ["quota in kube-system", object("v1", "ResourceQuota", "kube-system", "q", { spec: { hard: { pods: "0" } } })],
    ["NetworkPolicy in kube-system", object("networking.k8s.io/v1", "NetworkPolicy", "kube-system", "n", { spec: { podSelector: {} } })],
    ["Role in argocd", object(RBAC, "Role", NAMESPACES.argocd, "r", { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] })],
    ["argocd-cm", object("v1", "ConfigMap", NAMESPACES.argocd, "argocd-cm", { data: { x: "y" } })],
    ["ConfigMap in a tenant's namespace", object("v1", "ConfigMap", "tenant-acme", "c")],
    ["Job in a tenant's namespace", object("batch/v1", "Job", "tenant-acme", "j", pod)],
    ["Role over Secrets", object(RBAC, "Role", "tenant-acme", "s", { rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }] })],
    ["RoleBinding to cluster-admin", object(RBAC, "RoleBinding", "tenant-acme", "a", { roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" }, subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "eve" }] })],
    ["ClusterRole", { apiVersion: RBAC, kind: "ClusterRole", metadata: { name: "x" }, rules: [] }],
    ["the platform's account", object("v1", "ServiceAccount", NAMESPACES.appliers, "platform")],
    ["project platform", { ...project, metadata: { ...project.metadata, name: "platform" } }],
    ["project with the platform's account", changed({ destinationServiceAccounts: [{ server: server0, namespace: "tenant-acme", defaultServiceAccount: "bulkhead-appliers:platform" }] })],
    ["project with another tenant's account", changed({ destinationServiceAccounts: [{ server: server0, namespace: "tenant-acme", defaultServiceAccount: "bulkhead-appliers:content-globex" }] })],
    ["project with another destination", changed({ destinations: [{ server: server0, namespace: "tenant-globex" }] })],
    ["project with cluster-scoped kinds", changed({ clusterResourceWhitelist: [{ group: "*", kind: "*" }] })],
    ["project with roles", changed({ roles: [{ name: "r", policies: [] }] })],
    ["Application", object("argoproj.io/v1alpha1", "Application", NAMESPACES.argocd, "x", { spec: { project: "platform", destination: {} } })],
  ];
  for (const [name, manifest] of refused) await attempt(`walls: ${name}`, "refused", walls, manifest);
  await attempt("walls: delete of a namespace that is no tenant's", "refused", walls, namespace(NAMESPACES.audit), "delete");

  const content = sa("content-acme");
  await attempt("content: ConfigMap at home", "accepted", content, object("v1", "ConfigMap", "tenant-acme", "mine"));
  await attempt("content: ConfigMap of another tenant", "refused", content, object("v1", "ConfigMap", "tenant-globex", "theirs"));
  await attempt("content: quota at home", "refused", content, object("v1", "ResourceQuota", "tenant-acme", "q", { spec: { hard: { pods: "500" } } }));
  await attempt("content: Role at home", "refused", content, object(RBAC, "Role", "tenant-acme", "r", { rules: [] }));
  await attempt("content: Job in a Job namespace", "refused", content, object("batch/v1", "Job", NAMESPACES.database, "mine", pod));
  await attempt("a pod in the appliers' namespace", "refused", undefined, object("v1", "Pod", NAMESPACES.appliers, "p", { spec: { containers: [{ name: "c", image: "i", securityContext: { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ["ALL"] }, seccompProfile: { type: "RuntimeDefault" } } }] } }));
  return outcomes;
}
