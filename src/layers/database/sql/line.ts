/** SQL on one line, exact for any name: what is printed can be pasted, whatever characters a hostile name holds. */
import { quoteIdent, quoteLiteral } from "./quote.ts";

/** Characters that end a line, steer a terminal, reorder the text around them, or are not seen; a backslash would begin an escape among them. */
const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const ESCAPED = /[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A quoted identifier; with steering characters as `U&"\001B"`. */
export function identLine(name: string): string {
  if (!STEERING.test(name)) return quoteIdent(name);
  return `U&${quoteIdent(name).replace(ESCAPED, (ch) => { const code = ch.codePointAt(0)!; return ch === "\\" ? "\\\\" : code > 0xffff ? `\\+${code.toString(16).padStart(6, "0")}` : `\\${code.toString(16).padStart(4, "0")}`; })}`;
}

/** A string literal; with steering characters as `E'\u001b'`. */
export function literalLine(text: string): string {
  if (!STEERING.test(text)) return quoteLiteral(text);
  return `E'${text.toWellFormed().replaceAll("'", "''").replace(ESCAPED, (ch) => { const code = ch.codePointAt(0)!; return ch === "\\" ? "\\\\" : ch === "\n" ? "\\n" : code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`; })}'`;
}

/** `schema.name`. */
export const qualifiedLine = (...names: readonly string[]): string => names.map(identLine).join(".");
