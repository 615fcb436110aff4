import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createColors } from "picocolors";
import { printable } from "../model/printable.ts";
import type { Problem, SourceRef } from "../model/problem.ts";

type Colors = ReturnType<typeof createColors>;

/** Writes problems as text: code, message, place, the line itself with a mark under it, hint. */
export function problemsText(problems: readonly Problem[], root: string, color: boolean): string {
  const c = createColors(color);
  return problems.map((problem) => one(problem, root, c)).join("\n");
}

function one(problem: Problem, root: string, c: Colors): string {
  const head = problem.severity === "error" ? c.red(`error[${problem.code}]`) : c.yellow(`warning[${problem.code}]`);
  const lines = [`${head} ${printable(problem.message)}`];
  if (problem.source) lines.push(`  ${c.cyan("-->")} ${where(problem.source)}`, ...excerpt(problem.source, root, c));
  for (const ref of problem.related ?? []) lines.push(`  ${c.cyan("see")} ${where(ref)}`);
  if (problem.hint) lines.push(`  ${c.green("hint:")} ${printable(problem.hint)}`);
  return `${lines.join("\n")}\n`;
}

/** `file:line:column`, as editors and CI understand it. */
export function where({ file, line, column, path }: SourceRef): string {
  const place = line === undefined ? printable(file) : `${printable(file)}:${line}:${column ?? 1}`;
  return path ? `${place} (${printable(path)})` : place;
}

function excerpt({ file, line, column }: SourceRef, root: string, c: Colors): string[] {
  if (line === undefined) return [];
  let text: string | undefined;
  try { text = readFileSync(join(root, file), "utf8").replace(/^\ufeff/, "").split("\n")[line - 1]; } catch { return []; }
  if (text === undefined || text.trim() === "") return [];
  const start = Math.max(0, (column ?? 1) - 60);
  const number = String(line);
  const margin = " ".repeat(number.length);
  return [`  ${margin} |`, `  ${number} | ${printable(text.slice(start, start + 120).replace(/\r$/, "").replaceAll("\t", " "))}`, `  ${margin} | ${" ".repeat((column ?? 1) - 1 - start)}${c.red("^")}`];
}
