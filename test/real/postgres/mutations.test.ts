/** Every mutation of the published list is found exactly, clean after the printed SQL was run by psql, and, where a unit's SQL heals it, clean after that ran (D13). */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from "vitest";
import { postgresAudit } from "../../../src/layers/database/plane.ts";
import { IMPACTS } from "../../../src/model/finding.ts";
import type { ItemDifference } from "../../../src/model/plane.ts";
import { makeTenant, platform, sharedTables } from "../../layers/database/fleet.ts";
import { mutations } from "./mutations.ts";
import { short, Stage } from "./stage.ts";
import { fleetTree } from "../../layers/database/tree.ts";

const tree = fleetTree(platform, "prod-eu", sharedTables, [makeTenant("acme"), makeTenant("globex")]);
const [declared] = postgresAudit.desired(tree);
const tables = declared!.state as { units: { state: { tables: { name: string; schema: string; constraints: { kind: string; name: string }[]; indexes: { name: string }[] }[] } }[] };
const [orders, lines] = ["orders", "lines"].map((name) => tables.units.flatMap((u) => u.state.tables).find((t) => t.schema === "sales__orders" && t.name === name)!);
const named = (kind: string, table = orders!): string => table.constraints.find((c) => c.kind === kind)!.name;
const MUTATIONS = mutations({ unique: named("unique"), check: named("check"), fkey: named("foreign", lines!), index: orders!.indexes[0]!.name });

describe.each([15, 18] as const)("PostgreSQL %i", (version) => {
  let stage: Stage;
  beforeAll(async () => { stage = await Stage.start(version, tree); });
  afterAll(() => stage.stop());

  const psql = async (sql: string): Promise<void> => {
    const { host, port, superuser, password } = stage.server;
    await promisify(execFile)("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql], { env: { PATH: process.env["PATH"], PGHOST: host, PGPORT: String(port), PGUSER: superuser, PGPASSWORD: password, PGDATABASE: "platform" } });
  };
  /** Runs the first command of a difference: SQL by psql, a Job as the SQL it runs. */
  const revert = async (difference: ItemDifference): Promise<void> => {
    const [command] = postgresAudit.revert(difference, stage.store).commands;
    if (command === undefined) return;
    expect(command).not.toMatch(/\n/);
    if (!command.startsWith("kubectl")) await psql(command);
    else await stage.apply(...stage.store.state.units.filter(({ state }) => state.tenant === difference.tenant).map(({ state }) => state.unit));
  };
  const names = (differences: ItemDifference[]): string[] => differences.flatMap(short).map((text) => text.replace(/ events_p202511\.events_check_\w+$/, " events_p202511.CHECK")).sort();

  test.each(MUTATIONS.map((one) => [one.name, one] as const))("%s", async (_, { sql, found, impact, heals, after }) => {
    // What a failure leaves behind must fail no other test.
    onTestFailed(() => stage.use(tree));
    await stage.admin.query(sql);
    const { differences } = await stage.audit();
    if (!found[0]!.startsWith("EVERYTHING")) expect(names(differences)).toEqual(found);
    else { const name = found[0]!.split(" ")[1]!; expect(differences.length).toBeGreaterThan(5); for (const d of differences) expect(d.status === "missing" && d.name.startsWith(name), short(d)[0]).toBe(true); }
    expect(IMPACTS.find((one) => differences.some((d) => postgresAudit.impact(d) === one))).toBe(impact);
    for (let round = 0, left = differences; left.length > 0 && round < 4; round++) {
      // A child that went with its parent has nothing to be taken from; what is left is looked at again.
      for (const one of left) await revert(one).catch((error: unknown) => { if (round === 3) throw error; });
      if (round === 0 && after !== undefined) await stage.admin.query(after);
      left = (await stage.audit()).differences;
      if (round === 3 || left.length === 0) expect(left.flatMap(short)).toEqual([]);
    }
    if (heals === undefined) return;
    await stage.admin.query(sql);
    await stage.apply(heals);
    if (after !== undefined) await stage.admin.query(after);
    expect(await stage.found()).toEqual([]);
  });
});
