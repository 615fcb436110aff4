import { lstatSync } from "node:fs";
import { TICK } from "../model/clock.ts";

/** A file's state: in the same state it has the same bytes (what git's index relies on). Empty when it is gone, or changed too lately to tell. */
export function stateOf(file: string): string {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  return !stat || Date.now() - stat.ctimeMs < TICK ? "" : `${stat.ino}.${stat.size}.${stat.mtimeMs}.${stat.ctimeMs}`;
}
