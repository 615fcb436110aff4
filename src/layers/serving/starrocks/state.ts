/** What a tenant has on a StarRocks: a database, copies of tables with a masking view for each clearance, roles, users, a resource group. */
import { CLEARANCES } from "../../../model/classification.ts";
import type { Clearance, Plan, StarRocksStore, Table, Tenant } from "../../../model/fleet.ts";
import { starrocksDatabase, starrocksRole, starrocksTable, starrocksUser, viewName } from "../../../model/names.ts";
import { starrocksType } from "../../../model/starrocks.ts";
import type { Origin, ServedTable } from "../state.ts";
import { maskOf } from "./mask.ts";

export interface StarRocksTable { name: string; columns: { name: string; type: string; nullable: boolean }[]; key: string[] }
/** `columns`: name and expression over the table as `t`. */
export interface StarRocksView { name: string; table: string; role: string; columns: { name: string; expression: string }[] }
export interface StarRocksUser { name: string; principal: string; role: string; connections: number; origin: Origin }
export interface StarRocksTenant {
  store: string; host: string; port: number; image: string;
  database: string; quota: string;
  tables: StarRocksTable[]; views: StarRocksView[];
  writer: string; roles: string[]; users: StarRocksUser[];
  /** Limits of the resource group, in StarRocks' words. */
  limits: Record<string, string>;
}

/** Everything of one tenant on one store; undefined when nothing is served there, or its plan says nothing of it (refused before). */
export function starrocksTenant(tenant: Tenant, store: StarRocksStore, served: readonly ServedTable[], pipeline: string): StarRocksTenant | undefined {
  const plan = tenant.plan.serving?.starrocks;
  if (served.length === 0 || !plan) return undefined;
  const views = served.flatMap((one) => CLEARANCES.flatMap((clearance) => viewOf(tenant.id, one, clearance) ?? []));
  const writer = starrocksRole(tenant.id, "writer");
  const roles = [...new Set(views.map(({ role }) => role))].sort();
  const readers = tenant.consumers.filter((c) => c.access.includes("serving") && roles.includes(starrocksRole(tenant.id, c.clearance))).sort((a, b) => (a.name < b.name ? -1 : 1));
  // Connections are limited for a user: the plan's number is shared out, so that another consumer never raises what a tenant may take.
  const connections = Math.max(1, Math.floor(plan.maxUserConnections / (readers.length + 1)));
  const user = (principal: string, role: string, source: Origin["source"]): StarRocksUser => ({ name: starrocksUser(tenant.id, principal), principal, role, connections, origin: { source, owner: tenant.owner.team } });
  return {
    store: store.name, host: store.host, port: store.port, image: store.image, database: starrocksDatabase(tenant.id), quota: plan.dataQuota,
    tables: served.map(tableOf), views, writer, roles,
    users: [user(pipeline, writer, tenant.source), ...readers.map((c) => user(c.name, starrocksRole(tenant.id, c.clearance), c.source))],
    limits: limitsOf(plan),
  };
}

const nameOf = ({ domain, product, name }: Table): string => starrocksTable(domain, product, name);
const limitsOf = (plan: NonNullable<Plan["serving"]>["starrocks"]): Record<string, string> => ({
  cpu_weight: String(plan.cpuWeight), mem_limit: plan.memLimit, concurrency_limit: String(plan.concurrency),
  big_query_cpu_second_limit: String(plan.bigQueryCpuSeconds), big_query_scan_rows_limit: String(plan.bigQueryScanRows),
});

/** The key's columns come first, as StarRocks wants them. */
function tableOf({ table, served }: ServedTable): StarRocksTable {
  const kept = table.columns.filter((c) => served.columns.includes(c.name));
  const ordered = [...table.key.map((name) => kept.find((c) => c.name === name)!), ...kept.filter((c) => !table.key.includes(c.name))];
  return { name: nameOf(table), key: table.key, columns: ordered.map(({ name, type, nullable }) => ({ name, type: starrocksType(type)!.type, nullable })) };
}

function viewOf(tenant: string, { table, served }: ServedTable, clearance: Clearance): StarRocksView | undefined {
  const columns = table.columns.filter((c) => served.columns.includes(c.name)).flatMap((c) => { const expression = maskOf(c, clearance); return expression === undefined ? [] : [{ name: c.name, expression }]; });
  return columns.length === 0 ? undefined : { name: viewName(nameOf(table), clearance), table: nameOf(table), role: starrocksRole(tenant, clearance), columns };
}
