/**
 * The rendered SQL through an independent parser of StarRocks' dialect. StarRocks itself cannot be had here; sqlglot understands tables, views and
 * grants on views, and takes statements on accounts, quotas and resource groups as one word and a text: those were only held against the documentation.
 */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { servingLayer } from "../../../src/layers/serving/index.ts";
import { servingState } from "../../../src/layers/serving/state.ts";
import type { Column } from "../../../src/model/fleet.ts";
import { collect, platform, tenant } from "../../layers/serving/fixture.ts";
import { ComponentUnavailable, projectRoot, run } from "../provision/component.ts";
import { provisionSqlglot } from "../provision/sqlglot.ts";
import { statements, units } from "./stage.ts";

const python = await provisionSqlglot().catch((error: unknown) => {
  if (!(error instanceof ComponentUnavailable) || process.env["CI"] === "true") throw error;
  process.stderr.write(`provision: SKIPPED ${error.message}\n`);
  return undefined;
});
interface Said { kind: string; text: string; create?: string; name?: string; tables?: string[]; bare?: string[]; made?: Record<string, string[]>; columns?: string[] }
const parse = async (texts: string[]): Promise<Said[]> => JSON.parse((await run(python!, [join(projectRoot, "test/real/starrocks/parse.py")], { input: JSON.stringify(texts) })).stdout) as Said[];

/** A column of every level, category and type that StarRocks carries. */
const source = { file: "x.ts", path: "" };
const types = ["text", "uuid", "integer", "date", "boolean", "numeric(12,2)", "timestamp with time zone", "double precision", "jsonb", "bytea", "character varying(7)"];
const columns: Column[] = [
  { name: "id", type: "bigint", nullable: false, sensitivity: { level: "internal" }, lineage: [], source }, { name: "open", type: "text", nullable: true, sensitivity: { level: "public" }, lineage: [], source },
  ...types.flatMap((type, i) => (["pii-name", "pii-identifier", "pii-contact", "business"] as const).map((category): Column => ({ name: `c${i}_${category.replace("-", "_")}`, type, nullable: true, sensitivity: { level: "confidential", category }, lineage: [], source }))),
  ...types.map((type, i): Column => ({ name: `r${i}`, type, nullable: true, sensitivity: { level: "restricted", principals: [] }, lineage: [], source })),
];

describe.skipIf(python === undefined)("StarRocks' dialect", () => {
  test("every statement of the example fleet parses; tables, views and grants on views as trees", async () => {
    const all = units();
    expect(all.map(({ tenant: id }) => id)).toEqual(["northwind"]);
    for (const { files } of all) {
      const said = await parse(Object.entries(files).filter(([name]) => name.endsWith(".sql")).flatMap(([, text]) => statements(text)));
      for (const { kind, text } of said) if (/^(CREATE (DATABASE|TABLE|OR REPLACE VIEW)|GRANT SELECT ON VIEW)/.test(text)) expect([kind, text]).toEqual([text.startsWith("GRANT") ? "Grant" : "Create", text]);
      expect(said.filter(({ create }) => create === "VIEW").length).toBeGreaterThan(1);
    }
  });

  test("in each view the parser sees no column that its clearance may not", async () => {
    const state = servingState({ platform, tenant: tenant("acme", [{ domain: "crm", product: "people", table: "people", kind: "starrocks", columns }]), cluster: "prod-eu" })!;
    const [config] = collect((output) => servingLayer.renderTenant!(state, output)).filter(({ manifest }) => manifest.kind === "ConfigMap");
    const said = await parse(statements((config!.manifest["data"] as Record<string, string>)["tenant.sql"]!));
    const view = (clearance: string) => said.find(({ name }) => name === `\`acme\`.\`crm__people__people_${clearance}\``)!;
    const confidential = columns.filter(({ sensitivity }) => sensitivity.level === "confidential").map(({ name }) => name);
    expect(view("public").bare).toEqual(["open"]);
    expect(view("internal").bare).toEqual(["id", "open"]);
    expect(view("confidential").bare).toEqual([...confidential, "id", "open"].sort());
    for (const clearance of ["public", "internal", "confidential"]) {
      const { made, tables } = view(clearance);
      expect(tables).toEqual(["`acme`.`crm__people__people` AS t"]);
      for (const [name, from] of Object.entries(made!)) expect([name, from]).toEqual([name, name.startsWith("r") ? [] : [name]]);
      expect(Object.keys(made!).filter((name) => name.endsWith("_business"))).toEqual([]);
    }
    expect(said.find(({ create }) => create === "TABLE")!.columns).toEqual(columns.map(({ name }) => name));
  });

  test("the parser refuses what is no SQL", async () => {
    await expect(parse(["CREATE OR REPLACE VIEW `a`.`b` SECURITY NONE AS SELECT FROM WHERE"])).rejects.toThrow();
  });
});
