import { compact, compactKind } from "./compact.ts";
import { REFINEMENTS } from "./refine.ts";
import type { SchemaFile, Scope, Structural } from "./structural.ts";

/** Groups of Kubernetes itself that manifests of a data platform use. */
const GROUPS = new Set([
  "", "apps", "batch", "rbac.authorization.k8s.io", "networking.k8s.io", "policy", "autoscaling", "admissionregistration.k8s.io",
  "apiextensions.k8s.io", "storage.k8s.io", "scheduling.k8s.io", "coordination.k8s.io", "discovery.k8s.io",
]);

/** The OpenAPI document does not say which kinds have no namespace, so this does. */
const CLUSTER_SCOPED = new Set([
  "ComponentStatus", "Namespace", "Node", "PersistentVolume", "ClusterRole", "ClusterRoleBinding", "IngressClass", "IPAddress", "ServiceCIDR",
  "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration", "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "CustomResourceDefinition", "CSIDriver", "CSINode", "StorageClass",
  "VolumeAttachment", "VolumeAttributesClass", "PriorityClass",
]);

/** In the document, but nothing that can be stored: bodies of sub-resources and of discovery. */
const NO_OBJECTS = new Set(["Binding", "Eviction", "Scale", "DeleteOptions", "WatchEvent", "Status", "APIGroup", "APIGroupList", "APIResourceList", "APIVersions", "ComponentStatus"]);

type Gvk = { group: string; version: string; kind: string };
type CoreSchema = Omit<Structural, "properties"> & { properties?: Record<string, Structural>; "x-kubernetes-group-version-kind"?: Gvk[] };

const PREFIX = "#/definitions/";
const OPEN: Structural = { "x-kubernetes-preserve-unknown-fields": true };

/** Definitions whose meaning is in Go code, not in the document. */
const SPECIAL: Record<string, Structural> = {
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": { "x-kubernetes-int-or-string": true },
  "io.k8s.apimachinery.pkg.api.resource.Quantity": { format: "quantity", "x-kubernetes-int-or-string": true },
  "io.k8s.apimachinery.pkg.apis.meta.v1.Time": { type: "string", format: "date-time" },
  "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": { type: "string", format: "date-time" },
  "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": { type: "object", ...OPEN },
  "io.k8s.apimachinery.pkg.runtime.RawExtension": { type: "object", ...OPEN },
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON": OPEN,
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceStatus": { type: "object" },
  // apiextensions/v1 refuses the array form of `items` in a structural schema, so the schema form is the only one.
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray": { $ref: "apiextensions.v1.JSONSchemaProps" },
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool": { $ref: "apiextensions.v1.JSONSchemaProps", "x-bulkhead-or-boolean": true },
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray": OPEN,
};

/** `io.k8s.api.core.v1.PodSpec` as `core.v1.PodSpec`: the last three words tell all definitions apart (checked below). */
const shortName = (name: string): string => name.split(".").slice(-3).join(".");

/** Schemas of Kubernetes' own kinds in stable versions, from the published definitions. */
export function coreSchemaFile(document: { definitions: Record<string, CoreSchema> }): SchemaFile {
  const { definitions } = document;
  const file: SchemaFile = { kinds: {}, defs: {} };
  const origin = new Map<string, string>();

  const define = (name: string): string => {
    const short = shortName(name);
    const earlier = origin.get(short);
    if (earlier && earlier !== name) throw new Error(`two definitions shorten to ${short}: ${earlier} and ${name}`);
    if (earlier) return short;
    origin.set(short, name);
    const schema = definitions[name];
    if (!schema) throw new Error(`definition ${name} is missing`);
    file.defs[short] = compact(resolve(refine(short, schema)));
    return short;
  };

  /** Replaces references; those to scalars and Go unions by what they mean. */
  const resolve = (schema: Structural): Structural => {
    if (schema.$ref) {
      const name = schema.$ref.slice(PREFIX.length);
      const special = SPECIAL[name];
      if (special?.$ref) define("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps");
      return { ...schema, $ref: undefined, ...(special ?? { $ref: define(name) }) };
    }
    const out: Structural = { ...schema };
    if (schema.properties) out.properties = Object.fromEntries(Object.entries(schema.properties).map(([name, child]) => [name, resolve(child)]));
    if (typeof schema.additionalProperties === "object") out.additionalProperties = resolve(schema.additionalProperties);
    if (schema.items) out.items = resolve(schema.items);
    return out;
  };

  for (const name of Object.keys(definitions).sort()) {
    const schema = definitions[name]!;
    for (const { group, version, kind } of schema["x-kubernetes-group-version-kind"] ?? []) {
      // Alpha and beta versions are off unless an administrator turns them on.
      if (!GROUPS.has(group) || !/^v[0-9]+$/.test(version) || NO_OBJECTS.has(kind) || (kind.endsWith("List") && schema.properties?.items)) continue;
      const apiVersion = group ? `${group}/${version}` : version;
      const scope: Scope = CLUSTER_SCOPED.has(kind) ? "Cluster" : "Namespaced";
      const { metadata: _m, status, ...properties } = schema.properties ?? {};
      const slim = { ...refine(shortName(name), { ...schema, properties }) };
      const resolved = resolve(slim);
      if (status) resolved.properties!.status = OPEN;
      file.kinds[`${apiVersion}/${kind}`] = { scope, schema: compactKind(resolved) };
    }
  }
  // Every object's metadata is checked against this one.
  define("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  return file;
}

/** Adds what the API server checks in code: closed sets of words, ports, labels, the default part of list keys. */
function refine(short: string, schema: Structural): Structural {
  const refinements = REFINEMENTS[short];
  if (!refinements) return schema;
  const properties = { ...schema.properties };
  for (const [field, more] of Object.entries(refinements)) {
    const old = properties[field];
    if (!old) throw new Error(`${short} has no field ${field} in these definitions`);
    properties[field] = { ...old, ...more, ...(more.items && { items: { ...old.items, ...more.items } }) };
  }
  return { ...schema, properties };
}
