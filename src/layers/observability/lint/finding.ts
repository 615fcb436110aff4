/** One broken rule: which, where, and what is wrong. */
export interface Finding { rule: string; where: string; message: string }

/** A named check over `T`; it yields a message for each thing that is wrong. */
export interface Check<T> { rule: string; check(subject: T): Iterable<readonly [where: string, message: string]> }

/** Runs every check of a table. */
export function run<T>(checks: readonly Check<T>[], subject: T): Finding[] {
  return checks.flatMap(({ rule, check }) => [...check(subject)].map(([where, message]) => ({ rule, where, message })));
}
