/** Policies that let nobody but git, and the writers named here, write (D8). */
import { CONTENT_KINDS } from "../../../model/kinds.ts";
import { API_GROUP, NAMESPACES, PLATFORM_APPLIER, TENANT_LABEL, tenantNamespace, WALLS_APPLIER } from "../../../model/names.ts";
import type { PlatformResources } from "../state.ts";
import { KUBE_WRITERS } from "./kube.ts";
import { operatorWriters } from "./operators.ts";
import { any, everyWrite, list, policy, type PolicyManifest, REVIEWS, str, type Validation, type Variable } from "./policy.ts";
import { WRITER_VARIABLES, type Writer, writerVariables } from "./writer.ts";

const account = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`;
const APPLIERS = account(NAMESPACES.appliers, "");
const controllerOf = (name: string): string[] => [account("kube-system", name), "system:kube-controller-manager"];

const breakGlass = (state: PlatformResources): Variable => ({ name: "may_break_glass", expression: `${str(state.breakGlassGroup)} in variables.groups` });
const walls: Variable = { name: "may_walls", expression: `variables.user == ${str(APPLIERS + WALLS_APPLIER)} && request.operation != 'CONNECT'` };
const refusal = (variables: readonly Variable[]): Validation => ({
  expression: any(variables.map(({ name }) => `variables.${name}`)).replaceAll(/\((variables\.\w+)\)/g, "$1"),
  messageExpression: "'only git writes here: ' + variables.user + ' may not ' + request.operation + ' ' + variables.res",
});
const named = (values: string[]) => ({ matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values }] });

/** In tenants' namespaces: the tenant's own applier for content, the walls' applier, break-glass, and the writers. */
function onlyGitops(state: PlatformResources): PolicyManifest {
  const writers = [...KUBE_WRITERS, ...operatorWriters(state.operators)];
  const own: Variable[] = [
    { name: "tenant", expression: `namespaceObject.metadata.labels[${str(TENANT_LABEL)}]` },
    { name: "contentKind", expression: `(variables.group + '/' + request.resource.resource) in ${list(CONTENT_KINDS.map(({ group, plural }) => `${group}/${plural}`))}` },
    { name: "mainResource", expression: "variables.sub == ''" },
  ];
  const allowed: Variable[] = [
    breakGlass(state), walls,
    { name: "may_content", expression: `variables.user == ${str(`${APPLIERS}content-`)} + variables.tenant && variables.mainResource && variables.contentKind` },
    ...writerVariables(writers),
  ];
  return policy("only-gitops", {
    matchConstraints: {
      matchPolicy: "Equivalent", namespaceSelector: { matchExpressions: [{ key: TENANT_LABEL, operator: "Exists" }] },
      resourceRules: [everyWrite("Namespaced")], excludeResourceRules: [REVIEWS],
    },
    variables: [...WRITER_VARIABLES, ...own, ...allowed], validations: [refusal(allowed)],
  });
}

/** Cluster-scoped objects of tenants, and the label of their namespaces: without it the first policy would not match. */
function onlyGitopsCluster(state: PlatformResources): PolicyManifest {
  const label = str(TENANT_LABEL);
  const allowed: Variable[] = [breakGlass(state), walls, ...writerVariables(CLUSTER_WRITERS)];
  return policy("only-gitops-cluster", {
    matchConstraints: { matchPolicy: "Equivalent", resourceRules: [everyWrite("Cluster")], excludeResourceRules: [REVIEWS] },
    matchConditions: [{ name: "of-a-tenant", expression: `request.resource.group == ${str(API_GROUP)} || (object != null && has(object.metadata) && ${label} in object.metadata.?labels.orValue({})) || (oldObject != null && has(oldObject.metadata) && ${label} in oldObject.metadata.?labels.orValue({}))` }],
    variables: [...WRITER_VARIABLES, ...allowed],
    validations: [
      refusal(allowed),
      {
        // Nobody, not even break-glass, gives a namespace to a tenant whose name it does not bear, or takes the label off one that does.
        expression: `request.resource.resource != 'namespaces' || object == null || object.metadata.name == ${str(tenantNamespace(""))} + variables.newLabels[?${label}].orValue('')`,
        message: `a namespace with the label ${TENANT_LABEL} is called ${tenantNamespace("<id>")}, for as long as it exists`,
      },
    ],
  });
}
const CLUSTER_WRITERS: readonly Writer[] = [
  { name: "namespace-controller", users: controllerOf("namespace-controller"), grants: [{ group: "", resources: ["namespaces"], operations: ["DELETE"] }, { group: "", resources: ["namespaces/finalize", "namespaces/status"], operations: ["UPDATE"] }] },
  { name: "generic-garbage-collector", users: controllerOf("generic-garbage-collector"), grants: [{ group: "*", resources: ["*"], operations: ["UPDATE"], fields: ["owner"] }] },
];

/** Argo CD's own objects: who could edit an Application or a project could point an applier anywhere. */
function onlyGitopsArgocd(state: PlatformResources): PolicyManifest {
  const argocd = (name: string): string[] => [account(NAMESPACES.argocd, name)];
  const writers: Writer[] = [
    { name: "platform", users: [APPLIERS + PLATFORM_APPLIER], grants: [{ group: "argoproj.io", resources: ["applications", "applicationsets", "appprojects"], operations: ["CREATE", "UPDATE", "DELETE"], fields: "any" }] },
    { name: "projects", users: [APPLIERS + WALLS_APPLIER], grants: [{ group: "argoproj.io", resources: ["appprojects"], operations: ["CREATE", "UPDATE", "DELETE"], fields: "any" }] },
    {
      name: "applicationset-controller", users: argocd("argocd-applicationset-controller"),
      grants: [
        { group: "argoproj.io", resources: ["applications"], operations: ["CREATE", "UPDATE", "DELETE"], fields: "any" },
        { group: "argoproj.io", resources: ["applicationsets", "applicationsets/status"], operations: ["UPDATE"] },
      ],
    },
    // Applications have no status subresource; a sync, by hand too, is the top-level field `operation`.
    { name: "application-controller", users: argocd("argocd-application-controller"), grants: [{ group: "argoproj.io", resources: ["applications"], operations: ["UPDATE"], fields: ["operation"] }] },
    { name: "server", users: argocd("argocd-server"), grants: [{ group: "argoproj.io", resources: ["applications"], operations: ["UPDATE"], fields: ["operation"] }] },
    { name: "notifications", users: argocd("argocd-notifications-controller"), grants: [{ group: "argoproj.io", resources: ["applications"], operations: ["UPDATE"] }] },
    { name: "generic-garbage-collector", users: controllerOf("generic-garbage-collector"), grants: [{ group: "argoproj.io", resources: ["*"], operations: ["DELETE"] }, { group: "argoproj.io", resources: ["*"], operations: ["UPDATE"], fields: ["owner"] }] },
    { name: "namespace-controller", users: controllerOf("namespace-controller"), grants: [{ group: "argoproj.io", resources: ["*"], operations: ["DELETE"] }] },
  ];
  const allowed = [breakGlass(state), ...writerVariables(writers)];
  return policy("only-gitops-argocd", {
    matchConstraints: {
      matchPolicy: "Equivalent", namespaceSelector: named([NAMESPACES.argocd]),
      resourceRules: [{ ...everyWrite("Namespaced"), apiGroups: ["argoproj.io"] }],
    },
    variables: [...WRITER_VARIABLES, ...allowed], validations: [refusal(allowed)],
  });
}

/** The appliers' namespace: accounts and their rights come from git, and nobody asks for a token of one. */
function onlyGitopsAppliers(state: PlatformResources): PolicyManifest {
  const writers: Writer[] = [
    {
      name: "appliers", users: [APPLIERS + PLATFORM_APPLIER, APPLIERS + WALLS_APPLIER],
      grants: [
        { group: "", resources: ["serviceaccounts", "resourcequotas"], operations: ["CREATE", "UPDATE", "DELETE"], fields: "any" },
        { group: "rbac.authorization.k8s.io", resources: ["roles", "rolebindings"], operations: ["CREATE", "UPDATE", "DELETE"], fields: "any" },
        { group: "networking.k8s.io", resources: ["networkpolicies"], operations: ["CREATE", "UPDATE", "DELETE"], fields: "any" },
      ],
    },
    ...KUBE_WRITERS.filter(({ name }) => ["generic-garbage-collector", "namespace-controller", "apiserver", "resourcequota-controller", "root-ca-cert-publisher", "service-account-controller"].includes(name)),
  ];
  const allowed = [breakGlass(state), ...writerVariables(writers)];
  return policy("only-gitops-appliers", {
    matchConstraints: { matchPolicy: "Equivalent", namespaceSelector: named([NAMESPACES.appliers]), resourceRules: [everyWrite("Namespaced")], excludeResourceRules: [REVIEWS] },
    variables: [...WRITER_VARIABLES, ...allowed], validations: [refusal(allowed)],
  });
}

/** The four locks. */
export const lockPolicies = (state: PlatformResources): PolicyManifest[] => [onlyGitops(state), onlyGitopsCluster(state), onlyGitopsArgocd(state), onlyGitopsAppliers(state)];
