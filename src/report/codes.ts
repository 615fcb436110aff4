import { readFileSync } from "node:fs";

/** What docs/errors.md says about one code. */
export interface CodeHelp { means: string; /** What to do about it; absent where the page has no section for the code. */ help?: string }

/** Reads docs/errors.md, the one place where codes are explained; empty when the page is not there. */
export function readCodes(page: URL = new URL("../../docs/errors.md", import.meta.url)): Map<string, CodeHelp> {
  try { return parseCodes(readFileSync(page, "utf8")); } catch { return new Map(); }
}

/** Takes the table's rows and the sections `### BH1001` below it. A row may name a range: `BH4103–BH4105`. */
export function parseCodes(markdown: string): Map<string, CodeHelp> {
  const sections = new Map<string, string>();
  for (const [, names, body] of markdown.matchAll(/^### (BH[^\n]*)\n([^]*?)(?=^#|(?![^]))/gm)) {
    for (const code of expand(names!)) sections.set(code, body!.trim());
  }
  const codes = new Map<string, CodeHelp>();
  for (const [, names, means] of markdown.matchAll(/^\| (BH[^|]+) \|[^|]*\| ([^\n]+) \|$/gm)) {
    for (const code of expand(names!)) {
      const help = sections.get(code);
      codes.set(code, { means: means!.trim(), ...(help && { help }) });
    }
  }
  return codes;
}

/** `BH1001`, `BH1001, BH1002` and `BH4103–BH4105` as single codes. */
function expand(names: string): string[] {
  return names.split(",").flatMap((part) => {
    const [first, last = first] = [...part.matchAll(/BH([0-9]{4})/g)].map(([, digits]) => Number(digits));
    if (first === undefined) return [];
    return Array.from({ length: last! - first + 1 }, (_, i) => `BH${String(first + i).padStart(4, "0")}`);
  });
}
