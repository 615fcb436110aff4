/** Admission for the walls applier: what its cluster-wide rights may be used for. */
import type { Manifest } from "../layer.ts";
import { NAMESPACES, TENANT_LABEL, WALLS_APPLIER } from "../../model/names.ts";
import type { WallPlace } from "../../model/kinds.ts";
import { JOB_NAMESPACES } from "./project.ts";
import { wallKindsAt } from "./rules.ts";

const NAME = "walls-applier";
const PLACES: readonly WallPlace[] = ["cluster", "tenant", "argocd", "appliers", "platform"];
const list = (items: readonly string[]): string => `[${items.map((item) => `'${item}'`).join(", ")}]`;

/** CEL map from place to the resources the walls applier may write there. */
const allowed = (): string =>
  `{${PLACES.map((place) => `'${place}': ${list(wallKindsAt(place).map(({ group, plural }) => `${group}/${plural}`))}`).join(", ")}}`;

const place = [
  "namespaceObject == null ? 'cluster'",
  `has(namespaceObject.metadata.labels) && '${TENANT_LABEL}' in namespaceObject.metadata.labels ? 'tenant'`,
  `request.namespace == '${NAMESPACES.argocd}' ? 'argocd'`,
  `request.namespace == '${NAMESPACES.appliers}' ? 'appliers'`,
  `request.namespace in ${list(JOB_NAMESPACES)} ? 'platform'`,
  "'none'",
].join(" : ");

const when = (resource: string, expression: string): string => `variables.resource != '${resource}' || (${expression})`;
/** True of the state after, and of the state before, where there is one: an object cannot be taken over by changing its name's meaning. */
const always = (of: (object: string) => string): string => ["object", "oldObject"].map((name) => `(${name} == null || (${of(name)}))`).join(" && ");

const validations: { expression: string; message: string }[] = [
  {
    expression: "variables.place in variables.allowed && variables.resource in variables.allowed[variables.place] && (!has(request.subResource) || request.subResource == '')",
    message: "the walls applier may write wall kinds only, each in its place",
  },
  {
    expression: when("/namespaces", always((o) => `has(${o}.metadata.labels) && '${TENANT_LABEL}' in ${o}.metadata.labels && ${o}.metadata.name == 'tenant-' + ${o}.metadata.labels['${TENANT_LABEL}']`)),
    message: "the walls applier may write tenants' namespaces only, named after their tenant label",
  },
  {
    expression: when("/serviceaccounts", "variables.place != 'appliers' || request.name.startsWith('content-')"),
    message: "the walls applier may write content appliers only",
  },
  {
    // A project that named another account or destination would turn its tenant's content into the platform's.
    expression: when("argoproj.io/appprojects", [
      "request.name.startsWith('tenant-')",
      "object == null || (object.spec.destinations.all(d, d.namespace == request.name)",
      `object.spec.destinationServiceAccounts.all(a, a.defaultServiceAccount == '${NAMESPACES.appliers}:content-' + request.name.substring(7))`,
      "(!has(object.spec.clusterResourceWhitelist) || object.spec.clusterResourceWhitelist.size() == 0)",
      "!has(object.spec.roles) && !has(object.spec.sourceNamespaces))",
    ].join(" && ")),
    message: "a tenant's project has that tenant's destination and account, nothing cluster-scoped and no roles",
  },
];

/** The policy; it binds from wave 0 on (D6). It matches by user, so no label on an object escapes it. */
export function wallsPolicy(): Manifest {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: NAME },
    spec: {
      failurePolicy: "Fail",
      matchConstraints: { resourceRules: [{ apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"], operations: ["CREATE", "UPDATE", "DELETE", "CONNECT"] }] },
      matchConditions: [{ name: "walls-applier", expression: `request.userInfo.username == 'system:serviceaccount:${NAMESPACES.appliers}:${WALLS_APPLIER}'` }],
      variables: [
        { name: "resource", expression: "request.resource.group + '/' + request.resource.resource" },
        { name: "place", expression: place },
        { name: "allowed", expression: allowed() },
      ],
      validations,
    },
  };
}

/** Its binding: everywhere. */
export function wallsPolicyBinding(): Manifest {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: NAME },
    spec: { policyName: NAME, validationActions: ["Deny", "Audit"] },
  };
}
