/** A unit's state as SQL: the engine, then one call a line for everything that is declared. */
import { createHash } from "node:crypto";
import type { ConstraintState, TableState, UnitState, ViewState } from "../state/unit.ts";
import { BASE, ROLES } from "./engine/base.ts";
import { TABLES, WALLS } from "./engine/relations.ts";
import { GRANTS, SWEEP } from "./engine/sweep.ts";
import { commentLine, qualified, quoteCode, quoteIdent, quoteLiteral, textArray } from "./quote.ts";

/** The engine, as a file of its own that a session runs before any unit. It makes procedures in `pg_temp` and touches nothing else. */
export const ENGINE = ["-- Bulkhead: the engine that SQL units call. It changes nothing by itself.", ...[BASE, ROLES, TABLES, WALLS, GRANTS, SWEEP].map((part) => part.trim()), ""].join("\n\n");

type Argument = string | number | boolean | undefined | { sql: string };
const argument = (value: Argument): string =>
  value === undefined ? "NULL" : typeof value === "string" ? quoteLiteral(value) : typeof value === "object" ? value.sql : String(value);
const call = (procedure: string, ...values: Argument[]): string => `CALL pg_temp.${procedure}(${values.map(argument).join(", ")});`;
const raw = (sql: string): { sql: string } => ({ sql });

/** Session setting that hands a login's password to the file; the Job sets it from an environment variable. */
export const passwordSetting = (login: string): string => `bulkhead.password_${login.replace(/[^A-Za-z0-9_]/g, "_")}`;

/** SQL text of a unit and the digest that its last line records in `bulkhead.applied`: of the engine it is written for, and of what it declares. */
export function unitSql(state: UnitState, engine = ENGINE): { text: string; digest: string } {
  const body = [...declarations(state)].join("\n");
  const digest = createHash("sha256").update(`${engine}\n${body}`).digest("hex");
  const head = [
    commentLine(`Bulkhead: ${state.unit} in store ${state.store}. Declared in ${state.source.file}.`),
    "-- One transaction, after the engine in the same session: it makes the database equal to what stands below, and changes nothing when it is.",
  ];
  return { text: [...head, "BEGIN;", body, call("finish", state.tenant, digest), "COMMIT;", ""].join("\n"), digest };
}

function* declarations(state: UnitState): Generator<string> {
  yield call("begin_unit", state.unit);
  for (const r of state.roles) yield call("role", r.name, r.login, r.inherit, r.connections, raw(textArray(r.settings)), r.open);
  for (const m of state.members) yield call("member", m.role, m.member, m.inherit, m.set);
  for (const r of state.roles) if (r.passwordKey) yield call("password", r.name, passwordSetting(r.name));
  if (state.kind === "bootstrap") yield call("harden");
  for (const s of state.schemas) yield call("schema", s.name, s.owner, s.mode);
  for (const f of state.functions) yield call("function", f.schema, f.name, f.owner, f.language, raw(quoteCode(f.body)));
  for (const t of state.tables) yield relation(t);
  for (const t of state.tables) for (const p of t.partitions) yield call("partition", t.schema, t.name, p.name, p.bound);
  for (const t of state.tables) for (const c of t.constraints) if (c.kind !== "foreign") yield constraint(t, c);
  for (const t of state.tables) for (const c of t.constraints) if (c.kind === "foreign") yield constraint(t, c);
  for (const t of state.tables) yield* walls(t);
  for (const v of state.views) yield view(v);
  for (const g of state.grants) yield call("allow", g.privileges.join(", "), g.kind, g.schema, g.name, g.role);
  for (const p of state.principals) yield call("principal", p.tenant, p.schema, p.table, p.column, p.principal);
  if (state.sharedUnits) yield call("shared_units", raw(textArray(state.sharedUnits)));
}

function relation(t: TableState): string {
  const rows = t.columns.map((c) => `  [${[c.name, c.type, c.nullable ? "" : "NOT NULL", c.description ?? ""].map(quoteLiteral).join(", ")}]`);
  return call("relation", t.schema, t.name, t.owner, t.description, raw(`ARRAY[\n${rows.join(",\n")}\n]`), t.partitionBy, t.open);
}

function constraint(t: TableState, c: ConstraintState): string {
  if (c.kind === "check") return call("tenant_check", t.schema, t.name, c.name, c.expression);
  if (c.kind !== "foreign") return call("key", t.schema, t.name, c.name, c.kind === "primary" ? "PRIMARY KEY" : "UNIQUE", raw(textArray(c.columns)));
  const r = c.references;
  return call("reference", t.schema, t.name, c.name, raw(textArray(c.columns)), r.schema, r.table, raw(textArray(r.columns)), r.onDelete.toUpperCase());
}

function* walls(t: TableState): Generator<string> {
  for (const i of t.indexes) yield call("index", t.schema, t.name, i.name, raw(textArray(i.columns)));
  yield call("force_row_security", t.schema, t.name);
  for (const p of t.policies) yield call("policy", t.schema, t.name, p.name, p.permissive, p.command, p.role, p.using, p.check);
}

/** The query of a view, as it is written. */
export function viewQuery(v: ViewState): string {
  const columns = v.columns.map((c) => `    ${c.expression} AS ${quoteIdent(c.name)}`);
  return `\n  SELECT\n${columns.join(",\n")}\n  FROM ${qualified(v.from.schema, v.from.name)} t\n`;
}

const view = (v: ViewState): string => call("view", v.schema, v.name, v.owner, raw(textArray(v.options)), raw(quoteCode(viewQuery(v))));
