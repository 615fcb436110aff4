/**
 * What the server's authorizers would let a tenant's accounts do, whatever the objects say (D37): webhooks and other authorizers beside RBAC are in no
 * manifest. Each account is asked about the next tenant's namespace and about all namespaces: a rule that lets it reach any one tenant by name only is
 * RBAC, which the comparison reads.
 */
import type { Coverage, PlaneObject } from "../../model/finding.ts";
import { NAMESPACES, tenantNamespace } from "../../model/names.ts";
import { inTurn } from "../../model/turns.ts";
import type { DesiredSide } from "../desired/side.ts";
import { type Attempt, type LiveSource, Unreadable } from "../live/source.ts";
import { findingId, type Raw } from "./judge.ts";

export interface ProbeOptions { cluster: string; desired: Pick<DesiredSide, "entries" | "tenants">; live: LiveSource; inScope(tenant: string | undefined): boolean; signal?: AbortSignal }

/** What nobody of a tenant may do outside of it. */
const ATTEMPTS: readonly Pick<Attempt, "verb" | "group" | "resource">[] = [
  { verb: "get", group: "", resource: "secrets" }, { verb: "list", group: "", resource: "configmaps" }, { verb: "create", group: "", resource: "pods" },
  { verb: "patch", group: "apps", resource: "deployments" }, { verb: "create", group: "rbac.authorization.k8s.io", resource: "rolebindings" }, { verb: "patch", group: "networking.k8s.io", resource: "networkpolicies" },
];
/** Reviews that are asked for at the same time. */
const AT_ONCE = 8;

interface Account { namespace: string; name: string; tenant: string }

/** Asks for every account of a tenant that git declares, and for each tenant's `default`. */
export async function probeKubernetes({ cluster, desired, live, inScope, signal }: ProbeOptions): Promise<{ findings: Raw[]; coverage: Coverage[] }> {
  const line = (more: Pick<Coverage, "state" | "objects" | "reason">): Coverage => ({ plane: "kubernetes", what: "probes", ...more });
  if (!live.review) return { findings: [], coverage: [line({ state: "unknown", objects: 0, reason: "no API server can be asked" })] };
  const tenants = [...desired.tenants].sort();
  const accounts = accountsOf(desired, tenants).filter(({ tenant }) => inScope(tenant));
  const tries = accounts.flatMap((account) => targetsOf(account.tenant, tenants).flatMap((namespace) => ATTEMPTS.map((what) => ({ account, attempt: attemptOf(account, what, namespace) }))));
  const findings: Raw[] = [];
  try {
    await inTurn(tries, AT_ONCE, async ({ account, attempt }) => { if (await live.review!(attempt, signal)) findings.push(allowed(cluster, account, attempt)); });
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { findings, coverage: [line({ state: "unknown", objects: findings.length, reason: error.reason })] };
  }
  return { findings, coverage: [line({ state: "read", objects: tries.length })] };
}

function accountsOf({ entries }: ProbeOptions["desired"], tenants: readonly string[]): Account[] {
  const declared = entries.flatMap(({ kind, apiVersion, namespace, name, tenant }) => (kind === "ServiceAccount" && apiVersion === "v1" && tenant !== undefined && namespace !== undefined ? [{ namespace, name, tenant }] : []));
  const defaults = tenants.map((tenant) => ({ namespace: tenantNamespace(tenant), name: "default", tenant }));
  return [...new Map([...defaults, ...declared].map((one) => [`${one.namespace}/${one.name}`, one])).values()];
}

/** All namespaces (`undefined`), the next tenant's, and the one where the stores' administrative credentials are. */
function targetsOf(tenant: string, tenants: readonly string[]): (string | undefined)[] {
  const other = tenants[(tenants.indexOf(tenant) + 1) % tenants.length];
  return [undefined, NAMESPACES.database, ...(other !== undefined && other !== tenant ? [tenantNamespace(other)] : [])];
}

const attemptOf = ({ namespace, name }: Account, what: (typeof ATTEMPTS)[number], target: string | undefined): Attempt => ({
  user: `system:serviceaccount:${namespace}:${name}`, groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"], ...what, ...(target !== undefined && { namespace: target }),
});

function allowed(cluster: string, { tenant, namespace, name }: Account, { verb, group, resource, namespace: target }: Attempt): Raw {
  const what = `${verb} ${resource}${group === "" ? "" : `.${group}`}`;
  const object: PlaneObject = { plane: "kubernetes", apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview", ...(target !== undefined && { namespace: target }), name: `${namespace}:${name} ${what}` };
  return {
    id: findingId(cluster, object), object, tenant, status: "changed", impact: "isolation", changes: [], confidence: "typed", sides: {},
    note: `the API server would let the account ${name} of ${namespace} ${what} in ${target ?? "every namespace"}`,
    revert: { commands: [], note: "find what allows it: kubectl auth can-i says that, and kubectl get clusterrolebindings,rolebindings -A who; an authorizer beside RBAC is in the API server's flags" },
  };
}
