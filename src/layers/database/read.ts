/** A live server as items: a constant number of queries over `pg_catalog`, in one snapshot, with the auditor's rights (D26). */
import { type ItemCoverage, type LiveItem, type Reading, type StoreAccess, StoreUnreadable } from "../../model/plane.ts";
import { deparsedOf } from "./deparse.ts";
import type { StoreState } from "./desired.ts";
import { foundVersion, majorOf, OLDEST } from "./floor.ts";
import { readFunctions, readLanguages, readRules, readTriggers, readTypes } from "./live/code.ts";
import { readDefaults, readEventTriggers, readExtensions, readForeign, readLargeObjects, readObjects, readReplication } from "./live/others.ts";
import { OWNER_DEFAULTS, type Reader, readerOf } from "./live/reader.ts";
import { DEFINITIONS, inSpace, readColumns, readConstraints, readIndexes, readPolicies, RELATIONS, type RelationRow, relationItems, type SchemaRow, SCHEMAS, schemaItems } from "./live/relations.ts";
import { type MemberRow, MEMBERS, readCatalogue, readDatabase, readGrants, readMembers, readRoles, readServer, type RoleRow, ROLES } from "./live/roles.ts";
import { openSession, QueryFailed, type Session } from "./live/session.ts";
import { spaceOf } from "./live/space.ts";

/** Every kind of item, in the order in which they are read. */
export const KINDS = [
  "server", "unit", "database", "role", "setting", "membership", "schema", "table", "view", "materialized view", "foreign table", "sequence", "column", "constraint", "index", "policy", "trigger", "rule", "function", "type", "object", "grant",
  "catalogue", "language", "default privileges", "event trigger", "publication", "subscription", "replication slot", "foreign server", "foreign data wrapper", "extension", "large object",
] as const;
type Kind = (typeof KINDS)[number];

/** What the auditor may not see, and who looks after it. */
const EXCLUDED: readonly (readonly [what: string, reason: string])[] = [
  ["named principal", "they are rows, and the auditor reads none: the Job makes app.named_principal equal to git on every run"],
  ["password", "verifiers are secrets: the Job sets each login's password back"],
];

/** Reads one store. Throws StoreUnreadable where it says nothing. */
export async function readStore(access: StoreAccess, state: StoreState): Promise<Reading> {
  const session = await openSession(access, state.database);
  try {
    return await new Reading_(session, access, state).run();
  } finally {
    await session.close();
  }
}

class Reading_ {
  private readonly items: LiveItem[] = [];
  private readonly state = new Map<Kind, string | undefined>();
  private readonly facts: Record<string, string> = {};
  private readonly session: Session;
  private readonly access: StoreAccess;
  private readonly store: StoreState;
  constructor(session: Session, access: StoreAccess, store: StoreState) { this.session = session; this.access = access; this.store = store; }

  /** One part: what it gives is whole, or its kinds are unknown. */
  private async part(kinds: readonly Kind[], run: () => Promise<LiveItem[]>): Promise<void> {
    try {
      const items = await this.session.part(run);
      this.items.push(...items);
      for (const kind of kinds) this.state.set(kind, undefined);
    } catch (error) {
      if (!(error instanceof QueryFailed)) throw error;
      for (const kind of kinds) this.state.set(kind, error.message);
    }
  }
  /** What all else stands on: without it, nothing is known. */
  private async need<T>(sql: string, values?: unknown[]): Promise<T[]> {
    try { return await this.session.rows<T>(sql, values); } catch (error) {
      if (error instanceof QueryFailed) throw new StoreUnreadable(error.message);
      throw error;
    }
  }

  async run(): Promise<Reading> {
    const [{ version }] = await this.need<{ version: number }>("select current_setting('server_version_num')::int as version") as [{ version: number }];
    const major = majorOf(version);
    if (major < OLDEST) throw new StoreUnreadable(`PostgreSQL ${major} is older than ${OLDEST}, the oldest that is read`);
    this.facts["major"] = String(major);
    const roles = await this.need<RoleRow>(ROLES);
    const members = await this.need<MemberRow>(MEMBERS);
    const defaults = await this.need<{ type: string; privileges: string[] }>(OWNER_DEFAULTS);
    const schemas = await this.need<SchemaRow>(SCHEMAS);
    const r = readerOf({ store: this.access.store, major, builtIn: deparsedOf(major)?.builtIn, space: spaceOf(this.store), rows: (sql, values) => this.session.rows(sql, values) }, roles, members, defaults);
    const spaces = schemas.filter((row) => inSpace(r, row)).map(({ oid }) => oid);

    await this.part(["server"], () => readServer(r, foundVersion(version)));
    await this.part(["unit"], () => this.readUnits(r));
    await this.part(["database"], () => readDatabase(r));
    await this.part(["role", "setting"], () => readRoles(r));
    await this.part(["membership"], () => Promise.resolve(readMembers(r, members)));
    await this.part(["schema"], () => Promise.resolve(schemaItems(r, schemas)));
    await this.readRelations(r, spaces);
    await this.part(["catalogue"], () => readCatalogue(r));
    await this.part(["language"], () => readLanguages(r));
    await this.part(["default privileges"], () => readDefaults(r, spaces));
    await this.part(["event trigger"], () => readEventTriggers(r));
    await this.part(["foreign server", "foreign data wrapper"], () => readForeign(r));
    await this.part(["extension"], () => readExtensions(r));
    await this.part(["large object"], () => readLargeObjects(r));
    return { plane: "postgres", store: this.access.store, version: `${major}.${version % 10_000}`, items: this.items, coverage: this.coverage(), facts: this.facts };
  }

  /** Tables and whatever hangs on them: where the list of relations is not whole, nothing of it is. */
  private async readRelations(r: Reader, spaces: readonly number[]): Promise<void> {
    let rows: RelationRow[] | undefined;
    await this.part(["table", "foreign table", "sequence"], async () => { rows = await r.rows<RelationRow>(RELATIONS, [spaces, r.ourOids]); return []; });
    const dependent = ["view", "materialized view", "column", "constraint", "index", "policy", "trigger", "rule", "function", "type", "object", "grant", "publication", "subscription", "replication slot"] as const;
    if (!rows) { for (const kind of dependent) this.state.set(kind, this.state.get("table")); return; }
    const relations = new Map(rows.map((row) => [row.oid, row]));
    const views = rows.filter(({ kind }) => kind === "v" || kind === "m");
    this.items.push(...relationItems(r, rows.filter((row) => !views.includes(row)), new Map()));
    await this.part(["view", "materialized view"], async () => {
      const definitions = new Map((await r.rows<{ oid: number; text: string | null }>(DEFINITIONS, [views.map(({ oid }) => oid)])).map(({ oid, text }) => [oid, text]));
      if (views.some(({ oid }) => typeof definitions.get(oid) !== "string")) throw new QueryFailed("views changed while they were read", false);
      return relationItems(r, views, definitions as Map<number, string>);
    });
    await this.part(["column"], () => readColumns(r, relations));
    await this.part(["constraint"], () => readConstraints(r, relations));
    await this.part(["index"], () => readIndexes(r, relations));
    await this.part(["policy"], () => readPolicies(r, relations));
    await this.part(["trigger"], () => readTriggers(r, relations));
    await this.part(["rule"], () => readRules(r, relations));
    const inside: number[] = [...spaces, ...relations.keys()];
    const known = async (kinds: readonly Kind[], read: () => Promise<{ items: LiveItem[]; oids: number[] }>): Promise<void> => this.part(kinds, async () => { const { items, oids } = await read(); inside.push(...oids); return items; });
    await known(["function"], () => readFunctions(r, spaces, relations));
    await known(["type"], () => readTypes(r, spaces));
    await known(["object"], () => readObjects(r, spaces));
    await this.part(["grant"], () => readGrants(r, inside));
    await this.part(["publication", "subscription", "replication slot"], async () => { const { publications, subscriptions, slots } = await readReplication(r, spaces, relations); return [...publications, ...subscriptions, ...slots]; });
  }

  /** What was applied last, and what that run put back (D13). */
  private async readUnits(r: Reader): Promise<LiveItem[]> {
    const rows = await r.rows<{ unit: string; digest: string; changes: number; at: string }>("select unit, digest, coalesce(array_length(changes, 1), 0) as changes, to_char(applied_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') as at from bulkhead.applied");
    return rows.map(({ unit, digest, changes, at }): LiveItem => {
      this.facts[`applied ${unit}`] = JSON.stringify({ at, digest, changes });
      return { kind: "unit", name: unit, ...(unit.startsWith("tenant/") && { tenant: unit.slice("tenant/".length) }), value: { digest }, note: "it was applied once, and git no longer holds it: its data and roles may be there still" };
    });
  }

  private coverage(): ItemCoverage[] {
    const count = new Map<string, number>();
    for (const { kind } of this.items) count.set(kind, (count.get(kind) ?? 0) + 1);
    return [
      ...KINDS.map((what): ItemCoverage => {
        const reason = this.state.has(what) ? this.state.get(what) : "it was not read";
        return { what, state: reason === undefined ? "read" : "unknown", objects: count.get(what) ?? 0, ...(reason !== undefined && { reason }) };
      }),
      ...EXCLUDED.map(([what, reason]): ItemCoverage => ({ what, state: "excluded", objects: 0, reason })),
    ];
  }
}
