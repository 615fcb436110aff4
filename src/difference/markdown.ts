/** Differences as a comment on a pull request. */
import { COMMENT_LIMIT, fenced } from "../model/markdown.ts";
import { countsOf, countsText, detailLines, sectionsOf, sourceText, titleOf } from "./report.ts";
import type { ObjectDifference } from "./tree.ts";

/** Markdown below the comment limit. What does not fit is left out object by object, and the last line says how many. */
export function differenceMarkdown(differences: readonly ObjectDifference[], base: string, notices: readonly string[] = [], limit = COMMENT_LIMIT): string {
  const head = [`### bulkhead diff against \`${base.replaceAll("`", "'")}\``, "", differences.length === 0 ? "No differences." : `${countsText(countsOf(differences))}.`, ...notices.map((n) => `\n> ${n}`), ""].join("\n");
  const room = limit - 200;
  let text = head.length > room ? head.slice(0, room) : head;
  let left = differences.length;
  for (const [name, members] of sectionsOf(differences)) {
    const title = `\n#### ${escape(name)}\n`;
    for (const [i, member] of members.entries()) {
      const block = `${i === 0 ? title : ""}${objectBlock(member)}`;
      if (text.length + block.length > room) return `${text}\n${left} more of ${differences.length} objects do not fit into a comment: run \`bulkhead diff\` for all.\n`;
      text += block;
      left--;
    }
  }
  return text;
}

function objectBlock(difference: ObjectDifference): string {
  const lines = detailLines(difference);
  const title = `\n**${escape(titleOf(difference))}**  \n${escape(sourceText(difference))}\n`;
  return lines.length === 0 ? title : `${title}\n${fenced(lines, "diff")}\n`;
}

const escape = (text: string): string => text.replace(/[\\`*_<>[\]()#+~|@]/g, (ch) => `\\${ch}`).replace(/\s+/g, " ");
