/** Whether a store still holds what git said before (D25). */
import { describe, expect, test } from "vitest";
import { isOlder } from "../../src/audit/planes/older.ts";
import type { DeclaredItem, ItemDifference, LiveItem, PlaneAudit, Reading, Tree } from "../../src/model/plane.ts";

/** Topics from `data` of ConfigMaps; a text beside must say the same sum, as a digest does. */
const plane = {
  plane: "kafka", wants: () => true,
  desired: ({ manifests, texts }: Tree) => {
    const items = manifests.flatMap(({ manifest, file }) => Object.entries((manifest.data ?? {}) as Record<string, number>).map(([name, n]): DeclaredItem => ({ kind: "topic", name, value: { n }, file })));
    for (const { text } of texts) if (Number(text) !== items.reduce((sum, { value }) => sum + (value.n as number), 0)) throw new Error("the sum is another");
    return [{ store: "s", endpoint: "", state: items }];
  },
  items: (state: DeclaredItem[]) => ({ items: state, unknown: [] }),
} as unknown as PlaneAudit;
const FILE = "eu/tenants/acme/content/events/t.yaml";
const SUM = "eu/tenants/acme/content/events/sum.json";
const item = (n: number): LiveItem => ({ kind: "topic", name: "t", value: { n } });
const reading: Reading = { plane: "kafka", store: "s", items: [], coverage: [], facts: {} };

const judge = (live: number | undefined, older: Record<string, string | undefined>, more: Partial<ItemDifference> = {}, texts: Tree["texts"] = []) => {
  const tree: Tree = { cluster: "eu", manifests: [{ manifest: { data: { t: 2 } }, file: FILE }, { manifest: { data: { other: 5 } }, file: "eu/tenants/globex/content/events/o.yaml" }], texts };
  const difference: ItemDifference = { kind: "topic", name: "t", status: live === undefined ? "missing" : "changed", changes: [], desired: { ...item(2), file: FILE }, ...(live !== undefined && { live: item(live) }), ...more };
  return isOlder(difference, { audit: plane, store: { store: "s", endpoint: "", state: undefined }, reading, tree }, async (file) => older[file]);
};
const yaml = (n: number): string => `data: {t: ${n}}\n`;

describe("an item of a store", () => {
  test.each<[string, Promise<boolean>, boolean]>([
    ["lives as the older file says", judge(1, { [FILE]: yaml(1) }), true],
    ["lives as neither says", judge(3, { [FILE]: yaml(1) }), false],
    ["is missing, and the older file had none", judge(undefined, { [FILE]: "data: {}\n" }), true],
    ["is missing, and there was no older file", judge(undefined, {}), true],
    ["is missing, and the older file had it", judge(undefined, { [FILE]: yaml(1) }), false],
    ["lives, and there was no older file", judge(1, {}), false],
    ["and an older file that is no YAML", judge(1, { [FILE]: "a: [" }), false],
    ["is in no file", judge(1, { [FILE]: yaml(1) }, { desired: item(2) }), false],
    ["and the text beside belongs to the older file", judge(1, { [FILE]: yaml(1), [SUM]: "6" }, {}, [{ file: SUM, text: "7" }]), true],
    ["and the text beside is the newer file's", judge(1, { [FILE]: yaml(1), [SUM]: "7" }, {}, [{ file: SUM, text: "7" }]), false],
  ])("%s", async (_, judged, expected) => { expect(await judged).toBe(expected); });
});
