/** only-gitops on the real server: every case, and every defence's absence. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Manifest } from "../../../src/layers/layer.ts";
import { lockPolicies } from "../../../src/layers/resources/admission/policies.ts";
import type { PolicyManifest } from "../../../src/layers/resources/admission/policy.ts";
import type { PlatformResources } from "../../../src/layers/resources/state.ts";
import { TENANT_LABEL } from "../../../src/model/names.ts";
import { LOCK_CASES, type LockCase, lockCase, PREPARED } from "./lock-cases.ts";
import { install, MUTANT, mutantNamespace, withVariable } from "./mutants.ts";
import { ADMIN, apply, eventually, must, type Plane, refusedBy, urlOf } from "./plane.ts";

/** No limit on what an UPDATE may change. */
const anyField = (expression: string): string => expression.replaceAll(/\(variables\.sub != '' \|\| variables\.changed\.all\(c, c in \[[^\]]*\]\)\)/g, "true");
const anyOwner = (expression: string): string => expression.replaceAll(/ && \(object == null \|\| '[^']+' in variables\.newOwners\) && \(oldObject == null \|\| '[^']+' in variables\.oldOwners\)/g, "");
const limitless = (name: string) => (policy: PolicyManifest): PolicyManifest => withVariable(policy, name, anyField);
const matching = (change: (constraints: PolicyManifest["spec"]["matchConstraints"]) => object) => (policy: PolicyManifest): PolicyManifest =>
  ({ ...policy, spec: { ...policy.spec, matchConstraints: { ...policy.spec.matchConstraints, ...change(policy.spec.matchConstraints) } } });
const without = (name: string) => (policy: PolicyManifest): PolicyManifest => withVariable(policy, name, () => "true");

/** A defence, the policy without it, and the refused cases that then get through. */
const DEFENCES: [name: string, mutate: (policy: PolicyManifest) => PolicyManifest, lets: string[]][] = [
  ["matching by namespace", matching(() => ({ namespaceSelector: {}, objectSelector: { matchExpressions: [{ key: TENANT_LABEL, operator: "Exists" }] } })), ["admin creates, without a label"]],
  ["subresources", matching((constraints) => ({ resourceRules: constraints.resourceRules.map((rule) => ({ ...rule, resources: ["*"] })) })), ["admin scales", "admin runs in a pod", "admin forwards a port", "admin evicts", "admin writes a status", "admin asks for an account's token", "own applier runs in a pod"]],
  ["operations", matching((constraints) => ({ resourceRules: constraints.resourceRules.map((rule) => ({ ...rule, operations: ["CREATE"] })) })), ["admin changes", "admin deletes", "another tenant's applier deletes"]],
  ["the tenant's own applier", (policy) => withVariable(policy, "may_content", (text) => text.replace(/variables\.user == ('[^']+') \+ variables\.tenant/, "variables.user.startsWith($1)")), ["another tenant's applier creates", "another tenant's applier deletes"]],
  ["appliers' namespace", (policy) => withVariable(policy, "may_content", (text) => `${text} || variables.user.startsWith('system:serviceaccount:' + namespaceObject.metadata.name + ':')`), ["an account of the tenant's pods"]],
  ["content kinds", without("contentKind"), ["own applier creates a Role", "own applier claims a volume", "own applier writes a kind that is in no table", "own applier opens the network", "own applier lifts a quota", "own applier makes an account", "own applier makes a Secret", "own applier makes a Pod", "own applier makes a store", "own applier brings another network policy"]],
  ["main resources only", without("mainResource"), ["own applier scales by subresource"]],
  ["walls do not connect", (policy) => withVariable(policy, "may_walls", (text) => text.replace(" && request.operation != 'CONNECT'", "")), ["walls' applier runs in a pod"]],
  ["controllers by name", (policy) => withVariable(policy, "may_deployment_controller", (text) => text.replace(/variables\.user in \[[^\]]*\]/, "variables.user.startsWith('system:serviceaccount:kube-system:')")), ["some account in kube-system"]],
  ["scale only", (policy) => withVariable(policy, "may_horizontal_pod_autoscaler", (text) => anyField(text).replace("variables.sub == 'scale'", "true")), ["HPA changes the object itself"]],
  ["garbage collector's fields", limitless("may_generic_garbage_collector"), ["garbage collector changes a spec"]],
  ["deployment controller's fields", limitless("may_deployment_controller"), ["deployment controller changes a spec"]],
  ["job controller's fields", limitless("may_job_controller"), ["job controller changes a spec"]],
  ["cronjob controller's fields", limitless("may_cronjob_controller"), ["cronjob controller changes a spec"]],
  ["binder's fields", limitless("may_persistent_volume_binder"), ["binder labels a claim"]],
  ["claim protection's fields", limitless("may_pvc_protection_controller"), ["claim protection binds"]],
  ["certificate publisher's fields", limitless("may_root_ca_cert_publisher"), ["certificate publisher labels"]],
  ["scheduler's fields", limitless("may_scheduler"), ["scheduler binds a claim"]],
  ["Rook's fields", limitless("may_rook"), ["Rook changes a claim's class", "Rook labels a claim", "Rook changes a user"]],
  ["Rook's ownership", (policy) => withVariable(policy, "may_rook", anyOwner), ["Rook makes a Secret of nobody"]],
  ["Redpanda's fields", limitless("may_redpanda"), ["Redpanda changes a topic"]],
  ["Redpanda's ownership", (policy) => withVariable(policy, "may_redpanda", anyOwner), ["Redpanda changes a Secret of External Secrets"]],
  ["External Secrets' fields", limitless("may_external_secrets"), ["External Secrets changes what it fetches"]],
  ["External Secrets' ownership", (policy) => withVariable(policy, "may_external_secrets", anyOwner), ["External Secrets makes a Secret of nobody", "External Secrets takes over a Secret"]],
  ["ownership before the change", (policy) => withVariable(policy, "may_external_secrets", (text) => text.replaceAll("variables.oldOwners", "variables.newOwners")), ["External Secrets takes over a Secret"]],
  ["Grafana's fields", limitless("may_grafana"), ["Grafana changes a dashboard"]],
  ["Prometheus operator's fields", limitless("may_prometheus"), ["Prometheus operator changes a monitor"]],
  ["the gateway's kinds", (policy) => withVariable(policy, "may_gateway", (text) => text.replaceAll("'httproutes/status'", "'httproutes'").replace(/\(variables\.sub != '' \|\| .*?\)\)/, "true")), ["gateway changes a route"]],
  ["writers", (policy) => ({ ...policy, spec: { ...policy.spec, variables: (policy.spec.variables ?? []).map((one) => (one.name.startsWith("may_") && !["may_break_glass", "may_walls", "may_content"].includes(one.name) ? { ...one, expression: "false" } : one)) } }), []],
];
const tenantOf = (index: number): string => `l-${index}-x`;
const nameOf = (name: string): string => `only-gitops-without-${name.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`;

/** Refused by this policy, or not; what else is wrong with a request (a pod that runs nowhere) is not admission's. */
async function judged(plane: Plane, { as, request }: LockCase, tenant: string): Promise<{ refused?: string; status: number; message: unknown }> {
  const { method, path, body } = request(tenant);
  const response = await plane.send(as(tenant), method, path, body);
  const refused = refusedBy(response);
  return { ...(refused && { refused }), status: response.status, message: response.body?.message };
}
/** Makes what the cases act on. Owners are given their real uid: the garbage collector removes what belongs to nobody. */
async function prepare(plane: Plane, tenant: string): Promise<void> {
  for (const make of PREPARED) {
    const manifest = make(tenant) as Manifest & { metadata: { ownerReferences?: { kind: string; apiVersion: string; name: string; uid: string }[] } };
    for (const owner of manifest.metadata.ownerReferences ?? []) {
      const live = await plane.send(ADMIN, "GET", urlOf({ apiVersion: owner.apiVersion, kind: owner.kind, metadata: { name: owner.name, namespace: `tenant-${tenant}` } }));
      owner.uid = live.body.metadata.uid;
    }
    await must(plane, manifest);
  }
}
const passed = ({ refused, status }: { refused?: string; status: number }, connects: boolean): boolean => refused === undefined && (status < 300 || connects);

export function lockSuite(plane: () => Plane, state: PlatformResources): void {
  const [policy] = lockPolicies(state);
  if (!policy) throw new Error("no policy");
  const connects = (entry: LockCase): boolean => /\/(exec|portforward|token)/.test(entry.request("x").path);

  describe("only-gitops", () => {
    beforeAll(async () => {
      await prepare(plane(), "acme");
      for (let from = 0; from < DEFENCES.length; from += 8) {
        await Promise.all(DEFENCES.slice(from, from + 8).map(async ([name, mutate], offset) => {
          const tenant = tenantOf(from + offset);
          await mutantNamespace(plane(), tenant, nameOf(name));
          await install(plane(), { name: nameOf(name), policy: mutate(policy) });
          await prepare(plane(), tenant);
          const sentinel = lockCase("admin creates, with the label");
          let last: unknown;
          await eventually(`${name} in force`, async () => ((last = await judged(plane(), sentinel, tenant)) as { refused?: string }).refused === nameOf(name)).catch((error: unknown) => { throw new Error(JSON.stringify(last), { cause: error }); });
        }));
      }
    });

    test.each(LOCK_CASES.map((entry) => [`${entry.allowed ? "lets" : "refuses"}: ${entry.what}`, entry] as const))("%s", async (_name, entry) => {
      const result = await judged(plane(), entry, "acme");
      expect({ ...result, passed: passed(result, connects(entry)) }).toMatchObject(entry.allowed ? { passed: true } : { refused: "only-gitops" });
    });

    test.each(DEFENCES.flatMap(([name, , lets], index) => lets.map((what) => [name, what, tenantOf(index)] as const)))("without %s: %s", async (_name, what, tenant) => {
      const entry = lockCase(what);
      const result = await judged(plane(), entry, tenant);
      expect({ ...result, passed: passed(result, connects(entry)) }).toMatchObject({ passed: true });
    });

    test("every refused case gets through without one of the defences, or is refused by default alone", () => {
      const covered = new Set(DEFENCES.flatMap(([, , lets]) => lets));
      const rest = LOCK_CASES.filter((entry) => !entry.allowed && !covered.has(entry.what)).map(({ what }) => what);
      expect(rest).toEqual(DEFAULT_DENY);
    });

    const writers = LOCK_CASES.filter((entry) => entry.writer);
    test.each(writers.map((entry) => [entry.what, entry] as const))("only by its row among the writers: %s", async (_name, entry) => {
      const index = DEFENCES.findIndex(([name]) => name === "writers");
      expect((await judged(plane(), entry, tenantOf(index))).refused).toBe(nameOf("writers"));
    });
  });

  describe("the policy as a whole", () => {
    test("taken away, what nobody is allowed gets through", async () => {
      const tenant = "bare-x";
      await mutantNamespace(plane(), tenant, "none");
      await prepare(plane(), tenant);
      for (const what of DEFAULT_DENY) {
        const entry = lockCase(what);
        const result = await judged(plane(), entry, tenant);
        expect({ what, ...result, passed: passed(result, connects(entry)) }).toMatchObject({ passed: true });
      }
    });
  });
  clusterSuite(plane, lockPolicies(state)[1] as PolicyManifest);
}
/** Refused because nothing lets them: their defence is that the policy is there. */
const DEFAULT_DENY = [
  "admin creates, with the label", "admin creates a Pod", "admin makes a hand-made slice", "Argo CD's own account", "namespace controller creates", "node creates a pod", "Rook makes a Deployment", "External Secrets makes a ConfigMap",
];

const namespace = (tenant: string, labels: object = {}): Manifest => ({ apiVersion: "v1", kind: "Namespace", metadata: { name: `tenant-${tenant}`, labels: { [TENANT_LABEL]: tenant, ...labels } as Record<string, string> } });

function clusterSuite(plane: () => Plane, policy: PolicyManifest): void {
  const BREAK: LockCase["as"] = () => ({ user: "oncall@example.org", groups: ["platform:break-glass"] });
  const relabel = (value: string | null) => (t: string) => ({ method: "PATCH" as const, path: `/api/v1/namespaces/tenant-${t}?dryRun=All`, body: { metadata: { labels: { [TENANT_LABEL]: value } } } });
  const tenantSpec = (t: string): unknown => ({ tenant_id: t, display_name: "X", owner: { team: "x", email: "x@x.example" }, plan: "premium", cluster: "eu", consumers: [] });
  const tenants = "/apis/bulkhead.dev/v1alpha1/tenants";
  const by = (user: string): LockCase["as"] => () => ({ user });
  const walls = by("system:serviceaccount:bulkhead-appliers:walls"), admin: LockCase["as"] = () => ADMIN;
  const cases: LockCase[] = [
    { what: "admin takes the label off", as: admin, allowed: false, request: relabel(null) },
    { what: "admin moves a namespace to another tenant", as: admin, allowed: false, request: relabel("globex") },
    { what: "admin lowers Pod Security", as: admin, allowed: false, request: (t) => ({ method: "PATCH", path: `/api/v1/namespaces/tenant-${t}?dryRun=All`, body: { metadata: { labels: { "pod-security.kubernetes.io/enforce": "privileged" } } } }) },
    { what: "admin deletes a namespace", as: admin, allowed: false, request: (t) => ({ method: "DELETE", path: `/api/v1/namespaces/tenant-${t}?dryRun=All` }) },
    { what: "admin makes a tenant's namespace", as: admin, allowed: false, request: () => ({ method: "POST", path: "/api/v1/namespaces?dryRun=All", body: namespace("newcomer") }) },
    { what: "admin changes a Tenant", as: admin, allowed: false, request: (t) => ({ method: "PATCH", path: `${tenants}/${t}?dryRun=All`, body: { spec: { plan: "free" } } }) },
    { what: "admin makes a Tenant without a label", as: admin, allowed: false, request: () => ({ method: "POST", path: `${tenants}?dryRun=All`, body: { apiVersion: "bulkhead.dev/v1alpha1", kind: "Tenant", metadata: { name: "newcomer" }, spec: tenantSpec("newcomer") } }) },
    { what: "own applier changes its Tenant", as: (t) => ({ user: `system:serviceaccount:bulkhead-appliers:content-${t}` }), allowed: false, request: (t) => ({ method: "PATCH", path: `${tenants}/${t}?dryRun=All`, body: { spec: { plan: "free" } } }) },
    { what: "break-glass takes the label off", as: BREAK, allowed: false, request: relabel(null) },
    { what: "walls' applier moves a namespace", as: walls, allowed: false, request: relabel("globex") },
    { what: "walls' applier labels", as: walls, allowed: true, request: (t) => ({ method: "PATCH", path: `/api/v1/namespaces/tenant-${t}?dryRun=All`, body: { metadata: { labels: { note: "x" } } } }) },
    { what: "walls' applier changes a Tenant", as: walls, allowed: true, request: (t) => ({ method: "PATCH", path: `${tenants}/${t}?dryRun=All`, body: { spec: { plan: "free" } } }) },
    { what: "walls' applier makes a tenant's namespace", as: walls, allowed: true, request: () => ({ method: "POST", path: "/api/v1/namespaces?dryRun=All", body: namespace("newcomer") }) },
    { what: "admin labels a namespace of nobody", as: admin, allowed: true, request: () => ({ method: "PATCH", path: "/api/v1/namespaces/default?dryRun=All", body: { metadata: { labels: { note: "x" } } } }) },
    { what: "admin writes a ClusterRole", as: admin, allowed: true, request: () => ({ method: "POST", path: "/apis/rbac.authorization.k8s.io/v1/clusterroles?dryRun=All", body: { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "x" }, rules: [] } }) },
  ];
  const defences: [string, (policy: PolicyManifest) => PolicyManifest, string[]][] = [
    ["the namespace's name", (one) => ({ ...one, spec: { ...one.spec, validations: one.spec.validations.slice(0, 1) } }), ["break-glass takes the label off", "walls' applier moves a namespace"]],
    ["the writers", (one) => ({ ...one, spec: { ...one.spec, validations: one.spec.validations.slice(1) } }), ["admin lowers Pod Security", "admin deletes a namespace", "admin changes a Tenant", "own applier changes its Tenant"]],
    ["looking at the old object", (one) => ({ ...one, spec: { ...one.spec, matchConditions: [{ name: "new", expression: `object != null && has(object.metadata) && '${TENANT_LABEL}' in object.metadata.?labels.orValue({})` }] } }), ["admin takes the label off", "admin deletes a namespace"]],
  ];
  describe("only-gitops-cluster", () => {
    const tenantFor = (index: number): string => `c-${index}-x`;
    beforeAll(() => Promise.all(defences.map(async ([name, mutate], index) => {
      const mutant = `only-gitops-cluster-without-${index}`, tenant = tenantFor(index);
      await mutantNamespace(plane(), tenant, mutant);
      await must(plane(), { apiVersion: "bulkhead.dev/v1alpha1", kind: "Tenant", metadata: { name: tenant, labels: { [MUTANT]: mutant } }, spec: tenantSpec(tenant) });
      await install(plane(), { name: mutant, policy: mutate(policy) }, "objectSelector");
      const wrong = { ...namespace(tenant, { [MUTANT]: mutant }), metadata: { name: `other-${tenant}`, labels: { [TENANT_LABEL]: tenant, [MUTANT]: mutant } } };
      await eventually(`${name} in force`, async () => refusedBy(await apply(plane(), wrong, ADMIN, true)) === mutant);
    })));
    test.each(cases.map((entry) => [`${entry.allowed ? "lets" : "refuses"}: ${entry.what}`, entry] as const))("%s", async (_name, entry) => {
      const result = await judged(plane(), entry, "acme");
      expect({ ...result, passed: passed(result, false) }).toMatchObject(entry.allowed ? { passed: true } : { refused: "only-gitops-cluster" });
    });
    test.each(defences.flatMap(([name, , lets], index) => lets.map((what) => [name, what, tenantFor(index)] as const)))("without %s: %s", async (_name, what, tenant) => {
      const result = await judged(plane(), cases.find((entry) => entry.what === what) as LockCase, tenant);
      expect({ ...result, passed: passed(result, false) }).toMatchObject({ passed: true });
    });
  });
}
