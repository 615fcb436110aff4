/** One report of a run's shards (D27): what one process would have reported. */
import type { AllowReport, AuditReport, Coverage, Plane, Verdict } from "../../model/finding.ts";
import { compareCoverage, compareFindings, comparePlaced, compareUses, compareVerdicts } from "../../model/order.ts";
import { count } from "../report.ts";

/** Shards that are no parts of one run: BH7104 when they contradict each other, BH7105 when one is none or is there twice. */
export class MergeError extends Error {
  readonly code: "BH7104" | "BH7105";
  readonly hint: string;
  constructor(code: "BH7104" | "BH7105", message: string, hint: string) { super(message); this.code = code; this.hint = hint; }
}

/**
 * Joins the shards of one run, in any order. What a shard that is not there would have read is unknown: the report is incomplete then. Throws
 * MergeError for shards of two clusters, commits, scopes or numbers of shards, and for one that is there twice.
 */
export function mergeReports(shards: readonly AuditReport[]): AuditReport {
  const sorted = [...shards].sort((a, b) => (a.scope.shard?.index ?? 0) - (b.scope.shard?.index ?? 0));
  const first = sorted[0];
  if (!first) throw new MergeError("BH7105", "there is no shard to merge", "give the report files of one run");
  const of = checkShards(sorted, first);
  const { shard: _, ...scope } = first.scope;
  const missing = [...Array(of).keys()].filter((i) => !sorted.some((one) => one.scope.shard!.index === i));
  const behind = Math.max(...sorted.map((one) => one.desired.behind ?? -1));
  const version = sorted.find((one) => one.live.version !== undefined)?.live.version;
  const taken = least(sorted.flatMap((one) => one.live.taken ?? []));
  return {
    version: 1,
    cluster: first.cluster,
    desired: { ...first.desired, ...(behind >= 0 && { behind }) },
    live: { from: first.live.from, ...(version !== undefined && { version }), ...(taken !== undefined && { taken }) },
    started: least(sorted.map((one) => one.started))!,
    ended: sorted.map((one) => one.ended).reduce((a, b) => (Date.parse(a) >= Date.parse(b) ? a : b)),
    scope,
    findings: sorted.flatMap((one) => one.findings).sort(compareFindings),
    pending: sorted.flatMap((one) => one.pending).sort(comparePlaced),
    allowed: mergeAllowed(sorted, missing.length === 0),
    coverage: [...mergeCoverage(sorted), ...missing.flatMap((i) => planesOf(sorted).map((plane): Coverage => ({ plane, what: `shard ${i} of ${of}`, state: "unknown", objects: 0, reason: "it delivered no report" })))].sort(compareCoverage),
    verdicts: mergeVerdicts(sorted).sort(compareVerdicts),
    resolved: sorted.flatMap((one) => one.resolved).sort(comparePlaced),
    notices: [...new Set([...sorted.flatMap((one) => one.notices), ...(missing.length > 0 ? [`${count(missing.length, "shard")} of ${of} delivered no report: ${missing.join(", ")}`] : [])])],
  };
}

/** The number of shards of the run. */
function checkShards(shards: readonly AuditReport[], first: AuditReport): number {
  const of = first.scope.shard?.of;
  const facts: [string, (report: AuditReport) => unknown][] = [
    ["clusters", (r) => r.cluster], ["commits", (r) => r.desired.commit ?? r.desired.from], ["live sides", (r) => r.live.from],
    ["scopes", (r) => ({ tenants: r.scope.tenants, planes: r.scope.planes })], ["numbers of shards", (r) => r.scope.shard?.of],
  ];
  for (const [what, fact] of facts) {
    const values = [...new Set(shards.map((report) => JSON.stringify(fact(report)) ?? "none"))];
    if (values.length > 1) throw new MergeError("BH7104", `the reports are of different ${what}: ${values.slice(0, 3).join(", ")}`, "give the report files of one run only");
  }
  if (of === undefined) throw new MergeError("BH7105", "the reports are no shards", "shards come from `bulkhead audit --shard i/n`; a report of all needs no merge");
  const indices = shards.map((report) => report.scope.shard!.index);
  const twice = indices.find((index, i) => indices.indexOf(index) !== i);
  if (twice !== undefined) throw new MergeError("BH7105", `shard ${twice} is there twice`, "give each shard's last report once");
  const beyond = indices.find((index) => index >= of);
  if (beyond !== undefined) throw new MergeError("BH7105", `there is no shard ${beyond} of ${of}`, "shards are counted from 0");
  const ids = new Set<string>();
  for (const { id, object } of shards.flatMap((report) => report.findings)) {
    if (ids.has(id)) throw new MergeError("BH7104", `two shards report ${object.kind} ${object.name}`, "one object belongs to one shard: the shards were split in different ways");
    ids.add(id);
  }
  return of;
}

/** The earliest of some times. */
const least = (times: readonly string[]): string | undefined => times.reduce<string | undefined>((a, b) => (a === undefined || Date.parse(b) < Date.parse(a) ? b : a), undefined);

const planesOf = (shards: readonly AuditReport[]): Plane[] => {
  const planes = new Set(shards.flatMap((one) => [...(one.scope.planes ?? []), ...one.coverage.map((c) => c.plane), ...one.verdicts.map((v) => v.plane)]));
  return planes.size > 0 ? [...planes] : ["kubernetes"];
};

/** A rule is of no use when no shard could use it, which a missing shard leaves open. */
function mergeAllowed(shards: readonly AuditReport[], whole: boolean): AllowReport {
  const lists = shards.map((one) => one.allowed);
  const byIndex = <T extends { index: number }>(items: readonly T[]): T[] => [...new Map(items.map((item) => [item.index, item])).values()].sort((a, b) => a.index - b.index);
  return {
    used: lists.flatMap((one) => one.used).sort(compareUses),
    expired: byIndex(lists.flatMap((one) => one.expired)),
    unmatched: whole ? byIndex(lists.flatMap((one) => one.unmatched)).filter(({ index }) => lists.every((one) => one.unmatched.some((u) => u.index === index))) : [],
  };
}

/** Lines that say the same become one: objects are counted together, tenants joined. */
function mergeCoverage(shards: readonly AuditReport[]): Coverage[] {
  const lines = shards.flatMap((report) => report.coverage.map((line) => ({ line, report })));
  const same = Map.groupBy(lines, ({ line }) => JSON.stringify([line.plane, line.store, line.what, line.state, line.reason, line.tenants === undefined]));
  return [...same.values()].map((group) => {
    const { line } = group[0]!;
    const tenants = line.tenants ? group.flatMap((one) => one.line.tenants!) : line.state === "unknown" && group.length < shards.length ? tenantsOf(group.map((one) => one.report)) : [];
    return { ...line, objects: group.reduce((n, one) => n + one.line.objects, 0), ...(tenants.length > 0 && { tenants: [...new Set(tenants)].sort() }) };
  });
}

/** Whom it concerns that only these shards could not read something; nobody named where the platform's own shard is one of them, or none has a verdict. */
const tenantsOf = (reports: readonly AuditReport[]): string[] =>
  (reports.some((one) => one.scope.shard!.index === 0) ? [] : reports.flatMap((one) => one.verdicts.flatMap((verdict) => verdict.tenant ?? [])));

const WORST = ["drifted", "unknown", "clean"] as const;

/** A plane of a tenant is judged by one shard, or by one for each of its stores: the worst verdict stands, with the least coverage. */
function mergeVerdicts(shards: readonly AuditReport[]): Verdict[] {
  const byKey = Map.groupBy(shards.flatMap((one) => one.verdicts), ({ plane, tenant }) => JSON.stringify([plane, tenant]));
  return [...byKey.values()].map((same) => ({
    ...same[0]!,
    verdict: WORST.find((verdict) => same.some((one) => one.verdict === verdict))!,
    findings: same.reduce((n, one) => n + one.findings, 0),
    coverage: Math.min(...same.map((one) => one.coverage)),
  }));
}
