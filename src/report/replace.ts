import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Puts a text in place of a file: a reader sees the old one or the new one, also after a crash. */
export async function replaceFile(file: string, text: string): Promise<void> {
  // Beside the file, so that the rename stays on one file system; the dot keeps collectors of `*.prom` away from it.
  const draft = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  try {
    const handle = await open(draft, "w");
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
