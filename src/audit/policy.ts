/** The audit's policy at the audited revision, as `layers/audit/policy` rendered it. */
import { faultsOf } from "../model/allow.ts";
import type { AllowRule } from "../model/finding.ts";
import type { AuditTarget, Reference, UnreadRule } from "../model/fleet.ts";
import { type Problem, unloadable } from "../model/problem.ts";
import { isMap } from "../model/value.ts";
import type { DesiredSide } from "./desired/side.ts";

export interface Policy {
  allow: AllowRule[];
  /** Seconds. */
  pendingLimit: number;
  /** By store. */
  targets: ReadonlyMap<string, AuditTarget>;
  unread: readonly UnreadRule[];
  /** Where Argo CD gets the tree from; absent where nothing was rendered: then nothing is pending. */
  git?: { repository: string; path: string };
}

const DEFAULT: Policy = { allow: [], pendingLimit: 15 * 60, targets: new Map(), unread: [] };
const TEXTS = ["kind", "reason", "owner", "expires"] as const;
const OPTIONAL = ["namespace", "name", "path", "manager", "subresource"] as const;

/** Reads the policy; the defaults where the tree has none, and a problem (BH7311) where it cannot be believed: nothing is let be then. */
export async function readPolicy(side: Pick<DesiredSide, "commit" | "at">, { out, cluster }: { out: string; cluster: string }): Promise<{ policy: Policy; problems: Problem[] }> {
  const file = `${cluster}/platform/audit/policy.json`;
  const text = side.commit === undefined ? undefined : await side.at(side.commit, file);
  if (text === undefined) return { policy: DEFAULT, problems: [] };
  const policy = parsePolicy(text);
  if (typeof policy !== "string") return { policy, problems: [] };
  return { policy: DEFAULT, problems: [unloadable("BH7311", `the audit's policy cannot be read: ${policy}`, { file: `${out}/${file}`, path: "" }, "render the tree again (bulkhead synth) and commit it")] };
}

function parsePolicy(text: string): Policy | string {
  let value: unknown;
  try { value = JSON.parse(text); } catch { return "it is not JSON"; }
  if (!isMap(value) || value.version !== 1) return isMap(value) && typeof value.version === "number" ? `it is of version ${value.version}, and this Bulkhead knows 1` : "it is none";
  const { allow, pendingLimit, git } = value;
  if (!Array.isArray(allow) || typeof pendingLimit !== "number" || !(pendingLimit >= 0)) return "allow or pendingLimit is missing";
  if (!isMap(git) || typeof git.repository !== "string" || typeof git.path !== "string") return "git is missing";
  const targets = Object.entries(isMap(value.targets) ? value.targets : {});
  const odd = targets.find(([, target]) => !isTarget(target));
  if (odd || !(value.targets === undefined || isMap(value.targets))) return odd ? `the target ${odd[0]} is none` : "targets are none";
  const unread = value.unread ?? [];
  if (!Array.isArray(unread) || !unread.every(isUnread)) return "unread is none";
  const bad = allow.findIndex((rule: unknown) => !isRule(rule) || faultsOf(rule).some(({ what }) => what === "form" || what === "everything"));
  return bad >= 0 ? `allow rule ${bad + 1} is none` : { allow: allow as AllowRule[], pendingLimit, targets: new Map(targets as [string, AuditTarget][]), unread: unread as UnreadRule[], git: { repository: git.repository, path: git.path } };
}

const isRule = (value: unknown): value is AllowRule => isMap(value) && TEXTS.every((key) => typeof value[key] === "string") && OPTIONAL.every((key) => value[key] === undefined || typeof value[key] === "string") && isDay(value.expires);
const isDay = (value: unknown): boolean => typeof value === "string" && /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value);
const isReference = (value: unknown): value is Reference => isMap(value) && (typeof value.env === "string") !== (typeof value.file === "string") && Object.keys(value).length === 1;
const isTarget = (value: unknown): value is AuditTarget => isMap(value) && typeof value.plain === "boolean" && (value.endpoint === undefined || typeof value.endpoint === "string") && isLogin(value) && (value.ca === undefined || isReference(value.ca)) && (value.probe === undefined || (isMap(value.probe) && isLogin(value.probe)));
const isLogin = ({ user, password }: Record<string, unknown>): boolean => (user === undefined || typeof user === "string" || isReference(user)) && (password === undefined || isReference(password));
const isUnread = (value: unknown): boolean => isMap(value) && ["plane", "store", "what", "reason", "owner"].every((key) => typeof value[key] === "string" && value[key] !== "") && isDay(value.expires);
