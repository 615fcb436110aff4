/** A revision that is none (BH0006), or a repository that git cannot read (BH0011): what the revision held is unknown then, never nothing. */
export class RevisionError extends Error {
  readonly code: "BH0006" | "BH0011";
  readonly hint: string;
  constructor(code: "BH0006" | "BH0011", message: string, hint: string) { super(message); this.code = code; this.hint = hint; }
}

export const UNREADABLE_HINT = "run git status here: what it complains about must be mended first";

/** What `git cat-file` did instead of answering. */
export const unreadable = (what: string): RevisionError => new RevisionError("BH0011", `git cat-file ${what}`, UNREADABLE_HINT);
