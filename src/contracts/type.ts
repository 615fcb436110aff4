import { canonicalType } from "../model/type.ts";

const SERIALS: Record<string, string> = { serial: "integer", serial4: "integer", bigserial: "bigint", serial8: "bigint", smallserial: "smallint", serial2: "smallint" };
const WORDS: Record<string, string> = { string: "text", int: "integer", long: "bigint", double: "double precision", float: "double precision", number: "numeric", datetime: "timestamp", clob: "text", blob: "bytea", list: "jsonb", array: "jsonb", object: "jsonb", struct: "jsonb", map: "jsonb" };
/** PostgreSQL's own limit of `varchar(n)`; a longer one is unlimited text. */
const LONGEST = 10_485_760;

/** A type as Bulkhead writes it, and what of the contract's own type was not carried over. */
export interface CarriedType { type: string; lost?: string }

/** Maps a contract's physical type (logical where there is none) to a PostgreSQL type; what cannot be kept becomes text and says so. */
export function carryType(physical: string | undefined, logical: string | undefined): CarriedType {
  const written = (physical ?? logical ?? "").trim();
  const word = written.toLowerCase();
  const sized = /^([a-z ]+)\[([0-9]+)\]$/.exec(word);
  if (sized) {
    const length = Number(sized[2]);
    if (length > LONGEST) return { type: "text" };
    const type = canonicalType(`${sized[1]}(${length})`);
    if (type) return { type };
  }
  if (SERIALS[word]) return { type: SERIALS[word], lost: `${written}: kept as ${SERIALS[word]}, its sequence is not carried over` };
  // A bare bpchar has no length and pads nothing; Bulkhead's character needs one.
  if (word === "bpchar") return { type: "text", lost: "bpchar without a length: kept as text" };
  const direct = canonicalType(word) ?? canonicalType(WORDS[word] ?? "");
  if (direct) return { type: direct };
  const fallback = logical && logical !== physical ? (canonicalType(logical.toLowerCase()) ?? canonicalType(WORDS[logical.toLowerCase()] ?? "")) : undefined;
  const type = fallback && fallback !== "jsonb" ? fallback : "text";
  return { type, lost: `${written || "no type"}: unknown here, kept as ${type}` };
}
