/** Rules of one product: availability, freshness, quality, and the absence of what they read. */
import type { Platform, Product, QualityCheck } from "../../model/fleet.ts";
import { METRICS } from "../../model/metrics.ts";
import { tenantNamespace } from "../../model/names.ts";
import { BURN_ALERTS, type BurnAlert, THRESHOLD_UNITS, threshold, thresholdUnits, WINDOWS } from "./burn.ts";
import { percent } from "./decimal.ts";
import { productLabels, recordedRatio, selector } from "./metrics.ts";
import { type AlertCase, type AlertContext, alertRule, chunk, type Rule, series, type Tested } from "./rule.ts";

const WHO = "{{ $labels.domain }}/{{ $labels.product }} of tenant {{ $labels.tenant }}";
const SCRAPED = { job: "exporter", instance: "exporter-0:8080" };

/**
 * Alerts carry the tenant's namespace, so that an AlertmanagerConfig in it (matched by namespace) routes them,
 * although the rules themselves are evaluated from the platform's.
 */
function contextOf(product: Product, platform: Platform): AlertContext {
  const { tenant, domain, product: id } = productLabels(product) as Record<"tenant" | "domain" | "product", string>;
  return { labels: { namespace: tenantNamespace(product.tenant), tenant, domain, product: id, team: product.owner.team }, runbooks: platform.onCall.runbooks };
}

/** All rules and tests of a product on one cluster; undefined when it promises nothing. */
export function productRules(product: Product, platform: Platform): Tested | undefined {
  const context = contextOf(product, platform);
  const parts = [
    ...(product.sla.availabilityPpm === undefined ? [] : [availability(product, product.sla.availabilityPpm, context)]),
    ...(product.sla.freshness === undefined ? [] : [freshness(product, product.sla.freshness, context)]),
    ...(product.quality.length === 0 ? [] : [quality(product, context)]),
  ];
  return parts.length === 0 ? undefined : { groups: parts.flatMap((part) => part.groups), cases: parts.flatMap((part) => part.cases) };
}

interface Missing { for: string; severity: "critical" | "warning"; what: string; labels?: Record<string, string>; name?: string; beside?: AlertCase["series"] }

/** Alert on a series that nothing reports; without it a dead exporter looks like a kept promise. */
function missing(context: AlertContext, alert: string, metric: string, labels: Record<string, string>, more: Missing): { rule: Rule; cases: AlertCase[] } {
  const rule = alertRule(context, {
    alert, for: more.for, severity: more.severity, expr: `absent(${selector(metric, labels)})`, labels: more.labels,
    summary: `${more.what} is not reported.`, description: `Nothing reports ${metric} for ${WHO}; its promise cannot be judged.`,
  });
  const at = `${Number.parseInt(more.for, 10) + 5}m`;
  const present = { series: series(metric, { ...labels, ...SCRAPED }), values: "0x120" };
  const name = more.name ?? alert;
  const beside = more.beside ?? [];
  return {
    rule,
    cases: [
      { name: `${name}: nothing is reported`, series: beside, at, expect: [{ alert, fires: { rule, value: 1 } }] },
      { name: `${name}: reported`, series: [present, ...beside], at, expect: [{ alert }] },
    ],
  };
}

function availability(product: Product, ppm: number, context: AlertContext): Tested {
  const labels = productLabels(product);
  const recorded = (window: string): string => selector(recordedRatio(window), labels);
  const records = WINDOWS.map((window): Rule => ({
    record: recordedRatio(window),
    expr: `sum(rate(${selector(METRICS.failures, labels)}[${window}])) / sum(rate(${selector(METRICS.requests, labels)}[${window}]))`,
    labels,
  }));
  const alerts = BURN_ALERTS.map((burn) => ({
    burn,
    rule: alertRule(context, {
      alert: burn.alert, for: burn.hold, severity: burn.severity,
      expr: `${recorded(burn.short)} > ${threshold(ppm, burn.factorTenths)} and ${recorded(burn.long)} > ${threshold(ppm, burn.factorTenths)}`,
      summary: "Requests fail faster than the availability promise allows.",
      description: `${WHO} fails {{ $value | humanizePercentage }} of its requests over ${burn.short}, and as many over ${burn.long}; ${percent(ppm)} % is promised. This rate spends ${burn.budget}.`,
    }),
  }));
  const absent = missing(context, "ProductRequestsMissing", METRICS.requests, labels, { for: "15m", severity: "warning", what: "The number of requests" });
  return {
    groups: [{ name: "availability", interval: "1m", rules: [...records, ...alerts.map((a) => a.rule), absent.rule] }],
    cases: [...burnCases(labels, ppm, alerts), ...absent.cases],
  };
}

/** The nearest count whose percentage does not lie halfway between two four-digit numbers, where float noise would choose what is printed. */
function beside(limit: number, step: 1 | -1): number {
  let units = limit + step;
  while (/^[0-9]{4}5$/.test(String(units).replace(/0+$/, ""))) units += step;
  return units;
}

/** At every threshold one ten-millionth above fires and one below does not; a failure that ended long ago does not page. */
function burnCases(labels: Record<string, string>, ppm: number, alerts: { burn: BurnAlert; rule: Rule }[]): AlertCase[] {
  const counter = (metric: string, values: string) => ({ series: series(metric, { ...labels, ...SCRAPED }), values });
  const limits = [...new Set(alerts.map(({ burn }) => thresholdUnits(ppm, burn.factorTenths)))];
  const levels = [...new Set(limits.flatMap((limit) => [Math.max(beside(limit, -1), 0), beside(limit, 1)]))].sort((a, b) => a - b);
  const cases = levels.map((failed): AlertCase => ({
    name: `${failed} of ${THRESHOLD_UNITS} requests fail`,
    series: [counter(METRICS.failures, `0+${failed}x60`), counter(METRICS.requests, `0+${THRESHOLD_UNITS}x60`)],
    at: "40m",
    expect: alerts.map(({ burn, rule }) => ({
      alert: burn.alert,
      ...(failed > thresholdUnits(ppm, burn.factorTenths) && { fires: { rule, value: failed / THRESHOLD_UNITS } }),
    })),
  }));
  const fast = alerts[0]!;
  cases.push({
    name: "all requests failed for 20 minutes, and none since",
    series: [counter(METRICS.failures, `0+${THRESHOLD_UNITS}x20 ${20 * THRESHOLD_UNITS}+0x60`), counter(METRICS.requests, `0+${THRESHOLD_UNITS}x81`)],
    at: "40m",
    expect: [{ alert: fast.burn.alert }],
  });
  return cases;
}

function freshness(product: Product, seconds: number, context: AlertContext): Tested {
  const labels = productLabels(product);
  const alert = "ProductFreshnessBreached";
  const rule = alertRule(context, {
    alert, for: "1m", severity: "critical",
    expr: `time() - max by (tenant, domain, product) (${selector(METRICS.lastSuccess, labels)}) > ${seconds}`,
    summary: "Data is older than its promise allows.",
    description: `${WHO} last succeeded {{ $value | humanizeDuration }} ago; at most ${seconds} s are promised.`,
  });
  const aged = (age: number) => [{ series: series(METRICS.lastSuccess, { ...labels, ...SCRAPED }), values: `-${age}+60x20` }];
  const absent = missing(context, "ProductFreshnessMissing", METRICS.lastSuccess, labels, { for: "15m", severity: "warning", what: "The time of the last success" });
  return {
    groups: [{ name: "freshness", interval: "1m", rules: [rule, absent.rule] }],
    cases: [
      { name: `${alert}: one second too old`, series: aged(seconds + 1), at: "10m", expect: [{ alert, fires: { rule, value: seconds + 1 } }] },
      { name: `${alert}: as old as promised`, series: aged(seconds), at: "10m", expect: [{ alert }] },
      ...absent.cases,
    ],
  };
}

/** A check is known by what it checks and where; of two declarations the blocking one counts. */
function distinct(checks: QualityCheck[]): QualityCheck[] {
  const found = new Map<string, QualityCheck>();
  for (const check of checks) {
    const key = `${check.check} ${check.target}`;
    if (!found.has(key) || check.severity === "blocking") found.set(key, check);
  }
  return [...found.values()];
}

/** One alert a check for failing and one for never running: a check that does not run must not look like one that passes. */
function quality(product: Product, context: AlertContext): Tested {
  const checks = distinct(product.quality).map((check) => ({ ...check, labels: { ...productLabels(product), check: check.check, target: check.target } }));
  const reported = (labels: Record<string, string>, values: string) => ({ series: series(METRICS.checkFailed, { ...labels, ...SCRAPED }), values });
  const cases: AlertCase[] = [];
  const sets = checks.map((self): Rule[] => {
    const { check, target, labels } = self;
    const blocking = self.severity === "blocking";
    const alert = blocking ? "ProductQualityBlocked" : "ProductQualityWarning";
    const severity = blocking ? "critical" : "warning";
    const rule = alertRule(context, {
      alert, severity, labels: { check, target },
      expr: `max by (tenant, domain, product, check, target) (${selector(METRICS.checkFailed, labels)}) > 0`,
      summary: blocking ? "A blocking quality check fails." : "A quality check fails.",
      description: `{{ $labels.check }} on {{ $labels.target }} fails for ${WHO}${blocking ? "; nothing downstream may use this data" : ""}.`,
    });
    const absent = missing(context, "ProductQualityCheckMissing", METRICS.checkFailed, labels, {
      for: "30m", severity, what: "The result of a quality check", labels: { check, target }, name: `ProductQualityCheckMissing ${check} ${target}`,
      // Every other check is reported, so exactly one alert is expected.
      beside: checks.filter((other) => other !== self).map((other) => reported(other.labels, "0x120")),
    });
    cases.push(
      { name: `${alert} ${check} ${target}: failed`, series: [reported(labels, "1x20")], at: "5m", expect: [{ alert, fires: { rule, value: 1 } }] },
      { name: `${alert} ${check} ${target}: passed`, series: [reported(labels, "0x20")], at: "5m", expect: [{ alert }] },
      ...absent.cases,
    );
    return [rule, absent.rule];
  });
  return { groups: chunk("quality", "1m", sets), cases };
}
