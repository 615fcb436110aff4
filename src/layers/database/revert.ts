/** SQL that puts one difference back, on one line and exact for any name; then the Job whose SQL heals it (D13). */
import type { Revert } from "../../model/finding.ts";
import { NAMESPACES } from "../../model/names.ts";
import type { DesiredStore, ItemDifference } from "../../model/plane.ts";
import type { DesiredUnit, StoreState } from "./desired.ts";
import { grantLines, roleLine } from "./revert/grants.ts";
import { columnSteps, constraintSteps, indexSteps, policySteps, type Steps, tableSteps, viewSteps } from "./revert/relations.ts";
import { catalogueSteps, databaseSteps, defaultSteps, functionSteps, grantSteps, membershipSteps, roleSteps, schemaSteps } from "./revert/roles.ts";
import { namesOf } from "./shown.ts";
import { identLine, literalLine, qualifiedLine } from "./sql/line.ts";
import { unitName } from "./state/name.ts";

const drop = (what: string, rest = "") => (d: ItemDifference): Steps => ({ sql: [`DROP ${what} ${d.namespace === undefined ? roleLine(d.name) : qualifiedLine(d.namespace, namesOf(d.name)[0]!)}${rest}`] });
const noted = (note: string): (() => Steps) => () => ({ sql: [], note });

const STEPS: Readonly<Record<string, (d: ItemDifference, state: StoreState) => Steps>> = {
  table: tableSteps, "foreign table": tableSteps, sequence: tableSteps, column: columnSteps, constraint: constraintSteps, index: indexSteps, policy: policySteps, view: viewSteps, "materialized view": viewSteps,
  role: roleSteps, membership: membershipSteps, schema: schemaSteps, database: databaseSteps, function: functionSteps, grant: grantSteps, catalogue: catalogueSteps, "default privileges": defaultSteps,
  trigger: (d) => { const [table, name] = namesOf(d.name); return { sql: [`DROP TRIGGER ${identLine(name!)} ON ${qualifiedLine(d.namespace!, table!)} CASCADE`] }; },
  rule: (d) => {
    const [table, name] = namesOf(d.name);
    const on = qualifiedLine(d.namespace!, table!);
    return { sql: [name === "_RETURN" ? `ALTER TABLE ${on} ENABLE RULE "_RETURN"` : `DROP RULE ${identLine(name!)} ON ${on} CASCADE`] };
  },
  "event trigger": drop("EVENT TRIGGER"), publication: drop("PUBLICATION"), "foreign server": drop("SERVER", " CASCADE"), "foreign data wrapper": drop("FOREIGN DATA WRAPPER", " CASCADE"),
  extension: (d) => ({ ...(d.status === "unmanaged" ? drop("EXTENSION", " CASCADE")(d) : { sql: [`CREATE EXTENSION IF NOT EXISTS ${roleLine(d.name)}`] }), note: "look at what it brought first" }),
  language: (d) => (d.status === "unmanaged" ? { sql: [`DROP LANGUAGE ${roleLine(d.name)}`], note: "where an extension brought it, drop that" } : { sql: grantLines(`LANGUAGE ${roleLine(d.name)}`, d.desired?.value["grants"], d.live?.value["grants"]) }),
  subscription: (d) => ({ sql: [`ALTER SUBSCRIPTION ${roleLine(d.name)} DISABLE`, `ALTER SUBSCRIPTION ${roleLine(d.name)} SET (slot_name = NONE)`, `DROP SUBSCRIPTION ${roleLine(d.name)}`], note: "its slot on the other server stays" }),
  "replication slot": (d) => ({ sql: [`SELECT pg_catalog.pg_drop_replication_slot(${literalLine(namesOf(d.name)[0]!)})`] }),
  "large object": (d) => {
    const grants = grantLines(`LARGE OBJECT ${Number(d.name)}`, {}, d.live?.value["grants"]);
    return grants.length > 0 ? { sql: grants } : { sql: [`SELECT pg_catalog.lo_unlink(${Number(d.name)})`], note: "it goes with all that is in it: look at that first" };
  },
  type: (d) => {
    const name = qualifiedLine(d.namespace!, namesOf(d.name)[0]!);
    return { sql: d.live?.value["rowType"] === true ? grantLines(`TYPE ${name}`, { PUBLIC: { USAGE: true } }, d.live.value["grants"]) : [`DROP TYPE ${name}`] };
  },
  setting: () => ({ sql: ["ALTER ROLE ALL RESET ALL"] }),
  unit: (d) => (d.status === "unmanaged" ? { sql: [`DELETE FROM bulkhead.applied WHERE unit = ${literalLine(d.name)}`], note: "first see to what it left: roles, schemas, rows" } : { sql: [], note: "its Job has not run, or failed: its log says why" }),
  server: noted("put the setting back in the server's configuration, or install the newest minor version"),
  object: noted("drop it by hand"),
};

/** What a run of a unit's SQL does not put back. */
const UNHEALED = new Set(["server", "setting", "database", "catalogue", "grant", "event trigger", "publication", "subscription", "replication slot", "foreign server", "foreign data wrapper", "extension", "language", "large object", "type", "object", "sequence", "foreign table"]);
function heals({ kind, status, changes }: ItemDifference): boolean {
  if (kind === "database") return changes.some(({ pointer }) => pointer.startsWith("/grants"));
  if (UNHEALED.has(kind)) return false;
  if (kind === "table" && changes.some(({ pointer }) => /^\/(?:bound|parents|partitionBy|persistence|options|replicaIdentity|toastGrants)/.test(pointer))) return false;
  if (status === "unmanaged") return kind !== "role" && kind !== "table" && kind !== "column" && kind !== "unit" && kind !== "schema";
  return !(kind === "column" && changes.some(({ pointer }) => /^\/(?:type|nullable|generated|identity|collation)/.test(pointer)));
}

/** The unit that a difference belongs to. */
function unitOf({ desired, namespace, tenant, name }: ItemDifference, { units }: StoreState): DesiredUnit | undefined {
  const [table] = namesOf(name);
  return units.find(({ file }) => file === desired?.file)
    ?? units.find(({ state }) => state.tables.some((t) => t.schema === namespace && (t.name === table || t.partitions.some((p) => p.name === table))))
    ?? units.find(({ state }) => state.schemas.some((s) => s.mode !== "lenient" && s.name === namespace))
    ?? units.find(({ state }) => tenant !== undefined && state.tenant === tenant)
    ?? units.find(({ state }) => state.kind === "bootstrap");
}

/** First the statements, as a superuser; then the Job. Both need break-glass rights. */
export function revertOf(d: ItemDifference, { state }: DesiredStore<StoreState>): Revert {
  const { sql, note } = STEPS[d.kind]?.(d, state) ?? { sql: [] };
  const unit = heals(d) && (d.status !== "unmanaged" || sql.length > 0) ? unitOf(d, state) : undefined;
  const name = unit && unitName(unit.state);
  const commands = [
    ...(sql.length === 0 ? [] : [sql.length === 1 ? `${sql[0]};` : `BEGIN; ${sql.join("; ")}; COMMIT;`]),
    ...(name === undefined ? [] : [`kubectl create job ${name}-by-hand --namespace ${NAMESPACES.database} --from=cronjob/${name}`]),
  ];
  return { commands, breakGlass: true, ...(note !== undefined && { note }), ...(note === undefined && name !== undefined && { note: `CronJob ${name} runs the same SQL every quarter of an hour` }) };
}
