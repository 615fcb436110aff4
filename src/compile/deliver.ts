import { blobId, digest } from "../render/file.ts";
import { type DataSet, INVENTORY } from "../render/inventory.ts";
import { planFolder, type TreeFile } from "../render/plan.ts";
import type { Output, RenderedFolder } from "./protocol.ts";

/** One folder with its files, inventory included. */
export interface FolderFiles { folder: string; files: TreeFile[]; data: DataSet }

/** Brings a folder's files where they are wanted, and says what others need to know of it. */
export function deliver(root: string, { folder, files, data }: FolderFiles, output: Output): RenderedFolder {
  const inventory = files.find((file) => file.path === `${folder}/${INVENTORY}`)!;
  return {
    folder, data,
    paths: files.map((file) => file.path.slice(folder.length + 1)).sort().join("\n"),
    inventory: digest(inventory.text),
    blob: blobId(inventory.text),
    ...(output.to === "memory" && { files }),
    ...(output.to === "tree" && { plan: planFolder({ root, out: output.out, folder, files, stage: output.stage }) }),
  };
}
