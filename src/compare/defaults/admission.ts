/** Admission and API extension. Source: defaults.go of admissionregistration/v1, apiextensions/v1 and apiregistration/v1. */
import { each, field, fill, fillZero, isZero, type Rule, rules, set } from "./rule.ts";

const port = field("service", fill({ port: 443 }));
const scope = fill({ scope: "*" });
const selectors = fill({ matchPolicy: "Equivalent", namespaceSelector: {}, objectSelector: {} });
const webhook: Rule = rules(fill({ failurePolicy: "Fail", timeoutSeconds: 10 }), selectors, field("clientConfig", port), each("rules", scope));
const resources: Rule = rules(selectors, each("resourceRules", scope), each("excludeResourceRules", scope));

export const validatingWebhooks: Rule = each("webhooks", webhook);
export const mutatingWebhooks: Rule = each("webhooks", rules(webhook, fill({ reinvocationPolicy: "Never" })));
/** Validating and mutating ones: `reinvocationPolicy` of the latter has no default. */
export const policy: Rule = field("spec", rules(fill({ failurePolicy: "Fail" }), field("matchConstraints", resources)));
export const policyBinding: Rule = field("spec", field("matchResources", resources));

const names: Rule = (fields) => {
  const { kind } = fields;
  if (typeof kind !== "string" || kind === "") return fields;
  const single = isZero(fields["singular"]) ? set(fields, "singular", kind.toLowerCase()) : fields;
  return isZero(single["listKind"]) ? set(single, "listKind", `${kind}List`) : single;
};
export const customResourceDefinition: Rule = field("spec", rules(
  field("names", names),
  fill({ conversion: { strategy: "None" } }),
  field("conversion", rules(fillZero({ strategy: "None" }), field("webhook", field("clientConfig", port)))),
));

export const apiService: Rule = field("spec", port);
