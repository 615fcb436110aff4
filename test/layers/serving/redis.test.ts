import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { servingLayer } from "../../../src/layers/serving/index.ts";
import { redisAudit } from "../../../src/layers/serving/plane.ts";
import type { RedisState } from "../../../src/layers/serving/redis/desired.ts";
import { tenantScript } from "../../../src/layers/serving/redis/script.ts";
import { servingPlatform, servingState } from "../../../src/layers/serving/state.ts";
import type { Tenant } from "../../../src/model/fleet.ts";
import { LIMITS, TENANT_ID } from "../../../src/model/names.ts";
import type { DesiredStore, Tree } from "../../../src/model/plane.ts";
import { suiteCount } from "../../real/provision/budget.ts";
import { collect, platform, type Rendered, tenant, treeOf } from "./fixture.ts";

const stateOf = (t: Tenant, cluster = "prod-eu") => servingState({ platform, tenant: t, cluster });
const rendered = (t: Tenant): Rendered[] => collect((output) => servingLayer.renderTenant!(stateOf(t)!, output));
const renderedPlatform = (): Rendered[] => collect((output) => servingLayer.renderPlatform!(servingPlatform({ platform, cluster: "prod-eu", sharedTables: [] })!, output));
const usersOf = (t: Tenant) => stateOf(t)!.redis[0]!.users;
const serving = (name: string, clearance: "public" | "internal" | "confidential") => ({ name, clearance, access: ["serving" as const] });

const acme = tenant("acme", [
  { domain: "sales", product: "orders", table: "orders", level: "internal" }, { domain: "crm", product: "people", table: "people", level: "confidential" }, { domain: "hr", product: "staff", table: "staff", level: "restricted" },
], [serving("reporting", "internal"), serving("billing", "confidential"), serving("press", "public"), { name: "bi", clearance: "confidential", access: ["sql"] }]);

describe("who gets what (D17)", () => {
  const keys = (name: string) => usersOf(acme).find((u) => u.principal === name)?.rules.filter((rule) => rule.includes("~"));
  test.each([
    ["the pipeline: the tenant's prefix with its colon", "pipeline", ["~acme:*"]],
    ["internal", "reporting", ["%R~acme:sales:orders:orders:*"]],
    ["confidential: restricted never", "billing", ["%R~acme:crm:people:people:*", "%R~acme:sales:orders:orders:*"]],
    ["below every key space: no user", "press", undefined],
    ["no access to serving: no user", "bi", undefined],
  ])("%s", (_case, name, expected) => expect(keys(name)).toEqual(expected));
  test("nothing off the home cluster, nothing where nothing is served", () => {
    expect(stateOf(acme, "prod-us")).toBeUndefined();
    expect(stateOf({ ...acme, domains: [] })).toBeUndefined();
  });
});

const id = fc.stringMatching(/^[a-z][a-z0-9]{1,4}(-[a-z0-9]{1,3}){0,2}$/).filter((s) => TENANT_ID.test(s));
/** Two ids, often one a beginning of the other. */
const pair = fc.oneof(fc.tuple(id, id), fc.tuple(id, fc.stringMatching(/^-?[a-z0-9]{1,4}$/)).map(([a, tail]): [string, string] => [a, a + tail])).filter(([a, b]) => a !== b && TENANT_ID.test(a) && TENANT_ID.test(b));
test("no pattern or name of one tenant is a beginning of anything of another", () => {
  fc.assert(fc.property(pair, id, id, ([a, b], domain, consumer) => {
    const full = (t: string) => usersOf(tenant(t, [{ domain, product: domain, table: "t", level: "public" }], [serving(consumer, "public")]));
    const theirs = stateOf(tenant(b, [{ domain, product: domain, table: "t", level: "public" }]))!.redis[0]!.spaces.map(({ prefix }) => prefix);
    for (const user of full(a)) {
      for (const rule of user.rules.filter((r) => /[~&]/.test(r))) for (const key of theirs) expect(key.startsWith(rule.replace(/^.*[~&]/, "").slice(0, -1))).toBe(false);
      expect(full(b).some(({ name }) => name.startsWith(`${a}.`) || name === user.name)).toBe(false);
    }
  }), { numRuns: suiteCount("unit", "acls") });
});

describe("objects", () => {
  const objects = rendered(acme);
  test("what can reach the server is in the walls and the platform's namespace; a tenant's namespace gets passwords only", () => {
    expect(objects.map(({ manifest, placement }) => [manifest.kind, placement.area, manifest.metadata.namespace])).toEqual([
      ...usersOf(acme).map(() => ["ExternalSecret", "content", "tenant-acme"]),
      ...["ExternalSecret", "ConfigMap", "Job", "CronJob"].map((kind) => [kind, "walls", "bulkhead-serving"]),
    ]);
    expect(JSON.stringify(objects.filter((o) => o.placement.area === "content"))).not.toContain("redis-admin");
  });
  test("the namespace of the Jobs gets hashes, never passwords", () => {
    const secret = objects.find((o) => o.placement.area === "walls" && o.manifest.kind === "ExternalSecret")!.manifest as any;
    expect(secret.spec.target.template.data).toEqual({ value0: "{{ .value0 | sha256sum }}", value1: "{{ .value1 | sha256sum }}", value2: "{{ .value2 | sha256sum }}" });
    expect(secret.spec.data.map((d: any) => d.remoteRef.key)).toEqual(["acme/redis/pipeline", "acme/redis/billing", "acme/redis/reporting"]);
  });
  test("the platform's half names no tenant", () => {
    expect(renderedPlatform().map(({ manifest }) => `${manifest.kind} ${manifest.metadata.name.replace(/-[0-9a-f]{10}$/, "")}`)).toEqual([
      "ExternalSecret redis-admin-cache-eu", "ExternalSecret starrocks-admin-olap-eu", "ExternalSecret redis-store-cache-eu-hashes", "ConfigMap redis-store-cache-eu", "Job redis-store-cache-eu", "CronJob redis-store-cache-eu",
      "NetworkPolicy serving",
    ]);
    expect(JSON.stringify(renderedPlatform())).not.toContain("acme");
  });
  test("Job and ConfigMap carry one hash, which other rules change; order of declaration changes nothing", () => {
    const named = (t: Tenant) => rendered(t).filter(({ manifest }) => /^(Job|ConfigMap)$/.test(manifest.kind)).map(({ manifest }) => manifest.metadata.name);
    expect(new Set(named(acme)).size).toBe(1);
    expect(named({ ...acme, consumers: [] })[0]).not.toBe(named(acme)[0]);
    expect(named({ ...acme, domains: acme.domains.toReversed(), consumers: acme.consumers.toReversed() })).toEqual(named(acme));
  });
  test("every name is one that Kubernetes takes, also at the limits of length", () => {
    const long = tenant("a".repeat(32), [{ domain: "d".repeat(LIMITS.domain), product: "p".repeat(LIMITS.product), table: "t".repeat(LIMITS.table), level: "public" }], [serving("c".repeat(24), "public")]);
    for (const { manifest } of [...rendered(long), ...objects, ...renderedPlatform()]) {
      expect(manifest.metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
      expect(manifest.metadata.name.length).toBeLessThanOrEqual({ Job: 63, CronJob: 52 }[manifest.kind] ?? 253);
    }
  });
  test("a script holds no text that a shell would read otherwise", () => {
    expect(() => tenantScript("acme", [{ name: "acme.x'; reboot", rules: ["on"] }])).toThrow("no text of an ACL");
    expect(() => tenantScript("acme", [{ name: "acme.x", rules: ["~acme:* +@all"] }])).toThrow("no text of an ACL");
  });
});

describe("desired(render(state)) = state", () => {
  const desired = (tree: Tree) => redisAudit.desired(tree) as DesiredStore<RedisState>[];
  test("for generated fleets", () => {
    const table = fc.record({ domain: id, product: id, table: fc.constantFrom("t", "u"), level: fc.constantFrom("public" as const, "internal" as const, "confidential" as const, "restricted" as const) });
    const one = fc.record({ id, tables: fc.uniqueArray(table, { minLength: 1, maxLength: 3, selector: (t) => t.domain }), consumers: fc.uniqueArray(id, { maxLength: 3 }), clearance: fc.constantFrom("public" as const, "internal" as const, "confidential" as const) });
    fc.assert(fc.property(fc.uniqueArray(one, { maxLength: 4, selector: (t) => t.id }), (fleet) => {
      const tenants = fleet.map((t) => tenant(t.id, t.tables, t.consumers.map((name) => serving(name, t.clearance))));
      const [store] = desired(treeOf([...renderedPlatform(), ...tenants.flatMap(rendered)]));
      const theirs = tenants.flatMap((t) => usersOf(t).map(({ name, rules }) => ({ name, rules, password: true, tenant: t.id })));
      const own = servingPlatform({ platform, cluster: "prod-eu", sharedTables: [] })!.redis[0]!.users.map(({ name, rules }) => ({ name, rules, password: name !== "default" }));
      expect(store!.state.users.map(({ place: _place, ...user }) => user)).toEqual([...theirs, ...own].sort((a, b) => (a.name < b.name ? -1 : 1)));
      expect(store).toMatchObject({ store: "cache-eu", endpoint: "cache-eu.stores.svc:6379", state: { adminUser: "bulkhead-admin", tenants: fleet.map((t) => t.id).sort(), modules: [] } });
    }), { numRuns: suiteCount("unit", "policies") / 10 });
  });
  const edited = (edit: (data: Record<string, string>) => Record<string, string>): Tree => {
    const tree = treeOf([...renderedPlatform(), ...rendered(acme)]);
    return { ...tree, manifests: tree.manifests.map((m) => (m.manifest["kind"] === "ConfigMap" && m.file.includes("--acme") ? { ...m, manifest: { ...m.manifest, data: edit(m.manifest["data"] as Record<string, string>) } } : m)) };
  };
  test.each([
    ["a script that was changed", (d: Record<string, string>) => ({ ...d, "redis.sh": d["redis.sh"]!.replace("'~acme:*'", "'~*'") }), /redis\.sh is not what state\.json says/],
    ["a state that was changed", (d: Record<string, string>) => ({ ...d, "state.json": d["state.json"]!.replace("~acme:*", "~*") }), /redis\.sh is not what state\.json says/],
    ["no JSON", (d: Record<string, string>) => ({ ...d, "state.json": "{" }), /state\.json is not what Bulkhead writes/],
    ["no state", (d: Record<string, string>) => ({ "redis.sh": d["redis.sh"]! }), /state\.json is not what Bulkhead writes/],
    ["another kind of value", (d: Record<string, string>) => ({ ...d, "state.json": '{"store":"x","endpoint":"y","users":[{"name":1,"rules":[]}]}' }), /state\.json is not what Bulkhead writes/],
  ])("%s is not believed, and named", (_name, edit, message) => {
    expect(() => desired(edited(edit))).toThrow(message);
    expect(() => desired(edited(edit))).toThrow(/^prod-eu\/redis-cache-eu--acme/);
  });
  test("without the platform's file, and without the server's categories, nothing is known", () => {
    const [store] = desired(treeOf(rendered(acme)));
    const reading = { plane: "redis" as const, store: "cache-eu", items: [], coverage: [], facts: { categories: "{}" } };
    expect(redisAudit.items(store!.state, reading).unknown.map(({ what }) => what)).toEqual(["user", "setting", "module", "library"]);
    expect(redisAudit.items(store!.state, { ...reading, facts: {} }).items).toEqual([]);
  });
});
