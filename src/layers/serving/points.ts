/**
 * Points at which a serving store keeps a tenant apart, read from what is rendered, after patches. Two further points, the token's claim and the scope of
 * services, are not in a store: they are checked where they are made.
 */
import { redisPrefix, redisUserPrefix, starrocksDatabase, starrocksRole, starrocksUser } from "../../model/names.ts";
import { isMap } from "../../model/value.ts";
import { CLOSED } from "./redis/rules.ts";
import { tenantScript as redisScript } from "./redis/script.ts";
import { SCRIPT, type UnitState } from "./redis/unit.ts";
import { groupSql, tenantSql, tenantScript as starrocksScript } from "./starrocks/sql.ts";
import type { StarRocksTenant } from "./starrocks/state.ts";
import { STATE } from "./unit.ts";

/** `script`: what runs is not what the state says, so nothing is known. */
export type Point = "query scoping" | "store namespace" | "resource limit" | "script";
export interface MissingPoint { point: Point; why: string }

/** What a tenant's ConfigMap lacks; empty when nothing. */
export function missingPoints(tenant: string, data: Readonly<Record<string, string>>): MissingPoint[] {
  let state: unknown;
  try { state = JSON.parse(data[STATE] ?? ""); } catch { state = undefined; }
  try {
    if (!isMap(state) || state["tenant"] !== tenant) return [{ point: "script", why: `${STATE} is not of tenant ${tenant}` }];
    return SCRIPT in data ? redisPoints(tenant, state as unknown as UnitState, data) : starrocksPoints(tenant, state as unknown as StarRocksTenant, data);
  } catch { return [{ point: "script", why: `${STATE} is not what Bulkhead writes` }]; }
}

function redisPoints(tenant: string, { users }: UnitState, data: Readonly<Record<string, string>>): MissingPoint[] {
  const missing: MissingPoint[] = [];
  if (data[SCRIPT] !== redisScript(tenant, users)) missing.push({ point: "script", why: `${SCRIPT} is not what ${STATE} says` });
  for (const { name, rules } of users) {
    if (!name.startsWith(redisUserPrefix(tenant))) missing.push({ point: "store namespace", why: `user ${name} is not the tenant's` });
    const patterns = rules.flatMap((rule) => /^(?:~|%R?W?~|&)([^]*)$/.exec(rule)?.[1] ?? (/^all(?:keys|channels)$/.test(rule) ? "" : []));
    if (!patterns.every((pattern) => pattern.startsWith(redisPrefix(tenant)))) missing.push({ point: "store namespace", why: `user ${name} has keys or channels outside ${redisPrefix(tenant)}` });
    const granted = rules.findIndex((rule) => rule.startsWith("+"));
    const last = rules.findLastIndex((rule) => rule.startsWith("+"));
    const open = CLOSED.filter((rule) => rules.lastIndexOf(rule) < last);
    if (open.length > 0) missing.push({ point: "query scoping", why: `user ${name} lacks ${open.join(" ")}` });
    if (rules.indexOf("-@all") < 0 || rules.indexOf("-@all") > granted || rules.some((rule) => rule === "nopass" || rule === "allcommands" || rule === "+@all" || rule.startsWith("("))) missing.push({ point: "query scoping", why: `user ${name} does not begin with nothing` });
  }
  return missing;
}

function starrocksPoints(tenant: string, state: StarRocksTenant, data: Readonly<Record<string, string>>): MissingPoint[] {
  const missing: MissingPoint[] = [];
  const { create, alter } = groupSql(state);
  const files: Record<string, string> = { "tenant.sql": tenantSql(state), "group-create.sql": create, "group-alter.sql": alter, "starrocks.sh": starrocksScript(state) };
  for (const [name, text] of Object.entries(files)) if (data[name] !== text) missing.push({ point: "script", why: `${name} is not what ${STATE} says` });
  const [database, role, user] = [starrocksDatabase(tenant), starrocksRole(tenant, ""), starrocksUser(tenant, "")];
  if (state.database !== database) missing.push({ point: "store namespace", why: `database ${state.database} is not the tenant's` });
  for (const name of [state.writer, ...state.roles, ...state.users.map((u) => u.role)].filter((r) => !r.startsWith(role))) missing.push({ point: "store namespace", why: `role ${name} is not the tenant's` });
  for (const { name } of state.users.filter((u) => !u.name.startsWith(user))) missing.push({ point: "store namespace", why: `user ${name} is not the tenant's` });
  for (const { name } of state.views.filter((view) => view.role === state.writer || !state.roles.includes(view.role))) missing.push({ point: "query scoping", why: `view ${name} has no clearance of its own` });
  const limits = ["cpu_weight", "mem_limit", "concurrency_limit", "big_query_cpu_second_limit", "big_query_scan_rows_limit"].filter((key) => !state.limits[key]);
  if (limits.length > 0 || !state.quota || !state.users.every(({ connections }) => connections > 0)) missing.push({ point: "resource limit", why: `the tenant has no ${[...limits, ...(state.quota ? [] : ["quota"])].join(", ") || "limit of connections"}` });
  return missing;
}
