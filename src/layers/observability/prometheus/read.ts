/** Reads a live Prometheus by its HTTP API v1: what it loaded, whether it works, and how tenants' targets are labelled. */
import type { ItemCoverage, LiveItem, Reading, StoreAccess } from "../../../model/plane.ts";
import { attempt, coverageOf, getJson, part } from "../http.ts";
import type { PrometheusState } from "./desired.ts";
import type { LoadedGroup, LoadedRule } from "./rules.ts";
import { ruleItems } from "./loaded.ts";
import { parseConfig, scrapeItems, targetItems } from "./scrape.ts";

/** Kinds of items of this plane. */
export const KINDS = { settings: "configuration", group: "rule-group", rule: "rule", scrape: "scrape", target: "target-labels" } as const;

/** Five requests, whatever the number of rules and targets. The first decides whether the store says anything at all. */
export async function readPrometheus(access: StoreAccess, state: PrometheusState): Promise<Reading> {
  const data = async (path: string): Promise<Record<string, unknown>> => part.map(part.map(await getJson(access, path), "answer")["data"], "data");
  const build = await data("/api/v1/status/buildinfo");
  const items: LiveItem[] = [];
  const coverage: ItemCoverage[] = [];
  const facts: Record<string, string> = {};
  const config = await attempt(async () => parseConfig(part.text((await data("/api/v1/status/config"))["yaml"], "configuration")));
  const runtime = await attempt(async () => part.flag((await data("/api/v1/status/runtimeinfo"))["reloadConfigSuccess"], "reload"));
  const whole = config.reason ?? runtime.reason;
  if (whole === undefined) items.push({ kind: KINDS.settings, name: state.name, value: { reloaded: runtime.value!, alerting: config.value!.alerting } });
  coverage.push(coverageOf(KINDS.settings, whole === undefined ? 1 : 0, whole));

  const loaded = await attempt(async () => part.list((await data("/api/v1/rules?exclude_alerts=true"))["groups"], "groups").map(groupOf));
  // A proxy that leaves out what a tenant may not see answers about rules, and not about the configuration: then a rule that is not listed may be loaded all the same.
  const rules = loaded.value ? ruleItems(loaded.value, state) : [];
  const partly = loaded.reason ?? (config.value ? undefined : `whether all rules are listed cannot be told, because the configuration cannot be read: ${config.reason}`);
  items.push(...rules);
  for (const what of [KINDS.group, KINDS.rule]) coverage.push(coverageOf(what, rules.filter(({ kind }) => kind === what).length, partly));

  const scrapes = config.value ? scrapeItems(config.value.scrapes, state) : [];
  items.push(...scrapes);
  coverage.push(coverageOf(KINDS.scrape, scrapes.length, config.reason));
  if (config.value?.interval !== undefined) facts["evaluationInterval"] = String(config.value.interval);

  const targets = await attempt(async () => targetItems(part.list((await data("/api/v1/targets?state=active"))["activeTargets"], "targets"), state));
  items.push(...(targets.value ?? []));
  coverage.push(coverageOf(KINDS.target, targets.value?.length ?? 0, targets.reason));
  return { plane: "prometheus", store: access.store, ...(typeof build["version"] === "string" && { version: build["version"] }), items, coverage, facts };
}

function groupOf(answer: unknown): LoadedGroup {
  const group = part.map(answer, "group");
  return { file: part.text(group["file"], "group"), name: part.text(group["name"], "group"), interval: part.number(group["interval"], "group"), limit: part.number(group["limit"] ?? 0, "group"), rules: part.list(group["rules"] ?? [], "group").map(ruleOf) };
}

/** Of a rule's last error only that there is one: its text is the server's. */
function ruleOf(answer: unknown): LoadedRule {
  const rule = part.map(answer, "rule");
  const health = part.text(rule["health"], "rule");
  return {
    type: rule["type"] === "alerting" ? "alert" : "record", name: part.text(rule["name"], "rule"), expr: part.text(rule["query"], "rule"),
    for: part.number(rule["duration"] ?? 0, "rule"), keepFiring: part.number(rule["keepFiringFor"] ?? 0, "rule"),
    labels: part.texts(rule["labels"], "rule"), annotations: part.texts(rule["annotations"], "rule"), health: health === "ok" || health === "unknown" ? health : "failing",
  };
}
