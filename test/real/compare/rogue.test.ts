import jsonpatch from "jsonpatch";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { revertPatch } from "../../../src/compare/patch.ts";
import type { KubeObject } from "../../../src/compare/types.ts";
import { valueAt } from "../../../src/compare/value.ts";
import { installCrds } from "../fleet/applier.ts";
import { type ControlPlaneData, connectControlPlane } from "../provision/index.ts";
import { lines, Reader, types } from "./reader.ts";

const data = inject("controlPlane");
const NAMESPACE = "compare-rogue";
const object = (apiVersion: string, kind: string, name: string, rest: object, metadata: object = {}): KubeObject => ({ apiVersion, kind, metadata: { name, namespace: NAMESPACE, ...metadata }, ...rest });

const deployment = (name: string, spec: object = { replicas: 2 }): KubeObject => object("apps/v1", "Deployment", name, {
  spec: {
    ...spec, selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "web", image: "web:1.2", env: [{ name: "MODE", value: "plain" }], ports: [{ containerPort: 8080 }] }] } },
  },
});
const binding = (name: string): KubeObject => object("rbac.authorization.k8s.io/v1", "RoleBinding", name, { roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name }, subjects: [{ kind: "ServiceAccount", name: "api", namespace: NAMESPACE }] });
const policy = (name: string): KubeObject => object("networking.k8s.io/v1", "NetworkPolicy", name, { spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ from: [{ podSelector: { matchLabels: { app: "gateway" } } }] }] } });
const rule = (name: string): KubeObject => object("monitoring.coreos.com/v1", "PrometheusRule", name, { spec: { groups: [{ name: "up", rules: [{ alert: "Down", expr: "up == 0" }] }] } });
const config = (name: string): KubeObject => object("v1", "ConfigMap", name, { data: { mode: "plain" } }, { labels: { app: name } });
const WEB = "/spec/template/spec/containers/0";

/** What somebody does to an object, and every change that must be found. */
interface Rogue { name: string; desired: KubeObject; act(reader: Reader, desired: KubeObject): Promise<unknown>; expected: string[] }
const kubectl = (...args: string[]) => (reader: Reader): Promise<unknown> => reader.plane.kubectl(["-n", NAMESPACE, ...args]);
const patched = (manager: string, patch: object) => (reader: Reader, desired: KubeObject): Promise<unknown> => reader.patch(desired, manager, patch);

const ROGUES: Rogue[] = [
  {
    name: "a container that another manager added", desired: deployment("container"), act: patched("mesh-injector", [{ op: "add", path: "/spec/template/spec/containers/-", value: { name: "proxy", image: "proxy:1" } }]),
    expected: ["added /spec/template/spec/containers/1 by mesh-injector/Update (exact)"],
  },
  {
    name: "an environment variable that another manager applied", desired: deployment("env"),
    act: (reader, desired) => reader.apply({ apiVersion: desired.apiVersion, kind: desired.kind, metadata: desired.metadata, spec: { template: { spec: { containers: [{ name: "web", env: [{ name: "LD_PRELOAD", value: "/tmp/x.so" }] }] } } } }, "somebody"),
    expected: [`added ${WEB}/env/1 by somebody/Apply (exact)`],
  },
  {
    name: "a subject of a role", desired: binding("subject"), act: patched("kubectl-edit", [{ op: "add", path: "/subjects/0", value: { kind: "User", name: "mallory", apiGroup: "rbac.authorization.k8s.io" } }]),
    expected: ["added /subjects/0 by kubectl-edit/Update (above)"],
  },
  {
    name: "a peer of a NetworkPolicy", desired: policy("peer"), act: patched("cni-helper", [{ op: "add", path: "/spec/ingress/0/from/-", value: { namespaceSelector: {} } }]),
    expected: ["added /spec/ingress/0/from/1 by cni-helper/Update (above)"],
  },
  {
    name: "a NetworkPolicy opened to everybody", desired: policy("open"), act: patched("kubectl-patch", [{ op: "replace", path: "/spec/ingress/0", value: {} }]),
    expected: ["removed /spec/ingress/0/from"],
  },
  { name: "a label", desired: config("label"), act: kubectl("label", "configmap/label", "team=nobody"), expected: ["added /metadata/labels/team by kubectl-label/Update (exact)"] },
  { name: "an annotation where git has none", desired: config("annotation"), act: kubectl("annotate", "configmap/annotation", "note=x"), expected: ["added /metadata/annotations/note by kubectl-annotate/Update (exact)"] },
  { name: "a label that was taken off", desired: config("unlabelled"), act: kubectl("label", "configmap/unlabelled", "app-"), expected: ["removed /metadata/labels/app"] },
  { name: "a key of a ConfigMap", desired: config("key"), act: patched("kubectl-patch", { data: { extra: "1" } }), expected: ["added /data/extra by kubectl-patch/Update (exact)"] },
  {
    name: "a field of a custom resource", desired: rule("field"), act: patched("prometheus-editor", [{ op: "add", path: "/spec/groups/0/rules/0/for", value: "10h" }]),
    expected: ["added /spec/groups/0/rules/0/for by prometheus-editor/Update (above)"],
  },
  { name: "kubectl patch", desired: deployment("patch"), act: kubectl("patch", "deployment/patch", "--type=merge", "-p", '{"spec":{"minReadySeconds":30}}'), expected: ["added /spec/minReadySeconds by kubectl-patch/Update (exact)"] },
  { name: "kubectl scale", desired: deployment("scale"), act: kubectl("scale", "deployment/scale", "--replicas=5"), expected: ["changed /spec/replicas by kubectl/Update/scale (exact)"] },
  { name: "kubectl set image", desired: deployment("image"), act: kubectl("set", "image", "deployment/image", "web=web:1.3"), expected: [`changed ${WEB}/image by kubectl-set/Update (exact)`] },
  { name: "kubectl set env", desired: deployment("setenv"), act: kubectl("set", "env", "deployment/setenv", "MODE=loud"), expected: [`changed ${WEB}/env/0/value by kubectl-set/Update (exact)`] },
  {
    name: "kubectl apply --server-side --force-conflicts", desired: deployment("force"),
    act: (reader, desired) => reader.plane.kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], JSON.stringify(deployment("force", { replicas: 4 }) satisfies KubeObject & typeof desired)),
    expected: ["changed /spec/replicas by kubectl/Apply (exact)"],
  },
  { name: "a value that git leaves to its default", desired: deployment("default"), act: patched("tuner", [{ op: "replace", path: "/spec/template/spec/dnsPolicy", value: "Default" }]), expected: ["changed /spec/template/spec/dnsPolicy by tuner/Update (exact)"] },
  {
    name: "a node port on a Service that git keeps inside", desired: object("v1", "Service", "inside", { spec: { selector: { app: "web" }, ports: [{ port: 80 }] } }), act: patched("kubectl-patch", { spec: { type: "NodePort" } }),
    // The server chose the port, so nobody claims it; the default that comes with the type is its writer's.
    expected: ["added /spec/ports/0/nodePort", "changed /spec/type by kubectl-patch/Update (exact)", "added /spec/externalTrafficPolicy by kubectl-patch/Update (exact)"],
  },
  {
    name: "a cluster address that somebody chose", desired: object("v1", "Service", "address", { spec: { selector: { app: "web" }, ports: [{ port: 80 }] } }),
    act: async (reader, desired) => { await reader.plane.request("DELETE", await reader.url(desired)); await reader.plane.kubectl(["-n", NAMESPACE, "create", "-f", "-"], JSON.stringify({ ...desired, spec: { ...(desired["spec"] as object), clusterIP: "10.0.77.77" } })); },
    expected: ["added /spec/clusterIP by kubectl-create/Update (exact)"],
  },
];

describe.skipIf(data === null)("what somebody changed, on a real API server", () => {
  const plane = connectControlPlane(data ?? ({} as ControlPlaneData));
  const reader = new Reader(plane);
  afterAll(async () => {
    if (data !== null) await plane.request("DELETE", `/api/v1/namespaces/${NAMESPACE}`);
    plane.close();
  });
  beforeAll(async () => {
    await installCrds(plane);
    await plane.request("POST", "/api/v1/namespaces", { metadata: { name: NAMESPACE } });
  });

  /** Changes are found as expected, and the patch that puts the object back is accepted by jsonpatch and by the server, and nothing is left. */
  async function findsAndReverts(desired: KubeObject, expected: string[]): Promise<void> {
    const found = await reader.compare(desired);
    expect(lines(found)).toEqual(expected);
    const patch = revertPatch(desired, found.live, found.changes, types)!;
    expect((await reader.compare(desired)).changes.length).toBeGreaterThan(0);
    expect(() => jsonpatch.apply_patch(structuredClone(found.live), structuredClone(patch))).not.toThrow();
    await reader.patch(desired, "break-glass", patch);
    expect(lines(await reader.compare(desired))).toEqual([]);
  }

  test.each(ROGUES)("$name", async ({ desired, act, expected }) => {
    await reader.apply(desired);
    expect(lines(await reader.compare(desired))).toEqual([]);
    await act(reader, desired);
    await findsAndReverts(desired, expected);
  });

  test("kubectl edit", async () => {
    const desired = deployment("edit");
    await reader.apply(desired);
    process.env["KUBE_EDITOR"] = "sed -i -e s/web:1.2/web:6.6/";
    try {
      await plane.kubectl(["-n", NAMESPACE, "edit", "deployment/edit"]);
    } finally {
      delete process.env["KUBE_EDITOR"];
    }
    await findsAndReverts(desired, [`changed ${WEB}/image by kubectl-edit/Update (exact)`]);
  });

  test("a field that git no longer declares, and its applier still owns", async () => {
    const before = deployment("stale", { replicas: 2, minReadySeconds: 5 });
    await reader.apply(before);
    const found = await reader.compare(deployment("stale"));
    expect(lines(found)).toEqual(["added /spec/minReadySeconds by argocd-controller/Apply (exact)"]);
    expect(found.changes[0]!.note).toContain("stale-owned");
  });

  test("a field that a client-side apply left behind", async () => {
    await plane.kubectl(["apply", "-f", "-"], JSON.stringify(deployment("stuck", { replicas: 2, minReadySeconds: 5 })));
    await reader.apply(deployment("stuck"));
    const found = await reader.compare(deployment("stuck"));
    expect(lines(found)).toEqual(["added /spec/minReadySeconds by kubectl-client-side-apply/Update (exact)"]);
    expect(found.changes[0]!.note).toContain("stuck-csa");
  });

  describe("replicas under an autoscaler", () => {
    const autoscaler = (target: string): KubeObject => object("autoscaling/v2", "HorizontalPodAutoscaler", target, {
      spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: target }, minReplicas: 3, maxReplicas: 6, metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } }] },
    });
    const CASES: [string, KubeObject][] = [["that git declares", deployment("hpa-said", { replicas: 2 })], ["that git leaves out", deployment("hpa-silent", {})]];
    /** A controller raises what is below the minimum without any metrics. */
    beforeAll(async () => {
      for (const [, desired] of CASES) { await reader.apply(desired); await reader.apply(autoscaler(desired.metadata.name)); }
      for (const [, desired] of CASES) {
        await vi.waitFor(async () => {
          expect(valueAt(await reader.live(desired), ["spec", "replicas"])).toBe(3);
          expect(valueAt(await reader.live(autoscaler(desired.metadata.name)), ["status", "desiredReplicas"])).toBe(3);
        }, { timeout: 60_000, interval: 500 });
      }
    });

    test.each(CASES)("%s: the autoscaler's number is no drift, without the autoscaler it is, and a person's is", async (_, desired) => {
      const live = await reader.live(autoscaler(desired.metadata.name));
      expect((await reader.compare(desired, { autoscalers: [live] })).changes).toEqual([]);
      expect((await reader.compare(desired)).changes.map(({ kind, pointer }) => `${kind} ${pointer}`)).toEqual(["changed /spec/replicas"]);
      await plane.kubectl(["-n", NAMESPACE, "scale", `deployment/${desired.metadata.name}`, "--replicas=5"]);
      const found = await reader.compare(desired, { autoscalers: [live] });
      expect(found.changes.map(({ kind, pointer, live: value }) => `${kind} ${pointer} ${String(value)}`)).toEqual(["changed /spec/replicas 5"]);
      expect(found.changes[0]!.note).toContain("an autoscaler scales this object");
    });
  });
});
