import type { Scope } from "../../imports/structural.ts";
import { didYouMean } from "../../model/suggest.ts";
import type { SchemaIssue } from "./check.ts";
import { isLabel, isLabel1035, isSubdomain } from "./formats.ts";

type Fields = Record<string, unknown>;
interface NameRule { test(name: string): boolean; say: string }

const SUBDOMAIN: NameRule = { test: isSubdomain, say: "lower-case letters, digits, \"-\" and \".\", at most 253, with a letter or digit at both ends" };
const LABEL: NameRule = { test: isLabel, say: "lower-case letters, digits and \"-\", at most 63, with a letter or digit at both ends" };
const LABEL_1035: NameRule = { test: isLabel1035, say: "lower-case letters, digits and \"-\", at most 63, with a letter first" };
/** RBAC names are only kept out of the way of URL paths, so that `system:node` is one. */
const SEGMENT: NameRule = { test: (name) => name !== "." && name !== ".." && !/[/%]/.test(name), say: "anything without \"/\" and \"%\", and not \".\" or \"..\"" };
const atMost = (length: number, rule: NameRule, why: string): NameRule => ({ test: (name) => name.length <= length && rule.test(name), say: `${rule.say}; at most ${length} characters, ${why}` });

/** Kinds whose names follow another rule than that of a DNS subdomain. */
const NAME_RULES: Record<string, NameRule> = {
  "v1/Namespace": LABEL,
  "v1/Service": LABEL_1035,
  "apps/v1/StatefulSet": atMost(52, SUBDOMAIN, "because its pods carry the name and a hash in a label"),
  "batch/v1/Job": atMost(63, SUBDOMAIN, "because its pods carry the name in a label"),
  "batch/v1/CronJob": atMost(52, SUBDOMAIN, "because its jobs have eleven more"),
  "rbac.authorization.k8s.io/v1/Role": SEGMENT,
  "rbac.authorization.k8s.io/v1/ClusterRole": SEGMENT,
  "rbac.authorization.k8s.io/v1/RoleBinding": SEGMENT,
  "rbac.authorization.k8s.io/v1/ClusterRoleBinding": SEGMENT,
  "storage.k8s.io/v1/CSIDriver": atMost(63, SUBDOMAIN, "because nodes carry the name in a label"),
};

/** What every object has, whatever its kind: a name that its kind allows, and a namespace when its scope has one. */
export function checkEnvelope(apiVersion: string, kind: string, scope: Scope, metadata: unknown): SchemaIssue[] {
  if (metadata === null || typeof metadata !== "object" || Array.isArray(metadata)) return [{ path: "/metadata", message: "metadata is missing", hint: "every object needs metadata.name" }];
  const { name, namespace, generateName } = metadata as Fields;
  const issues: SchemaIssue[] = [];
  if (typeof name !== "string" || name === "") {
    issues.push({ path: "/metadata/name", message: "metadata.name is missing", ...(generateName !== undefined && { hint: "generateName makes a new object on every sync; give it a name" }) });
  } else {
    const rule = NAME_RULES[`${apiVersion}/${kind}`] ?? SUBDOMAIN;
    if (!rule.test(name)) issues.push({ path: "/metadata/name", message: `${JSON.stringify(name)} cannot be the name of a ${kind}`, hint: rule.say });
  }
  if (scope === "Cluster" && namespace !== undefined && namespace !== null) issues.push({ path: "/metadata/namespace", message: `a ${kind} has no namespace`, hint: "remove metadata.namespace" });
  if (scope === "Namespaced") {
    if (typeof namespace !== "string" || namespace === "") issues.push({ path: "/metadata/namespace", message: `metadata.namespace is missing; a ${kind} lives in a namespace` });
    else if (!isLabel(namespace)) issues.push({ path: "/metadata/namespace", message: `${JSON.stringify(namespace)} cannot be a namespace`, hint: LABEL.say });
  }
  return issues;
}

/** The issue of a kind that no schema describes; the nearest known one is the hint. */
export function unknownKind(apiVersion: string, kind: string, known: string[]): SchemaIssue {
  const elsewhere = known.filter((key) => key.endsWith(`/${kind}`)).map((key) => key.slice(0, -kind.length - 1));
  if (elsewhere.length > 0) return { path: "/apiVersion", message: `${kind} does not exist in ${apiVersion}`, hint: `${kind} is in ${elsewhere.join(" and ")}` };
  const siblings = known.filter((key) => key.startsWith(`${apiVersion}/`)).map((key) => key.slice(apiVersion.length + 1));
  if (siblings.length > 0) return { path: "/kind", message: `unknown kind "${kind}" in ${apiVersion}`, hint: didYouMean(kind, siblings) };
  return { path: "/apiVersion", message: `no schema is known for ${apiVersion} ${kind}`, hint: `add its CRD file to the folder that \`npm run imports\` reads; ${didYouMean(apiVersion, new Set(known.map((key) => key.slice(0, key.lastIndexOf("/")))))}` };
}
