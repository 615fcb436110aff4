import { describe, expect, test } from "vitest";
import { ARGOCD } from "../../src/compare/assigned/argocd.ts";
import { CLUSTER } from "../../src/compare/assigned/cluster.ts";
import { CORE } from "../../src/compare/assigned/core.ts";
import { OPERATORS } from "../../src/compare/assigned/operators.ts";
import { WORKLOADS } from "../../src/compare/assigned/workloads.ts";
import { compareObjects } from "../../src/compare/compare.ts";
import type { KubeObject, Surroundings } from "../../src/compare/types.ts";
import type { Step } from "../../src/model/pointer.ts";
import { pointerOf, stepsOf } from "../../src/model/pointer.ts";
import { types } from "./arbitrary.ts";

const UID = "b16e9cb0";
/** What an object of git says that its table looks at. */
const GIT: Record<string, object> = {
  "/Service": { spec: { ports: [{ port: 80 }] } },
  "/Pod": { spec: { containers: [{ name: "c", image: "c" }], initContainers: [{ name: "i", image: "i" }] } },
  "batch/Job": { spec: { template: { spec: { containers: [{ name: "c" }] } } } },
  "/PersistentVolume": { spec: { claimRef: { name: "c", namespace: "n" } } },
};
const VERSIONS: Record<string, string> = {
  "": "v1", apps: "apps/v1", batch: "batch/v1", autoscaling: "autoscaling/v1", "networking.k8s.io": "networking.k8s.io/v1", "storage.k8s.io": "storage.k8s.io/v1", "argoproj.io": "argoproj.io/v1alpha1", "objectbucket.io": "objectbucket.io/v1alpha1", "ceph.rook.io": "ceph.rook.io/v1",
  "cluster.redpanda.com": "cluster.redpanda.com/v1alpha2", "grafana.integreatly.org": "grafana.integreatly.org/v1beta1", "external-secrets.io": "external-secrets.io/v1",
};
const git = (key: string, rest: object = {}): KubeObject => {
  const [group, kind] = key.split("/") as [string, string];
  return { apiVersion: VERSIONS[group]!, kind: kind === "*" ? "User" : kind, metadata: { name: "x", namespace: "ns", labels: { a: "b" } }, ...GIT[key], ...rest };
};
/** The object with a value at a place; a list at `*` gets it as a new item, or at the first that is there when there is more below. */
function withValue(object: KubeObject, path: string, value: unknown): { live: KubeObject; pointer: string } {
  const live = structuredClone(object);
  let at: Record<Step, unknown> = live;
  const steps: Step[] = [];
  const path_ = stepsOf(path)!;
  for (const [i, step] of path_.entries()) {
    const isLast = i === path_.length - 1;
    const here: Step = step !== "*" ? step : isLast ? (at as unknown as unknown[]).length : 0;
    steps.push(here);
    if (isLast) at[here] = value;
    else at = (at[here] ??= path_[i + 1] === "*" ? [] : {}) as Record<Step, unknown>;
  }
  return { live, pointer: pointerOf(steps) };
}
const token = { projected: { sources: [{ serviceAccountToken: { path: "token" } }, { configMap: { name: "kube-root-ca.crt" } }, { downwardAPI: { items: [{ path: "namespace" }] } }] } };
const mount = { mountPath: "/var/run/secrets/kubernetes.io/serviceaccount", readOnly: true };

/** One row a leaf: a value that its writer gives it, and one that nobody may (absent: any value is its writer's to choose). */
interface Case { key: string; path: string; value: unknown; other?: unknown; manager?: string; git?: object; rest?: object }
const CASES: Case[] = [
  { key: "/Service", path: "/spec/clusterIP", value: "10.0.0.1", other: "None" },
  { key: "/Service", path: "/spec/clusterIPs", value: ["10.0.0.1"], other: ["10.0.0.1", "fd00::1"], rest: { clusterIP: "10.0.0.1" } },
  { key: "/Service", path: "/spec/ipFamilies", value: ["IPv4"], other: ["IPv4", "IPv6"] },
  { key: "/Service", path: "/spec/ports/*/nodePort", value: 30_000, git: { spec: { type: "NodePort", ports: [{ port: 80 }] } } },
  { key: "/Service", path: "/spec/healthCheckNodePort", value: 30_000, git: { spec: { type: "LoadBalancer", externalTrafficPolicy: "Local", ports: [{ port: 80 }] } } },
  { key: "/Service", path: "/metadata/finalizers/*", value: "service.kubernetes.io/load-balancer-cleanup", other: "rogue", manager: "cloud-controller-manager" },
  { key: "/PersistentVolumeClaim", path: "/spec/volumeName", value: "pv-1", manager: "kube-controller-manager" },
  ...["pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller", "volume.kubernetes.io/storage-provisioner", "volume.beta.kubernetes.io/storage-provisioner"].map((name): Case => ({ key: "/PersistentVolumeClaim", path: `/metadata/annotations/${name.replace("/", "~1")}`, value: "yes", manager: "kube-controller-manager" })),
  { key: "/PersistentVolumeClaim", path: "/metadata/annotations/volume.kubernetes.io~1selected-node", value: "n1", manager: "kube-scheduler" },
  { key: "/PersistentVolumeClaim", path: "/metadata/finalizers/*", value: "kubernetes.io/pvc-protection", other: "rogue" },
  { key: "/PersistentVolume", path: "/spec/claimRef", value: { name: "c" }, manager: "kube-controller-manager", git: { spec: {} } },
  ...["apiVersion", "kind", "uid", "resourceVersion"].map((field): Case => ({ key: "/PersistentVolume", path: `/spec/claimRef/${field}`, value: "v", manager: "kube-controller-manager" })),
  { key: "/PersistentVolume", path: "/metadata/annotations/pv.kubernetes.io~1bound-by-controller", value: "yes", manager: "kube-controller-manager" },
  { key: "/PersistentVolume", path: "/metadata/finalizers/*", value: "kubernetes.io/pv-protection", other: "rogue" },
  { key: "/ServiceAccount", path: "/secrets/*", value: { name: "x-token-abcde" }, other: { name: "stolen" }, manager: "kube-controller-manager" },
  { key: "/Pod", path: "/spec/nodeName", value: "n1" },
  { key: "/Pod", path: "/spec/volumes/*", value: { name: "kube-api-access-abcde", ...token }, other: { name: "kube-api-access-abcde", hostPath: { path: "/" } } },
  { key: "/Pod", path: "/spec/containers/*/volumeMounts/*", value: { name: "kube-api-access-abcde", ...mount }, other: { name: "kube-api-access-abcde", mountPath: "/etc" } },
  { key: "/Pod", path: "/spec/initContainers/*/volumeMounts/*", value: { name: "kube-api-access-abcde", ...mount }, other: { name: "data", mountPath: "/etc" } },
  { key: "/Node", path: "/metadata/annotations/node.alpha.kubernetes.io~1ttl", value: "15", other: "x" },
  { key: "/Node", path: "/spec/taints/*", value: { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" }, other: { key: "node.kubernetes.io.rogue/not-ready", effect: "NoSchedule" } },
  { key: "/Node", path: "/spec/taints/*", value: { key: "node.kubernetes.io/unreachable", effect: "NoExecute" }, other: { key: "dedicated", effect: "NoSchedule" }, manager: "kube-controller-manager" },
  { key: "/Endpoints", path: "/metadata/labels/endpoints.kubernetes.io~1managed-by", value: "endpoint-controller", other: "rogue", manager: "kube-controller-manager" },
  { key: "/Endpoints", path: "/metadata/annotations/endpoints.kubernetes.io~1last-change-trigger-time", value: "2026-11-28T00:00:00Z", manager: "kube-controller-manager" },
  { key: "networking.k8s.io/ServiceCIDR", path: "/metadata/finalizers/*", value: "networking.k8s.io/service-cidr-finalizer", other: "rogue", manager: "kube-controller-manager" },
  { key: "storage.k8s.io/VolumeAttributesClass", path: "/metadata/finalizers/*", value: "kubernetes.io/vac-protection", other: "rogue" },
  { key: "apps/Deployment", path: "/metadata/annotations/deployment.kubernetes.io~1revision", value: "7", other: "x", manager: "kube-controller-manager" },
  { key: "apps/DaemonSet", path: "/metadata/annotations/deprecated.daemonset.template.generation", value: "7", other: "x" },
  ...["revision", "desired-replicas", "max-replicas"].map((name): Case => ({ key: "apps/ReplicaSet", path: `/metadata/annotations/deployment.kubernetes.io~1${name}`, value: "7", other: "x", manager: "kube-controller-manager" })),
  { key: "batch/Job", path: "/spec/selector", value: { matchLabels: { "batch.kubernetes.io/controller-uid": UID } }, other: { matchLabels: { app: "all" } } },
  ...["/metadata/labels", "/spec/template/metadata/labels"].flatMap((at) => [["batch.kubernetes.io/controller-uid", UID], ["controller-uid", UID], ["batch.kubernetes.io/job-name", "x"], ["job-name", "x"]].map(([name, value]): Case => ({ key: "batch/Job", path: `${at}/${name!.replace("/", "~1")}`, value, other: "another" }))),
  { key: "batch/Job", path: "/metadata/annotations/batch.kubernetes.io~1job-tracking", value: "", other: "x" },
  ...["conditions", "current-metrics"].map((name): Case => ({ key: "autoscaling/HorizontalPodAutoscaler", path: `/metadata/annotations/autoscaling.alpha.kubernetes.io~1${name}`, value: "[]" })),
  { key: "/ConfigMap", path: "/metadata/annotations/argocd.argoproj.io~1tracking-id", value: "app:/ConfigMap:ns/x", other: "app:/ConfigMap:ns/other", manager: "argocd-controller" },
  { key: "/ConfigMap", path: "/metadata/annotations/argocd.argoproj.io~1installation-id", value: "i", manager: "argocd-controller" },
  { key: "/ConfigMap", path: "/metadata/labels/app.kubernetes.io~1instance", value: "app", manager: "argocd-application-controller" },
  { key: "argoproj.io/Application", path: "/operation", value: { sync: {} }, manager: "argocd-server" },
  ...["refresh", "hydrate"].map((name): Case => ({ key: "argoproj.io/Application", path: `/metadata/annotations/argocd.argoproj.io~1${name}`, value: "normal", manager: "argocd-server" })),
  { key: "argoproj.io/Application", path: "/metadata/annotations/notified.notifications.argoproj.io", value: "{}", manager: "argocd-notifications-controller" },
  { key: "argoproj.io/ApplicationSet", path: "/metadata/annotations/argocd.argoproj.io~1application-set-refresh", value: "true", manager: "argocd-applicationset-controller" },
  { key: "objectbucket.io/ObjectBucketClaim", path: "/spec/objectBucketName", value: "obc-ns-x", manager: "rook" },
  { key: "objectbucket.io/ObjectBucketClaim", path: "/spec/bucketName", value: "x-123", manager: "rook" },
  { key: "objectbucket.io/ObjectBucketClaim", path: "/metadata/labels/bucket-provisioner", value: "rook", manager: "rook" },
  { key: "objectbucket.io/ObjectBucketClaim", path: "/metadata/finalizers/*", value: "objectbucket.io/finalizer", other: "rogue", manager: "rook" },
  ...["CephObjectStoreUser", "CephObjectStore"].map((kind): Case => ({ key: `ceph.rook.io/${kind}`, path: "/metadata/finalizers/*", value: `${kind.toLowerCase()}.ceph.rook.io`, other: "rogue", manager: "rook" })),
  { key: "cluster.redpanda.com/*", path: "/metadata/finalizers/*", value: "operator.redpanda.com/finalizer", other: "rogue", manager: "cluster.redpanda.com/operator" },
  { key: "grafana.integreatly.org/*", path: "/metadata/finalizers/*", value: "operator.grafana.com/finalizer", other: "rogue", manager: "v5" },
  { key: "external-secrets.io/ExternalSecret", path: "/metadata/finalizers/*", value: "externalsecrets.external-secrets.io/externalsecret-cleanup", other: "rogue", manager: "external-secrets" },
  { key: "external-secrets.io/SecretStore", path: "/metadata/finalizers/*", value: "secretstore.externalsecrets.io/finalizer", other: "rogue", manager: "external-secrets" },
];

const TABLES = [CORE, CLUSTER, WORKLOADS, ARGOCD, OPERATORS];
const fieldsOf = (pointer: string, live: KubeObject): object => {
  let value: unknown = live;
  const keys = stepsOf(pointer)!.map((step) => {
    const inList = Array.isArray(value);
    value = (value as Record<string, unknown>)[step];
    if (!inList) return `f:${step}`;
    return typeof value === "string" ? `v:${JSON.stringify(value)}` : `k:${JSON.stringify("port" in (value as object) ? { port: 80, protocol: "TCP" } : { name: (value as { name: string }).name })}`;
  });
  return keys.reduceRight<object>((inner, key) => ({ [key]: inner }), {});
};
const by = (live: KubeObject, pointer: string, manager: string | undefined): KubeObject => ({
  ...live, metadata: { ...live.metadata, uid: UID, managedFields: manager === undefined ? [] : [{ manager, operation: "Update", apiVersion: live.apiVersion, fieldsV1: fieldsOf(pointer, live) }] },
});

test("every leaf of every table has a case here, and every case a leaf", () => {
  const leaves = TABLES.flatMap((table) => Object.entries(table).flatMap(([key, list]) => list.map(({ path }) => `${key === "*" ? "/ConfigMap" : key} ${path}`)));
  expect(CASES.map(({ key, path }) => `${key} ${path}`).sort()).toEqual([...leaves].sort());
  for (const table of TABLES) for (const { source } of Object.values(table).flat()) expect(source.length).toBeGreaterThan(3);
});

describe("an assigned leaf", () => {
  test.each(CASES)("$key $path", ({ key, path, value, other, manager, git: said, rest }) => {
    const desired = git(key, said);
    const base = structuredClone(desired);
    if (rest) Object.assign(base["spec"] as object, rest);
    const { live, pointer } = withValue(base, path, value);
    const found = (one: KubeObject, around: Surroundings = {}): string[] => compareObjects(desired, one, types, around).changes.map((change) => change.pointer);
    const isProven = TABLES.some((table) => Object.entries(table).some(([name, list]) => (name === key || name === "*") && list.some((leaf) => leaf.path === path && leaf.by === "proven" && (leaf.when?.(value, { desired, live: by(live, pointer, manager), steps: stepsOf(pointer)!, tracked: false }) ?? true))));

    expect(found(by(live, pointer, manager)), "by its writer").toEqual([]);
    expect(found({ ...live, metadata: { ...live.metadata, uid: UID } }), "without managedFields").toEqual([]);
    const applied = { manager: "argocd-controller", operation: "Apply", apiVersion: live.apiVersion, fieldsV1: { "f:metadata": { "f:labels": { "f:a": {} } } } };
    const claimed = by(live, pointer, manager);
    expect(found({ ...claimed, metadata: { ...claimed.metadata, managedFields: [applied, ...(claimed.metadata["managedFields"] as object[])] } }, { tracked: true }), "by its writer, among others that have managedFields").toEqual([]);
    for (const managedFields of [undefined, []]) expect(new Set(found({ ...live, metadata: { ...live.metadata, uid: UID, managedFields } }, { tracked: true }).map((one) => pointer.startsWith(one))), "stripped of managedFields, which others have").toEqual(new Set(isProven ? [] : [true]));
    const byAnother = found(by(live, pointer, "kubectl-edit"));
    if (isProven) expect(byAnother, "proven by its value").toEqual([]);
    else expect(byAnother.map((one) => pointer.startsWith(one)), "by another").toEqual([true]);
    if (manager !== undefined) expect(found(by(live, pointer, undefined)).length, "by nobody").toBe(1);
    if (other !== undefined) {
      const wrong = withValue(base, path, other);
      expect(found(by(wrong.live, wrong.pointer, manager)).map((one) => wrong.pointer.startsWith(one) || one), "another value").toEqual([true]);
    }
  });

  test.each<[string, object, object, string[]]>([
    ["a node port on a Service that git keeps inside", { ports: [{ port: 80 }] }, { ports: [{ port: 80, nodePort: 30_000 }] }, ["added /spec/ports/0/nodePort"]],
    ["a node port that git chose", { type: "NodePort", ports: [{ port: 80, nodePort: 30_001 }] }, { type: "NodePort", ports: [{ port: 80, nodePort: 30_002 }] }, ["changed /spec/ports/0/nodePort"]],
    ["a whole port, with the node port that the server gave it", { type: "NodePort", ports: [{ port: 80 }] }, { type: "NodePort", ports: [{ port: 80, nodePort: 30_000 }, { port: 81, nodePort: 30_001 }] }, ["added /spec/ports/1"]],
    ["an address for a name outside", { type: "ExternalName", externalName: "a" }, { type: "ExternalName", externalName: "a", clusterIP: "10.0.0.1" }, ["added /spec/clusterIP"]],
    ["an address that git chose", { clusterIP: "10.0.0.1" }, { clusterIP: "10.0.0.2", clusterIPs: ["10.0.0.2"] }, ["changed /spec/clusterIP"]],
    ["a second family that git asks for", { ipFamilyPolicy: "PreferDualStack" }, { ipFamilyPolicy: "PreferDualStack", ipFamilies: ["IPv4", "IPv6"] }, []],
  ])("of a Service: %s", (_, spec, now, expected) => {
    const [desired, live] = [spec, now].map((one): KubeObject => ({ apiVersion: "v1", kind: "Service", metadata: { name: "x", namespace: "ns" }, spec: one })) as [KubeObject, KubeObject];
    expect(compareObjects(desired, { ...live, metadata: { ...live.metadata, managedFields: [] } }, types).changes.filter(({ pointer }) => pointer !== "/spec/clusterIPs/0").map(({ kind, pointer }) => `${kind} ${pointer}`)).toEqual(expected);
  });

  test("beside a rogue one: only the rogue one is a change, and only it is taken away", () => {
    const desired = git("apps/Deployment", { metadata: { name: "x", namespace: "ns" } });
    const live = { ...desired, metadata: { ...desired.metadata, annotations: { "deployment.kubernetes.io/revision": "3", rogue: "x" } } };
    expect(compareObjects(desired, live, types).changes).toEqual([{ pointer: "/metadata/annotations/rogue", kind: "added", live: "x" }]);
  });
});
