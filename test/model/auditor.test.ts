import { describe, expect, test } from "vitest";
import { auditorRules, NOT_READ, notRead, OBSERVED_KINDS, WIDE_KINDS } from "../../src/model/auditor.ts";
import { WIDE } from "../../src/audit/kubernetes/wide.ts";
import { CONTENT_KINDS, PLATFORM_KINDS, RUNTIME_KINDS, WALL_KINDS } from "../../src/model/kinds.ts";
import { operatorCrds } from "../support/crds.ts";

const allows = (group: string, plural: string, rules = auditorRules()): boolean => rules.some(({ apiGroups, resources }) => apiGroups[0] === group && resources.includes(plural));

describe("the auditor's rules", () => {
  test("are one a group, only get and list, named kinds, and never Secrets", () => {
    const rules = auditorRules();
    expect(rules.map(({ apiGroups }) => apiGroups[0])).toEqual([...new Set(rules.map(({ apiGroups }) => apiGroups[0]))].sort());
    for (const { apiGroups, resources, verbs } of rules) {
      expect([apiGroups.length, verbs]).toEqual([1, ["get", "list"]]);
      expect(resources.filter((resource) => !/^[a-z]+$/.test(resource)), "no wildcard, no subresource").toEqual([]);
      expect(resources).toEqual([...new Set(resources)].sort());
    }
    expect(allows("", "secrets")).toBe(false);
  });
  test("have every kind that Bulkhead writes or that controllers write for it, but for those that are never read", () => {
    const all = [...CONTENT_KINDS, ...WALL_KINDS, ...PLATFORM_KINDS, ...RUNTIME_KINDS].filter(({ plural }) => !plural.includes("/"));
    expect(all.filter(({ group, kind, plural }) => allows(group, plural) === (notRead(group, kind) !== undefined)).map(({ kind }) => kind)).toEqual([]);
    expect(RUNTIME_KINDS.filter(({ group, kind }) => notRead(group, kind) !== undefined).map(({ kind }) => kind)).toEqual(["Event", "Event"]);
  });
  test("have every kind of the operators' CRDs", () => {
    const crds = operatorCrds().map(({ spec }) => spec as { group: string; names: { plural: string } });
    expect(crds.length).toBeGreaterThan(20);
    expect(crds.filter(({ group, names }) => !allows(group, names.plural)).map(({ names }) => names.plural)).toEqual([]);
  });
  test("have every cluster-wide kind in which an audit looks for what git does not know, and no other", () => {
    const written = new Set([...PLATFORM_KINDS, ...WALL_KINDS].map(({ group, kind }) => (group === "" ? kind : `${kind}.${group}`)));
    const read = WIDE_KINDS.map(({ group, kind }) => (group === "" ? kind : `${kind}.${group}`));
    expect([...WIDE.keys()].filter((what) => !written.has(what)).sort()).toEqual(read.sort());
  });
  test("take further kinds, and no Secrets among them", () => {
    const rules = auditorRules([{ group: "cilium.io", kind: "CiliumNetworkPolicy", plural: "ciliumnetworkpolicies" }, { group: "", kind: "Secret", plural: "secrets" }]);
    expect([allows("cilium.io", "ciliumnetworkpolicies", rules), allows("", "secrets", rules)]).toEqual([true, false]);
  });
  test("name no kind twice, and none that is never read", () => {
    const names = [...OBSERVED_KINDS, ...WIDE_KINDS].map(({ group, kind }) => `${kind}.${group}`);
    expect(names).toEqual([...new Set(names)]);
    const others = new Set([...CONTENT_KINDS, ...WALL_KINDS, ...PLATFORM_KINDS, ...RUNTIME_KINDS].map(({ group, kind }) => `${kind}.${group}`));
    expect(names.filter((name) => others.has(name) || NOT_READ.some(({ group, kind }) => `${kind}.${group}` === name))).toEqual([]);
  });
});
