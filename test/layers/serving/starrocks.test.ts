import { describe, expect, test } from "vitest";
import { servingLayer } from "../../../src/layers/serving/index.ts";
import { maskOf } from "../../../src/layers/serving/starrocks/mask.ts";
import { groupSql, tenantSql } from "../../../src/layers/serving/starrocks/sql.ts";
import { servingState } from "../../../src/layers/serving/state.ts";
import type { Column, Sensitivity, Tenant } from "../../../src/model/fleet.ts";
import { starrocksType } from "../../../src/model/starrocks.ts";
import { collect, platform, tenant } from "./fixture.ts";

const source = { file: "tenants/acme/crm/people.ts", path: "" };
const column = (name: string, type: string, sensitivity: Sensitivity, nullable = false): Column => ({ name, type, nullable, sensitivity, lineage: [], source });
const confidential = (category: NonNullable<Sensitivity["category"]>): Sensitivity => ({ level: "confidential", category });
const columns: Column[] = [
  column("name", "text", confidential("pii-name")), column("id", "uuid", { level: "internal" }), column("card", "character varying(20)", confidential("pii-identifier"), true), column("mail", "text", confidential("pii-contact")),
  column("margin", "numeric(12,2)", confidential("business")), column("country", "character(2)", { level: "public" }), column("passport", "text", { level: "restricted", principals: ["dpo@acme.example"] }, true),
];
const consumers = [{ name: "bi", clearance: "confidential" as const, access: ["serving" as const] }, { name: "press", clearance: "public" as const, access: ["serving" as const] }, { name: "sql-only", clearance: "confidential" as const, access: ["sql" as const] }];
const acme = tenant("acme-eu", [{ domain: "crm", product: "people", table: "people", kind: "starrocks", columns }], consumers);
const stateOf = (t: Tenant) => servingState({ platform, tenant: t, cluster: "prod-eu" })!.starrocks[0]!;
const sql = tenantSql(stateOf(acme));
const lines = sql.split("\n");

describe("masks (D14)", () => {
  const of = (name: string, clearance: "public" | "internal" | "confidential") => maskOf(columns.find((c) => c.name === name)!, clearance);
  test.each([
    ["name", "internal", "left(sha2(t.`name`, 256), 16)"], ["name", "confidential", "t.`name`"],
    ["card", "internal", "CASE WHEN t.`card` IS NULL THEN NULL WHEN char_length(t.`card`) <= 4 THEN '****' ELSE concat('****', right(t.`card`, 4)) END"],
    ["mail", "public", "CASE WHEN t.`mail` IS NOT NULL THEN '[REDACTED]' END"], ["margin", "internal", undefined], ["margin", "confidential", "t.`margin`"],
    ["id", "public", undefined], ["id", "internal", "t.`id`"], ["country", "public", "t.`country`"], ["passport", "confidential", "CAST(NULL AS VARCHAR(1048576))"], ["passport", "public", "CAST(NULL AS VARCHAR(1048576))"],
  ] as const)("%s at %s", (name, clearance, expected) => expect(of(name, clearance)).toBe(expected));
  test.each(["timestamp with time zone", "numeric(12,2)", "boolean", "double precision"])("%s has no text that both stores write alike: omitted", (type) => {
    expect(maskOf(column("x", type, confidential("pii-name")), "internal")).toBeUndefined();
    expect(maskOf(column("x", type, confidential("pii-identifier")), "internal")).toBeUndefined();
  });
});

describe("who gets what", () => {
  test("readers are granted views, never a table; nothing outside the tenant's database; nobody may be another", () => {
    const grants = lines.filter((line) => line.startsWith("GRANT"));
    expect(grants).toEqual([
      "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN DATABASE `acme_eu` TO ROLE `acme_eu__writer`;",
      ...["public", "internal", "confidential"].map((c) => `GRANT SELECT ON VIEW \`acme_eu\`.\`crm__people__people_${c}\` TO ROLE \`acme_eu__${c}\`;`),
      "GRANT `acme_eu__writer` TO USER 'acme-eu.pipeline'@'%';", "GRANT `acme_eu__confidential` TO USER 'acme-eu.bi'@'%';", "GRANT `acme_eu__public` TO USER 'acme-eu.press'@'%';",
    ]);
    expect(sql).not.toMatch(/IMPERSONATE|WITH GRANT OPTION|GLOBAL|SECURITY INVOKER|ALL DATABASES/);
    for (const [, database] of sql.matchAll(/(?:DATABASE(?: IF NOT EXISTS)?|FROM|VIEW|TABLE IF NOT EXISTS) `([^`]+)`/g)) expect(database).toBe("acme_eu");
  });
  test("no view shows what its clearance may not see", () => {
    const view = (c: string) => lines.find((line) => line.includes(`VIEW \`acme_eu\`.\`crm__people__people_${c}\` SECURITY NONE AS`))!;
    expect(view("public")).toMatch(/AS SELECT left\(sha2.* FROM `acme_eu`.`crm__people__people` AS t;$/);
    for (const raw of ["t.`margin`", "t.`passport`"]) for (const c of ["public", "internal"]) expect(view(c)).not.toContain(raw);
    for (const c of ["public", "internal", "confidential"]) expect(view(c)).not.toContain("t.`passport`");
  });
  test("the key's columns come first, in its order", () => expect(lines[2]).toMatch(/^CREATE TABLE IF NOT EXISTS `acme_eu`.`crm__people__people` \(`id` VARCHAR\(36\) NOT NULL, `name` .*PRIMARY KEY \(`id`\) DISTRIBUTED BY HASH \(`id`\);$/));
  test("connections are shared out, so that the plan's number is the tenant's", () => {
    const { users } = stateOf(acme);
    expect(users.map(({ connections }) => connections)).toEqual([13, 13, 13]);
    expect(sql).toContain("SET PROPERTY FOR 'acme-eu.bi' 'max_user_connections' = '13';");
  });
  test("a group is for the tenant's users by name, with every limit of the plan", () => {
    expect(groupSql(stateOf(acme)).create).toBe("CREATE RESOURCE GROUP `acme_eu` TO (user = 'acme-eu.pipeline'), (user = 'acme-eu.bi'), (user = 'acme-eu.press') WITH ('cpu_weight' = '4', 'mem_limit' = '20%', 'concurrency_limit' = '16', 'big_query_cpu_second_limit' = '60', 'big_query_scan_rows_limit' = '1000000');\n");
  });
});

test("no text but names reaches SQL: descriptions, principals and passwords do not", () => {
  const hostile = { ...stateOf(acme), database: "x`; DROP DATABASE y; --" };
  expect(() => tenantSql(hostile)).toThrow("no name for StarRocks");
  expect(() => tenantSql({ ...stateOf(acme), users: [{ ...stateOf(acme).users[0]!, name: "x'@'%'; --" }] })).toThrow("no text for StarRocks");
  expect(sql).not.toContain("dpo@");
  expect(sql.match(/IDENTIFIED BY '[^']*'/g)!.every((text) => /^IDENTIFIED BY '@PASSWORD_[0-9]@'$/.test(text))).toBe(true);
});
test("the administrative credential and the passwords of all are in the walls only", () => {
  const objects = collect((output) => servingLayer.renderTenant!(servingState({ platform, tenant: acme, cluster: "prod-eu" })!, output));
  expect(objects.filter(({ placement }) => placement.area === "content").map(({ manifest }) => manifest.metadata.name)).toEqual(["starrocks-olap-eu-pipeline", "starrocks-olap-eu-bi", "starrocks-olap-eu-press"]);
  expect(JSON.stringify(objects.filter(({ placement }) => placement.area === "content"))).not.toContain("admin");
});
test.each([
  ["uuid", "VARCHAR(36)", true], ["character varying(20)", "VARCHAR(80)", true], ["numeric(38,2)", "DECIMAL(38,2)", false], ["numeric(39,2)", undefined, false], ["numeric", undefined, false], ["text[]", undefined, false], ["interval", undefined, false], ["jsonb", "JSON", false],
])("type %s", (type, expected, key) => expect(starrocksType(type)).toEqual(expected === undefined ? undefined : { type: expected, key }));
