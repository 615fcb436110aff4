const POSIX: Record<string, string> = { alnum: "A-Za-z0-9", alpha: "A-Za-z", digit: "0-9", lower: "a-z", upper: "A-Z", space: "\\s", xdigit: "0-9A-Fa-f", word: "\\w", punct: "!-\\/:-@\\[-`{-~" };
const isLetter = (char: string): boolean => /^[A-Za-z]$/.test(char);
const swapCase = (char: string): string => (char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase());

/**
 * A Go RE2 pattern as a JavaScript one; undefined when it has no translation, and then it is not checked. `(?i)` holds
 * from where it stands to the end of its group, over all alternatives, which JavaScript has no flag for: letters in its
 * reach become both cases. `\A`, `\z`, `(?P<name>` and POSIX classes are spelt differently.
 */
export function translatePattern(pattern: string): RegExp | undefined {
  const lead = /^(\^?)\(\?([ms]+)\)/.exec(pattern);
  const body = translate(lead ? lead[1] + pattern.slice(lead[0].length) : pattern);
  if (body === undefined) return undefined;
  // The u flag makes a code point one character, as in Go; some escapes are legal only without it.
  for (const mode of [`${lead?.[2] ?? ""}u`, lead?.[2] ?? ""]) {
    try {
      return new RegExp(body, mode);
    } catch { /* tried with the next mode */ }
  }
  return undefined;
}

function translate(pattern: string): string | undefined {
  let out = "";
  let blind = false;
  const outer: boolean[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    const rest = pattern.slice(i);
    if (char === "\\") {
      const next = pattern[++i] ?? "";
      out += next === "A" ? "^" : next === "z" ? "$" : `\\${next}`;
      // What follows \p{ or \x belongs to the escape, so its letters are no text.
      const argument = /^\\(?:[pP]\{[^}]*\}|x\{[^}]*\}|x[0-9A-Fa-f]{2})/.exec(rest)?.[0];
      if (argument) {
        out += argument.slice(2);
        i += argument.length - 2;
      }
    } else if (char === "[") {
      const end = classEnd(pattern, i);
      if (end < 0) return undefined;
      out += translateClass(pattern.slice(i, end + 1), blind);
      i = end;
    } else if (char === "(") {
      const flags: RegExpExecArray | null = /^\(\?([a-z]*)(?:-([a-z]+))?([:)])/.exec(rest);
      const name = /^\(\?P</.exec(rest);
      if (flags && /[^i]/.test(`${flags[1]}${flags[2] ?? ""}`)) return undefined;
      const turned: boolean = flags?.[2]?.includes("i") ? false : flags?.[1]?.includes("i") ? true : blind;
      if (flags?.[3] === ")") blind = turned;
      else {
        outer.push(blind);
        blind = turned;
        out += flags ? "(?:" : name ? "(?<" : "(";
      }
      i += (flags?.[0] ?? name?.[0] ?? "(").length - 1;
      if (name) {
        const end = pattern.indexOf(">", i);
        out += pattern.slice(i + 1, end + 1);
        i = end;
      }
    } else if (char === ")") {
      blind = outer.pop() ?? false;
      out += char;
    } else out += blind && isLetter(char) ? `[${char}${swapCase(char)}]` : char;
  }
  return out;
}

/** The index of the bracket that closes a class; a `]` in first place is a member, and `[:alpha:]` is one word. */
function classEnd(pattern: string, start: number): number {
  let i = start + (pattern[start + 1] === "^" ? 2 : 1);
  if (pattern[i] === "]") i++;
  for (; i < pattern.length; i++) {
    if (pattern[i] === "\\") i++;
    else if (pattern.startsWith("[:", i)) i = pattern.indexOf(":]", i) + 1;
    else if (pattern[i] === "]") return i;
  }
  return -1;
}

function translateClass(text: string, blind: boolean): string {
  const negated = text[1] === "^";
  let inner = text.slice(negated ? 2 : 1, -1).replace(/\[:([a-z]+):\]/g, (_, name: string) => POSIX[name] ?? "");
  if (inner.startsWith("]")) inner = `\\${inner}`;
  inner = inner.replace(/\\.|\[/gs, (part) => (part === "[" ? "\\[" : part));
  // Ranges and single letters of the other case are added behind; escapes are skipped.
  const added = blind ? [...inner.matchAll(/\\.|([A-Za-z])-([A-Za-z])|([A-Za-z])/g)].map(([, from, to, single]) => (single ? swapCase(single) : from && to ? `${swapCase(from)}-${swapCase(to)}` : "")).join("") : "";
  return `[${negated ? "^" : ""}${inner}${added}]`;
}
