/** Parts of an audit as words: the same in every format. */
import { type AllowRule, type AllowUse, type AuditReport, type Change, type Claim, type Coverage, type Finding, type Impact, IMPACTS, type PlaneObject } from "../../model/finding.ts";
import { printable } from "../../model/printable.ts";
import { valueText } from "../../model/value.ts";
import { where } from "../problems.ts";
import { count } from "../report.ts";

/** Text of at most so many characters; half a character does not stay behind. */
export const cut = (text: string, longest: number): string => (text.length > longest ? `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, "")}…` : text);

/** `Deployment.apps`; core kinds and those of other planes stand alone. */
export const kindText = ({ apiVersion, kind }: PlaneObject): string => printable(apiVersion?.includes("/") ? `${kind}.${apiVersion.slice(0, apiVersion.indexOf("/"))}` : kind);

/** `NetworkPolicy.networking.k8s.io tenant-acme/default-deny`, with the store where the plane has several. */
export function objectText(object: PlaneObject): string {
  const { store, namespace, name } = object;
  return printable(`${kindText(object)} ${store ? `${store}:` : ""}${namespace ? `${namespace}/` : ""}${name}`);
}

/** `(platform)` where a thing belongs to no tenant. */
export const tenantText = (tenant: string | undefined): string => (tenant === undefined ? "(platform)" : printable(tenant));

/** `/spec/ingress: [] -> [{}]`; `+` only live, `-` only in git. */
export function changeText({ pointer, kind, desired, live }: Change): string {
  const at = pointer === "" ? "(all of it)" : printable(pointer);
  const [before, after] = [desired, live].map((value) => printable(valueText(value)));
  if (kind === "added") return `+ ${at}: ${after}`;
  if (kind === "removed") return `- ${at}: ${before}`;
  return `${at}: ${kind === "order" ? "order changed: " : ""}${before} -> ${after}`;
}

const CONFIDENCE = { exact: "exact", above: "owns what is above", approximate: "approximate, of another apiVersion" } as const;

/** `claimed by kubectl-edit (Update, scale) at or before 2026-11-20T10:00:00Z, exact`: a name that the client chose, and the time of its last write. */
export function claimText({ manager, operation, subresource, time, confidence }: Claim): string {
  return printable(`claimed by ${manager || "(no name)"} (${[operation, subresource].filter(Boolean).join(", ")})${time ? ` at or before ${time}` : ""}, ${CONFIDENCE[confidence]}`);
}

/** File, line and column of the definition, else the file in git; undefined for what nobody declared. */
export const sourceText = ({ source, file }: Finding): string | undefined => (source ? where(source) : file === undefined ? undefined : printable(file));

/** `kind NetworkPolicy.networking.k8s.io, namespace tenant-*, path /spec/**`. */
export const ruleText = ({ kind, namespace, name, path, manager, subresource }: AllowRule): string =>
  printable(Object.entries({ kind, namespace, name, path, manager, subresource }).flatMap(([key, value]) => (value === undefined ? [] : [`${key} ${value}`])).join(", "));

/** One line a use: what was let be, and why. */
export function useText({ rule, index, object, pointer, claimedBy = [] }: AllowUse): string {
  const what = `${object ? objectText(object) : ruleText(rule)}${pointer ? ` ${printable(pointer)}` : ""}`;
  return `${[what, ...claimedBy.map(claimText)].join(", ")}: rule ${index + 1}, ${printable(rule.reason)} (${printable(rule.owner)}, until ${printable(rule.expires)})`;
}

/** `kubernetes Deployment.apps: forbidden (tenants acme, globex)`. */
export function coverageText({ plane, store, what, reason, tenants }: Coverage): string {
  return printable(`${plane}${store ? ` ${store}` : ""} ${what}: ${reason ?? "no reason given"}${tenants ? ` (${tenants.length === 1 ? "tenant" : "tenants"} ${tenants.join(", ")})` : ""}`);
}

/** Findings by impact, worst first. */
export const byImpact = (findings: readonly Finding[]): [Impact, number][] =>
  IMPACTS.flatMap((impact) => { const n = findings.filter((f) => f.impact === impact).length; return n === 0 ? [] : [[impact, n]]; });

/** `3 findings (1 isolation, 2 cosmetic)`. */
export const findingsText = (findings: readonly Finding[]): string =>
  `${count(findings.length, "finding")}${findings.length === 0 ? "" : ` (${byImpact(findings).map(([impact, n]) => `${n} ${impact}`).join(", ")})`}`;

/** What could not be read, as coverage says it, and planes of tenants whose verdict is unknown without a line of coverage. */
export function unknowns({ coverage, verdicts }: AuditReport): string[] {
  const unread = coverage.filter((one) => one.state === "unknown");
  const said = (plane: string, tenant: string | undefined): boolean => unread.some((one) => one.plane === plane && (one.tenants === undefined || (tenant !== undefined && one.tenants.includes(tenant))));
  return [
    ...unread.map(coverageText),
    ...verdicts.filter((v) => v.verdict === "unknown" && !said(v.plane, v.tenant)).map((v) => `${v.plane}, ${tenantText(v.tenant)}: the verdict is unknown`),
  ];
}

/** One line a plane: how many tenants are clean, drifted and unknown, and how much was read at least. */
export function verdictLines({ verdicts }: AuditReport): string[] {
  return [...new Set(verdicts.map((v) => v.plane))].map((plane) => {
    const own = verdicts.filter((v) => v.plane === plane);
    const parts = (["drifted", "unknown", "clean"] as const).flatMap((verdict) => { const n = own.filter((v) => v.verdict === verdict).length; return n === 0 ? [] : [`${n} ${verdict}`]; });
    return `${plane}: ${parts.join(", ")}; ${percent(Math.min(...own.map((v) => v.coverage)))} read${own.length > 1 ? " of the least covered" : ""}`;
  });
}

/** Never 100 % for less than all. */
export const percent = (value: number): string => `${value >= 100 ? 100 : Math.floor(value * 10) / 10} %`;

/** `HEAD (a1b2c3d4e5, 2026-11-20T10:00:00Z)`. */
export function desiredText({ desired: { from, commit, committed, behind } }: AuditReport): string {
  const details = [commit?.slice(0, 10), committed, behind ? `${count(behind, "commit")} behind its upstream` : undefined].filter(Boolean).join(", ");
  return printable(`${from}${details ? ` (${details})` : ""}`);
}

/** `in-cluster (v1.36.3)`. */
export function liveText({ live: { from, version, taken } }: AuditReport): string {
  const details = [version, taken && `taken ${taken}`].filter(Boolean).join(", ");
  return printable(`${from}${details ? ` (${details})` : ""}`);
}

/** `everything`, or what the audit was restricted to. */
export function scopeText({ scope: { tenants, planes, shard } }: AuditReport): string | undefined {
  const parts = [tenants && `tenants ${tenants.join(", ")}`, planes && `planes ${planes.join(", ")}`, shard && `shard ${shard.index} of ${shard.of}`].filter(Boolean);
  return parts.length === 0 ? undefined : printable(parts.join("; "));
}
