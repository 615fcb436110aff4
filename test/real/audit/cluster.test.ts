/** The rendered auditor on a real API server with its controllers: what they make of it, and what its account may ask. */
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import type { Manifest } from "../../../src/layers/layer.ts";
import { platformNamespaceManifest } from "../../../src/layers/resources/namespace.ts";
import { auditorRules } from "../../../src/model/auditor.ts";
import { parseCron } from "../../../src/model/cron.ts";
import { NAMESPACES } from "../../../src/model/names.ts";
import { one, type Rendered, rendered } from "../../layers/audit/fixture.ts";
import { operatorCrds } from "../../support/crds.ts";
import { NO_SCHEDULES, SCHEDULES } from "../../support/schedules.ts";
import { Applier, installCrds } from "../fleet/applier.ts";
import { type ApiResponse, type ControlPlane, startControlPlane } from "../provision/index.ts";

const NAMESPACE = NAMESPACES.audit;
const AUDITOR = { user: `system:serviceaccount:${NAMESPACE}:auditor`, groups: ["system:serviceaccounts", `system:serviceaccounts:${NAMESPACE}`, "system:authenticated"] };
const SHARDS = 3;
const objects = rendered({ shards: SHARDS });
const template = (name: string): any => one(objects, "CronJob", name).spec.jobTemplate.spec.template;

describe.skipIf(inject("controlPlane") === null)("the auditor in a cluster", () => {
  let server: ControlPlane;
  let applier: Applier;
  const get = async (path: string): Promise<any> => (await server.request("GET", path)).body;
  const items = async (path: string): Promise<any[]> => (await get(path)).items ?? [];
  const as = (method: string, path: string, body?: object): Promise<ApiResponse> => server.request(method, path, body, { impersonate: AUDITOR });
  const apply = async (manifest: Manifest, more = ""): Promise<ApiResponse> =>
    server.request("PATCH", `${await applier.url(manifest)}?fieldManager=argocd-controller&fieldValidation=Strict&force=true${more}`, JSON.stringify(manifest), { contentType: "application/apply-patch+yaml" });
  const must = async (manifest: Manifest, more?: string): Promise<void> => {
    const { status, body, warnings } = await apply(manifest, more);
    expect([manifest.kind, manifest.metadata.name, status < 300 ? "" : body.message, warnings]).toEqual([manifest.kind, manifest.metadata.name, "", []]);
  };
  const all = async (from: readonly Rendered[], more?: string): Promise<void> => { for (const { manifest } of from) await must(manifest, more); };

  beforeAll(async () => {
    server = await startControlPlane();
    applier = new Applier(server);
    await installCrds(server, operatorCrds().filter((crd) => ["externalsecrets.external-secrets.io", "servicemonitors.monitoring.coreos.com"].includes(crd.metadata.name)));
    await must(platformNamespaceManifest({ name: NAMESPACE, pods: true, egress: [] }, "test", "v1.33"));
    await vi.waitUntil(async () => (await server.request("GET", `/api/v1/namespaces/${NAMESPACE}/configmaps/kube-root-ca.crt`)).status === 200, { timeout: 30_000 });
  });
  afterAll(() => server?.stop());

  test("is taken strictly, without a warning, by whatever way it reaches things", async () => {
    await all(objects);
    const near = { endpoint: "http://rgw.rook-ceph.svc:8080", name: "audit", podLabels: { app: "rgw" } };
    await all(rendered({ bucket: near, git: { repository: "ssh://git@gitea.git.svc:2222/a.git", podLabels: { app: "gitea" } }, alertmanagers: ["https://alerts.example"], probe: true, schedule: "@hourly", shards: 1000 }, { apiServerCidrs: ["192.0.2.0/28", "2001:db8::/64"], serviceCidrs: ["fd00:96::/112", "10.96.0.0/16"] }), "&dryRun=All");
  });

  test("both CronJobs make Jobs of one run, and all pods that these want; Pod Security refuses none", async () => {
    // The controller fires when a minute begins.
    for (const name of ["audit", "audit-merge"]) {
      const manifest = structuredClone(one(objects, "CronJob", name));
      manifest.spec.schedule = "* * * * *";
      await must(manifest);
    }
    const runs = async (name: string) => new Set((await items(`/apis/batch/v1/namespaces/${NAMESPACE}/jobs`)).map((job) => new RegExp(`^${name}-([0-9]+)$`).exec(job.metadata.name)?.[1]).filter((run) => run !== undefined));
    let run = "";
    await expect.poll(async () => {
      const [shards, merges] = [await runs("audit"), await runs("audit-merge")];
      run = [...shards].find((number) => merges.has(number)) ?? "";
      return run;
    }, { timeout: 130_000, interval: 500 }).not.toBe("");
    for (const name of ["audit", "audit-merge"]) await must(one(objects, "CronJob", name));

    const podsOf = (job: string) => items(`/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=batch.kubernetes.io%2Fjob-name%3D${job}`);
    await expect.poll(async () => (await podsOf(`audit-${run}`)).length, { timeout: 30_000 }).toBe(SHARDS);
    await expect.poll(async () => (await podsOf(`audit-merge-${run}`)).length, { timeout: 30_000 }).toBe(1);
    const shards = await podsOf(`audit-${run}`);
    expect(shards.map((pod) => pod.metadata.annotations["batch.kubernetes.io/job-completion-index"]).sort()).toEqual(["0", "1", "2"]);
    for (const pod of shards) {
      for (const step of [...pod.spec.initContainers, ...pod.spec.containers]) expect(step.env.map((e: { name: string }) => e.name)).toContain("JOB_COMPLETION_INDEX");
      // The service account's admission plugin adds no token of its own to what is mounted.
      expect(pod.spec.volumes.map((volume: { name: string }) => volume.name).sort()).toEqual(["audit-bucket-write", "audit-git", "scratch", "tmp", "token"]);
    }
    const { spec } = await get(`/apis/batch/v1/namespaces/${NAMESPACE}/jobs/audit-${run}`);
    expect(spec).toMatchObject({ completionMode: "Indexed", completions: SHARDS, parallelism: SHARDS, backoffLimitPerIndex: 1, activeDeadlineSeconds: 600 });
    expect(JSON.stringify(await items(`/api/v1/namespaces/${NAMESPACE}/events`))).not.toMatch(/FailedCreate|PodSecurity/);
  }, 240_000);

  test.each<[string, (spec: any) => void]>([
    ["seccomp", (spec) => { delete spec.containers[0].securityContext.seccompProfile; }],
    ["dropped capabilities", (spec) => { delete spec.initContainers[0].securityContext.capabilities; }],
    ["no escalation", (spec) => { delete spec.initContainers[1].securityContext.allowPrivilegeEscalation; }],
    ["a user that is not root", (spec) => { spec.containers[0].securityContext.runAsNonRoot = false; }],
    ["its own network", (spec) => { spec.hostNetwork = true; }],
    ["no folder of the node", (spec) => { spec.volumes.push({ name: "host", hostPath: { path: "/" } }); }],
  ])("Pod Security would refuse a shard without %s", async (_, change) => {
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "shard", namespace: NAMESPACE, labels: template("audit").metadata.labels }, spec: structuredClone(template("audit").spec) };
    const post = (body: object) => server.request("POST", `/api/v1/namespaces/${NAMESPACE}/pods?dryRun=All&fieldValidation=Strict`, body);
    expect((await post(pod)).status).toBe(201);
    change(pod.spec);
    const { status, body } = await post(pod);
    expect([status, body.message]).toEqual([403, expect.stringContaining("violates PodSecurity \"restricted")]);
  });

  test("its account reads what its role says, and writes, watches and sees nothing else", async () => {
    const served = new Set<string>();
    for (const { apiGroups: [group = ""], resources } of auditorRules()) {
      const base = group === "" ? "/api/v1" : `/apis/${group}/${(await get(`/apis/${group}`)).preferredVersion?.version}`;
      const { resources: known = [] } = await get(base);
      for (const resource of resources) {
        if (!known.some((k: { name: string }) => k.name === resource)) continue;
        served.add(`${group}/${resource}`);
        expect([resource, (await as("GET", `${base}/${resource}?limit=1`)).status]).toEqual([resource, 200]);
        expect([resource, (await as("GET", `${base}/${resource}?watch=true&timeoutSeconds=1`)).status]).toEqual([resource, 403]);
      }
    }
    expect(served.size).toBeGreaterThan(35);
    const refused: [string, string, object?][] = [
      ["GET", "/api/v1/secrets"], ["GET", `/api/v1/namespaces/${NAMESPACE}/secrets/audit-git`], ["GET", "/api/v1/nodes"], ["GET", `/api/v1/namespaces/${NAMESPACE}/pods/x/log`],
      ["POST", `/api/v1/namespaces/${NAMESPACE}/configmaps`, { metadata: { name: "x" } }], ["DELETE", `/apis/batch/v1/namespaces/${NAMESPACE}/cronjobs/audit`],
      ["PATCH", `/apis/batch/v1/namespaces/${NAMESPACE}/cronjobs/audit?dryRun=All`, {}], ["POST", `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/auditor/token`, { spec: {} }],
    ];
    for (const [method, path, body] of refused) {
      const answer = method === "PATCH" ? await server.request(method, path, JSON.stringify(body), { impersonate: AUDITOR, contentType: "application/merge-patch+json" }) : await as(method, path, body);
      expect([method, path, answer.status]).toEqual([method, path, 403]);
    }
  });

  test("asking the authorizer about others needs the second role, which is bound only when probes are wanted", async () => {
    const ask = () => as("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", { spec: { user: "somebody", resourceAttributes: { verb: "get", resource: "pods" } } });
    expect((await ask()).status).toBe(403);
    await must(one(rendered({ probe: true }), "ClusterRoleBinding", "bulkhead-auditor-probe"));
    await expect.poll(async () => (await ask()).status).toBe(201);
  });

  const cronJob = (schedule: string) => server.request("POST", `/apis/batch/v1/namespaces/${NAMESPACE}/cronjobs?dryRun=All`, { metadata: { name: "x" }, spec: { schedule, jobTemplate: one(objects, "CronJob", "audit").spec.jobTemplate } });
  test("what is taken for a schedule here is one there, and what is none there is none here", async () => {
    for (const [schedule] of SCHEDULES) expect([schedule, parseCron(schedule) !== undefined, (await cronJob(schedule)).status]).toEqual([schedule, true, 201]);
    for (const schedule of NO_SCHEDULES) expect([schedule, parseCron(schedule) !== undefined, (await cronJob(schedule)).status]).toEqual([schedule, false, 422]);
  });
});
