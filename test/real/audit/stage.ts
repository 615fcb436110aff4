/** A cluster of its own with the example fleet applied, its git repository, and the auditor's own credentials. */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditReport } from "../../../src/model/finding.ts";
import { applyOrder } from "../../../src/layers/gitops/index.ts";
import { home } from "../../support/project.ts";
import { Applier, cluster, installCrds, makeForeignNamespaces } from "../fleet/applier.ts";
import { type ControlPlane, startControlPlane } from "../provision/index.ts";
import { eventually } from "../resources/plane.ts";
import { replayOperators } from "./operators.ts";

export interface Stage {
  plane: ControlPlane;
  /** A repository whose HEAD holds the example `dist/`. */
  root: string;
  /** Kubeconfig of the account that the platform renders for the auditor. */
  kubeconfig: string;
  /** Every request the API server has seen of the auditor, from its own audit log: verb and resource. */
  requests(): { verb: string; resource: string; uri: string }[];
  audit(args: string[], options?: { input?: string }): Promise<{ code: number; stdout: string; stderr: string; report: AuditReport | undefined }>;
  end(): Promise<void>;
}

const AUDITOR = { namespace: "bulkhead-audit", name: "auditor" };

export async function openStage(name = "prod-eu"): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "bulkhead-audit-"));
  const policy = join(folder, "policy.yaml");
  const log = join(folder, "audit.log");
  writeFileSync(policy, "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{ level: Metadata }]\n");
  const plane = await startControlPlane({ apiserverArgs: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`] });
  const end = async (): Promise<void> => { await plane.stop(); rmSync(folder, { recursive: true, force: true }); };
  try {
    await installCrds(plane);
    await makeForeignNamespaces(plane);
    await installWebhooks(plane);
    await installUsual(plane);
    const applying = new Applier(plane);
    const { rejected } = await applying.settle(applyOrder(cluster(name)), Date.now() + 120_000);
    if (rejected.length > 0) throw new Error(rejected.join("\n"));
    await eventually("the accounts and certificates that Kubernetes makes", async () => {
      const spaces = (await plane.request("GET", "/api/v1/namespaces")).body.items as { metadata: { name: string } }[];
      const made = await Promise.all(spaces.map(async ({ metadata }) => (await plane.request("GET", `/api/v1/namespaces/${metadata.name}/configmaps/kube-root-ca.crt`)).status === 200 && (await plane.request("GET", `/api/v1/namespaces/${metadata.name}/serviceaccounts/default`)).status === 200));
      return made.every(Boolean);
    });
    if ((await replayOperators(plane)) < 40) throw new Error("operators found less to take up than dist/ holds");
    const root = join(folder, "repository");
    cpSync(join(home, "dist"), join(root, "dist"), { recursive: true });
    cpSync(join(home, "tenants"), join(root, "tenants"), { recursive: true });
    for (const args of [["init", "-q", "-b", "main"], ["add", "."], ["-c", "user.name=t", "-c", "user.email=t@t.example", "commit", "-qm", "x"]]) {
      const { status, stderr } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
      if (status !== 0) throw new Error(stderr);
    }
    const { body, status } = await plane.request("POST", `/api/v1/namespaces/${AUDITOR.namespace}/serviceaccounts/${AUDITOR.name}/token`, { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 7200 } });
    if (status !== 201) throw new Error(`no token of ${AUDITOR.name}: ${status} ${body?.message}`);
    const kubeconfig = join(folder, "auditor.kubeconfig");
    writeFileSync(kubeconfig, JSON.stringify({
      apiVersion: "v1", kind: "Config", "current-context": "it", contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
      clusters: [{ name: "it", cluster: { server: plane.url, "certificate-authority": plane.caFile } }], users: [{ name: "it", user: { token: body.status.token } }],
    }));
    return {
      plane, root, kubeconfig, end,
      requests: () => readFileSync(log, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line) as { verb: string; requestURI: string; user: { username: string }; objectRef?: { resource?: string } })
        .filter((event) => event.user.username === `system:serviceaccount:${AUDITOR.namespace}:${AUDITOR.name}`).map((event) => ({ verb: event.verb, resource: event.objectRef?.resource ?? "", uri: event.requestURI })),
      audit: (args, { input } = {}) => run(root, ["audit", "--cluster", name, "--plane", "kubernetes", ...(args.includes("--live") ? [] : ["--kubeconfig", kubeconfig]), ...args], input),
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** What the chart of external-secrets makes, and its controller then writes in it: the rules of tenants/platform.ts let it be. Nobody answers here, so nobody is waited for. */
async function installWebhooks(plane: ControlPlane): Promise<void> {
  const url = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
  for (const [kind, resources] of [["externalsecret", ["externalsecrets"]], ["secretstore", ["secretstores"]]] as const) {
    const webhook = {
      name: `validate.${kind}.external-secrets.io`, rules: [{ apiGroups: ["external-secrets.io"], apiVersions: ["v1"], operations: ["CREATE", "UPDATE", "DELETE"], resources, scope: "Namespaced" }],
      clientConfig: { service: { namespace: "external-secrets", name: "external-secrets-webhook", path: `/validate-external-secrets-io-v1-${kind}` } }, admissionReviewVersions: ["v1"], sideEffects: "None", timeoutSeconds: 1, failurePolicy: "Ignore",
    };
    const name = `${kind}-validate`;
    await plane.request("POST", `${url}?fieldManager=helm`, { metadata: { name, labels: { "external-secrets.io/component": "webhook" } }, webhooks: [webhook] });
    const certificate = [{ op: "add", path: "/webhooks/0/clientConfig/caBundle", value: readFileSync(plane.caFile).toString("base64") }];
    const { status, body } = await plane.request("PATCH", `${url}/${name}?fieldManager=external-secrets`, certificate, { contentType: "application/json-patch+json" });
    if (status !== 200) throw new Error(`${name}: ${status} ${body?.message}`);
  }
}

/** What installers leave in a usual cluster, and reaches into no space: nothing of it is in git, and nothing of it may be found. */
async function installUsual(plane: ControlPlane): Promise<void> {
  const webhook = (name: string, rules: object[], more: object = {}): object => ({ name, rules, clientConfig: { service: { namespace: "operators", name: "webhook" } }, admissionReviewVersions: ["v1"], sideEffects: "None", timeoutSeconds: 1, failurePolicy: "Ignore", ...more });
  const rule = (group: string, resource: string): object => ({ apiGroups: [group], apiVersions: ["*"], operations: ["*"], resources: [resource] });
  const admission = "/apis/admissionregistration.k8s.io/v1";
  const objects: [url: string, object: { metadata: object; [field: string]: unknown }][] = [
    [`${admission}/mutatingwebhookconfigurations`, { metadata: { name: "cert-manager-webhook" }, webhooks: [webhook("webhook.cert-manager.io", [rule("cert-manager.io", "*"), rule("acme.cert-manager.io", "*")])] }],
    [`${admission}/mutatingwebhookconfigurations`, { metadata: { name: "envoy-gateway-topology-injector" }, webhooks: [webhook("topology.webhook.gateway.envoyproxy.io", [rule("", "pods/binding")], { namespaceSelector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: ["envoy-gateway-system"] }] } })] }],
    [`${admission}/mutatingwebhookconfigurations`, { metadata: { name: "istio-sidecar-injector" }, webhooks: [webhook("namespace.sidecar-injector.istio.io", [rule("", "pods")], { namespaceSelector: { matchLabels: { "istio-injection": "enabled" } } })] }],
    ["/apis/storage.k8s.io/v1/storageclasses", { metadata: { name: "gp3", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } }, provisioner: "ebs.csi.aws.com" }],
    ["/apis/storage.k8s.io/v1/csidrivers", { metadata: { name: "ebs.csi.aws.com" }, spec: { attachRequired: true } }],
    ["/apis/networking.k8s.io/v1/ingressclasses", { metadata: { name: "nginx" }, spec: { controller: "k8s.io/ingress-nginx" } }],
    ["/apis/scheduling.k8s.io/v1/priorityclasses", { metadata: { name: "operators" }, value: 1000 }],
    ["/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", { metadata: { name: "cert-manager-controller" }, roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" }, subjects: [{ kind: "ServiceAccount", name: "cert-manager", namespace: "cert-manager" }] }],
    ["/api/v1/persistentvolumes", { metadata: { name: "elsewhere" }, spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], hostPath: { path: "/x" }, claimRef: { namespace: "kube-system", name: "data" } } }],
  ];
  for (const [url, object] of objects) {
    const { status, body } = await plane.request("POST", `${url}?fieldManager=helm`, object);
    if (status !== 201) throw new Error(`${url}: ${status} ${body?.message}`);
  }
}

/** Runs the built command line without blocking: the test's own server may have to answer it. */
export function run(root: string, args: string[], input?: string, env: Record<string, string> = {}): Promise<{ code: number; stdout: string; stderr: string; report: AuditReport | undefined }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(home, "build/cli/bin.js"), ...args], { cwd: root, env: { ...process.env, ...env, NO_COLOR: "1" } });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => { stdout += text; });
    child.stderr.setEncoding("utf8").on("data", (text: string) => { stderr += text; });
    child.on("error", reject);
    child.on("close", (code) => { resolve({ code: code ?? -1, stdout, stderr, report: args.includes("json") && stdout.startsWith("{") ? (JSON.parse(stdout) as AuditReport) : undefined }); });
    child.stdin.end(input ?? "");
  });
}
