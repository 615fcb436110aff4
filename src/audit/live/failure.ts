/** What keeps the live side from being opened, as errors people meet: code, message, hint and exit code (D36). */

/** Exit 2: the call was wrong or a file cannot be used. Exit 3: the live side refused or did not answer. */
export class LiveError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly exit: 2 | 3;
  constructor(code: string, message: string, hint: string, exit: 2 | 3) { super(message); this.code = code; this.hint = hint; this.exit = exit; }
}

/** A wrong call, or a file that cannot be used. */
export const unusable = (code: string, message: string, hint: string): LiveError => new LiveError(code, message, hint, 2);
/** The live side refused, or did not answer: unknown unless something was found elsewhere. */
export const unanswered = (code: string, message: string, hint: string): LiveError => new LiveError(code, message, hint, 3);

/** Text from outside for one line of an error: no line breaks or controls, at most 200 characters. */
export const quoteLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim().slice(0, 200);

/** The system's own code of an error (`ENOENT`), else its name: never its text, which may quote what it read. */
export const systemCode = (error: unknown): string => {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return typeof code === "string" ? code : typeof name === "string" ? name : "unknown error";
};
