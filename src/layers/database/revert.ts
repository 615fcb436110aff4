import type { Revert } from "../../model/finding.ts";
export const revertOf = (): Revert => ({ commands: [] });
