import { describe, expect, test } from "vitest";
import { auditLayer } from "../../../src/layers/audit/index.ts";
import { allowDns, denyAll } from "../../../src/layers/resources/network.ts";
import { platformRules } from "../../../src/layers/gitops/rules.ts";
import { platformResources } from "../../../src/layers/resources/state.ts";
import { platformState } from "../../../src/layers/observability/state.ts";
import { AUDIT_SILENCE, MERGE_SECONDS } from "../../../src/model/audit.ts";
import { auditorRules } from "../../../src/model/auditor.ts";
import { permits, PLATFORM_KINDS } from "../../../src/model/kinds.ts";
import { NAMESPACES } from "../../../src/model/names.ts";
import { PROBE_RULES } from "../../../src/model/probe.ts";
import { AUDIT, one, rendered, resolved } from "./fixture.ts";

const objects = rendered({ shards: 3, deadline: "8m" });
const group = (apiVersion: string): string => (apiVersion.includes("/") ? apiVersion.split("/")[0]! : "");
const cron = (name: string, from = objects) => one(from, "CronJob", name).spec;
const pod = (name: string, from = objects) => cron(name, from).jobTemplate.spec.template.spec;
const containers = (name: string, from = objects): any[] => [...(pod(name, from).initContainers ?? []), ...pod(name, from).containers];
const pods = [pod("audit"), pod("audit-merge"), one(objects, "Deployment", "audit-metrics").spec.template.spec];
const all = pods.flatMap((spec) => [...(spec.initContainers ?? []), ...spec.containers]);
const mounts = (name: string) => Object.fromEntries(containers(name).map((c) => [c.name, c.volumeMounts.filter((m: any) => !["scratch", "tmp"].includes(m.name)).map((m: any) => m.name)]));

describe("what is rendered", () => {
  test("is the platform's, in its own namespace or cluster-wide, of kinds that the platform's project allows", () => {
    for (const { manifest: { apiVersion, kind, metadata }, placement } of objects) {
      const known = PLATFORM_KINDS.find((k) => k.group === group(apiVersion) && k.kind === kind);
      expect([kind, permits(PLATFORM_KINDS, group(apiVersion), kind), metadata.namespace]).toEqual([kind, true, known?.cluster ? undefined : NAMESPACES.audit]);
      expect(placement).toMatchObject({ area: { platform: "audit" }, layer: "audit", owner: "sre", source: { file: "tenants/platform.ts", path: "audit.inCluster" } });
    }
  });
  test("is what audits go by and no auditor where platform.ts says none; the dead-man alert is there all the same", () => {
    const { platform } = resolved(undefined);
    expect(auditLayer.platformState!({ platform: platform!, cluster: "eu", sharedTables: [] })).toEqual({ policy: expect.objectContaining({ name: "policy.json" }) });
    const alerts = platformState({ platform: platform!, cluster: "eu", sharedTables: [] }).rules.groups[0]!.rules;
    expect(alerts.find((rule) => rule.alert === "BulkheadAuditMissing")?.expr).toBe(`absent(bulkhead_audit_last_success_timestamp_seconds{namespace="${NAMESPACES.audit}",cluster="eu"})`);
  });
  test("walls and rights come before pods", () => {
    const wave = (kinds: string[]) => objects.filter((o) => kinds.includes(o.manifest.kind)).map((o) => o.placement.wave);
    expect(Math.max(...wave(["ServiceAccount", "ClusterRole", "ClusterRoleBinding", "NetworkPolicy"]))).toBeLessThan(Math.min(...wave(["CronJob", "Deployment"])));
  });
  test("is the same every time", () => expect(rendered({ shards: 3, deadline: "8m" })).toEqual(objects));
  test("has no empty list, which the API server would not keep, and no label of cdk8s", () => expect(JSON.stringify(objects)).not.toMatch(/\[\]|\{\}|cdk8s/));
});

describe("the run", () => {
  test("shards are an Indexed Job, and one that fails ends no other", () => {
    expect(cron("audit")).toMatchObject({ schedule: "*/30 * * * *", timeZone: "Etc/UTC", concurrencyPolicy: "Forbid", startingDeadlineSeconds: 60, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 3, suspend: false });
    const { template: _, ...job } = cron("audit").jobTemplate.spec;
    expect(job).toEqual({ completionMode: "Indexed", completions: 3, parallelism: 3, backoffLimitPerIndex: 1, activeDeadlineSeconds: 480 });
    expect(containers("audit").map((c) => [c.name, c.image])).toEqual([["clone", AUDIT.image], ["audit", AUDIT.image], ["deliver", expect.stringContaining("curl:")]]);
    expect(containers("audit")[1].command[2]).toContain('bulkhead audit --cluster "$CLUSTER" --ref HEAD --in-cluster --shard "$JOB_COMPLETION_INDEX/$SHARDS"');
  });
  test("the merge is a second Job of the same schedule, and outlasts the shards", () => {
    expect(cron("audit-merge")).toMatchObject({ schedule: cron("audit").schedule, timeZone: "Etc/UTC", concurrencyPolicy: "Forbid" });
    const { template: _, ...job } = cron("audit-merge").jobTemplate.spec;
    expect(job).toEqual({ activeDeadlineSeconds: 480 + MERGE_SECONDS, backoffLimit: 2 });
    const [fetch, merge] = containers("audit-merge");
    expect(fetch.env).toEqual(expect.arrayContaining([{ name: "WAIT", value: "480" }, { name: "SHARDS", value: "3" }]));
    expect(merge.env).toEqual(expect.arrayContaining([{ name: "ALERTMANAGERS", value: AUDIT.alertmanagers.map((url) => url.replace(/\/$/, "")).join(" ") }, { name: "INTERVAL", value: "1800s" }]));
  });
  test("both read the run's number from their Job's name", () => {
    for (const name of ["audit", "audit-merge"]) {
      const env = containers(name).at(-1).env;
      expect(env).toContainEqual({ name: "JOB_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-name']" } } });
    }
  });
  test.each([["dist", "tenants"], ["a/b/dist", "a/b/tenants"], [".", "tenants"]])("of the tree %s the definitions are in %s", (path, definitions) => {
    const [clone] = containers("audit", rendered({}, {}, { path }));
    expect(clone.env).toEqual(expect.arrayContaining([{ name: "TREE", value: path }, { name: "DEFINITIONS", value: definitions }]));
  });
});

describe("what pods may do", () => {
  test.each(all.map((c) => [c.name, c]))("%s is restricted and has nothing to write to but volumes", (_, c) => {
    expect(c.securityContext).toEqual({
      allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, privileged: false, readOnlyRootFilesystem: true, runAsNonRoot: true,
      runAsUser: expect.any(Number), runAsGroup: expect.any(Number), seccompProfile: { type: "RuntimeDefault" },
    });
    for (const kind of ["requests", "limits"]) expect(Object.keys(c.resources[kind]).sort()).toEqual(["cpu", "memory"]);
    for (const mount of c.volumeMounts) if (!["scratch", "tmp", "data"].includes(mount.name)) expect([mount.name, mount.readOnly]).toEqual([mount.name, true]);
    expect(c.image).toMatch(/:[^:]*[0-9]/);
  });
  test("no pod mounts a token by itself, and only the step that reads the cluster has one", () => {
    for (const spec of pods) expect([spec.automountServiceAccountToken, spec.hostNetwork]).toEqual([false, false]);
    expect(pods.map((spec) => spec.serviceAccountName)).toEqual(["auditor", undefined, undefined]);
    expect(all.filter((c) => JSON.stringify(c.volumeMounts).includes("serviceaccount")).map((c) => c.name)).toEqual(["audit"]);
    expect(pod("audit").volumes.find((v: any) => v.name === "token").projected.sources).toEqual([
      { serviceAccountToken: { path: "token", expirationSeconds: 600 } }, { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      { downwardAPI: { items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }] } },
    ]);
    expect(one(objects, "ServiceAccount", "auditor").automountServiceAccountToken).toBe(false);
  });
  test("each step has the credentials it needs and no other", () => {
    expect(mounts("audit")).toEqual({ clone: ["audit-git"], audit: ["audit-git", "token"], deliver: ["audit-bucket-write"] });
    expect(mounts("audit-merge")).toEqual({ fetch: ["audit-bucket-merge"], merge: [], publish: ["audit-bucket-merge"] });
    expect(JSON.stringify(all.map((c) => c.env ?? []))).not.toContain("secretKeyRef");
  });
});

describe("credentials", () => {
  const data = (from: typeof objects) => Object.fromEntries(from.filter((o) => o.manifest.kind === "ExternalSecret").map((o: any) => [o.manifest.metadata.name, o.manifest.spec.data.map((d: any) => `${d.remoteRef.key}#${d.remoteRef.property}`)]));
  const pair = (key: string) => [`${key}#accessKey`, `${key}#secretKey`];
  test("are three, from the platform's own keys", () => expect(data(objects)).toEqual({
    "audit-git": ["platform/audit/git#username", "platform/audit/git#password"], "audit-bucket-write": pair("platform/audit/bucket-write"), "audit-bucket-merge": pair("platform/audit/bucket-merge"),
  }));
  test.each(["git@git.example:platform/bulkhead.git", "ssh://git@git.example:2222/platform/bulkhead.git"])("of %s are a key and the host's", (repository) =>
    expect(data(rendered({}, {}, { repository }))["audit-git"]).toEqual(["platform/audit/git#ssh-privatekey", "platform/audit/git#known_hosts"]));
});

describe("what the auditor may ask the API server", () => {
  const role = (name: string, from = objects) => one(from, "ClusterRole", name).rules;
  test("get and list, of no Secret, nothing by wildcard, no subresource", () => {
    expect(role("bulkhead-auditor")).toEqual(auditorRules());
    for (const rule of auditorRules()) {
      expect(rule.verbs).toEqual(["get", "list"]);
      for (const resource of rule.resources) expect(resource).not.toMatch(/^secrets$|[*/]/);
      expect(rule.apiGroups.join()).not.toContain("*");
    }
  });
  test("the second role, for probes, is bound only where the platform says so", () => {
    const bound = (from: typeof objects) => from.filter((o) => o.manifest.kind === "ClusterRoleBinding").map((o) => [o.manifest.metadata.name, (o.manifest as any).subjects]);
    const account = [{ kind: "ServiceAccount", name: "auditor", namespace: NAMESPACES.audit }];
    expect(role("bulkhead-auditor-probe")).toEqual(PROBE_RULES);
    expect(bound(objects)).toEqual([["bulkhead-auditor", account]]);
    const probing = rendered({ probe: true });
    expect(bound(probing)).toEqual([["bulkhead-auditor", account], ["bulkhead-auditor-probe", account]]);
  });
  test("the platform's applier holds all of it, or the API server would let it write neither role nor binding", () => {
    const more = [{ group: "keda.sh", kind: "ScaledObject", plural: "scaledobjects" }];
    expect(JSON.stringify(role("bulkhead-auditor", rendered({ kinds: more })))).toContain("scaledobjects");
    const held = (group: string, resource: string, verb: string) => platformRules(more).some((rule) => rule.apiGroups.includes(group) && rule.resources.includes(resource) && rule.verbs.includes(verb));
    for (const { apiGroups, resources, verbs } of [...auditorRules(more), ...PROBE_RULES]) for (const g of apiGroups) for (const r of resources) for (const v of verbs) expect([g, r, v, held(g, r, v)]).toEqual([g, r, v, true]);
  });
});

describe("the network", () => {
  const policy = (name: string, from = objects) => one(from, "NetworkPolicy", name).spec;
  /** Where a policy lets its pods go, and on which ports. */
  const ways = (name: string, from = objects): string[] => policy(name, from).egress.flatMap((rule: any) => rule.to.map((to: any) =>
    `${to.ipBlock ? `${to.ipBlock.cidr}${to.ipBlock.except ? `-${to.ipBlock.except.join("-")}` : ""}` : `${Object.values(to.namespaceSelector.matchLabels).join()}/${Object.values(to.podSelector.matchLabels).join()}`} ${(rule.ports ?? []).map((p: any) => p.port).join()}`));
  const outside = ["0.0.0.0/0-169.254.169.254/32-10.32.0.0/14-10.96.0.0/16", "::/0-fd00:ec2::254/128-fd00:32::/56"];
  const on = (ports: string) => outside.map((block) => `${block} ${ports}`);
  const ALERTMANAGER = "monitoring/alertmanager ";
  const METRICS = "bulkhead-audit/metrics,bulkhead-audit 9091";

  test("is closed both ways for the whole namespace, but for names", () => {
    const { platform } = resolved(AUDIT);
    expect(platformResources({ platform: platform!, cluster: "eu", sharedTables: [] })!.namespaces).toContainEqual({ name: NAMESPACES.audit, pods: true, egress: [] });
    expect(denyAll(NAMESPACES.audit).spec).toEqual({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    expect(allowDns(NAMESPACES.audit).spec).toMatchObject({ podSelector: {}, policyTypes: ["Egress"] });
    for (const part of ["shard", "merge", "metrics"]) expect(policy(`audit-${part}`)).toMatchObject({ policyTypes: ["Egress", "Ingress"], podSelector: { matchLabels: { "app.kubernetes.io/component": part } } });
  });
  test.each<[string, Parameters<typeof rendered>, string[]]>([
    ["nothing said", [], ["10.96.0.1/32 443,6443,8443", ...on("443,6443,8443"), ...on("443")]],
    ["addresses given", [{ bucket: { ...AUDIT.bucket, cidrs: ["203.0.113.7/32"] }, git: { cidrs: ["FD01::/64"] } }, { apiServerCidrs: ["192.0.2.0/28"] }], ["10.96.0.1/32 443,6443,8443", "192.0.2.0/28 443,6443,8443", "fd01::/64 443", "203.0.113.7/32 443"]],
    ["bucket and git in the cluster", [{ bucket: { endpoint: "http://rgw.rook-ceph.svc:8080", name: "audit", podLabels: { app: "rgw" } }, git: { repository: "ssh://git@gitea.git.svc.cluster.local:2222/a.git", podLabels: { app: "gitea" } } }, { apiServerCidrs: ["192.0.2.0/28"] }],
      ["10.96.0.1/32 443,6443,8443", "192.0.2.0/28 443,6443,8443", "git/gitea ", "rook-ceph/rgw "]],
    ["a short form of ssh", [{ bucket: { ...AUDIT.bucket, cidrs: ["203.0.113.7/32"] } }, { apiServerCidrs: ["192.0.2.0/28"], serviceCidrs: ["fd00:96::/112"] }, { repository: "git@git.example:a.git" }],
      ["fd00:96::1/128 443,6443,8443", "192.0.2.0/28 443,6443,8443", "0.0.0.0/0-169.254.169.254/32-10.32.0.0/14 22", "::/0-fd00:ec2::254/128-fd00:32::/56-fd00:96::/112 22", "203.0.113.7/32 443"]],
  ])("of shards: API server, git, bucket (%s), then Prometheus, Grafana and Alertmanager", (_, args, expected) => {
    const found = ways("audit-shard", rendered(...args));
    const grafana = on("443").map((way) => (args[1]?.serviceCidrs ? way.replace("-10.96.0.0/16", "").replace("/56 443", "/56-fd00:96::/112 443") : way));
    // Ways to addresses outside are one.
    const watched = ["monitoring/prometheus 9090", ...grafana.filter((way) => !expected.includes(way)), ALERTMANAGER];
    expect(found).toEqual([...expected, ...watched]);
  });
  test.each<[string, Parameters<typeof rendered>, string[]]>([
    ["inside", [], [...on("443"), ALERTMANAGER, METRICS]],
    ["outside", [{ alertmanagers: ["https://alerts-0.example", "https://alerts-1.example:9093"] }], [...on("443"), ...on("9093"), METRICS]],
  ])("of the merge: bucket, Alertmanagers %s, metrics; never the API server", (_, args, expected) => expect(ways("audit-merge", rendered(...args))).toEqual(expected));
  test("to the metrics: Prometheus and the merge; from them: nowhere", () => {
    expect(policy("audit-metrics").egress).toBeUndefined();
    expect(policy("audit-metrics").ingress.map((rule: any) => [rule.from.map((f: any) => [f.namespaceSelector.matchLabels["kubernetes.io/metadata.name"], f.podSelector.matchLabels]), rule.ports])).toEqual([
      [[["monitoring", { "app.kubernetes.io/name": "prometheus" }]], [{ port: 9091, protocol: "TCP" }]],
      [[["bulkhead-audit", { "app.kubernetes.io/name": "bulkhead-audit", "app.kubernetes.io/component": "merge" }]], [{ port: 9091, protocol: "TCP" }]],
    ]);
    for (const part of ["shard", "merge"]) expect(policy(`audit-${part}`).ingress).toBeUndefined();
  });
});

test("metrics: what the merge posts to is what Prometheus scrapes, in the namespace that the rules match", () => {
  const service = one(objects, "Service", "audit-metrics");
  const url = new URL(containers("audit-merge")[2].env.find((e: any) => e.name === "METRICS_URL").value);
  expect([url.hostname, url.port, url.pathname]).toEqual([`${service.metadata.name}.${service.metadata.namespace}.svc`, String(service.spec.ports[0].port), "/metrics/job/bulkhead-audit"]);
  const monitor = one(objects, "ServiceMonitor", "audit-metrics").spec;
  expect([monitor.selector.matchLabels, monitor.endpoints[0].port]).toEqual([service.metadata.labels, service.spec.ports[0].name]);
  expect(service.spec.selector).toEqual(one(objects, "Deployment", "audit-metrics").spec.template.metadata.labels);
});

describe("platform.ts", () => {
  test.each<[string, object, string, string]>([
    ["latest", { image: "registry.example/bulkhead:latest" }, "BH1002", "audit.inCluster.image"], ["no tag", { image: "registry.example:5000/bulkhead" }, "BH1002", "audit.inCluster.image"],
    ["a schedule that is none", { schedule: "often" }, "BH1002", "audit.inCluster.schedule"], ["six fields", { schedule: "0 */30 * * * *" }, "BH1002", "audit.inCluster.schedule"],
    ["no Alertmanager", { alertmanagers: [] }, "BH1002", "audit.inCluster.alertmanagers"], ["no URL", { alertmanagers: ["alertmanager:9093"] }, "BH1002", "audit.inCluster.alertmanagers[0]"],
    ["a key of a tenant", { git: { key: "acme/git" } }, "BH1002", "audit.inCluster.git.key"], ["no shards", { shards: 0 }, "BH1002", "audit.inCluster.shards"], ["a typo", { shard: 2 }, "BH1001", "audit.inCluster.shard"],
    ["a wildcard to read", { kinds: [{ group: "a.example", kind: "A", plural: "*" }] }, "BH1002", "audit.inCluster.kinds[0].plural"], ["Secrets to read", { kinds: [{ group: "", kind: "Secret", plural: "secrets" }] }, "BH1002", "audit.inCluster.kinds[0]"],
    ["an address that is none", { git: { cidrs: ["10.0/8"] } }, "BH1002", "audit.inCluster.git.cidrs[0]"],
    ["too rarely", { schedule: "0 */2 * * *" }, "BH3030", "audit.inCluster.schedule"], ["a pause at night", { schedule: "*/15 6-22 * * *" }, "BH3030", "audit.inCluster.schedule"], ["never", { schedule: "0 0 30 2 *" }, "BH3030", "audit.inCluster.schedule"],
    ["before the last run ends", { schedule: "*/10 * * * *" }, "BH3030", "audit.inCluster.schedule"],
    ["a git server without a clone", { git: { repository: "file:///srv/bulkhead.git" } }, "BH3031", "audit.inCluster.git.repository"], ["git in the clear", { git: { repository: "http://git.example/a.git" } }, "BH3031", "audit.inCluster.git.repository"],
    ["a bucket in the cluster without labels", { bucket: { endpoint: "http://rgw.rook-ceph.svc", name: "audit" } }, "BH3031", "audit.inCluster.bucket"],
    ["git in the cluster without labels", { git: { repository: "https://gitea.git.svc/a.git" } }, "BH3031", "audit.inCluster.git"], ["Alertmanagers in the cluster without labels", { alertmanagerLabels: {} }, "BH3031", "audit.inCluster.alertmanagers"],
  ])("refuses %s", (_, change, code, path) => {
    const { problems } = resolved({ ...AUDIT, ...change });
    expect(problems.map((p) => [p.code, p.source?.path])).toEqual([[code, path]]);
    expect(problems[0]!.hint).toBeTruthy();
  });
  test.each<[string, object]>([
    ["a digest", { image: `registry.example:5000/a/bulkhead@sha256:${"0".repeat(64)}` }], ["tag and digest", { image: `bulkhead:1@sha256:${"0".repeat(64)}` }],
    ["hourly with its 75 minutes", { schedule: "@hourly" }], ["the most often", { schedule: "*/15 * * * *" }],
  ])("takes %s", (_, change) => expect(resolved({ ...AUDIT, ...change }).problems).toEqual([]));
  test("a schedule always leaves the dead-man alert time for one run", () => {
    const { platform } = resolved({ ...AUDIT, schedule: "@hourly", deadline: "25m" });
    expect(platform!.audit!.interval + platform!.audit!.deadline + MERGE_SECONDS).toBe(AUDIT_SILENCE);
    expect(resolved({ ...AUDIT, schedule: "@hourly", deadline: "26m" }).problems.map((p) => p.code)).toEqual(["BH3030"]);
  });
});
