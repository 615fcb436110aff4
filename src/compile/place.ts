/** Line and column of problems, by looking at the files that declare what they are about (D34). */
import type { Graph } from "../load/graph.ts";
import type { Problem, SourceRef } from "../model/problem.ts";

/** Problems without repetition, each with its place. */
export function placed(problems: readonly Problem[], graph: Graph): Problem[] {
  const seen = new Set<string>();
  return problems.filter((p) => {
    const key = JSON.stringify([p.code, p.message, p.source]);
    return !seen.has(key) && seen.add(key);
  }).map((problem) => withPlace(problem, graph));
}

function withPlace(problem: Problem, graph: Graph): Problem {
  const related = problem.related?.map((ref) => place(ref, graph).source);
  if (!problem.source) return problem;
  const { source, text } = place(problem.source, graph);
  const message = problem.code === "BH3003" && text ? `${text} is undefined` : problem.message;
  return { ...problem, message, source, ...(related && { related }) };
}

function place(source: SourceRef, graph: Graph): { source: SourceRef; text?: string } {
  if (source.line !== undefined) return { source };
  const syntax = graph.syntax(source.file);
  const found = syntax?.locate(source.path);
  if (found) return { source: { ...source, line: found.line, column: found.column }, text: found.text };
  return { source: syntax ? { ...source, line: 1, column: 1 } : source };
}

/** By file, line, column, code and message. */
export function byPlace(a: Problem, b: Problem): number {
  const key = (p: Problem): string => `${p.source?.file ?? ""}\0${String(p.source?.line ?? 0).padStart(8, "0")}\0${String(p.source?.column ?? 0).padStart(8, "0")}\0${p.code}\0${p.message}`;
  const [one, two] = [key(a), key(b)];
  return one < two ? -1 : one > two ? 1 : 0;
}
