/** Who may write what beside git: a table of writers, compiled to CEL. */
import { any, list, str, type Variable } from "./policy.ts";

export type Operation = "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
/** One thing a writer may do. */
export interface Grant {
  /** API group; empty for core, `*` for all. */
  group: string;
  /** `pods`, `pods/status`, `*` (main resources), `*`+`/scale` (that subresource of any). */
  resources: string[];
  operations: Operation[];
  /**
   * What an UPDATE of a main resource may change beside annotations, finalizers and status: `spec.<field>`,
   * `label.<key>`, `owner` (owner references) or a top-level field; `any` for no limit. Default: nothing.
   */
  fields?: "any" | string[];
  /** Only objects whose controller is of this kind: `<Kind>.<group>`. */
  owner?: string;
}
export interface Writer { name: string; users: string[]; /** A group of users instead. */ group?: string; grants: Grant[] }

const META = "['metadata', 'spec', 'status']";
/** Keys of map `a` that `b` lacks or holds differently. */
const differing = (a: string, b: string): string => `${a}.filter(k, !(k in ${b} && ${b}[k] == ${a}[k])) + ${b}.filter(k, !(k in ${a}))`;
const controller = (object: string): string =>
  `${object}.metadata.?ownerReferences.orValue([]).filter(o, o.?controller.orValue(false)).map(o, o.kind + '.' + o.apiVersion.split('/')[0])`;

/** Variables that grants read. An expression is evaluated when first used. */
export const WRITER_VARIABLES: readonly Variable[] = [
  { name: "user", expression: "request.userInfo.username" },
  { name: "groups", expression: "request.userInfo.?groups.orValue([])" },
  { name: "sub", expression: "request.?subResource.orValue('')" },
  { name: "group", expression: "request.resource.group" },
  { name: "res", expression: "request.resource.resource + (variables.sub == '' ? '' : '/' + variables.sub)" },
  { name: "newSpec", expression: "object == null ? {} : object.?spec.orValue({})" },
  { name: "oldSpec", expression: "oldObject == null ? {} : oldObject.?spec.orValue({})" },
  { name: "newLabels", expression: "object == null ? {} : object.metadata.?labels.orValue({})" },
  { name: "oldLabels", expression: "oldObject == null ? {} : oldObject.metadata.?labels.orValue({})" },
  {
    name: "changed",
    expression: `request.operation != 'UPDATE' ? [] : object.filter(k, !(k in ${META}) && !(k in oldObject && oldObject[k] == object[k])) + oldObject.filter(k, !(k in ${META}) && !(k in object))`
      + ` + (${differing("variables.newSpec", "variables.oldSpec")}).map(k, 'spec.' + k) + (${differing("variables.newLabels", "variables.oldLabels")}).map(k, 'label.' + k)`
      + " + (object.metadata.?ownerReferences.orValue([]) == oldObject.metadata.?ownerReferences.orValue([]) ? [] : ['owner'])",
  },
  { name: "newOwners", expression: `object == null ? [] : ${controller("object")}` },
  { name: "oldOwners", expression: `oldObject == null ? [] : ${controller("oldObject")}` },
];

const resourceTest = (resource: string): string => {
  if (resource === "*") return "variables.sub == ''";
  return resource.startsWith("*/") ? `variables.sub == ${str(resource.slice(2))}` : `variables.res == ${str(resource)}`;
};

/** One grant as a CEL condition on the request. */
function grantCel({ group, resources, operations, fields = [], owner }: Grant): string {
  const wild = resources.filter((resource) => resource.startsWith("*"));
  const named = resources.filter((resource) => !resource.startsWith("*"));
  const what = any([...wild.map(resourceTest), ...(named.length > 0 ? [`variables.res in ${list(named)}`] : [])]);
  const tests = [`request.operation in ${list(operations)}`, ...(group === "*" ? [] : [`variables.group == ${str(group)}`]), what.includes(" || ") ? `(${what})` : what];
  if (fields !== "any" && operations.includes("UPDATE")) tests.push(`(variables.sub != '' || variables.changed.all(c, c in ${list(fields)}))`);
  if (owner) tests.push(`(object == null || ${str(owner)} in variables.newOwners) && (oldObject == null || ${str(owner)} in variables.oldOwners)`);
  return tests.join(" && ");
}

/** One writer as a CEL condition: who it is, and any of its grants. */
function writerCel({ users, group, grants }: Writer): string {
  const who = any([...(users.length > 0 ? [`variables.user in ${list(users)}`] : []), ...(group ? [`${str(group)} in variables.groups`] : [])]);
  return `(${who}) && (${any(grants.map(grantCel))})`;
}

/** Each writer as a variable of its own, so that a refusal and a test can name it. */
export const writerVariables = (writers: readonly Writer[]): Variable[] => writers.map((writer) => ({ name: variableOf(writer), expression: writerCel(writer) }));
/** Name of a writer's variable. */
const variableOf = ({ name }: Pick<Writer, "name">): string => `may_${name.replaceAll("-", "_")}`;
