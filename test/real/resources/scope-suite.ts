/** tenant-scope on the real server: every case, and every rule's absence. */
import { beforeAll, describe, expect, test } from "vitest";
import { tenantScopePolicy } from "../../../src/layers/resources/admission/tenant-scope.ts";
import { scopeRules, tenantScopeIssues } from "../../../src/layers/resources/scope.ts";
import { install, MUTANT, mutantNamespace } from "./mutants.ts";
import { apply, BREAK_GLASS, eventually, must, type Plane, refusedBy, urlOf } from "./plane.ts";
import { SCOPE_CASES, type ScopeCase } from "./scope-cases.ts";

const rules = scopeRules("meridian-");
const tenantOfMutant = (rule: string): string => `s-${rules.findIndex(({ id }) => id === rule)}-x`;

/** Break-glass passes only-gitops, so tenant-scope alone answers; for it, too, the rules hold. */
const tried = async (plane: Plane, entry: ScopeCase, tenant: string) => apply(plane, entry.manifest(tenant), BREAK_GLASS, true);

export function scopeSuite(plane: () => Plane): void {
  describe("tenant-scope", () => {
    beforeAll(async () => {
      await Promise.all(rules.map(async ({ id }, i) => {
        const tenant = tenantOfMutant(id);
        const name = `tenant-scope-without-${id}`;
        const policy = tenantScopePolicy("meridian-", rules.filter((_, other) => other !== i));
        await mutantNamespace(plane(), tenant, name);
        await install(plane(), { name, policy }, "namespaceSelector");
        // In force as soon as it refuses by one of the rules it still has.
        const sentinel = SCOPE_CASES.find((entry) => !entry.allowed && entry.rule === (id === "tenant-label" ? "service-target" : "tenant-label")) as ScopeCase;
        await eventually(`${name} in force`, async () => refusedBy(await tried(plane(), sentinel, tenant)) === name);
      }));
    });

    test.each(SCOPE_CASES.map((entry) => [`${entry.allowed ? "accepts" : "refuses"} ${entry.rule}: ${entry.what}`, entry] as const))("%s", async (_name, entry) => {
      const response = await tried(plane(), entry, "acme");
      const synth = tenantScopeIssues(entry.manifest("acme"), "acme", "meridian-").length === 0;
      expect({ admission: refusedBy(response) === undefined && response.status < 300, synth, message: response.body?.message?.slice?.(0, 400) })
        .toMatchObject({ admission: entry.allowed, synth: entry.allowed });
      if (!entry.allowed) expect(response.body.message).toContain(`${entry.rule}: `);
    });

    const refused = SCOPE_CASES.filter((entry) => !entry.allowed);
    test.each(refused.map((entry) => [`without ${entry.rule}, ${entry.what} gets through`, entry] as const))("%s", async (_name, entry) => {
      const tenant = tenantOfMutant(entry.rule);
      const response = await tried(plane(), entry, tenant);
      expect([response.status < 300, response.body?.message]).toEqual([true, undefined]);
    });

    test("an object on its way out may lose its finalizers, whatever it says; alive it may not change", async () => {
      // Made where service-target is missing, then judged by the whole policy.
      const tenant = tenantOfMutant("service-target");
      const bad = { apiVersion: "v1", kind: "Service", metadata: { name: "leaving", namespace: `tenant-${tenant}`, finalizers: ["test.example/wait"] }, spec: { type: "ExternalName", externalName: "api.tenant-globex.svc" } };
      await must(plane(), bad);
      const label = (value: string) => plane().send(BREAK_GLASS, "PATCH", `/api/v1/namespaces/tenant-${tenant}`, { metadata: { labels: { [MUTANT]: value } } });
      const whole = `tenant-scope-without-${rules[0]?.id === "service-target" ? rules[1]?.id : rules[0]?.id}`;
      await label(whole);
      const touch = (metadata: unknown, more: object = {}) => plane().send(BREAK_GLASS, "PATCH", urlOf(bad), { metadata, ...more });
      await eventually("the whole policy", async () => refusedBy(await touch({ annotations: { a: "b" } })) === whole);
      expect((await plane().send(BREAK_GLASS, "DELETE", urlOf(bad))).status).toBe(200);
      expect(refusedBy(await touch({}, { spec: { externalName: "api.tenant-initech.svc" } }))).toBe(whole);
      expect((await touch({ finalizers: null })).status).toBe(200);
      await label("tenant-scope-without-service-target");
    });
  });
}
