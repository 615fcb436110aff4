import type { Crd, Structural } from "./structural.ts";

/** The group whose CRD files are not read: they are under the Business Source License, which this project does not pass on. */
export const REDPANDA_GROUP = "cluster.redpanda.com";

const text: Structural = { type: "string" };
const integer: Structural = { type: "integer" };
const boolean: Structural = { type: "boolean" };
const word = (words: string[], fallback?: string): Structural => ({ type: "string", enum: words, ...(fallback && { default: fallback }) });
const list = (items: Structural, more: Structural = {}): Structural => ({ type: "array", items, ...more });
const object = (properties: Record<string, Structural>, required: string[] = [], more: Structural = {}): Structural => ({ type: "object", properties, required, ...more });
const mapOf = (additionalProperties: Structural): Structural => ({ type: "object", additionalProperties });

/** Only a reference: static configuration would put broker addresses and credentials into every tenant's objects. */
const cluster = object({ clusterRef: object({ name: text, namespace: text, group: text, kind: text }, ["name"]) }, ["clusterRef"]);

const topic = object({
  cluster, partitions: integer, replicationFactor: integer, overwriteTopicName: text, additionalConfig: mapOf(text),
  interval: { type: "string", format: "duration" }, metricsNamespace: text,
}, ["cluster"]);

const secretKey = object({ name: text, key: text }, ["name", "key"]);
const password = object({ noGenerate: boolean, value: text, valueFrom: object({ secretKeyRef: secretKey }, ["secretKeyRef"]) }, [], {
  anyOf: [{ required: ["value"], properties: { value: { minLength: 1 } } }, { required: ["valueFrom"] }],
});

const named = ["topic", "group", "transactionalId", "subject"];
const prefixable: Structural = { properties: { type: { enum: named }, name: { minLength: 1 } } };
const whole: Structural = { properties: { type: { enum: ["cluster", "registry"] }, name: { maxLength: 0 }, patternType: { enum: ["literal"] } } };
const resource = object({ type: word([...named, "cluster", "registry"]), name: text, patternType: word(["literal", "prefixed"], "literal") }, ["type", "name"], { anyOf: [prefixable, whole] });

const operation = word(["Read", "Write", "Delete", "Alter", "Describe", "IdempotentWrite", "ClusterAction", "Create", "AlterConfigs", "DescribeConfigs"]);
const acl = object({
  type: word(["allow", "deny"]), resource, operations: list(operation, { minItems: 1, maxItems: 12 }), host: { ...text, default: "*" },
}, ["type", "resource", "operations"]);

const user = object({
  cluster,
  authentication: object({ type: word(["scram-sha-256", "scram-sha-512"], "scram-sha-512"), password, syncCredentials: boolean }, ["password"]),
  authorization: object({ type: word(["simple"], "simple"), acls: list(acl, { maxItems: 1024 }) }),
  template: object({ secret: object({ metadata: object({ labels: mapOf(text), annotations: mapOf(text) }) }, ["metadata"]) }),
}, ["cluster"]);

const schema = object({
  cluster, text,
  schemaType: word(["avro", "protobuf", "json"], "avro"),
  compatibilityLevel: word(["None", "Backward", "BackwardTransitive", "Forward", "ForwardTransitive", "Full", "FullTransitive"], "Backward"),
  references: list(object({ name: text, subject: text, version: integer }, ["name", "subject", "version"])),
}, ["cluster", "text"]);

const crd = (kind: string, plural: string, spec: Structural): Crd => ({
  group: REDPANDA_GROUP, kind, plural, scope: "Namespaced",
  versions: [{ name: "v1alpha2", schema: object({ spec, status: { type: "object" } }, ["spec"]) }],
});

/**
 * What Bulkhead emits for Redpanda's operator, written by hand from the documented field names. It is narrower than the
 * operator's CRDs on purpose; a test holds each field here against the real ones where those are at hand.
 */
export const REDPANDA_CRDS: Crd[] = [crd("Schema", "schemas", schema), crd("Topic", "topics", topic), crd("User", "users", user)];
