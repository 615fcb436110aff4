/** One token of a PromQL expression; strings are unquoted, ranges are without their brackets. */
export interface Token { type: "name" | "number" | "string" | "range" | "op" | "end"; text: string; at: number }

const PATTERNS: [Token["type"] | "space", RegExp][] = [
  ["space", /(?:\s+|#[^\n]*)/y],
  ["range", /\[\s*((?:\$[A-Za-z_]+|\$\{[A-Za-z_]+\}|(?:[0-9]+(?:ms|[smhdwy]))+)(?::(?:(?:[0-9]+(?:ms|[smhdwy]))*))?)\s*\]/y],
  ["number", /(?:(?:[0-9]+(?:ms|[smhdwy]))+(?![A-Za-z0-9_])|0x[0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)/y],
  ["string", /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/y],
  ["name", /[A-Za-z_:][A-Za-z0-9_:]*/y],
  ["op", /=~|!~|==|!=|<=|>=|[-+*/%^<>=(){},@]/y],
];

const ESCAPES: Readonly<Record<string, string>> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "\\": "\\", "'": "'", '"': '"' };

/** Go's escapes, as Prometheus writes strings back. */
const unquote = (text: string): string =>
  text[0] === "`" ? text.slice(1, -1) : text.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)/g, (_, c: string) => {
    if (c.length > 1) return String.fromCodePoint(c[0]! >= "0" && c[0]! <= "7" ? Number.parseInt(c, 8) : Number.parseInt(c.slice(1), 16));
    const found = ESCAPES[c];
    if (found === undefined) throw new SyntaxError(`unknown escape \\${c} in ${text}`);
    return found;
  });

/** Splits an expression; throws SyntaxError on text that is no token. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  next: while (at < text.length) {
    for (const [type, pattern] of PATTERNS) {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (!match) continue;
      if (type !== "space") tokens.push({ type, text: type === "string" ? unquote(match[0]) : (match[1] ?? match[0]), at });
      at = pattern.lastIndex;
      continue next;
    }
    throw new SyntaxError(`unexpected ${JSON.stringify(text[at])} at ${at} in ${text}`);
  }
  tokens.push({ type: "end", text: "", at });
  return tokens;
}
