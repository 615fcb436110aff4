/** What Argo CD would make of an Application's folder (D5), judged from what is known when its files are made: nothing is parsed again. */
import { Buffer } from "node:buffer";
import { SKIP_MARKER } from "../layers/gitops/index.ts";
import { type Problem, refused, type SourceRef } from "../model/problem.ts";

/** A file as it will be written. */
export interface FolderFile { /** Below the output folder. */ path: string; text: string; /** Null for a file that is no object; the emitter puts exactly one into each of the others. */ object: object | null; source: SourceRef }

/** Bytes of YAML in one folder. Argo CD refuses above 10 decimal megabytes; a tenant hears of it before that. */
export const FOLDER_LIMIT = 8_000_000;
/** Files that change how Argo CD reads the folder. */
const OVERRIDE = /^\.argocd-source(-.+)?\.yaml$/;

/** Problems of the files of one Application, whose source takes `*.yaml` at any depth. Linear in the length of the texts. */
export function applicationProblems(folder: string, files: Iterable<FolderFile>): Problem[] {
  const problems: Problem[] = [];
  let bytes = 0;
  let largest: { size: number; file: FolderFile } | undefined;
  for (const file of files) {
    const { path, text, object, source } = file;
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (OVERRIDE.test(name)) {
      problems.push(refused("BH4103", `${path} would change how Argo CD reads ${folder}`, source, "name the file differently"));
      continue;
    }
    if (!name.endsWith(".yaml")) {
      if (object || name.endsWith(".yml")) problems.push(refused("BH4105", `Argo CD would not take ${path}: its Application includes *.yaml only`, source, "end the name in .yaml"));
      continue;
    }
    if (!object) problems.push(refused("BH4102", `${path} is no object, and Argo CD would apply it as one`, source, "end the name of a file beside the objects in something else"));
    else if (text.includes(SKIP_MARKER)) problems.push(refused("BH4104", `${path} contains ${SKIP_MARKER}: Argo CD would not apply it`, source, "take that text out of the object"));
    const size = Buffer.byteLength(text);
    bytes += size;
    if (!largest || size > largest.size) largest = { size, file };
  }
  if (largest && bytes > FOLDER_LIMIT) {
    problems.push(refused("BH4101", `${folder} would hold ${megabytes(bytes)} MB of manifests, ${megabytes(largest.size)} of them in ${largest.file.path}; Argo CD stops at 10 MB, Bulkhead at 8`, largest.file.source, "split the tenant, or carry less in it"));
  }
  return problems;
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
