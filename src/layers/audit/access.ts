/** Who the auditor is to the API server, and what it may ask. */
import { ApiObject, JsonPatch } from "cdk8s";
import { auditorRules } from "../../model/auditor.ts";
import { PROBE_RULES } from "../../model/probe.ts";
import type { Plus, Stage } from "./stage.ts";
import type { AuditState } from "./state.ts";

/** Names of account, roles and bindings. */
const ACCOUNT = "auditor";
const ROLES = { read: "bulkhead-auditor", probe: "bulkhead-auditor-probe" } as const;

/** Makes the account, the role it always has, and the one for probes, which it has where the platform says so (D37). */
export function auditAccess(stage: Stage, { audit: { probe, kinds } }: AuditState): Plus.ServiceAccount {
  const { plus, chart } = stage;
  const account = new plus.ServiceAccount(chart, stage.id(), { metadata: stage.named(ACCOUNT), automountToken: false });
  const role = (name: string, rules: readonly Plus.k8s.PolicyRule[], bound: boolean): void => {
    // The construct below ClusterRole: it keeps a rule an API group, where ClusterRole makes one a resource.
    new plus.k8s.KubeClusterRole(chart, stage.id(), { metadata: stage.clusterWide(name), rules: [...rules] });
    if (!bound) return;
    const binding = new plus.ClusterRoleBinding(chart, stage.id(), { metadata: stage.clusterWide(name), role: plus.ClusterRole.fromClusterRoleName(chart, stage.id(), name) });
    binding.addSubjects(account);
    // Accounts are in no API group, and the API server keeps no empty one.
    ApiObject.of(binding).addJsonPatch(JsonPatch.remove("/subjects/0/apiGroup"));
  };
  role(ROLES.read, auditorRules(kinds), true);
  role(ROLES.probe, PROBE_RULES, probe);
  return account;
}
