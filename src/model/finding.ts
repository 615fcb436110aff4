/** What an audit says, as values: findings, coverage and verdicts of every plane. Made by `audit/`, shown by `report/`. */
import type { SourceRef } from "./problem.ts";

/** A live system that git governs. */
export const PLANES = ["kubernetes", "postgres", "kafka", "s3", "redis", "prometheus", "alertmanager", "grafana", "starrocks"] as const;
export type Plane = (typeof PLANES)[number];

/** A thing of a plane. `store` names the platform's store where the plane has several; Kubernetes objects have an apiVersion. */
export interface PlaneObject { plane: Plane; store?: string; apiVersion?: string; kind: string; namespace?: string; name: string }

/** What the difference breaks; orders the page, worst first. All of it is P0. */
export const IMPACTS = ["isolation", "access", "availability", "cosmetic"] as const;
export type Impact = (typeof IMPACTS)[number];

/**
 * `changed`: leaves differ; `missing`: in git, not live; `unmanaged`: live in a tenant's or the platform's space, in no file; `deleting`: live with a
 * deletion timestamp; `gone-version`: git's apiVersion is not served any more; `unapplied`: its operator has not taken the declared state over.
 */
export type FindingStatus = "changed" | "missing" | "unmanaged" | "deleting" | "gone-version" | "unapplied";

/**
 * Who claims to have written a live leaf, from managedFields. The name is chosen by the client and proves nothing; the time is that of the
 * manager's last write to the object through this subresource, not of this leaf.
 */
export interface Claim {
  manager: string;
  operation: string;
  subresource?: string;
  /** RFC 3339. */
  time?: string;
  /** `exact`: the entry owns this leaf; `above`: it owns a parent or the whole list; `approximate`: its entry is of another apiVersion. */
  confidence: "exact" | "above" | "approximate";
}

/** One leaf, list item or subtree that differs. */
export interface Change {
  /** RFC 6901 in the live object; in the desired one for what is not live. */
  pointer: string;
  /** `added`: only live; `removed`: only in git; `changed`: both, not equal; `order`: same items, another order that means something. */
  kind: "added" | "removed" | "changed" | "order";
  /** Normal forms, as shown: what looks like a secret is masked at equal length already. Absent on the side that has none. */
  desired?: unknown;
  live?: unknown;
  claimedBy?: Claim[];
  /** In words: why nobody is claimed, that git no longer declares it and its own applier still owns it, and the like. */
  note?: string;
  /** Of this leaf, where it could be found: D34. */
  source?: SourceRef;
}

/** One operation of RFC 6902. */
export interface PatchOperation { op: "add" | "remove" | "replace" | "test" | "move" | "copy"; path: string; value?: unknown; from?: string }

/** How to put an object back. */
export interface Revert {
  /** On the live object; applying it and comparing again finds nothing. Absent for what is missing or must go as a whole. */
  patch?: PatchOperation[];
  /** What on-call may run (D8); first the one that needs least rights. */
  commands: string[];
  /** The commands need break-glass rights. */
  breakGlass?: boolean;
  /** In words, where no command can put it back. */
  note?: string;
}

/** One object that differs from git. */
export interface Finding {
  /** Stable over audits: hash of cluster, plane and identity. The alert's identity. */
  id: string;
  object: PlaneObject;
  /** Absent: the platform's own, or nobody's. */
  tenant?: string;
  status: FindingStatus;
  impact: Impact;
  /** Empty for what is missing or unmanaged as a whole. */
  changes: Change[];
  /** Team of the declaring definition; absent for unmanaged objects. */
  owner?: string;
  /** The definition that declared it, else the manifest, else absent. */
  source?: SourceRef;
  /** File below the desired side's root. */
  file?: string;
  /** Of the whole object, for unmanaged ones: who claims to have created it. */
  claimedBy?: Claim[];
  revert: Revert;
  /** `untyped`: no schema was at hand: maps granular, lists whole. */
  confidence: "typed" | "untyped";
  note?: string;
  /** RFC 3339, from the state file; the audit's start where there is none. */
  firstSeen: string;
  /** Against the last audit with this state file. */
  age: "new" | "open" | "reopened";
}

/** A difference that is none yet: the applier has not come to the audited revision (D25). */
export interface Pending { object: PlaneObject; tenant?: string; since?: string; appliedRevision: string; note: string }

/** A rule of the platform's definition under which a difference is let be. */
export interface AllowRule {
  /** `*` matches any text; a kind as `Deployment.apps`, core kinds without a dot. */
  kind: string;
  namespace?: string;
  name?: string;
  /** RFC 6901 with `*` for one step and `**` for any; `""` or absent: the object itself (an unmanaged one). */
  path?: string;
  /** Manager name, `*` as wildcard; absent: whoever. */
  manager?: string;
  subresource?: string;
  reason: string;
  owner: string;
  /** `YYYY-MM-DD`, the last day on which it holds. */
  expires: string;
}

/** A use of an allow rule, and rules that are of no use. */
export interface AllowUse { rule: AllowRule; /** Position in platform.ts' list. */ index: number; object?: PlaneObject; pointer?: string; claimedBy?: Claim[] }
export interface AllowReport { used: AllowUse[]; expired: { rule: AllowRule; index: number }[]; unmatched: { rule: AllowRule; index: number }[] }

/** What was read of one kind (or one catalogue of another plane), and what was not. */
export interface Coverage {
  plane: Plane;
  store?: string;
  /** `Deployment.apps`, `policies`. */
  what: string;
  /** `read`: whole; `unknown`: some or all of it could not be read; `excluded`: not read on purpose (Secrets). */
  state: "read" | "unknown" | "excluded";
  objects: number;
  /** In words, for unknown and excluded: forbidden, not served, timed out, cut off at …. */
  reason?: string;
  /** Tenants it concerns; absent: all. */
  tenants?: string[];
}

/** Of a plane and a tenant. `unknown` never resolves an alert. */
export interface Verdict { plane: Plane; tenant?: string; verdict: "clean" | "drifted" | "unknown"; findings: number; /** 0 to 100, of what there was to read. */ coverage: number }

/** The whole answer of one audit. */
export interface AuditReport {
  version: 1;
  cluster: string;
  desired: { /** As asked for: a ref, a folder, a file. */ from: string; commit?: string; /** RFC 3339 of the commit. */ committed?: string; /** Commits that its upstream is ahead. */ behind?: number };
  live: { from: string; /** API server's version, where one was asked. */ version?: string; /** RFC 3339, when a snapshot was taken. */ taken?: string };
  /** RFC 3339. */
  started: string;
  ended: string;
  /** What it was restricted to. */
  scope: { tenants?: string[]; planes?: Plane[]; shard?: { index: number; of: number } };
  /** Worst first, then by tenant and object. */
  findings: Finding[];
  pending: Pending[];
  allowed: AllowReport;
  coverage: Coverage[];
  verdicts: Verdict[];
  /** What was open at the last audit and is clean now; only what was read is here. */
  resolved: { id: string; object: PlaneObject; tenant?: string; firstSeen: string }[];
  /** In words: an edited dist/, a ref behind its upstream, limits of attribution. */
  notices: string[];
}

/** True when anything could not be read: findings may be missing. */
export const isIncomplete = (report: AuditReport): boolean => report.coverage.some((one) => one.state === "unknown") || report.verdicts.some((one) => one.verdict === "unknown");

/** D36: 1 with findings or a rule that fails the audit, 3 when incomplete, else 0. A rule that nothing matches in one shard may match in another. */
export function auditExit(report: AuditReport): 0 | 1 | 3 {
  const unmatched = report.scope.shard ? 0 : report.allowed.unmatched.length;
  if (report.findings.length + report.allowed.expired.length + unmatched > 0) return 1;
  return isIncomplete(report) ? 3 : 0;
}
