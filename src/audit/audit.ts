/** One audit: every plane's differences, less what is allowed or pending, aged by the state file. */
import type { Types } from "../compare/types.ts";
import { type AuditReport, type Coverage, type Finding, type Plane, type Verdict } from "../model/finding.ts";
import { compareCoverage, compareFindings, comparePlaced, compareUses, compareVerdicts } from "../model/order.ts";
import type { DesiredSide } from "./desired/side.ts";
import { auditKubernetes, type PlaneResult } from "./kubernetes/audit.ts";
import { probeKubernetes } from "./kubernetes/probe.ts";
import type { Raw } from "./kubernetes/judge.ts";
import type { LiveSource } from "./live/source.ts";
import type { Audited, Memory } from "./memory.ts";
import { PLANE_AUDITS } from "./planes/index.ts";
import { auditPlanes, type PlanesOptions } from "./planes/planes.ts";
import type { ReadingSource } from "./planes/source.ts";
import { shardOf } from "./shard.ts";

export interface AuditOptions {
  cluster: string;
  desired: DesiredSide;
  live: LiveSource;
  types: Types;
  /** The audit's time, RFC 3339. */
  now: () => string;
  tenants?: readonly string[];
  planes?: readonly Plane[];
  shard?: { index: number; of: number };
  /** Where stores are read; absent for manifests of others, which say nothing of stores. */
  readings?: ReadingSource;
  /** Also tries effects (D37). */
  probe?: boolean;
  /** What is known to be unreadable (`withUnread`). */
  known?: (coverage: readonly Coverage[]) => { coverage: Coverage[]; notices: string[] };
  /** Planes beside Kubernetes; default: all that have a reader. */
  audits?: PlanesOptions["audits"];
  /** Stops the audit until it has found everything; then nothing was remembered. */
  signal?: AbortSignal;
  /** `done` of git's `total` objects have been compared, or are not looked at in this run. */
  onProgress?: (done: number, total: number) => void;
  /** Sets findings aside that are allowed or pending. */
  settle: (raw: readonly Raw[], result: PlaneResult) => Promise<Settled>;
  /** Ages what is left by what earlier audits found; without it everything is new. */
  age?: (audited: Audited, started: string) => Promise<Memory>;
}
export interface Settled { left: Raw[]; pending: AuditReport["pending"]; allowed: AuditReport["allowed"] }

/** No object of the live side says who wrote it: kubectl leaves managedFields out unless it is told not to. */
const UNTRACKED = "no live object has managedFields (kubectl get prints them with --show-managed-fields only): nobody can be named, and what only a certain writer may set is judged by its value alone";

/** The report. Rejects with the signal's reason when it was stopped, where nothing at all could be asked of the live side, or git could not be read. */
export async function audit(options: AuditOptions): Promise<AuditReport> {
  const { desired, live, cluster } = options;
  const started = options.now();
  const inScope = scopeOf(options);
  const wants = (plane: Plane): boolean => options.planes?.includes(plane) ?? true;
  // Stores answer for themselves: they are read while the API server is.
  const [kubernetes, stores] = await Promise.all([
    wants("kubernetes") ? auditKubernetes({ ...options, inScope }) : NOTHING,
    options.readings ? auditPlanes({ ...options, readings: options.readings, audits: new Map([...(options.audits ?? PLANE_AUDITS)].filter(([plane]) => wants(plane))), inScope: inStores(options), reads: readerOf(options) }) : { findings: [], coverage: [], notices: [] },
  ]);
  const probed = options.probe && wants("kubernetes") ? await probeKubernetes({ ...options, inScope }) : { findings: [], coverage: [] };
  const read = [...kubernetes.coverage, ...stores.coverage, ...probed.coverage];
  const known = options.known?.(read) ?? { coverage: read, notices: [] };
  const result: PlaneResult = { ...kubernetes, findings: [...kubernetes.findings, ...stores.findings, ...probed.findings], coverage: known.coverage };
  const { left, pending, allowed } = await options.settle(result.findings, result);
  const placed = await Promise.all(left.map(async ({ sides: _, revise: __, older: ___, ...finding }): Promise<Finding> => ({ ...finding, ...(finding.source && { source: await desired.place(finding.source) }), firstSeen: started, age: "new" })));
  // What is remembered must be told: from here on the audit goes to its end.
  options.signal?.throwIfAborted();
  const { findings, resolved, notices } = (await options.age?.({ cluster, findings: placed, pending, coverage: result.coverage, covers: inScope }, started)) ?? { findings: placed, resolved: [], notices: [] };
  return {
    version: 1, cluster,
    desired: { from: desired.from, ...(desired.commit !== undefined && { commit: desired.commit }), ...(desired.committed !== undefined && { committed: desired.committed }), ...(desired.behind !== undefined && { behind: desired.behind }) },
    live: { from: live.from, ...(live.version !== undefined && { version: live.version }), ...(live.taken !== undefined && { taken: live.taken }) },
    started, ended: options.now(),
    scope: { ...(options.tenants && { tenants: [...options.tenants] }), ...(options.planes && { planes: [...options.planes] }), ...(options.shard && { shard: options.shard }) },
    findings: [...findings].sort(compareFindings), pending: [...pending].sort(comparePlaced), allowed: { ...allowed, used: [...allowed.used].sort(compareUses) }, coverage: [...result.coverage].sort(compareCoverage),
    verdicts: verdictsOf(findings, result.coverage, (plane) => desired.tenants.filter(plane === "kubernetes" ? inScope : inStores(options))).sort(compareVerdicts), resolved: [...resolved].sort(comparePlaced),
    notices: [...desired.notices, ...(live.tracked === false ? [UNTRACKED] : []), ...stores.notices, ...known.notices, ...notices],
  };
}

const NOTHING: PlaneResult = { findings: [], coverage: [], applications: [] };

/** Each store is read by one shard (D27). */
function readerOf({ shard }: AuditOptions): (store: string) => boolean {
  return (store) => shard === undefined || shardOf(store, shard.of) === shard.index;
}

/** Whoever reads a store reads it for all: other shards do not. */
const inStores = ({ tenants }: AuditOptions) => (tenant: string | undefined): boolean => tenants === undefined || (tenant !== undefined && tenants.includes(tenant));

/** Which tenants a run looks at. Shard 0 also has what belongs to none (D27). */
function scopeOf({ tenants, shard }: AuditOptions): (tenant: string | undefined) => boolean {
  return (tenant) => (tenants ? tenant !== undefined && tenants.includes(tenant) : shard ? shardOf(tenant, shard.of) === shard.index : true);
}

/** One verdict a plane and tenant, and one for what is the platform's. What could not be read makes unknown what is not drifted. */
export function verdictsOf(findings: readonly Finding[], coverage: readonly Coverage[], tenantsOf: (plane: Plane) => readonly string[]): Verdict[] {
  const planes = [...new Set(coverage.map((c) => c.plane))];
  const others = (plane: Plane): string[] => findings.flatMap((f) => (f.object.plane === plane ? (f.tenant ?? []) : []));
  return planes.flatMap((plane) => [undefined, ...new Set([...tenantsOf(plane), ...others(plane)])].map((tenant): Verdict => {
    const mine = findings.filter((f) => f.object.plane === plane && f.tenant === tenant).length;
    const read = coverage.filter((c) => c.plane === plane && c.state !== "excluded" && (tenant === undefined || !c.tenants || c.tenants.includes(tenant)));
    const unknown = read.filter((c) => c.state === "unknown").length;
    return { plane, ...(tenant !== undefined && { tenant }), verdict: mine > 0 ? "drifted" : unknown > 0 ? "unknown" : "clean", findings: mine, coverage: read.length === 0 ? 0 : Math.floor((100 * (read.length - unknown)) / read.length) };
  }));
}

