/** The rules of `scope.ts` as a policy. */
import { eventPrefix, TENANT_LABEL } from "../../../model/names.ts";
import { type ScopeRule, scopeRules } from "../scope.ts";
import { everyWrite, list, policy, type PolicyManifest, str } from "./policy.ts";

/** Whether the request is about one of the rule's kinds. */
function guard({ group, resources }: ScopeRule): string {
  if (group === "*") return "true";
  const ofGroup = `variables.group == ${str(group)}`;
  return resources.includes("*") ? ofGroup : `${ofGroup} && request.resource.resource in ${list(resources)}`;
}

const [before, after] = eventPrefix("\n").split("\n") as [string, string];

/** The policy `tenant-scope`. `rules` is for tests, which leave one out. */
export const tenantScopePolicy = (bucketPrefix: string, rules: readonly ScopeRule[] = scopeRules(bucketPrefix)): PolicyManifest => policy("tenant-scope", {
  matchConstraints: {
    matchPolicy: "Equivalent", namespaceSelector: { matchExpressions: [{ key: TENANT_LABEL, operator: "Exists" }] },
    resourceRules: [everyWrite("Namespaced", ["*"], ["CREATE", "UPDATE"])],
  },
  // An object that is on its way out may lose its finalizers, whatever it says.
  matchConditions: [{ name: "not-leaving", expression: "!(request.operation == 'UPDATE' && has(object.metadata.deletionTimestamp) && object.?spec == oldObject.?spec)" }],
  variables: [
    { name: "tenant", expression: `namespaceObject.metadata.labels[${str(TENANT_LABEL)}]` },
    { name: "prefix", expression: `${str(before)} + variables.tenant + ${str(after)}` },
    { name: "group", expression: "request.resource.group" },
  ],
  validations: rules.map((rule) => ({ expression: `!(${guard(rule)}) || (${rule.cel})`, message: `${rule.id}: ${rule.message}` })),
});
