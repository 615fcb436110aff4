/** Answers as text. */
import { masked } from "../model/secret.ts";
import { valueText } from "../model/value.ts";
import { type Answer, type Located, placeName } from "./answer.ts";
import type { Rule } from "./rule.ts";

/** Causes shown of one place; the rest is counted. */
const SHOWN = 6;

/** `tenants/acme/sales/orders.ts:12:7`; a path that names something has no line. */
export const whereText = ({ file, line, column }: Pick<Located, "file" | "line" | "column">): string => (line === undefined ? file : `${file}:${line}:${column ?? 1}`);

/** One cause: kind, place, property and value, and where it is used. */
function causeText({ kind, path, value, within, used, reason, ...at }: Located): string {
  const said = value === undefined || typeof value === "object" ? "" : ` = ${valueText(masked(value, path.slice(path.lastIndexOf(".") + 1)))}`;
  const function_ = within === undefined ? "" : ` by ${within}()`;
  const use = used ? `, used at ${whereText(used)}` : "";
  const what = kind === "extension" ? "in extend" : kind === "path" ? `the path names it ${valueText(value)}` : kind === "default" ? `default of ${path}${said}, which is not written` : `${path}${said}`;
  return `${kind}${function_}  ${whereText(at)}  ${what}${use}${reason === undefined ? "" : ` (${reason})`}`;
}
const ruleText = (layer: string, { text, page, decision }: Rule): string => `rule  ${layer}: ${text}, see ${page} (${decision})`;

/** One place with everything that sets it. */
export function answerText(answer: Answer, layer: string): string {
  const lines = [`${placeName(answer)} = ${valueText(masked(answer.value, answer.pointer.slice(answer.pointer.lastIndexOf("/") + 1)))}`];
  if (answer.rule) lines.push(`  set by  ${ruleText(layer, answer.rule)}`);
  answer.causes.slice(0, SHOWN).forEach((cause, i) => lines.push(`  ${i === 0 ? "set by" : "and by"}  ${causeText(cause)}`));
  if (answer.causes.length > SHOWN) lines.push(`  and by  ${answer.causes.length - SHOWN} more properties; --format json has all`);
  return `${lines.join("\n")}\n`;
}

/** All places grouped by their first cause, in the order of the file. */
export function groupedText(answers: readonly Answer[], layer: string): string {
  const groups = new Map<string, Answer[]>();
  for (const answer of answers) {
    const title = answer.rule ? ruleText(layer, answer.rule) : causeText(answer.causes[0]!);
    groups.set(title, [...(groups.get(title) ?? []), answer]);
  }
  return [...groups].map(([title, members]) => `${title}\n${members.map((a) => `    ${placeName(a)} = ${valueText(masked(a.value, a.pointer.slice(a.pointer.lastIndexOf("/") + 1)))}`).join("\n")}\n`).join("");
}
