/** Cases in which other tools are wrong, one way or the other. The numbers are those of the table that this project keeps of them. */
import { describe, expect, test } from "vitest";
import { compareObjects } from "../../src/compare/compare.ts";
import { attributed } from "../../src/compare/note.ts";
import type { Comparison, KubeObject, Surroundings } from "../../src/compare/types.ts";
import { types } from "./arbitrary.ts";

const object = (apiVersion: string, kind: string, rest: object = {}, metadata: object = {}): KubeObject => ({ apiVersion, kind, metadata: { name: "x", namespace: "ns", ...metadata }, ...rest });
const deployment = (container: object, spec: object = {}): KubeObject => object("apps/v1", "Deployment", { spec: { ...spec, template: { spec: { containers: [{ name: "a", image: "a:1", ...container }] } } } });
const env = (...pairs: string[]): KubeObject => deployment({ env: pairs.map((pair) => { const [name, value] = pair.split("="); return { name, value }; }) });
const service = (spec: object): KubeObject => object("v1", "Service", { spec });
const policy = (spec: object): KubeObject => object("networking.k8s.io/v1", "NetworkPolicy", { spec: { podSelector: {}, policyTypes: ["Ingress"], ...spec } });
const rbac = (kind: string, rest: object): KubeObject => object("rbac.authorization.k8s.io/v1", kind, rest);
const quota = (cpu: unknown): KubeObject => object("v1", "ResourceQuota", { spec: { hard: { cpu } } });
const queue = (spec: object): KubeObject => object("kueue.x-k8s.io/v1", "ClusterQueue", { spec });
const config = (data: object, metadata: object = {}): KubeObject => object("v1", "ConfigMap", { data }, metadata);
const secret = (rest: object): KubeObject => object("v1", "Secret", rest);
const owned = (one: KubeObject, ...entries: [manager: string, operation: string, fields: object, subresource?: string][]): KubeObject => ({
  ...one, metadata: { ...one.metadata, managedFields: entries.map(([manager, operation, fieldsV1, subresource]) => ({ manager, operation, apiVersion: one.apiVersion, fieldsType: "FieldsV1", fieldsV1, ...(subresource && { subresource }) })) },
});
const REPLICAS = { "f:spec": { "f:replicas": {} } };
const autoscaler = (min: number, max: number, wants?: number): KubeObject => object("autoscaling/v2", "HorizontalPodAutoscaler", { spec: { minReplicas: min, maxReplicas: max, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "x" } }, ...(wants && { status: { desiredReplicas: wants } }) });
const C = "/spec/template/spec/containers/0";

const lines = ({ changes }: Comparison): string[] => changes.map(({ kind, pointer }) => `${kind} ${pointer}`);
interface Row { row: number; name: string; git: KubeObject; live: KubeObject; expected: string[]; around?: Surroundings }

const ROWS: Row[] = [
  { row: 1, name: "a default of the server is equal to silence", git: config({}), live: object("v1", "ConfigMap", {}), expected: [] },
  { row: 1, name: "a field that git leaves out and live sets", git: deployment({}), live: deployment({ tty: true }), expected: [`added ${C}/tty`] },
  { row: 3, name: "a quantity in another spelling", git: quota("1000m"), live: quota("1"), expected: [] },
  { row: 3, name: "a quantity of another size", git: quota("1G"), live: quota("1Gi"), expected: ["changed /spec/hard/cpu"] },
  { row: 3, name: "a number is a quantity too", git: quota(1), live: quota("1"), expected: [] },
  { row: 3, name: "beyond what a float can hold", git: quota("9007199254740993"), live: quota("9007199254740992"), expected: ["changed /spec/hard/cpu"] },
  { row: 3, name: "without a schema, limits and requests by their place", git: queue({ resources: { limits: { cpu: "1" }, requests: { memory: "1Gi" } }, nominalQuota: "3Gi" }), live: queue({ resources: { limits: { cpu: "1000m" }, requests: { memory: "1024Mi" } }, nominalQuota: "3072Mi" }), expected: [] },
  { row: 3, name: "a text that looks like a quantity is a text", git: config({ a: "1000m" }), live: config({ a: "1" }), expected: ["changed /data/a"] },
  { row: 3, name: "a label that looks like a quantity is a text", git: config({}, { labels: { a: "1e3" } }), live: config({}, { labels: { a: "1k" } }), expected: ["changed /metadata/labels/a"] },
  { row: 4, name: "a port by number is not one by name", git: service({ ports: [{ port: 80, targetPort: 8080 }] }), live: service({ ports: [{ port: 80, targetPort: "8080" }] }), expected: ["changed /spec/ports/0/targetPort"] },
  { row: 5, name: "null is silence", git: config({ a: null }), live: object("v1", "ConfigMap"), expected: [] },
  { row: 5, name: "everybody allowed, where git allows nobody", git: policy({ ingress: [] }), live: policy({ ingress: [{}] }), expected: ["added /spec/ingress"] },
  { row: 5, name: "everybody allowed, where git allows one", git: policy({ ingress: [{ from: [{ podSelector: {} }] }] }), live: policy({ ingress: [{}] }), expected: ["removed /spec/ingress/0/from"] },
  { row: 6, name: "an ordered list in another order", git: deployment({ args: ["a", "b"] }), live: deployment({ args: ["b", "a"] }), expected: [`order ${C}/args`] },
  { row: 6, name: "an ordered list with one more in front", git: deployment({ args: ["a", "b"] }), live: deployment({ args: ["x", "a", "b"] }), expected: [`added ${C}/args/0`] },
  { row: 6, name: "a list map in another order, and one of it changed", git: env("A=1", "B=2"), live: env("B=3", "A=1"), expected: [`changed ${C}/env/0/value`] },
  { row: 6, name: "a set in another order", git: config({}, { finalizers: ["a", "b"] }), live: config({}, { finalizers: ["b", "a"] }), expected: [] },
  { row: 6, name: "a set with one more", git: config({}, { finalizers: ["a"] }), live: config({}, { finalizers: ["b", "a"] }), expected: ["added /metadata/finalizers/0"] },
  { row: 6, name: "subjects in another order", git: rbac("RoleBinding", { subjects: [{ kind: "User", name: "a" }, { kind: "User", name: "b" }] }), live: rbac("RoleBinding", { subjects: [{ kind: "User", name: "b" }, { kind: "User", name: "a" }] }), expected: [] },
  { row: 6, name: "a subject more, in front", git: rbac("RoleBinding", { subjects: [{ kind: "User", name: "a" }] }), live: rbac("RoleBinding", { subjects: [{ kind: "Group", name: "all" }, { kind: "User", name: "a" }] }), expected: ["added /subjects/0"] },
  { row: 6, name: "a verb more, in rules of another order", git: rbac("Role", { rules: [{ resources: ["pods"], verbs: ["get", "list"] }, { resources: ["jobs"], verbs: ["get"] }] }), live: rbac("Role", { rules: [{ resources: ["jobs"], verbs: ["get"] }, { resources: ["pods"], verbs: ["list", "delete", "get"] }] }), expected: ["added /rules/1/verbs/1"] },
  { row: 6, name: "variables in another order, without references", git: env("A=1", "B=2"), live: env("B=2", "A=1"), expected: [] },
  { row: 6, name: "variables in another order, with a reference that does not resolve any more", git: env("A=1", "B=$(A)"), live: env("B=$(A)", "A=1"), expected: [`order ${C}/env`] },
  { row: 6, name: "variables in another order, with a reference that still resolves", git: env("A=1", "Z=0", "B=$(A)"), live: env("A=1", "B=$(A)", "Z=0"), expected: [] },
  { row: 6, name: "containers that run one after the other", git: object("v1", "Pod", { spec: { initContainers: [{ name: "a" }, { name: "b" }] } }), live: object("v1", "Pod", { spec: { initContainers: [{ name: "b" }, { name: "a" }] } }), expected: ["order /spec/initContainers"] },
  { row: 7, name: "ports with and without the half of their key that has a default", git: service({ ports: [{ port: 53 }, { port: 53, protocol: "UDP" }] }), live: service({ ports: [{ port: 53, protocol: "UDP" }, { port: 53, protocol: "TCP" }] }), expected: [] },
  { row: 7, name: "the same port, of another protocol", git: service({ ports: [{ port: 53, name: "dns" }] }), live: service({ ports: [{ port: 53, name: "dns", protocol: "TCP" }, { port: 53, protocol: "UDP", name: "dns-udp" }] }), expected: ["added /spec/ports/1"] },
  { row: 8, name: "a variable that stands twice: the last one holds", git: env("A=1", "A=2"), live: env("A=2"), expected: [] },
  { row: 8, name: "a variable that stands twice: the last one changed", git: env("A=1", "A=2"), live: env("A=3"), expected: [`changed ${C}/env/0/value`] },
  { row: 8, name: "a variable that stands twice in live only", git: env("A=1"), live: env("A=0", "A=1"), expected: [`added ${C}/env/0`] },
  { row: 8, name: "another key that stands twice, as git has it", git: deployment({ volumeMounts: [{ name: "a", mountPath: "/x" }, { name: "b", mountPath: "/x" }] }), live: deployment({ volumeMounts: [{ name: "b", mountPath: "/x" }, { name: "a", mountPath: "/x" }] }), expected: [] },
  { row: 8, name: "another key that stands twice, and one of them changed", git: deployment({ volumeMounts: [{ name: "a", mountPath: "/x" }, { name: "b", mountPath: "/x" }] }), live: deployment({ volumeMounts: [{ name: "a", mountPath: "/x" }, { name: "c", mountPath: "/x" }] }), expected: [`changed ${C}/volumeMounts/1/name`] },
  { row: 9, name: "a Secret as text and as bytes", git: secret({ stringData: { a: "hello" } }), live: secret({ data: { a: "aGVsbG8=" } }), expected: [] },
  { row: 9, name: "text wins over bytes", git: secret({ stringData: { a: "hello" }, data: { a: "eA==" } }), live: secret({ data: { a: "aGVsbG8=" } }), expected: [] },
  { row: 9, name: "another value", git: secret({ stringData: { a: "hello" } }), live: secret({ data: { a: "eA==" } }), expected: ["changed /data/a"] },
  { row: 9, name: "a value that is gone is where git has it", git: secret({ stringData: { a: "hello", b: "x" } }), live: secret({ data: { b: "eA==" } }), expected: ["removed /stringData/a"] },
  { row: 9, name: "an empty value and none", git: secret({ data: { a: "" } }), live: secret({ data: { a: null } }), expected: ["removed /data"] },
  { row: 10, name: "a field that v1 dropped", git: object("apiextensions.k8s.io/v1", "CustomResourceDefinition", { spec: { group: "g", preserveUnknownFields: false } }), live: object("apiextensions.k8s.io/v1", "CustomResourceDefinition", { spec: { group: "g" } }), expected: [] },
  { row: 11, name: "without a schema, maps by their keys", git: queue({ a: { b: 1, c: 2 } }), live: queue({ a: { b: 1, c: 3 } }), expected: ["changed /spec/a/c"] },
  { row: 11, name: "without a schema, lists as one", git: queue({ a: [{ name: "x" }] }), live: queue({ a: [{ name: "x" }, { name: "y" }] }), expected: ["changed /spec/a"] },
  { row: 12, name: "a certificate that a webhook put in is for a rule to allow", git: object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", { webhooks: [{ name: "a", clientConfig: { url: "u" } }] }), live: object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", { webhooks: [{ name: "a", clientConfig: { url: "u", caBundle: "YQ==" } }] }), expected: ["added /webhooks/0/clientConfig/caBundle"] },
  { row: 13, name: "replicas of an autoscaler", git: deployment({}, { replicas: 2 }), live: owned(deployment({}, { replicas: 4 }), ["kube-controller-manager", "Update", REPLICAS, "scale"]), around: { autoscalers: [autoscaler(2, 5)] }, expected: [] },
  { row: 13, name: "replicas of an autoscaler, beyond what it allows", git: deployment({}, { replicas: 2 }), live: owned(deployment({}, { replicas: 9 }), ["kube-controller-manager", "Update", REPLICAS, "scale"]), around: { autoscalers: [autoscaler(2, 5)] }, expected: ["changed /spec/replicas"] },
  { row: 13, name: "replicas of a person beside an autoscaler", git: deployment({}, { replicas: 2 }), live: owned(deployment({}, { replicas: 4 }), ["kubectl", "Update", REPLICAS, "scale"]), around: { autoscalers: [autoscaler(2, 5)] }, expected: ["changed /spec/replicas"] },
  { row: 13, name: "replicas of a person who says to be the controller, but edits", git: deployment({}, { replicas: 2 }), live: owned(deployment({}, { replicas: 4 }), ["kube-controller-manager", "Update", REPLICAS]), around: { autoscalers: [autoscaler(2, 5)] }, expected: ["changed /spec/replicas"] },
  { row: 13, name: "replicas without an autoscaler", git: deployment({}, { replicas: 2 }), live: owned(deployment({}, { replicas: 4 }), ["kube-controller-manager", "Update", REPLICAS, "scale"]), expected: ["changed /spec/replicas"] },
  { row: 13, name: "replicas beside the autoscaler of another object", git: deployment({}, { replicas: 2 }), live: owned(deployment({}, { replicas: 4 }), ["kube-controller-manager", "Update", REPLICAS, "scale"]), around: { autoscalers: [{ ...autoscaler(2, 5), metadata: { name: "x", namespace: "other" } }] }, expected: ["changed /spec/replicas"] },
  { row: 13, name: "replicas that nobody claims, and the autoscaler wants", git: deployment({}, { replicas: 2 }), live: owned(deployment({}, { replicas: 4 })), around: { autoscalers: [autoscaler(2, 5, 4)] }, expected: [] },
  { row: 13, name: "replicas that nobody claims, and the autoscaler does not want", git: deployment({}, { replicas: 2 }), live: owned(deployment({}, { replicas: 4 })), around: { autoscalers: [autoscaler(2, 5, 3)] }, expected: ["changed /spec/replicas"] },
  { row: 14, name: "an address that the server chose", git: service({ ports: [{ port: 80 }] }), live: owned(service({ ports: [{ port: 80 }], clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"], ipFamilies: ["IPv4"] })), expected: [] },
  { row: 14, name: "a door that somebody opened", git: service({ type: "ClusterIP", ports: [{ port: 80 }] }), live: owned(service({ type: "ClusterIP", externalIPs: ["1.2.3.4"], ports: [{ port: 80, nodePort: 30_000 }] })), expected: ["added /spec/ports/0/nodePort", "added /spec/externalIPs"] },
  { row: 14, name: "an object on its way out is not equal", git: config({}), live: config({}, { deletionTimestamp: "2026-11-28T00:00:00Z", deletionGracePeriodSeconds: 0 }), expected: ["added /metadata/deletionTimestamp"] },
  { row: 18, name: "a namespace that git leaves to its applier", git: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" } }, live: object("v1", "ConfigMap"), expected: [] },
  { row: 18, name: "a namespace for what has none", git: object("v1", "Namespace"), live: { apiVersion: "v1", kind: "Namespace", metadata: { name: "x" } }, expected: [] },
  { row: 19, name: "what kubectl once applied says nothing", git: config({ a: "1" }), live: config({ a: "1" }, { annotations: { "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"a":"9"}}' } }), expected: [] },
  { row: 19, name: "what kubectl once applied excuses nothing", git: config({ a: "1" }), live: config({ a: "9" }, { annotations: { "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"a":"9"}}' } }), expected: ["changed /data/a"] },
];

test.each(ROWS)("row $row: $name", ({ git, live, around, expected }) => {
  expect(lines(compareObjects(git, live, types, around)).sort()).toEqual([...expected].sort());
});

describe("what is said beside the changes", () => {
  test.each<[string, KubeObject, KubeObject, RegExp[]]>([
    ["a variable that stands twice", env("A=1", "A=2"), env("A=1", "A=2"), [/containers\/0\/env has the key A more than once in git: the last one holds/]],
    ["subjects in another order", ROWS.find(({ name }) => name === "subjects in another order")!.git, ROWS.find(({ name }) => name === "subjects in another order")!.live, [/^\/subjects stands in another order/]],
    ["a value of a Secret that is no base64", secret({ data: { a: "no base64", b: "YQ==" } }), secret({ data: { b: "YQ==" } }), [/^\/data\/a is no base64/]],
    ["nothing", config({ a: "1" }), config({ a: "2" }), []],
  ])("%s", (_, git, live, expected) => {
    const { notes } = compareObjects(git, live, types);
    expect(notes).toHaveLength(expected.length);
    for (const [i, pattern] of expected.entries()) expect(notes[i]).toMatch(pattern);
  });

  test.each<[string, KubeObject, KubeObject, "typed" | "untyped"]>([
    ["a kind with a schema", config({ a: "1" }), config({ a: "2" }), "typed"],
    ["a kind without one", queue({ a: 1 }), queue({ a: 1 }), "untyped"],
    ["a place that the schema leaves open", object("grafana.integreatly.org/v1beta1", "GrafanaDatasource", { spec: { datasource: { jsonData: { a: { b: 1 } } } } }), object("grafana.integreatly.org/v1beta1", "GrafanaDatasource", { spec: { datasource: { jsonData: { a: { b: 2 } } } } }), "untyped"],
  ])("the confidence of %s", (_, git, live, expected) => { expect(compareObjects(git, live, types).confidence).toBe(expected); });

  test("a default that git leaves out is shown, and said", () => {
    const git = object("external-secrets.io/v1", "ExternalSecret", { spec: {} });
    const live = object("external-secrets.io/v1", "ExternalSecret", { spec: { refreshInterval: "9h" } });
    expect(compareObjects(git, live, types).changes).toEqual([{ pointer: "/spec/refreshInterval", kind: "changed", desired: "1h0m0s", live: "9h", note: "git does not say it, so its default is wanted" }]);
  });

  test("what went out of a list that git leaves to its default is found", () => {
    const spec = (rest: object): KubeObject => object("apps/v1", "Deployment", { spec: rest });
    const shape = { schema: {}, field: () => undefined, items: undefined, values: undefined };
    const words = { ...shape, schema: { type: "array" }, items: { ...shape, schema: { type: "string" } } };
    const typed = { node: () => ({ ...shape, field: (name: string) => (name === "spec" ? { ...shape, field: () => words, defaults: [["words", ["a", "b"]]] as const } : undefined) }) };
    expect(compareObjects(spec({}), spec({ words: ["a"] }), typed).changes).toEqual([{ pointer: "/spec/words/1", kind: "removed", desired: "b", note: "git does not say it, so its default is wanted" }]);
  });

  test("values are shown as they came", () => {
    expect(compareObjects(quota("1000m"), quota("2048Mi"), types).changes).toEqual([{ pointer: "/spec/hard/cpu", kind: "changed", desired: "1000m", live: "2048Mi" }]);
  });

  test("a Secret's values are shown as dots of their number", () => {
    const { changes } = compareObjects(secret({ stringData: { a: "hello", c: "x" } }), secret({ data: { a: "c2VjcmV0", b: "c2VjcmV0" } }), types);
    expect(changes).toEqual([
      { pointer: "/data/a", kind: "changed", desired: "••••••••", live: "••••••••" },
      { pointer: "/stringData/c", kind: "removed", desired: "••••" },
      { pointer: "/data/b", kind: "added", live: "••••••••" },
    ]);
  });

  test("row 16: what git no longer has, by whose it is", () => {
    const live = (manager: string, operation: string): KubeObject => owned(config({ a: "1", b: "2" }), [manager, operation, { "f:data": { "f:b": {} } }]);
    const note = (one: KubeObject): string => attributed(one, compareObjects(config({ a: "1" }), one, types).changes)[0]!.note ?? "";
    expect(note(live("argocd-controller", "Apply"))).toMatch(/^stale-owned/);
    expect(note(live("bulkhead", "Apply"))).toMatch(/^stale-owned/);
    expect(note(live("kubectl-client-side-apply", "Update"))).toMatch(/^stuck-csa/);
    expect(note(live("before-first-apply", "Update"))).toMatch(/^stuck-csa/);
    expect(note(live("kubectl-edit", "Update"))).toBe("");
    expect(note(owned(config({ a: "1", b: "2" })))).toMatch(/^nobody claims it/);
    expect(note(config({ a: "1", b: "2" }))).toMatch(/without managedFields/);
    const stripped = config({ a: "1", b: "2" });
    expect(attributed(stripped, compareObjects(config({ a: "1" }), stripped, types).changes, { tracked: true })[0]!.note).toMatch(/no managedFields, which others here have.*not proven/);
    const git = object("external-secrets.io/v1", "ExternalSecret", { spec: {} });
    const set = owned(object("external-secrets.io/v1", "ExternalSecret", { spec: { refreshInterval: "9h" } }), ["argocd-controller", "Apply", { "f:spec": { "f:refreshInterval": {} } }]);
    expect(attributed(set, compareObjects(git, set, types).changes)[0]!.note).toMatch(/its default is wanted; stale-owned/);
    const differs = owned(config({ a: "2" }), ["argocd-controller", "Apply", { "f:data": { "f:a": {} } }]);
    expect(attributed(differs, compareObjects(config({ a: "1" }), differs, types).changes)[0]!.note).toBeUndefined();
    const gone = owned(config({}), ["kubectl-edit", "Update", {}]);
    expect(attributed(gone, compareObjects(config({ a: "1" }), gone, types).changes)).toEqual([{ pointer: "/data", kind: "removed", desired: { a: "1" }, claimedBy: [], note: "what was removed leaves no trace in managedFields" }]);
  });
});
