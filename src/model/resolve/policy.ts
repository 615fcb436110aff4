import type { Parsed } from "../../define/schema.ts";
import { type Fault, faultsOf } from "../allow.ts";
import { parseDuration } from "../duration.ts";
import type { AuditPolicy } from "../fleet.ts";
import { type Problem, refused, type SourceRef, warning } from "../problem.ts";

const at = (file: string, index: number, key: string): SourceRef => ({ file, path: `audit.allow[${index}].${key}` });
const HINTS: Record<Fault["what"], string> = {
  form: "write it as the rule's own words say",
  everything: "name the kinds and paths that are meant",
  never: "spell it out, or drop the rule: a rule that nothing matches fails the audit",
  anyone: "name the manager that the audit shows as claimed by, where there is one",
};

/** Resolves what platform.ts says of the audit, and refuses rules that are none or let everything be (BH3040, BH3041). */
export function resolveAuditPolicy(spec: Parsed<"platform">["audit"], file: string): { policy: AuditPolicy; problems: Problem[] } {
  const problems = spec.allow.flatMap((rule, i) => faultsOf(rule).filter(isFatal).map(({ what, at: key, message }) => refused(what === "form" ? "BH3040" : "BH3041", `allow rule ${i + 1}: ${message}`, at(file, i, key), HINTS[what])));
  return { policy: { allow: spec.allow, pendingLimit: parseDuration(spec.pendingLimit)!, targets: spec.targets as AuditPolicy["targets"], unread: spec.unread }, problems };
}

const isFatal = ({ what }: Fault): boolean => what === "form" || what === "everything";

/** Days before an expiry in which it is warned of (D38), and the longest time that a rule is made for. */
const [NOTICE, LONG] = [14, 366];

/** Warnings of rules that stand: without a use (BH3042), for anyone (BH3043), near their end or past it (BH3044), without a foreseeable end (BH3045). */
export function policyWarnings({ allow }: AuditPolicy, file: string, asOf: string): Problem[] {
  return allow.flatMap((rule, i) => {
    const faults = faultsOf(rule).filter((fault) => !isFatal(fault)).map(({ what, at: key, message }) => warning(what === "never" ? "BH3042" : "BH3043", `allow rule ${i + 1}: ${message}`, at(file, i, key), HINTS[what]));
    const days = (Date.parse(rule.expires) - Date.parse(asOf)) / 86_400_000;
    if (days < 0) faults.push(warning("BH3044", `allow rule ${i + 1} expired on ${rule.expires}: audits fail because of it`, at(file, i, "expires"), "drop it, or let its owner renew it"));
    else if (days <= NOTICE) faults.push(warning("BH3044", `allow rule ${i + 1} expires on ${rule.expires}, in ${days} ${days === 1 ? "day" : "days"}: from then on audits fail`, at(file, i, "expires"), "put right what it lets be, or let its owner renew it"));
    else if (days > LONG) faults.push(warning("BH3045", `allow rule ${i + 1} holds until ${rule.expires}, more than a year`, at(file, i, "expires"), "give it an end at which somebody looks again"));
    return faults;
  });
}
