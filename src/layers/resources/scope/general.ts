/** Who an object says it belongs to, and operators that would look into other namespaces. */
import { API_GROUP, TENANT_LABEL } from "../../../model/names.ts";
import { at, node, type ScopeRule, text, unless } from "./rule.ts";

const MONITORS = { group: "monitoring.coreos.com", resources: ["servicemonitors", "podmonitors"], kinds: ["ServiceMonitor", "PodMonitor"] };

export const generalRules: readonly ScopeRule[] = [
  {
    id: "tenant-id", group: API_GROUP, resources: ["*"], kinds: ["*"],
    cel: "object.?spec.?tenant_id.orValue('') == variables.tenant",
    message: "spec.tenant_id must equal the namespace's tenant",
    check: (object, { tenant }) => unless(node(object.spec).tenant_id === tenant, "/spec/tenant_id", `must be ${tenant}`),
  },
  {
    id: "tenant-label", group: "*", resources: ["*"], kinds: ["*"],
    cel: `object.metadata.?labels[?'${TENANT_LABEL}'].orValue(variables.tenant) == variables.tenant`,
    message: `the label ${TENANT_LABEL} of an object must equal its namespace's`,
    check(object, { tenant }) {
      const label = object.metadata.labels?.[TENANT_LABEL];
      return unless(label === undefined || label === tenant, at("metadata", "labels", TENANT_LABEL), `must be ${tenant}`);
    },
  },
  {
    id: "grafana-import", group: "grafana.integreatly.org", resources: ["*"], kinds: ["*"],
    cel: "object.?spec.?allowCrossNamespaceImport.orValue(false) == false",
    message: "Grafana resources of a tenant are not imported by other namespaces' instances",
    check: (object) => unless(node(object.spec).allowCrossNamespaceImport !== true, "/spec/allowCrossNamespaceImport", "must not be true"),
  },
  {
    id: "monitor-namespace", ...MONITORS,
    cel: "object.?spec.?namespaceSelector.?any.orValue(false) == false && object.?spec.?namespaceSelector.?matchNames.orValue([]).all(n, n == request.namespace)",
    message: "a monitor selects in its own namespace only",
    check(object, { namespace }) {
      const { any, matchNames } = node(node(object.spec).namespaceSelector);
      const names = Array.isArray(matchNames) ? matchNames.map((name) => text(name)) : [];
      return unless(any !== true && names.every((name) => name === namespace), "/spec/namespaceSelector", `must be absent or name ${namespace} only`);
    },
  },
  {
    id: "argo-kind", group: "argoproj.io", resources: ["applications", "applicationsets", "appprojects"], kinds: ["Application", "ApplicationSet", "AppProject"],
    cel: "false", message: "Argo CD's own kinds belong to the platform",
    check: () => [{ path: "/kind", message: "Argo CD's own kinds belong to the platform" }],
  },
];
