/**
 * What a server makes of the expressions Bulkhead writes (D16): written forms, and per major version the form that `pg_get_expr` and `pg_get_viewdef` give
 * back, recorded from real servers into `deparsed/` (one command: test/real/postgres/deparsed.test.ts). Texts outside the record have no form: unknown.
 */
import type { Category } from "../../model/fleet.ts";
import { VERSION_15 } from "./deparsed/v15.ts";
import { VERSION_16 } from "./deparsed/v16.ts";
import { VERSION_17 } from "./deparsed/v17.ts";
import { VERSION_18 } from "./deparsed/v18.ts";
import { maskColumn, maskValue } from "./mask.ts";
import { WRITTEN } from "./state/expressions.ts";
import type { PolicyState, TableState, ViewState } from "./state/unit.ts";

/** What is recorded of one major version. Markers: `bh_column`, `bh_schema`, `bh_table`, `bh_tenant`, and `77`, `66` for a type's arguments. */
export interface Deparsed {
  /** Version that was recorded. */
  readonly version: string;
  /** Digest over PostgreSQL's own functions in C: name, symbol, SECURITY DEFINER, LEAKPROOF. Fixed in a major version. */
  readonly builtIn: string;
  /** Names that are quoted though they are plain. */
  readonly keywords: string;
  readonly policies: { readonly own: string; readonly wall: string };
  readonly checks: { readonly filled: string; readonly tenant: string };
  readonly view: { readonly head: string; readonly tail: string };
  /** A column of a view; `#text` and `#null` stand for the next two. */
  readonly columns: Readonly<Record<ColumnForm, string>>;
  /** Canonical text of a type's value, and its NULL. */
  readonly texts: Readonly<Record<string, string>>;
  readonly nulls: Readonly<Record<string, string>>;
}
export type ColumnForm = "plain" | "pii-contact" | "pii-name" | "pii-identifier" | "restricted";

const VERSIONS: Readonly<Record<number, Deparsed>> = { 15: VERSION_15, 16: VERSION_16, 17: VERSION_17, 18: VERSION_18 };
/** The record of a major version; undefined: nobody recorded one. */
export const deparsedOf = (major: number): Deparsed | undefined => VERSIONS[major];

/** Arguments with which types are recorded: numbers that stand nowhere else in a form. */
export const ARGUMENTS = ["77", "66"] as const;
/** A type without its arguments, and these. */
export function typeKey(type: string): { key: string; given: string[] } {
  const given: string[] = [];
  const key = type.replace(/\(([0-9]+)(?:,([0-9]+))?\)/, (_, a: string, b?: string) => {
    given.push(a, ...(b === undefined ? [] : [b]));
    return `(${ARGUMENTS.slice(0, given.length).join(",")})`;
  });
  return { key, given };
}

/** What a column of a view is written as, by its form; restricted ones name their column. */
export function writtenColumn(form: ColumnForm, column: { schema: string; table: string; name: string; type: string }): string | undefined {
  const x = `t."${column.name}"`;
  if (form === "plain") return x;
  if (form === "restricted") return maskColumn({ ...column, level: "restricted" }, "public");
  return maskValue(column.type, form satisfies Category, x);
}
const FORMS: readonly ColumnForm[] = ["plain", "restricted", "pii-contact", "pii-name", "pii-identifier"];

const TENANT_LITERAL = /tenant_id = '([a-z0-9-]+)'$/;

const KEYWORDS = new WeakMap<Deparsed, ReadonlySet<string>>();
/** A name as the server writes it in a text: quoted where it is a keyword or not plain. */
export function identOf(record: Deparsed, name: string): string {
  let keywords = KEYWORDS.get(record);
  if (!keywords) KEYWORDS.set(record, (keywords = new Set(record.keywords.split(" "))));
  return /^[a-z_][a-z0-9_]*$/.test(name) && !keywords.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** The form of a policy's or a check's expression. */
export function expressionForm(record: Deparsed, kind: "policies" | "checks", written: string): string | undefined {
  const tenant = TENANT_LITERAL.exec(written)?.[1];
  const [plain, named] = kind === "policies" ? [record.policies.own, record.policies.wall] : [record.checks.filled, record.checks.tenant];
  if (written === (kind === "policies" ? WRITTEN.own : WRITTEN.filled)) return plain;
  if (tenant === undefined || written !== (kind === "policies" ? WRITTEN.wall(tenant) : WRITTEN.tenant(tenant))) return undefined;
  return named.replaceAll("'bh_tenant'", `'${tenant}'`);
}
export const policyForm = (record: Deparsed, policy: PolicyState, part: "using" | "check"): string | undefined => {
  const written = policy[part];
  return written === undefined ? "" : expressionForm(record, "policies", written);
};

/** The text of a view over its table. */
export function viewForm(record: Deparsed, view: ViewState, table: Pick<TableState, "columns"> | undefined): string | undefined {
  const [first, ...rest] = view.columns;
  if (first?.name !== "tenant_id" || first.expression !== 't."tenant_id"' || !table) return undefined;
  let text = record.view.head;
  for (const { name, expression } of rest) {
    const type = table.columns.find((c) => c.name === name)?.type;
    const column = type === undefined ? undefined : columnForm(record, { schema: view.from.schema, table: view.from.name, name, type }, expression);
    if (column === undefined) return undefined;
    text += `,${column}`;
  }
  return text + record.view.tail.replace("bh_schema", () => identOf(record, view.from.schema)).replace("bh_table", () => identOf(record, view.from.name));
}

function columnForm(record: Deparsed, column: { schema: string; table: string; name: string; type: string }, expression: string): string | undefined {
  const form = FORMS.find((one) => writtenColumn(one, column) === expression);
  const { key, given } = typeKey(column.type);
  if (form === undefined) return undefined;
  const parts = { text: form === "pii-name" || form === "pii-identifier" ? record.texts[key] : "", null: form === "restricted" ? record.nulls[key] : "" };
  if (parts.text === undefined || parts.null === undefined) return undefined;
  return record.columns[form]
    .replaceAll(/#(text|null)/g, (_, part: "text" | "null") => parts[part]!.replaceAll(/\b(?:77|66)\b/g, (n) => given[ARGUMENTS.indexOf(n as "77")]!))
    .replaceAll(/'bh_(column|schema|table)'/g, (_, what: "column" | "schema" | "table") => `'${what === "column" ? column.name : column[what]}'`)
    .replaceAll(/\bbh_column\b/g, () => identOf(record, column.name));
}
