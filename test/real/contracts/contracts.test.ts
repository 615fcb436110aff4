/**
 * Real data contracts that nobody wrote for this project, imported for two tenants, on the real API server and the real PostgreSQL.
 * Where they do not lie beside the checkout, this file is no part of the run (vitest.config.ts): nothing can stand for them.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { readContract } from "../../../src/contracts/odcs.ts";
import { schemaName } from "../../../src/model/names.ts";
import { applyOrder } from "../../../src/layers/gitops/index.ts";
import { passwordSetting } from "../../../src/layers/database/sql/unit.ts";
import { ADVENTURE_WORKS as AW, CONTRACT_NAMES, contractFile, countContract, LISTS, printedList, UNLIMITED } from "../../support/contract.ts";
import { bulkhead, project, TENANT } from "../../support/project.ts";
import { request } from "../database/harness.ts";
import { type Server, startServer } from "../database/server.ts";
import { type ControlPlaneData, connectControlPlane } from "../provision/index.ts";
import { Applier, cluster, installCrds, makeForeignNamespaces } from "../fleet/applier.ts";

const data = inject("controlPlane");

const productOf = (contract: string): string => contract.slice(0, 32).replace(/-$/, "");

/** What the import of AdventureWorks printed. */
let printed = "";

/** A project in which both tenants have every contract as a product. */
function imported(): string {
  const root = project({ "tenants/acme/tenant.ts": TENANT(), "tenants/globex/tenant.ts": TENANT() });
  for (const tenant of ["acme", "globex"]) {
    for (const name of CONTRACT_NAMES) {
      const run = bulkhead(root, ["import", "odcs", contractFile(name), "--tenant", tenant, "--domain", "imported", "--product", productOf(name)]);
      expect(run, name).toMatchObject({ code: 0, stderr: "" });
      if (name === AW) printed = run.stdout;
    }
  }
  return root;
}

describe("real contracts", () => {
  let root: string;
  beforeAll(() => {
    root = imported();
    expect(bulkhead(root, ["synth", "--as-of", "2026-11-24"])).toMatchObject({ code: 0 });
  });

  test.skipIf(data === null)("every object is accepted by the real API server: nothing rejected, no warning", async () => {
    const plane = connectControlPlane(data as ControlPlaneData);
    await installCrds(plane);
    await makeForeignNamespaces(plane);
    const applying = new Applier(plane);
    const { rejected } = await applying.settle(applyOrder(cluster("prod-eu", join(root, "dist"))), Date.now() + 120_000);
    plane.close();
    expect(rejected).toEqual([]);
    expect(applying.warnings).toEqual([]);
  });

  describe.each([15, 18] as const)("PostgreSQL %i", (version) => {
    let server: Server;
    const logins = ["bh_api", "bh_auditor", "acme_pipeline", "globex_pipeline"];
    const connect = () => server.connect({ options: logins.map((l) => `-c ${passwordSetting(l)}=pw-${l}`).join(" ") });
    const unit = (path: string): string => readFileSync(join(root, "dist/prod-eu", path), "utf8");
    const units = (): string[] => ["platform/database/warehouse-eu/unit.sql", ...["acme", "globex"].map((t) => `tenants/${t}/walls/database/warehouse-eu/unit.sql`)];
    const apply = async (): Promise<void> => {
      const admin = await connect();
      for (const path of units()) {
        await admin.query(unit("platform/database/engine.sql"));
        await admin.query(unit(path));
      }
      await admin.end();
    };
    beforeAll(async () => { server = await startServer(version); });
    afterAll(() => server.stop());

    test("what an independent script counts is in the catalogue, for both tenants, with its types, and a second run finds nothing to do", async () => {
      await apply();
      await apply();
      const admin = await connect();
      /** Columns of a tenant's product, without the tenant's own. */
      const arrived = async (tenant: string, contract: string): Promise<{ label: string; type: string; key: boolean }[]> => (await admin.query(`
        SELECT c.relname || '.' || a.attname AS label, format_type(a.atttypid, a.atttypmod) AS type, coalesce(a.attnum = ANY (k.conkey), false) AS key
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'tenant_id'
        LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
        WHERE c.relkind = 'r' AND c.relnamespace = to_regnamespace($1) ORDER BY 1`, [schemaName("imported", productOf(contract), tenant)])).rows;
      const tablesOf = (columns: { label: string }[]): number => new Set(columns.map(({ label }) => label.split(".")[0])).size;
      for (const tenant of ["acme", "globex"]) {
        for (const contract of CONTRACT_NAMES) {
          const columns = await arrived(tenant, contract);
          const wanted = countContract(contract);
          const added = columns.filter(({ label }) => label.endsWith(".row_id")).length;
          expect([tenant, contract, tablesOf(columns), columns.length - added]).toEqual([tenant, contract, wanted.tables, wanted.columns]);
        }
        const columns = await arrived(tenant, AW);
        const wanted = countContract(AW);
        expect([tablesOf(columns), columns.length, columns.filter(({ key }) => key).length]).toEqual([68, 456, 99]);
        const label = (one: { table: string; column: string }): string => `${one.table}.${one.column}`;
        expect(columns.filter(({ key }) => key).map((one) => one.label).sort()).toEqual(wanted.list.filter(({ key }) => key).map(label).sort());
        // The server itself says what a written type is; what the import did not list must be exactly that.
        const listed = new Set(printedList(printed, LISTS.types).items.map((line) => line.split(":")[0]));
        const kept = wanted.list.filter((one) => !listed.has(label(one)));
        await admin.query(`CREATE TEMP TABLE written (${kept.map(({ type }, i) => `c${i} ${type === UNLIMITED ? "text" : type!.replace("[", "(").replace("]", ")")}`).join(", ")})`);
        const { rows } = await admin.query<{ type: string }>("SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 'pg_temp.written'::regclass AND attnum > 0 ORDER BY attnum");
        await admin.query("DROP TABLE pg_temp.written");
        const live = new Map(columns.map((one) => [one.label, one.type]));
        expect(kept.map((one) => [label(one), live.get(label(one))])).toEqual(kept.map((one, i) => [label(one), rows[i]!.type]));
        expect([kept.length, listed.size]).toEqual([356, 100]);
      }
      await admin.end();
    });

    test("attacks on every table and view: no login of one tenant reaches the other's rows", async () => {
      const admin = await connect();
      const { rows } = await admin.query<{ nspname: string; relname: string; relkind: string }>(`SELECT n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname LIKE 'globex\\_\\_%' AND c.relkind IN ('r', 'v') ORDER BY 1, 2`);
      await admin.end();
      expect(rows.length).toBeGreaterThan(68 * 4);
      const pipe = await server.connect({ user: "acme_pipeline", password: "pw-acme_pipeline" });
      const api = await server.connect({ user: "bh_api", password: "pw-bh_api" });
      const reached: string[] = [];
      for (const { nspname, relname, relkind } of rows) {
        const sql = `SELECT 1 FROM "${nspname}"."${relname}"`;
        for (const [who, answer] of [
          ["pipeline as itself", await request(pipe, { tenant: "acme" }, sql)], ["pipeline as globex", await request(pipe, { tenant: "globex" }, sql)],
          ["api without a tenant", await request(api, { role: "c_confidential" }, sql)],
          ...(relkind === "r" ? [["api on the base table", await request(api, { role: "c_confidential", tenant: "globex" }, sql)] as const] : []),
        ] as const) if (answer !== "42501") reached.push(`${who}: ${nspname}.${relname} ${JSON.stringify(answer)}`);
      }
      await pipe.end();
      await api.end();
      expect(reached).toEqual([]);
    });

    test("unclassified columns are masked in every row, and a run with classifications filled in shows them", async () => {
      const pipe = await server.connect({ user: "globex_pipeline", password: "pw-globex_pipeline" });
      const schema = schemaName("imported", productOf(AW), "globex");
      const insert = `INSERT INTO "${schema}".department_writer (tenant_id, departmentid, name, groupname) VALUES ('globex', 1, 'Tools', 'Research')`;
      const first = await request(pipe, { tenant: "globex" }, insert);
      await pipe.end();
      expect(first).toEqual([]);
      const api = await server.connect({ user: "bh_api", password: "pw-bh_api" });
      const read = () => request(api, { role: "c_internal", tenant: "globex" }, `SELECT departmentid, name, groupname FROM "${schema}".department_internal`);
      expect(await read()).toEqual([{ departmentid: 1, name: null, groupname: null }]);
      const { product } = readContract(readFileSync(contractFile(AW), "utf8"), "aw");
      const file = join(root, "classes.yaml");
      writeFileSync(file, product!.notes.restricted.map((label) => `${label}: ${label === "department.groupname" ? "confidential/pii-contact" : "internal"}`).join("\n"));
      for (const tenant of ["acme", "globex"]) expect(bulkhead(root, ["import", "odcs", contractFile(AW), "--tenant", tenant, "--domain", "imported", "--product", productOf(AW), "--classify", file, "--force"]).code).toBe(0);
      expect(bulkhead(root, ["synth", "--as-of", "2026-11-24"])).toMatchObject({ code: 0, stderr: "" });
      await apply();
      expect(await read()).toEqual([{ departmentid: 1, name: "Tools", groupname: "[REDACTED]" }]);
      await api.end();
      // Back to the contract as it came, for the next server.
      expect(bulkhead(root, ["import", "odcs", contractFile(AW), "--tenant", "globex", "--domain", "imported", "--product", productOf(AW), "--force"]).code).toBe(0);
      expect(bulkhead(root, ["import", "odcs", contractFile(AW), "--tenant", "acme", "--domain", "imported", "--product", productOf(AW), "--force"]).code).toBe(0);
      expect(bulkhead(root, ["synth", "--as-of", "2026-11-24"])).toMatchObject({ code: 0 });
    });
  });
});
