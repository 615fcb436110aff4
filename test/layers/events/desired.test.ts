import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { desired, wants } from "../../../src/layers/events/desired.ts";
import { declaredItems } from "../../../src/layers/events/items.ts";
import { eventsPlatformState, eventsState } from "../../../src/layers/events/state.ts";
import { suiteCount } from "../../real/provision/budget.ts";
import { INNOCENT, MUTATIONS } from "../../real/kafka/mutations.ts";
import { committed, rendered } from "../../real/kafka/stage.ts";
import { platform, tenant } from "./fixture.ts";

const p = platform();
const two = [
  tenant("acme", [{ id: "sales", level: "internal", records: ["OrderPlaced"] }, { id: "hr", level: "restricted", records: ["Hired"] }], [{ name: "reporting", clearance: "internal", access: ["events"] }]),
  tenant("globex", [{ id: "sales", level: "public", records: ["Sold"] }]),
];

const id = fc.stringMatching(/^[a-z][a-z0-9]{2,6}$/);
const level = fc.constantFrom("public" as const, "internal" as const, "confidential" as const, "restricted" as const);
const tenants = fc.uniqueArray(fc.record({
  id, domains: fc.uniqueArray(fc.record({ id, level, records: fc.uniqueArray(fc.constantFrom("Made", "Sold", "Seen"), { maxLength: 2 }) }), { selector: (d) => d.id, maxLength: 3 }),
  consumers: fc.uniqueArray(fc.record({ name: id, clearance: level, access: fc.constant(["events" as const]) }), { selector: (c) => c.name, maxLength: 3 }),
}), { selector: (t) => t.id, maxLength: 4 }).map((all) => all.map((one) => tenant(one.id, one.domains, one.consumers as never)));

const bare = <T extends object>(things: readonly T[]): unknown[] => things.map((thing) => Object.fromEntries(Object.entries(thing).filter(([key]) => !["place", "origin", "domain", "product", "principal"].includes(key)))).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
/** A layer's user, in the words of its object. */
const user = ({ name, acls }: { name: string; acls: { resource: string; name: string; pattern: string; operations: string[] }[] }) => ({ name, mechanism: "SCRAM-SHA-512", rules: acls.map((acl) => ({ allow: true, host: "*", ...acl })) });

test("desired(render(state)) = state, for generated fleets", () => {
  fc.assert(fc.property(tenants, (all) => {
    const states = all.flatMap((one) => eventsState({ platform: p, tenant: one, cluster: "prod-eu" })?.stores ?? []);
    const [store] = eventsPlatformState({ platform: p, cluster: "prod-eu", sharedTables: [] })!.stores;
    const [found, ...more] = desired(rendered(p, all));
    expect(more).toEqual([]);
    expect([found!.store, found!.endpoint, found!.state.cluster]).toEqual([store!.store, store!.brokers, store!.clusterRef]);
    expect(bare(found!.state.topics)).toEqual(bare(states.flatMap(({ topics }) => topics)));
    expect(bare(found!.state.users)).toEqual(bare([...states.flatMap(({ users }) => users), store!.auditor].map(user)));
    expect(bare(found!.state.schemas)).toEqual(bare(states.flatMap(({ schemas }) => schemas)));
    expect(bare(found!.state.quotas)).toEqual(bare(states.flatMap(({ quotas }) => quotas)));
  }), { numRuns: suiteCount("unit", "brokers") });
});

test.each([["prod-eu", "stream-eu", 3], ["prod-us", "stream-us", 1]])("the committed dist/ of %s is one store", (cluster, store, topics) => {
  const [found, ...more] = desired(committed(cluster));
  expect(more).toEqual([]);
  expect(found).toMatchObject({ store, endpoint: "stream.redpanda.svc:9093" });
  expect(found!.state.topics).toHaveLength(topics);
  const items = declaredItems(found!.state);
  expect(items.every(({ file }) => file !== undefined)).toBe(true);
  expect(items.filter(({ tenant: of }) => of === undefined).map(({ kind, namespace, name }) => [kind, namespace ?? "", name])).toEqual([
    ["user", "", `bulkhead.audit.${store}`],
    ["acl", `User:bulkhead.audit.${store}`, "cluster literal kafka-cluster"], ["acl", `User:bulkhead.audit.${store}`, "group literal *"], ["acl", `User:bulkhead.audit.${store}`, "topic literal *"],
  ]);
});

test.each([
  [true, "cluster.redpanda.com/v1alpha2", "Topic", "tenant-acme", "tenant.acme.sales"],
  [true, "cluster.redpanda.com/v1alpha2", "User", "bulkhead-audit", "bulkhead.audit.stream-eu"],
  [true, "v1", "ConfigMap", "bulkhead-events", "quotas-stream-eu--acme-0123456789"],
  [false, "v1", "ConfigMap", "tenant-acme", "quotas-stream-eu--acme-0123456789"],
  [false, "cluster.redpanda.com/v1alpha2", "Redpanda", "redpanda", "stream"],
  [false, "batch/v1", "Job", "bulkhead-events", "quotas-stream-eu--acme-0123456789"],
])("wants: %s for %s %s in %s", (expected, apiVersion, kind, namespace, name) => expect(wants({ apiVersion, kind, namespace, name })).toBe(expected));

describe("a file that cannot be believed is named", () => {
  const one = (kind: string, name: RegExp) => (tree: ReturnType<typeof rendered>) => tree.manifests.find(({ manifest }) => manifest.kind === kind && name.test((manifest.metadata as { name: string }).name))! as { manifest: any; file: string; tenant?: string };
  const topic = one("Topic", /acme/);
  const quotas = one("ConfigMap", /acme/);
  test.each<[string, string, (tree: ReturnType<typeof rendered>) => void]>([
    ["a topic without partitions", "BH7410: prod-eu/Topic.tenant.acme.hr.yaml: /spec/partitions must be", (tree) => { delete topic(tree).manifest.spec.partitions; }],
    ["partitions that are a text", "BH7410: prod-eu/Topic.tenant.acme.hr.yaml: /spec/partitions must be", (tree) => { topic(tree).manifest.spec.partitions = "3"; }],
    ["a setting that is a number", "/spec/additionalConfig/retention.ms must be a text or null", (tree) => { topic(tree).manifest.spec.additionalConfig["retention.ms"] = 5; }],
    ["a rule that neither allows nor denies", "/spec/authorization/acls/0: /rule/type must be allow or deny", (tree) => { one("User", /acme/)(tree).manifest.spec.authorization.acls[0].type = "maybe"; }],
    ["rules that are no list", "/spec/authorization/acls must be a list", (tree) => { one("User", /acme/)(tree).manifest.spec.authorization.acls = "all"; }],
    ["a cluster nobody audits", "BH7411: prod-eu/Topic.tenant.acme.hr.yaml is on a Redpanda cluster", (tree) => { topic(tree).manifest.spec.cluster.clusterRef.name = "other"; }],
    ["an auditor that a tenant declares", "BH7411", (tree) => { one("User", /^bulkhead/)(tree).tenant = "acme"; }],
    ["one topic twice", "BH7412: git declares the topic tenant.globex.sales twice (prod-eu/Topic.tenant.acme.hr.yaml, prod-eu/Topic.tenant.globex.sales.yaml)", (tree) => { topic(tree).manifest.spec.overwriteTopicName = "tenant.globex.sales"; }],
    ["a script that sets other quotas", "quotas.sh sets other quotas than state.json says", (tree) => { quotas(tree).manifest.data["quotas.sh"] += "alter 'user=x' --delete producer_byte_rate\n"; }],
    ["a state that is another", "quotas.sh sets other quotas than state.json says", (tree) => { quotas(tree).manifest.data["state.json"] = quotas(tree).manifest.data["state.json"].replace("1000", "9000"); }],
    ["a state that is no JSON", "BH7413", (tree) => { quotas(tree).manifest.data["state.json"] = "{"; }],
    ["a state with more in it", "BH7413", (tree) => { quotas(tree).manifest.data["state.json"] = quotas(tree).manifest.data["state.json"].replace('"user"', '"users": [], "user"'); }],
    ["quotas of a store nobody audits", "BH7411: prod-eu/ConfigMap", (tree) => { quotas(tree).manifest.data["state.json"] = quotas(tree).manifest.data["state.json"].replace("stream-eu", "stream-us"); }],
  ])("%s", (_name, expected, change) => {
    const tree = rendered(p, two);
    change(tree);
    expect(() => desired(tree)).toThrow(expected);
  });
});

test("what a person may write by hand has the operator's defaults", () => {
  const tree = rendered(p, two);
  const own = { apiVersion: "cluster.redpanda.com/v1alpha2", kind: "User", metadata: { name: "tenant.acme.extra", namespace: "tenant-acme" }, spec: { cluster: { clusterRef: { name: "stream", namespace: "redpanda" } }, authorization: { acls: [{ type: "deny", resource: { type: "cluster", name: "" }, operations: ["Alter"] }] } } };
  const state = desired({ ...tree, manifests: [...tree.manifests, { manifest: own, file: "extra.yaml", tenant: "acme" }] })[0]!.state;
  expect(declaredItems(state).filter(({ file }) => file === "extra.yaml")).toEqual([
    { kind: "acl", namespace: "User:tenant.acme.extra", name: "cluster literal kafka-cluster", value: { deny: { Alter: { "*": true } } }, tenant: "acme", file: "extra.yaml" },
  ]);
});

test("a setting that git lets be is on neither side", () => {
  const tree = rendered(p, two);
  (tree.manifests.find(({ manifest }) => manifest.kind === "Topic")!.manifest as any).spec.additionalConfig["segment.bytes"] = null;
  const [topic] = declaredItems(desired(tree)[0]!.state);
  expect(Object.keys(topic!.value.config as object).sort()).toEqual(["cleanup.policy", "retention.ms"]);
});

test("the published list of changes is the one that is tried", () => {
  const page = readFileSync(new URL("../../../docs/planes/kafka.md", import.meta.url), "utf8");
  const [changes, none] = page.split("## Changes that are found")[1]!.split("No finding:");
  expect([...changes!.matchAll(/^\| (?!change|-)([^|]+) \|/gm)].map(([, name]) => name)).toEqual(MUTATIONS.map(({ name }) => name));
  expect([...none!.split("##")[0]!.matchAll(/^- (.+)$/gm)].map(([, name]) => name)).toEqual(INNOCENT.map(({ name }) => name));
});
