/** Types of StarRocks for PostgreSQL's, in canonical spelling. */
const TYPES: readonly [RegExp, string | ((...args: number[]) => string | undefined), key?: true][] = [
  [/^uuid$/, "VARCHAR(36)", true],
  [/^text$|^character varying$/, "VARCHAR(1048576)", true],
  // StarRocks counts bytes, PostgreSQL characters.
  [/^character(?: varying)?\(([0-9]+)\)$/, (n) => `VARCHAR(${Math.min(n! * 4, 1_048_576)})`, true],
  [/^boolean$/, "BOOLEAN", true], [/^smallint$/, "SMALLINT", true], [/^integer$/, "INT", true], [/^bigint$/, "BIGINT", true], [/^date$/, "DATE", true],
  [/^timestamp with(?:out)? time zone$/, "DATETIME", true],
  [/^numeric\(([0-9]+),([0-9]+)\)$/, (p, s) => (p! <= 38 ? `DECIMAL(${p},${s})` : undefined)],
  [/^real$/, "FLOAT"], [/^double precision$/, "DOUBLE"], [/^jsonb?$/, "JSON"], [/^bytea$/, "VARBINARY"], [/^(?:inet|cidr|macaddr)$/, "VARCHAR(64)"],
];

/** The type of a column's copy, or undefined where StarRocks has none that holds every value. `key`: whether a primary key may hold it. */
export function starrocksType(type: string): { type: string; key: boolean } | undefined {
  for (const [pattern, made, key] of TYPES) {
    const found = pattern.exec(type);
    if (!found) continue;
    const text = typeof made === "string" ? made : made(...found.slice(1).map(Number));
    return text === undefined ? undefined : { type: text, key: key === true };
  }
  return undefined;
}
