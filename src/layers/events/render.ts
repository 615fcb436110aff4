/** Events state as objects: what the Redpanda operator, External Secrets and the quota Jobs work from. */
import { API_GROUP, DOMAIN_LABEL, NAMESPACES, PRODUCT_LABEL, TENANT_LABEL, fit, tenantSecretKey } from "../../model/names.ts";
import { type Manifest, type Output, PLATFORM_WAVES, type Placement, TENANT_WAVES, place } from "../layer.ts";
import { externalSecret, secretData, storeEgress, TENANT_SECRET_STORE } from "../manifest.ts";
import { QUOTA_POD, adminSecret, quotaManifests } from "./quota.ts";
import type { Acl, EventsPlatformState, EventsState, Origin, PlatformStore, SchemaState, StoreEvents, TopicState, UserState } from "./state.ts";

const API = "cluster.redpanda.com/v1alpha2";
/** On the auditor's User: the store that its cluster is in git's words, and host:port of the Kafka API. The audit tells stores apart by them. */
export const STORE_ANNOTATION = `${API_GROUP}/store`;
export const ENDPOINT_ANNOTATION = `${API_GROUP}/endpoint`;
/** Secret, in the tenant's namespace, with a principal's password. */
const passwordSecret = (principal: string): string => fit(`kafka-${principal}`, 63);
/** Key of a principal's password in the secret store; its property is `password`. */
const passwordKey = (tenant: string, principal: string): string => tenantSecretKey(tenant, "kafka", principal);

type Wave = keyof typeof TENANT_WAVES;
const placed = (area: "walls" | "content", wave: Wave, { source, owner }: Origin, dataBearing = false): Placement =>
  ({ area, layer: "events", wave: TENANT_WAVES[wave], source, owner, ...(dataBearing && { dataBearing }) });

/** Renders one tenant's topics, users, schemas and quotas. */
export function renderTenant(state: EventsState, output: Output): void {
  for (const store of state.stores) {
    for (const topic of store.topics) place(output.chart, topicManifest(state, store, topic), placed("content", "stores", topic.origin, true));
    for (const user of store.users) {
      place(output.chart, passwordManifest(state, user), placed("content", "secrets", user.origin));
      place(output.chart, userManifest(state, store, user), placed("content", "users", user.origin));
    }
    for (const schema of store.schemas) place(output.chart, schemaManifest(state, store, schema), placed("content", "schemas", schema.origin));
    const { configMap, job, cronJob } = quotaManifests(state.tenant, store);
    place(output.chart, configMap, placed("walls", "config", state.origin));
    place(output.chart, job, placed("walls", "jobs", state.origin));
    place(output.chart, cronJob, placed("walls", "jobs", state.origin));
  }
}

function metadata(state: EventsState, name: string, domain?: string, product?: string): Manifest["metadata"] {
  return { name, namespace: state.namespace, labels: { [TENANT_LABEL]: state.tenant, ...(domain && { [DOMAIN_LABEL]: domain }), ...(product && { [PRODUCT_LABEL]: product }) } };
}

function topicManifest(state: EventsState, store: StoreEvents, topic: TopicState): Manifest {
  return {
    apiVersion: API, kind: "Topic", metadata: metadata(state, topic.name, topic.domain),
    spec: {
      cluster: { clusterRef: { ...store.clusterRef } }, overwriteTopicName: topic.name,
      partitions: topic.partitions, replicationFactor: topic.replicas, additionalConfig: { ...topic.config },
    },
  };
}

function userManifest(state: EventsState, store: StoreEvents, user: UserState): Manifest {
  // Without noGenerate the operator would make up a password when the Secret is late.
  return redpandaUser(metadata(state, user.name), store.clusterRef, { noGenerate: true, valueFrom: { secretKeyRef: { name: passwordSecret(user.principal), key: "password" } } }, user.acls);
}

function redpandaUser(meta: Manifest["metadata"], clusterRef: StoreEvents["clusterRef"], password: Record<string, unknown>, acls: readonly Acl[]): Manifest {
  return {
    apiVersion: API, kind: "User", metadata: meta,
    spec: {
      cluster: { clusterRef: { ...clusterRef } },
      authentication: { type: "scram-sha-512", syncCredentials: true, password },
      authorization: {
        type: "simple",
        acls: acls.map((acl) => ({
          type: "allow", host: "*", resource: { type: acl.resource, name: acl.name, patternType: acl.pattern }, operations: [...acl.operations],
        })),
      },
    },
  };
}

/** The auditor lies where its pods are, so that they can have its Secret; the operator makes up the password, which nobody else needs. */
function auditorManifest({ store, clusterRef, brokers, auditor }: PlatformStore): Manifest {
  const meta = { name: auditor.name, namespace: NAMESPACES.audit, annotations: { [STORE_ANNOTATION]: store, [ENDPOINT_ANNOTATION]: brokers } };
  return redpandaUser(meta, clusterRef, { valueFrom: { secretKeyRef: { name: auditor.secret, key: "password" } } }, auditor.acls);
}

function passwordManifest(state: EventsState, user: UserState): Manifest {
  return externalSecret(metadata(state, passwordSecret(user.principal)), { kind: "SecretStore", name: TENANT_SECRET_STORE }, secretData(passwordKey(state.tenant, user.principal), { password: "password" }));
}

function schemaManifest(state: EventsState, store: StoreEvents, schema: SchemaState): Manifest {
  return {
    apiVersion: API, kind: "Schema", metadata: metadata(state, schema.subject, schema.domain, schema.product),
    spec: { cluster: { clusterRef: { ...store.clusterRef } }, schemaType: "avro", compatibilityLevel: "Backward", text: schema.text },
  };
}

/** Renders the auditor on each store, the brokers' administrative credentials and the one way out that quota pods have. Names no tenant (D5). */
export function renderPlatform(state: EventsPlatformState, output: Output): void {
  const at = (source: Placement["source"]): Placement => ({ area: { platform: "events" }, layer: "events", wave: PLATFORM_WAVES.content, source, owner: state.owner });
  for (const platformStore of state.stores) {
    const { store, adminKey, source } = platformStore;
    const meta = { name: adminSecret(store), namespace: NAMESPACES.events };
    place(output.chart, externalSecret(meta, { kind: "ClusterSecretStore", name: state.secretStore }, secretData(adminKey, { "ca.crt": "ca", password: "password", username: "username" })), at(source));
    place(output.chart, auditorManifest(platformStore), at(source));
  }
  place(output.chart, storeEgress({ name: "quotas", namespace: NAMESPACES.events }, QUOTA_POD, state.stores), at(state.stores[0]!.source));
}
