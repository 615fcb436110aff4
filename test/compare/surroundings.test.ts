import { describe, expect, test } from "vitest";
import { compareObjects } from "../../src/compare/compare.ts";
import { revertPatch } from "../../src/compare/patch.ts";
import type { KubeObject, Surroundings } from "../../src/compare/types.ts";
import { types } from "./arbitrary.ts";

const rule = (resource: string, verbs = ["get", "list"]): object => ({ apiGroups: [""], resources: [resource], verbs });
const role = (name: string, rules: object[] | null, rest: object = {}, labels: object = { aggregate: "yes" }): KubeObject => ({ apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name, labels }, rules, ...rest });
const SELECTORS = { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { aggregate: "yes" } }] } };
const whole = (rules: object[] | null, selectors: object = SELECTORS): KubeObject => role("whole", rules, selectors, {});
const around = (roles: KubeObject[], known: string[]): Surroundings => ({ aggregated: roles, known: ({ metadata }) => known.includes(metadata.name) });
const [a, b] = [role("a", [rule("pods")]), role("b", [rule("secrets")])];

describe("rules of an aggregated ClusterRole", () => {
  test.each<[name: string, git: KubeObject, live: KubeObject, around: Surroundings, expected: [string, string, RegExp][]]>([
    ["of a role that git knows", whole(null), whole([rule("pods")]), around([a], ["a"]), []],
    ["with its words in another order", whole(null), whole([rule("pods", ["list", "get"])]), around([a], ["a"]), []],
    ["of a role that git does not know", whole(null), whole([rule("pods"), rule("secrets")]), around([a, b], ["a"]), [["added", "/rules/1", /from the ClusterRole b, which git does not know/]]],
    ["of two roles, one of which git knows", whole(null), whole([rule("pods")]), around([a, role("c", [rule("pods")])], ["a"]), []],
    ["of no role", whole(null), whole([rule("nodes")]), around([a], ["a"]), [["added", "/rules/0", /none of them has this one/], ["removed", "/rules", /the ClusterRole a has this rule/]]],
    ["of a role that is not selected", whole(null), whole([rule("pods")]), around([role("a", [rule("pods")], {}, {})], ["a"]), [["added", "/rules/0", /none of them has this one/]]],
    ["of the role itself", whole(null), whole([rule("pods")]), around([role("whole", [rule("pods")])], ["whole"]), [["added", "/rules/0", /none of them/]]],
    ["that are missing", whole(null), whole([]), around([a], ["a"]), [["removed", "/rules", /the ClusterRole a has this rule/]]],
    ["without surroundings: nothing can be traced, so nothing is excused", whole(null), whole([rule("pods")]), {}, [["added", "/rules/0", /none of them has this one/]]],
    ["selected by expressions", whole(null, { aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: "aggregate", operator: "In", values: ["yes"] }, { key: "no", operator: "DoesNotExist" }, { key: "aggregate", operator: "Exists" }, { key: "aggregate", operator: "NotIn", values: ["no"] }] }] } }), whole([rule("pods")], { aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: "aggregate", operator: "In", values: ["yes"] }, { key: "no", operator: "DoesNotExist" }, { key: "aggregate", operator: "Exists" }, { key: "aggregate", operator: "NotIn", values: ["no"] }] }] } }), around([a], ["a"]), []],
    ["selected by an operator that is none", whole(null, { aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: "aggregate", operator: "Any" }] }] } }), whole([rule("pods")], { aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: "aggregate", operator: "Any" }] }] } }), around([a], ["a"]), [["added", "/rules/0", /none of them/]]],
  ])("%s", (_, git, live, surroundings, expected) => {
    const { changes } = compareObjects(git, live, types, surroundings);
    expect(changes.map(({ kind, pointer }) => [kind, pointer])).toEqual(expected.map(([kind, pointer]) => [kind, pointer]));
    for (const [i, [, , note]] of expected.entries()) expect(changes[i]!.note).toMatch(note);
  });

  test("a selector that somebody changed is a change of its own", () => {
    const live = whole([rule("pods")], { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { aggregate: "all" } }] } });
    expect(compareObjects(whole(null), live, types, around([a], ["a"])).changes.map(({ pointer }) => pointer)).toEqual(["/aggregationRule/clusterRoleSelectors/0/matchLabels/aggregate"]);
  });
  test("rules that git declares beside the selectors mean nothing, and that is said", () => {
    const { changes, notes } = compareObjects(whole([rule("nodes")]), whole([rule("pods")]), types, around([a], ["a"]));
    expect(changes).toEqual([]);
    expect(notes).toEqual([expect.stringContaining("computed")]);
  });
  test("are put back by taking out what is unknown and putting in what is missing", () => {
    const [git, live] = [whole(null), whole([rule("nodes")])];
    const surroundings = around([a], ["a"]);
    expect(revertPatch(git, live, compareObjects(git, live, types, surroundings).changes, types, surroundings)).toEqual([
      { op: "test", path: "/rules/0", value: rule("nodes") }, { op: "remove", path: "/rules/0" }, { op: "add", path: "/rules/-", value: rule("pods") },
    ]);
  });
});
