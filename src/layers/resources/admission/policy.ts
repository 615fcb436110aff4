/** ValidatingAdmissionPolicies as data, and the few CEL helpers they share. */
import type { Manifest } from "../../layer.ts";

export interface Variable { name: string; expression: string }
export interface Validation { expression: string; message?: string; messageExpression?: string }
export interface ResourceRule { apiGroups: string[]; apiVersions: string[]; resources: string[]; operations: string[]; scope: "Namespaced" | "Cluster" | "*" }
export interface PolicySpec {
  failurePolicy: "Fail";
  matchConstraints: { matchPolicy: "Equivalent"; namespaceSelector?: unknown; resourceRules: ResourceRule[]; excludeResourceRules?: ResourceRule[] };
  matchConditions?: { name: string; expression: string }[];
  variables?: Variable[];
  validations: Validation[];
}
export type PolicyManifest = Manifest & { spec: PolicySpec };

/** A CEL string. */
export const str = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
/** A CEL list of strings. */
export const list = (texts: readonly string[]): string => `[${texts.map(str).join(", ")}]`;
/** Any of several expressions; false of none. */
export const any = (expressions: readonly string[]): string => (expressions.length === 0 ? "false" : expressions.map((expression) => `(${expression})`).join(" || "));

/** A policy that fails closed. */
export const policy = (name: string, spec: Omit<PolicySpec, "failurePolicy">): PolicyManifest =>
  ({ apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingAdmissionPolicy", metadata: { name }, spec: { failurePolicy: "Fail", ...spec } });

/** The binding that puts a policy into force everywhere it matches. */
export const binding = (name: string): Manifest => ({
  apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingAdmissionPolicyBinding", metadata: { name },
  spec: { policyName: name, validationActions: ["Deny", "Audit"] },
});

/** Every namespaced write, subresources included. */
export const everyWrite = (scope: ResourceRule["scope"], resources = ["*/*"], operations = ["CREATE", "UPDATE", "DELETE", "CONNECT"]): ResourceRule =>
  ({ apiGroups: ["*"], apiVersions: ["*"], resources, operations, scope });
/** Questions that Kubernetes writes as creations: they change nothing. */
export const REVIEWS: ResourceRule = { apiGroups: ["authorization.k8s.io", "authentication.k8s.io"], apiVersions: ["*"], resources: ["*"], operations: ["CREATE"], scope: "*" };
