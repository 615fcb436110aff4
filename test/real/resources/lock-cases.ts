/** Requests that the locks judge, for any tenant's namespace: who, what, and whether it is let through. */
import type { Manifest } from "../../../src/layers/layer.ts";
import { account, ADMIN, applier, BREAK_GLASS, type Identity, kube, urlOf } from "./plane.ts";

export interface Request { method: "POST" | "PUT" | "PATCH" | "DELETE"; path: string; body?: unknown }
export interface LockCase { what: string; as(tenant: string): Identity; allowed: boolean; request(tenant: string): Request; /** Allowed because the actor is in the table of writers. */ writer?: true }

const ns = (tenant: string): string => `tenant-${tenant}`;
const owned = (kind: string, apiVersion: string, name: string): object[] => [{ apiVersion, kind, name, uid: "11111111-1111-1111-1111-111111111111", controller: true }];
const container = { name: "app", image: "registry.example/app:1", resources: {}, securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } };
/** A pod that Pod Security's restricted level lets through. */
export const podSpec = { securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } }, containers: [container] };
const template = (app: string) => ({ metadata: { labels: { app } }, spec: podSpec });

type Make = (tenant: string) => Manifest;
const made = (apiVersion: string, kind: string, name: string, fields: object = {}, metadata: object = {}): Make => (tenant) =>
  ({ apiVersion, kind, metadata: { name: name.replaceAll("$", tenant), namespace: ns(tenant), ...(JSON.parse(JSON.stringify(metadata).replaceAll("$", tenant)) as object) }, ...(JSON.parse(JSON.stringify(fields).replaceAll("$", tenant)) as object) });

const configMap = made("v1", "ConfigMap", "settings", { data: { a: "1" } });
const deployment = made("apps/v1", "Deployment", "idle", { spec: { replicas: 0, selector: { matchLabels: { app: "idle" } }, template: template("idle") } });
const cronJob = made("batch/v1", "CronJob", "nightly", { spec: { schedule: "0 0 1 1 *", suspend: true, jobTemplate: { spec: { template: { spec: { ...podSpec, restartPolicy: "Never" } } } } } });
const job = made("batch/v1", "Job", "halted", { spec: { suspend: true, template: { spec: { ...podSpec, restartPolicy: "Never" } } } });
const claim = made("v1", "PersistentVolumeClaim", "data", { spec: { accessModes: ["ReadWriteOnce"], storageClassName: "none", resources: { requests: { storage: "1Gi" } } } });
const service = made("v1", "Service", "api", { spec: { selector: { app: "api" }, ports: [{ port: 80 }] } });
const secret = made("v1", "Secret", "plain", { stringData: { a: "1" } });
const esoSecret = made("v1", "Secret", "of-eso", { stringData: { a: "1" } }, { ownerReferences: owned("ExternalSecret", "external-secrets.io/v1", "db") });
const obc = made("objectbucket.io/v1alpha1", "ObjectBucketClaim", "bucket", { spec: { storageClassName: "lake", bucketName: "meridian-$" } });
const cephUser = made("ceph.rook.io/v1", "CephObjectStoreUser", "$--sales--orders--read", { spec: { store: "lake" } });
const topic = made("cluster.redpanda.com/v1alpha2", "Topic", "tenant.$.sales", { spec: { partitions: 3, cluster: { clusterRef: { name: "stream", namespace: "redpanda" } } } });
const external = made("external-secrets.io/v1", "ExternalSecret", "db", { spec: { secretStoreRef: { name: "tenant", kind: "SecretStore" }, data: [{ secretKey: "a", remoteRef: { key: "$/db" } }] } });
const dashboard = made("grafana.integreatly.org/v1beta1", "GrafanaDashboard", "sales", { spec: { instanceSelector: {}, json: "{}" } });
const monitor = made("monitoring.coreos.com/v1", "ServiceMonitor", "api", { spec: { selector: {}, endpoints: [{ port: "metrics" }] } });
const route = made("gateway.networking.k8s.io/v1", "HTTPRoute", "api", { spec: { hostnames: ["$.data.example"], rules: [{ backendRefs: [{ name: "api", port: 80 }] }] } });
const budget = made("policy/v1", "PodDisruptionBudget", "api", { spec: { minAvailable: 1, selector: {} } });
const pod = made("v1", "Pod", "shell", { spec: podSpec });
/** What must exist before the cases run. */
export const PREPARED: readonly Make[] = [configMap, deployment, cronJob, job, claim, service, secret, obc, cephUser, topic, external, esoSecret, dashboard, monitor, route, budget, pod];

const dry = "?dryRun=All";
const create = (make: Make, name = "new") => (t: string): Request => { const manifest = make(t); return { method: "POST", path: urlOf(manifest, true) + dry, body: { ...manifest, metadata: { ...manifest.metadata, name } } }; };
const patch = (make: Make, body: unknown, sub = "") => (t: string): Request => ({ method: "PATCH", path: urlOf(make(t)) + sub + dry, body: JSON.parse(JSON.stringify(body).replaceAll("$", t)) });
const remove = (make: Make) => (t: string): Request => ({ method: "DELETE", path: urlOf(make(t)) + dry });
const post = (make: Make, sub: string, body: unknown) => (t: string): Request => ({ method: "POST", path: urlOf(make(t)) + sub, body });
const is = (identity: Identity) => (): Identity => identity;
const content = (t: string): Identity => applier(`content-${t}`);
const other = is(applier("content-globex"));
const walls = is(applier("walls"));
const admin = is(ADMIN);
const role = made("rbac.authorization.k8s.io/v1", "Role", "reader", { rules: [] });
const finalizer = { metadata: { finalizers: ["test.example/wait"], annotations: { note: "seen" } } };
const scale = { spec: { replicas: 0 } };
const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: "shell" } };
const exec = "/exec?command=sh&stdin=true";

const rook = is(account("rook-ceph", "rook-ceph-system"));
const redpanda = is(account("redpanda", "redpanda-operator"));
const eso = is(account("external-secrets", "external-secrets"));
const grafana = is(account("grafana", "grafana-operator"));
const prometheus = is(account("monitoring", "prometheus-operator"));
const gateway = is(account("envoy-gateway-system", "envoy-gateway"));
const k = (name: string) => is(kube(name));
const node = is({ user: "system:node:n1", groups: ["system:nodes"] });
const scheduler = is({ user: "system:kube-scheduler" });
const event = made("v1", "Event", "event", { involvedObject: { kind: "Pod", name: "shell", namespace: "tenant-$" }, reason: "Seen", type: "Normal" });
const status = { status: { conditions: [] } };
const ofUser = made("v1", "Secret", "password", { stringData: { a: "1" } }, { ownerReferences: owned("User", "cluster.redpanda.com/v1alpha2", "tenant.x.crm") });
const ofClaim = (kind: string) => made("v1", kind, "bucket", {}, { ownerReferences: owned("ObjectBucketClaim", "objectbucket.io/v1alpha1", "bucket") });
const cephSecret = made("v1", "Secret", "rook-ceph-object-user-lake-x", { stringData: { AccessKey: "x" } }, { ownerReferences: owned("CephObjectStoreUser", "ceph.rook.io/v1", "x") });
const replicaSet = made("apps/v1", "ReplicaSet", "rs", { spec: { replicas: 0, selector: { matchLabels: { app: "x" } }, template: template("x") } });

type Row = [what: string, as: (tenant: string) => Identity, request: (tenant: string) => Request];
const ALLOWED: Row[] = [
  ["own applier creates content", content, create(configMap)], ["own applier changes content", content, patch(deployment, { spec: { replicas: 1 } })], ["own applier deletes content", content, remove(topic)],
  ["walls' applier creates a Role", walls, create(role)], ["walls' applier deletes content", walls, remove(configMap)],
  ["break-glass creates", is(BREAK_GLASS), create(configMap)], ["break-glass scales", is(BREAK_GLASS), patch(deployment, scale, "/scale")], ["break-glass runs in a pod", is(BREAK_GLASS), post(pod, exec, undefined)],
];
const WRITERS: Row[] = [
  ["garbage collector deletes", k("generic-garbage-collector"), remove(configMap)], ["garbage collector drops a finalizer", k("generic-garbage-collector"), patch(deployment, finalizer)], ["namespace controller deletes", k("namespace-controller"), remove(secret)],
  ["HPA scales", k("horizontal-pod-autoscaler"), patch(deployment, scale, "/scale")], ["deployment controller makes a ReplicaSet", k("deployment-controller"), create(replicaSet)], ["deployment controller notes a revision", k("deployment-controller"), patch(deployment, { metadata: { annotations: { "deployment.kubernetes.io/revision": "9" } } })],
  ["replicaset controller makes a Pod", k("replicaset-controller"), create(pod)], ["job controller makes a Pod", k("job-controller"), create(pod)], ["job controller writes status", k("job-controller"), patch(job, status, "/status")], ["cronjob controller makes a Job", k("cronjob-controller"), create(job)], ["statefulset controller makes a claim", k("statefulset-controller"), create(claim)],
  ["binder sets the volume", k("persistent-volume-binder"), patch(claim, { spec: { volumeName: "pv-1" } })], ["claim protection", k("pvc-protection-controller"), patch(claim, finalizer)], ["endpoint slices", k("endpointslice-controller"), create(made("discovery.k8s.io/v1", "EndpointSlice", "es", { addressType: "IPv4", endpoints: [] }))],
  ["root certificate", k("root-ca-cert-publisher"), patch(configMap, { data: { "ca.crt": "x" } })], ["budget status", k("disruption-controller"), patch(budget, { status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 } }, "/status")], ["ttl after finished", k("ttl-after-finished-controller"), remove(job)],
  ["a controller-manager without accounts of its own", is({ user: "system:kube-controller-manager" }), create(replicaSet)], ["an event", k("job-controller"), create(event, "event")],
  ["scheduler chooses a node", scheduler, patch(claim, { metadata: { annotations: { "volume.kubernetes.io/selected-node": "n1" } } })], ["node writes a pod's status", node, patch(pod, status, "/status")], ["node deletes a pod", node, remove(pod)],
  ["Rook names the bucket", rook, patch(obc, { metadata: { finalizers: ["objectbucket.io/finalizer"], labels: { "bucket-provisioner": "rook-ceph.ceph.rook.io-bucket" } }, spec: { objectBucketName: "obc-tenant-$-bucket" } })],
  ["Rook writes a claim's status", rook, patch(obc, { status: { phase: "Bound" } }, "/status")], ["Rook makes a claim's Secret", rook, create(ofClaim("Secret"))], ["Rook makes a claim's ConfigMap", rook, create(ofClaim("ConfigMap"))], ["Rook takes up a user", rook, patch(cephUser, finalizer)], ["Rook makes a user's Secret", rook, create(cephSecret)],
  ["Redpanda takes up a topic", redpanda, patch(topic, finalizer)], ["Redpanda writes a topic's status", redpanda, patch(topic, { status: { observedGeneration: 1 } }, "/status")], ["Redpanda makes a password", redpanda, create(ofUser)],
  ["External Secrets makes its Secret", eso, create(esoSecret)], ["External Secrets refreshes its Secret", eso, patch(esoSecret, { stringData: { a: "2" } })], ["External Secrets writes status", eso, patch(external, { status: { syncedResourceVersion: "1" } }, "/status")],
  ["Grafana writes status", grafana, patch(dashboard, { status: { uid: "x" } }, "/status")], ["Grafana takes up a dashboard", grafana, patch(dashboard, finalizer)], ["Prometheus operator writes status", prometheus, patch(monitor, { status: { bindings: [] } }, "/status")], ["gateway writes status", gateway, patch(route, { status: { parents: [] } }, "/status")],
];
const REFUSED: Row[] = [
  ["admin creates, with the label", admin, create(made("v1", "ConfigMap", "x", {}, { labels: { "bulkhead.dev/tenant": "$" } }))], ["admin creates, without a label", admin, create(configMap)], ["admin changes", admin, patch(deployment, { spec: { replicas: 3 } })], ["admin scales", admin, patch(deployment, scale, "/scale")], ["admin deletes", admin, remove(configMap)],
  ["admin creates a Pod", admin, create(pod)], ["admin runs in a pod", admin, post(pod, exec, undefined)], ["admin forwards a port", admin, post(pod, "/portforward", undefined)], ["admin evicts", admin, post(pod, `/eviction${dry}`, eviction)], ["admin writes a status", admin, patch(topic, { status: { observedGeneration: 9 } }, "/status")], ["admin asks for an account's token", admin, post(made("v1", "ServiceAccount", "default"), "/token", { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { audiences: [] } })],
  ["admin makes a hand-made slice", admin, create(made("discovery.k8s.io/v1", "EndpointSlice", "es", { addressType: "IPv4", endpoints: [] }))],
  ["another tenant's applier creates", other, create(configMap)], ["another tenant's applier deletes", other, remove(topic)], ["Argo CD's own account", is(account("argocd", "argocd-application-controller")), create(configMap)], ["an account of the tenant's pods", (t) => account(`tenant-${t}`, "workload"), create(configMap)],
  ["own applier creates a Role", content, create(role)], ["own applier claims a volume", content, create(claim)], ["own applier writes a kind that is in no table", content, create(route)], ["own applier opens the network", content, create(made("networking.k8s.io/v1", "NetworkPolicy", "x", { spec: { podSelector: {} } }))], ["own applier lifts a quota", content, create(made("v1", "ResourceQuota", "x", { spec: { hard: {} } }))], ["own applier makes an account", content, create(made("v1", "ServiceAccount", "x"))], ["own applier makes a Secret", content, create(secret)], ["own applier makes a Pod", content, create(pod)], ["own applier makes a store", content, create(made("external-secrets.io/v1", "SecretStore", "tenant", { spec: { provider: { vault: { server: "https://vault.example", path: "$", version: "v2", auth: { kubernetes: { mountPath: "kubernetes", role: "tenant-$", serviceAccountRef: { name: "secrets" } } } } } } }), "tenant")], ["own applier brings another network policy", content, create(made("cilium.io/v2", "CiliumNetworkPolicy", "x"))],
  ["own applier scales by subresource", content, patch(deployment, scale, "/scale")], ["own applier runs in a pod", content, post(pod, exec, undefined)], ["walls' applier runs in a pod", walls, post(pod, exec, undefined)],
  ["some account in kube-system", k("helm"), create(replicaSet)], ["namespace controller creates", k("namespace-controller"), create(configMap)], ["HPA changes the object itself", k("horizontal-pod-autoscaler"), patch(deployment, { spec: { replicas: 3 } })],
  ["garbage collector changes a spec", k("generic-garbage-collector"), patch(deployment, { spec: { replicas: 3 } })], ["deployment controller changes a spec", k("deployment-controller"), patch(deployment, { spec: { replicas: 3 } })], ["job controller changes a spec", k("job-controller"), patch(job, { spec: { suspend: false } })], ["cronjob controller changes a spec", k("cronjob-controller"), patch(cronJob, { spec: { suspend: false } })],
  ["binder labels a claim", k("persistent-volume-binder"), patch(claim, { metadata: { labels: { app: "x" } } })], ["claim protection binds", k("pvc-protection-controller"), patch(claim, { spec: { volumeName: "pv-1" } })], ["certificate publisher labels", k("root-ca-cert-publisher"), patch(configMap, { metadata: { labels: { app: "x" } } })],
  ["scheduler binds a claim", scheduler, patch(claim, { spec: { volumeName: "pv-1" } })], ["node creates a pod", node, create(pod)],
  ["Rook changes a claim's class", rook, patch(obc, { spec: { additionalConfig: { maxSize: "9Ti" } } })], ["Rook labels a claim", rook, patch(obc, { metadata: { labels: { app: "x" } } })], ["Rook changes a user", rook, patch(cephUser, { spec: { displayName: "x" } })], ["Rook makes a Secret of nobody", rook, create(secret)], ["Rook makes a Deployment", rook, create(deployment)],
  ["Redpanda changes a topic", redpanda, patch(topic, { spec: { partitions: 9 } })], ["Redpanda changes a Secret of External Secrets", redpanda, patch(esoSecret, { stringData: { a: "2" } })],
  ["External Secrets takes over a Secret", eso, patch(secret, { metadata: { ownerReferences: owned("ExternalSecret", "external-secrets.io/v1", "db") }, stringData: { a: "2" } })], ["External Secrets makes a Secret of nobody", eso, create(secret)], ["External Secrets changes what it fetches", eso, patch(external, { spec: { refreshInterval: "1s" } })], ["External Secrets makes a ConfigMap", eso, create(configMap)],
  ["Grafana changes a dashboard", grafana, patch(dashboard, { spec: { json: "{\"a\":1}" } })], ["Prometheus operator changes a monitor", prometheus, patch(monitor, { spec: { jobLabel: "x" } })], ["gateway changes a route", gateway, patch(route, { spec: { hostnames: ["$.other.example"] } })],
];

export const LOCK_CASES: readonly LockCase[] = [
  ...ALLOWED.map(([what, as, request]): LockCase => ({ what, as, request, allowed: true })),
  ...WRITERS.map(([what, as, request]): LockCase => ({ what, as, request, allowed: true, writer: true })),
  ...REFUSED.map(([what, as, request]): LockCase => ({ what, as, request, allowed: false })),
];
/** The case of this name. */
export function lockCase(what: string): LockCase {
  const found = LOCK_CASES.find((entry) => entry.what === what);
  if (!found) throw new Error(`no case ${what}`);
  return found;
}
