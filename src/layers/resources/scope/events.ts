/** Redpanda: the operator has superuser rights on the broker, so names must carry the tenant. */
import { eventPrefix } from "../../../model/names.ts";
import { at, node, nodes, type ScopeRule, text, unless } from "./rule.ts";

const group = "cluster.redpanda.com";
const prefixed = (name: string | undefined, tenant: string): boolean => name?.startsWith(eventPrefix(tenant)) ?? false;
const named = (id: string, kind: string, resource: string): ScopeRule => ({
  id, group, resources: [resource], kinds: [kind],
  cel: "object.metadata.name.startsWith(variables.prefix)",
  message: `the name of a ${kind} must start with tenant.<id>.`,
  check: (object, { tenant }) => unless(prefixed(object.metadata.name, tenant), "/metadata/name", `must start with ${eventPrefix(tenant)}`),
});

export const eventRules: readonly ScopeRule[] = [
  named("topic-name", "Topic", "topics"),
  {
    id: "topic-overwrite", group, resources: ["topics"], kinds: ["Topic"],
    cel: "object.?spec.?overwriteTopicName.orValue(variables.prefix).startsWith(variables.prefix)",
    message: "spec.overwriteTopicName must start with tenant.<id>.",
    check(object, { tenant }) {
      const name = text(node(object.spec).overwriteTopicName);
      return unless(name === undefined || prefixed(name, tenant), "/spec/overwriteTopicName", `must start with ${eventPrefix(tenant)}`);
    },
  },
  named("user-name", "User", "users"),
  {
    id: "user-acl", group, resources: ["users"], kinds: ["User"],
    cel: "object.?spec.?authorization.?acls.orValue([]).all(a, a.?resource.?type.orValue('') in ['topic', 'group', 'transactionalId', 'subject'] && a.?resource.?name.orValue('').startsWith(variables.prefix))",
    message: "every ACL must be on a topic, group, transactionalId or subject whose name starts with tenant.<id>.",
    check: (object, { tenant }) => nodes(node(node(object.spec).authorization).acls).flatMap((acl, i) => {
      const { type, name } = node(acl.resource);
      const scoped = ["topic", "group", "transactionalId", "subject"].includes(String(type)) && prefixed(text(name), tenant);
      return unless(scoped, at("spec", "authorization", "acls", i, "resource"), `must be a topic, group, transactionalId or subject whose name starts with ${eventPrefix(tenant)}`);
    }),
  },
  named("schema-name", "Schema", "schemas"),
  {
    id: "schema-reference", group, resources: ["schemas"], kinds: ["Schema"],
    cel: "object.?spec.?references.orValue([]).all(r, r.?subject.orValue('').startsWith(variables.prefix))",
    message: "subjects that a Schema refers to must start with tenant.<id>.",
    check: (object, { tenant }) => nodes(node(object.spec).references).flatMap((reference, i) =>
      unless(prefixed(text(reference.subject), tenant), at("spec", "references", i, "subject"), `must start with ${eventPrefix(tenant)}`)),
  },
  {
    id: "redpanda-kind", group, resources: ["*"], kinds: ["*"],
    cel: "object.kind in ['Topic', 'User', 'Schema']",
    message: "of cluster.redpanda.com a tenant has topics, users and schemas only",
    check: (object) => unless(["Topic", "User", "Schema"].includes(object.kind), "/kind", "must be Topic, User or Schema"),
  },
];
