/** What a difference in Prometheus breaks, and what puts it back. */
import type { Impact, Revert } from "../../../model/finding.ts";
import { NAMESPACES, tenantNamespace } from "../../../model/names.ts";
import type { DesiredStore, ItemDifference, LiveItem } from "../../../model/plane.ts";
import { shellWord } from "../../../model/shell.ts";
import { deleteCommand, syncCommand } from "../command.ts";
import { type PrometheusState, RULE_GROUP } from "./desired.ts";
import { objectOf } from "./loaded.ts";

/** A label that is a tenant's to choose opens a wall; a rule of another's in a tenant's space reads or speaks for him; a rule that does not run is blindness. */
export function prometheusImpact({ kind, status, changes }: ItemDifference): Impact {
  if (kind === "scrape" || kind === "target-labels" || (kind === "rule-group" && status === "unmanaged")) return "isolation";
  if (kind === "rule" && status === "unmanaged") return "access";
  if (status === "changed" && changes.every(({ pointer }) => pointer.startsWith("/annotations") || pointer === "/order")) return "cosmetic";
  return "availability";
}

/** The operator writes rule files from PrometheusRules: they are applied again, and Prometheus loads them. */
export function prometheusRevert({ kind, status, namespace, name, tenant, changes, live }: ItemDifference, { state }: DesiredStore<PrometheusState>): Revert {
  const object = (of: string): { group: string; kind: string; namespace: string; name: string } => ({ group: RULE_GROUP, kind: "PrometheusRule", namespace: of.slice(0, of.indexOf("/")), name: of.slice(of.indexOf("/") + 1) });
  if (kind === "configuration") {
    return {
      commands: [`kubectl logs ${shellWord(`prometheus-${state.name}-0`)} --namespace ${shellWord(state.namespace)} --container prometheus --tail 50`],
      note: "Prometheus goes on with what it loaded last: its log says which file it refused. Put that right or delete it, and do not restart Prometheus before: it would not start. An Alertmanager is named by spec.alerting of the Prometheus object",
    };
  }
  if (kind === "scrape" || kind === "target-labels") {
    const spec = JSON.stringify({ spec: { ...(state.enforcedLabel !== undefined && { enforcedNamespaceLabel: state.enforcedLabel }), overrideHonorLabels: true, ignoreNamespaceSelectors: true } });
    return { commands: [`kubectl patch prometheus ${shellWord(state.name)} --namespace ${shellWord(state.namespace)} --type merge --patch ${shellWord(spec)}`], breakGlass: true, note: "the Prometheus object must say so (prerequisites.json); with it the operator writes these labels last, whatever a monitor says" };
  }
  if (kind === "rule-group" && status === "unmanaged") {
    const object = objectBehind(namespace!, live!, tenant, state);
    return object
      ? { commands: [deleteCommand({ group: RULE_GROUP, kind: "PrometheusRule", ...object })], breakGlass: true, note: "git does not know it: delete it with break-glass rights, or declare it" }
      : { commands: [`kubectl get prometheusrules.${RULE_GROUP} --all-namespaces`], breakGlass: true, note: `of which namespace group ${JSON.stringify(name)} is, its rule file ${JSON.stringify(namespace)} does not tell for sure: delete that PrometheusRule, or declare it` };
  }
  const failing = changes.some(({ pointer }) => pointer === "/health");
  return { commands: [syncCommand(object(namespace!), tenant)], note: failing ? "its evaluation fails: Prometheus' page of rules says why" : "Prometheus' operator writes the rule file anew, and Prometheus' reloader loads it; where neither happens, look at their logs" };
}

/** Namespace and name behind `<namespace>-<name>-<uid>.yaml`: both may hold dashes, so the namespace has to be known from elsewhere, its enforced label first. */
function objectBehind(file: string, { value }: LiveItem, tenant: string | undefined, { enforcedLabel }: PrometheusState): { namespace: string; name: string } | undefined {
  const base = objectOf(file);
  const rules = Object.values(value["rules"] as Record<string, { labels: Record<string, string> }>);
  const labelled = enforcedLabel === undefined ? [] : rules.map(({ labels }) => labels[enforcedLabel]).filter((one) => one !== undefined);
  const namespace = [...labelled, ...(tenant === undefined ? [] : [tenantNamespace(tenant)]), NAMESPACES.observability].find((one) => base.startsWith(`${one}-`) && base.length > one.length + 1);
  return namespace === undefined ? undefined : { namespace, name: base.slice(namespace.length + 1) };
}
