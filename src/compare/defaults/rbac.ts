/** Source: pkg/apis/rbac/v1/defaults.go. */
import { each, field, fillZero, type Rule, rules, when } from "./rule.ts";

const group = fillZero({ apiGroup: "rbac.authorization.k8s.io" });

/** Users and groups are of RBAC's own group, ServiceAccounts of the core one, which is empty. */
export const binding: Rule = rules(field("roleRef", group), each("subjects", when(({ kind }) => kind === "User" || kind === "Group", group)));
