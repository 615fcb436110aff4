import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { parse } from "yaml";
import { revertPatch } from "../../../src/compare/patch.ts";
import type { KubeObject } from "../../../src/compare/types.ts";
import { valueAt } from "../../../src/compare/value.ts";
import { cluster, installCrds } from "../fleet/applier.ts";
import { type ControlPlaneData, connectControlPlane } from "../provision/index.ts";
import { lines, Reader, types } from "./reader.ts";

const data = inject("controlPlane");
const NAMESPACE = "compare-assigned";
const object = (apiVersion: string, kind: string, name: string, rest: object = {}): KubeObject => ({ apiVersion, kind, metadata: { name, namespace: NAMESPACE }, ...rest });
const wide = (apiVersion: string, kind: string, name: string, rest: object, metadata: object = {}): KubeObject => ({ apiVersion, kind, metadata: { name, ...metadata }, ...rest });
const pod = { containers: [{ name: "main", image: "main:1" }] };
const workload = { selector: { matchLabels: { app: "x" } }, template: { metadata: { labels: { app: "x" } }, spec: pod } };
const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1024Mi" } }, storageClassName: "" };
const service = (name: string, spec: object): KubeObject => object("v1", "Service", name, { spec: { selector: { app: "x" }, ports: [{ port: 80 }, { name: "udp", port: 80, protocol: "UDP" }].slice(0, name === "balancer" ? 1 : 2).map((port, i) => ({ name: `p${i}`, ...port })), ...spec } });

/** Objects in which the API server and its controllers write, with what shows that they have. */
const WRITTEN: [string, KubeObject, (live: KubeObject) => unknown][] = [
  ["a Service", service("inside", {}), (live) => valueAt(live, ["spec", "clusterIP"])],
  ["a headless Service", service("headless", { clusterIP: "None" }), (live) => valueAt(live, ["spec", "ipFamilies"])],
  ["a headless Service without a selector", object("v1", "Service", "bare", { spec: { clusterIP: "None", ports: [{ port: 80 }] } }), (live) => valueAt(live, ["spec", "ipFamilies"])],
  ["a Service with node ports", service("nodes", { type: "NodePort" }), (live) => valueAt(live, ["spec", "ports", 0, "nodePort"])],
  ["a Service behind a load balancer", service("balancer", { type: "LoadBalancer", externalTrafficPolicy: "Local" }), (live) => valueAt(live, ["spec", "healthCheckNodePort"])],
  ["a Service of a name outside", object("v1", "Service", "outside", { spec: { type: "ExternalName", externalName: "db.example" } }), (live) => valueAt(live, ["metadata", "uid"])],
  ["a claim that was bound", object("v1", "PersistentVolumeClaim", "bound", { spec: claim }), (live) => valueAt(live, ["spec", "volumeName"])],
  ["a volume that was claimed", wide("v1", "PersistentVolume", "compare-assigned", { spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], hostPath: { path: "/x" }, claimRef: { namespace: NAMESPACE, name: "bound" } } }), (live) => valueAt(live, ["spec", "claimRef", "uid"])],
  ["a Deployment", object("apps/v1", "Deployment", "web", { spec: workload }), (live) => valueAt(live, ["metadata", "annotations", "deployment.kubernetes.io/revision"])],
  ["a DaemonSet", object("apps/v1", "DaemonSet", "agent", { spec: workload }), (live) => valueAt(live, ["metadata", "annotations", "deprecated.daemonset.template.generation"])],
  ["a StatefulSet", object("apps/v1", "StatefulSet", "db", { spec: { serviceName: "db", ...workload, volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claim }] } }), (live) => valueAt(live, ["status", "observedGeneration"])],
  ["a Job", object("batch/v1", "Job", "once", { spec: { template: { spec: { ...pod, restartPolicy: "Never" } } } }), (live) => valueAt(live, ["spec", "selector"])],
  ["a CronJob", object("batch/v1", "CronJob", "nightly", { spec: { schedule: "0 3 * * *", jobTemplate: { spec: { template: { spec: { ...pod, restartPolicy: "Never" } } } } } }), (live) => valueAt(live, ["metadata", "uid"])],
  ["a Pod", object("v1", "Pod", "alone", { spec: pod }), (live) => valueAt(live, ["spec", "volumes", 0])],
  ["a ServiceAccount", object("v1", "ServiceAccount", "api"), (live) => valueAt(live, ["metadata", "uid"])],
  ["an autoscaler in v1", object("autoscaling/v1", "HorizontalPodAutoscaler", "old", { spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "nobody" }, maxReplicas: 3 } }), (live) => valueAt(live, ["metadata", "annotations", "autoscaling.alpha.kubernetes.io/conditions"])],
  ["an autoscaler in v2", object("autoscaling/v2", "HorizontalPodAutoscaler", "new", { spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "nobody" }, maxReplicas: 3, behavior: { scaleUp: { stabilizationWindowSeconds: 60 } } } }), (live) => valueAt(live, ["metadata", "uid"])],
  ["a Namespace", wide("v1", "Namespace", "compare-assigned-2", {}), (live) => valueAt(live, ["spec", "finalizers", 0])],
];

/** What operators write, in their own names: the kind, the write, and the place of it. */
interface Write { kind: string; manager: string; patch: object; place: string }
const finalizer = (kind: string, manager: string, name: string): Write => ({ kind, manager, patch: { metadata: { finalizers: [name] } }, place: "/metadata/finalizers" });
const WRITES: Write[] = [
  finalizer("ObjectBucketClaim", "rook", "objectbucket.io/finalizer"),
  { kind: "ObjectBucketClaim", manager: "rook", patch: { spec: { objectBucketName: "obc-x" } }, place: "/spec/objectBucketName" },
  { kind: "ObjectBucketClaim", manager: "rook", patch: { metadata: { labels: { "bucket-provisioner": "rook-ceph.ceph.rook.io-bucket" } } }, place: "/metadata/labels/bucket-provisioner" },
  finalizer("CephObjectStoreUser", "rook", "cephobjectstoreuser.ceph.rook.io"),
  ...["Topic", "User", "Schema"].map((kind) => finalizer(kind, "cluster.redpanda.com/operator", "operator.redpanda.com/finalizer")),
  ...["Grafana", "GrafanaDashboard", "GrafanaFolder", "GrafanaDatasource"].map((kind) => finalizer(kind, "v5", "operator.grafana.com/finalizer")),
  finalizer("ExternalSecret", "external-secrets", "externalsecrets.external-secrets.io/externalsecret-cleanup"),
  finalizer("SecretStore", "external-secrets", "secretstore.externalsecrets.io/finalizer"),
  { kind: "Application", manager: "argocd-server", patch: { operation: { sync: {} } }, place: "/operation" },
  { kind: "Application", manager: "argocd-notifications-controller", patch: { metadata: { annotations: { "notified.notifications.argoproj.io": "{}" } } }, place: "/metadata/annotations/notified.notifications.argoproj.io" },
];

describe.skipIf(data === null)("what others than git may write, on a real API server", () => {
  const plane = connectControlPlane(data ?? ({} as ControlPlaneData));
  const reader = new Reader(plane);
  afterAll(async () => {
    if (data !== null) {
      for (const path of [`namespaces/${NAMESPACE}`, "namespaces/compare-assigned-2", "persistentvolumes/compare-assigned"]) await plane.request("DELETE", `/api/v1/${path}`);
    }
    plane.close();
  });
  beforeAll(async () => {
    await installCrds(plane);
    await plane.request("POST", "/api/v1/namespaces", { metadata: { name: NAMESPACE } });
    for (const [, desired] of WRITTEN) await reader.apply(desired);
  });

  test.each(WRITTEN)("%s: no change", async (_, desired, written) => {
    await expect.poll(async () => written(await reader.live(desired)), { timeout: 60_000, interval: 200 }).toBeTruthy();
    expect(lines(await reader.compare(desired))).toEqual([]);
  });

  test("the same objects in another namespace, created by a client that owns all it sent: no change", async () => {
    const own = WRITTEN.map(([, desired]) => desired).filter(({ kind, metadata }) => metadata.namespace !== undefined && kind !== "PersistentVolumeClaim");
    for (const desired of own) {
      const created = { ...desired, metadata: { ...desired.metadata, name: `${desired.metadata.name}-created` } };
      await plane.kubectl(["create", "-f", "-"], JSON.stringify(created));
      expect(lines(await reader.compare(created)), desired.kind).toEqual([]);
    }
  });

  describe("operators", () => {
    const manifests = cluster("prod-eu").map(({ text }) => parse(text) as KubeObject);
    test.each(WRITES)("$kind $place is $manager's, and nobody else's", async ({ kind, manager, patch, place }) => {
      const example = manifests.find((one) => one.kind === kind)!;
      const { finalizers: _, ...metadata } = example.metadata;
      const desired = { ...example, metadata: { ...metadata, namespace: NAMESPACE } } as KubeObject;
      await reader.apply(desired);
      await reader.patch(desired, manager, patch);
      expect(lines(await reader.compare(desired))).toEqual([]);
      // Taken out and set again: the same value by another hand.
      await reader.patch(desired, "cleaner", nulled(patch));
      await reader.patch(desired, "kubectl-edit", patch);
      const found = await reader.compare(desired);
      expect(found.changes.map(({ kind: change, pointer, claimedBy }) => `${change} ${pointer} ${claimedBy?.map((claim) => claim.manager).join()}`)).toEqual([`added ${place} kubectl-edit`]);
      await reader.patch(desired, "cleaner", nulled(patch));
    });
  });

  describe("an address that the server gives, and one that somebody chose", () => {
    const plain = (name: string): KubeObject => object("v1", "Service", name, { spec: { ports: [{ port: 80 }] } });
    const chosen = (desired: KubeObject, address: string, both = false): KubeObject => ({ ...desired, spec: { ...(desired["spec"] as object), clusterIP: address, ...(both && { clusterIPs: [address] }) } });
    const made = async (one: KubeObject, manager: string): Promise<void> => {
      const url = await reader.url(one);
      const { status, body } = await plane.request("POST", `${url.slice(0, url.lastIndexOf("/"))}?fieldManager=${manager}`, one);
      if (status !== 201) throw new Error(`${one.metadata.name}: ${status} ${body?.message}`);
    };
    const address = async (desired: KubeObject): Promise<string> => String(valueAt(await reader.live(desired), ["spec", "clusterIP"]));
    const ALLOCATED: [string, (desired: KubeObject) => Promise<void>][] = [
      ["applied", (desired) => reader.apply(desired)],
      ["created", (desired) => made(desired, "kubectl-create")],
      ["created, and written whole by somebody who changed nothing of it", async (desired) => {
        await made(desired, "kubectl-create");
        await plane.request("PUT", `${await reader.url(desired)}?fieldManager=kubectl-replace`, await reader.live(desired));
      }],
      ["given back by a name outside, and asked for again", async (desired) => {
        await reader.apply({ ...desired, spec: { type: "ExternalName", externalName: "db.example" } });
        await reader.apply(desired);
      }],
    ];
    test.each(ALLOCATED)("%s: nobody claims it, no change", async (how, act) => {
      const desired = plain(`given-${ALLOCATED.findIndex(([name]) => name === how)}`);
      await act(desired);
      expect(lines(await reader.compare(desired))).toEqual([]);
    });

    const CHOSEN: [string, (desired: KubeObject) => Promise<void>, string[]][] = [
      ["created with", (desired) => made(chosen(desired, "10.0.78.1"), "kubectl-create"), ["added /spec/clusterIP by kubectl-create/Update (exact)"]],
      ["created with, as a list too", (desired) => made(chosen(desired, "10.0.78.2", true), "kubectl-create"), ["added /spec/clusterIP by kubectl-create/Update (exact)", "added /spec/clusterIPs by kubectl-create/Update (exact)"]],
      ["created with, in the server's own name", (desired) => made(chosen(desired, "10.0.78.3"), "kube-apiserver"), ["added /spec/clusterIP by kube-apiserver/Update (exact)"]],
      ["taken with another type", async (desired) => {
        await reader.apply({ ...desired, spec: { ...(desired["spec"] as object), type: "ExternalName", externalName: "db.example" } });
        await reader.patch(desired, "kubectl-edit", { spec: { type: "ClusterIP", externalName: null, clusterIP: "10.0.78.4" } });
        await reader.apply(desired);
      }, ["added /spec/clusterIP by kubectl-edit/Update (exact)"]],
      ["applied beside git's applier", async (desired) => {
        await reader.apply(desired);
        await reader.apply(chosen(desired, await address(desired), true), "somebody");
      }, ["added /spec/clusterIP by somebody/Apply (exact)", "added /spec/clusterIPs by somebody/Apply (exact)"]],
    ];
    test.each(CHOSEN)("%s: whoever chose it claims it, and it is a change", async (how, act, expected) => {
      const desired = plain(`chosen-${CHOSEN.findIndex(([name]) => name === how)}`);
      await act(desired);
      expect(lines(await reader.compare(desired))).toEqual(expected);
    });

    test("the limit: once he lets go of it, nothing tells it from one that the server gave", async () => {
      const desired = plain("let-go");
      await reader.apply(chosen(desired, "10.0.78.9"), "somebody");
      await reader.apply(desired);
      expect(lines(await reader.compare(desired))).toEqual(["added /spec/clusterIP by somebody/Apply (exact)"]);
      await reader.apply(desired, "somebody");
      expect([await address(desired), lines(await reader.compare(desired))]).toEqual(["10.0.78.9", []]);
    });
  });

  describe("an object whose managedFields somebody emptied", () => {
    const strip = (desired: KubeObject): Promise<void> => reader.patch(desired, "kubectl-patch", [{ op: "replace", path: "/metadata/managedFields", value: [{}] }]);
    const REVISION = "/metadata/annotations/deployment.kubernetes.io~1revision";

    test("what its controller wrote is not proven any more, until it is taken out and the controller writes it again", async () => {
      const desired = object("apps/v1", "Deployment", "stripped", { spec: workload });
      await reader.apply(desired);
      const revision = async (): Promise<unknown> => valueAt(await reader.live(desired), ["metadata", "annotations", "deployment.kubernetes.io/revision"]);
      await expect.poll(revision, { timeout: 60_000, interval: 200 }).toBe("1");
      expect(lines(await reader.compare(desired))).toEqual([]);
      await strip(desired);
      expect((await reader.live(desired)).metadata["managedFields"]).toBeUndefined();
      const found = await reader.compare(desired);
      expect(found.changes.map(({ pointer, note }) => [pointer, note])).toEqual([[REVISION, expect.stringMatching(/no managedFields, which others here have.*not proven/)]]);
      // A dump without any managedFields proves nothing either, and says so once: audit.ts.
      expect((await reader.compare(desired, { tracked: false })).changes).toEqual([]);

      // Who comes first then is said to have written all that was there.
      await reader.apply(desired);
      expect(lines(await reader.compare(desired))).toEqual([`added ${REVISION} by before-first-apply/Update (exact)`]);
      const patch = revertPatch(desired, await reader.live(desired), (await reader.compare(desired)).changes, types, { tracked: true })!;
      await reader.patch(desired, "break-glass", patch);
      await expect.poll(revision, { timeout: 60_000, interval: 200 }).toBe("1");
      expect(lines(await reader.compare(desired))).toEqual([]);
    });

    test("whoever chose an address and took out who did is found", async () => {
      const desired = object("v1", "Service", "stripped", { spec: { ports: [{ port: 80 }] } });
      await reader.apply(desired);
      expect(lines(await reader.compare(desired))).toEqual([]);
      await strip(desired);
      expect(lines(await reader.compare(desired))).toEqual(["added /spec/clusterIP", "added /spec/clusterIPs"]);
    });

    test("an object in which nothing is said never had any, and nothing is found in it", async () => {
      const desired = object("v1", "ServiceAccount", "silent");
      await reader.apply(desired);
      expect((await reader.live(desired)).metadata["managedFields"]).toBeUndefined();
      expect(lines(await reader.compare(desired))).toEqual([]);
    });
  });

  describe("rules of an aggregated ClusterRole", () => {
    const label = { "compare-assigned/aggregate": "true" };
    const role = (name: string, resource: string): KubeObject => wide("rbac.authorization.k8s.io/v1", "ClusterRole", name, { rules: [{ apiGroups: [""], resources: [resource], verbs: ["get", "list"] }] }, { labels: label });
    const whole = wide("rbac.authorization.k8s.io/v1", "ClusterRole", "compare-assigned-whole", { aggregationRule: { clusterRoleSelectors: [{ matchLabels: label }] } });
    const [part, rogue] = [role("compare-assigned-part", "pods"), role("compare-assigned-rogue", "secrets")];
    afterAll(async () => { if (data !== null) for (const one of [whole, part, rogue]) await plane.request("DELETE", await reader.url(one)); });

    test("come from roles that git knows, or are named with the role they came from", async () => {
      await reader.apply(part);
      await reader.apply(whole);
      const rules = async (): Promise<unknown[]> => ((await reader.live(whole))["rules"] as unknown[] | null) ?? [];
      await expect.poll(async () => (await rules()).length, { timeout: 60_000, interval: 200 }).toBe(1);
      const known = ({ metadata }: KubeObject): boolean => metadata.name === part.metadata.name;
      expect(lines(await reader.compare(whole, { aggregated: [await reader.live(part)], known }))).toEqual([]);
      await reader.apply(rogue, "kubectl");
      await expect.poll(async () => (await rules()).length, { timeout: 60_000, interval: 200 }).toBe(2);
      const found = await reader.compare(whole, { aggregated: [await reader.live(part), await reader.live(rogue)], known });
      expect(found.changes.map(({ kind, live, note }) => [kind, valueAt(live, ["resources", 0]), note])).toEqual([["added", "secrets", expect.stringContaining("it came from the ClusterRole compare-assigned-rogue, which git does not know")]]);
    });
  });
});

/** The merge patch that takes away what another one sets. */
const nulled = (patch: unknown): object => Object.fromEntries(Object.entries(patch as object).map(([key, value]) => [key, typeof value === "object" && value !== null && !Array.isArray(value) && !["sync", "operation"].includes(key) ? nulled(value) : null]));
