/** Lines and columns of definitions, found in their text without running it (D34). */
import { parseSyntax, type Syntax } from "../../load/syntax.ts";
import type { SourceRef } from "../../model/problem.ts";

/** Parsed files that are kept: findings of one product come one after another. */
const KEPT = 32;

/** Makes the function that adds line and column; `text` gives a file's text, from the project's root. What cannot be found stays as it is. */
export function placer(text: (file: string) => Promise<string | undefined>): (source: SourceRef) => Promise<SourceRef> {
  const known = new Map<string, Promise<Syntax | undefined>>();
  const parsed = (file: string): Promise<Syntax | undefined> => {
    const before = known.get(file);
    const syntax = before ?? text(file).then((found) => (found === undefined ? undefined : parseSyntax(file, found)));
    known.delete(file);
    known.set(file, syntax);
    if (known.size > KEPT) known.delete(known.keys().next().value!);
    return syntax;
  };
  return async (source) => {
    if (source.line !== undefined || !source.file.endsWith(".ts")) return source;
    const found = (await parsed(source.file))?.locate(source.path);
    return found ? { ...source, line: found.line, column: found.column } : source;
  };
}
