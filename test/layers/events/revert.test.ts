/** Names are others', and a printed command is run by a person: it must do what it says to that name and nothing else. */
import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { compareItems } from "../../../src/compare/items.ts";
import { type Binding, type Entity, entityOf, entityText, quotaItem, ruleItems, userItem } from "../../../src/layers/events/items.ts";
import { revert } from "../../../src/layers/events/revert.ts";
import { coverOf, isGoverned, reaches, tenantOf, tenantOfRule } from "../../../src/layers/events/space.ts";
import { printable } from "../../../src/model/printable.ts";
import type { PlaneItem } from "../../../src/model/plane.ts";
import { bindingsOf, callsOf, csv } from "../../real/apply/rpk.ts";
import { suiteCount } from "../../real/provision/budget.ts";

const binding = (more: Partial<Binding> = {}): Binding => ({ principal: "User:mallory", host: "*", allow: true, operation: "Read", resource: "topic", pattern: "literal", name: "tenant.acme.sales", ...more });
const unmanaged = (item: PlaneItem) => revert(compareItems([], [item], [])[0]!);
const HOSTILE = [
  "tenant.acme.'; touch pwned; '", "tenant.acme.$(touch pwned)", "tenant.acme.`touch pwned`", 'tenant.acme."; DROP', "tenant.acme.a,tenant.globex.b", "tenant.acme.\u001b[2J", "tenant.acme.a\nrpk topic delete x", "tenant.acme.\u202egnp",
  "tenant.acme. --no-confirm", "tenant.acme.%s\\n", "tenant.acme.*", "tenant.acme.é😀", 'tenant.acme.","', "-x", "--topic=*", "tenant.acme.a\tb", "tenant.acme.$HOME", "~", "tenant.acme.\\",
];
/** Names that no command can say. */
const UNSAYABLE = ["tenant.acme.\0", "tenant.acme.a\r\nb", "tenant.acme.a\n", "", "tenant.acme.\ud800"];

describe("rules", () => {
  test.each(HOSTILE)("a group called %j goes, and no other", (name) => {
    const { commands, breakGlass } = unmanaged(ruleItems([binding({ resource: "group", name })])[0]!);
    expect(commands).toHaveLength(1);
    expect(breakGlass).toBe(true);
    expect(printable(commands[0]!)).toBe(commands[0]);
    const calls = callsOf(commands[0]!);
    expect(calls).toHaveLength(1);
    expect(bindingsOf(calls[0]!.slice(3))).toEqual([binding({ resource: "group", name })]);
  });
  test.each(HOSTILE)("a principal called %j goes, and no other", (name) => {
    const wanted = binding({ principal: `User:${name}` });
    expect(callsOf(unmanaged(ruleItems([wanted])[0]!).commands[0]!).map((call) => bindingsOf(call.slice(3)))).toEqual([[wanted]]);
  });
  test.each(UNSAYABLE)("a group called %j gets no command, and it is said so", (name) => expect(unmanaged(ruleItems([binding({ resource: "group", name, pattern: "prefixed" })])[0]!)).toMatchObject({ commands: [], note: expect.stringContaining("no command of rpk") }));
  test.each([["user", "User:x"], ["delegationToken", "x"]])("rpk has no word for %s", (resource, name) => expect(unmanaged(ruleItems([binding({ resource, name })])[0]!)).toMatchObject({ commands: [], note: expect.stringContaining("no command of rpk") }));
  test("a principal that is no user", () => {
    expect(unmanaged(ruleItems([binding({ principal: "RedpandaRole:ops" })])[0]!).commands).toEqual(["rpk security acl delete --allow-role=ops --allow-host='*' --operation=Read --topic=tenant.acme.sales --resource-pattern-type=literal --no-confirm"]);
    expect(unmanaged(ruleItems([binding({ principal: "Group:ops" })])[0]!)).toMatchObject({ commands: [], note: expect.stringContaining("no command") });
  });
  test("a part that cannot be said is said, beside the commands for the rest", () => {
    const { commands, note } = unmanaged(ruleItems([binding(), binding({ host: "a\0" })])[0]!);
    expect([commands.length, note]).toEqual([1, expect.stringContaining("no command of rpk")]);
  });

  const text = fc.oneof(fc.string({ unit: "binary", maxLength: 12 }), fc.string({ unit: fc.constantFrom("'", '"', ",", "\\", "$", "`", "\n", "%", "-", "=", " ", "a", "\u001b", "\0", "\r"), maxLength: 8 }));
  test("whatever the names: the same rules, or no command", () => {
    fc.assert(fc.property(text, text, text, fc.constantFrom("topic", "group", "transactionalId"), fc.constantFrom("literal", "prefixed"), fc.boolean(), fc.uniqueArray(fc.constantFrom("Read", "Write", "All"), { minLength: 1 }), (principal, host, name, resource, pattern, allow, operations) => {
      const wanted = operations.sort().map((operation) => binding({ principal: `User:${principal}`, host, name, resource, pattern, allow, operation }));
      const { commands } = unmanaged(ruleItems(wanted)[0]!);
      expect(commands.length).toBeLessThanOrEqual(1);
      if (commands.length === 1) expect(callsOf(commands[0]!).map((call) => bindingsOf(call.slice(3)))).toEqual([wanted]);
    }), { numRuns: suiteCount("unit", "words") });
  });
  test("a name that begins with a dash, and holds what a terminal would not show, is that name", () => {
    const wanted = [binding({ name: "-\u001b" })];
    expect(callsOf(unmanaged(ruleItems(wanted)[0]!).commands[0]!).map((call) => bindingsOf(call.slice(3)))).toEqual([wanted]);
  });
});

test("a host is a member of its rule, whatever it is called", () => {
  const [item] = ruleItems([binding({ host: "__proto__" }), binding({ host: "constructor" })]);
  expect(Object.keys((item!.value as any).allow.Read)).toEqual(["__proto__", "constructor"]);
  expect(compareItems([], [item!], [])).toHaveLength(1);
});

describe("entities of quotas", () => {
  const name = fc.option(fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("<default>", "a,user=b", '"', "tenant.acme.pipeline")), { nil: null });
  const entity: fc.Arbitrary<Entity> = fc.uniqueArray(fc.record({ type: fc.constantFrom("user", "client-id", "ip"), name }), { selector: (part) => part.type, minLength: 1 });
  const sorted = (parts: Entity) => [...parts].sort((a, b) => (a.type < b.type ? -1 : 1));
  test("are what their text says", () => fc.assert(fc.property(entity, (parts) => { expect(entityOf(entityText(parts))).toEqual(sorted(parts)); })));
  test.each(HOSTILE)("a client called %j is altered, and no other", (client) => {
    const [call] = callsOf(unmanaged(quotaItem([{ type: "client-id", name: client }, { type: "user", name: null }], { producer_byte_rate: 5 })).commands[0]!);
    expect(call!.map((word) => word.replace(/^--name=/, ""))).toEqual(["cluster", "quotas", "alter", expect.anything(), "--default=user", "--delete=producer_byte_rate"]);
    expect(csv(call![3]!.slice("--name=".length))).toEqual([`client-id=${client}`]);
  });
});

test.each(HOSTILE.filter((name) => name.startsWith("tenant.")))("a user called %j is deleted, and no other", (name) => {
  expect(callsOf(unmanaged(userItem(name, ["SCRAM-SHA-512"])).commands[0]!)).toEqual([["security", "user", "delete", name]]);
});

describe("what is whose", () => {
  const tenants = new Set(["acme", "acme2", "a"]);
  test.each<[string, boolean, string | undefined]>([
    ["tenant.acme.sales", true, "acme"], ["tenant.acme2.sales", true, "acme2"], ["tenant.a.x", true, "a"], ["tenant.acme", true, undefined], ["tenant.ghost.x", true, undefined], ["tenant.", true, undefined],
    ["tenantx.acme.y", false, undefined], ["tenant", false, undefined], ["TENANT.acme.x", false, undefined], ["bulkhead.audit.x", true, undefined], ["bulkhead", false, undefined], ["", false, undefined],
  ])("%j: governed %s, of %s", (name, governed, tenant) => expect([isGoverned(name), tenantOf(name, tenants)]).toEqual([governed, tenant]));

  test.each<[string, string, string, string, boolean]>([
    ["topic", "literal", "*", "Read", true], ["topic", "literal", "t", "Read", false], ["topic", "prefixed", "t", "Read", true], ["topic", "prefixed", "tenant.acm", "Read", true], ["topic", "prefixed", "tx", "Read", false],
    ["topic", "prefixed", "*", "Read", false], ["topic", "prefixed", "", "Read", true], ["group", "prefixed", "b", "Read", true], ["group", "literal", "tenant.acme.g", "Describe", true], ["group", "literal", "mine", "Read", false],
    ["cluster", "literal", "kafka-cluster", "IdempotentWrite", false], ["cluster", "literal", "kafka-cluster", "Describe", true], ["user", "literal", "User:tenant.acme.x", "CreateTokens", true], ["user", "literal", "User:me", "CreateTokens", false],
    ["user", "prefixed", "User:t", "CreateTokens", true], ["user", "prefixed", "Us", "CreateTokens", true], ["delegationToken", "literal", "*", "Describe", true], ["unknown-9", "literal", "x", "Read", true],
  ])("%s %s %j %s: %s", (resource, pattern, name, operation, expected) => expect(reaches({ resource, pattern, name }, [operation])).toBe(expected));

  test.each<[string, string, string, string, string | undefined]>([
    ["topic", "prefixed", "tenant.acm", "topics of 2 tenants (acme, …); the prefix ends without its dot", undefined], ["topic", "prefixed", "tenant.acme.", "topics of acme", "acme"], ["topic", "prefixed", "tenant.acme.sa", "topics of acme", "acme"],
    ["topic", "literal", "*", "every topic, of all tenants", undefined], ["group", "prefixed", "tenant.ghost.", "groups in no known tenant's prefix", undefined], ["cluster", "literal", "kafka-cluster", "the cluster, and with it everybody's", undefined],
    ["topic", "prefixed", "", "topics of 3 tenants", undefined],
  ])("%s %s %j covers %s", (resource, pattern, name, words, tenant) => {
    expect(coverOf({ resource, pattern, name }, tenants)).toContain(words);
    expect(tenantOfRule({ resource, pattern, name }, "User:mallory", tenants)).toBe(tenant);
  });
  test("a rule that reaches nobody's alone is its principal's", () => expect(tenantOfRule({ resource: "topic", pattern: "literal", name: "*" }, "User:tenant.acme.pipeline", tenants)).toBe("acme"));
});
