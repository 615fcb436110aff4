import { Buffer } from "node:buffer";
import { type Problem, refused, type SourceRef } from "../model/problem.ts";
import type { KubernetesObject } from "../render/file.ts";

/** What one thing too large needs, whatever it is. */
const HINT = "split what it carries, for one into two products";
/** etcd's limit of a request, in bytes. Annotations and data have limits of their own, which the schema check knows. */
export const OBJECT_LIMIT = 1536 * 1024;

/** A problem of something that the API server would not store for its size. */
export const tooLarge = (what: string, source: SourceRef): Problem => refused("BH4022", what, source, HINT);

/** Problems of an object that is too large as a whole. JSON is at most twice as long as our YAML of the same, so a short text needs no count. */
export function sizeProblems(manifest: KubernetesObject, text: string, source: SourceRef): Problem[] {
  if (text.length < OBJECT_LIMIT / 8) return [];
  const size = Buffer.byteLength(JSON.stringify(manifest));
  return size > OBJECT_LIMIT ? [tooLarge(`it has ${size} bytes, at most ${OBJECT_LIMIT} are stored`, source)] : [];
}
