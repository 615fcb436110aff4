/** One audit: every plane's differences, less what is allowed or pending, aged by the state file. */
import type { Types } from "../compare/types.ts";
import { type AuditReport, type Coverage, type Finding, type Plane, type Verdict } from "../model/finding.ts";
import { compareCoverage, compareFindings, comparePlaced, compareUses, compareVerdicts } from "../model/order.ts";
import type { DesiredSide } from "./desired/side.ts";
import { auditKubernetes, type PlaneResult } from "./kubernetes/audit.ts";
import type { Raw } from "./kubernetes/judge.ts";
import type { LiveSource } from "./live/source.ts";
import type { Audited, Memory } from "./memory.ts";

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
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
  /** Sets findings aside that are allowed or pending. */
  settle: (raw: readonly Raw[], result: PlaneResult) => Promise<Settled>;
  /** Ages what is left by what earlier audits found; without it everything is new. */
  age?: (audited: Audited, started: string) => Promise<Memory>;
}
export interface Settled { left: Raw[]; pending: AuditReport["pending"]; allowed: AuditReport["allowed"] }

/** No object of the live side says who wrote it: kubectl leaves managedFields out unless it is told not to. */
const UNTRACKED = "no live object has managedFields (kubectl get prints them with --show-managed-fields only): nobody can be named, and what only a certain writer may set is judged by its value alone";

/** The report. Rejects where nothing at all could be asked of the live side, or git could not be read. */
export async function audit(options: AuditOptions): Promise<AuditReport> {
  const { desired, live, cluster } = options;
  const started = options.now();
  const inScope = scopeOf(options);
  const result = await auditKubernetes({ ...options, inScope });
  const { left, pending, allowed } = await options.settle(result.findings, result);
  const placed = await Promise.all(left.map(async ({ entry: _, desired: __, live: ___, ...finding }): Promise<Finding> => ({ ...finding, ...(finding.source && { source: await desired.place(finding.source) }), firstSeen: started, age: "new" })));
  const { findings, resolved, notices } = (await options.age?.({ cluster, findings: placed, pending, coverage: result.coverage, covers: inScope }, started)) ?? { findings: placed, resolved: [], notices: [] };
  return {
    version: 1, cluster,
    desired: { from: desired.from, ...(desired.commit !== undefined && { commit: desired.commit }), ...(desired.committed !== undefined && { committed: desired.committed }), ...(desired.behind !== undefined && { behind: desired.behind }) },
    live: { from: live.from, ...(live.version !== undefined && { version: live.version }), ...(live.taken !== undefined && { taken: live.taken }) },
    started, ended: options.now(),
    scope: { ...(options.tenants && { tenants: [...options.tenants] }), ...(options.planes && { planes: [...options.planes] }), ...(options.shard && { shard: options.shard }) },
    findings: [...findings].sort(compareFindings), pending: [...pending].sort(comparePlaced), allowed: { ...allowed, used: [...allowed.used].sort(compareUses) }, coverage: [...result.coverage].sort(compareCoverage),
    verdicts: verdictsOf(findings, result.coverage, desired.tenants.filter(inScope)).sort(compareVerdicts), resolved: [...resolved].sort(comparePlaced),
    notices: [...desired.notices, ...(live.tracked === false ? [UNTRACKED] : []), ...notices],
  };
}

/** Which tenants a run looks at. Shard 0 also has what belongs to none (D27). */
function scopeOf({ tenants, shard }: AuditOptions): (tenant: string | undefined) => boolean {
  return (tenant) => (tenants ? tenant !== undefined && tenants.includes(tenant) : shard ? shardOf(tenant, shard.of) === shard.index : true);
}

/** The shard of a tenant: by FNV-1a of its name, so that all processes agree. */
export function shardOf(tenant: string | undefined, of: number): number {
  if (tenant === undefined) return 0;
  let sum = 0x811c9dc5;
  for (const byte of Buffer.from(tenant)) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return sum % of;
}

/** One verdict a plane and tenant, and one for what is the platform's. What could not be read makes unknown what is not drifted. */
export function verdictsOf(findings: readonly Finding[], coverage: readonly Coverage[], tenants: readonly string[]): Verdict[] {
  const planes = [...new Set(coverage.map((c) => c.plane))];
  const others = findings.flatMap((f) => (f.tenant !== undefined && !tenants.includes(f.tenant) ? [f.tenant] : []));
  return planes.flatMap((plane) => [undefined, ...new Set([...tenants, ...others])].map((tenant): Verdict => {
    const mine = findings.filter((f) => f.object.plane === plane && f.tenant === tenant).length;
    const read = coverage.filter((c) => c.plane === plane && c.state !== "excluded" && (tenant === undefined || !c.tenants || c.tenants.includes(tenant)));
    const unknown = read.filter((c) => c.state === "unknown").length;
    return { plane, ...(tenant !== undefined && { tenant }), verdict: mine > 0 ? "drifted" : unknown > 0 ? "unknown" : "clean", findings: mine, coverage: read.length === 0 ? 0 : Math.floor((100 * (read.length - unknown)) / read.length) };
  }));
}

