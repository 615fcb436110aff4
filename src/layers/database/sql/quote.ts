/** Text of the layer's SQL files: identifiers, literals and calls of the engine. */

/** NUL cannot be stored by PostgreSQL, and lone surrogates are no UTF-8: both become U+FFFD. */
const storable = (text: string): string => text.toWellFormed().replaceAll("\0", "\uFFFD");

/** A quoted identifier; always quoted, so that no reserved word and no case matters. */
export const quoteIdent = (name: string): string => `"${storable(name).replaceAll('"', '""')}"`;

/** A string literal. With a backslash in it the E form is used, which reads the same whatever `standard_conforming_strings` is. */
export function quoteLiteral(text: string): string {
  const body = storable(text).replaceAll("'", "''");
  return body.includes("\\") ? `E'${body.replaceAll("\\", "\\\\")}'` : `'${body}'`;
}

/** A dollar-quoted literal for code, with a tag that does not occur in it. */
export function quoteCode(text: string): string {
  let tag = "$sql$";
  for (let n = 1; text.includes(tag.slice(0, -1)); n++) tag = `$sql${n}$`;
  return `${tag}${storable(text)}${tag}`;
}

/** `schema.name`, both quoted. */
export const qualified = (schema: string, name: string): string => `${quoteIdent(schema)}.${quoteIdent(name)}`;

/** A `text[]` literal; empty arrays need the cast. */
export const textArray = (values: readonly string[]): string => (values.length ? `ARRAY[${values.map(quoteLiteral).join(", ")}]` : "'{}'::text[]");

/** A line of a `--` comment: line breaks of any kind would end it. */
export const commentLine = (text: string): string => `-- ${storable(text).replace(/[\r\n\u2028\u2029\v\f]+/g, " ")}`;
