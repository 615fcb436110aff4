import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type AuditReport, auditExit } from "../model/finding.ts";
import { parseDuration } from "../model/duration.ts";
import { printable } from "../model/printable.ts";
import { type Problem, unloadable, warning } from "../model/problem.ts";
import { didYouMean } from "../model/suggest.ts";
import { readReport } from "../report/audit/read.ts";
import { type AuditFormat, renderAudit } from "../report/audit/render.ts";
import { AUDIT_FORMATS, UsageError } from "./options.ts";
import { printProblems } from "./outcome.ts";
import { print, useColor } from "./terminal.ts";
import { version } from "./version.ts";

export interface ShowOptions { format: string }
export interface MergeOptions extends ShowOptions { out?: string; state?: string }
export interface SendingOptions { alertmanager?: string[]; memory?: string; interval: string; runbooks?: string; reportUrl?: string; bound: string; metrics?: string }

/** `bulkhead report show`: a report file in another format. */
export async function showReport(file: string, { format }: ShowOptions): Promise<number> {
  const shape = formatOf(format);
  const report = loadOne(file);
  return report ? show(report, shape) : 2;
}

/** `bulkhead report merge`: the shards of one run as one report, aged by what earlier runs found. A file that cannot be used is a shard that delivered nothing: what the others found is not lost with it. */
export async function mergeFiles(files: readonly string[], { format, out, state }: MergeOptions): Promise<number> {
  const shape = formatOf(format);
  const { mergeReports } = await import("../report/audit/merge.ts");
  const read = files.map(load);
  const reports = read.flatMap((one) => ("report" in one ? [one.report] : []));
  const problems = read.flatMap((one) => ("problem" in one ? [one.problem] : []));
  printProblems(reports.length === 0 ? problems : problems.map((problem): Problem => ({ ...problem, severity: "warning" })), process.cwd());
  if (reports.length === 0) return 2;
  const merged = mergeReports(reports);
  const report = state === undefined ? merged : await (await import("../audit/shard.ts")).rememberRun(resolve(state), merged, reports);
  if (out !== undefined) await written(out, () => writeFile(out, render(report, "json")));
  return show(report, shape);
}

/** `bulkhead report send`: alerts to every peer, metrics to a file. */
export async function sendReport(file: string, options: SendingOptions): Promise<number> {
  const sending = sendingOf(options);
  if (sending.peers.length === 0 && sending.metrics === undefined) throw new UsageError("BH0007", "missing: --alertmanager or --metrics", "say where the report is to go");
  const report = loadOne(file);
  return report ? deliver(report, sending, process.stdout) : 2;
}

/** Where a report goes, checked. */
export interface Sending { peers: readonly string[]; /** Seconds. */ interval: number; bound: number; metrics?: string; memory?: string; runbooks?: string; reportUrl?: string }

/** Throws a UsageError. */
export function sendingOf({ alertmanager: peers = [], interval: text, bound: most, runbooks, ...rest }: SendingOptions): Sending {
  const [interval, bound] = [parseDuration(text), Number(most)];
  if (interval === undefined) throw new UsageError("BH0001", `--interval "${text}" is no duration`, "write it as 15m or 1h");
  if (!Number.isSafeInteger(bound) || bound < 1) throw new UsageError("BH0001", `--bound "${most}" is no number of alerts`, "give 1 or more");
  return { peers, interval, bound, ...rest, ...(runbooks !== undefined && { runbooks: runbooks.replace(/\/+$/, "") }) };
}

/** Writes metrics and sends alerts; 3 when a peer did not take all of them, which is said on stderr. What each peer took goes to `out`. */
export async function deliver(report: AuditReport, { peers, metrics, memory: memoryFile, ...options }: Sending, out: NodeJS.WriteStream): Promise<number> {
  if (metrics !== undefined) {
    const { writeMetrics } = await import("../report/textfile.ts");
    await written(metrics, () => writeMetrics(metrics, report));
  }
  if (peers.length === 0) return 0;
  const [{ alertsOf }, { sendAlerts }, { readMemory, writeMemory }] = await Promise.all([import("../report/alert/alerts.ts"), import("../report/alert/alertmanager.ts"), import("../report/alert/memory.ts")]);
  const before = memoryFile === undefined ? { memory: undefined, notices: [] } : await readMemory(memoryFile, report.cluster);
  const { alerts, memory } = alertsOf(report, { ...options, now: new Date(), memory: before.memory });
  const delivery = await sendAlerts(alerts, { peers });
  if (memoryFile !== undefined) await written(memoryFile, () => writeMemory(memoryFile, memory));
  for (const { peer, sent } of delivery.peers) print(out, `${peer}: ${sent} of ${alerts.length} alerts taken\n`);
  printProblems([
    ...before.notices.map((message) => warning("BH7108", message, undefined, "what is resolved is ended under every label it may have had; alerts that nobody looked at again may end by themselves")),
    ...delivery.notices.map((message) => warning("BH7107", message, undefined, "the next audit says everything again; until then this peer knows less than the others")),
  ], process.cwd());
  return delivery.complete ? 0 : 3;
}

/** Throws a UsageError for a format that is none. */
export function formatOf(format: string): AuditFormat {
  const known = AUDIT_FORMATS.find((one) => one === format);
  if (!known) throw new UsageError("BH0001", `--format "${format}" is not known`, didYouMean(format, AUDIT_FORMATS));
  return known;
}

type Loaded = ReturnType<typeof readReport>;

function load(file: string): Loaded {
  try {
    return readReport(readFileSync(file, "utf8"), file);
  } catch (error) {
    return { problem: unloadable("BH0005", `the report cannot be read: ${(error as NodeJS.ErrnoException).code}`, { file, path: "" }, "check the path") };
  }
}

/** The report, or undefined when the file is none, which is said. */
function loadOne(file: string): AuditReport | undefined {
  const loaded = load(file);
  if ("report" in loaded) return loaded.report;
  printProblems([loaded.problem], process.cwd());
  return undefined;
}

async function written(file: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw new UsageError("BH7109", `${printable(file)} cannot be written: ${(error as NodeJS.ErrnoException).code}`, "check the folder, and who may write there");
  }
}

const render = (report: AuditReport, format: AuditFormat): string => renderAudit(report, format, { version: version(), color: useColor(process.stdout) });

function show(report: AuditReport, format: AuditFormat): number {
  print(process.stdout, render(report, format));
  return auditExit(report);
}
