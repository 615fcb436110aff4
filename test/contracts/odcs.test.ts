import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readContract } from "../../src/contracts/odcs.ts";
import { carryType } from "../../src/contracts/type.ts";
import { bulkhead, project, TENANT, write } from "../support/project.ts";

const contracts = resolve(import.meta.dirname, "../../../shared/contracts");
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

describe.runIf(existsSync(contracts))("real contracts", () => {
  test("AdventureWorks: every table, column and key arrives, every type is kept or listed", () => {
    const text = readFileSync(join(contracts, "postgresql-adventureworks-contract.odcs.yaml"), "utf8");
    const { product } = readContract(text, "aw.yaml");
    const source = parse(text) as { schema: { properties: { primaryKey?: boolean; physicalType: string }[] }[] };
    const properties = source.schema.flatMap((s) => s.properties);
    const columns = product!.tables.flatMap((t) => t.columns);
    expect([product!.tables.length, columns.length, product!.tables.flatMap((t) => t.key).length]).toEqual([source.schema.length, properties.length, properties.filter((p) => p.primaryKey).length]);
    expect([source.schema.length, properties.length]).toEqual([68, 456]);
    const kept = /^(int2|int4|date|time|timestamp|uuid|numeric|xml|bytea|text|varchar\[[0-9]+\])$/;
    expect(product!.notes.types).toHaveLength(properties.filter((p) => !kept.test(p.physicalType)).length);
    expect(product!.notes.keys).toHaveLength(99);
    expect(product!.notes.restricted).toHaveLength(456 - 99);
    expect(columns.filter((c) => c.classification === "restricted")).toHaveLength(456 - 99);
  });

  test.each(["postgresql-adventureworks-contract", "full-example", "kafka-schema", "database-table-sla", "all-data-types"])("%s is imported, and check accepts it", (name) => {
    const root = project({ "tenants/acme/tenant.ts": TENANT() });
    const run = bulkhead(root, ["import", "odcs", join(contracts, `${name}.odcs.yaml`), "--tenant", "acme"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const check = bulkhead(root, ["check", "--as-of", "2026-11-24"]);
    expect(check.stderr).toMatch(/all checks passed/);
    expect(check.code).toBe(0);
  });
});
