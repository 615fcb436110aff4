import { resolve } from "node:path";
import type { DesiredSide } from "../audit/desired/side.ts";
import { PLANE_AUDITS } from "../audit/planes/index.ts";
import { LiveError } from "../audit/live/failure.ts";
import { type LiveSource, Unreadable } from "../audit/live/source.ts";
import { type AuditReport, auditExit, PLANES, type Plane } from "../model/finding.ts";
import { hasErrors } from "../model/problem.ts";
import { didYouMean } from "../model/suggest.ts";
import { type AuditFormat, renderAudit } from "../report/audit/render.ts";
import type { RunOptions } from "../audit/run.ts";
import { recorded } from "./events.ts";
import { interruptible } from "./interrupt.ts";
import { counted, type LiveOptions, openCluster, timeoutMs } from "./live.ts";
import { progressLine, readText } from "./observe.ts";
import { UsageError } from "./options.ts";
import { exitOf, prefixOf, printProblems } from "./outcome.ts";
import { deliver, formatOf, type SendingOptions, sendingOf } from "./report.ts";
import { print, useColor } from "./terminal.ts";
import { version } from "./version.ts";

export interface AuditOptions extends LiveOptions, SendingOptions {
  cwd: string; cluster?: string; ref: string; out: string; desired?: string[]; live?: string; tenant?: string[]; plane?: string[]; probe?: boolean; shard?: string;
  state?: string; writePatches?: string; report?: string; events?: string; format: string;
}

/** `bulkhead audit`: the live platform against git. */
export async function audit(options: AuditOptions): Promise<number> {
  const root = resolve(options.cwd);
  const call = checked(options);
  return recorded(options.events, { command: "audit", root, subject: options.cluster ?? options.live ?? "cluster" }, (facts) => interruptible(async (signal) => {
    const cluster = options.desired ? (options.cluster ?? "cluster") : await clusterOf(options, root);
    const desired = await openDesired(options, root, cluster);
    try {
      signal.throwIfAborted();
      printProblems(desired.problems, root);
      if (hasErrors(desired.problems)) return exitOf(desired.problems);
      for (const tenant of options.tenant ?? []) if (!desired.tenants.includes(tenant)) throw new UsageError("BH0002", `"${tenant}" is no tenant`, didYouMean(tenant, desired.tenants));
      const live = await openLive(options, call.planes, signal);
      const line = progressLine();
      let [objects, compared] = [0, { done: 0, total: desired.entries.length }];
      const show = (): void => line.show((seconds) => readText(objects, seconds, compared));
      try {
        const { AuditRefused, runAudit } = await import("../audit/run.ts");
        const report = await runAudit({
          cluster, desired, live: counted(live, (more) => { objects += more; show(); }), out: options.out, signal, onProgress: (done, total) => { compared = { done, total }; show(); }, now: () => new Date().toISOString(), ...(options.probe && { probe: true }), ...(options.tenant && { tenants: options.tenant }), ...(call.planes && { planes: call.planes }), ...(call.shard && { shard: call.shard }),
          ...(!options.desired && { readingsOf: await readings(options, signal) }),
          ...(options.state !== undefined && { state: resolve(options.state) }), ...(options.writePatches !== undefined && { patches: resolve(options.writePatches) }),
        }).catch((error: unknown) => { if (error instanceof AuditRefused) return error; throw error; }).finally(line.end);
        if (report instanceof AuditRefused) { printProblems(report.problems, root); return exitOf(report.problems); }
        Object.assign(facts, { counts: { findings: report.findings.length, pending: report.pending.length, unknown: report.coverage.filter((c) => c.state === "unknown").length, resolved: report.resolved.length }, ...(report.desired.commit !== undefined && { revision: report.desired.commit }), ...(options.tenant && { tenants: options.tenant }) });
        return await finish(report, options, call);
      } finally {
        await live.close();
      }
    } finally {
      await desired.close();
    }
  }));
}

interface Call { format: AuditFormat; planes?: Plane[]; shard?: { index: number; of: number }; sending: ReturnType<typeof sendingOf> }

function checked(options: AuditOptions): Call {
  const format = formatOf(options.format);
  const planes = options.plane?.map((name) => {
    const plane = PLANES.find((one) => one === name);
    if (!plane) throw new UsageError("BH0001", `--plane "${name}" is not known`, didYouMean(name, PLANES));
    if (plane !== "kubernetes" && !PLANE_AUDITS.has(plane)) throw new UsageError("BH0001", `--plane "${name}" has no reader yet`, `planes that are read: ${["kubernetes", ...PLANE_AUDITS.keys()].join(", ")}`);
    return plane;
  });
  const match = options.shard === undefined ? undefined : /^([0-9]{1,4})\/([0-9]{1,4})$/.exec(options.shard);
  if (match === null || (match && Number(match[1]) >= Number(match[2]))) throw new UsageError("BH0001", `--shard "${options.shard}" is no part`, "write it as 0/4 to 3/4");
  if (options.probe && options.live !== undefined) throw new UsageError("BH0001", "--probe needs the live platform", "a snapshot has no effects to try: leave --live or --probe out");
  if (options.probe && options.desired) throw new UsageError("BH0001", "--probe needs dist/", "manifests of others say nothing of stores: leave --desired or --probe out");
  if (match && options.tenant) throw new UsageError("BH0001", "--shard and --tenant exclude each other", "a shard is a part of all tenants");
  return { format, sending: sendingOf(options), ...(planes && { planes }), ...(match && { shard: { index: Number(match[1]), of: Number(match[2]) } }) };
}

/** The one cluster of `dist/`, where none is named. */
async function clusterOf({ cluster, ref, out }: AuditOptions, root: string): Promise<string> {
  if (cluster !== undefined) return cluster;
  const { clustersAt } = await import("../audit/desired/revision.ts");
  const names = await clustersAt({ root, ref, out });
  if (names.length !== 1) throw new UsageError("BH0007", "missing: --cluster", names.length === 0 ? `${out}/ at ${ref} holds no cluster` : `it is one of ${names.join(", ")}`);
  return names[0]!;
}

async function openDesired({ desired, ref, out }: AuditOptions, root: string, cluster: string): Promise<DesiredSide> {
  if (desired) {
    const { openManifests } = await import("../audit/desired/manifests.ts");
    return openManifests(desired);
  }
  const { openRevisionSide } = await import("../audit/desired/revision.ts");
  return openRevisionSide({ root, ref, out, cluster });
}

/** Where stores are read: they themselves, or the snapshot. */
async function readings({ live, probe, timeout }: AuditOptions, signal: AbortSignal): Promise<RunOptions["readingsOf"]> {
  const { liveReadings } = await import("../audit/planes/source.ts");
  const { recordedReadings } = await import("../audit/planes/recorded.ts");
  if (live !== undefined) return () => recordedReadings(live);
  return (targets) => liveReadings({ targets, env: process.env, timeoutMs: timeoutMs(timeout), signal, ...(probe && { probe }) });
}

/** What refuses to be asked is a live side of which nothing is known: the audit says so, in every format, and is incomplete. */
async function openLive(options: AuditOptions, planes: readonly Plane[] | undefined, signal: AbortSignal): Promise<LiveSource> {
  // Without the kubernetes plane no API server is asked for anything.
  if (planes && !planes.includes("kubernetes")) return { from: options.live ?? planes.join(", "), kinds: () => Promise.resolve({ kinds: [], unknown: [] }), list: async function* () { /* nothing */ }, close: async () => {} };
  if (options.live !== undefined) {
    const { openSnapshot } = await import("../audit/live/snapshot.ts");
    return openSnapshot(options.live);
  }
  try {
    return await openCluster(options, signal);
  } catch (error) {
    if (!(error instanceof LiveError) || error.exit !== 3) throw error;
    const { code, message, hint } = error;
    return { from: options.context ?? "cluster", kinds: () => Promise.reject(new Unreadable(`${code}: ${message}; ${hint}`)), list: async function* () { /* nothing */ }, close: async () => {} };
  }
}

async function finish(report: AuditReport, options: AuditOptions, { format, sending }: Call): Promise<number> {
  const render = (as: AuditFormat): string => renderAudit(report, as, { version: version(), color: useColor(process.stdout), prefix: prefixOf(resolve(options.cwd)), ...(options.desired && { place: () => options.desired![0]! }) });
  if (options.report !== undefined) {
    const { replaceFile } = await import("../report/replace.ts");
    await replaceFile(resolve(options.report), render("json")).catch((error: NodeJS.ErrnoException) => { throw new UsageError("BH7109", `${options.report} cannot be written: ${error.code}`, "check the folder, and who may write there"); });
  }
  print(process.stdout, render(format));
  // A receiver that is down makes no drift and no audit incomplete; it is said.
  await deliver(report, sending, process.stderr);
  return auditExit(report);
}
