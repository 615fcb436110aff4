/** What an audit says to Alertmanager, as values: which alerts fire, which end, which stay because nobody looked. Pure. */
import { type AuditReport, type Finding, IMPACTS, type Impact, isIncomplete, type Plane, type PlaneObject } from "../../model/finding.ts";
import { printable } from "../../model/printable.ts";
import { details, revertLines, titleText } from "../audit/details.ts";
import { safeReport } from "../audit/safe.ts";
import { claimText, cut, findingsText, kindText, objectText, sourceText, tenantText, unknowns } from "../audit/words.ts";

/** One alert of `POST /api/v2/alerts`. The labels are its identity: nothing in them changes while the object differs. Times are RFC 3339. */
export interface Alert { labels: Record<string, string>; annotations: Record<string, string>; startsAt: string; endsAt: string; generatorURL?: string }

/** An alert as it was last sent; `ended` since it was resolved. */
export interface RememberedAlert { /** Of the finding, or of what else the alert is about. */ id: string; tenant?: string; planes: Plane[]; alert: Omit<Alert, "endsAt">; ended?: string }
/** What was sent for one cluster: Alertmanager forgets an alert that nobody sends again, so the auditor must not. */
export interface AlertMemory { version: 1; cluster: string; alerts: RememberedAlert[] }

export interface AlertOptions {
  /** Seconds between two audits. Alerts last four of them: two lost audits resolve nothing. */
  interval: number;
  now: Date;
  /** What the last call gave; without it resolved findings are ended under every label they may have had. */
  memory?: AlertMemory | undefined;
  /** Base URL of runbooks, without trailing slash. */
  runbooks?: string;
  /** An absolute URL of the report. */
  reportUrl?: string;
  /** Most alerts of single objects a tenant; 20. */
  bound?: number;
}

/** Alerts last this many intervals; what is resolved is said again for as long. */
const LASTS = 4;
const BOUND = 20;
/** Objects that an alert about the rest names. */
const NAMED = 30;
/** Ids of alerts about planes; those of findings are hashes. */
const INCOMPLETE = "incomplete ";
/** Characters of an annotation: PagerDuty drops an event's details above 512,000 bytes, and shows 1,024 characters of a summary. */
const SUMMARY = 500;
const DESCRIPTION = 4000;

/** The alerts to send now, firing ones first, and what to remember. */
export function alertsOf(unsafe: AuditReport, options: AlertOptions): { alerts: Alert[]; memory: AlertMemory } {
  const report = safeReport(unsafe);
  const before = options.memory?.cluster === report.cluster ? options.memory.alerts : [];
  const now = options.now.toISOString();
  const later = new Date(options.now.getTime() + LASTS * options.interval * 1000).toISOString();
  const firing = [...firingFindings(report, options, before), ...incompleteAlerts(report, options, before)];
  const fires = new Set(firing.map((one) => identity(one.alert.labels)));
  const isOver = looking(report);
  const ended: RememberedAlert[] = [];
  const kept: RememberedAlert[] = [];
  for (const one of before) {
    if (fires.has(identity(one.alert.labels))) continue;
    if (one.ended !== undefined) { if (options.now.getTime() - Date.parse(one.ended) < LASTS * options.interval * 1000) ended.push(one); }
    else if (isOver(one)) ended.push({ ...one, ended: now });
    else kept.push(one);
  }
  const blind = options.memory ? [] : report.resolved.flatMap(({ id, object, tenant, firstSeen }) => IMPACTS.map((impact): RememberedAlert =>
    ({ id, ...(tenant !== undefined && { tenant }), planes: [object.plane], alert: { labels: labelsOf(report, { object, tenant, impact }), annotations: {}, startsAt: earlier(firstSeen, now) }, ended: now })));
  return {
    alerts: [
      ...[...firing, ...kept].map(({ alert }) => ({ ...alert, endsAt: later })),
      ...[...ended, ...blind].map(({ alert, ended: at }) => ({ ...alert, startsAt: earlier(alert.startsAt, at!), endsAt: at! })),
    ],
    memory: { version: 1, cluster: report.cluster, alerts: [...firing, ...kept, ...ended, ...blind] },
  };
}

const identity = (labels: Readonly<Record<string, string>>): string => JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
const earlier = (a: string, b: string): string => (Date.parse(a) <= Date.parse(b) ? a : b);

/** Labels of a finding's alert. The class is the impact: when a difference gets worse, somebody is called again. */
function labelsOf({ cluster }: AuditReport, { object, tenant, impact }: { object: PlaneObject; tenant?: string | undefined; impact: Impact }): Record<string, string> {
  const { plane, store, namespace, name } = object;
  return shown({ alertname: "BulkheadDrift", severity: "critical", priority: "P0", cluster, tenant, plane, store, kind: kindText(object), namespace, name, drift_class: impact });
}

/** Without empty labels, which Alertmanager drops. */
const shown = (labels: Record<string, string | undefined>): Record<string, string> => Object.fromEntries(Object.entries(labels).flatMap(([key, value]) => (value ? [[key, printable(value)]] : [])));

/** One alert an object while a tenant has few, and one for the rest of each class. What has its own alert keeps it. */
function firingFindings(report: AuditReport, options: AlertOptions, before: readonly RememberedAlert[]): RememberedAlert[] {
  const bound = options.bound ?? BOUND;
  const alive = new Set(before.filter((one) => one.ended === undefined).map((one) => identity(one.alert.labels)));
  const known = (finding: Finding): number => (alive.has(identity(labelsOf(report, finding))) ? 0 : 1);
  return [...Map.groupBy(report.findings, (finding) => finding.tenant)].flatMap(([tenant, findings]) => {
    const ordered = findings.length <= bound ? findings : findings.map((finding) => ({ finding, rank: known(finding) })).sort((a, b) => a.rank - b.rank).map((one) => one.finding);
    const rest = Map.groupBy(ordered.slice(bound), (finding) => finding.impact);
    return [...ordered.slice(0, bound).map((finding) => findingAlert(report, finding, options)), ...[...rest].map(([impact, some]) => summaryAlert(report, tenant, impact, some, options, before))];
  });
}

function findingAlert(report: AuditReport, finding: Finding, options: AlertOptions): RememberedAlert {
  const { id, object, tenant, changes, claimedBy = [], owner, firstSeen } = finding;
  const claims = [...new Set([...changes.flatMap((change) => change.claimedBy ?? []), ...claimedBy].map(claimText))];
  return {
    id, ...(tenant !== undefined && { tenant }), planes: [object.plane],
    alert: {
      labels: labelsOf(report, finding),
      annotations: annotations(options, "drift", {
        summary: `${titleText(finding)} on ${printable(report.cluster)}`,
        description: details(finding).join("\n"),
        source: sourceText(finding), owner: owner && printable(owner), claimed_by: claims.join("\n"), revert: revertLines(finding).join("\n"),
      }),
      startsAt: earlier(firstSeen, options.now.toISOString()), ...generator(options),
    },
  };
}

function summaryAlert(report: AuditReport, tenant: string | undefined, impact: Impact, findings: readonly Finding[], options: AlertOptions, before: readonly RememberedAlert[]): RememberedAlert {
  const id = `more ${impact} ${tenant ?? ""}`;
  const more = findings.length - NAMED;
  const names = [...findings.slice(0, NAMED).map((finding) => objectText(finding.object)), ...(more > 0 ? [`… ${more} more; the report has all`] : [])];
  const description = [`${findingsText(findings)} of ${tenantText(tenant)} have no alert of their own.`, ...names].join("\n");
  return {
    id, ...(tenant !== undefined && { tenant }), planes: [...new Set(findings.map(({ object }) => object.plane))],
    alert: {
      labels: shown({ alertname: "BulkheadDriftMore", severity: "critical", priority: "P0", cluster: report.cluster, tenant, drift_class: impact }),
      annotations: annotations(options, "drift", { summary: `more ${impact} drift of ${tenantText(tenant)} on ${printable(report.cluster)}`, description }),
      startsAt: startOf(id, before, options), ...generator(options),
    },
  };
}

/** One alert a plane that could not be read whole: its findings may be missing. */
function incompleteAlerts(report: AuditReport, options: AlertOptions, before: readonly RememberedAlert[]): RememberedAlert[] {
  if (!isIncomplete(report)) return [];
  const planes = new Set([...report.coverage.filter((one) => one.state === "unknown"), ...report.verdicts.filter((one) => one.verdict === "unknown")].map((one) => one.plane));
  return [...planes].map((plane) => {
    const id = `${INCOMPLETE}${plane}`;
    const lines = unknowns(partOf(report, plane));
    return {
      id, planes: [plane],
      alert: {
        labels: shown({ alertname: "BulkheadAuditIncomplete", severity: "warning", cluster: report.cluster, plane }),
        annotations: annotations(options, "audit-incomplete", { summary: `the audit of ${plane} on ${printable(report.cluster)} is incomplete: drift may go unseen`, description: lines.join("\n") }),
        startsAt: startOf(id, before, options), ...generator(options),
      },
    };
  });
}

/** An alert that fires on keeps its start. */
function startOf(id: string, before: readonly RememberedAlert[], { now }: AlertOptions): string {
  return before.find((one) => one.id === id && one.ended === undefined)?.alert.startsAt ?? now.toISOString();
}

function annotations({ runbooks }: AlertOptions, page: string, { summary, description, ...rest }: { summary: string; description: string; [name: string]: string | undefined }): Record<string, string> {
  const shorter = Object.entries({ summary, ...rest }).flatMap(([name, text]) => (text ? [[name, cut(text, SUMMARY)]] : []));
  return { ...Object.fromEntries(shorter), description: cut(description, DESCRIPTION), ...(runbooks && { runbook_url: `${runbooks}/bulkhead-${page}` }) };
}

/** Alertmanager refuses a whole batch for a generatorURL that is none. */
const generator = ({ reportUrl }: AlertOptions): { generatorURL?: string } => (reportUrl !== undefined && URL.canParse(reportUrl) ? { generatorURL: reportUrl } : {});

/**
 * Tells whether what an alert is about was looked at and is gone. Only what was read ends an alert: the audit lists it as resolved, every plane of its
 * tenant was read whole, or everything was. What is still open and not sent under these labels is sent under others.
 */
function looking(report: AuditReport): (alert: RememberedAlert) => boolean {
  const { scope, resolved, findings, coverage, verdicts } = report;
  const named = new Set([...resolved, ...findings].map(({ id }) => id));
  const everything = Object.values(scope).every((limit) => limit === undefined) && !isIncomplete(report);
  const whole = new Set(verdicts.filter((v) => v.verdict !== "unknown" && v.coverage === 100).map(({ plane, tenant }) => JSON.stringify([plane, tenant])));
  const unread = coverage.filter((one) => one.state === "unknown");
  return ({ id, tenant, planes }) => {
    if (named.has(id) || everything) return true;
    // Whether anything of a plane is unknown for any tenant is more than an audit of some may say.
    if (id.startsWith(INCOMPLETE)) return scope.tenants === undefined && planes.every((plane) => verdicts.some((v) => v.plane === plane) && !isIncomplete(partOf(report, plane)));
    const blind = unread.some((one) => planes.includes(one.plane) && (one.tenants === undefined || tenant === undefined || one.tenants.includes(tenant)));
    return !blind && planes.every((plane) => whole.has(JSON.stringify([plane, tenant])));
  };
}

/** What the report says of one plane. */
const partOf = (report: AuditReport, plane: Plane): AuditReport =>
  ({ ...report, coverage: report.coverage.filter((one) => one.plane === plane), verdicts: report.verdicts.filter((one) => one.plane === plane) });
