/** How long the prometheus plane takes for many rules: read, normal forms and comparison, on a real Prometheus. */
import { compareItems } from "../src/compare/items.ts";
import { prometheusAudit } from "../src/layers/observability/plane.ts";
import type { Tree } from "../src/model/plane.ts";
import { exampleTree } from "../test/layers/observability/tree.ts";
import { ruleFiles, writeRules } from "../test/real/apply/prometheus-operator.ts";
import { provisionPrometheus, startPrometheus } from "../test/real/provision/index.ts";
import type { PlaneRow } from "./row.ts";

/** PrometheusRules; each of them is the example's largest product. */
const SIZES = [100, 1000];

/** One row a size. Throws where anything differs: then nothing was measured. */
export async function benchPrometheus(say: (line: string) => void): Promise<PlaneRow[]> {
  const example = exampleTree();
  const largest = example.manifests.find(({ file }) => file.endsWith("northwind.sales.orders.yaml"))!;
  const program = await provisionPrometheus();
  const rows: PlaneRow[] = [];
  for (const size of SIZES) {
    // Each of a product of its own: two rules that write one series are refused each other's samples, and are not well.
    const text = JSON.stringify(largest.manifest);
    const tree: Tree = { ...example, manifests: Array.from({ length: size }, (_, i) => ({ ...largest, manifest: JSON.parse(text.replaceAll("orders", `p${i}`)) as Record<string, unknown> })) };
    const server = await startPrometheus(program, { alerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:1"] }] }] } });
    try {
      writeRules(server.rules, await ruleFiles(tree, null));
      if (!(await server.load())) throw new Error("Prometheus refused the rules");
      const begun = performance.now();
      const { store, state } = prometheusAudit.desired(tree)[0]!;
      const reading = await prometheusAudit.read({ store, endpoint: server.url, timeoutMs: 60_000 }, state);
      const { items, unknown } = prometheusAudit.items(state, reading);
      const differences = compareItems(items, reading.items, [...reading.coverage, ...unknown]);
      const seconds = (performance.now() - begun) / 1000;
      if (differences.length > 0) throw new Error(`${differences.length} differences where there are none`);
      const objects = reading.items.filter(({ kind }) => kind === "rule").length;
      rows.push({ what: `${size} PrometheusRules, ${objects} rules`, seconds, note: "5 requests" });
      say(`prometheus: ${objects} rules in ${seconds.toFixed(2)} s`);
    } finally {
      await server.stop();
    }
  }
  return rows;
}
