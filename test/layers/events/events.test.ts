import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { avroSchema, avroType } from "../../../src/layers/events/avro.ts";
import { eventsLayer } from "../../../src/layers/events/index.ts";
import { eventsPrerequisites } from "../../../src/layers/events/prerequisites.ts";
import { quotaScript } from "../../../src/layers/events/quota.ts";
import { type Acl, type EventsState, eventsPlatformState, eventsState } from "../../../src/layers/events/state.ts";
import type { Tenant } from "../../../src/model/fleet.ts";
import { LIMITS, TENANT_ID } from "../../../src/model/names.ts";
import { type Rendered, collect, platform, record, tenant } from "./fixture.ts";
import { suiteCount } from "../../real/provision/budget.ts";

const p = platform();
const stateOf = (t: Tenant, cluster = "prod-eu"): EventsState | undefined => eventsState({ platform: p, tenant: t, cluster });
const rendered = (t: Tenant): Rendered[] => collect((output) => eventsLayer.renderTenant!(stateOf(t)!, output));
const usersOf = (t: Tenant) => stateOf(t)!.stores[0]!.users;
const byKind = (objects: Rendered[], kind: string) => objects.filter((o) => o.manifest.kind === kind);
const spec = (o: Rendered): any => o.manifest.spec;

const acme = tenant("acme", [
  { id: "sales", level: "internal", records: ["OrderPlaced"] },
  { id: "crm", level: "confidential", records: ["CustomerSeen"] },
  { id: "hr", level: "restricted", records: ["Hired"] },
], [
  { name: "reporting", clearance: "internal", access: ["events"] },
  { name: "billing", clearance: "confidential", access: ["events", "sql"] },
  { name: "press", clearance: "public", access: ["events"] },
  { name: "bi", clearance: "confidential", access: ["sql"] },
]);

describe("who gets what (D17, D18)", () => {
  test("the pipeline has the tenant's prefix with its dot, and no operation beyond its work", () => {
    expect(usersOf(acme)[0]).toMatchObject({ name: "tenant.acme.pipeline", acls: [
      { resource: "group", name: "tenant.acme.", pattern: "prefixed", operations: ["Describe", "Read"] },
      { resource: "subject", name: "tenant.acme.", pattern: "prefixed", operations: ["Read"] },
      { resource: "topic", name: "tenant.acme.", pattern: "prefixed", operations: ["Describe", "Read", "Write"] },
      { resource: "transactionalId", name: "tenant.acme.", pattern: "prefixed", operations: ["Describe", "Write"] },
    ] });
  });

  const topics = (name: string) => usersOf(acme).find((u) => u.principal === name)?.acls.filter((a) => a.resource === "topic").map((a) => a.name);
  test.each([
    ["internal", "reporting", ["tenant.acme.sales"]],
    ["confidential: restricted never", "billing", ["tenant.acme.crm", "tenant.acme.sales"]],
    ["below every topic: no user", "press", undefined],
    ["no access to events: no user", "bi", undefined],
  ])("%s", (_case, name, expected) => expect(topics(name)).toEqual(expected));

  test("a consumer's rules are literal but for its own groups, and never write", () => {
    for (const user of usersOf(acme).filter((u) => u.principal !== "pipeline")) {
      for (const acl of user.acls) {
        expect(acl.operations).not.toContain("Write");
        expect([acl.pattern, acl.name]).toEqual(acl.resource === "group" ? ["prefixed", `tenant.acme.${user.principal}.`] : ["literal", acl.name]);
      }
    }
  });

  test("a consumer reads the subjects of its topics and of no other", () => {
    const subjects = usersOf(acme).find((u) => u.principal === "reporting")!.acls.filter((a) => a.resource === "subject");
    expect(subjects).toEqual([{ resource: "subject", name: "tenant.acme.sales-orderplaced", pattern: "literal", operations: ["Read"] }]);
  });
});

const id = fc.stringMatching(/^[a-z][a-z0-9]{1,4}(-[a-z0-9]{1,3}){0,2}$/).filter((s) => TENANT_ID.test(s) && s.length <= 32);
/** Two ids, often one a beginning of the other. */
const pair = fc.oneof(fc.tuple(id, id), fc.tuple(id, fc.stringMatching(/^-?[a-z0-9]{1,4}$/)).map(([a, tail]): [string, string] => [a, a + tail]))
  .filter(([a, b]) => a !== b && TENANT_ID.test(a) && TENANT_ID.test(b));
const matches = (acl: Acl, kind: string, name: string) => acl.resource === kind && (acl.pattern === "literal" ? acl.name === name : name.startsWith(acl.name));
const full = (t: string, domain: string, principal: string) => tenant(t, [{ id: domain, level: "public", records: ["Made"] }], [{ name: principal, clearance: "confidential", access: ["events"] }]);

test("no rule of one tenant matches anything of another", () => {
  fc.assert(fc.property(pair, id, id, id, id, ([a, b], da, db, pa, pb) => {
    const mine = usersOf(full(a, da, pa));
    const other = stateOf(full(b, db, pb))!.stores[0]!;
    const theirs: [string, string][] = [
      ...other.topics.map((t): [string, string] => ["topic", t.name]), ...other.schemas.map((s): [string, string] => ["subject", s.subject]),
      ...other.users.flatMap((u): [string, string][] => [["group", `${u.name}.g`], ["group", `tenant.${b}.g`], ["transactionalId", `tenant.${b}.x`], ["topic", `tenant.${b}.`]]),
    ];
    for (const user of mine) for (const acl of user.acls) for (const [kind, name] of theirs) expect(matches(acl, kind, name)).toBe(false);
    const names = new Set(other.users.map((u) => u.name));
    expect(mine.some((u) => names.has(u.name))).toBe(false);
  }), { numRuns: suiteCount("unit", "acls") });
});

test("order of declaration changes nothing", () => {
  const shuffled: Tenant = { ...acme, domains: acme.domains.toReversed(), consumers: acme.consumers.toReversed() };
  expect(JSON.stringify(rendered(shuffled))).toBe(JSON.stringify(rendered(acme)));
});

test("nothing off the home cluster, nothing without a topic", () => {
  expect(stateOf(acme, "prod-us")).toBeUndefined();
  expect(stateOf(tenant("acme", []))).toBeUndefined();
  expect(stateOf(tenant("acme", [{ id: "sales", stream: "stream-us" }]))).toBeUndefined();
});

describe("objects", () => {
  const objects = rendered(acme);
  test("topics hold data and lie in the tenant's namespace", () => {
    const topic = byKind(objects, "Topic").find((o) => o.manifest.metadata.name === "tenant.acme.sales")!;
    expect(topic.placement).toMatchObject({ area: "content", layer: "events", dataBearing: true });
    expect(topic.manifest).toMatchObject({ apiVersion: "cluster.redpanda.com/v1alpha2", metadata: { namespace: "tenant-acme", labels: { "bulkhead.dev/tenant": "acme", "bulkhead.dev/domain": "sales" } } });
    expect(spec(topic)).toEqual({
      cluster: { clusterRef: { name: "stream", namespace: "redpanda" } }, overwriteTopicName: "tenant.acme.sales", partitions: 3, replicationFactor: 3,
      additionalConfig: { "cleanup.policy": "delete", "retention.ms": "604800000" },
    });
  });
  test("a password comes from the tenant's own store, below its own key", () => {
    const secrets = byKind(objects, "ExternalSecret");
    expect(secrets.map((s) => [spec(s).secretStoreRef, spec(s).data[0].remoteRef.key])).toEqual(["pipeline", "billing", "reporting"]
      .map((name) => [{ kind: "SecretStore", name: "tenant" }, `acme/kafka/${name}`]));
    expect(byKind(objects, "User").map((u) => spec(u).authentication.password.valueFrom.secretKeyRef.name)).toEqual(secrets.map((s) => s.manifest.metadata.name));
    expect(byKind(objects, "User").every((u) => spec(u).authentication.password.noGenerate && spec(u).authentication.password.value === undefined)).toBe(true);
  });
  test("what holds the administrative credential is in the walls and the platform's namespace; the rest is not", () => {
    for (const { manifest, placement } of objects) {
      const walls = ["ConfigMap", "Job", "CronJob"].includes(manifest.kind);
      expect([manifest.kind, placement.area, manifest.metadata.namespace]).toEqual([manifest.kind, walls ? "walls" : "content", walls ? "bulkhead-events" : "tenant-acme"]);
    }
    expect(JSON.stringify(objects.filter((o) => o.placement.area === "content"))).not.toContain("admin-stream-eu");
  });
  test("every name is one that Kubernetes takes, also at the limits of length", () => {
    const long = tenant("a".repeat(32), [{ id: "d".repeat(LIMITS.domain), level: "public", records: [`R${"X".repeat(62)}`] }], [{ name: "c".repeat(24), clearance: "public", access: ["events"] }]);
    for (const { manifest } of [...rendered(long), ...objects]) {
      const { name, labels } = manifest.metadata;
      expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
      expect(name.length).toBeLessThanOrEqual({ Job: 63, CronJob: 52, Topic: 249 }[manifest.kind] ?? 253);
      for (const value of Object.values(labels ?? {})) expect(value).toMatch(/^[a-z0-9]([-a-z0-9._]{0,61}[a-z0-9])?$/);
    }
  });
});

describe("quotas (D19)", () => {
  const quotas = (t: Tenant) => stateOf(t)!.stores[0]!.quotas;
  test("the sum never exceeds the plan, and only the pipeline writes", () => {
    expect(quotas(acme)).toEqual([
      { user: "tenant.acme.pipeline", producer: 1000, consumer: 1000 }, { user: "tenant.acme.billing", consumer: 1000 }, { user: "tenant.acme.reporting", consumer: 1000 },
    ]);
  });
  test("the script names the tenant's own users only, and never imports", () => {
    const script = quotaScript(quotas(acme));
    expect(script).not.toContain("import");
    expect(script.match(/user=[^']+/g)).toEqual(["user=tenant.acme.pipeline", "user=tenant.acme.billing", "user=tenant.acme.reporting"]);
    expect(script).toContain("alter 'user=tenant.acme.billing' --add consumer_byte_rate=1000 --delete controller_mutation_rate --delete producer_byte_rate");
  });
  test("Job and ConfigMap carry one hash, which another rate or image changes", () => {
    const names = (objects: Rendered[]) => [byKind(objects, "Job"), byKind(objects, "ConfigMap")].map(([o]) => o!.manifest.metadata.name);
    const [job, configMap] = names(rendered(acme));
    expect(job).toBe(configMap);
    expect(job).toMatch(/^quotas-stream-eu--acme-[0-9a-f]{10}$/);
    expect(names(rendered({ ...acme, consumers: [] }))[0]).not.toBe(job);
    expect(names(rendered({ ...acme, displayName: "other" }))[0]).toBe(job);
    const [cron] = byKind(rendered(acme), "CronJob");
    expect(spec(cron!).jobTemplate.spec.template.spec.volumes[1].configMap.name).toBe(configMap);
  });
});

test("the platform's half holds a credential for each store and no tenant", () => {
  const state = eventsPlatformState({ platform: p, cluster: "prod-eu", sharedTables: [] })!;
  const objects = collect((output) => eventsLayer.renderPlatform!(state, output));
  expect(objects.map((o) => [o.manifest.kind, o.manifest.metadata.name, o.manifest.metadata.namespace])).toEqual([
    ["ExternalSecret", "admin-stream-eu", "bulkhead-events"], ["User", "bulkhead.audit.stream-eu", "bulkhead-audit"], ["NetworkPolicy", "quotas", "bulkhead-events"],
  ]);
  expect(spec(objects[0]!).data.map((d: any) => d.remoteRef.key)).toEqual(Array(3).fill("platform/stream-eu/admin"));
  const auditor = objects[1]!;
  expect(spec(auditor).authorization.acls.map((acl: any) => [acl.type, acl.resource.type, acl.resource.name, acl.resource.patternType, acl.operations])).toEqual([
    ["allow", "cluster", "", "literal", ["Describe", "DescribeConfigs"]], ["allow", "group", "*", "literal", ["Describe"]], ["allow", "topic", "*", "literal", ["Describe", "DescribeConfigs"]],
  ]);
  expect(spec(auditor).authentication).toEqual({ type: "scram-sha-512", syncCredentials: true, password: { valueFrom: { secretKeyRef: { name: "kafka-stream-eu", key: "password" } } } });
  expect(eventsPlatformState({ platform: { ...p, stores: {} }, cluster: "prod-eu", sharedTables: [] })).toBeUndefined();
});

test("prerequisites are listed once for each Redpanda", () => {
  const found = eventsPrerequisites(p, "prod-eu");
  expect(found.map((f) => f.pointer)).toContain("/spec/clusterSpec/config/cluster/kafka_enable_authorization");
  expect(eventsPrerequisites(p)).toEqual(found);
  expect(eventsPrerequisites(p, "elsewhere")).toEqual([]);
});

describe("Avro", () => {
  test.each([
    ["uuid", { type: "string", logicalType: "uuid" }],
    ["numeric(12,2)", { type: "bytes", logicalType: "decimal", precision: 12, scale: 2 }],
    ["numeric", "string"],
    ["timestamp with time zone", { type: "long", logicalType: "timestamp-micros" }],
    ["timestamp without time zone", { type: "long", logicalType: "local-timestamp-micros" }],
    ["date", { type: "int", logicalType: "date" }],
    ["bigint", "long"], ["bytea", "bytes"], ["jsonb", "string"], ["interval", "string"], ["character varying(20)", "string"],
    ["integer[]", { type: "array", items: ["null", "int"] }],
  ])("%s", (type, expected) => expect(avroType(type)).toEqual(expected));

  test("a field says its classification, never its principals", () => {
    const made = record("OrderPlaced", ["text", "text"]);
    made.fields[0]!.sensitivity = { level: "restricted", category: "pii-name", principals: ["dpo@acme.example"] };
    made.fields[1]!.nullable = true;
    const text = avroSchema(made);
    expect(text).not.toContain("dpo@");
    expect(JSON.parse(text)).toEqual({
      type: "record", name: "orderplaced", "bulkhead.record": "OrderPlaced", fields: [
        { name: "f0", type: "string", doc: "Classification: restricted (pii-name).", "bulkhead.classification": "restricted", "bulkhead.category": "pii-name" },
        { name: "f1", type: ["null", "string"], default: null, doc: "Classification: internal.", "bulkhead.classification": "internal" },
      ],
    });
  });
});
