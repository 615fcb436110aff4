import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareObjects } from "../../src/compare/compare.ts";
import { MEANINGFUL } from "../../src/compare/emptiness.ts";
import { normalise } from "../../src/compare/normal.ts";
import type { KubeObject, Shape } from "../../src/compare/types.ts";
import { suiteCount } from "../real/provision/budget.ts";
import { objects, types } from "./arbitrary.ts";

const object = (apiVersion: string, kind: string, rest: object = {}, metadata: object = {}): KubeObject => ({ apiVersion, kind, metadata: { name: "x", namespace: "ns", ...metadata }, ...rest });
const config = (metadata: object, rest: object = {}): KubeObject => object("v1", "ConfigMap", rest, metadata);
const namespace = (labels: object, spec: object): KubeObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name: "x", labels }, spec });
const crd = (spec: object): KubeObject => object("apiextensions.k8s.io/v1", "CustomResourceDefinition", { spec });
const quota = (hard: object): KubeObject => object("v1", "ResourceQuota", { spec: { hard } });
const secret = (rest: object): KubeObject => object("v1", "Secret", { type: "Opaque", ...rest });
const topic = (spec: object): KubeObject => object("cluster.redpanda.com/v1alpha2", "Topic", { spec });
const external = (spec: object): KubeObject => object("external-secrets.io/v1", "ExternalSecret", { spec: { secretStoreRef: { name: "s" }, ...spec } });
const METADATA = { uid: "1", resourceVersion: "2", generation: 3, creationTimestamp: "2026-11-28T00:00:00Z", selfLink: "/x", managedFields: [{}], deletionGracePeriodSeconds: 30 };

describe("what the normal form erases or fills in, and what stays beside it", () => {
  // An object with it, the same object without it, the place; and an object that is nearly the first one and differs.
  test.each<[name: string, having: KubeObject, lacking: KubeObject, pointer: string, near: KubeObject, at: string]>([
    ...Object.entries(METADATA).map(([field, value]): [string, KubeObject, KubeObject, string, KubeObject, string] =>
      [`metadata.${field}`, config({ [field]: value }), config({}), `/metadata/${field}`, config({}, { [field]: value }), `/${field}`]),
    ["status", config({}, { status: { a: 1 } }), config({}), "/status", config({}, { state: { a: 1 } }), "/state"],
    ["the last applied copy", config({ annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}" } }), config({}), "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration", config({ annotations: { "kubectl.kubernetes.io/restartedAt": "{}" } }), "/metadata/annotations/kubectl.kubernetes.io~1restartedAt"],
    ["the last applied copy, as an annotation only", config({ annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}" } }), config({}), "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration", config({ labels: { "kubectl.kubernetes.io/last-applied-configuration": "{}" } }), "/metadata/labels/kubectl.kubernetes.io~1last-applied-configuration"],
    ["a namespace's name as its label", namespace({ "kubernetes.io/metadata.name": "x" }, {}), namespace({}, {}), "/metadata/labels/kubernetes.io~1metadata.name", namespace({ "kubernetes.io/metadata.name": "x", "kubernetes.io/other": "x" }, {}), "/metadata/labels/kubernetes.io~1other"],
    ["a namespace's finalizer", namespace({}, { finalizers: ["kubernetes"] }), namespace({}, {}), "/spec/finalizers", namespace({}, { finalizers: ["kubernetes", "rogue"] }), "/spec"],
    ["preserveUnknownFields: false", crd({ group: "g", preserveUnknownFields: false }), crd({ group: "g" }), "/spec/preserveUnknownFields", crd({ group: "g", preserveUnknownFields: true }), "/spec/preserveUnknownFields"],
    ["null", config({}, { data: { a: null } }), config({}, { data: {} }), "/data/a", config({}, { data: { a: "" } }), "/data"],
    ["an empty map of a built-in kind", config({}, { data: {} }), config({}), "/data", config({}, { data: { a: "" } }), "/data"],
    ["an empty list of a built-in kind", object("v1", "ServiceAccount", { imagePullSecrets: [] }), object("v1", "ServiceAccount"), "/imagePullSecrets", object("v1", "ServiceAccount", { imagePullSecrets: [{}] }), "/imagePullSecrets"],
    ["no rules, written so", object("rbac.authorization.k8s.io/v1", "Role", { rules: [] }), object("rbac.authorization.k8s.io/v1", "Role", { rules: null }), "/rules", object("rbac.authorization.k8s.io/v1", "Role", { rules: [{ verbs: ["get"] }] }), "/rules"],
    ["empty labels", config({ labels: {} }), config({}), "/metadata/labels", config({ labels: { a: "" } }), "/metadata/labels/a"],
    ["a quantity's spelling", quota({ "requests.memory": "3072Mi" }), quota({ "requests.memory": "3Gi" }), "/spec/hard/requests.memory", quota({ "requests.memory": "3G" }), "/spec/hard/requests.memory"],
    ["a duration's spelling", topic({ interval: "60m" }), topic({ interval: "1h" }), "/spec/interval", topic({ interval: "61m" }), "/spec/interval"],
    ["line breaks in base64", config({}, { binaryData: { a: "YWJj\nYWJj" } }), config({}, { binaryData: { a: "YWJjYWJj" } }), "/binaryData/a", config({}, { binaryData: { a: "YWJjYWJk" } }), "/binaryData/a"],
    ["a Secret's texts", secret({ stringData: { a: "x" } }), secret({ data: { a: "eA==" } }), "/stringData", secret({ data: { a: "eQ==" } }), "/data/a"],
    ["a default of a CRD's schema", external({ refreshInterval: "1h0m0s" }), external({}), "/spec/target", external({ refreshInterval: "2h0m0s" }), "/spec/refreshInterval"],
  ])("%s", (_, having, lacking, pointer, near, at) => {
    expect([having, lacking].flatMap((one) => normalise(one, types).erased).map((erasure) => erasure.pointer)).toContain(pointer);
    expect([...normalise(having, types).erased, ...normalise(lacking, types).erased].every(({ reason }) => reason !== "")).toBe(true);
    expect(compareObjects(lacking, having, types).changes).toEqual([]);
    expect(compareObjects(having, lacking, types).changes).toEqual([]);
    expect(compareObjects(lacking, near, types).changes.map((change) => change.pointer.startsWith(at) || change.pointer)).toEqual([true]);
    expect(compareObjects(near, lacking, types).changes.map((change) => change.pointer.startsWith(at) || change.pointer)).toEqual([true]);
  });

  const policy = (spec: object): KubeObject => object("networking.k8s.io/v1", "NetworkPolicy", { spec: { podSelector: {}, policyTypes: ["Ingress"], ...spec } });
  const peers = (peer: object): KubeObject => policy({ ingress: [{ from: [peer] }] });
  const app = (syncPolicy: object): KubeObject => object("argoproj.io/v1alpha1", "Application", { spec: { syncPolicy } });
  const volume = (rest: object): KubeObject => object("v1", "Pod", { spec: { volumes: [{ name: "v", ...rest }] } });

  test.each<[string, KubeObject, KubeObject]>([
    ["everybody and nobody", policy({ ingress: [{}] }), policy({ ingress: [] })],
    ["everybody and nobody, unsaid", policy({ ingress: [{}] }), policy({})],
    ["every namespace and the own one", peers({ podSelector: { matchLabels: { a: "b" } }, namespaceSelector: {} }), peers({ podSelector: { matchLabels: { a: "b" } } })],
    ["every pod and none in particular", peers({ namespaceSelector: { matchLabels: { a: "b" } }, podSelector: {} }), peers({ namespaceSelector: { matchLabels: { a: "b" } } })],
    ["a budget for all pods and for none", object("policy/v1", "PodDisruptionBudget", { spec: { selector: {} } }), object("policy/v1", "PodDisruptionBudget", { spec: {} })],
    ["a volume of no type and an empty one", volume({ emptyDir: {}, medium: "x" }), volume({ medium: "x" })],
    ["a volume of a type that nothing more is said of", volume({ flocker: {}, medium: "x" }), volume({ medium: "x" })],
    ["a container's security context", object("v1", "Pod", { spec: { containers: [{ name: "a", securityContext: {} }] } }), object("v1", "Pod", { spec: { containers: [{ name: "a" }] } })],
    ["a sync that is on and one that is off", app({ automated: {} }), app({})],
    ["all kinds forbidden and all allowed", object("argoproj.io/v1alpha1", "AppProject", { spec: { namespaceResourceWhitelist: [] } }), object("argoproj.io/v1alpha1", "AppProject", { spec: {} })],
    ["a schema for anything and none", crd({ versions: [{ name: "v1", schema: { openAPIV3Schema: { properties: { a: {} } } } }] }), crd({ versions: [{ name: "v1", schema: { openAPIV3Schema: { properties: {} } } }] })],
    ["a status subresource and none", crd({ versions: [{ name: "v1", subresources: { status: {} } }] }), crd({ versions: [{ name: "v1", subresources: {} }] })],
  ])("emptiness that means something: %s", (_, a, b) => {
    expect(compareObjects(a, b, types).changes).toHaveLength(1);
    expect(compareObjects(b, a, types).changes).toHaveLength(1);
  });
  test("each such field has its reason", () => { for (const reason of Object.values(MEANINGFUL)) expect(reason.length).toBeGreaterThan(10); });
});

describe("defaults of CRDs", () => {
  const leaf = (schema: Shape["schema"], rest: Partial<Shape> = {}): Shape => ({ schema, field: () => undefined, items: undefined, values: undefined, ...rest });
  const shapeOf = (mode: Shape): { node(): Shape } => ({ node: () => leaf({ type: "object" }, { field: (name) => (name === "spec" ? leaf({ type: "object" }, { field: (inner) => (inner === "mode" ? mode : undefined), defaults: [["mode", "on"]] }) : undefined) }) });
  const thing = (spec: object): KubeObject => object("example.com/v1", "Thing", { spec });

  test.each<[string, boolean, object, object, number]>([
    ["null is silence, and silence the default", false, { mode: null }, { mode: "on" }, 0],
    ["a nullable field keeps its null", true, { mode: null }, { mode: "on" }, 1],
    ["a nullable field's silence is the default", true, {}, { mode: "on" }, 0],
    ["a value that is not the default", false, {}, { mode: "off" }, 1],
    ["a default that went", false, { mode: "off" }, {}, 1],
  ])("%s", (_, nullable, desired, live, count) => {
    expect(compareObjects(thing(desired), thing(live), shapeOf(leaf({ type: "string", default: "on" }, { nullable }))).changes).toHaveLength(count);
  });
});

test("normalising twice is normalising once", () => {
  fc.assert(fc.property(objects, (one) => { const { value } = normalise(one, types); expect(normalise(value, types).value).toEqual(value); }), { numRuns: suiteCount("unit", "comparisons") });
});
test("what is normalised is never written to", () => {
  fc.assert(fc.property(objects, (one) => { const before = JSON.stringify(one); normalise(one, types); expect(JSON.stringify(one)).toBe(before); }), { numRuns: 300 });
});
