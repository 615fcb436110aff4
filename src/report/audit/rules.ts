/** Kinds of findings as rules of code scanning: what each means and what to do. */
import type { Finding, FindingStatus, Impact } from "../../model/finding.ts";

/** A reportingDescriptor of SARIF. */
export interface Rule { id: string; shortDescription: { text: string }; help: { text: string; markdown: string }; defaultConfiguration: { level: string }; [property: string]: unknown }

const STATUS: Readonly<Record<FindingStatus, string>> = {
  changed: "A live object differs from git.",
  missing: "Git declares an object that is not live.",
  unmanaged: "An object is live in a tenant's or the platform's space that no file in git declares.",
  deleting: "An object that git declares is being deleted.",
  "gone-version": "The API server no longer serves the apiVersion in which git declares the object.",
  unapplied: "The object's operator has not taken over what git declares.",
};

const IMPACT: Readonly<Record<Impact, { means: string; score: string }>> = {
  isolation: { means: "A wall between tenants may be open: read it first.", score: "9.5" },
  access: { means: "Somebody may have rights that git does not give.", score: "8.0" },
  availability: { means: "Something may not run as git promises.", score: "6.0" },
  cosmetic: { means: "Nothing depends on it that Bulkhead knows of.", score: "3.0" },
};

const HELP = [
  "Find out who wrote it (`claimed by` is a name that the client chose, and the time of its last write through this entry), then put the object back with the command in the message, or change the definition.",
  "Drift that is meant to stay needs an allow rule with reason, owner and expiry in tenants/platform.ts.",
].join(" ");

/** `drift-isolation-changed`. */
export const ruleId = ({ impact, status }: Pick<Finding, "impact" | "status">): string => `drift-${impact}-${status}`;

/** Rules of the findings that are there, sorted by id. `security-severity` orders them on GitHub; the level is error for all, because all drift is P0. */
export function rulesOf(findings: readonly Finding[]): Rule[] {
  const used = new Map(findings.map((finding) => [ruleId(finding), finding]));
  return [...used].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, { impact, status }]) => ({
    id, shortDescription: { text: STATUS[status] }, fullDescription: { text: `${STATUS[status]} ${IMPACT[impact].means}` }, help: { text: HELP, markdown: HELP },
    defaultConfiguration: { level: "error" }, properties: { tags: ["security", "drift", impact], "security-severity": IMPACT[impact].score },
  }));
}

/** Rules about allow rules: an audit fails on those that are of no use. */
export const ALLOW_RULES = {
  expired: { id: "allow-rule-expired", text: "An allow rule has expired.", help: "Take the rule out of tenants/platform.ts, or let its owner renew `expires` with a reason." },
  unmatched: { id: "allow-rule-unmatched", text: "An allow rule matches nothing.", help: "Take the rule out of tenants/platform.ts: what it allowed is gone, and it would hide what comes." },
} as const;

/** Those of these kinds. */
export const allowRulesOf = (kinds: readonly (keyof typeof ALLOW_RULES)[]): Rule[] =>
  [...new Set(kinds)].map((kind) => ALLOW_RULES[kind]).map(({ id, text, help }) => ({ id, shortDescription: { text }, help: { text: help, markdown: help }, defaultConfiguration: { level: "error" } }));
