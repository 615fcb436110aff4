/** Controllers go on working in a locked namespace, and the table of them is Kubernetes' own. */
import { describe, expect, test } from "vitest";
import { CONTROLLERS } from "../../../src/layers/resources/admission/kube.ts";
import type { Manifest } from "../../../src/layers/layer.ts";
import { TENANT_LABEL } from "../../../src/model/names.ts";
import { podSpec } from "./lock-cases.ts";
import { account, ADMIN, applier, apply, BREAK_GLASS, eventually, type Identity, must, type Plane, refusedBy, urlOf } from "./plane.ts";

const object = (apiVersion: string, kind: string, name: string, namespace: string, fields: object = {}): Manifest => ({ apiVersion, kind, metadata: { name, namespace }, ...fields });
const items = async (plane: Plane, path: string): Promise<{ metadata: { name: string; ownerReferences?: { kind: string }[] }; spec?: unknown; status?: Record<string, unknown> }[]> => (await plane.send(ADMIN, "GET", path)).body.items ?? [];

export function workSuite(plane: () => Plane): void {
  describe("controllers in a locked namespace", () => {
    test("a namespace of the walls' applier gets its account and certificate, workloads run, and all of it goes with the namespace", async () => {
      const ns = "tenant-working";
      const content = applier("content-working");
      await must(plane(), { apiVersion: "v1", kind: "Namespace", metadata: { name: ns, labels: { [TENANT_LABEL]: "working", "pod-security.kubernetes.io/enforce": "restricted" } } }, applier("walls"));
      await eventually("default account", async () => (await plane().send(ADMIN, "GET", `/api/v1/namespaces/${ns}/serviceaccounts/default`)).status === 200);
      await eventually("root certificate", async () => (await plane().send(ADMIN, "GET", `/api/v1/namespaces/${ns}/configmaps/kube-root-ca.crt`)).status === 200);
      const labels = { app: "api" };
      const template = { metadata: { labels }, spec: podSpec };
      const workloads: Manifest[] = [
        object("apps/v1", "Deployment", "api", ns, { spec: { replicas: 2, selector: { matchLabels: labels }, template } }),
        object("v1", "Service", "api", ns, { spec: { selector: labels, ports: [{ port: 80 }] } }),
        object("batch/v1", "Job", "once", ns, { spec: { template: { spec: { ...podSpec, restartPolicy: "Never" } } } }),
        object("batch/v1", "CronJob", "often", ns, { spec: { schedule: "*/1 * * * *", jobTemplate: { spec: { template: { spec: { ...podSpec, restartPolicy: "Never" } } } } } }),
        object("apps/v1", "StatefulSet", "store", ns, { spec: { serviceName: "store", replicas: 1, selector: { matchLabels: { app: "store" } }, template: { metadata: { labels: { app: "store" } }, spec: podSpec }, volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } }] } }),
        object("apps/v1", "DaemonSet", "agent", ns, { spec: { selector: { matchLabels: { app: "agent" } }, template: { metadata: { labels: { app: "agent" } }, spec: podSpec } } }),
        object("policy/v1", "PodDisruptionBudget", "api", ns, { spec: { minAvailable: 1, selector: { matchLabels: labels } } }),
      ];
      // Content holds no DaemonSet, but somebody in an emergency may make one, and its controller works.
      for (const manifest of workloads) await must(plane(), manifest, manifest.kind === "DaemonSet" ? BREAK_GLASS : content);
      await eventually("pods of the deployment", async () => (await items(plane(), `/api/v1/namespaces/${ns}/pods?labelSelector=app%3Dapi`)).length === 2);
      await eventually("pod of the job", async () => (await items(plane(), `/api/v1/namespaces/${ns}/pods?labelSelector=job-name%3Donce`)).length === 1);
      await eventually("pod and claim of the stateful set", async () => (await items(plane(), `/api/v1/namespaces/${ns}/pods?labelSelector=app%3Dstore`)).length === 1 && (await items(plane(), `/api/v1/namespaces/${ns}/persistentvolumeclaims`)).length === 1);
      await eventually("revisions", async () => (await items(plane(), `/apis/apps/v1/namespaces/${ns}/controllerrevisions`)).length === 2);
      await eventually("slices", async () => (await items(plane(), `/apis/discovery.k8s.io/v1/namespaces/${ns}/endpointslices`)).length >= 1);
      await eventually("budget's status", async () => (await plane().send(ADMIN, "GET", urlOf(workloads[6] as Manifest))).body.status?.expectedPods === 2);
      const deployment = workloads[0] as Manifest;
      await eventually("deployment's status and revision", async () => {
        const { body } = await plane().send(ADMIN, "GET", urlOf(deployment));
        return body.status?.observedGeneration === body.metadata.generation && body.metadata.annotations?.["deployment.kubernetes.io/revision"] === "1";
      });
      await must(plane(), { ...deployment, spec: { replicas: 1, selector: { matchLabels: labels }, template } }, content);
      await eventually("one pod fewer", async () => (await items(plane(), `/api/v1/namespaces/${ns}/pods?labelSelector=app%3Dapi`)).length === 1);

      expect(refusedBy(await plane().send(ADMIN, "DELETE", urlOf(deployment)))).toBe("only-gitops");
      expect((await plane().send(content, "DELETE", `${urlOf(deployment)}?propagationPolicy=Foreground`)).status).toBe(200);
      await eventually("garbage collection", async () => (await plane().send(ADMIN, "GET", urlOf(deployment))).status === 404 && (await items(plane(), `/api/v1/namespaces/${ns}/pods?labelSelector=app%3Dapi`)).length === 0);
      expect(refusedBy(await plane().send(ADMIN, "DELETE", `/api/v1/namespaces/${ns}`))).toBe("only-gitops-cluster");
      expect((await plane().send(applier("walls"), "DELETE", `/api/v1/namespaces/${ns}`)).status).toBe(200);
      await eventually("the namespace gone", async () => (await plane().send(ADMIN, "GET", `/api/v1/namespaces/${ns}`)).status === 404);
    }, 120_000);

    test("quotas are charged and PodSecurity, NodePort and load balancer are refused", async () => {
      const ns = "tenant-acme";
      const quota = (name: string) => plane().send(ADMIN, "GET", `/api/v1/namespaces/${ns}/resourcequotas/${name}`);
      await must(plane(), object("v1", "ConfigMap", "counted", ns), applier("content-acme"));
      await eventually("the charge", async () => Number((await quota("objects")).body.status.used["count/configmaps"]) >= 2);
      for (const type of ["NodePort", "LoadBalancer"]) {
        const response = await apply(plane(), object("v1", "Service", "door", ns, { spec: { type, selector: { app: "x" }, ports: [{ port: 80 }] } }), applier("content-acme"), true);
        expect(response.body.message).toMatch(/exceeded quota: objects/);
      }
      const privileged = object("v1", "Pod", "root", ns, { spec: { containers: [{ name: "x", image: "x", securityContext: { privileged: true } }] } });
      expect((await apply(plane(), privileged, BREAK_GLASS, true)).body.message).toMatch(/violates PodSecurity "restricted:v1\.33"/);
      const urgent = object("v1", "Pod", "urgent", ns, { spec: { ...podSpec, priorityClassName: "system-node-critical" } });
      expect((await apply(plane(), urgent, BREAK_GLASS, true)).body.message).toMatch(/exceeded quota: system-priority/);
    });
  });

  describe("the table of controllers", () => {
    interface Rule { apiGroups?: string[]; resources?: string[]; verbs: string[] }
    const OPERATIONS: Record<string, string> = { create: "CREATE", update: "UPDATE", patch: "UPDATE", delete: "DELETE", deletecollection: "DELETE" };
    test("is what kube-controller-manager's own roles allow, of namespaced kinds", async () => {
      const roles = await items(plane(), "/apis/rbac.authorization.k8s.io/v1/clusterroles") as unknown as { metadata: { name: string }; rules: Rule[] | null }[];
      const cluster = new Set(["nodes", "nodes/status", "persistentvolumes", "persistentvolumes/status", "namespaces", "namespaces/finalize", "namespaces/status", "volumeattachments", "certificatesigningrequests", "certificatesigningrequests/approval", "certificatesigningrequests/status", "subjectaccessreviews", "clusterroles", "servicecidrs", "servicecidrs/status", "validatingadmissionpolicies/status", "volumeattributesclasses"]);
      const theirs = new Set<string>();
      for (const role of roles) {
        const name = /^system:controller:(.*)$/.exec(role.metadata.name)?.[1];
        if (!name) continue;
        for (const { apiGroups = [], resources = [], verbs } of role.rules ?? []) for (const group of apiGroups) for (const resource of resources) for (const verb of verbs) {
          const operation = OPERATIONS[verb];
          // `finalizers` are a permission, not a request; `extensions` serves no workload any more.
          if (operation && !cluster.has(resource) && resource !== "events" && !resource.endsWith("/finalizers") && group !== "extensions") theirs.add(`${name} ${group}/${resource} ${operation}`);
        }
      }
      const ours = new Set(Object.entries(CONTROLLERS).flatMap(([name, grants]) => grants.flatMap(({ group, resources, operations }) => resources.flatMap((resource) => operations.map((operation) => `${name} ${group}/${resource} ${operation}`)))));
      // What we leave out: nothing has needed it, or it is the cloud's.
      expect([...theirs].filter((entry) => !ours.has(entry)).toSorted()).toEqual(LEFT_OUT);
      expect([...ours].filter((entry) => !theirs.has(entry)).toSorted()).toEqual([]);
      expect(ours.size).toBeGreaterThan(70);
    });
  });

  describe("Argo CD's objects and the appliers' namespace", () => {
    const application = object("argoproj.io/v1alpha1", "Application", "content-acme", "argocd", { spec: { project: "tenant-acme", destination: { namespace: "tenant-acme" }, source: { repoURL: "https://git.example/x", path: "x" } } });
    const project = object("argoproj.io/v1alpha1", "AppProject", "tenant-acme", "argocd", { spec: {} });
    const argocd = (name: string): Identity => account("argocd", name);
    const patch = (body: unknown, manifest = application) => ({ method: "PATCH", path: `${urlOf(manifest)}?dryRun=All`, body });
    const create = (manifest: Manifest) => ({ method: "POST", path: `${urlOf(manifest, true)}?dryRun=All`, body: { ...manifest, metadata: { ...manifest.metadata, name: "new" } } });
    const inAppliers = (kind: string, fields: object = {}, apiVersion = "v1"): Manifest => object(apiVersion, kind, "x", "bulkhead-appliers", fields);
    const token = { method: "POST", path: "/api/v1/namespaces/bulkhead-appliers/serviceaccounts/walls/token", body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { audiences: [] } } };
    test.each<[string, Identity, { method: string; path: string; body?: unknown }, string | undefined]>([
      ["ApplicationSet controller makes an Application", argocd("argocd-applicationset-controller"), create(application), undefined],
      ["application controller writes status", argocd("argocd-application-controller"), patch({ status: { reconciledAt: "2026-01-01T00:00:00Z" } }), undefined],
      ["server starts a sync", argocd("argocd-server"), patch({ operation: { sync: {} } }), undefined],
      ["walls' applier makes a project", applier("walls"), create(project), undefined], ["break-glass bootstraps", BREAK_GLASS, create(application), undefined],
      ["admin changes an Application's project", ADMIN, patch({ spec: { project: "default" } }), "only-gitops-argocd"], ["server changes a spec", argocd("argocd-server"), patch({ spec: { project: "default" } }), "only-gitops-argocd"],
      ["application controller changes a spec", argocd("argocd-application-controller"), patch({ spec: { project: "default" } }), "only-gitops-argocd"], ["walls' applier makes an Application", applier("walls"), create(application), "only-gitops-argocd"],
      ["content applier makes a project", applier("content-acme"), create(project), "only-gitops-argocd"], ["admin deletes a project", ADMIN, { method: "DELETE", path: `${urlOf(project)}?dryRun=All` }, "only-gitops-argocd"],
      ["walls' applier makes an account", applier("walls"), create(inAppliers("ServiceAccount")), undefined], ["admin asks for an applier's token", ADMIN, token, "only-gitops-appliers"], ["walls' applier asks for a token", applier("walls"), token, "only-gitops-appliers"],
      ["admin makes a token Secret", ADMIN, { method: "POST", path: "/api/v1/namespaces/bulkhead-appliers/secrets?dryRun=All", body: { ...inAppliers("Secret", { type: "kubernetes.io/service-account-token" }), metadata: { name: "x", namespace: "bulkhead-appliers", annotations: { "kubernetes.io/service-account.name": "walls" } } } }, "only-gitops-appliers"], ["admin makes a Pod", ADMIN, create(inAppliers("Pod", { spec: podSpec })), "only-gitops-appliers"], ["admin binds a role", ADMIN, create(inAppliers("RoleBinding", { roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" }, subjects: [] }, "rbac.authorization.k8s.io/v1")), "only-gitops-appliers"],
    ])("%s", async (_name, as, { method, path, body }, refused) => {
      await must(plane(), project);
      await must(plane(), application);
      await must(plane(), { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "walls", namespace: "bulkhead-appliers" } });
      const response = await plane().send(as, method, path, body);
      expect([refusedBy(response), refused ? true : response.status < 300, response.body?.message && !refused ? response.body.message : ""]).toEqual([refused, true, ""]);
    });
    test("a pod in the appliers' namespace is refused by quota, even for break-glass", async () => {
      const response = await apply(plane(), inAppliers("Pod", { spec: podSpec }), BREAK_GLASS, true);
      expect(response.body.message).toMatch(/exceeded quota: no-pods/);
    });
  });
}
const LEFT_OUT = ["service-controller /services/status UPDATE"];
