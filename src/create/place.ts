import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A file to be: its POSIX path from the project's root and its text. */
export interface NewFile { path: string; text: string }
/** What became of each path. */
export interface Placed { created: string[]; /** Existed and stays as it was. */ left: string[] }

/** Writes what is not there yet. Nothing is overwritten, also when it appears in the same moment. */
export function placeFiles(root: string, files: readonly NewFile[]): Placed {
  const placed: Placed = { created: [], left: [] };
  for (const { path, text } of files) {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    try {
      writeFileSync(full, text, { flag: "wx" });
      placed.created.push(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      placed.left.push(path);
    }
  }
  return placed;
}

/** The text of a file, or undefined where there is none. */
export const textOf = (file: string): string | undefined => (existsSync(file) ? readFileSync(file, "utf8") : undefined);
