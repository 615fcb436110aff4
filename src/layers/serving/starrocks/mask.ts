/** What a reader of one clearance sees of a column on StarRocks: the rules of D14 in its dialect. Nobody tried them on the server. */
import { atMost } from "../../../model/classification.ts";
import type { Clearance, Column } from "../../../model/fleet.ts";
import { starrocksType } from "../../../model/starrocks.ts";

/** Canonical text of values of a type; types whose text StarRocks and PostgreSQL may write differently are not here, and their columns are omitted. */
const TEXT: readonly [RegExp, (x: string) => string][] = [
  [/^(text|character)/, (x) => x],
  [/^uuid$/, (x) => `lower(${x})`],
  [/^(smallint|integer|bigint)$/, (x) => `CAST(${x} AS VARCHAR(20))`],
  [/^date$/, (x) => `date_format(${x}, '%Y-%m-%d')`],
];

/** An expression over the relation `t`, or undefined when the column is omitted. Restricted columns are NULL for everybody: this server knows no principal. */
export function maskOf({ name, type, sensitivity }: Column, clearance: Clearance): string | undefined {
  const x = `t.\`${name}\``;
  if (sensitivity.level === "restricted") return `CAST(NULL AS ${starrocksType(type)!.type})`;
  if (atMost(sensitivity.level, clearance)) return x;
  const { category } = sensitivity;
  if (sensitivity.level === "internal" || !category || category === "business") return undefined;
  if (category === "pii-contact") return `CASE WHEN ${x} IS NOT NULL THEN '[REDACTED]' END`;
  const text = TEXT.find(([pattern]) => pattern.test(type))?.[1](x);
  if (text === undefined) return undefined;
  if (category === "pii-name") return `left(sha2(${text}, 256), 16)`;
  return `CASE WHEN ${x} IS NULL THEN NULL WHEN char_length(${text}) <= 4 THEN '****' ELSE concat('****', right(${text}, 4)) END`;
}
