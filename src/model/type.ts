/** The SQL types a column may have, in PostgreSQL's canonical spelling (`format_type`). */
const ALIASES: Record<string, string> = {
  int: "integer", int4: "integer", int8: "bigint", int2: "smallint", bool: "boolean", float4: "real", float8: "double precision",
  decimal: "numeric", varchar: "character varying", char: "character", timestamptz: "timestamp with time zone",
  timestamp: "timestamp without time zone", timetz: "time with time zone", time: "time without time zone",
};
const PLAIN = new Set([
  "text", "uuid", "boolean", "smallint", "integer", "bigint", "real", "double precision", "date", "interval", "jsonb", "json", "bytea",
  "inet", "cidr", "macaddr", "xml", "timestamp with time zone", "timestamp without time zone", "time without time zone", "time with time zone",
]);

/** The canonical spelling of a type, or undefined when it is not one that Bulkhead carries. */
export function canonicalType(text: string): string | undefined {
  const match = /^([a-z][a-z0-9 ]*?)\s*(?:\(\s*([0-9]+)\s*(?:,\s*([0-9]+)\s*)?\))?((?:\[\])?)$/.exec(text.trim().toLowerCase());
  if (!match) return undefined;
  const [, word, first, second, array] = match;
  const base = ALIASES[word!] ?? word!;
  const args = [first, second].filter((a) => a !== undefined).map(Number);
  const named = withArguments(base, args);
  return named && named + array;
}

function withArguments(base: string, args: number[]): string | undefined {
  const [a, b] = args;
  if (base === "numeric") {
    if (a === undefined) return "numeric";
    return a >= 1 && a <= 1000 && (b ?? 0) <= a ? `numeric(${a},${b ?? 0})` : undefined;
  }
  if (base === "character varying" || base === "character") {
    if (args.length > 1) return undefined;
    if (a === undefined) return base === "character" ? "character(1)" : base;
    return a >= 1 && a <= 10_485_760 ? `${base}(${a})` : undefined;
  }
  return args.length === 0 && PLAIN.has(base) ? base : undefined;
}

/** The words a type may start with, for hints. */
export const knownTypes = (): string[] => [...PLAIN, "numeric(p,s)", "varchar(n)", "char(n)", ...Object.keys(ALIASES), "any of them with []"];
