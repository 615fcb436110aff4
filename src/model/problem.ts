/** Where something was declared: a file (POSIX path from the project's root) and a property path inside its definition. */
export interface SourceRef {
  file: string;
  /** Property path, e.g. `tables.orders.columns.card`; empty for the whole definition. */
  path: string;
  /** One-based; set where the position is already known (syntax errors, import cycles). */
  line?: number;
  column?: number;
}

/**
 * One thing that is wrong, as a value. `exit` follows D36: 2 when it could not be loaded or the call was wrong,
 * 1 when it loaded and was refused.
 */
export interface Problem {
  /** Stable code, `BH` and four digits; listed in docs/errors.md. */
  code: string;
  message: string;
  source?: SourceRef;
  /** Further places that belong to the same cause, e.g. the other half of a collision. */
  related?: SourceRef[];
  hint?: string;
  severity: "error" | "warning";
  exit: 1 | 2;
}

/** Makes an error that was refused after loading (exit 1). */
export function refused(code: string, message: string, source?: SourceRef, hint?: string, related?: SourceRef[]): Problem {
  return { code, message, ...(source && { source }), ...(hint && { hint }), ...(related && { related }), severity: "error", exit: 1 };
}

/** Makes an error of something that could not be loaded, or of a wrong call (exit 2). */
export function unloadable(code: string, message: string, source?: SourceRef, hint?: string, related?: SourceRef[]): Problem {
  return { code, message, ...(source && { source }), ...(hint && { hint }), ...(related && { related }), severity: "error", exit: 2 };
}

/** Makes a warning: shown, never changes the exit code. */
export function warning(code: string, message: string, source?: SourceRef, hint?: string): Problem {
  return { code, message, ...(source && { source }), ...(hint && { hint }), severity: "warning", exit: 1 };
}

/** True for what changes the exit code. */
export const isError = (problem: Problem): boolean => problem.severity === "error";
export const hasErrors = (problems: readonly Problem[]): boolean => problems.some(isError);
