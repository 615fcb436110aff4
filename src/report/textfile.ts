/** Metrics of an audit in Prometheus' text format, for the textfile collector or any exporter of files. docs/observability.md is their contract. */
import { readFile } from "node:fs/promises";
import { type AuditReport, type Coverage, IMPACTS, isIncomplete, type Plane } from "../model/finding.ts";
import { METRICS } from "../model/metrics.ts";
import { replaceFile } from "./replace.ts";

interface Metric { name: string; help: string; samples: { labels: Record<string, string | undefined>; value: number }[] }

/**
 * Metrics of a report. `previous` is what the file held before: an audit that is incomplete is no success, so the time of the last one is kept.
 * Every plane that was audited has its samples, also at 0, because a series that is not there cannot be told from an auditor that is gone.
 */
export function metricsText(report: AuditReport, previous = ""): string {
  const { cluster, findings, verdicts, coverage } = report;
  const complete = !isIncomplete(report);
  const planes = [...new Set([...verdicts.map((v) => v.plane), ...coverage.map((c) => c.plane)])].sort();
  const success = complete ? seconds(report.ended) : lastSuccess(previous, cluster);
  const missing = new Set(coverage.filter((one) => one.state === "unknown" && /^shard \d+ of \d+$/.test(one.what)).map((one) => one.what)).size;
  const tenants = [...new Set([...verdicts, ...findings].map((one) => one.tenant ?? ""))].sort().map((tenant) => (tenant === "" ? undefined : tenant));
  const own = Map.groupBy(findings, ({ tenant, object, impact }) => JSON.stringify([tenant, object.plane, impact]));
  const of = (tenant: string | undefined, plane: Plane, impact: string): number => own.get(JSON.stringify([tenant, plane, impact]))?.length ?? 0;
  const judged = new Set([...verdicts.map((v) => JSON.stringify([v.tenant, v.plane])), ...findings.map((f) => JSON.stringify([f.tenant, f.object.plane]))]);
  const objects = (plane: Plane, state: Coverage["state"]): number => coverage.filter((one) => one.plane === plane && one.state === state).length;
  const metrics: Metric[] = [
    { name: METRICS.auditSuccess, help: "When the last complete audit of the cluster ended.", samples: success === undefined ? [] : [{ labels: {}, value: success }] },
    { name: METRICS.auditEnd, help: "When the last audit of the cluster ended, complete or not.", samples: [{ labels: {}, value: seconds(report.ended) }] },
    { name: METRICS.auditDuration, help: "How long the last audit took.", samples: [{ labels: {}, value: Math.max(0, seconds(report.ended) - seconds(report.started)) }] },
    { name: METRICS.auditComplete, help: "1 when the last audit read everything, 0 when findings may be missing.", samples: [{ labels: {}, value: complete ? 1 : 0 }] },
    { name: METRICS.auditMissing, help: "Shards of the last audit that delivered no report.", samples: [{ labels: {}, value: missing }] },
    {
      name: METRICS.auditFindings, help: "Differences from git that the last audit found: open walls between tenants, and other drift.",
      samples: planes.flatMap((plane) => {
        const [all, isolation] = [findings.filter((f) => f.object.plane === plane), findings.filter((f) => f.object.plane === plane && f.impact === "isolation")];
        return [{ labels: { plane, finding: "isolation" }, value: isolation.length }, { labels: { plane, finding: "drift" }, value: all.length - isolation.length }];
      }),
    },
    {
      name: METRICS.tenantFindings, help: "Differences from git that the last audit found, by tenant and what they break; no tenant: the platform's.",
      samples: tenants.flatMap((tenant) => planes.filter((plane) => judged.has(JSON.stringify([tenant, plane]))).flatMap((plane) => IMPACTS.map((impact) => ({ labels: { tenant, plane, impact }, value: of(tenant, plane, impact) })))),
    },
    { name: METRICS.auditCoverage, help: "Share of what there was to read that the last audit read.", samples: verdicts.map(({ tenant, plane, coverage: percent }) => ({ labels: { tenant, plane }, value: percent / 100 })) },
    { name: METRICS.auditUnknown, help: "Kinds that the last audit could not read, or not whole.", samples: planes.map((plane) => ({ labels: { plane }, value: objects(plane, "unknown") })) },
  ];
  return metrics.filter(({ samples }) => samples.length > 0).map((metric) => metricText(metric, cluster)).join("");
}

const metricText = ({ name, help, samples }: Metric, cluster: string): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${samples.map(({ labels, value }) => `${name}{${labelsText({ cluster, ...labels })}} ${value}\n`).join("")}`;

/** Writes the metrics of a report atomically: a scrape in between sees the old ones. Rejects with the file system's error. */
export async function writeMetrics(file: string, report: AuditReport): Promise<void> {
  await replaceFile(file, metricsText(report, await readFile(file, "utf8").catch(() => "")));
}

const seconds = (time: string): number => Date.parse(time) / 1000;

function labelsText(labels: Record<string, string | undefined>): string {
  return Object.entries(labels).flatMap(([name, value]) => (value === undefined ? [] : [`${name}="${escapeLabel(value)}"`])).join(",");
}
const escapeLabel = (value: string): string => value.replace(/[\\"\n]/g, (ch) => (ch === "\n" ? "\\n" : `\\${ch}`));

/** The time of the last success in what the file held. */
function lastSuccess(text: string, cluster: string): number | undefined {
  const start = `${METRICS.auditSuccess}{${labelsText({ cluster })}} `;
  const value = Number(text.split("\n").find((line) => line.startsWith(start))?.slice(start.length));
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
