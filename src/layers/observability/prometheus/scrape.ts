/** How Prometheus labels what it scrapes in a tenant's namespace: by its configuration, and by the targets it has. */
import { load } from "js-yaml";
import { NAMESPACES } from "../../../model/names.ts";
import { type LiveItem, type Normal, StoreUnreadable } from "../../../model/plane.ts";
import { isMap } from "../../../model/value.ts";
import { part } from "../http.ts";
import { seconds } from "../promql/duration.ts";
import type { PrometheusState } from "./desired.ts";
import { tenantOf } from "./space.ts";

/** One scrape configuration, without anything that could be a credential. */
interface Scrape { job: string; honorLabels: boolean; /** In which it discovers; `(all)`, or `(none)` where its targets are written down. */ namespaces: string[] | string; targets: Relabel[]; metrics: Relabel[] }
interface Relabel { action: string; target: string; source: string[]; replacement: string; regex: string }

/** Reads the loaded configuration: scrape jobs, the seconds between evaluations of groups that say none, and whether alerts are sent anywhere. */
export function parseConfig(yaml: string): { scrapes: Scrape[]; interval?: number; alerting: boolean } {
  let config: unknown;
  try { config = load(yaml); } catch { throw new StoreUnreadable("its configuration is no YAML"); }
  const root = part.map(config ?? {}, "configuration");
  const interval = seconds(String((isMap(root["global"]) ? root["global"]["evaluation_interval"] : undefined) ?? "1m"));
  const alerting = isMap(root["alerting"]) && Array.isArray(root["alerting"]["alertmanagers"]) && root["alerting"]["alertmanagers"].length > 0;
  return { alerting, scrapes: part.list(root["scrape_configs"] ?? [], "scrape_configs").map((one) => scrapeOf(part.map(one, "scrape"))), ...(interval !== undefined && { interval }) };
}

function scrapeOf(one: Record<string, unknown>): Scrape {
  const discovered = part.list(one["kubernetes_sd_configs"] ?? [], "discovery").map((sd) => part.map(sd, "discovery"));
  const names = discovered.map((sd) => (isMap(sd["namespaces"]) ? { names: sd["namespaces"]["names"], own: sd["namespaces"]["own_namespace"] === true } : {}) as { names?: unknown; own?: boolean });
  const whole = names.some(({ names: list, own }) => own === true || !Array.isArray(list) || list.length === 0);
  const relabels = (key: string): Relabel[] => part.list(one[key] ?? [], key).map((rule) => relabelOf(part.map(rule, key)));
  return {
    job: part.text(one["job_name"], "job"), honorLabels: one["honor_labels"] === true, targets: relabels("relabel_configs"), metrics: relabels("metric_relabel_configs"),
    namespaces: discovered.length === 0 ? "(none)" : whole ? "(all)" : [...new Set(names.flatMap(({ names: list }) => (list as unknown[]).map(String)))].sort(),
  };
}

const relabelOf = (rule: Record<string, unknown>): Relabel => ({
  action: String(rule["action"] ?? "replace").toLowerCase(), target: String(rule["target_label"] ?? ""), replacement: String(rule["replacement"] ?? "$1"), regex: String(rule["regex"] ?? "(.*)"),
  source: Array.isArray(rule["source_labels"]) ? rule["source_labels"].map(String) : [],
});

/** The namespace of the monitor behind a job: Prometheus Operator names jobs `<kind>/<namespace>/<name>/<n>`. */
const namespaceOf = (job: string): string | undefined => /^(?:serviceMonitor|podMonitor|probe|scrapeConfig)\/([^/]+)\//.exec(job)?.[1];

/** What a label holds in the end, after all rules: the constant that the last of them sets, or that it is anybody's. */
function lastSet(rules: readonly Relabel[], label: string): string {
  const last = rules.findLast((rule) => mayWrite(rule, label));
  if (!last) return "(not set)";
  const constant = last.action === "replace" && last.target === label && last.regex === "(.*)" && !/\$/.test(last.replacement);
  return constant ? last.replacement : "(chosen by others)";
}

function mayWrite({ action, target, replacement }: Relabel, label: string): boolean {
  if (["replace", "hashmod", "lowercase", "uppercase"].includes(action)) return target === label || target.includes("$");
  // What a map writes to is its own to say; a fixed prefix that the label has not is none of ours.
  if (action === "labelmap") return replacement.includes("$") ? label.startsWith(replacement.slice(0, replacement.indexOf("$"))) : replacement === label;
  return ["labeldrop", "labelkeep"].includes(action);
}

/** Jobs of tenants' monitors: what their labels say and where they look. A job that looks into a tenant's namespace from elsewhere is the platform's, if it sets the label too. */
export function scrapeItems(scrapes: readonly Scrape[], state: PrometheusState): LiveItem[] {
  return scrapes.flatMap((scrape): LiveItem[] => {
    const namespace = namespaceOf(scrape.job);
    const tenant = tenantOf(namespace);
    if (tenant === undefined) return [];
    const label = state.enforcedLabel ?? "namespace";
    return [{
      kind: "scrape", namespace: namespace!, name: scrape.job, tenant,
      value: { honor_labels: scrape.honorLabels, target_label: lastSet(scrape.targets, label), metric_label: lastSet(scrape.metrics, label), namespaces: scrape.namespaces },
    }];
  });
}

/** Labels of the active targets of each job in each tenant's namespace, all values that occur. */
export function targetItems(targets: readonly unknown[], state: PrometheusState): LiveItem[] {
  const label = state.enforcedLabel ?? "namespace";
  const found = new Map<string, Omit<LiveItem, "value"> & { value: Record<string, Record<string, Normal>> }>();
  for (const one of targets) {
    const target = part.map(one, "target");
    const [labels, discovered] = [part.texts(target["labels"], "target"), part.texts(target["discoveredLabels"], "target")];
    const job = part.text(target["scrapePool"], "target");
    const namespace = discovered["__meta_kubernetes_namespace"] ?? namespaceOf(job);
    const tenant = tenantOf(namespace);
    // Series of the platform's namespace are believed whatever tenant they name: nobody else may say that he comes from there.
    const posing = tenant === undefined && namespace !== undefined && namespace !== labels[label] && (labels[label] === NAMESPACES.observability || tenantOf(labels[label]) !== undefined);
    if (tenant === undefined && !posing) continue;
    const key = JSON.stringify([namespace, job]);
    const item = found.get(key) ?? { kind: "target-labels", namespace: namespace!, name: job, ...(tenant !== undefined && { tenant }), value: { [label]: {}, tenant: {} } };
    item.value[label]![labels[label] ?? "(none)"] = true;
    if (labels["tenant"] !== undefined) item.value["tenant"]![labels["tenant"]] = true;
    found.set(key, item);
  }
  return [...found.values()];
}
