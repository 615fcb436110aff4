/** What a difference in Prometheus breaks, and what puts it back. */
import type { Impact, Revert } from "../../../model/finding.ts";
import { NAMESPACES } from "../../../model/names.ts";
import type { DesiredStore, ItemDifference } from "../../../model/plane.ts";
import { deleteCommand, quoted, syncCommand } from "../command.ts";
import { type PrometheusState, RULE_GROUP } from "./desired.ts";

/** A label that is a tenant's to choose opens a wall; a rule of another's in a tenant's space reads or speaks for him; a rule that does not run is blindness. */
export function prometheusImpact({ kind, status, changes }: ItemDifference): Impact {
  if (kind === "scrape" || kind === "target-labels" || (kind === "rule-group" && status === "unmanaged")) return "isolation";
  if (kind === "rule" && status === "unmanaged") return "access";
  if (status === "changed" && changes.every(({ pointer }) => pointer.startsWith("/annotations") || pointer === "/order")) return "cosmetic";
  return "availability";
}

/** The operator writes rule files from PrometheusRules: they are applied again, and Prometheus loads them. */
export function prometheusRevert({ kind, status, namespace, name, tenant, changes }: ItemDifference, { state }: DesiredStore<PrometheusState>): Revert {
  const prometheus = `kubectl rollout restart statefulset ${quoted(`prometheus-${state.name}`)} --namespace ${quoted(state.namespace)}`;
  const object = (of: string): { group: string; kind: string; namespace: string; name: string } => ({ group: RULE_GROUP, kind: "PrometheusRule", namespace: of.slice(0, of.indexOf("/")), name: of.slice(of.indexOf("/") + 1) });
  if (kind === "configuration") return { commands: [prometheus], breakGlass: true, note: "Prometheus goes on with what it loaded last: its log says which file it refused, or why it knows no Alertmanager" };
  if (kind === "scrape" || kind === "target-labels") {
    return { commands: [`kubectl get prometheus ${quoted(state.name)} --namespace ${quoted(state.namespace)} --output jsonpath={.spec.enforcedNamespaceLabel}`], note: "the Prometheus object must enforce the namespace's label (prerequisites.json); a monitor that undoes it must go" };
  }
  if (kind === "rule-group" && status === "unmanaged") {
    const [of, called] = objectOfFile(namespace!, tenant);
    return of === undefined
      ? { commands: [`kubectl get prometheusrules.${RULE_GROUP} --all-namespaces --output wide`], breakGlass: true, note: `delete the PrometheusRule behind the rule file ${JSON.stringify(namespace)}, group ${JSON.stringify(name)}, or declare it` }
      : { commands: [deleteCommand({ group: RULE_GROUP, kind: "PrometheusRule", namespace: of, name: called! })], breakGlass: true, note: "git does not know it: delete it with break-glass rights, or declare it" };
  }
  const failing = changes.some(({ pointer }) => pointer === "/health");
  return { commands: [syncCommand(object(namespace!), tenant), prometheus], ...(failing && { note: "its evaluation fails: Prometheus' log and its page of rules say why" }) };
}

/** Namespace and name behind `<namespace>-<name>-<uid>.yaml`, where the namespace is known. */
function objectOfFile(file: string, tenant?: string): [string, string] | [undefined] {
  const base = file.replace(/(?:-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?\.ya?ml$/, "");
  const namespace = [...(tenant === undefined ? [] : [`tenant-${tenant}`]), NAMESPACES.observability].find((one) => base.startsWith(`${one}-`) && base.length > one.length + 1);
  return namespace === undefined ? [undefined] : [namespace, base.slice(namespace.length + 1)];
}
