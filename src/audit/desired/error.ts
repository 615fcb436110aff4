/**
 * The desired side cannot be opened or read: a wrong call, exit 2. `BH7301`: the revision has no rendered tree; `BH7302`: no such cluster;
 * `BH7309`: a manifest is another than the index said; `BH7310`: a commit that this repository does not have.
 */
export class DesiredError extends Error {
  readonly code: "BH0006" | "BH7301" | "BH7302" | "BH7309" | "BH7310";
  readonly hint: string;
  constructor(code: DesiredError["code"], message: string, hint: string) { super(message); this.name = "DesiredError"; this.code = code; this.hint = hint; }
}

/** A file that does not hold what its inventory, or the first reading, said. */
export const notAsIndexed = (file: string, object: string, hint: string): DesiredError => new DesiredError("BH7309", `${file} does not hold ${object} as it was indexed`, hint);
