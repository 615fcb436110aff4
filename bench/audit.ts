/** `npm run bench -- audit`: one audit of a real API server beside `kubectl diff --server-side` on the same objects, and of a large snapshot, into bench/audit.md. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { writeSnapshot } from "../src/audit/live/snapshot.ts";
import type { LiveKind, LiveObject, LiveSource } from "../src/audit/live/source.ts";
import { emitYaml } from "../src/yaml/emit.ts";
import { type ControlPlane, readAuditLog, startControlPlane } from "../test/real/provision/index.ts";
import { HOME } from "./fleet.ts";
import { type Measured, measure } from "./measure.ts";

interface Manifest { apiVersion: string; kind: string; metadata: { name: string; namespace?: string; labels?: Record<string, string> }; [field: string]: unknown }
/** Objects a namespace. */
const EACH = 100;
const RUNS: readonly number[] = [1500, 10_000];
const SNAPSHOT = 100_000;

const container = { name: "api", image: "registry.example/api:1.4.2", ports: [{ containerPort: 8080 }], env: [{ name: "LOG", value: "info" }], resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "128Mi" } } };
/** The n-th object of a namespace: seven kinds in turn, as a team's namespace holds them. */
const MAKERS: readonly ((name: string, namespace: string) => Manifest)[] = [
  (name, namespace) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace, labels: { app: name } }, data: { "app.yaml": "level: info\nport: 8080\n", mode: "strict" } }),
  (name, namespace) => ({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace }, spec: { replicas: 0, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [container] } } } }),
  (name, namespace) => ({ apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec: { selector: { app: name }, ports: [{ name: "http", port: 80, targetPort: 8080 }] } }),
  (name, namespace) => ({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name, namespace }, spec: { podSelector: { matchLabels: { app: name } }, policyTypes: ["Ingress"], ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 8080 }] }] } }),
  (name, namespace) => ({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace }, automountServiceAccountToken: false }),
  (name, namespace) => ({ apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name, namespace }, rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"], resourceNames: [name] }] }),
  (name, namespace) => ({ apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding", metadata: { name, namespace }, roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name }, subjects: [{ kind: "ServiceAccount", name, namespace }] }),
];
const PLURALS: Record<string, string> = { ConfigMap: "configmaps", Deployment: "deployments", Service: "services", NetworkPolicy: "networkpolicies", ServiceAccount: "serviceaccounts", Role: "roles", RoleBinding: "rolebindings", Namespace: "namespaces" };

function objects(count: number, prefix: string): Manifest[] {
  const made: Manifest[] = [];
  for (let space = 0; made.length < count; space++) {
    const namespace = `${prefix}-${String(space).padStart(4, "0")}`;
    made.push({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    for (let n = 0; n < EACH - 1 && made.length < count; n++) made.push(MAKERS[n % MAKERS.length]!(`o${String(n).padStart(3, "0")}`, namespace));
  }
  return made;
}

/** One file an object. */
function write(folder: string, manifests: readonly Manifest[]): void {
  for (const manifest of manifests) {
    const at = join(folder, manifest.metadata.namespace ?? "_cluster");
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, `${manifest.kind.toLowerCase()}.${manifest.metadata.name}.yaml`), emitYaml(manifest));
  }
}

const url = ({ apiVersion, kind, metadata }: Manifest): string => `${apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`}${metadata.namespace ? `/namespaces/${metadata.namespace}` : ""}/${PLURALS[kind]}/${metadata.name}?fieldManager=argocd-controller&force=true`;

async function applyOne(plane: ControlPlane, manifest: Manifest): Promise<void> {
  const { status, body } = await plane.request("PATCH", url(manifest), manifest, { contentType: "application/apply-patch+yaml" });
  if (status > 201) throw new Error(`${manifest.kind} ${manifest.metadata.name}: ${status} ${body?.message}`);
}

/** Namespaces first, then sixteen at a time. */
async function apply(plane: ControlPlane, manifests: readonly Manifest[]): Promise<void> {
  const [namespaces, rest] = [manifests.filter((m) => m.kind === "Namespace"), manifests.filter((m) => m.kind !== "Namespace")];
  for (const manifest of namespaces) await applyOne(plane, manifest);
  let next = 0;
  await Promise.all(Array.from({ length: 16 }, async () => { for (let i = next++; i < rest.length; i = next++) await applyOne(plane, rest[i]!); }));
}

interface Row { objects: number; who: string; result: Measured; requests?: number }
const seconds = (value: number): string => value.toFixed(2);

/** A live side in memory: what a snapshot of a large cluster holds. */
function sourceOf(manifests: readonly Manifest[]): LiveSource {
  const groups = Map.groupBy(manifests, ({ apiVersion, kind }) => `${apiVersion} ${kind}`);
  const kinds = [...groups.values()].map(([first]): LiveKind => ({ apiVersion: first!.apiVersion, kind: first!.kind, plural: PLURALS[first!.kind]!, namespaced: first!.kind !== "Namespace", verbs: ["get", "list"], preferred: true }));
  return {
    from: "generated", version: "v1.36.3", close: async () => {},
    kinds: async () => ({ kinds, unknown: [] }),
    list: async function* ({ apiVersion, kind }) {
      const all = groups.get(`${apiVersion} ${kind}`) ?? [];
      for (let i = 0; i < all.length; i += 500) yield all.slice(i, i + 500).map((m): LiveObject => ({ ...m, metadata: { ...m.metadata, uid: `${kind}-${m.metadata.namespace ?? ""}-${m.metadata.name}`, resourceVersion: "1", creationTimestamp: "2026-11-24T00:00:00Z" } }) as LiveObject);
    },
  };
}

/** Runs everything and writes the page. */
export async function benchAudit(say: (line: string) => void): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), "bulkhead-bench-audit-"));
  const cli = join(HOME, "build/cli/bin.js");
  const rows: Row[] = [];
  try {
    for (const count of RUNS) {
      const plane = await startControlPlane({ auditRules: [{ level: "Metadata" }], apiserverArgs: ["--max-requests-inflight=4000"] });
      try {
        const folder = join(home, String(count));
        const manifests = objects(count, "team");
        write(folder, manifests);
        await apply(plane, manifests);
        say(`${count} objects applied`);
        const before = readAuditLog(plane).length;
        const own = await measure(process.execPath, [cli, "audit", "--desired", folder, "--kubeconfig", plane.kubeconfig, "--format", "json", "--report", join(home, "report.json")], home);
        rows.push({ objects: count, who: "bulkhead audit", result: own, requests: readAuditLog(plane).length - before });
        const middle = readAuditLog(plane).length;
        const diff = await measure(plane.kubectlPath, ["--kubeconfig", plane.kubeconfig, "diff", "--server-side", "--field-manager=argocd-controller", "-R", "-f", folder], home, 900);
        rows.push({ objects: count, who: "kubectl diff --server-side", result: diff, requests: readAuditLog(plane).length - middle });
        for (const row of rows.slice(-2)) say(`${count}: ${row.who} ${seconds(row.result.seconds)} s, ${row.requests} requests`);
      } finally {
        await plane.stop();
      }
    }
    const manifests = objects(SNAPSHOT, "team");
    const folder = join(home, "large");
    write(folder, manifests);
    await writeSnapshot(sourceOf(manifests), join(home, "snapshot"));
    const large = await measure(process.execPath, [cli, "audit", "--desired", folder, "--live", join(home, "snapshot"), "--format", "json"], home);
    rows.push({ objects: SNAPSHOT, who: "bulkhead audit of a snapshot", result: large });
    writeFileSync(join(HOME, "bench/audit.md"), page(rows));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function page(rows: readonly Row[]): string {
  const ratio = (count: number): string => {
    const [own, peer] = ["bulkhead audit", "kubectl diff --server-side"].map((who) => rows.find((r) => r.objects === count && r.who === who)!.result);
    return `- ${count} objects: kubectl diff takes ${peer!.cut ? "more than " : ""}${(peer!.seconds / own!.seconds).toFixed(1)} times as long, ${own!.cpuSeconds && peer!.cpuSeconds ? `${(peer!.cpuSeconds / own!.cpuSeconds).toFixed(1)} times the CPU time of its own process` : "CPU time unknown"}.`;
  };
  return `# Audits: time, memory, requests

Written by \`npm run bench -- audit\`; one run each, whole processes, a real kube-apiserver on the same machine. ${availableParallelism()} cores (${cpus()[0]?.model ?? "unknown"}), Node ${process.versions.node}.

| objects | command | seconds | CPU seconds | MiB of one process | requests | load |
|---|---|---|---|---|---|---|
${rows.map(({ objects: count, who, result, requests }) => `| ${count} | ${who} | ${result.cut ? "> " : ""}${seconds(result.seconds)} | ${result.cpuSeconds === undefined ? "–" : seconds(result.cpuSeconds)} | ${result.processMiB.toFixed(0)} | ${requests ?? "–"} | ${result.load.toFixed(1)} |`).join("\n")}

${RUNS.map(ratio).join("\n")}

Seven kinds and their namespaces, one file an object; both commands compare the same files with the same server and find nothing. Requests are counted in the API server's own audit log. \`bulkhead audit\` also reads every other kind that the server lists, to find what nobody declared. \`kubectl diff\` asks for a dry run of each object.
`;
}
