/** Generated audit reports: sound by their schema, with names that nobody would choose. */
import fc from "fast-check";
import { type AllowRule, type AuditReport, type Change, type Claim, type Coverage, type Finding, IMPACTS, type PlaneObject, PLANES, type Verdict } from "../../../src/model/finding.ts";
import { compareCoverage, compareFindings, comparePlaced, compareUses, compareVerdicts } from "../../../src/model/order.ts";
import { HOSTILE } from "../sample.ts";

export const TENANTS = ["acme", "globex", "helvetia", "northwind", "zeta"] as const;

const hex = (length: number): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 12 }), fc.string({ minLength: 1, maxLength: 20 }), fc.constantFrom(HOSTILE, "```\n# x", "\u202eevil", "@everyone", "a\tb"));
const file = text.filter((t) => t !== "");
const time = fc.date({ min: new Date("2020-01-01"), max: new Date("2030-01-01"), noInvalidDate: true }).map((date) => date.toISOString());
const object: fc.Arbitrary<PlaneObject> = fc.record({ plane: fc.constantFrom(...PLANES), store: text, apiVersion: fc.constantFrom("v1", "apps/v1", "networking.k8s.io/v1"), kind: text, namespace: text, name: text }, { requiredKeys: ["plane", "kind", "name"] });
const claim: fc.Arbitrary<Claim> = fc.record({ manager: text, operation: fc.constantFrom("Apply", "Update"), subresource: text, time, confidence: fc.constantFrom("exact", "above", "approximate") }, { requiredKeys: ["manager", "operation", "confidence"] });
const source = fc.record({ file, path: text, line: fc.integer({ min: 1, max: 9999 }), column: fc.integer({ min: 1, max: 200 }) }, { requiredKeys: ["file", "path"] });
const change: fc.Arbitrary<Change> = fc.record({ pointer: text.map((t) => `/${t}`), kind: fc.constantFrom("added", "removed", "changed", "order"), desired: fc.jsonValue(), live: fc.jsonValue(), claimedBy: fc.array(claim, { maxLength: 2 }), note: text, source }, { requiredKeys: ["pointer", "kind"] });
const rule: fc.Arbitrary<AllowRule> = fc.record({ kind: text, namespace: text, name: text, path: text, manager: text, subresource: text, reason: text, owner: text, expires: fc.constant("2027-01-31") }, { requiredKeys: ["kind", "reason", "owner", "expires"] });
const tenant = fc.constantFrom(undefined, ...TENANTS);
const maybe = (id: string | undefined): { tenant?: string } => (id === undefined ? {} : { tenant: id });

/** Audits give hashes; a report file may hold anything. */
const finding: fc.Arbitrary<Finding> = fc.record({
  id: fc.oneof({ weight: 9, arbitrary: hex(16) }, file), object, tenant, status: fc.constantFrom("changed", "missing", "unmanaged", "deleting", "gone-version", "unapplied"), impact: fc.constantFrom(...IMPACTS),
  changes: fc.array(change, { maxLength: 4 }), owner: text, source, file, claimedBy: fc.array(claim, { maxLength: 1 }),
  revert: fc.record({ patch: fc.constant([{ op: "replace" as const, path: "/spec/replicas", value: 3 }]), commands: fc.array(text, { maxLength: 2 }), breakGlass: fc.boolean(), note: text }, { requiredKeys: ["commands"] }),
  confidence: fc.constantFrom("typed", "untyped"), note: text, firstSeen: time, age: fc.constantFrom("new", "open", "reopened"),
}, { requiredKeys: ["id", "object", "tenant", "status", "impact", "changes", "revert", "confidence", "firstSeen", "age"] }).map(({ tenant: id, ...rest }) => ({ ...rest, ...maybe(id) }) as Finding);

const coverage: fc.Arbitrary<Coverage> = fc.oneof(
  fc.record({ plane: fc.constantFrom(...PLANES), what: text, state: fc.constant("read" as const), objects: fc.nat(5000) }),
  fc.record({ plane: fc.constantFrom(...PLANES), what: text, state: fc.constantFrom("unknown" as const, "excluded" as const), objects: fc.nat(50), reason: text, tenants: fc.uniqueArray(fc.constantFrom(...TENANTS), { minLength: 1 }).map((ids) => ids.sort()) }, { requiredKeys: ["plane", "what", "state", "objects", "reason"] }),
);
const verdict: fc.Arbitrary<Verdict> = fc.record({ plane: fc.constantFrom(...PLANES), tenant, verdict: fc.constantFrom("clean", "drifted", "unknown"), findings: fc.nat(9), coverage: fc.integer({ min: 0, max: 100 }) }).map(({ tenant: id, ...rest }) => ({ ...rest, ...maybe(id) }) as Verdict);

/** Reports as one process makes them: in their order, no finding, verdict or line of coverage twice. */
export const reports: fc.Arbitrary<AuditReport> = fc.record({
  cluster: text, from: text, commit: fc.option(hex(40), { nil: undefined }), behind: fc.option(fc.nat(9), { nil: undefined }), version: fc.option(fc.constant("v1.36.3"), { nil: undefined }),
  times: fc.tuple(time, time), scope: fc.record({ tenants: fc.constant(["acme"]), planes: fc.constant(["kubernetes" as const]) }, { requiredKeys: [] }),
  findings: fc.uniqueArray(finding, { selector: (f) => f.id, maxLength: 8 }), pending: fc.array(fc.record({ object, tenant, appliedRevision: text, note: text }), { maxLength: 2 }),
  rules: fc.array(rule, { maxLength: 4 }), uses: fc.array(fc.record({ index: fc.nat(3), tenant, object, pointer: text, claimedBy: fc.array(claim, { maxLength: 1 }) }, { requiredKeys: ["index", "tenant", "object"] }), { maxLength: 3 }),
  coverage: fc.uniqueArray(coverage, { selector: (c) => `${c.plane} ${c.what}`, maxLength: 6 }), verdicts: fc.uniqueArray(verdict, { selector: (v) => `${v.plane} ${v.tenant}`, maxLength: 8 }),
  resolved: fc.uniqueArray(fc.record({ id: hex(17), object, tenant, firstSeen: time }), { selector: (r) => r.id, maxLength: 3 }), notices: fc.uniqueArray(text, { maxLength: 2 }),
}).map(({ cluster, from, commit, behind, version, times: [a, b], scope, findings, pending, rules, uses, coverage: lines, verdicts, resolved, notices }): AuditReport => {
  const used = uses.flatMap(({ index, tenant: _, ...use }) => (rules[index] ? [{ rule: rules[index], index, ...use }] : []));
  const listed = rules.map((one, index) => ({ rule: one, index }));
  return {
    version: 1, cluster, desired: { from, ...(commit !== undefined && { commit }), ...(behind !== undefined && { behind }) }, live: { from: "in-cluster", ...(version !== undefined && { version }) },
    started: a < b ? a : b, ended: a < b ? b : a, scope, findings: findings.sort(compareFindings),
    pending: pending.map(({ tenant: id, ...rest }) => ({ ...rest, ...maybe(id) })).sort(comparePlaced),
    allowed: { used: used.sort(compareUses), expired: listed.filter(({ index }) => index === 1), unmatched: listed.filter(({ index }) => !used.some((use) => use.index === index)) },
    coverage: lines.sort(compareCoverage), verdicts: verdicts.sort(compareVerdicts),
    resolved: resolved.map(({ tenant: id, ...rest }) => ({ ...rest, ...maybe(id) })).sort(comparePlaced), notices,
  };
});
