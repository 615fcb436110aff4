/**
 * Stands in for Prometheus Operator: reads rendered PrometheusRules, the Prometheus object's prerequisites and monitors' names, and writes what the operator is
 * documented to write. Rule files are `<namespace>-<name>-<uid>.yaml`; rules outside of `excludedFromEnforcement` get the namespace's label, and their
 * expressions its matcher by the operator's own library (injectproxy, as prom-label-proxy runs it).
 */
import { createHash } from "node:crypto";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Tree } from "../../../src/model/plane.ts";
import { startLabelProxy } from "../provision/index.ts";

interface Rule { alert?: string; record?: string; expr: string; labels?: Record<string, string> }
interface PrometheusRule { kind: string; metadata: { namespace: string; name: string }; spec: { groups: { name: string; rules: Rule[] }[] } }

/** A uid as an API server would give; the same for the same object. */
export function uidOf(namespace: string, name: string): string {
  const hex = createHash("sha256").update(`${namespace}/${name}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

export const ruleFile = (namespace: string, name: string): string => `${namespace}-${name}-${uidOf(namespace, name)}.yaml`;

/** Rule files by name. */
export async function ruleFiles(tree: Tree, labelProxy: string | null): Promise<Map<string, string>> {
  const settings = tree.texts.filter(({ file }) => file.endsWith("platform/prerequisites.json")).flatMap(({ text }) => JSON.parse(text) as { object: { kind: string }; pointer: string; value: unknown }[]).filter(({ object }) => object.kind === "Prometheus");
  const setting = (pointer: string): unknown => settings.find((one) => one.pointer === pointer)?.value;
  const label = setting("/spec/enforcedNamespaceLabel") as string | undefined;
  const excluded = (setting("/spec/excludedFromEnforcement") ?? []) as { namespace: string; resource: string; name?: string }[];
  const files = new Map<string, string>();
  for (const { manifest } of tree.manifests) {
    const { kind, metadata: { namespace, name }, spec } = structuredClone(manifest) as unknown as PrometheusRule;
    if (kind !== "PrometheusRule") continue;
    const free = excluded.some((one) => one.resource === "prometheusrules" && one.namespace === namespace && (one.name === undefined || one.name === name));
    if (label !== undefined && !free) {
      if (labelProxy === null) throw new Error("rules that are enforced need prom-label-proxy");
      await enforce(spec.groups.flatMap(({ rules }) => rules), label, namespace, labelProxy);
    }
    files.set(ruleFile(namespace, name), JSON.stringify(spec));
  }
  return files;
}

/** Sets the label on rules, and in their expressions as prom-label-proxy sends them on. */
async function enforce(rules: Rule[], label: string, value: string, program: string): Promise<void> {
  let asked = "";
  const upstream = createServer((request, answer) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk)).on("end", () => {
      asked = new URLSearchParams(request.method === "POST" ? body : new URL(request.url!, "http://x").searchParams).get("query")!;
      answer.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((done) => upstream.listen(0, "127.0.0.1", done));
  const proxy = await startLabelProxy(program, [`-upstream=http://127.0.0.1:${(upstream.address() as AddressInfo).port}`, `-label=${label}`, `-label-value=${value}`]);
  try {
    for (const rule of rules) {
      await (await fetch(`${proxy.url}/api/v1/query?query=${encodeURIComponent(rule.expr)}`)).text();
      rule.expr = asked;
      rule.labels = { ...rule.labels, [label]: value };
    }
  } finally {
    await proxy.stop();
    await new Promise((done) => upstream.close(done));
  }
}

/** Writes the files, and takes away those that no object stands behind. */
export function writeRules(folder: string, files: ReadonlyMap<string, string>): void {
  for (const name of readdirSync(folder)) if (!files.has(name)) rmSync(join(folder, name));
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
}

/** A pod monitor's scrape configuration, with the enforced label last in both lists. Pods are written down: Debian's Prometheus is built without discovery in Kubernetes. */
export function scrapeJob(namespace: string, name: string, target: string, { label = "namespace", honor = false, relabelings = [], metricRelabelings = [], enforced = true, extra = {} }: {
  label?: string; honor?: boolean; relabelings?: Record<string, unknown>[]; metricRelabelings?: Record<string, unknown>[]; enforced?: boolean; extra?: Record<string, string>;
} = {}): Record<string, unknown> {
  const last = enforced ? [{ target_label: label, replacement: namespace }] : [];
  return {
    job_name: `podMonitor/${namespace}/${name}/0`, honor_labels: honor, scrape_interval: "1s",
    static_configs: [{ targets: [target], labels: { __meta_kubernetes_namespace: namespace, __meta_kubernetes_pod_name: name, ...extra } }],
    relabel_configs: [
      { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" }, { source_labels: ["__meta_kubernetes_pod_name"], target_label: "pod" },
      { target_label: "job", replacement: `${namespace}/${name}` }, ...relabelings, ...last,
    ],
    metric_relabel_configs: [...metricRelabelings, ...last],
  };
}
