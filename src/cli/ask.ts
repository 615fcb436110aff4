import { createInterface, type Interface } from "node:readline/promises";
import { UsageError } from "./options.ts";

/** One thing a command needs to know: a flag gives it, else a person at a terminal, else its default. */
export interface Question {
  flag: string; question: string;
  given: string | undefined;
  /** Taken without asking where there is no terminal, and offered where there is one. */
  fallback?: string;
  /** What the answer may be; shown when something is missing. */
  known?: readonly string[];
  /** Why an answer cannot be; undefined when it can. */
  refuse?: (answer: string) => string | undefined;
}

/** Answers all questions, asking on a terminal. Elsewhere every flag that is missing is named in one error. */
export async function ask(questions: readonly Question[], terminal = Boolean(process.stdin.isTTY && process.stderr.isTTY)): Promise<string[]> {
  const missing = questions.filter((q) => q.given === undefined && q.fallback === undefined);
  if (missing.length > 0 && !terminal) {
    throw new UsageError("BH0007", `missing: ${missing.map((q) => q.flag).join(", ")}`, missing.map((q) => `${q.flag}: ${q.question}${q.known ? ` (${q.known.join(", ")})` : ""}`).join("; "));
  }
  const answers: string[] = [];
  // Questions are no data: stdout stays free for what the command prints.
  const lines = terminal && questions.some((q) => q.given === undefined) ? createInterface({ input: process.stdin, output: process.stderr }) : undefined;
  // Ctrl-C and Ctrl-D close the lines with a question open, which would never be answered: nothing has been written yet.
  const left = (): void => process.exit(130);
  lines?.once("close", left);
  try {
    for (const question of questions) answers.push(lines && question.given === undefined ? await fromPerson(lines, question) : fromFlag(question));
  } finally {
    lines?.off("close", left);
    lines?.close();
  }
  return answers;
}

function fromFlag({ flag, given, fallback, refuse }: Question): string {
  const answer = given ?? fallback!;
  const why = refuse?.(answer);
  if (why) throw new UsageError("BH0001", `${flag} "${answer}" cannot be`, why);
  return answer;
}

async function fromPerson(lines: Interface, { question, fallback, known, refuse }: Question): Promise<string> {
  for (;;) {
    const typed = await lines.question(`${question}${known ? ` (${known.join(", ")})` : ""}${fallback === undefined ? "" : ` [${fallback}]`}: `);
    const answer = typed.trim() || fallback;
    const why = answer === undefined ? "an answer is needed" : refuse?.(answer);
    if (!why) return answer!;
    process.stderr.write(`  ${why}\n`);
  }
}
