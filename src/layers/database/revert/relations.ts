/** Statements that put tables, columns, keys, indexes, policies and views back. */
import type { ItemDifference } from "../../../model/plane.ts";
import type { StoreState } from "../desired.ts";
import { namesOf, SUPERUSER } from "../shown.ts";
import { identLine, literalLine, qualifiedLine } from "../sql/line.ts";
import { viewQuery } from "../sql/unit.ts";
import type { PolicyState, TableState, ViewState } from "../state/unit.ts";
import { grantLines, roleLine } from "./grants.ts";

/** Statements of one transaction, and what must be known before they are run. */
export interface Steps { sql: string[]; note?: string }
const says = (note: string, ...sql: string[]): Steps => ({ sql, note });
/** Words that are printed as they are: they come from Bulkhead's own texts, or are looked at first. */
const word = (text: unknown): string => (typeof text === "string" && /^[A-Za-z ]+$/.test(text) ? text : "");

const tablesOf = (state: StoreState): TableState[] => state.units.flatMap((unit) => unit.state.tables);
const tableOf = (state: StoreState, schema: string | undefined, name: string): TableState | undefined => tablesOf(state).find((t) => t.schema === schema && (t.name === name || t.partitions.some((p) => p.name === name)));
const first = (name: string): string => namesOf(name)[0] ?? "";
const pointers = (d: ItemDifference): string[] => d.changes.map(({ pointer }) => pointer);
const touches = (d: ItemDifference, leaf: string): boolean => pointers(d).some((pointer) => pointer === `/${leaf}` || pointer.startsWith(`/${leaf}/`));
const keysUnder = (d: ItemDifference, leaf: string): string[] => pointers(d).filter((p) => p.startsWith(`/${leaf}/`)).map((p) => p.split("/")[2]!.replaceAll("~1", "/").replaceAll("~0", "~"));

/** Owner and rights, which most kinds have. */
export function common(d: ItemDifference, what: string, name: string): string[] {
  const owner = d.desired?.value["owner"];
  return [
    ...(touches(d, "owner") && typeof owner === "string" && owner !== SUPERUSER ? [`ALTER ${what} ${name} OWNER TO ${roleLine(owner)}`] : []),
    ...(touches(d, "grants") ? grantLines(`${what === "VIEW" ? "TABLE" : what} ${name}`, d.desired?.value["grants"], d.live?.value["grants"]) : []),
    ...(touches(d, "ownerMay") && typeof owner === "string" ? [`GRANT ALL ON ${what === "VIEW" ? "TABLE" : what} ${name} TO ${owner === SUPERUSER ? "CURRENT_USER" : roleLine(owner)}`] : []),
  ];
}

export function tableSteps(d: ItemDifference, state: StoreState): Steps {
  const table = qualifiedLine(d.namespace!, first(d.name));
  if (d.status === "missing") return says("the Job makes it, empty: its rows must come from a backup");
  if (d.status === "unmanaged") {
    if (d.kind === "table" && d.live?.value["owner"] === "bh_owner") return says("it holds rows of a table that git no longer declares: declare it again, or look at them and drop it");
    const what = d.kind === "table" ? "TABLE" : d.kind === "sequence" ? "SEQUENCE" : "FOREIGN TABLE";
    return says("it goes with all that is in it: look at that first", `DROP ${what} ${table} CASCADE`);
  }
  const value = d.desired!.value;
  const sql = common(d, "TABLE", table);
  const alter = (leaf: string, clause: string): void => { if (touches(d, leaf)) sql.push(`ALTER TABLE ${table} ${clause}`); };
  alter("rowSecurity", value["rowSecurity"] === true ? "ENABLE ROW LEVEL SECURITY" : "DISABLE ROW LEVEL SECURITY");
  alter("forced", value["forced"] === true ? "FORCE ROW LEVEL SECURITY" : "NO FORCE ROW LEVEL SECURITY");
  alter("persistence", "SET LOGGED");
  alter("replicaIdentity", "REPLICA IDENTITY DEFAULT");
  alter("foreignKeys", "ENABLE TRIGGER ALL");
  // The name of such a table is a number that only the server knows.
  if (touches(d, "toastGrants")) sql.push(`DO $do$ declare t text; who text; begin for t, who in select c.reltoastrelid::pg_catalog.regclass::text, coalesce(pg_catalog.quote_ident(r.rolname), 'PUBLIC') from pg_catalog.pg_class c join pg_catalog.pg_class o on o.oid = c.reltoastrelid, pg_catalog.aclexplode(o.relacl) a left join pg_catalog.pg_roles r on r.oid = a.grantee where c.oid = ${literalLine(table)}::pg_catalog.regclass and a.grantee <> o.relowner loop execute pg_catalog.format('REVOKE ALL ON TABLE %s FROM %s CASCADE', t, who); end loop; end $do$`);
  for (const option of keysUnder(d, "options")) alter("options", `RESET (${identLine(option)})`);
  if (touches(d, "description")) sql.push(`COMMENT ON TABLE ${table} IS ${value["description"] === "" ? "NULL" : literalLine(String(value["description"]))}`);
  for (const { pointer, kind } of d.changes.filter((c) => c.pointer.startsWith("/parents/"))) {
    const parent = qualifiedLine(...namesOf(pointer.split("/")[2]!.replaceAll("~1", "/").replaceAll("~0", "~")));
    const bound = tableOf(state, d.namespace, first(d.name))?.partitions.find((p) => p.name === first(d.name))?.bound;
    sql.push(kind === "added" ? `ALTER TABLE ${table} NO INHERIT ${parent}` : `ALTER TABLE ${parent} ATTACH PARTITION ${table} ${bound ?? "DEFAULT"}`);
  }
  return { sql, ...(touches(d, "partitionBy") && { note: "another table stands there: what it holds must be moved by hand" }) };
}

export function columnSteps(d: ItemDifference, state: StoreState): Steps {
  const [name, column] = namesOf(d.name) as [string, string];
  const [table, on] = [qualifiedLine(d.namespace!, name), identLine(column)];
  const declared = tableOf(state, d.namespace, name);
  if (d.status === "missing") {
    const c = declared?.columns.find((one) => one.name === column);
    return c ? says("what it held must come from a backup", `ALTER TABLE ${table} ADD COLUMN ${on} ${c.type}${c.nullable ? "" : " NOT NULL"}`) : says("the Job makes it");
  }
  const rights = grantLines(`TABLE ${table}`, d.desired?.value["grants"], d.live?.value["grants"], on);
  if (d.status === "unmanaged") {
    if (!declared) return rights.length > 0 ? { sql: rights } : says("it is no table's column", `ALTER VIEW ${table} ALTER COLUMN ${on} DROP DEFAULT`);
    if (/^(?:ctid|xmin|xmax|cmin|cmax|tableoid)$/.test(column)) return { sql: rights };
    return says("it goes with all that is in it: look at that first", `ALTER TABLE ${table} DROP COLUMN ${on} CASCADE`);
  }
  const value = d.desired!.value;
  const sql = touches(d, "grants") ? rights : [];
  const alter = (leaf: string, clause: string): void => { if (touches(d, leaf)) sql.push(`ALTER TABLE ${table} ALTER COLUMN ${on} ${clause}`); };
  alter("default", "DROP DEFAULT");
  alter("identity", "DROP IDENTITY");
  alter("generated", "DROP EXPRESSION");
  alter("nullable", value["nullable"] === true ? "DROP NOT NULL" : "SET NOT NULL");
  if (touches(d, "type") || touches(d, "collation")) {
    const type = declared?.columns.find((one) => one.name === column)?.type;
    const views = state.units.flatMap((unit) => unit.state.views).filter((v) => v.from.schema === d.namespace && v.from.name === declared?.name);
    sql.push(...views.map((v) => `DROP VIEW IF EXISTS ${qualifiedLine(v.schema, v.name)} CASCADE`), `ALTER TABLE ${qualifiedLine(d.namespace!, declared?.name ?? name)} ALTER COLUMN ${on} TYPE ${type} USING ${on}::${type}`, ...views.flatMap((v) => viewLines(v, state)));
  }
  if (touches(d, "description")) sql.push(`COMMENT ON COLUMN ${table}.${on} IS ${value["description"] === "" ? "NULL" : literalLine(String(value["description"]))}`);
  return { sql, ...((touches(d, "type") || touches(d, "collation")) && { note: "it rewrites the table, and its views are made anew" }) };
}

export function constraintSteps(d: ItemDifference, state: StoreState): Steps {
  const [name, constraint] = namesOf(d.name) as [string, string];
  const table = qualifiedLine(d.namespace!, name);
  const drop = (rest = ""): string => `ALTER TABLE ${table} DROP CONSTRAINT ${rest}${identLine(constraint)}`;
  const declared = tableOf(state, d.namespace, name);
  if (d.status === "unmanaged" && declared?.name !== name && declared?.constraints.some((c) => c.name === constraint)) return says("the partition was taken off its table: attached again, it has this from there");
  if (d.status === "unmanaged") return { sql: [drop()] };
  return { sql: [...(d.status === "changed" ? [drop("IF EXISTS ")] : []), `ALTER TABLE ${table} ADD CONSTRAINT ${identLine(constraint)} ${String(d.desired!.value["definition"])}`] };
}

export function indexSteps(d: ItemDifference): Steps {
  const index = qualifiedLine(d.namespace!, first(d.name));
  if (d.status === "unmanaged") return { sql: [`DROP INDEX ${index}`] };
  return { sql: [...(d.status === "changed" ? [`DROP INDEX ${index}`] : []), String(d.desired!.value["definition"])] };
}

export function policySteps(d: ItemDifference, state: StoreState): Steps {
  const [name, policy] = namesOf(d.name) as [string, string];
  const table = qualifiedLine(d.namespace!, name);
  const drop = `DROP POLICY ${identLine(policy)} ON ${table}`;
  if (d.status === "unmanaged") return { sql: [drop] };
  const declared = tableOf(state, d.namespace, name)?.policies.find((p) => p.name === policy);
  return { sql: [...(d.status === "changed" ? [drop] : []), ...(declared ? [policyLine(declared, table)] : [])] };
}
const policyLine = (p: PolicyState, table: string): string =>
  `CREATE POLICY ${identLine(p.name)} ON ${table} AS ${p.permissive ? "PERMISSIVE" : "RESTRICTIVE"} FOR ${p.command} TO ${p.role === "public" ? "PUBLIC" : identLine(p.role)} USING (${p.using})${p.check === undefined ? "" : ` WITH CHECK (${p.check})`}`;

export function viewSteps(d: ItemDifference, state: StoreState): Steps {
  const view = qualifiedLine(d.namespace!, first(d.name));
  if (d.status === "unmanaged") return says("whatever reads it goes with it", `DROP ${d.kind === "view" ? "VIEW" : "MATERIALIZED VIEW"} ${view} CASCADE`);
  const declared = state.units.flatMap((unit) => unit.state.views).find((v) => v.schema === d.namespace && v.name === first(d.name));
  if (!declared) return says("the Job makes it");
  if (d.status === "missing" || touches(d, "definition")) return { sql: [...(d.status === "changed" ? [`DROP VIEW ${view} CASCADE`] : []), ...viewLines(declared, state)] };
  const options = declared.options.map((o) => o.split("=") as [string, string]);
  const surplus = keysUnder(d, "options").filter((key) => !options.some(([name]) => name === key));
  return { sql: [
    ...common(d, "VIEW", view),
    ...(surplus.length > 0 ? [`ALTER VIEW ${view} RESET (${surplus.map(identLine).join(", ")})`] : []),
    ...(touches(d, "options") && options.length > 0 ? [`ALTER VIEW ${view} SET (${options.map(([name, value]) => `${identLine(name)} = ${literalLine(value)}`).join(", ")})`] : []),
  ] };
}

/** A declared view with owner and rights, as the unit makes it. */
function viewLines(v: ViewState, state: StoreState): string[] {
  const name = qualifiedLine(v.schema, v.name);
  const grants = state.units.flatMap((unit) => unit.state.grants).filter((g) => g.kind === "table" && g.schema === v.schema && g.name === v.name);
  return [
    `CREATE VIEW ${name} WITH (${v.options.map((o) => { const [option, value] = o.split("=") as [string, string]; return `${identLine(option)} = ${literalLine(value)}`; }).join(", ")}) AS ${viewQuery(v).replaceAll(/\s*\n\s*/g, " ").trim()}`,
    `ALTER VIEW ${name} OWNER TO ${identLine(v.owner)}`, ...grants.map((g) => `GRANT ${g.privileges.map(word).join(", ")} ON TABLE ${name} TO ${identLine(g.role)}`),
  ];
}
