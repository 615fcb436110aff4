/** What a schema says of a scalar's spelling: once a schema node, because the same nodes serve all objects of a kind. */
import { Buffer } from "node:buffer";
import type { Step } from "../model/pointer.ts";
import { normalDuration } from "./duration.ts";
import { normalQuantity } from "../model/quantity.ts";
import type { Shape } from "./types.ts";

/** One spelling for equal scalars, and why the others are none. */
export interface Spelling { reason: string; of(value: string | number): string | number }

export const QUANTITY: Spelling = { reason: "a quantity has many spellings", of: normalQuantity };
const DURATION: Spelling = { reason: "a duration has many spellings", of: (value) => (typeof value === "string" ? normalDuration(value) : value) };
/** Go reads base64 with line breaks, and writes it without. */
export const BYTES: Spelling = { reason: "bytes are written in base64 with and without line breaks", of: (value) => (typeof value === "string" && isBase64(value) ? value.replaceAll(/[\r\n]/g, "") : value) };

/** What Go's decoder accepts: padded standard base64, line breaks anywhere. */
export function isBase64(text: string): boolean {
  const plain = text.replaceAll(/[\r\n]/g, "");
  return plain.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(plain) && Buffer.from(plain, "base64").toString("base64") === plain;
}

const known = new WeakMap<Shape, Spelling | false>();

/** How a scalar of this schema is spelt; undefined where each spelling is a value of its own. */
export function spellingOf(shape: Shape): Spelling | undefined {
  const before = known.get(shape);
  if (before !== undefined) return before || undefined;
  const { type, format, pattern } = shape.schema;
  // CRDs write a quantity as int-or-string with upstream's pattern.
  const isQuantity = format === "quantity" || (shape.schema["x-kubernetes-int-or-string"] === true && pattern?.includes("[KMGTPE]i") === true);
  const spelling = isQuantity ? QUANTITY : type === "string" && format === "duration" ? DURATION : type === "string" && format === "byte" ? BYTES : undefined;
  known.set(shape, spelling ?? false);
  return spelling;
}

/** Where no schema tells, places that hold quantities by their name: `resources.limits.*`, `resources.requests.*`, `nominalQuota`. */
export function spellingByName(name: string, parent: Step | undefined, grandparent: Step | undefined): Spelling | undefined {
  const inResources = grandparent === "resources" && (parent === "limits" || parent === "requests");
  return inResources || name === "nominalQuota" ? QUANTITY : undefined;
}
