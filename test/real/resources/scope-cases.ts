/** Accepted and refused manifests of each rule of tenant-scope, for any tenant. Used on the real server and by the unit test. */
import type { Manifest } from "../../../src/layers/layer.ts";
import { TENANT_LABEL } from "../../../src/model/names.ts";

export interface ScopeCase { rule: string; what: string; allowed: boolean; manifest(tenant: string): Manifest }

const object = (apiVersion: string, kind: string, name: string, tenant: string, spec?: unknown, labels?: Record<string, string>): Manifest =>
  ({ apiVersion, kind, metadata: { name, namespace: `tenant-${tenant}`, ...(labels && { labels }) }, ...(spec !== undefined && { spec }) });

const redpanda = (kind: string, name: string, spec: unknown) => (t: string): Manifest => object("cluster.redpanda.com/v1alpha2", kind, name.replaceAll("$", t), t, JSON.parse(JSON.stringify(spec).replaceAll("$", t)));
const cluster = { clusterRef: { name: "stream", namespace: "redpanda" } };
const user = (acls: unknown[], name = "tenant.$.crm") => redpanda("User", name, { cluster, authentication: { type: "scram-sha-512", password: { valueFrom: { secretKeyRef: { name: "crm", key: "password" } } } }, authorization: { type: "simple", acls } });
const acl = (type: string, name: string, patternType?: string): unknown => ({ type: "allow", resource: { type, name, ...(patternType && { patternType }) }, operations: [type === "transactionalId" ? "Write" : "Read"] });
const schema = (name: string, references?: unknown[]) => redpanda("Schema", name, { cluster, text: "{}", ...(references && { references }) });
const topic = (name: string, over: object = {}) => redpanda("Topic", name, { cluster, partitions: 3, ...over });

const ceph = (name: string, over: object = {}) => (t: string): Manifest => object("ceph.rook.io/v1", "CephObjectStoreUser", name.replaceAll("$", t), t, { store: "lake", clusterNamespace: "rook-ceph", ...over });
const claim = (spec: Record<string, unknown>) => (t: string): Manifest => object("objectbucket.io/v1alpha1", "ObjectBucketClaim", "bucket", t, JSON.parse(JSON.stringify({ storageClassName: "lake-buckets", ...spec }).replaceAll("$", t)));

const external = (spec: unknown) => (t: string): Manifest => object("external-secrets.io/v1", "ExternalSecret", "credentials", t, JSON.parse(JSON.stringify(spec).replaceAll("$", t)));
const store = { name: "tenant", kind: "SecretStore" };
const key = (text: string) => ({ secretKey: "password", remoteRef: { key: text } });
const data = (text: string) => external({ secretStoreRef: store, data: [key(text)] });
const secretStore = (name: string, vault: Record<string, unknown>, account: Record<string, unknown> = { name: "secrets" }, role = "tenant-$") => (t: string): Manifest =>
  object("external-secrets.io/v1", "SecretStore", name, t, JSON.parse(JSON.stringify({ provider: { vault: { server: "https://vault.example", version: "v2", path: "$", auth: { kubernetes: { mountPath: "kubernetes", role, serviceAccountRef: account } }, ...vault } } }).replaceAll("$", t)));

const route = (spec: unknown) => (t: string): Manifest => object("gateway.networking.k8s.io/v1", "HTTPRoute", "api", t, JSON.parse(JSON.stringify({ parentRefs: [{ name: "public", namespace: "gateways" }], ...(spec as object) }).replaceAll("$", t)));
const to = (over: object = {}): unknown => ({ name: "api", port: 80, ...over });
const path = (value: string, type = "PathPrefix", over: object = {}): unknown => ({ matches: [{ path: { type, value } }], backendRefs: [to()], ...over });
const host = "$.data.example";
const mirror = (over: object): unknown => ({ type: "RequestMirror", requestMirror: { backendRef: to(over) } });
const service = (spec: unknown) => (t: string): Manifest => object("v1", "Service", "api", t, spec);
const monitor = (spec: object) => (t: string): Manifest => object("monitoring.coreos.com/v1", "ServiceMonitor", "api", t, JSON.parse(JSON.stringify({ selector: { matchLabels: { app: "api" } }, endpoints: [{ port: "metrics" }], ...spec }).replaceAll("$", t)));
const product = (id: string) => (t: string): Manifest => object("bulkhead.dev/v1alpha1", "DataProduct", "trial.orders", t, {
  tenant_id: id.replaceAll("$", t), domain: "trial", product: "orders", description: "Orders", owner: { team: "sales", email: "sales@example.org" }, outputs: [], quality: [],
});
const labelled = (value: string) => (t: string): Manifest => object("v1", "ConfigMap", "settings", t, undefined, { [TENANT_LABEL]: value.replaceAll("$", t) });
const plain = (apiVersion: string, kind: string, spec: unknown = {}) => (t: string): Manifest => object(apiVersion, kind, "own", t, spec);

type Row = [rule: string, what: string, allowed: boolean, manifest: (tenant: string) => Manifest];
const ok = (rule: string, what: string, manifest: (tenant: string) => Manifest): Row => [rule, what, true, manifest];
const no = (rule: string, what: string, manifest: (tenant: string) => Manifest): Row => [rule, what, false, manifest];

const ROWS: Row[] = [
  ok("tenant-id", "own", product("$")), no("tenant-id", "another tenant's", product("globex")),
  ok("tenant-label", "own", labelled("$")), no("tenant-label", "another tenant's", labelled("globex")),
  ok("topic-name", "own", topic("tenant.$.sales")), no("topic-name", "another tenant's", topic("tenant.globex.sales")), no("topic-name", "longer tenant of the same beginning", topic("tenant.$2.sales")),
  ok("topic-overwrite", "own", topic("tenant.$.sales", { overwriteTopicName: "tenant.$.sales" })), no("topic-overwrite", "another tenant's", topic("tenant.$.sales", { overwriteTopicName: "tenant.globex.sales" })), no("topic-overwrite", "without the dot", topic("tenant.$.sales", { overwriteTopicName: "tenant.$" })),
  ok("user-name", "own", user([])), no("user-name", "another tenant's", user([], "tenant.globex.crm")), no("user-name", "administrator", user([], "admin")),
  ok("user-acl", "prefix and literals", user([acl("topic", "tenant.$.", "prefixed"), acl("group", "tenant.$.crm.", "prefixed"), acl("subject", "tenant.$.sales-Order"), acl("transactionalId", "tenant.$.tx", "prefixed")])),
  no("user-acl", "another tenant's topic", user([acl("topic", "tenant.globex.sales")])), no("user-acl", "prefix without the dot", user([acl("topic", "tenant.$", "prefixed")])),
  no("user-acl", "every topic", user([acl("topic", "*")])), no("user-acl", "every group", user([acl("group", "*")])), no("user-acl", "cluster", user([{ type: "allow", resource: { type: "cluster", name: "" }, operations: ["Describe"] }])), no("user-acl", "second of two", user([acl("topic", "tenant.$.a"), acl("topic", "tenant.globex.a")])),
  ok("schema-name", "own", schema("tenant.$.sales-order")), no("schema-name", "another tenant's", schema("tenant.globex.sales-order")),
  ok("schema-reference", "own", schema("tenant.$.sales-order", [{ name: "a", subject: "tenant.$.sales-item", version: 1 }])), no("schema-reference", "another tenant's", schema("tenant.$.sales-order", [{ name: "a", subject: "tenant.globex.sales-item", version: 1 }])),
  no("redpanda-kind", "a broker", plain("cluster.redpanda.com/v1alpha2", "Redpanda")),
  ok("ceph-user-name", "own", ceph("$--sales--orders--read")), no("ceph-user-name", "another tenant's", ceph("globex--sales--orders--read")), no("ceph-user-name", "longer tenant of the same beginning", ceph("$-eu--sales--orders--read")), no("ceph-user-name", "one dash", ceph("$-sales-orders-read")),
  ok("ceph-user-capabilities", "empty", ceph("$--a", { capabilities: {} })), no("ceph-user-capabilities", "reads users", ceph("$--a", { capabilities: { users: "read" } })),
  no("ceph-kind", "a file system", plain("ceph.rook.io/v1", "CephFilesystem")),
  ok("bucket-name", "own", claim({ bucketName: "meridian-$" })), no("bucket-name", "another tenant's", claim({ bucketName: "meridian-globex" })), no("bucket-name", "another tenant that ends alike", claim({ bucketName: "meridian-x-$" })), no("bucket-name", "generated", claim({ generateBucketName: "meridian-$" })),
  ok("bucket-owner", "own", claim({ bucketName: "meridian-$", additionalConfig: { bucketOwner: "$--owner" } })), no("bucket-owner", "another tenant's", claim({ bucketName: "meridian-$", additionalConfig: { bucketOwner: "globex--owner" } })),
  ok("bucket-policy", "none", claim({ bucketName: "meridian-$", additionalConfig: { maxSize: "1Gi" } })), no("bucket-policy", "own text", claim({ bucketName: "meridian-$", additionalConfig: { bucketPolicy: "{}" } })),
  ok("secret-store-ref", "own", data("$/db")), ok("secret-store-ref", "kind left out", external({ secretStoreRef: { name: "tenant" }, data: [key("$/db")] })),
  no("secret-store-ref", "ClusterSecretStore", external({ secretStoreRef: { name: "tenant", kind: "ClusterSecretStore" }, data: [key("$/db")] })), no("secret-store-ref", "another store", external({ secretStoreRef: { name: "platform-vault", kind: "SecretStore" }, data: [key("$/db")] })),
  no("secret-store-ref", "cluster store of one entry", external({ secretStoreRef: store, data: [{ ...key("$/db"), sourceRef: { storeRef: { name: "tenant", kind: "ClusterSecretStore" } } }] })),
  no("secret-store-ref", "cluster store in dataFrom", external({ dataFrom: [{ extract: { key: "$/db" }, sourceRef: { storeRef: { name: "platform-vault", kind: "ClusterSecretStore" } } }] })),
  no("secret-generator", "in dataFrom", external({ dataFrom: [{ sourceRef: { generatorRef: { apiVersion: "generators.external-secrets.io/v1alpha1", kind: "Password", name: "p" } } }] })),
  ok("secret-key", "own", data("$/a/b.c")), no("secret-key", "another tenant's", data("globex/db")), no("secret-key", "platform's", data("platform/warehouse/migrator")), no("secret-key", "climbs", data("$/../globex/db")), no("secret-key", "escaped climb", data("$/%2e%2e/globex/db")), no("secret-key", "longer tenant", data("$2/db")),
  ok("secret-extract", "own", external({ secretStoreRef: store, dataFrom: [{ extract: { key: "$/db" } }] })), no("secret-extract", "another tenant's", external({ secretStoreRef: store, dataFrom: [{ extract: { key: "globex/db" } }] })),
  ok("secret-find", "own path", external({ secretStoreRef: store, dataFrom: [{ find: { path: "$/db", name: { regexp: ".*" } } }] })), no("secret-find", "no path", external({ secretStoreRef: store, dataFrom: [{ find: { name: { regexp: ".*" } } }] })), no("secret-find", "another tenant's path", external({ secretStoreRef: store, dataFrom: [{ find: { path: "globex/db", name: { regexp: ".*" } } }] })),
  ok("secret-target", "own Secret", external({ secretStoreRef: store, target: { name: "db", creationPolicy: "Owner" }, data: [key("$/db")] })), no("secret-target", "another kind", external({ secretStoreRef: store, target: { manifest: { apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding" } }, data: [key("$/db")] })), no("secret-target", "merges", external({ secretStoreRef: store, target: { name: "x", creationPolicy: "Merge" }, data: [key("$/db")] })),
  ok("secret-store", "own", secretStore("tenant", {})), no("secret-store", "second store", secretStore("other", {})), no("secret-store", "another mount", secretStore("tenant", { path: "globex" })), no("secret-store", "another role", secretStore("tenant", {}, { name: "secrets" }, "tenant-globex")),
  no("secret-store", "another namespace's account", secretStore("tenant", {}, { name: "secrets", namespace: "tenant-globex" })), no("secret-store", "a token", secretStore("tenant", { auth: { tokenSecretRef: { name: "x", key: "y" } } })),
  no("secret-kind", "writes to the store", plain("external-secrets.io/v1alpha1", "PushSecret")), no("generator-kind", "a generator", plain("generators.external-secrets.io/v1alpha1", "Password")),
  ok("grafana-import", "own namespace", plain("grafana.integreatly.org/v1beta1", "GrafanaDashboard", { instanceSelector: {}, json: "{}" })), no("grafana-import", "every namespace", plain("grafana.integreatly.org/v1beta1", "GrafanaDashboard", { instanceSelector: {}, json: "{}", allowCrossNamespaceImport: true })),
  ok("monitor-namespace", "own", monitor({ namespaceSelector: { matchNames: ["tenant-$"] } })), no("monitor-namespace", "any", monitor({ namespaceSelector: { any: true } })), no("monitor-namespace", "another tenant's", monitor({ namespaceSelector: { matchNames: ["tenant-globex"] } })),
  no("argo-kind", "an Application", plain("argoproj.io/v1alpha1", "Application", { project: "default", destination: {} })), no("argo-kind", "a project", plain("argoproj.io/v1alpha1", "AppProject")),
  ok("route-space", "own host", route({ hostnames: [host], rules: [path("/")] })), ok("route-space", "own path on a shared host", route({ hostnames: ["api.example"], rules: [path("/$"), path("/$/v1")] })),
  no("route-space", "another tenant's host", route({ hostnames: ["globex.data.example"], rules: [path("/")] })), no("route-space", "wildcard host", route({ hostnames: ["*.data.example"], rules: [path("/")] })), no("route-space", "one host of two", route({ hostnames: [host, "api.example"], rules: [path("/")] })),
  no("route-space", "another tenant's path", route({ rules: [path("/globex/v1")] })), no("route-space", "path of the same beginning", route({ rules: [path("/$2")] })), no("route-space", "every path", route({ rules: [path("/")] })), no("route-space", "an expression", route({ rules: [path("/$/.*", "RegularExpression")] })), no("route-space", "no match", route({ rules: [{ backendRefs: [to()] }] })),
  ok("route-backend", "own namespace", route({ hostnames: [host], rules: [path("/", "PathPrefix", { backendRefs: [to({ namespace: "tenant-$" })] })] })), no("route-backend", "another tenant's", route({ hostnames: [host], rules: [path("/", "PathPrefix", { backendRefs: [to({ namespace: "tenant-globex" })] })] })),
  no("route-backend", "another kind", route({ hostnames: [host], rules: [path("/", "PathPrefix", { backendRefs: [{ group: "gateway.envoyproxy.io", kind: "Backend", name: "x" }] })] })),
  no("route-backend", "mirror", route({ hostnames: [host], rules: [path("/", "PathPrefix", { filters: [mirror({ namespace: "tenant-globex" })] })] })), no("route-backend", "mirror of a backend", route({ hostnames: [host], rules: [path("/", "PathPrefix", { backendRefs: [to({ filters: [mirror({ namespace: "tenant-globex" })] })] })] })),
  no("gateway-kind", "gRPC", plain("gateway.networking.k8s.io/v1", "GRPCRoute")), no("envoy-kind", "a Backend", plain("gateway.envoyproxy.io/v1alpha1", "Backend", { endpoints: [{ ip: { address: "10.0.0.1", port: 80 } }] })),
  ok("envoy-kind", "a policy", plain("gateway.envoyproxy.io/v1alpha1", "SecurityPolicy", { targetRefs: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: "api" }] })),
  ok("service-target", "selects pods", service({ selector: { app: "api" }, ports: [{ port: 80 }] })), no("service-target", "another name", service({ type: "ExternalName", externalName: "api.tenant-globex.svc" })), no("service-target", "takes an address", service({ selector: { app: "api" }, ports: [{ port: 80 }], externalIPs: ["192.0.2.1"] })),
];

export const SCOPE_CASES: readonly ScopeCase[] = ROWS.map(([rule, what, allowed, manifest]) => ({ rule, what, allowed, manifest }));
/** Rules that refuse kinds: what is accepted is every other rule's accepted case. */
export const KIND_RULES = ["redpanda-kind", "ceph-kind", "secret-generator", "secret-kind", "generator-kind", "argo-kind", "gateway-kind"] as const;
