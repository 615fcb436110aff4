import { describe, expect, test } from "vitest";
import { contextOf, applies } from "../../../src/layers/resources/scope/rule.ts";
import { scopeRules, tenantScopeIssues } from "../../../src/layers/resources/scope.ts";
import { KIND_RULES, SCOPE_CASES } from "../../real/resources/scope-cases.ts";

const rules = scopeRules("meridian-");

describe("tenant-scope at synth", () => {
  test("every rule has an accepted and a refused case", () => {
    for (const { id } of rules) {
      expect(SCOPE_CASES.some((entry) => entry.rule === id && !entry.allowed), `${id} refused`).toBe(true);
      if (!(KIND_RULES as readonly string[]).includes(id)) expect(SCOPE_CASES.some((entry) => entry.rule === id && entry.allowed), `${id} accepted`).toBe(true);
    }
  });

  test.each(SCOPE_CASES.map((entry) => [`${entry.allowed ? "accepts" : "refuses"} ${entry.rule}: ${entry.what}`, entry] as const))("%s", (_name, { rule, allowed, manifest }) => {
    const object = manifest("acme");
    const refusing = rules.filter((one) => applies(one, object) && one.check(object, contextOf("acme", "meridian-")).length > 0).map(({ id }) => id);
    expect(refusing).toEqual(allowed ? [] : [rule]);
  });

  test("points at the field", () => {
    const bad = SCOPE_CASES.find((entry) => entry.what === "second of two")?.manifest("acme");
    expect(bad && tenantScopeIssues(bad, "acme", "meridian-")).toEqual([{ path: "/spec/authorization/acls/1/resource", message: "must be a topic, group, transactionalId or subject whose name starts with tenant.acme." }]);
  });
});
