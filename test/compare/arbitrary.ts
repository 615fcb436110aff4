/** Random objects of a kind, made from its schema, and what the API server would store of them. */
import fc from "fast-check";
import { withBuiltInDefaults } from "../../src/compare/defaults/index.ts";
import { meansNothing, storageOf } from "../../src/compare/emptiness.ts";
import type { KubeObject, Shape } from "../../src/compare/types.ts";
import { loadSchemas } from "../../src/verify/schema.ts";
import type { Node } from "../../src/verify/schema/node.ts";

export const schemas = loadSchemas();
export const types = { node: (apiVersion: string, kind: string): Shape | undefined => schemas.node(apiVersion, kind) };

const words = fc.constantFrom("a", "b", "c", "web", "8080", "x y", "$(A)", "1Gi", "true", "ünïcode");
const quantities = fc.constantFrom("1", "1000m", "0.5", "500m", "3072Mi", "3Gi", "1G", "1e3", "2", 2, "100m", "1.5Gi");
const isQuantity = ({ schema }: Node): boolean => schema.format === "quantity" || (schema["x-kubernetes-int-or-string"] === true && schema.pattern?.includes("[KMGTPE]i") === true);

function valueOf(node: Node | undefined, depth: number): fc.Arbitrary<unknown> {
  if (!node) return fc.oneof(words, fc.integer({ min: 0, max: 9 }), fc.boolean());
  if (isQuantity(node)) return quantities;
  if (node.intOrString) return fc.oneof(fc.integer({ min: 1, max: 99 }), words);
  if (node.enum && node.enum.size > 0) return fc.constantFrom(...node.enum);
  switch (node.type) {
    case "boolean": return fc.boolean();
    case "integer": case "number": return fc.integer({ min: 1, max: 999 });
    case "string": return node.schema.format === "byte" ? fc.constantFrom("YQ==", "YWI=", "YWJj") : node.schema.format === "duration" ? fc.constantFrom("1h", "60m", "90s", "1m30s") : words;
    case "array": return listOf(node, depth);
    default: return node.type === undefined && !node.schema.properties ? fc.oneof(words, fc.dictionary(words, words, { maxKeys: 2 })) : fieldsOf(node, depth);
  }
}

function listOf(node: Node, depth: number): fc.Arbitrary<unknown[]> {
  const { items } = node;
  const keys = node.schema["x-kubernetes-list-map-keys"];
  const text = (item: unknown): string => JSON.stringify(keys && node.schema["x-kubernetes-list-type"] !== "set" ? keys.map((key) => (item as Record<string, unknown>)?.[key] ?? items?.field(key)?.schema.default) : item);
  const item = valueOf(items, depth - 1);
  if (!keys) return node.schema["x-kubernetes-list-type"] === "set" ? fc.uniqueArray(item, { maxLength: 3, selector: text }) : fc.array(item, { maxLength: 3 });
  return fc.uniqueArray(fc.tuple(item, fc.record(Object.fromEntries(keys.filter((key) => items?.field(key)?.schema.default === undefined).map((key) => [key, valueOf(items?.field(key), 0)])))).map(([rest, named]) => ({ ...(rest as object), ...named })), { maxLength: 3, selector: text });
}

function fieldsOf(node: Node, depth: number): fc.Arbitrary<unknown> {
  if (node.values) return fc.dictionary(words, valueOf(node.values, depth - 1), { maxKeys: 3 });
  const names = Object.keys(node.schema.properties ?? {}).filter((name) => name !== "status" && name !== "metadata");
  if (depth <= 0 || names.length === 0) return fc.constant({});
  const spine = names.filter((name) => SPINE.has(name));
  return fc.subarray(names, { maxLength: Math.min(4, names.length) }).chain((some) => { const chosen = [...new Set([...spine, ...some])]; return fc.record(Object.fromEntries(chosen.map((name) => [name, valueOf(node.field(name), depth - 1)]))); });
}
/** Fields on the way to what is interesting. */
const SPINE: ReadonlySet<string> = new Set(["spec", "template", "jobTemplate", "containers", "rules", "ports", "env", "groups", "ingress", "data", "hard", "webhooks"]);

const metadata = fc.record({
  name: fc.constant("thing"), namespace: fc.constant("tenant-acme"), labels: fc.dictionary(words, words, { maxKeys: 3 }), annotations: fc.dictionary(words, words, { maxKeys: 3 }),
  finalizers: fc.uniqueArray(words, { maxLength: 2 }),
}, { requiredKeys: ["name", "namespace"] });

/** Kinds whose objects are made up here: core kinds of every list discipline, CRDs with and without list types, and one that no schema knows. */
export const KINDS: readonly (readonly [apiVersion: string, kind: string])[] = [
  ["v1", "ConfigMap"], ["v1", "Service"], ["v1", "ServiceAccount"], ["v1", "ResourceQuota"], ["v1", "LimitRange"], ["v1", "PersistentVolumeClaim"], ["apps/v1", "Deployment"], ["apps/v1", "StatefulSet"], ["batch/v1", "CronJob"],
  ["networking.k8s.io/v1", "NetworkPolicy"], ["networking.k8s.io/v1", "Ingress"], ["rbac.authorization.k8s.io/v1", "Role"], ["rbac.authorization.k8s.io/v1", "RoleBinding"], ["autoscaling/v2", "HorizontalPodAutoscaler"],
  ["policy/v1", "PodDisruptionBudget"], ["admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"], ["admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"],
  ["argoproj.io/v1alpha1", "Application"], ["argoproj.io/v1alpha1", "AppProject"], ["external-secrets.io/v1", "ExternalSecret"], ["cluster.redpanda.com/v1alpha2", "User"], ["cluster.redpanda.com/v1alpha2", "Topic"],
  ["monitoring.coreos.com/v1", "PrometheusRule"], ["gateway.networking.k8s.io/v1", "HTTPRoute"], ["grafana.integreatly.org/v1beta1", "Grafana"], ["ceph.rook.io/v1", "CephObjectStoreUser"], ["example.com/v1", "Unknown"],
];

const free = fc.letrec((tie) => ({ node: fc.oneof({ maxDepth: 3 }, words, fc.integer({ min: 0, max: 9 }), fc.array(tie("node"), { maxLength: 3 }), fc.dictionary(words, tie("node"), { maxKeys: 3 })) })).node;

/** An object of any of the kinds. */
export const objects: fc.Arbitrary<KubeObject> = fc.constantFrom(...KINDS).chain(([apiVersion, kind]) => {
  const node = schemas.node(apiVersion, kind);
  const body = node ? fieldsOf(node, 6) : fc.record({ spec: fc.dictionary(words, free, { maxKeys: 4 }) });
  return fc.tuple(metadata, body).map(([meta, rest]) => ({ apiVersion, kind, metadata: meta, ...(rest as object) }) as KubeObject);
});

type Json = unknown;
const isMap = (value: Json): value is Record<string, Json> => typeof value === "object" && value !== null && !Array.isArray(value);

/** What comes back from a server that was given the object: keys sorted, defaults set, what Go types drop dropped, and metadata of its own. */
export function stored(object: KubeObject): KubeObject {
  const complete = withBuiltInDefaults(schemas.withDefaults(object));
  const storage = storageOf(object.apiVersion, object.kind);
  const shaped = (value: Json, shape: Shape | undefined, list?: string): Json => {
    if (Array.isArray(value)) return value.map((item) => shaped(item, shape?.items, list));
    if (!isMap(value)) return value;
    return Object.fromEntries(Object.keys(value).sort().flatMap((name) => {
      const child = shape?.field(name) ?? shape?.values;
      const inner = shaped(value[name], child, name);
      const isEmpty = typeof inner === "object" && inner !== null && Object.keys(inner).length === 0;
      return isEmpty && (Array.isArray(inner) || child?.values) && meansNothing(inner, name, list, storage, child) ? [] : [[name, inner]];
    }));
  };
  const { metadata: own, ...body } = shaped(complete, types.node(object.apiVersion, object.kind)) as KubeObject;
  const meta = Object.fromEntries(Object.entries(own).filter(([, value]) => !(typeof value === "object" && value !== null && Object.keys(value).length === 0)));
  return { ...body, metadata: { ...meta, uid: "0b1e", resourceVersion: "7", generation: 2, creationTimestamp: "2026-11-28T00:00:00Z" }, status: { observedGeneration: 2 } } as unknown as KubeObject;
}
