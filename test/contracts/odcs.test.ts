import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readContract } from "../../src/contracts/odcs.ts";
import { carryType } from "../../src/contracts/type.ts";
import { ADVENTURE_WORKS, CONTRACT_NAMES, type ContractCount, contractFile, countContract, LISTS, printedList } from "../support/contract.ts";
import { bulkhead, project, TENANT, write } from "../support/project.ts";
import { atHand, CONTRACTS } from "../support/shared.ts";

const SMALL = `apiVersion: v3.0.2
kind: DataContract
id: c1
name: Order Book
schema:
- name: Orders
  physicalName: orders
  physicalType: table
  properties:
  - {name: id, physicalType: bigserial, logicalType: integer, primaryKey: true, required: true}
  - {name: note, physicalType: "varchar[30]", logicalType: string}
  - {name: Grand Total, physicalType: Money, logicalType: number, classification: confidential}
- name: no key
  physicalType: table
  properties: [{name: a, logicalType: string, classification: public}]
`;

test.each([
  ["serial", "number", "integer", /sequence/], ["varchar[15]", "string", "character varying(15)", undefined], ["varchar[2147483647]", "string", "text", undefined],
  ["bpchar", "string", "text", /bpchar/], ["int2", "number", "smallint", undefined], ["Name", "object", "text", /Name/], ["timestamp", "date", "timestamp without time zone", undefined],
  [undefined, "integer", "integer", undefined], [undefined, undefined, "text", /no type/],
])("type %s/%s is carried as %s", (physical, logical, type, lost) => {
  const carried = carryType(physical, logical);
  expect(carried.type).toBe(type);
  if (lost) expect(carried.lost).toMatch(lost); else expect(carried.lost).toBeUndefined();
});

test("a contract becomes a product that check accepts, and everything decided is listed", () => {
  const root = project({ "tenants/acme/tenant.ts": TENANT(), "c.yaml": SMALL });
  const run = bulkhead(root, ["import", "odcs", "c.yaml", "--tenant", "acme", "--domain", "sales"]);
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout).toMatch(/2 tables, 5 columns, 2 key columns/);
  for (const line of ["orders.note", "orders.id", "orders.id: bigserial: kept as bigint", "no_key: no primary key, row_id was added", 'column "Grand Total" is named grand_total here', "orders.grand_total: confidential without a category"]) expect(run.stdout).toContain(line);
  const text = readFileSync(join(root, "tenants/acme/sales/order-book.ts"), "utf8");
  expect(text).toContain('note: { type: "character varying(30)", nullable: true, classification: "restricted", principals: [] }');
  expect(bulkhead(root, ["check"])).toMatchObject({ code: 0 });
  expect(bulkhead(root, ["import", "odcs", "c.yaml", "--tenant", "acme", "--domain", "sales"])).toMatchObject({ code: 2, stderr: expect.stringMatching(/BH0004.*exists/) });
  write(root, { "cls.yaml": "orders.note: confidential/pii-name\norders.nope: public\n" });
  expect(bulkhead(root, ["import", "odcs", "c.yaml", "--tenant", "acme", "--classify", "cls.yaml", "--force"]).stderr).toMatch(/BH6003.*orders.nope/);
});

test.each([["not YAML", "a: [", /BH6001/], ["no contract", "kind: Pod", /BH6002/], ["a list", "- a", /BH6002/]])("%s is refused with its place", (_, text, code) => {
  const root = project({ "tenants/acme/tenant.ts": TENANT(), "c.yaml": text });
  expect(bulkhead(root, ["import", "odcs", "c.yaml", "--tenant", "acme"])).toMatchObject({ code: 2, stderr: expect.stringMatching(code) });
});

const labels = (list: ContractCount["list"]): string[] => list.map(({ table, column }) => `${table}.${column}`);

// Nothing can stand for contracts that nobody wrote for this project: without them these tests do not exist.
if (atHand(CONTRACTS)) describe("real contracts", () => {
  test("AdventureWorks: what an independent script counts arrives in the definition, and what was decided is listed by name", () => {
    const count = countContract(ADVENTURE_WORKS);
    expect(count).toMatchObject({ tables: 68, columns: 456, keys: 99, unclassified: 456 });
    const root = project({ "tenants/acme/tenant.ts": TENANT() });
    const run = bulkhead(root, ["import", "odcs", contractFile(ADVENTURE_WORKS), "--tenant", "acme"]);
    expect(run.stdout).toContain("68 tables, 456 columns, 99 key columns");
    const { product } = readContract(readFileSync(contractFile(ADVENTURE_WORKS), "utf8"), "aw.yaml");
    const arrived = product!.tables.flatMap((table) => table.columns.map((column) => ({ ...column, label: `${table.name}.${column.name}`, key: table.key.includes(column.name) })));
    expect(product!.tables).toHaveLength(count.tables);
    expect(arrived.map(({ label }) => label)).toEqual(labels(count.list));
    expect(arrived.filter(({ key }) => key).map(({ label }) => label)).toEqual(labels(count.list.filter(({ key }) => key)));
    expect([...new Set(arrived.map(({ key, classification }) => `${key ? "key" : "column"} ${classification}`))].sort()).toEqual(["column restricted", "key internal"]);
    for (const [title, wanted] of [[LISTS.restricted, count.list.filter(({ key }) => !key)], [LISTS.keys, count.list.filter(({ key }) => key)]] as const) {
      expect(printedList(run.stdout, title)).toEqual({ count: wanted.length, items: labels(wanted) });
    }
    const kept = /^(int2|int4|date|time|timestamp|uuid|numeric|xml|bytea|text|varchar\[[0-9]+\])$/;
    const types = printedList(run.stdout, LISTS.types).items.map((line) => line.split(": ").slice(0, 2));
    expect(types.map(([label]) => label)).toEqual(labels(count.list.filter(({ type }) => !kept.test(type!))));
    // Each line names the type that was lost.
    expect(types.map(([, said]) => said!.split(" ")[0])).toEqual(count.list.filter(({ type }) => !kept.test(type!)).map(({ type }) => type));
  });

  test.each(CONTRACT_NAMES)("%s is imported with every table and column, and check accepts it", (name) => {
    const root = project({ "tenants/acme/tenant.ts": TENANT() });
    const run = bulkhead(root, ["import", "odcs", contractFile(name), "--tenant", "acme"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const { tables, columns } = countContract(name);
    const added = [...run.stdout.matchAll(/row_id (was added|is the key instead)/g)].length;
    expect(run.stdout).toContain(`${tables} tables, ${columns + added} columns`);
    const check = bulkhead(root, ["check", "--as-of", "2026-11-24"]);
    expect(check.stderr).toMatch(/all checks passed/);
    expect(check.code).toBe(0);
  });
});
