/** Tables, their walls and their views (D10, D14, D28). */
import type { Clearance, Table } from "../../../model/fleet.ts";
import { CLEARANCES } from "../../../model/classification.ts";
import { clearanceRole, contentHash, fit, viewName, writerRole } from "../../../model/names.ts";
import { maskColumn } from "../mask.ts";
import { quoteIdent } from "../sql/quote.ts";
import { TENANT, WRITTEN } from "./expressions.ts";
import { CLEARANCE_ROLES, OWNER_ROLE, VIEW_ROLE, WRITE_ROLE, WRITERS_ROLE } from "./roles.ts";
import type { ConstraintState, GrantState, PartitionState, PolicyState, SchemaState, TableState, ViewState } from "./unit.ts";

/** What a table's state is made from; `Table` of the model fits. */
export type TableShape = Pick<Table, "schema" | "name" | "tenant" | "key" | "unique" | "indexes" | "partitions" | "description"> & Partial<Pick<Table, "source">> & {
  columns: { name: string; type: string; nullable: boolean; description?: string }[];
  references: Pick<Table["references"][number], "columns" | "schema" | "table" | "targetColumns" | "onDelete">[];
};

const keyed = (columns: readonly string[]): string[] => [TENANT, ...columns];
/** The name follows from the definition, so a changed definition is another constraint. */
const named = (table: string, kind: string, definition: string): string => fit(`${fit(table, 44, "_")}_${kind}_${contentHash(definition)}`, 63, "_");

/** A table with the tenant in front of every key, and its walls. */
export function tenantTable(table: TableShape): TableState {
  return {
    schema: table.schema, name: table.name, owner: OWNER_ROLE, ...(table.description && { description: table.description }),
    columns: [
      { name: TENANT, type: "text", nullable: false },
      ...table.columns.map(({ name, type, nullable, description }) => ({ name, type, nullable, ...(description && { description }) })),
    ],
    ...(table.partitions && { partitionBy: table.partitions.column }),
    partitions: partitionsOf(table),
    constraints: constraintsOf(table),
    indexes: table.indexes.map((columns) => ({ name: named(table.name, "idx", columns.join(",")), columns: keyed(columns) })),
    policies: policiesOf(table.tenant),
    open: false,
    ...(table.source && { source: table.source }),
  };
}

function constraintsOf(table: TableShape): ConstraintState[] {
  const { tenant } = table;
  const key = (columns: readonly string[]): string => columns.join(",");
  return [
    { kind: "primary", name: fit(`${table.name}_pkey`, 63, "_"), columns: keyed(table.key) },
    { kind: "check", name: named(table.name, "check", "not empty"), expression: WRITTEN.filled },
    ...(tenant ? [{ kind: "check" as const, name: named(table.name, "check", "one tenant"), expression: WRITTEN.tenant(tenant) }] : []),
    ...table.unique.map((columns) => ({ kind: "unique" as const, name: named(table.name, "key", key(columns)), columns: keyed(columns) })),
    ...table.references.map((r) => ({
      kind: "foreign" as const, name: named(table.name, "fkey", [key(r.columns), r.schema, r.table, key(r.targetColumns), r.onDelete].join(" ")),
      columns: keyed(r.columns), references: { schema: r.schema, table: r.table, columns: keyed(r.targetColumns), onDelete: r.onDelete },
    })),
  ];
}

/** Two permissive policies for the two roles with base grants, and the wall that no later policy can open. */
function policiesOf(tenant?: string): PolicyState[] {
  const { own } = WRITTEN;
  const wall = tenant ? WRITTEN.wall(tenant) : own;
  return [
    { name: "bh_read", permissive: true, command: "SELECT", role: VIEW_ROLE, using: own },
    { name: "bh_write", permissive: true, command: "ALL", role: WRITE_ROLE, using: own, check: own },
    { name: "bh_wall", permissive: false, command: "ALL", role: "public", using: wall, check: wall },
  ];
}

function partitionsOf(table: TableShape): PartitionState[] {
  if (!table.partitions) return [];
  const { column, from, to } = table.partitions;
  const type = table.columns.find((c) => c.name === column)?.type ?? "date";
  const suffix = type === "date" ? "" : type === "timestamp with time zone" ? " 00:00:00+00" : " 00:00:00";
  const [year, month] = from.split("-").map(Number);
  const months: PartitionState[] = [];
  for (let n = 0; ; n++) {
    const start = monthAfter(year!, month!, n);
    if (start > to) break;
    const bound = `FOR VALUES FROM ('${start}-01${suffix}') TO ('${monthAfter(year!, month!, n + 1)}-01${suffix}')`;
    months.push({ name: fit(`${table.name}_p${start.replace("-", "")}`, 63, "_"), bound });
  }
  return [...months, { name: fit(`${table.name}_pdefault`, 63, "_"), bound: "DEFAULT" }];
}

function monthAfter(year: number, month: number, n: number): string {
  const total = year * 12 + (month - 1) + n;
  return `${String(Math.floor(total / 12)).padStart(4, "0")}-${String((total % 12) + 1).padStart(2, "0")}`;
}

/** One masking view for each clearance and one writer view, with the tenant in front. */
export function viewsOf(table: Table): ViewState[] {
  const tenant = { name: TENANT, expression: `t.${quoteIdent(TENANT)}` };
  const base = { schema: table.schema, from: { schema: table.schema, name: table.name } };
  const shown = (clearance: Clearance): ViewState["columns"] =>
    table.columns.flatMap((c) => {
      const { level, category } = c.sensitivity;
      const expression = maskColumn({ schema: table.schema, table: table.name, name: c.name, type: c.type, level, ...(category && { category }) }, clearance);
      return expression === undefined ? [] : [{ name: c.name, expression }];
    });
  return [
    ...CLEARANCES.map((clearance) => ({
      ...base, name: viewName(table.name, clearance), owner: VIEW_ROLE, options: ["security_barrier=true"], columns: [tenant, ...shown(clearance)],
    })),
    {
      ...base, name: viewName(table.name, "writer"), owner: WRITE_ROLE, options: ["check_option=cascaded", "security_barrier=true"],
      columns: [tenant, ...table.columns.map((c) => ({ name: c.name, expression: `t.${quoteIdent(c.name)}` }))],
    },
  ];
}

/** Who may write a table through its writer view. */
const writerOf = (table: Table): string => (table.tenant ? writerRole(table.tenant) : WRITERS_ROLE);

/** The only grants on a table and its views. */
export function grantsOf(table: Table): GrantState[] {
  const on = (name: string, role: string, ...privileges: string[]): GrantState => ({ kind: "table", schema: table.schema, name, privileges, role });
  return [
    on(table.name, VIEW_ROLE, "SELECT"),
    on(table.name, WRITE_ROLE, "SELECT", "INSERT", "UPDATE", "DELETE"),
    ...CLEARANCES.map((clearance) => on(viewName(table.name, clearance), clearanceRole(clearance), "SELECT")),
    on(viewName(table.name, "writer"), writerOf(table), "SELECT", "INSERT", "UPDATE", "DELETE"),
  ];
}

/** The schema of a table, and who may look names up in it. */
export function schemaOf(table: Table): { schema: SchemaState; grants: GrantState[] } {
  return {
    schema: { name: table.schema, owner: OWNER_ROLE, mode: table.tenant ? "closed" : "shared" },
    grants: [...CLEARANCE_ROLES, writerOf(table)].map((role) => ({ kind: "schema" as const, schema: table.schema, name: table.schema, privileges: ["USAGE"], role })),
  };
}
