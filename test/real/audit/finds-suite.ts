/** What other tools miss, through the command and on a real API server: who changed what, which line declared it, how to put it back. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { AuditReport, Change, Finding } from "../../../src/model/finding.ts";
import { home } from "../../support/project.ts";
import { replayOperators } from "./operators.ts";
import { run, type Stage } from "./stage.ts";

const BREAK_GLASS = { user: "oncall@example.org", groups: ["platform:break-glass", "system:masters", "system:authenticated"] };
/** What `npm start` audits. */
const RECORDED = join(home, "test/recorded/prod-eu");
const CANARY = "c4n4ry-Zx81-do-not-print";

export function findsSuite(stage: () => Stage): void {
  describe("a cluster in which things were changed by hand", () => {
    const patch = async (path: string, body: object, manager: string, contentType = "application/json-patch+json"): Promise<void> => {
      const { status, body: answer } = await stage().plane.request("PATCH", `${path}?fieldManager=${manager}`, body, { contentType, impersonate: BREAK_GLASS });
      if (status !== 200) throw new Error(`${path}: ${status} ${answer?.message}`);
    };
    const create = async (path: string, body: object, manager = "kubectl-create"): Promise<void> => {
      const { status, body: answer } = await stage().plane.request("POST", `${path}?fieldManager=${manager}`, body, { impersonate: BREAK_GLASS });
      if (status !== 201) throw new Error(`${path}: ${status} ${answer?.message}`);
    };
    const find = async (kind: string, name: string): Promise<Finding | undefined> => (await stage().audit(["--format", "json"])).report!.findings.find((f) => f.object.kind === kind && f.object.name === name);
    const seen = (changes: readonly Change[]): unknown[] => changes.map(({ pointer, kind, claimedBy }) => [kind, pointer, claimedBy?.map((c) => c.manager)]);

    const admission = "/apis/admissionregistration.k8s.io/v1";
    const policies = "/apis/networking.k8s.io/v1/namespaces/tenant-northwind/networkpolicies";
    test.each<{ name: string; change: () => Promise<void>; kind: string; object: string; expected: unknown[]; impact: string }>([
      { name: "a peer in a network policy", kind: "NetworkPolicy", object: "allow-dns", impact: "isolation", expected: [["added", "/spec/egress/0/to/1", ["kubectl-patch"]]], change: () => patch(`${policies}/allow-dns`, [{ op: "add", path: "/spec/egress/0/to/-", value: { ipBlock: { cidr: "203.0.113.0/24" } } }], "kubectl-patch") },
      { name: "a label on a namespace", kind: "Namespace", object: "tenant-northwind", impact: "cosmetic", expected: [["added", "/metadata/labels/team", ["kubectl-label"]]], change: () => patch("/api/v1/namespaces/tenant-northwind", { metadata: { labels: { team: "x" } } }, "kubectl-label", "application/merge-patch+json") },
      { name: "a quota lifted", kind: "ResourceQuota", object: "compute", impact: "availability", expected: [["changed", "/spec/hard/pods", ["kubectl-edit"]]], change: () => patch("/api/v1/namespaces/tenant-northwind/resourcequotas/compute", { spec: { hard: { pods: "9999" } } }, "kubectl-edit", "application/merge-patch+json") },
      { name: "a subject in a role binding", kind: "RoleBinding", object: "tenant-viewer", impact: "isolation", expected: [["added", "/subjects/2", ["kubectl-edit"]]], change: () => patch("/apis/rbac.authorization.k8s.io/v1/namespaces/tenant-northwind/rolebindings/tenant-viewer", [{ op: "add", path: "/subjects/-", value: { kind: "Group", name: "aurora-analysts", apiGroup: "rbac.authorization.k8s.io" } }], "kubectl-edit") },
      { name: "an ACL of a Kafka user", kind: "User", object: "tenant.northwind.reporting", impact: "isolation", expected: [["added", "/spec/authorization/acls/4", ["kubectl-patch"]]], change: () => patch("/apis/cluster.redpanda.com/v1alpha2/namespaces/tenant-northwind/users/tenant.northwind.reporting", [{ op: "add", path: "/spec/authorization/acls/-", value: { type: "allow", host: "*", operations: ["Read"], resource: { type: "topic", name: "tenant.northwind.", patternType: "prefixed" } } }], "kubectl-patch") },
      { name: "the partitions of a topic", kind: "Topic", object: "tenant.northwind.sales", impact: "access", expected: [["changed", "/spec/partitions", ["kubectl-edit"]]], change: () => patch("/apis/cluster.redpanda.com/v1alpha2/namespaces/tenant-northwind/topics/tenant.northwind.sales", { spec: { partitions: 48 } }, "kubectl-edit", "application/merge-patch+json") },
    ])("$name", async ({ change, kind, object, expected, impact }) => {
      await change();
      const found = await find(kind, object);
      expect(seen(found?.changes ?? [])).toEqual(expected);
      expect(found).toMatchObject({ status: "changed", impact, tenant: "northwind", revert: { commands: [expect.stringMatching(/^argocd app sync (walls|content)-northwind /)] }, source: { file: expect.stringMatching(/^tenants\//), line: expect.any(Number) } });
    });

    test("what nobody declared: a binding, a policy, a cluster-wide binding and an Argo CD project that reach into a tenant's space; what Kubernetes makes is none", async () => {
      await create("/apis/rbac.authorization.k8s.io/v1/namespaces/tenant-northwind/rolebindings", { metadata: { name: "let-me" }, roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" }, subjects: [{ kind: "User", name: "jane", apiGroup: "rbac.authorization.k8s.io" }] });
      await create(policies, { metadata: { name: "open" }, spec: { podSelector: {}, egress: [{}], policyTypes: ["Egress"] } });
      await create("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", { metadata: { name: "wide" }, roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" }, subjects: [{ kind: "ServiceAccount", name: "default", namespace: "tenant-northwind" }] });
      await create("/api/v1/namespaces", { metadata: { name: "tenant-shadow", labels: { "bulkhead.dev/tenant": "shadow" } } });
      await create("/api/v1/persistentvolumes", { metadata: { name: "waits" }, spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], hostPath: { path: "/rogue" }, claimRef: { namespace: "tenant-northwind", name: "data-db-0" } } });
      await create("/apis/scheduling.k8s.io/v1/priorityclasses", { metadata: { name: "first" }, value: 1, globalDefault: true });
      await create("/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas", { metadata: { name: "last" }, spec: { priorityLevelConfiguration: { name: "catch-all" }, rules: [{ subjects: [{ kind: "ServiceAccount", serviceAccount: { namespace: "tenant-northwind", name: "*" } }], resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"] }] }] } });
      const rules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];
      const match = { namespaceSelector: { matchLabels: { "bulkhead.dev/tenant": "northwind" } }, resourceRules: rules };
      await create(`${admission}/mutatingwebhookconfigurations`, { metadata: { name: "sidecars" }, webhooks: [{ name: "sidecars.example.com", rules, clientConfig: { url: "https://127.0.0.1:1/" }, admissionReviewVersions: ["v1"], sideEffects: "None", timeoutSeconds: 1, failurePolicy: "Ignore" }] });
      await create(`${admission}/validatingadmissionpolicies`, { metadata: { name: "never" }, spec: { matchConstraints: match, validations: [{ expression: "true" }] } });
      await create(`${admission}/validatingadmissionpolicybindings`, { metadata: { name: "never" }, spec: { policyName: "never", validationActions: ["Audit"] } });
      await patch(`${admission}/validatingwebhookconfigurations/externalsecret-validate`, [{ op: "replace", path: "/webhooks/0/timeoutSeconds", value: 2 }], "kubectl-edit");
      await create("/apis/argoproj.io/v1alpha1/namespaces/argocd/appprojects", { apiVersion: "argoproj.io/v1alpha1", kind: "AppProject", metadata: { name: "anything" }, spec: { sourceRepos: ["*"], destinations: [{ server: "*", namespace: "*" }] } });
      const { report } = await stage().audit(["--format", "json"]);
      expect(report!.findings.find(({ object }) => object.name === "sidecars")?.note).toMatch(/^it calls a webhook that may change what is written in tenant-[a-z-]+, tenant-.* more$/);
      const unmanaged = report!.findings.filter((f) => f.status === "unmanaged").map((f) => [f.object.kind, f.object.namespace ?? "", f.object.name, f.tenant, f.impact, f.claimedBy?.map(({ manager }) => manager).sort().join()]);
      expect(unmanaged.sort()).toEqual([
        ["AppProject", "argocd", "anything", undefined, "isolation", "kubectl-create"],
        ["ClusterRoleBinding", "", "wide", "northwind", "isolation", "kubectl-create"], ["Namespace", "", "tenant-shadow", "shadow", "isolation", "kubectl-create"],
        ["FlowSchema", "", "last", "northwind", "availability", "kubectl-create"], ["MutatingWebhookConfiguration", "", "sidecars", undefined, "isolation", "kubectl-create"],
        ["NetworkPolicy", "tenant-northwind", "open", "northwind", "isolation", "kubectl-create"], ["PersistentVolume", "", "waits", "northwind", "isolation", "kubectl-create"], ["PriorityClass", "", "first", undefined, "availability", "kubectl-create"], ["RoleBinding", "tenant-northwind", "let-me", "northwind", "isolation", "kubectl-create"],
        ["ValidatingAdmissionPolicy", "", "never", "northwind", "isolation", "kubectl-create"], ["ValidatingAdmissionPolicyBinding", "", "never", "northwind", "isolation", "kubectl-create"],
        // Allowed to those who make it, and to nobody beside them.
        ["ValidatingWebhookConfiguration", "", "externalsecret-validate", undefined, "isolation", "external-secrets,helm,kubectl-edit"],
      ].sort());
    });

    const identities = (findings: readonly Finding[]): unknown[] => findings.map(({ id, status, impact, changes }) => [id, status, impact, seen(changes)]).sort();
    test("a snapshot says what the cluster says", async () => {
      const live = await stage().audit(["--format", "json"]);
      const folder = mkdtempSync(join(tmpdir(), "bulkhead-snapshot-"));
      try {
        const taken = await run(stage().root, ["snapshot", join(folder, "prod-eu"), "--kubeconfig", stage().kubeconfig]);
        expect([taken.code, taken.stdout]).toEqual([0, ""]);
        const recorded = await stage().audit(["--live", join(folder, "prod-eu"), "--format", "json"]);
        expect(recorded.code).toBe(1);
        expect(identities(recorded.report!.findings)).toEqual(identities(live.report!.findings));
        if (process.env.BULKHEAD_RECORD) { for (const name of readdirSync(RECORDED)) if (name !== "stores") rmSync(join(RECORDED, name), { recursive: true, force: true }); cpSync(join(folder, "prod-eu"), RECORDED, { recursive: true }); }
        const demonstrated = await run(home, ["audit", "--cluster", "prod-eu", "--plane", "kubernetes", "--live", RECORDED, "--format", "json"]);
        expect(identities(demonstrated.report!.findings), "npm run record writes the demonstration's snapshot again").toEqual(identities(live.report!.findings));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

    test("of one tenant: what the whole report says of it, with no more requests, and what lies in others' namespaces is not asked for", async () => {
      const asked = async (...more: string[]): Promise<{ report: AuditReport; code: number; requests: ReturnType<Stage["requests"]> }> => {
        const before = stage().requests().length;
        const { report, code } = await stage().audit(["--format", "json", ...more]);
        return { report: report!, code, requests: stage().requests().slice(before) };
      };
      const [whole, part] = [await asked(), await asked("--tenant", "northwind")];
      expect([part.code, part.report.coverage.filter((c) => c.state === "unknown")]).toEqual([1, []]);
      expect(identities(part.report.findings)).toEqual(identities(whole.report.findings.filter((f) => f.tenant === "northwind")));
      expect(part.requests.length).toBeLessThanOrEqual(whole.requests.length);
      for (const resource of ["pods", "replicasets", "networkpolicies", "rolebindings", "topics"]) {
        expect([resource, ...part.requests.filter((r) => r.resource === resource).map((r) => r.uri.includes("/namespaces/tenant-northwind/"))]).toEqual([resource, true]);
      }
    });

    test("the shards of a run, merged, are the whole report", async () => {
      const folder = mkdtempSync(join(tmpdir(), "bulkhead-shards-"));
      try {
        const whole = await stage().audit(["--format", "json"]);
        const files = await Promise.all([0, 1, 2].map(async (i) => { const file = join(folder, `${i}.json`); await stage().audit(["--shard", `${i}/3`, "--format", "json", "--report", file]); return file; }));
        const merged = await run(stage().root, ["report", "merge", ...files, "--format", "json"]);
        expect(identities(merged.report!.findings)).toEqual(identities(whole.report!.findings));
        expect(merged.report!.verdicts).toEqual(whole.report!.verdicts);
        expect(merged.code).toBe(1);
        const state = ["--state", join(folder, "state"), "--format", "json"];
        const aged = [await run(stage().root, ["report", "merge", ...files, ...state]), await run(stage().root, ["report", "merge", ...files, ...state])];
        expect(aged.map(({ report }) => [...new Set(report!.findings.map((f) => f.age))])).toEqual([["new"], ["open"]]);
        expect((await stage().audit(state)).report!.findings.map(({ id, age, firstSeen }) => [id, age, firstSeen])).toEqual(aged[1]!.report!.findings.map(({ id, age, firstSeen }) => [id, age, firstSeen]));
        const short = await run(stage().root, ["report", "merge", ...files.slice(0, 2), "--format", "json"]);
        expect(short.report!.coverage.some((c) => c.state === "unknown")).toBe(true);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

  test("--write-patches: applied as they are, they leave nothing to find", async () => {
      const folder = mkdtempSync(join(tmpdir(), "bulkhead-patches-"));
      try {
        const state = ["--state", join(folder, "state")];
        await stage().audit(["--format", "json", ...state]);
        const { code, report } = await stage().audit(["--format", "json", "--write-patches", join(folder, "patches"), ...state]);
        expect(code).toBe(1);
        expect(new Set(report!.findings.map((f) => f.age))).toEqual(new Set(["open"]));
        const changed = report!.findings.filter((f) => f.status === "changed");
        expect(readdirSync(join(folder, "patches")).length).toBe(changed.length);
        for (const { id, object } of changed) {
          const text = readFileSync(join(folder, "patches", readdirSync(join(folder, "patches")).find((name) => name.includes(id))!), "utf8");
          const { stderr, code: failed } = await stage().plane.kubectl(["patch", object.kind.toLowerCase(), object.name, ...(object.namespace ? ["-n", object.namespace] : []), "--type=json", "-p", text], undefined, { as: BREAK_GLASS.user, groups: BREAK_GLASS.groups, allowFail: true }) as { stderr: string; code: number };
          expect([object.name, failed, stderr]).toEqual([object.name, 0, ""]);
        }
        await replayOperators(stage().plane);
        const after = await stage().audit(["--format", "json", ...state]);
        expect(after.report!.findings.filter((f) => f.status === "changed")).toEqual([]);
        expect(after.report!.resolved.map((r) => r.id).sort()).toEqual(changed.map((f) => f.id).sort());
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

    test("canary: no byte of a secret in any output of any format", async () => {
      await create("/api/v1/namespaces/tenant-northwind/secrets", { metadata: { name: "db", annotations: { note: CANARY } }, stringData: { password: CANARY } });
      const exporter = (await stage().plane.request("GET", "/apis/apps/v1/deployments")).body.items.find((d: { metadata: { namespace: string } }) => d.metadata.namespace.startsWith("bulkhead-")) as { metadata: { name: string; namespace: string } };
      const url = `/apis/apps/v1/namespaces/${exporter.metadata.namespace}/deployments/${exporter.metadata.name}`;
      await patch(url, [{ op: "add", path: "/spec/template/spec/containers/0/env", value: [{ name: "DB_PASSWORD", value: CANARY }] }], "kubectl-edit");
      await patch(url, { metadata: { annotations: { "kubectl.kubernetes.io/last-applied-configuration": `{"password":"${CANARY}"}`, "example.com/api-token": CANARY } } }, "kubectl-annotate", "application/merge-patch+json");
      const folder = mkdtempSync(join(tmpdir(), "bulkhead-canary-"));
      try {
        for (const format of ["text", "json", "markdown", "sarif", "junit", "html"]) {
          const { stdout, stderr, code } = await stage().audit(["--format", format, "--write-patches", folder, "--report", join(folder, "report.json"), "--events", join(folder, "events.json")]);
          expect([format, code]).toEqual([format, 1]);
          expect(stdout).toContain(exporter.metadata.name);
          expect(`${stdout}${stderr}`).not.toContain(CANARY);
          expect(`${stdout}${stderr}`).not.toContain(Buffer.from(CANARY).toString("base64"));
        }
        expect(spawnSync("grep", ["-r", CANARY, folder]).status).toBe(1);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
}
