/** What git declares of a store as items, in the words of a server of this reading's version (D23). */
import type { DeclaredItem, ItemCoverage, LiveItem, Normal, Reading } from "../../model/plane.ts";
import { CONNECT_ROLE } from "./state/roles.ts";
import { type Deparsed, deparsedOf, expressionForm, identOf, policyForm, viewForm } from "./deparse.ts";
import type { DesiredUnit, StoreState } from "./desired.ts";
import { wantedVersion } from "./floor.ts";
import { OWN_SCHEMA, OWN_TABLES, SETTINGS } from "./own.ts";
import { path, PUBLIC, shown, SUPERUSER } from "./shown.ts";
import type { ConstraintState, GrantState, TableState, UnitState } from "./state/unit.ts";

type Value = { [leaf: string]: Normal };
/** Newest record: how names are quoted on a server of which nobody recorded anything. */
const NEWEST = deparsedOf(18)!;

/** Items, and kinds of which they cannot be told because nobody recorded this major version (D16). */
export function itemsOf({ store, database, units }: StoreState, reading: Reading): { items: DeclaredItem[]; unknown: ItemCoverage[] } {
  const major = Number(reading.facts["major"]);
  const record = deparsedOf(major);
  const out = new Declaration(record, reading, new Map(units.flatMap(({ state }) => state.grants).map((g) => [JSON.stringify(g), g])));
  out.add(units.find(({ state }) => state.kind === "bootstrap")!, "server", undefined, store, { version: wantedVersion(major), builtInFunctions: "as shipped", settings: SETTINGS });
  for (const unit of units) {
    out.add(unit, "unit", undefined, unit.state.unit, { digest: unit.digest });
    declareUnit(out, unit, major);
    if (unit.state.kind === "bootstrap") declareOwn(out, unit, database);
  }
  return { items: [...out.items.values()], unknown: [...out.untold].map(([what, { tenants, all }]) => ({
    what, state: "unknown" as const, objects: 0, reason: `what PostgreSQL ${major} makes of Bulkhead's expressions was never recorded`, ...(!all && { tenants: [...tenants].sort() }),
  })) };
}

/** No name of PostgreSQL's holds a NUL. */
const keyOf = (kind: string, namespace: string | undefined, name: string): string => `${kind}\0${namespace ?? ""}\0${name}`;

/** Items by identity; what two units declare alike (the schema of several shared tables) is one. */
class Declaration {
  readonly items = new Map<string, DeclaredItem>();
  readonly untold = new Map<string, { tenants: Set<string>; all: boolean }>();
  readonly record: Deparsed | undefined;
  private readonly reading: Reading;
  private live: ReadonlyMap<string, LiveItem> | undefined;
  private readonly granted = new Map<string, GrantState[]>();
  constructor(record: Deparsed | undefined, reading: Reading, grants: ReadonlyMap<string, GrantState>) {
    this.record = record;
    this.reading = reading;
    for (const grant of grants.values()) {
      const key = JSON.stringify([grant.kind, grant.schema, grant.name]);
      this.granted.set(key, [...(this.granted.get(key) ?? []), grant]);
    }
  }
  quote(name: string): string { return identOf(this.record ?? NEWEST, name); }
  grants(kind: GrantState["kind"], schema: string, name: string): Normal {
    const grants: Record<string, Record<string, true>> = {};
    for (const { role, privileges } of this.granted.get(JSON.stringify([kind, schema, name])) ?? []) for (const p of privileges) (grants[shown(role)] ??= {})[p] = true;
    return grants;
  }
  /** What lives under this identity; looked up seldom, so the index is made when it is. */
  found(key: string): LiveItem | undefined { return (this.live ??= new Map(this.reading.items.map((item) => [keyOf(item.kind, item.namespace, item.name), item]))).get(key); }
  /** `texts`: leaves in the server's words; undefined where they cannot be told: then the live leaf stands, and the kind is unknown. */
  add({ state, file }: DesiredUnit, kind: string, namespace: string | undefined, name: string, value: Value, table?: TableState, texts: { [leaf: string]: string | undefined } = {}): void {
    const key = keyOf(kind, namespace, name);
    for (const [leaf, text] of Object.entries(texts)) {
      if (text === undefined) {
        const untold = this.untold.get(kind) ?? { tenants: new Set(), all: false };
        this.untold.set(kind, untold);
        if (state.tenant === undefined) untold.all = true;
        else untold.tenants.add(state.tenant);
      }
      value[leaf] = text ?? this.found(key)?.value[leaf] ?? "";
    }
    this.items.set(key, { kind, ...(namespace !== undefined && { namespace }), name, ...(state.tenant !== undefined && { tenant: state.tenant }), value, owner: state.owner, source: table?.source ?? state.source, file });
  }
}

function declareUnit(out: Declaration, unit: DesiredUnit, major: number): void {
  const { state } = unit;
  for (const r of state.roles) {
    out.add(unit, "role", undefined, shown(r.name), {
      login: r.login, inherit: r.inherit, connections: r.connections, settings: settingsOf(r.settings), settingsInDatabases: {}, ...NO_POWER,
    });
  }
  // Before 16 a membership has no options but ADMIN: the member's INHERIT decides.
  for (const m of state.members) out.add(unit, "membership", undefined, `${shown(m.member)} in ${shown(m.role)}`, { admin: false, ...(major >= 16 && { inherit: m.inherit, set: m.set }) });
  for (const s of state.schemas) {
    const own = s.name === OWN_SCHEMA;
    if (s.mode === "lenient") { if (out.found(keyOf("schema", undefined, shown(s.name)))) out.add(unit, "schema", undefined, shown(s.name), { grants: out.grants("schema", s.name, s.name) }); }
    else out.add(unit, "schema", undefined, shown(s.name), { owner: own ? SUPERUSER : shown(s.owner!), ownerMay: "all", grants: out.grants("schema", s.name, s.name) });
  }
  for (const f of state.functions) {
    out.add(unit, "function", f.schema, `${shown(f.name)}()`, {
      owner: shown(f.owner), ownerMay: "all", grants: out.grants("function", f.schema, f.name), kind: "function", language: f.language, returns: "text", body: f.body, definer: false, leakproof: false,
      volatility: "stable", parallel: "safe", strict: false, settings: { search_path: '""' },
    });
  }
  for (const t of state.tables) declareTable(out, unit, t, { rowSecurity: true, forced: true, owner: shown(t.owner) });
  for (const v of state.views) {
    const table = state.tables.find((t) => t.schema === v.from.schema && t.name === v.from.name);
    const value = { owner: shown(v.owner), ownerMay: "all", options: settingsOf(v.options), grants: out.grants("table", v.schema, v.name) };
    out.add(unit, "view", v.schema, shown(v.name), value, table, { definition: out.record && viewForm(out.record, v, table) });
  }
}

/** What no role of Bulkhead's has. */
const NO_POWER = { superuser: false, bypassRowSecurity: false, createDatabase: false, createRole: false, replication: false, validUntil: "never" };
const settingsOf = (settings: readonly string[]): Record<string, string> => Object.fromEntries(settings.map((s) => [s.slice(0, s.indexOf("=")), s.slice(s.indexOf("=") + 1)]));

function declareTable(out: Declaration, unit: DesiredUnit, t: TableState, walls: { rowSecurity: boolean; forced: boolean; owner: string }): void {
  const common = { ...walls, ownerMay: "all", persistence: "permanent", options: {}, replicaIdentity: "default", toastGrants: {}, foreignKeys: "enforced" };
  const partitionBy = t.partitionBy === undefined ? "" : `RANGE (${out.quote(t.partitionBy)})`;
  const family: [string, Value][] = [
    [t.name, { ...common, partitionBy, parents: {}, bound: "", description: t.description ?? "", grants: out.grants("table", t.schema, t.name) }],
    ...t.partitions.map(({ name, bound }): [string, Value] => [name, { ...common, partitionBy: "", parents: { [path(t.schema, t.name)]: true }, bound, description: "", grants: out.grants("table", t.schema, name) }]),
  ];
  for (const [name, value] of family) {
    out.add(unit, "table", t.schema, shown(name), value, t);
    for (const c of t.columns) {
      out.add(unit, "column", t.schema, path(name, c.name), {
        type: c.type, nullable: c.nullable, default: "", generated: "", identity: "", collation: "", grants: {}, description: name === t.name ? (c.description ?? "") : "",
      }, t);
    }
    for (const p of t.policies) {
      const form = (part: "using" | "check"): string | undefined => out.record && policyForm(out.record, p, part);
      out.add(unit, "policy", t.schema, path(name, p.name), { permissive: p.permissive, command: p.command, roles: { [p.role === "public" ? PUBLIC : shown(p.role)]: true } }, t, { using: form("using"), check: form("check") });
    }
  }
  for (const c of t.constraints) out.add(unit, "constraint", t.schema, path(t.name, c.name), { noInherit: false }, t, { definition: constraintForm(out, c) });
  for (const i of t.indexes) {
    const definition = `CREATE INDEX ${out.quote(i.name)} ON ${out.quote(t.schema)}.${out.quote(t.name)} USING btree (${i.columns.map((c) => out.quote(c)).join(", ")})`;
    out.add(unit, "index", t.schema, shown(i.name), { table: path(t.schema, t.name), definition, valid: true }, t);
  }
}

function constraintForm(out: Declaration, c: ConstraintState): string | undefined {
  if (c.kind === "check") return out.record && expressionForm(out.record, "checks", c.expression);
  const columns = (names: readonly string[]): string => `(${names.map((name) => out.quote(name)).join(", ")})`;
  if (c.kind !== "foreign") return `${c.kind === "primary" ? "PRIMARY KEY" : "UNIQUE"} ${columns(c.columns)}`;
  const { schema, table, columns: others, onDelete } = c.references;
  return `FOREIGN KEY ${columns(c.columns)} REFERENCES ${out.quote(schema)}.${out.quote(table)}${columns(others)} ON DELETE ${onDelete.toUpperCase()}`;
}

/** What every store has though no state says it: its database, Bulkhead's records, what PostgreSQL brings. */
function declareOwn(out: Declaration, unit: DesiredUnit, database: string): void {
  const state: UnitState = unit.state;
  out.add(unit, "database", undefined, shown(database), { owner: "none of Bulkhead's", settings: {}, grants: out.grants("database", "", "") });
  for (const t of OWN_TABLES) declareTable(out, unit, { ...t, source: state.source }, { rowSecurity: false, forced: false, owner: SUPERUSER });
  for (const name of ["c", "internal", "plpgsql", "sql"]) out.add(unit, "language", undefined, name, { trusted: name === "plpgsql" || name === "sql", grants: { [PUBLIC]: { USAGE: true } } });
  out.add(unit, "extension", undefined, "plpgsql", { schema: "pg_catalog" });
}

/** Roles of Bulkhead's that are in every store; the reader starts from those that the units declare. */
export const declaredRoles = ({ units }: StoreState): string[] => [...new Set([...units.flatMap(({ state }) => state.roles.map((r) => r.name)), CONNECT_ROLE])].sort();
