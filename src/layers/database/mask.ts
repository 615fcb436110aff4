/** The one table of masks (D14): which text a value has, and what a reader below its level sees. Pure. */
import type { Category, Clearance, Level } from "../../model/fleet.ts";
import { quoteIdent, quoteLiteral } from "./sql/quote.ts";

/** The canonical text of a value as SQL over the expression `x`; what is equal has equal text, whatever the session's settings. */
const CANONICAL: [RegExp, (x: string) => string][] = [
  [/^(text|character varying(\(\d+\))?|character\(\d+\))$/, (x) => `${x}::text`],
  [/^uuid$/, (x) => `lower(${x}::text)`],
  [/^(boolean|smallint|integer|bigint|inet|cidr|macaddr)$/, (x) => `${x}::text`],
  [/^numeric\(\d+,\d+\)$/, (x) => `${x}::text`],
  // Without a scale 1.0 and 1.00 are equal values of different text.
  [/^numeric$/, (x) => `trim_scale(${x})::text`],
  [/^date$/, (x) => `to_char(${x}, 'YYYY-MM-DD')`],
  [/^timestamp with time zone$/, (x) => `to_char(timezone('UTC', ${x}), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`],
  [/^timestamp without time zone$/, (x) => `to_char(${x}, 'YYYY-MM-DD"T"HH24:MI:SS.US')`],
  [/^time without time zone$/, (x) => `to_char(${x}::interval, 'HH24:MI:SS.US')`],
  [/^bytea$/, (x) => `encode(${x}, 'hex')`],
];

/** SQL for the canonical text of `expression`, or undefined for types outside the table. */
function canonicalText(type: string, expression: string): string | undefined {
  return CANONICAL.find(([pattern]) => pattern.test(type))?.[1](expression);
}

/**
 * True when a column of this type can be masked for readers below its level. Floats, intervals, JSON, XML and arrays
 * have no one text for equal values. Redaction and omission need none.
 */
export function supportsMask(type: string, category: Category): boolean {
  return category === "pii-contact" || category === "business" || canonicalText(type, "x") !== undefined;
}

const ORDER: readonly Level[] = ["public", "internal", "confidential", "restricted"];

/** What a mask needs to know of a column. */
export interface MaskedColumn {
  schema: string; table: string; name: string; type: string; level: Level; category?: Category;
}

/** True for a row in `app.named_principal` of the tenant, the column and the caller (D15); read once a query, not once a row. */
function namedPrincipal(column: Pick<MaskedColumn, "schema" | "table" | "name">): string {
  return [
    "(SELECT EXISTS (SELECT 1 FROM app.named_principal p",
    `WHERE p."schema" = ${quoteLiteral(column.schema)} AND p."table" = ${quoteLiteral(column.table)} AND p."column" = ${quoteLiteral(column.name)}`,
    "AND p.tenant_id = app.tenant() AND p.principal = app.principal()))",
  ].join(" ");
}

/** What a reader of one clearance gets for a column of the relation `t`, or undefined when the column is omitted. */
export function maskColumn(column: MaskedColumn, clearance: Clearance): string | undefined {
  const x = `t.${quoteIdent(column.name)}`;
  if (column.level === "restricted") return `CASE WHEN ${namedPrincipal(column)} THEN ${x} ELSE NULL::${column.type} END`;
  if (ORDER.indexOf(column.level) <= ORDER.indexOf(clearance)) return x;
  if (column.level === "internal" || !column.category || column.category === "business") return undefined;
  return maskValue(column.type, column.category, x);
}

/** The mask of a category over an expression of a type. Outside the table the column is omitted: a rule that cannot be compiled hides. */
export function maskValue(type: string, category: Category, x: string): string | undefined {
  if (category === "business") return undefined;
  if (category === "pii-contact") return `CASE WHEN ${x} IS NOT NULL THEN '[REDACTED]'::text END`;
  const text = canonicalText(type, x);
  if (text === undefined) return undefined;
  if (category === "pii-name") return `"left"(encode(sha256(convert_to(${text}, 'UTF8')), 'hex'), 16)`;
  // The stars do not count: a mask as long as its value tells the length.
  return `CASE WHEN ${x} IS NULL THEN NULL::text WHEN length(${text}) <= 4 THEN '****'::text ELSE '****' || "right"(${text}, 4) END`;
}
