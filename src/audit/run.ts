/** An audit with everything around it: the platform's policy, what is pending, the state file, patches. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { claims } from "../compare/attribute.ts";
import { compareObjects } from "../compare/compare.ts";
import type { KubeObject, Surroundings, Types } from "../compare/types.ts";
import type { AuditReport } from "../model/finding.ts";
import { hasErrors, type Problem } from "../model/problem.ts";
import { isShowable } from "../model/secret.ts";
import { loadSchemas } from "../verify/schema.ts";
import { AllowRules } from "./allow.ts";
import { audit, type AuditOptions, type Settled } from "./audit.ts";
import type { DesiredSide } from "./desired/side.ts";
import type { PlaneResult } from "./kubernetes/audit.ts";
import type { Raw } from "./kubernetes/judge.ts";
import { remember } from "./memory.ts";
import { pendingOf } from "./pending.ts";
import type { ReadingSource } from "./planes/source.ts";
import { type Policy, readPolicy } from "./policy.ts";
import { withUnread } from "./unread.ts";

export interface RunOptions extends Omit<AuditOptions, "types" | "settle" | "age" | "readings"> {
  /** Where stores are read, by the targets that the policy names; absent for manifests of others. */
  readingsOf?: ((targets: Policy["targets"]) => ReadingSource) | undefined;
  /** Rendered tree, from the project's root. */
  out: string;
  /** Folder of what earlier audits found. */
  state?: string;
  /** Folder for RFC 6902 patches. */
  patches?: string;
}

/** Problems of the desired side that keep an audit from being one. */
export class AuditRefused extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) { super(problems[0]?.message ?? "refused"); this.problems = problems; }
}

export async function runAudit(options: RunOptions): Promise<AuditReport> {
  const { cluster, desired, state, patches } = options;
  const { policy, problems } = await readPolicy(desired, { out: options.out, cluster });
  if (hasErrors(problems)) throw new AuditRefused(problems);
  const types = await schemasOf(desired);
  // Shards say what nothing matched in them: the merge knows what nothing matched at all.
  const restricted = options.tenants !== undefined || options.planes !== undefined;
  const report = await audit({
    ...options, types, ...(options.readingsOf && { readings: options.readingsOf(policy.targets) }),
    known: (coverage) => withUnread(coverage, policy.unread, options.now().slice(0, 10)),
    settle: (raw, result) => settle(raw, result, { policy, restricted, types, options }),
    ...(state !== undefined && { age: (audited, started) => remember(state, audited, started) }),
  });
  if (patches !== undefined) writePatches(patches, report);
  return report;
}

/** Git's own CRDs win over those that come with Bulkhead. The cluster's are not believed: whoever changes one could hide what he changed. */
async function schemasOf(desired: DesiredSide): Promise<Types> {
  const crds = desired.entries.filter(({ apiVersion, kind }) => kind === "CustomResourceDefinition" && apiVersion === "apiextensions.k8s.io/v1");
  return loadSchemas(undefined, await desired.read(crds));
}

interface Settling { policy: Policy; restricted: boolean; types: Types; options: RunOptions }

async function settle(raw: readonly Raw[], { applications, coverage }: PlaneResult, { policy, restricted, types, options }: Settling): Promise<Settled> {
  const { desired, cluster } = options;
  const now = options.now();
  const around: Surroundings = { tracked: options.live.tracked === true };
  const rules = new AllowRules(policy.allow, now.slice(0, 10));
  // What an older text differs by is no use of a rule.
  const unseen = new AllowRules(policy.allow, now.slice(0, 10));
  const left: Raw[] = [];
  const pending: Settled["pending"] = [];
  for (const finding of raw) {
    options.signal?.throwIfAborted();
    const allowed = withoutAllowed(finding, rules);
    if (!allowed) continue;
    const judged = policy.git === undefined ? {} : await pendingOf(allowed, { side: desired, applications, pendingLimit: policy.pendingLimit, now, git: policy.git, cluster }, (older) => equals(older, allowed, unseen, types, around));
    if (judged.pending) pending.push(judged.pending);
    else left.push(judged.note === undefined ? allowed : { ...allowed, note: [allowed.note, judged.note].filter(Boolean).join("; ") });
  }
  return { left, pending, allowed: rules.report(coverage, restricted) };
}

/** What no rule lets be; undefined when nothing is left. */
function withoutAllowed(finding: Raw, rules: AllowRules): Raw | undefined {
  const { object, status, changes, sides, revise } = finding;
  if (status === "unmanaged") return rules.object(object, finding.claimedBy) ? undefined : finding;
  if (!revise || changes.length === 0) return finding;
  const rest = rules.changes(object, changes, { ...sides, ...(object.plane === "kubernetes" && { claims: (pointer: string) => claims(sides.live as KubeObject, pointer) }) });
  if (rest.length === 0) return undefined;
  return rest.length === changes.length ? finding : { ...finding, ...revise(rest) };
}

/** True when what is live is an older text, but for what is allowed. */
function equals(older: Record<string, unknown>, { object, sides: { live } }: Raw, rules: AllowRules, types: Types, around: Surroundings): boolean {
  if (live === undefined) return false;
  const { changes } = compareObjects(older as unknown as KubeObject, live as KubeObject, types, around);
  return rules.changes(object, changes, { live, desired: older, claims: (pointer) => claims(live as KubeObject, pointer) }).length === 0;
}

/** One file a changed object; nothing that looks like a secret is written, because a patch with dots in it would be applied. */
function writePatches(folder: string, { findings }: AuditReport): void {
  mkdirSync(folder, { recursive: true });
  for (const { id, object: { kind, namespace = "_cluster", name }, revert: { patch } } of findings) {
    if (!patch || !patch.every(({ path, value }) => value === undefined || isShowable(path, value))) continue;
    writeFileSync(join(folder, `${[namespace, kind, name].map(encodeURIComponent).join(".").toLowerCase().slice(0, 180)}.${id}.json`), `${JSON.stringify(patch, undefined, 2)}\n`);
  }
}
