/** Valid manifests by kind, and edits that make each invalid: [what, edit, path of the issue, text in its message or hint]. */
type Any = any;
type Bad = [what: string, edit: (m: Any) => void, path: string, says: string];
export interface Case { kind: string; valid: () => Any; invalid: Bad[] }

const meta = (name: string, namespace: string | undefined = "acme"): Any => ({ name, ...(namespace && { namespace }), labels: { "bulkhead.dev/tenant": "acme" } });
const pod = (more: object = {}): Any => ({
  containers: [{ name: "main", image: "app:1", ports: [{ containerPort: 80, name: "http" }, { containerPort: 80, protocol: "UDP" }], resources: { limits: { cpu: 0.5, memory: "1Gi" }, requests: { cpu: "250m" } }, livenessProbe: { httpGet: { path: "/", port: "http" } }, volumeMounts: [{ name: "tmp", mountPath: "/tmp" }] }],
  volumes: [{ name: "tmp", emptyDir: {} }], ...more,
});

export const CASES: Case[] = [
  {
    kind: "ConfigMap", valid: () => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { ...meta("a.b"), creationTimestamp: null }, data: { "a.sql": "select 1" }, immutable: true }),
    invalid: [
      ["unknown field", (m) => { m.dta = {}; }, "/dta", 'did you mean "data"'],
      ["number as text", (m) => { m.data.n = 1; }, "/data/n", "must be string, is integer 1"],
      ["key", (m) => { m.data["a/b~"] = ""; }, "/data/a~1b~0", "cannot be a key"],
      ["name", (m) => { m.metadata.name = "A_b"; }, "/metadata/name", "cannot be the name of a ConfigMap"],
      ["no namespace", (m) => { delete m.metadata.namespace; }, "/metadata/namespace", "lives in a namespace"],
      ["label value", (m) => { m.metadata.labels.x = "a b"; }, "/metadata/labels/x", "no label value"],
      ["label key", (m) => { m.metadata.labels["a/b/c"] = "x"; }, "/metadata/labels/a~1b~1c", "no label key"],
      ["annotations too large", (m) => { m.metadata.annotations = { a: "x".repeat(256 * 1024) }; }, "/metadata/annotations", "262145 bytes"],
      ["metadata field", (m) => { m.metadata.lables = {}; }, "/metadata/lables", 'did you mean "labels"'],
      ["both data and binaryData", (m) => { m.binaryData = { "a.sql": "AAAA" }; }, "/binaryData/a.sql", "in data as well"],
      ["too large", (m) => { m.data.big = "x".repeat(1024 * 1024); }, "/data", "holds"],
      ["no metadata", (m) => { delete m.metadata; }, "/metadata", "missing"],
    ],
  },
  {
    kind: "Secret", valid: () => ({ apiVersion: "v1", kind: "Secret", metadata: meta("s"), data: { a: "aGVsbG8=" } }),
    invalid: [["no base64", (m) => { m.data.a = "hello!"; }, "/data/a", "base64"]],
  },
  {
    kind: "Namespace", valid: () => ({ apiVersion: "v1", kind: "Namespace", metadata: meta("acme", "") }),
    invalid: [["namespace given", (m) => { m.metadata.namespace = "x"; }, "/metadata/namespace", "has no namespace"], ["dots", (m) => { m.metadata.name = "a.b"; }, "/metadata/name", "cannot be"]],
  },
  {
    kind: "Deployment",
    valid: () => ({ apiVersion: "apps/v1", kind: "Deployment", metadata: meta("web"), spec: { replicas: 2, selector: { matchLabels: { app: "web" } }, strategy: { rollingUpdate: { maxSurge: "25%", maxUnavailable: 0 } }, template: { metadata: { labels: { app: "web" } }, spec: pod() } } }),
    invalid: [
      ["unknown field", (m) => { m.spec.replicaz = 1; }, "/spec/replicaz", 'did you mean "replicas"'],
      ["deep unknown field", (m) => { m.spec.template.spec.containers[0].imagee = "x"; }, "/spec/template/spec/containers/0/imagee", 'did you mean "image"'],
      ["no selector", (m) => { delete m.spec.selector; }, "/spec", '"selector" is missing'],
      ["null selector", (m) => { m.spec.selector = null; }, "/spec", '"selector" is missing'],
      ["int32", (m) => { m.spec.replicas = 2 ** 31; }, "/spec/replicas", "int32"],
      ["fraction", (m) => { m.spec.replicas = 1.5; }, "/spec/replicas", "must be integer"],
      ["negative", (m) => { m.spec.replicas = -1; }, "/spec/replicas", "at least 0"],
      ["quantity", (m) => { m.spec.template.spec.containers[0].resources.limits.memory = "1 GB"; }, "/spec/template/spec/containers/0/resources/limits/memory", "quantity"],
      ["same container twice", (m) => { m.spec.template.spec.containers.push({ name: "main" }); }, "/spec/template/spec/containers/1", "same name as item 0"],
      ["same port by default protocol", (m) => { m.spec.template.spec.containers[0].ports.push({ containerPort: 80, protocol: "TCP" }); }, "/spec/template/spec/containers/0/ports/2", "same containerPort and protocol"],
      ["port", (m) => { m.spec.template.spec.containers[0].ports[0].containerPort = 70000; }, "/spec/template/spec/containers/0/ports/0/containerPort", "at most 65535"],
      ["port name", (m) => { m.spec.template.spec.containers[0].livenessProbe.httpGet.port = "HTTP"; }, "/spec/template/spec/containers/0/livenessProbe/httpGet/port", "port"],
      ["pull policy", (m) => { m.spec.template.spec.containers[0].imagePullPolicy = "Allways"; }, "/spec/template/spec/containers/0/imagePullPolicy", 'did you mean "Always"'],
      ["selector misses", (m) => { m.spec.template.metadata.labels.app = "x"; }, "/spec/selector/matchLabels", "lacks the label app=web"],
      ["no such volume", (m) => { m.spec.template.spec.volumes = []; }, "/spec/template/spec/containers/0/volumeMounts/0/name", 'no volume "tmp"'],
      ["int or string", (m) => { m.spec.strategy.rollingUpdate.maxSurge = true; }, "/spec/strategy/rollingUpdate/maxSurge", "integer or string"],
      ["null item", (m) => { m.spec.template.spec.containers.push(null); }, "/spec/template/spec/containers/1", "is null"],
    ],
  },
  {
    kind: "NetworkPolicy",
    valid: () => ({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: meta("deny"), spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } }, { namespaceSelector: {} }], ports: [{ protocol: "UDP", port: 53 }, { port: 8000, endPort: 9000 }, { port: "dns" }] }] } }),
    invalid: [
      ["cidr", (m) => { m.spec.egress[0].to[0].ipBlock.cidr = "10.0.0.0/33"; }, "/spec/egress/0/to/0/ipBlock/cidr", "address range"],
      ["policy type", (m) => { m.spec.policyTypes[1] = "egress"; }, "/spec/policyTypes/1", 'did you mean "Egress"'],
      ["empty peer", (m) => { m.spec.egress[0].to.push({}); }, "/spec/egress/0/to/2", "empty peer"],
      ["misspelt selector", (m) => { m.spec.egress[0].to[1] = { namespaceSelectr: {} }; }, "/spec/egress/0/to/1/namespaceSelectr", 'did you mean "namespaceSelector"'],
      ["range", (m) => { m.spec.egress[0].ports[1].endPort = 10; }, "/spec/egress/0/ports/1/endPort", "not above"],
      ["port", (m) => { m.spec.egress[0].ports[0].port = 0; }, "/spec/egress/0/ports/0/port", "no port"],
      ["block beside selector", (m) => { m.spec.egress[0].to[0].podSelector = {}; }, "/spec/egress/0/to/0", "stands alone"],
    ],
  },
  {
    kind: "Job", valid: () => ({ apiVersion: "batch/v1", kind: "Job", metadata: meta("migrate"), spec: { backoffLimit: 3, template: { spec: pod({ restartPolicy: "Never" }) } } }),
    invalid: [
      ["restart policy", (m) => { delete m.spec.template.spec.restartPolicy; }, "/spec/template/spec/restartPolicy", "OnFailure or Never"],
      ["long name", (m) => { m.metadata.name = "a".repeat(64); }, "/metadata/name", "cannot be the name of a Job"],
      ["no template", (m) => { delete m.spec.template; }, "/spec", '"template" is missing'],
      ["type", (m) => { m.spec.backoffLimit = "3"; }, "/spec/backoffLimit", "must be integer, is string"],
    ],
  },
  {
    kind: "CronJob", valid: () => ({ apiVersion: "batch/v1", kind: "CronJob", metadata: meta("nightly"), spec: { schedule: "0 3 * * *", jobTemplate: { spec: { template: { spec: pod({ restartPolicy: "OnFailure" }) } } } } }),
    invalid: [["schedule", (m) => { m.spec.schedule = "0 3 * *"; }, "/spec/schedule", "five fields"]],
  },
  {
    kind: "Role", valid: () => ({ apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: meta("system:acme-Reader"), rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] }),
    invalid: [["no verbs", (m) => { m.rules[0].verbs = []; }, "/rules/0/verbs", "at least 1"], ["slash", (m) => { m.metadata.name = "a/b"; }, "/metadata/name", "cannot be"]],
  },
  {
    kind: "ValidatingAdmissionPolicy",
    valid: () => ({ apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingAdmissionPolicy", metadata: meta("topics", ""), spec: { failurePolicy: "Fail", matchConstraints: { resourceRules: [{ apiGroups: ["cluster.redpanda.com"], apiVersions: ["*"], operations: ["CREATE", "UPDATE"], resources: ["topics"] }] }, variables: [{ name: "tenant", expression: "namespaceObject.metadata.name" }], validations: [{ expression: "object.metadata.name.startsWith(variables.tenant)", message: "foreign topic", reason: "Forbidden" }] } }),
    invalid: [
      ["failure policy", (m) => { m.spec.failurePolicy = "fail"; }, "/spec/failurePolicy", 'did you mean "Fail"'],
      ["operation", (m) => { m.spec.matchConstraints.resourceRules[0].operations[0] = "Create"; }, "/spec/matchConstraints/resourceRules/0/operations/0", 'did you mean "CREATE"'],
      ["no expression", (m) => { delete m.spec.validations[0].expression; }, "/spec/validations/0", '"expression" is missing'],
      ["same variable twice", (m) => { m.spec.variables.push({ ...m.spec.variables[0] }); }, "/spec/variables/1", "same name"],
      ["namespace", (m) => { m.metadata.namespace = "x"; }, "/metadata/namespace", "has no namespace"],
    ],
  },
  {
    kind: "CustomResourceDefinition",
    valid: () => ({ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", metadata: { name: "tenants.bulkhead.dev" }, spec: { group: "bulkhead.dev", scope: "Cluster", names: { kind: "Tenant", plural: "tenants" }, versions: [{ name: "v1", served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: { type: "object", properties: { spec: { type: "object", additionalProperties: { type: "string", default: null }, "x-kubernetes-validations": [{ rule: "true" }] } } } } }] } }),
    invalid: [
      ["name", (m) => { m.metadata.name = "tenant.bulkhead.dev"; }, "/metadata/name", "must be tenants.bulkhead.dev"],
      ["keyword in a schema", (m) => { m.spec.versions[0].schema.openAPIV3Schema.properties.spec.propertis = {}; }, "/spec/versions/0/schema/openAPIV3Schema/properties/spec/propertis", 'did you mean "properties"'],
      ["no stored version", (m) => { m.spec.versions[0].storage = false; }, "/spec/versions", "exactly one"],
    ],
  },
  {
    kind: "Application",
    valid: () => ({ apiVersion: "argoproj.io/v1alpha1", kind: "Application", metadata: meta("acme", "argocd"), spec: { project: "acme", source: { repoURL: "https://git.example.test/fleet", targetRevision: "main", path: "dist/prod/acme", directory: { recurse: true } }, destination: { server: "https://kubernetes.default.svc", namespace: "acme" }, syncPolicy: { automated: { prune: true }, syncOptions: ["ServerSideApply=true"], retry: { limit: 3, backoff: { duration: "5s", factor: 2 } } } } }),
    invalid: [
      ["unknown field", (m) => { m.spec.syncPolicyy = {}; }, "/spec/syncPolicyy", 'did you mean "syncPolicy"'],
      ["camel-cased wire name", (m) => { m.spec.source.repoUrl = m.spec.source.repoURL; }, "/spec/source/repoUrl", 'did you mean "repoURL"'],
      ["no project", (m) => { delete m.spec.project; }, "/spec", '"project" is missing'],
      ["type", (m) => { m.spec.syncPolicy.automated.prune = "yes"; }, "/spec/syncPolicy/automated/prune", "must be boolean"],
      ["int64", (m) => { m.spec.revisionHistoryLimit = "10"; }, "/spec/revisionHistoryLimit", "must be integer"],
    ],
  },
  {
    kind: "AppProject",
    valid: () => ({ apiVersion: "argoproj.io/v1alpha1", kind: "AppProject", metadata: meta("acme", "argocd"), spec: { sourceRepos: ["https://git.example.test/fleet"], destinations: [{ namespace: "acme", server: "https://kubernetes.default.svc" }], clusterResourceWhitelist: [], namespaceResourceWhitelist: [{ group: "apps", kind: "Deployment" }], roles: [{ name: "read", policies: ["p, proj:acme:read, applications, get, acme/*, allow"] }] } }),
    invalid: [
      ["role without name", (m) => { delete m.spec.roles[0].name; }, "/spec/roles/0", '"name" is missing'],
      ["kinds", (m) => { m.spec.namespaceResourceWhitelist[0].kinds = []; }, "/spec/namespaceResourceWhitelist/0/kinds", 'did you mean "kind"'],
      ["description too long", (m) => { m.spec.description = "x".repeat(256); }, "/spec/description", "at most 255"],
    ],
  },
  {
    kind: "ApplicationSet",
    valid: () => ({ apiVersion: "argoproj.io/v1alpha1", kind: "ApplicationSet", metadata: meta("tenants", "argocd"), spec: { goTemplate: true, generators: [{ git: { repoURL: "https://git.example.test/fleet", revision: "main", files: [{ path: "dist/prod/*/bulkhead.json" }] } }, { list: { elements: [{ any: { thing: null } }] } }, { matrix: { generators: [{ clusters: {} }, { list: { elements: [] } }] } }], template: { metadata: { name: "{{.tenant}}" }, spec: { project: "{{.tenant}}", source: { repoURL: "x" }, destination: { name: "in-cluster" } } } } }),
    invalid: [
      ["generator", (m) => { m.spec.generators[0].gitt = {}; }, "/spec/generators/0/gitt", 'did you mean "git"'],
      ["nested generator", (m) => { m.spec.generators[2].matrix.generators[0].clustrs = {}; }, "/spec/generators/2/matrix/generators/0/clustrs", 'did you mean "clusters"'],
      ["no template", (m) => { delete m.spec.template; }, "/spec", '"template" is missing'],
      ["file without path", (m) => { m.spec.generators[0].git.files = [{}]; }, "/spec/generators/0/git/files/0", '"path" is missing'],
    ],
  },
  {
    kind: "ExternalSecret",
    valid: () => ({ apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", metadata: meta("db"), spec: { refreshInterval: "1h", secretStoreRef: { name: "vault", kind: "SecretStore" }, target: { name: "db", creationPolicy: "Owner" }, data: [{ secretKey: "password", remoteRef: { key: "acme/db", property: "password" } }] } }),
    invalid: [
      ["store kind", (m) => { m.spec.secretStoreRef.kind = "SecretStor"; }, "/spec/secretStoreRef/kind", 'did you mean "SecretStore"'],
      ["no key", (m) => { delete m.spec.data[0].remoteRef.key; }, "/spec/data/0/remoteRef", '"key" is missing'],
      ["secret key", (m) => { m.spec.data[0].secretKey = "a b"; }, "/spec/data/0/secretKey", "pattern"],
      ["too many fields of one", (m) => { m.spec.dataFrom = [{ sourceRef: { storeRef: { name: "a" }, generatorRef: { kind: "Fake", name: "b" } } }]; }, "/spec/dataFrom/0/sourceRef", "at most 1 field"],
    ],
  },
  {
    kind: "PrometheusRule",
    valid: () => ({ apiVersion: "monitoring.coreos.com/v1", kind: "PrometheusRule", metadata: meta("alerts"), spec: { groups: [{ name: "lag", interval: "30s", partial_response_strategy: "ABORT", rules: [{ alert: "Lag", expr: "lag > 5", for: "5m", labels: { severity: "page" } }, { record: "one", expr: 1 }] }] } }),
    invalid: [
      ["for", (m) => { m.spec.groups[0].rules[0].for = "5 minutes"; }, "/spec/groups/0/rules/0/for", "pattern"],
      ["case-blind pattern", (m) => { m.spec.groups[0].partial_response_strategy = "stop"; }, "/spec/groups/0/partial_response_strategy", "pattern"],
      ["empty group name", (m) => { m.spec.groups[0].name = ""; }, "/spec/groups/0/name", "must not be empty"],
      ["same group twice", (m) => { m.spec.groups.push({ name: "lag" }); }, "/spec/groups/1", "same name"],
      ["no expr", (m) => { delete m.spec.groups[0].rules[0].expr; }, "/spec/groups/0/rules/0", '"expr" is missing'],
    ],
  },
  {
    kind: "GrafanaDashboard",
    valid: () => ({ apiVersion: "grafana.integreatly.org/v1beta1", kind: "GrafanaDashboard", metadata: meta("lag"), spec: { instanceSelector: { matchLabels: { dashboards: "grafana" } }, folderRef: "acme", json: "{}", resyncPeriod: "10m" } }),
    invalid: [
      ["no instance", (m) => { delete m.spec.instanceSelector; }, "/spec", '"instanceSelector" is missing'],
      ["unknown", (m) => { m.spec.folderReff = "x"; }, "/spec/folderReff", 'did you mean "folderRef"'],
      ["type", (m) => { m.spec.json = {}; }, "/spec/json", "must be string, is object"],
    ],
  },
  {
    kind: "CephObjectStoreUser",
    valid: () => ({ apiVersion: "ceph.rook.io/v1", kind: "CephObjectStoreUser", metadata: meta("acme"), spec: { store: "lake", displayName: "acme", quotas: { maxBuckets: 3, maxSize: "10Gi", maxObjects: null }, capabilities: { buckets: "read" }, opMask: [] } }),
    invalid: [
      ["quantity", (m) => { m.spec.quotas.maxSize = "10 GB"; }, "/spec/quotas/maxSize", "pattern"],
      ["capability", (m) => { m.spec.capabilities.buckets = "all"; }, "/spec/capabilities/buckets", "allowed values"],
      ["unknown", (m) => { m.spec.quota = {}; }, "/spec/quota", 'did you mean "quotas"'],
    ],
  },
  {
    kind: "ObjectBucketClaim",
    valid: () => ({ apiVersion: "objectbucket.io/v1alpha1", kind: "ObjectBucketClaim", metadata: meta("lake"), spec: { bucketName: "acme-lake", storageClassName: "lake", additionalConfig: { maxSize: "10G", bucketPolicy: "{}" } } }),
    invalid: [["unknown", (m) => { m.spec.bucketname = "x"; }, "/spec/bucketname", 'did you mean "bucketName"'], ["type", (m) => { m.spec.storageClassName = 1; }, "/spec/storageClassName", "must be string"]],
  },
  {
    kind: "Topic",
    valid: () => ({ apiVersion: "cluster.redpanda.com/v1alpha2", kind: "Topic", metadata: meta("orders"), spec: { cluster: { clusterRef: { name: "redpanda" } }, overwriteTopicName: "tenant.acme.orders", partitions: 3, replicationFactor: 3, additionalConfig: { "retention.ms": "604800000" }, interval: "30s" } }),
    invalid: [
      ["number in config", (m) => { m.spec.additionalConfig["retention.ms"] = 604800000; }, "/spec/additionalConfig/retention.ms", "must be string, is integer"],
      ["no cluster", (m) => { delete m.spec.cluster; }, "/spec", '"cluster" is missing'],
      ["duration", (m) => { m.spec.interval = "PT30S"; }, "/spec/interval", "a duration such as"],
      ["unknown", (m) => { m.spec.partition = 1; }, "/spec/partition", 'did you mean "partitions"'],
      ["old version", (m) => { m.apiVersion = "cluster.redpanda.com/v1alpha1"; }, "/apiVersion", "Topic is in cluster.redpanda.com/v1alpha2"],
    ],
  },
  {
    kind: "User",
    valid: () => ({ apiVersion: "cluster.redpanda.com/v1alpha2", kind: "User", metadata: meta("acme"), spec: { cluster: { clusterRef: { name: "redpanda" } }, authentication: { password: { valueFrom: { secretKeyRef: { name: "s", key: "k" } }, noGenerate: true } }, authorization: { acls: [{ type: "allow", resource: { type: "topic", name: "tenant.acme.", patternType: "prefixed" }, operations: ["Read"] }, { type: "allow", resource: { type: "cluster", name: "" }, operations: ["IdempotentWrite"] }] } } }),
    invalid: [
      ["prefix on cluster", (m) => { m.spec.authorization.acls[1].resource.patternType = "prefixed"; }, "/spec/authorization/acls/1/resource", "none of the 2"],
      ["no password source", (m) => { m.spec.authentication.password = { noGenerate: true }; }, "/spec/authentication/password", "none of the 2"],
      ["operation", (m) => { m.spec.authorization.acls[0].operations.push("read"); }, "/spec/authorization/acls/0/operations/1", 'did you mean "Read"'],
    ],
  },
];
