/** Cluster-wide objects that git does not know: which of them reach into somebody's space, and which are a usual cluster's own. */
import { describe, expect, test } from "vitest";
import type { DesiredSide } from "../../src/audit/desired/side.ts";
import { auditKubernetes } from "../../src/audit/kubernetes/audit.ts";
import { WIDE } from "../../src/audit/kubernetes/wide.ts";
import type { LiveObject, LiveSource } from "../../src/audit/live/source.ts";
import { by, cluster, declared, git, object } from "./sides.ts";

/** Two tenants, and the platform's own namespace; what they hold is of Kubernetes, of external-secrets and of a CRD that git brings. */
const SPACES: [name: string, tenant: string | undefined, labels: Record<string, string>][] = [["tenant-a", "a", { "bulkhead.dev/tenant": "a", team: "x" }], ["tenant-b", "b", { "bulkhead.dev/tenant": "b" }], ["bulkhead-audit", undefined, {}]];
const GIT = [
  ...SPACES.map(([name, tenant, labels]) => declared("Namespace", undefined, name, tenant, { metadata: { name, labels } })),
  declared("ExternalSecret", "tenant-a", "e", "a"), declared("CustomResourceDefinition", undefined, "tenants.bulkhead.dev"), declared("StorageClass", undefined, "plain"), declared("ValidatingAdmissionPolicy", undefined, "ours"),
];
const LIVE = [
  ...SPACES.map(([name, , labels]) => object("Namespace", undefined, name, { metadata: { labels: { ...labels, "kubernetes.io/metadata.name": name } } })),
  ...["kube-system", "cert-manager", "operator"].map((name) => object("Namespace", undefined, name, { metadata: { labels: { "kubernetes.io/metadata.name": name } } })),
  object("ExternalSecret", "tenant-a", "e"), object("CustomResourceDefinition", undefined, "tenants.bulkhead.dev"), object("StorageClass", undefined, "plain"), object("ValidatingAdmissionPolicy", undefined, "ours"),
];
const run = async (objects: readonly LiveObject[], { desired = git(GIT), tracked = false, cut = {} }: { desired?: DesiredSide; tracked?: boolean; cut?: Record<string, number> } = {}): Promise<string[]> => {
  const live: LiveSource = { ...cluster([...LIVE, ...objects], cut), tracked };
  const { findings } = await auditKubernetes({ cluster: "eu", desired, live, types: { node: () => undefined }, inScope: () => true });
  return findings.map(({ status, object: { kind, name }, tenant, note, impact }) => `${status} ${kind} ${name} ${tenant ?? "-"} ${impact}: ${note}`).sort();
};
const rule = (groups: string[], resources: string[], more: object = {}) => ({ apiGroups: groups, apiVersions: ["*"], resources, operations: ["*"], ...more });
const webhook = (more: object = {}, kind = "MutatingWebhookConfiguration") => object(kind, undefined, "w", { webhooks: [{ name: "w.example.com", clientConfig: {}, rules: [rule([""], ["pods"])], ...more }] });
const policy = (kind: string, match: object) => object(kind, undefined, "p", { spec: { matchConstraints: match } });
const binding = (policyName: string, matchResources?: object) => object("ValidatingAdmissionPolicyBinding", undefined, "b", { spec: { policyName, matchResources, validationActions: ["Deny"] } });
const names = (...values: string[]) => ({ matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values }] });
const wide = (kind: string, fields: object, name = "x", metadata: object = {}) => object(kind, undefined, name, { ...fields, metadata });
const DEFAULT = { annotations: { "storageclass.kubernetes.io/is-default-class": "true", "ingressclass.kubernetes.io/is-default-class": "true" } };
const made = (day: number) => ({ ...DEFAULT, creationTimestamp: `2026-01-0${day}T00:00:00Z` });
const subject = (kind: string, name: string, namespace?: string) => ({ subjects: [{ kind, name, ...(namespace && { namespace }) }] });
const BOOT = { labels: { "kubernetes.io/bootstrapping": "rbac-defaults" } };
const flow = (...subjects: object[]) => ({ spec: { rules: [{ subjects }] } });

/** Part of what is said; undefined: nothing is found. */
type Case = [name: string, objects: LiveObject[], said: RegExp | undefined];
const CASES: Case[] = [
  ["a namespace with a tenant's label", [object("Namespace", undefined, "n", { metadata: { labels: { "bulkhead.dev/tenant": "z" } } })], /Namespace n z isolation: it carries the label/],
  ["a tenant", [wide("Tenant", {}, "z")], /Tenant z z isolation: it says that there is a tenant z/],
  ["a role that adds itself in a tenant's name", [wide("ClusterRole", {}, "x", { labels: { "bulkhead.dev/tenant": "a", "rbac.authorization.k8s.io/aggregate-to-view": "true" } })], /ClusterRole x a isolation/],
  ["an operator's role that adds itself", [wide("ClusterRole", {}, "x", { labels: { "rbac.authorization.k8s.io/aggregate-to-view": "true" } })], undefined],
  ["rights for an account", [wide("ClusterRoleBinding", subject("ServiceAccount", "s", "tenant-a"))], /ClusterRoleBinding x a isolation: it gives ServiceAccount tenant-a\/s rights/],
  ["rights for everybody", [wide("ClusterRoleBinding", subject("Group", "system:authenticated"))], /ClusterRoleBinding x - isolation: it gives everybody who has an account/],
  ["Kubernetes' rights for everybody", [wide("ClusterRoleBinding", { ...subject("Group", "system:authenticated"), roleRef: { kind: "ClusterRole", name: "system:discovery" } }, "system:discovery", BOOT)], undefined],
  ["other rights under a name of Kubernetes", [wide("ClusterRoleBinding", { ...subject("Group", "system:authenticated"), roleRef: { kind: "ClusterRole", name: "cluster-admin" } }, "system:discovery", BOOT)], /everybody who has an account/],
  ["rights that say that they are of Kubernetes", [wide("ClusterRoleBinding", { ...subject("ServiceAccount", "s", "tenant-a"), roleRef: { kind: "ClusterRole", name: "system:rogue" } }, "system:rogue", BOOT)], /ClusterRoleBinding system:rogue a/],
  ["a role that says so", [wide("ClusterRole", {}, "x", { labels: { ...BOOT.labels, "bulkhead.dev/tenant": "a", "rbac.authorization.k8s.io/aggregate-to-view": "true" } })], /ClusterRole x a isolation/],
  ["rights for everybody under a name of Kubernetes", [wide("ClusterRoleBinding", subject("Group", "system:unauthenticated"), "system:discovery")], /everybody, with an account or without/],
  ["an operator's rights", [wide("ClusterRoleBinding", subject("ServiceAccount", "s", "operator"))], undefined],

  ["a webhook for pods everywhere", [webhook()], /MutatingWebhookConfiguration w - isolation: it calls a webhook that may change what is written in tenant-a, tenant-b, bulkhead-audit$/],
  ["one that refuses", [webhook({}, "ValidatingWebhookConfiguration")], /a webhook that sees, and may refuse, what is written in/],
  ["of one tenant", [webhook({ namespaceSelector: { matchLabels: { "bulkhead.dev/tenant": "a" } } })], /w a isolation: .* in tenant-a$/],
  ["of a label that one tenant has", [webhook({ namespaceSelector: { matchExpressions: [{ key: "team", operator: "Exists" }] } })], /w a isolation/],
  ["of an operator's namespace by name", [webhook({ namespaceSelector: names("operator") })], undefined],
  ["of namespaces that opted in, which none did", [webhook({ namespaceSelector: { matchLabels: { "istio-injection": "enabled" } } })], undefined],
  ["of all but those that opted out", [webhook({ namespaceSelector: { matchExpressions: [{ key: "cert-manager.io/disable-validation", operator: "NotIn", values: ["true"] }] } })], /in tenant-a, tenant-b, bulkhead-audit/],
  ["of all but git's", [webhook({ namespaceSelector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: SPACES.map(([name]) => name) }] } })], undefined],
  ["an operator that nobody knows in a selector", [webhook({ namespaceSelector: { matchExpressions: [{ key: "a", operator: "Like", values: ["b"] }] } })], /in tenant-a, tenant-b, bulkhead-audit/],
  ["of objects with a label, which anybody may give", [webhook({ objectSelector: { matchLabels: { inject: "true" } } })], /in tenant-a, tenant-b, bulkhead-audit/],
  ["with a condition, which nobody reads here", [webhook({ matchConditions: [{ name: "n", expression: "false" }] })], /in tenant-a, tenant-b/],
  ["of an operator's own kinds, of which git has none", [webhook({ rules: [rule(["cert-manager.io"], ["certificates", "issuers"])] })], undefined],
  ["of an operator's kinds, of which git has some", [webhook({ rules: [rule(["external-secrets.io"], ["externalsecrets/*"])] })], /in tenant-a, tenant-b/],
  ["of other kinds of that operator", [webhook({ rules: [rule(["external-secrets.io"], ["secretstores"])] })], undefined],
  ["of everything", [webhook({ rules: [rule(["*"], ["*"])] })], /in tenant-a, tenant-b/],
  ["of everything that is no object of a namespace", [webhook({ rules: [rule(["*"], ["*"], { scope: "Cluster" })], namespaceSelector: names("operator") })], /w - isolation: it calls .* CustomResourceDefinition.apiextensions.k8s.io, StorageClass.storage.k8s.io, which git declares/],
  ["of objects of a namespace that are cluster-wide, of which there are none", [webhook({ rules: [rule([""], ["pods"], { scope: "Cluster" })] })], undefined],
  ["of nodes", [webhook({ rules: [rule([""], ["nodes"])] })], undefined],
  ["of nodes in a cluster-wide turn", [webhook({ rules: [rule([""], ["nodes"], { scope: "Namespaced" })] })], undefined],
  ["of what no server lists", [webhook({ rules: [rule(["apps"], ["unheardofs"])] })], /in tenant-a, tenant-b/],
  ["of a subresource", [webhook({ rules: [rule([""], ["pods/exec"], { operations: ["CONNECT"] })] })], /in tenant-a, tenant-b/],
  ["of an older group that serves the same", [webhook({ rules: [rule(["extensions"], ["deployments"])] })], /in tenant-a, tenant-b/],
  ["of an older version alone", [webhook({ matchPolicy: "Exact", rules: [rule(["apps"], ["deployments"], { apiVersions: ["v1beta1"] })] })], undefined],
  ["of this version alone", [webhook({ matchPolicy: "Exact", rules: [rule(["apps"], ["deployments"], { apiVersions: ["v1"] })] })], /in tenant-a, tenant-b/],
  ["of namespaces", [webhook({ rules: [rule([""], ["namespaces"])], namespaceSelector: { matchLabels: { team: "x" } } })], /w a isolation: .* in tenant-a$/],
  ["of namespaces with a label that none of them has", [webhook({ rules: [rule([""], ["namespaces"])], objectSelector: { matchLabels: { other: "x" } } })], undefined],
  ["of admission itself, which calls nobody for it", [webhook({ rules: [rule(["admissionregistration.k8s.io"], ["*"])] })], undefined],
  ["without rules", [webhook({ rules: [] })], undefined],
  ["rules that are none", [object("MutatingWebhookConfiguration", undefined, "w", { webhooks: [{ rules: ["x"] }] })], /in tenant-a, tenant-b/],

  ["an admission policy", [policy("ValidatingAdmissionPolicy", { resourceRules: [rule([""], ["secrets"])] })], /ValidatingAdmissionPolicy p - isolation: it may refuse, and copy/],
  ["one that changes", [policy("MutatingAdmissionPolicy", { namespaceSelector: names("tenant-b"), resourceRules: [rule(["apps"], ["deployments"])] })], /MutatingAdmissionPolicy p b isolation: it may change what is written in tenant-b/],
  ["one for an operator's namespace", [policy("ValidatingAdmissionPolicy", { namespaceSelector: names("operator"), resourceRules: [rule(["*"], ["*"], { scope: "Namespaced" })] })], undefined],
  ["a binding of a policy that is not there", [binding("nothing")], undefined],
  ["a binding of a policy for somebody else", [policy("ValidatingAdmissionPolicy", { namespaceSelector: names("operator"), resourceRules: [rule([""], ["pods"])] }), binding("p")], undefined],
  ["a binding for somebody else of a policy for all", [policy("ValidatingAdmissionPolicy", { namespaceSelector: names("operator", "tenant-a"), resourceRules: [rule([""], ["pods"])] }), binding("p", { namespaceSelector: names("operator") })], /^unmanaged ValidatingAdmissionPolicy p a/],

  ["an API behind a service, of a group of git", [wide("APIService", { spec: { group: "external-secrets.io", version: "v9", service: { namespace: "n", name: "s" } } })], /APIService x - isolation: all that is read and written of external-secrets.io goes to n\/s/],
  ["of Kubernetes, of which git has nothing", [wide("APIService", { spec: { group: "batch", version: "v1", service: { namespace: "n", name: "s" } } })], /of batch goes to n\/s/],
  ["of Kubernetes", [wide("APIService", { spec: { version: "v1", service: { namespace: "n", name: "s" } } })], /of the core group goes to/],
  ["metrics behind a service", [wide("APIService", { spec: { group: "metrics.k8s.io", version: "v1beta1", service: { namespace: "kube-system", name: "metrics-server" } } })], undefined],
  ["the server's own", [wide("APIService", { spec: { group: "apps", version: "v1" } }, "v1.apps", { labels: { "kube-aggregator.kubernetes.io/automanaged": "onstart" } })], undefined],
  ["a kind beside git's", [wide("CustomResourceDefinition", {}, "things.bulkhead.dev")], /CustomResourceDefinition things.bulkhead.dev - isolation: it adds a kind to bulkhead.dev/],
  ["an operator's kind", [wide("CustomResourceDefinition", {}, "externalsecrets.external-secrets.io")], undefined],
  ["a second default", [wide("StorageClass", {}, "old", made(1)), wide("StorageClass", {}, "new", made(2))], /^unmanaged StorageClass new - isolation: claims .* beside old$/],
  ["the only default", [wide("StorageClass", {}, "gp3", made(1)), wide("IngressClass", {}, "nginx", made(1))], undefined],
  ["a second default of Ingresses", [wide("IngressClass", {}, "a", made(2)), wide("IngressClass", {}, "b", made(1))], /^unmanaged IngressClass a - access/],
  ["a driver that gets tokens", [wide("CSIDriver", { spec: { tokenRequests: [{ audience: "" }] } })], /CSIDriver x - access/],
  ["a driver", [wide("CSIDriver", { spec: {} })], undefined],
  ["a priority of all pods", [wide("PriorityClass", { globalDefault: true, value: 1 })], /PriorityClass x - availability/],
  ["Kubernetes' priorities", [wide("PriorityClass", { value: 2_000_000_000 }, "system-cluster-critical")], undefined],
  ["a turn for a tenant's accounts", [wide("FlowSchema", flow({ kind: "ServiceAccount", serviceAccount: { namespace: "tenant-a", name: "*" } }))], /FlowSchema x a availability: it decides how long ServiceAccount tenant-a\/\* must wait/],
  ["a turn for all", [wide("FlowSchema", flow({ kind: "User", user: { name: "*" } }))], /FlowSchema x - availability: it decides how long everybody must wait/],
  ["the server's turn for all", [wide("FlowSchema", flow({ kind: "Group", group: { name: "system:authenticated" } }), "catch-all", { annotations: { "apf.kubernetes.io/autoupdate-spec": "true" } })], undefined],
  ["an operator's turn", [wide("FlowSchema", flow({ kind: "ServiceAccount", serviceAccount: { namespace: "operator", name: "o" } }))], undefined],

  ["a network policy above git's", [wide("AdminNetworkPolicy", { spec: { subject: { namespaces: {} } } })], /AdminNetworkPolicy x - isolation: it decides before/],
  ["for pods of one", [wide("BaselineAdminNetworkPolicy", { spec: { subject: { pods: { namespaceSelector: { matchLabels: { team: "x" } }, podSelector: {} } } } })], /BaselineAdminNetworkPolicy x a/],
  ["for somebody else", [wide("AdminNetworkPolicy", { spec: { subject: { namespaces: names("operator") } } })], undefined],
  ["Cilium's for all", [wide("CiliumClusterwideNetworkPolicy", { spec: { endpointSelector: {} } })], /CiliumClusterwideNetworkPolicy x - isolation/],
  ["Cilium's for one, among several", [wide("CiliumClusterwideNetworkPolicy", { specs: [{ nodeSelector: {} }, { endpointSelector: { matchLabels: { "k8s:io.kubernetes.pod.namespace": "tenant-b" } } }] })], /CiliumClusterwideNetworkPolicy x b/],
  ["Cilium's for another, and for nodes", [wide("CiliumClusterwideNetworkPolicy", { specs: [{ nodeSelector: {} }, { endpointSelector: { matchLabels: { "k8s:io.kubernetes.pod.namespace": "kube-system" } } }] })], undefined],
  ["Calico's", [wide("GlobalNetworkPolicy", { spec: {} })], /GlobalNetworkPolicy x - isolation/],
  ["a way out through somebody", [wide("CiliumEgressGatewayPolicy", { spec: { selectors: [{ podSelector: {} }] } })], /what pods send out is led through its gateway/],
  ["a proxy of one's services", [wide("CiliumClusterwideEnvoyConfig", { spec: { services: [{ name: "s", namespace: "tenant-a" }] } })], /CiliumClusterwideEnvoyConfig x a/],
  ["a proxy of another's", [wide("CiliumClusterwideEnvoyConfig", { spec: { services: [{ name: "s", namespace: "operator" }] } })], undefined],

  ["a store for all", [wide("ClusterSecretStore", { spec: {} })], /ClusterSecretStore x - isolation: ExternalSecrets may take/],
  ["a store for one", [wide("ClusterSecretStore", { spec: { conditions: [{ namespaces: ["operator"] }, { namespaces: ["tenant-a"] }] } })], /ClusterSecretStore x a/],
  ["a store for names like some", [wide("ClusterSecretStore", { spec: { conditions: [{ namespaceRegexes: ["^x$"] }] } })], /ClusterSecretStore x -/],
  ["a store for another", [wide("ClusterSecretStore", { spec: { conditions: [{ namespaces: ["operator"], namespaceSelector: names("cert-manager") }] } })], undefined],
  ["secrets made in one", [wide("ClusterExternalSecret", { spec: { namespaceSelectors: [{ matchLabels: { team: "x" } }] } })], /ClusterExternalSecret x a isolation: it makes/],
  ["secrets made nowhere", [wide("ClusterExternalSecret", { spec: {} })], undefined],
  ["secrets sent out of all", [wide("ClusterPushSecret", { spec: { namespaceSelectors: [{}] } })], /ClusterPushSecret x - isolation: it sends/],
  ["an engine's policy", [wide("ClusterPolicy", { spec: {} })], /ClusterPolicy x - isolation/],
  ["a runtime of models, where git has none", [wide("ClusterServingRuntime", { spec: {} })], undefined],
];

describe("what git does not know, cluster-wide", () => {
  test.each(CASES)("%s", async (_, objects, said) => {
    const found = await run(objects);
    expect(found).toEqual(said === undefined ? [] : [expect.stringMatching(said)]);
  });
  test("a runtime of models, where git has some", async () => {
    expect(await run([wide("ClusterServingRuntime", { spec: {} }), object("InferenceService", "tenant-a", "m")], { desired: git([...GIT, declared("InferenceService", "tenant-a", "m", "a")]) })).toEqual([expect.stringMatching(/ClusterServingRuntime x - isolation/)]);
  });
  test("a binding of git's own policy, and what git declares is none", async () => {
    const own = policy("ValidatingAdmissionPolicy", { resourceRules: [rule([""], ["pods"])] });
    const desired = git([...GIT, declared("ValidatingAdmissionPolicy", undefined, "p", undefined, { spec: own["spec"] as object }), declared("MutatingWebhookConfiguration", undefined, "w", undefined, { webhooks: webhook()["webhooks"] })]);
    expect(await run([own, webhook(), binding("p")], { desired })).toEqual([expect.stringMatching(/ValidatingAdmissionPolicyBinding b - isolation: with the policy p it may refuse/)]);
  });
  test("where policies could not be read, a binding is judged by what it says itself", async () => {
    expect(await run([binding("p")], { cut: { ValidatingAdmissionPolicy: 0 } })).toEqual([expect.stringMatching(/ValidatingAdmissionPolicyBinding b - isolation/)]);
  });
  test("a second default beside git's, although it is older", async () => {
    const desired = git([...GIT, declared("StorageClass", undefined, "ours", undefined, { metadata: { name: "ours", ...DEFAULT } })]);
    expect(await run([wide("StorageClass", {}, "ours", made(2)), wide("StorageClass", {}, "theirs", made(1))], { desired })).toEqual([expect.stringMatching(/^unmanaged StorageClass theirs - isolation: .* beside ours$/)]);
  });
  test("where nobody knows which labels namespaces have, only their names keep anybody out", async () => {
    const opted = webhook({ namespaceSelector: { matchLabels: { team: "unheard" } } });
    const named = object("ValidatingWebhookConfiguration", undefined, "n", { webhooks: [{ rules: [rule([""], ["pods"])], namespaceSelector: names("operator") }] });
    expect(await run([opted, named], { cut: { Namespace: 0 } })).toEqual([expect.stringMatching(/^unmanaged MutatingWebhookConfiguration w/)]);
    expect(await run([opted, named])).toEqual([]);
  });
  test("a namespace that is not there yet has the labels that git gives it", async () => {
    const desired = git([...GIT, declared("Namespace", undefined, "tenant-c", "c", { metadata: { name: "tenant-c", labels: { "bulkhead.dev/tenant": "c", zone: "z" } } })]);
    const of = (label: string) => webhook({ namespaceSelector: { matchLabels: { [label]: "z" } } });
    expect((await run([of("zone")], { desired })).filter((one) => one.startsWith("unmanaged"))).toEqual([expect.stringMatching(/w c isolation/)]);
    expect((await run([of("other")], { desired })).filter((one) => one.startsWith("unmanaged"))).toEqual([]);
  });
  test("git that has no namespaces has no space that anything could reach into", async () => {
    const all = CASES.flatMap(([, objects]) => objects).filter(({ kind }) => !["Namespace", "Tenant", "ClusterRole", "ClusterRoleBinding", "FlowSchema"].includes(kind));
    const { findings } = await auditKubernetes({ cluster: "eu", desired: git([declared("Certificate", "elsewhere", "c")]), live: cluster([object("Certificate", "elsewhere", "c"), ...all]), types: { node: () => undefined }, inScope: () => true });
    expect(findings.map(({ object: { kind, name } }) => `${kind} ${name}`)).toEqual([]);
  });
  test("every kind has a case, and says what it does", () => {
    const of = new Set(CASES.flatMap(([, objects]) => objects.map(({ kind }) => kind)));
    const like = new Set([...WIDE.keys()].filter((what) => /[.](crd[.]|policies[.]kyverno|mutations[.]gatekeeper)|ClusterNetworkPolicy|ClusterCleanup|ClusterStorage|MutatingAdmissionPolicyBinding|^PersistentVolume$/.test(what)));
    expect([...WIDE.keys()].filter((what) => !of.has(what.split(".")[0]!) && !like.has(what))).toEqual([]);
    for (const { reaches } of WIDE.values()) expect(reaches.length).toBeGreaterThan(15);
  });
});

describe("a volume for a claim in a space", () => {
  const CSI = "ebs.csi.example.com";
  const claim = object("PersistentVolumeClaim", "tenant-a", "c", { metadata: { annotations: { "volume.kubernetes.io/storage-provisioner": CSI } } });
  const volume = (spec: object = {}, metadata: object = {}, ref: object = {}) => object("PersistentVolume", undefined, "pv", {
    spec: { csi: { driver: CSI }, claimRef: { namespace: "tenant-a", name: "c", uid: claim.metadata.uid, ...ref }, ...spec },
    metadata: { annotations: { "pv.kubernetes.io/provisioned-by": CSI }, managedFields: [by("csi-provisioner", { "f:spec": {} }), by("kube-controller-manager", { "f:spec": {} })], ...metadata },
  });
  test.each<[name: string, volume: LiveObject, said: RegExp | undefined]>([
    ["made for it by its provisioner", volume(), undefined],
    ["of a folder, by a provisioner without a driver", volume({ csi: undefined, hostPath: { path: "/x" } }), undefined],
    ["of a claim elsewhere", volume({ claimRef: { namespace: "operator", name: "c" } }), undefined],
    ["of nobody", volume({ claimRef: undefined }), undefined],
    ["that waits for a claim", volume({}, {}, { name: "later", uid: undefined }), /PersistentVolume pv a isolation: it is for the claim tenant-a\/later, which is not there/],
    ["that waits for this claim", volume({}, {}, { uid: undefined }), /was not made for the one that lives there now/],
    ["of a claim that was there before", volume({}, {}, { uid: "old" }), /was not made for the one/],
    ["made by hand", volume({ csi: undefined, hostPath: { path: "/x" } }, { annotations: {} }), /which did not ask anybody for it/],
    ["of another provisioner", volume({}, { annotations: { "pv.kubernetes.io/provisioned-by": "rogue" } }), /which did not ask rogue for it/],
    ["through another driver", volume({ csi: { driver: "rogue" } }), /its driver rogue is not ebs/],
    ["into which somebody wrote", volume({}, { managedFields: [by("csi-provisioner", { "f:spec": {} }), by("helm", { "f:spec": {} })] }), /more than its maker wrote in it: csi-provisioner, helm/],
    ["that somebody made with a tool", volume({}, { managedFields: [by("kubectl-create", { "f:spec": {} })] }), /kubectl-create claims to have written it/],
    ["that nobody claims", volume({}, { managedFields: undefined }), /nothing says who made it/],
  ])("%s", async (_, pv, said) => {
    const found = (await run([claim, pv], { tracked: true, desired: git([...GIT, declared("PersistentVolumeClaim", "tenant-a", "c", "a")]) })).filter((one) => one.includes("Volume"));
    expect(found.filter((one) => !one.includes("PersistentVolumeClaim"))).toEqual(said === undefined ? [] : [expect.stringMatching(said)]);
  });
  test("that git declares is compared, and no more", async () => {
    expect((await run([claim, volume()], { tracked: true, desired: git([...GIT, declared("PersistentVolume", undefined, "pv", undefined, { spec: volume()["spec"] as object })]) })).filter((one) => one.startsWith("unmanaged PersistentVolume pv"))).toEqual([]);
  });
  test("in a namespace of which nothing else is seen", async () => {
    expect(await run([volume({ claimRef: { namespace: "bulkhead-audit", name: "c" } })])).toEqual([expect.stringMatching(/PersistentVolume pv - isolation: .* which is not there/)]);
  });
  test("for a claim of which nobody knows the uid", async () => {
    const nameless = { ...claim, metadata: { ...claim.metadata, uid: undefined } } as unknown as LiveObject;
    expect((await run([nameless, volume({}, {}, { uid: undefined })], { desired: git([...GIT, declared("PersistentVolumeClaim", "tenant-a", "c", "a")]) })).filter((one) => one.startsWith("unmanaged PersistentVolume pv"))).toEqual([expect.stringMatching(/was not made for the one that lives there now/)]);
  });
  test("nothing is said while claims could not be read", async () => {
    expect(await run([volume({}, {}, { name: "later" })], { cut: { PersistentVolumeClaim: 0 } })).toEqual([]);
  });
});
