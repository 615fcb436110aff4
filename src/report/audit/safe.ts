/** The last look before a report leaves the process: whatever still looks like a secret is masked, in every text that can carry one. */
import type { AllowUse, AuditReport, Change, Claim, Finding, PatchOperation, Revert } from "../../model/finding.ts";
import { keyOf } from "../../model/pointer.ts";
import { isShowable, maskShapes, maskText, shownValue } from "../../model/secret.ts";

/**
 * A copy that may be shown in any format. Names, files and ids are left as they are: they are identities, and two of them must not become one.
 * A patch that would hold a mask is left out, because somebody may apply it.
 */
export function safeReport(report: AuditReport): AuditReport {
  return {
    ...report,
    findings: report.findings.map(safeFinding),
    pending: report.pending.map((one) => ({ ...one, note: maskText(one.note) })),
    allowed: {
      used: report.allowed.used.map(safeUse),
      expired: report.allowed.expired.map((one) => ({ ...one, rule: { ...one.rule, reason: maskText(one.rule.reason) } })),
      unmatched: report.allowed.unmatched.map((one) => ({ ...one, rule: { ...one.rule, reason: maskText(one.rule.reason) } })),
    },
    coverage: report.coverage.map((one) => ({ ...one, ...(one.reason !== undefined && { reason: maskText(one.reason) }) })),
    notices: report.notices.map(maskText),
  };
}

const safeUse = (use: AllowUse): AllowUse => ({ ...use, rule: { ...use.rule, reason: maskText(use.rule.reason) }, ...(use.claimedBy && { claimedBy: use.claimedBy.map(safeClaim) }) });
const safeClaim = (claim: Claim): Claim => ({ ...claim, manager: maskText(claim.manager) });

function safeFinding(finding: Finding): Finding {
  return {
    ...finding,
    changes: finding.changes.map(safeChange),
    revert: safeRevert(finding.revert),
    ...(finding.claimedBy && { claimedBy: finding.claimedBy.map(safeClaim) }),
    ...(finding.note !== undefined && { note: maskText(finding.note) }),
  };
}

function safeChange(change: Change): Change {
  const key = keyOf(change.pointer);
  return {
    ...change,
    pointer: maskText(change.pointer),
    ...(change.desired !== undefined && { desired: shownValue(change.desired, key) }),
    ...(change.live !== undefined && { live: shownValue(change.live, key) }),
    ...(change.claimedBy && { claimedBy: change.claimedBy.map(safeClaim) }),
    ...(change.note !== undefined && { note: maskText(change.note) }),
  };
}

function safeRevert({ patch, ...revert }: Revert): Revert {
  const rest = { ...revert, commands: revert.commands.map(maskShapes), ...(revert.note !== undefined && { note: maskText(revert.note) }) };
  if (!patch) return rest;
  if (patch.every(holdsNoSecret)) return { ...rest, patch };
  return { ...rest, note: [rest.note, "the patch is left out: it would hold what looks like a secret"].filter(Boolean).join("; ") };
}

const holdsNoSecret = ({ path, value }: PatchOperation): boolean => value === undefined || isShowable(path, value);
