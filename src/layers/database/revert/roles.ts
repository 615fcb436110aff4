/** Statements that put roles, memberships, schemas, the database and functions back. */
import type { ItemDifference } from "../../../model/plane.ts";
import { isMap } from "../../../model/value.ts";
import type { StoreState } from "../desired.ts";
import { namesOf, shown } from "../shown.ts";
import { identLine, literalLine, qualifiedLine } from "../sql/line.ts";
import type { RoleState } from "../state/unit.ts";
import { grantLines, roleLine } from "./grants.ts";
import { common, type Steps } from "./relations.ts";

const under = (d: ItemDifference, leaf: string): string[] => [...new Set(d.changes.filter(({ pointer }) => pointer.startsWith(`/${leaf}/`)).map(({ pointer }) => pointer.split("/")[2]!.replaceAll("~1", "/").replaceAll("~0", "~")))];
const settingName = (name: string): string => name.split(".").map(identLine).join(".");

export function roleSteps(d: ItemDifference, state: StoreState): Steps {
  const role = roleLine(d.name);
  if (d.status === "missing") return { sql: [], note: "the Job makes it, with its password" };
  if (d.status === "unmanaged") {
    const live = d.live!.value;
    const powers = [["superuser", "NOSUPERUSER"], ["bypassRowSecurity", "NOBYPASSRLS"], ["createRole", "NOCREATEROLE"], ["replication", "NOREPLICATION"]].filter(([leaf]) => live[leaf!] === true).map(([, word]) => word);
    if (powers.length === 0) return { sql: [`DROP ROLE ${role}`], note: "what it owns or was granted, here and in other databases, must go first: DROP OWNED BY it in each" };
    return { sql: [`ALTER ROLE ${role} ${powers.join(" ")}`], note: "make sure that somebody else administers the server" };
  }
  const declared = state.units.flatMap((unit) => unit.state.roles).find((r) => shown(r.name) === d.name);
  if (!declared) return { sql: [], note: "the Job makes it" };
  const attribute = d.changes.some(({ pointer }) => !pointer.startsWith("/settings"));
  const settings = new Map(declared.settings.map((s) => [s.slice(0, s.indexOf("=")), s.slice(s.indexOf("=") + 1)]));
  return { sql: [
    ...(attribute ? [`ALTER ROLE ${role} ${attributesOf(declared)}`] : []),
    ...under(d, "settings").map((name) => (settings.has(name) ? `ALTER ROLE ${role} SET ${settingName(name)} = ${literalLine(settings.get(name)!)}` : `ALTER ROLE ${role} RESET ${settingName(name)}`)),
    ...under(d, "settingsInDatabases").map((database) => `ALTER ROLE ${role} IN DATABASE ${roleLine(database)} RESET ALL`),
  ] };
}
const attributesOf = (r: RoleState): string => `${r.login ? "LOGIN" : "NOLOGIN"} ${r.inherit ? "INHERIT" : "NOINHERIT"} NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT ${r.connections} VALID UNTIL 'infinity'`;

const NAME = `"(?:[^"]|"")*"|[a-z_][a-z0-9_$]*`;
const MEMBERSHIP = new RegExp(`^(${NAME}) in (${NAME})(?:, given by (${NAME}))?$`, "s");

export function membershipSteps(d: ItemDifference): Steps {
  const [, member, role, grantor] = MEMBERSHIP.exec(d.name) ?? [];
  if (member === undefined || role === undefined) return { sql: [] };
  const value = d.desired?.value;
  const options = value && Object.hasOwn(value, "inherit") ? ` WITH ADMIN FALSE, INHERIT ${String(value["inherit"]).toUpperCase()}, SET ${String(value["set"]).toUpperCase()}` : "";
  return { sql: [
    ...(d.live ? [`REVOKE ${roleLine(role)} FROM ${roleLine(member)}${grantor === undefined ? "" : ` GRANTED BY ${roleLine(grantor)}`} CASCADE`] : []),
    ...(d.desired ? [`GRANT ${roleLine(role)} TO ${roleLine(member)}${options}`] : []),
  ] };
}

export function schemaSteps(d: ItemDifference): Steps {
  const schema = roleLine(d.name);
  if (d.status === "missing") return { sql: [], note: "the Job makes it" };
  if (d.status === "unmanaged") return { sql: [`DROP SCHEMA ${schema}`], note: "what lies in it must go first; look at it" };
  return { sql: common(d, "SCHEMA", schema) };
}

export function databaseSteps(d: ItemDifference): Steps {
  const database = roleLine(d.name);
  return {
    sql: [...grantLines(`DATABASE ${database}`, d.desired?.value["grants"], d.live?.value["grants"]), ...under(d, "settings").map((name) => `ALTER DATABASE ${database} RESET ${settingName(name)}`), ...(d.changes.some(({ pointer }) => pointer === "/owner") ? [`ALTER DATABASE ${database} OWNER TO CURRENT_USER`] : [])],
  };
}

const SIGNATURE = new RegExp(`^(${NAME})\\((.*)\\)$`, "s");

export function functionSteps(d: ItemDifference, state: StoreState): Steps {
  const [, name, args] = SIGNATURE.exec(d.name) ?? [];
  // Types of arguments are in the server's own words: quoted, but not made fit for a terminal.
  if (name === undefined || args === undefined || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(args)) return { sql: [], note: "its arguments have types of hostile names: look it up by its schema and drop it" };
  const routine = `${qualifiedLine(d.namespace!, namesOf(name)[0]!)}(${args})`;
  if (d.status === "unmanaged") {
    const live = d.live!.value;
    const ours = state.units.some((unit) => unit.state.schemas.some((s) => s.mode !== "lenient" && s.name === d.namespace));
    if (ours || !(live["definer"] === true || live["leakproof"] === true)) return { sql: [`DROP ROUTINE ${routine} CASCADE`] };
    return { sql: [...(live["leakproof"] === true ? [`ALTER FUNCTION ${routine} NOT LEAKPROOF`] : []), ...(live["definer"] === true ? [`ALTER ROUTINE ${routine} SECURITY INVOKER`] : [])], note: "it stays, with its caller's rights" };
  }
  const declared = state.units.flatMap((unit) => unit.state.functions).find((f) => f.schema === d.namespace && `${shown(f.name)}()` === d.name);
  if (!declared) return { sql: [], note: "the Job makes it" };
  const only = d.status === "changed" && d.changes.every(({ pointer }) => /^\/(?:owner|ownerMay|grants)(?:\/|$)/.test(pointer));
  const grants = state.units.flatMap((unit) => unit.state.grants).filter((g) => g.kind === "function" && g.schema === declared.schema && g.name === declared.name);
  return { sql: [
    ...(only ? [] : [`CREATE OR REPLACE FUNCTION ${routine} RETURNS text LANGUAGE ${identLine(declared.language)} STABLE PARALLEL SAFE SET search_path = '' AS ${literalLine(declared.body)}`]),
    ...(d.status === "missing" ? [`ALTER FUNCTION ${routine} OWNER TO ${identLine(declared.owner)}`, `REVOKE ALL ON FUNCTION ${routine} FROM PUBLIC`, ...grants.map((g) => `GRANT EXECUTE ON FUNCTION ${routine} TO ${identLine(g.role)}`)] : common(d, "FUNCTION", routine)),
  ] };
}

/** Rights of Bulkhead's roles outside their space. */
const GRANTED: Readonly<Record<string, string>> = { table: "TABLE", view: "TABLE", "materialized view": "TABLE", "foreign table": "TABLE", sequence: "SEQUENCE", schema: "SCHEMA", language: "LANGUAGE", "foreign-data wrapper": "FOREIGN DATA WRAPPER", server: "FOREIGN SERVER", database: "DATABASE", tablespace: "TABLESPACE", "large object": "LARGE OBJECT" };
const ROUTINES = new Set(["function", "procedure", "aggregate"]);

export function grantSteps(d: ItemDifference): Steps {
  const role = new RegExp(`^(${NAME}) on `, "s").exec(d.name)?.[1];
  const value = d.live!.value;
  const [type, names, args] = [value["type"], value["names"], value["args"]] as [string | undefined, string[] | undefined, string[] | undefined];
  if (role === undefined || type === undefined) return { sql: [], note: "it lies in another database: revoke it there" };
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test((args ?? []).join())) return { sql: [], note: "its arguments have types of hostile names: revoke it by hand" };
  if (ROUTINES.has(type)) return { sql: [`REVOKE ALL ON ROUTINE ${qualifiedLine(...names!)}(${args!.join(", ")}) FROM ${roleLine(role)} CASCADE`] };
  if (type === "parameter ACL") return { sql: [`REVOKE ALL ON PARAMETER ${settingName(names![0]!)} FROM ${roleLine(role)} CASCADE`] };
  const what = GRANTED[type];
  return what === undefined ? { sql: [], note: "revoke it by hand" } : { sql: [`REVOKE ALL ON ${what} ${type === "large object" ? String(Number(names![0])) : qualifiedLine(...names!)} FROM ${roleLine(role)} CASCADE`] };
}

/** PostgreSQL's own objects: names are the server's, quoted. */
export function catalogueSteps(d: ItemDifference): Steps {
  const [, what, name] = /^(added relation|added function|added operator|added cast|relation|column|function|schema|parameter) (.*)$/s.exec(d.name) ?? [];
  if (what === undefined || name === undefined || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(name)) return { sql: [], note: "look at it by hand" };
  if (what === "added relation") return { sql: [`DROP TABLE ${name}`], note: "a view is dropped with DROP VIEW, and both need allow_system_table_mods" };
  if (what === "added operator" || what === "added cast") return { sql: [`DROP ${what === "added cast" ? "CAST" : "OPERATOR"} ${name}`] };
  if (what === "added function") return { sql: [`DROP ROUTINE ${name}`], note: "one of PostgreSQL's own cannot be dropped: ALTER ROUTINE … SECURITY INVOKER" };
  const grants = d.live!.value["grants"];
  const privileges = isMap(grants) && isMap(grants["PUBLIC"]) ? Object.keys(grants["PUBLIC"]).filter((p) => /^[A-Z ]+$/.test(p)).join(", ") : "ALL";
  if (what === "column") { const at = name.lastIndexOf("."); return { sql: [`REVOKE ${privileges} (${name.slice(at + 1)}) ON TABLE ${name.slice(0, at)} FROM PUBLIC`] }; }
  if (what === "parameter") return { sql: [`REVOKE ${privileges} ON PARAMETER ${settingName(name)} FROM PUBLIC`] };
  return { sql: [`REVOKE ${privileges} ON ${what === "relation" ? "TABLE" : what.toUpperCase()} ${name} FROM PUBLIC`] };
}

const DEFAULTS = new RegExp(`^of (${NAME}) on (tables|sequences|functions|types|schemas|large objects)$`, "s");
export function defaultSteps(d: ItemDifference): Steps {
  const [, role, objects] = DEFAULTS.exec(d.name) ?? [];
  const grants = d.live?.value["grants"];
  if (role === undefined || objects === undefined || !isMap(grants)) return { sql: [] };
  return { sql: Object.keys(grants).sort().map((grantee) => `ALTER DEFAULT PRIVILEGES FOR ROLE ${roleLine(role)}${d.namespace === undefined ? "" : ` IN SCHEMA ${identLine(d.namespace)}`} REVOKE ALL ON ${objects.toUpperCase()} FROM ${roleLine(grantee)}`) };
}
