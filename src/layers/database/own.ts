/** What the engine makes for itself in every store, and settings of the server on which walls stand. */
import type { TableState } from "./state/unit.ts";

/** The schema of Bulkhead's records. It and all in it belong to the migrator, who is a superuser. */
export const OWN_SCHEMA = "bulkhead";

const own = (name: string, key: string[], ...columns: [string, string, boolean?][]): TableState => ({
  schema: OWN_SCHEMA, name, owner: "", partitions: [], indexes: [], policies: [], open: false,
  columns: columns.map(([column, type, nullable = false]) => ({ name: column, type, nullable })),
  constraints: [{ kind: "primary", name: `${name}_pkey`, columns: key }],
});
/** As `begin_unit` of the engine makes them. */
export const OWN_TABLES: readonly TableState[] = [
  own("applied", ["unit"], ["unit", "text"], ["digest", "text"], ["objects", "jsonb"], ["changes", "text[]"], ["applied_at", "timestamp with time zone"]),
  own("owned", ["kind", "name"], ["kind", "text"], ["name", "text"], ["unit", "text"]),
  own("credential", ["role"], ["role", "text"], ["digest", "text"]),
];

/** By name, as every session starts with them. */
export const SETTINGS: Readonly<Record<string, string>> = { allow_system_table_mods: "off", password_encryption: "scram-sha-256", row_security: "on", session_replication_role: "origin" };
