/** Where the objects of a file lie, found without keeping the file: what has been found is read again when it is needed. */
import { createReadStream } from "node:fs";
import { type LiveError, quoteLine, systemCode, unusable } from "./failure.ts";

/** Bytes of a file. */
export interface Segment {
  start: number;
  /** Behind the last byte. */
  end: number;
  /** One-based, of its first byte. */
  line: number;
  /** `item`: of a YAML list, its first character that is no space is the dash. */
  form: "json" | "yaml" | "item";
}

/** One object, or a list: its items, and the two pieces of text around them. */
export type FoundDocument = { object: Segment } | { items: Segment[]; around: [Segment, Segment] };

/** What is wrong with a file that people gave, with its place. */
export const malformed = (file: string, line: number | undefined, what: string): LiveError =>
  unusable("BH7211", `${file}${line === undefined ? "" : `:${line}`}: ${quoteLine(what)}`, "give what kubectl get -o yaml or -o json printed, whole: objects with apiVersion, kind and metadata.name, or a List of them");

/** A file's bytes, in chunks; what the system refuses is a LiveError. */
export async function* readChunks(file: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(file, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>;
  } catch (error) {
    if (typeof (error as { syscall?: unknown }).syscall !== "string") throw error;
    throw unusable("BH7210", `${file} cannot be read: ${systemCode(error)}`, "check its path and permissions");
  }
}
