/** What `dist/` says of Prometheus: its rules, and what Prometheus Operator makes of those of a namespace that it does not trust. */
import type { SourceRef } from "../../../model/problem.ts";
import type { DesiredStore, Tree } from "../../../model/plane.ts";
import { isMap } from "../../../model/value.ts";
import type { RuleGroup } from "../rule.ts";

/** A PrometheusRule of `dist/`. */
export interface RuleObject { namespace: string; name: string; groups: RuleGroup[]; file: string; tenant?: string; owner?: string; source?: SourceRef }
/** What must be so on the Prometheus object (D7); the same settings decide what the operator writes into rule files. */
export interface PrometheusState { namespace: string; name: string; enforcedLabel?: string; excluded: { namespace: string; name?: string }[]; rules: RuleObject[] }

export const RULE_GROUP = "monitoring.coreos.com";
/** Store of this plane: one Prometheus a cluster. */
const STORE = "prometheus";

/** Prerequisites stand beside the platform's objects, in one text (D7). */
export const isPrerequisites = (file: string): boolean => /(?:^|\/)platform\/prerequisites\.json$/.test(file);

interface Prerequisite { object: { kind: string; namespace: string; name: string }; pointer: string; value: unknown }

/** One Prometheus, where git knows of one. The endpoint is its operator's governing Service, which answers for Prometheus itself and not for a proxy. */
export function prometheusDesired({ manifests, texts }: Tree): DesiredStore<PrometheusState>[] {
  const rules = manifests.filter(({ manifest }) => manifest["kind"] === "PrometheusRule").map(({ manifest, file, tenant, owner, source }): RuleObject => {
    const { metadata, spec } = manifest as { metadata?: { namespace?: unknown; name?: unknown }; spec?: { groups?: unknown } };
    if (typeof metadata?.namespace !== "string" || typeof metadata.name !== "string" || (spec?.groups !== undefined && !Array.isArray(spec.groups))) throw new Error(`${file} is no PrometheusRule: it has no namespace, name or list of groups`);
    return { namespace: metadata.namespace, name: metadata.name, groups: (spec?.groups ?? []) as RuleGroup[], file, ...(tenant !== undefined && { tenant }), ...(owner !== undefined && { owner }), ...(source && { source }) };
  });
  const settings = texts.filter(({ file }) => isPrerequisites(file)).flatMap(({ text, file }) => prerequisites(text, file)).filter(({ object }) => object.kind === "Prometheus");
  if (rules.length + settings.length === 0) return [];
  const { namespace, name } = settings[0]?.object ?? { namespace: "monitoring", name: "k8s" };
  const setting = (pointer: string): unknown => settings.find((one) => one.pointer === pointer)?.value;
  const enforcedLabel = setting("/spec/enforcedNamespaceLabel");
  const excluded = setting("/spec/excludedFromEnforcement");
  const state: PrometheusState = {
    namespace, name, ...(typeof enforcedLabel === "string" && { enforcedLabel }),
    excluded: Array.isArray(excluded) ? excluded.filter((one) => isMap(one) && one["group"] === RULE_GROUP && one["resource"] === "prometheusrules").map(({ namespace: of, name: only }) => ({ namespace: of, ...(only && { name: only }) })) : [],
    rules: rules.sort((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1)),
  };
  return [{ store: STORE, endpoint: `http://prometheus-operated.${namespace}.svc:9090`, state }];
}

function prerequisites(text: string, file: string): Prerequisite[] {
  let list: unknown;
  try { list = JSON.parse(text); } catch { list = undefined; }
  if (!Array.isArray(list) || !list.every((one) => isMap(one) && isMap(one["object"]) && typeof one["pointer"] === "string")) throw new Error(`${file} is no list of prerequisites`);
  return list as Prerequisite[];
}

/** The labels that the operator sets on this object's rules and selectors; none where it is excluded. */
export function enforcedOn(state: PrometheusState, { namespace, name }: Pick<RuleObject, "namespace" | "name">): Record<string, string> {
  const excluded = state.excluded.some((one) => one.namespace === namespace && (one.name === undefined || one.name === name));
  return state.enforcedLabel === undefined || excluded ? {} : { [state.enforcedLabel]: namespace };
}
