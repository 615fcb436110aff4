import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deparsedOf, expressionForm, typeKey, viewForm, writtenColumn } from "../../../src/layers/database/deparse.ts";
import { foundVersion, wantedVersion } from "../../../src/layers/database/floor.ts";
import { impactOf } from "../../../src/layers/database/impact.ts";
import { postgresAudit } from "../../../src/layers/database/plane.ts";
import { namesOf, path } from "../../../src/layers/database/shown.ts";
import { identLine, literalLine } from "../../../src/layers/database/sql/line.ts";
import { platformState, tenantState } from "../../../src/layers/database/state.ts";
import type { ItemDifference, Tree } from "../../../src/model/plane.ts";
import { dedicated, makeTenant, platform, sharedTables } from "./fleet.ts";
import { distTree, fleetTree } from "./tree.ts";

const cluster = "prod-eu";
const tree = (): Tree => fleetTree(platform, cluster, sharedTables, [makeTenant("acme"), makeTenant("globex")]);

describe("desired(render(state)) = state", () => {
  test("for fleets of any tenants, tables and consumers", () => {
    const tenants = fc.uniqueArray(fc.constantFrom("acme", "globex", "a-b", "x9", "initech", "umbrella-corp"), { minLength: 1, maxLength: 4 });
    fc.assert(fc.property(tenants, fc.subarray([0, 1, 2]), fc.subarray([0, 1, 2]), fc.subarray([0, 1]), (ids, kept, consumers, shared) => {
      const tables = shared.map((i) => sharedTables[i]!);
      const fleet = ids.map((id) => { const one = makeTenant(id, {}, dedicated(id).filter((_, i) => kept.includes(i))); return { ...one, consumers: one.consumers.filter((_, i) => consumers.includes(i)) }; });
      const [store] = postgresAudit.desired(fleetTree(platform, cluster, tables, fleet));
      const scope = { platform, cluster };
      const expected = [...platformState({ ...scope, sharedTables: tables })!.units, ...fleet.flatMap((tenant) => tenantState({ ...scope, tenant })?.units ?? [])].map((unit) => unit.state);
      const state = store!.state as { database: string; units: { state: { unit: string } }[] };
      const byName = (a: { unit: string }, b: { unit: string }): number => (a.unit < b.unit ? -1 : 1);
      expect(state.units.map((unit) => unit.state).sort(byName)).toEqual(JSON.parse(JSON.stringify(expected.sort(byName))));
      expect([store!.store, store!.endpoint, state.database]).toEqual(["main", "pg.bulkhead-stores.svc:5432", "platform"]);
    }), { numRuns: 60 });
  });
  test.each(["prod-eu", "prod-us"])("of the example fleet's committed dist/ in %s", (name) => {
    const stores = postgresAudit.desired(distTree(name));
    expect(stores).toHaveLength(1);
    expect((stores[0]!.state as { units: unknown[] }).units.length).toBeGreaterThan(1);
  });
});

describe("a tree that cannot be believed", () => {
  const acme = (file: string): boolean => file.includes("/acme/");
  const edit = (of: (file: string) => boolean, change: (text: string) => string): Tree => { const t = tree(); return { ...t, texts: t.texts.map((one) => (of(one.file) ? { ...one, text: change(one.text) } : one)) }; };
  const state = (file: string): boolean => acme(file) && file.endsWith("state.json");
  const sql = (file: string): boolean => acme(file) && file.endsWith("unit.sql");
  test.each<[string, () => Tree, RegExp]>([
    ["a state edited without its SQL", () => edit(state, (t) => t.replace('"permissive": false', '"permissive": true')), /acme.*state\.json: it does not match .*unit\.sql/],
    ["SQL edited without its state", () => edit(sql, (t) => t.replace("bh_wall", "bh_door")), /acme.*state\.json: it does not match/],
    ["another digest", () => edit(state, (t) => t.replace(/"digest": "\w{8}/, '"digest": "00000000')), /does not match/],
    ["an engine edited", () => edit((f) => f.endsWith("engine.sql"), (t) => t.replace("REVOKE", "revoke")), /does not match/],
    ["no JSON", () => edit(state, () => "{"), /acme.*state\.json: no JSON/],
    ["JSON of something else", () => edit(state, () => "[]"), /no state of a SQL unit/],
    ["a state without tables", () => edit(state, (t) => t.replace('"tables"', '"stables"')), /no state of a SQL unit/],
    ["no SQL beside the state", () => { const t = tree(); return { ...t, texts: t.texts.filter(({ file }) => !sql(file)) }; }, /the SQL that it describes is not beside it/],
    ["no engine", () => { const t = tree(); return { ...t, texts: t.texts.filter(({ file }) => !file.endsWith("engine.sql")) }; }, /engine\.sql, is not in git/],
    ["a ConfigMap that carries other SQL", () => { const t = tree(); return { ...t, manifests: t.manifests.map((m) => (m.tenant === "acme" && m.manifest["kind"] === "ConfigMap" ? { ...m, manifest: { ...m.manifest, data: { "unit.sql": "SELECT 1" } } } : m)) }; }, /no ConfigMap in git carries .*unit\.sql/],
    ["no Job", () => { const t = tree(); return { ...t, manifests: t.manifests.filter(({ manifest }) => manifest["kind"] !== "Job") }; }, /no Job in git applies its SQL/],
    ["no unit of the store's own", () => { const t = tree(); return { ...t, texts: t.texts.filter(({ file }) => !file.includes("/main/") || acme(file) || file.includes("/globex/")) }; }, /0 units of its own/],
  ])("%s", (_, of, message) => { expect(() => postgresAudit.desired(of())).toThrow(message); });
});

describe("forms", () => {
  test("what nobody recorded has none", () => {
    const record = deparsedOf(18)!;
    expect(deparsedOf(14)).toBeUndefined();
    expect(expressionForm(record, "policies", "tenant_id = (SELECT app.tenant()) OR true")).toBeUndefined();
    expect(expressionForm(record, "checks", "tenant_id = 'a''b'")).toBeUndefined();
    const view = { schema: "s", name: "v", owner: "bh_view", options: [], from: { schema: "s", name: "t" }, columns: [{ name: "tenant_id", expression: 't."tenant_id"' }, { name: "x", expression: "upper(t.\"x\")" }] };
    expect(viewForm(record, view, { columns: [{ name: "x", type: "text", nullable: true }] })).toBeUndefined();
    expect(viewForm(record, view, undefined)).toBeUndefined();
  });
  test("keywords are quoted, arguments of types put in", () => {
    const column = { schema: "s", table: "order", name: "user", type: "character varying(200)" };
    const view = { schema: "s", name: "v", owner: "bh_view", options: [], from: { schema: "s", name: "order" }, columns: [{ name: "tenant_id", expression: 't."tenant_id"' }, { name: "user", expression: writtenColumn("restricted", column)! }] };
    expect(viewForm(deparsedOf(15)!, view, { columns: [{ name: "user", type: column.type, nullable: true }] })).toMatch(/THEN t\."user"\n {12}ELSE NULL::character varying.*\n {8}END AS "user"\n {3}FROM s\."order" t;$/s);
    expect(typeKey("numeric(12,2)")).toEqual({ key: "numeric(77,66)", given: ["12", "2"] });
  });
  test("the floor of minor versions", () => {
    expect([150014, 160010, 170006, 180000].map((v) => foundVersion(v) === wantedVersion(Math.floor(v / 10000)))).toEqual([true, true, true, true]);
    expect(foundVersion(150013)).toBe("15.13, open to CVE-2025-8713");
    expect(foundVersion(160002)).toBe("16.2, open to CVE-2024-4317, CVE-2024-10976, CVE-2025-8713");
    expect(foundVersion(170000)).toMatch(/CVE-2024-10976/);
  });
});

describe("names", () => {
  const anything = fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("a", '"', ".", "\n", "\\", "\u001b", "\u202e")), { minLength: 1, maxLength: 8 }).map((parts) => parts.join("").toWellFormed().replaceAll("\0", "")).filter((name) => name !== "");
  test("joined names come apart again, whatever they hold", () => { fc.assert(fc.property(anything, anything, (a, b) => { expect(namesOf(path(a, b))).toEqual([a, b]); })); });
  test("no printed name or text steers a terminal, ends a line, or leaves its quotes", () => {
    fc.assert(fc.property(anything, (name) => {
      for (const [text, quote] of [[identLine(name), '"'], [literalLine(name), "'"]] as const) {
        expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        const inner = text.slice(text.indexOf(quote) + 1, -1);
        expect(inner.replaceAll(quote + quote, "")).not.toContain(quote);
      }
    }));
  });
});

describe("impact", () => {
  const d = (kind: string, status: ItemDifference["status"], ...pointers: string[]): ItemDifference => ({ kind, name: "x", status, changes: pointers.map((pointer) => ({ pointer, kind: pointer.startsWith("-") ? "removed" : "added" })).map((c) => ({ ...c, pointer: c.pointer.replace(/^-/, "") }) as ItemDifference["changes"][number]) });
  test.each<[string, ItemDifference, string]>([
    ["a right given", d("table", "changed", "/grants/x"), "isolation"], ["a right taken away", d("table", "changed", "-/grants/x"), "access"], ["a policy gone", d("policy", "missing"), "isolation"], ["a description", d("table", "changed", "/description"), "cosmetic"],
    ["a description and a wall", d("table", "changed", "/description", "/forced"), "isolation"], ["a table gone", d("table", "missing"), "availability"], ["a role more", d("role", "unmanaged"), "isolation"], ["an unknown kind more", d("comet", "unmanaged"), "isolation"], ["a leaf nobody thought of", d("table", "changed", "/new"), "isolation"],
  ])("%s", (_, difference, impact) => { expect(impactOf(difference)).toBe(impact); });
});
