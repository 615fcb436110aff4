/** Grafana resources in a tenant's folder, whoever wrote them: the layer, a patch or `extend` (D9, D21). */
import type { Manifest } from "../layers/layer.ts";
import { lintDashboard } from "../layers/observability/lint/dashboards.ts";
import { lintGrafana } from "../layers/observability/lint/grafana.ts";
import { readDashboard } from "../layers/observability/lint/read.ts";
import { type Problem, refused, type SourceRef, warning } from "../model/problem.ts";

/** How many findings of a dashboard are told; the rest is a number. */
const TOLD = 3;

/** What a Grafana resource may not say is an error; what its dashboard could do better is a warning. */
export function grafanaProblems(manifest: Manifest, tenant: string, source: SourceRef, foreign: boolean): Problem[] {
  if (!manifest.apiVersion.startsWith("grafana.integreatly.org/")) return [];
  const problems = lintGrafana(manifest, tenant).map(({ rule, message }) => refused("BH4006", `${message} (${rule})`, source, "the operator acts for every tenant: a resource reaches its own organization only"));
  const json = manifest.kind === "GrafanaDashboard" ? (manifest.spec as { json?: unknown } | undefined)?.json : undefined;
  if (!foreign || typeof json !== "string") return problems;
  const dashboard = readDashboard(json);
  if (!dashboard) return [...problems, refused("BH4006", "spec.json is no JSON object", source, "give the dashboard's model as text")];
  // Without constants: the tenant is forced into every query by the gate that its datasource asks.
  const findings = lintDashboard(dashboard, {});
  if (findings.length === 0) return problems;
  const told = findings.slice(0, TOLD).map(({ rule, where, message }) => `${where}: ${message} (${rule})`).join("; ");
  return [...problems, warning("BH4007", `the dashboard breaks ${findings.length} rules: ${told}${findings.length > TOLD ? "; …" : ""}`, source, "the rules are those of dashboard-linter and mixtool")];
}
