/** Text in GitHub's Markdown. Only code keeps names from being markup, mentions and links: GitHub looks for those after escapes are gone. */
import { printable } from "./printable.ts";

/** GitHub refuses a comment of more characters than this. */
export const COMMENT_LIMIT = 65_536;

/** One more backtick than any run inside, so that nothing inside can close it. */
const longer = (text: string, least: number): string => "`".repeat(Math.max(least, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));

/** Text as a span of code on one line. */
export function inlineCode(text: string): string {
  const shown = printable(text);
  const fence = longer(shown, 1);
  const space = /^`|`$|^ .* $/.test(shown) || shown === "" ? " " : "";
  return `${fence}${space}${shown}${space}${fence}`;
}

/** A block of code. */
export function fenced(lines: readonly string[], language: string): string {
  const text = lines.join("\n");
  const fence = longer(text, 3);
  return `${fence}${language}\n${text}\n${fence}`;
}
