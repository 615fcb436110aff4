/** Ways in: routes, and Services that point elsewhere. */
import type { Manifest } from "../../layer.ts";
import { at, type Node, node, nodes, type ScopeContext, type ScopeIssue, type ScopeRule, text, unless } from "./rule.ts";

const gateway = "gateway.networking.k8s.io";
const ROUTES = { group: gateway, resources: ["httproutes"], kinds: ["HTTPRoute"] };
const ENVOY = ["BackendTrafficPolicy", "ClientTrafficPolicy", "SecurityPolicy"];

/** A host whose first label is the tenant: one host has one first label, so no two tenants share one. */
const ownHost = (host: unknown, tenant: string): boolean => String(host).startsWith(`${tenant}.`);
const ownPath = (path: Node, tenant: string): boolean => {
  const value = text(path.value) ?? "/";
  return (path.type === undefined || path.type === "PathPrefix" || path.type === "Exact") && (value === `/${tenant}` || value.startsWith(`/${tenant}/`)) && !value.includes("..");
};
/** Backend references of a rule: its own, and those its filters mirror to. */
const backends = (rule: Node, path: string): [string, Node][] => {
  const mirrors = (filters: unknown, base: string): [string, Node][] => nodes(filters).flatMap((filter, i): [string, Node][] => {
    const target = node(filter.requestMirror).backendRef;
    return target === undefined ? [] : [[`${base}/filters/${i}/requestMirror/backendRef`, node(target)]];
  });
  return [
    ...mirrors(rule.filters, path),
    ...nodes(rule.backendRefs).flatMap((ref, i): [string, Node][] => [[`${path}/backendRefs/${i}`, ref], ...mirrors(ref.filters, `${path}/backendRefs/${i}`)]),
  ];
};
const ownBackend = (ref: Node, namespace: string): boolean =>
  (ref.namespace === undefined || ref.namespace === namespace) && (ref.kind === undefined || ref.kind === "Service") && (ref.group === undefined || ref.group === "");
const backendCel = (ref: string): string => `${ref}.?namespace.orValue(request.namespace) == request.namespace && ${ref}.?kind.orValue('Service') == 'Service' && ${ref}.?group.orValue('') == ''`;
const mirrorCel = (filters: string): string => `${filters}.all(f, !has(f.requestMirror) || (${backendCel("f.requestMirror.backendRef")}))`;

function routeSpace(object: Manifest, { tenant }: ScopeContext): ScopeIssue[] {
  const { hostnames, rules } = node(object.spec);
  if (Array.isArray(hostnames) && hostnames.length > 0 && hostnames.every((host) => ownHost(host, tenant))) return [];
  const every = nodes(rules);
  const paths = every.length > 0 && every.every((rule) => nodes(rule.matches).length > 0 && nodes(rule.matches).every((match) => ownPath(node(match.path), tenant)));
  return unless(paths, "/spec", `every hostname must start with ${tenant}., or every path with /${tenant}/`);
}

export const trafficRules: readonly ScopeRule[] = [
  {
    id: "route-space", ...ROUTES,
    cel: "(size(object.?spec.?hostnames.orValue([])) > 0 && object.spec.hostnames.all(h, h.startsWith(variables.tenant + '.')))"
      + " || (size(object.?spec.?rules.orValue([])) > 0 && object.spec.rules.all(r, size(r.?matches.orValue([])) > 0 && r.matches.all(m, m.?path.?type.orValue('PathPrefix') in ['PathPrefix', 'Exact'] && (m.?path.?value.orValue('/') == '/' + variables.tenant || m.?path.?value.orValue('/').startsWith('/' + variables.tenant + '/')) && !m.?path.?value.orValue('/').contains('..'))))",
    message: "every hostname of a route must start with <id>., or every path with /<id>/",
    check: routeSpace,
  },
  {
    id: "route-backend", ...ROUTES,
    cel: `object.?spec.?rules.orValue([]).all(r, ${mirrorCel("r.?filters.orValue([])")} && r.?backendRefs.orValue([]).all(b, ${backendCel("b")} && ${mirrorCel("b.?filters.orValue([])")}))`,
    message: "a route's backends and mirrors are Services of its own namespace",
    check: (object, { namespace }) => nodes(node(object.spec).rules).flatMap((rule, i) => backends(rule, at("spec", "rules", i))
      .flatMap(([path, ref]) => unless(ownBackend(ref, namespace), path, "must be a Service of this namespace"))),
  },
  {
    id: "gateway-kind", group: gateway, resources: ["*"], kinds: ["*"],
    cel: "object.kind in ['HTTPRoute', 'BackendTLSPolicy']",
    message: "of the Gateway API a tenant has HTTPRoutes and BackendTLSPolicies only",
    check: (object) => unless(["HTTPRoute", "BackendTLSPolicy"].includes(object.kind), "/kind", "must be HTTPRoute or BackendTLSPolicy"),
  },
  {
    id: "envoy-kind", group: "gateway.envoyproxy.io", resources: ["*"], kinds: ["*"],
    cel: `object.kind in [${ENVOY.map((kind) => `'${kind}'`).join(", ")}]`,
    message: "of Envoy Gateway a tenant has policies only: a Backend could point at any address",
    check: (object) => unless(ENVOY.includes(object.kind), "/kind", `must be ${ENVOY.join(", ")}`),
  },
  {
    id: "service-target", group: "", resources: ["services"], kinds: ["Service"],
    cel: "object.?spec.?type.orValue('ClusterIP') != 'ExternalName' && size(object.?spec.?externalIPs.orValue([])) == 0",
    message: "a Service selects pods of its own namespace: no ExternalName, no external addresses",
    check(object) {
      const { type, externalIPs } = node(object.spec);
      return [...unless(type !== "ExternalName", "/spec/type", "must not be ExternalName"), ...unless(!Array.isArray(externalIPs) || externalIPs.length === 0, "/spec/externalIPs", "must be empty")];
    },
  },
];
