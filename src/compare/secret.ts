/** Secrets: texts become bytes as the server stores them, and no value leaves the comparison. */
import { Buffer } from "node:buffer";
import type { Step } from "../model/pointer.ts";
import { isBase64 } from "./spelling.ts";
import type { KubeObject } from "./types.ts";
import { isMap } from "../model/value.ts";

export const isSecret = ({ apiVersion, kind }: KubeObject): boolean => apiVersion === "v1" && kind === "Secret";

/** The Secret with its `stringData` in `data`, where it wins; unchanged without any. */
export function mergedSecret(secret: KubeObject): KubeObject {
  const { stringData, ...rest } = secret;
  if (!isMap(stringData)) return secret;
  const encoded = Object.entries(stringData).filter(([, value]) => value !== null).map(([key, value]) => [key, Buffer.from(String(value)).toString("base64")]);
  return { ...rest, data: { ...(isMap(rest["data"]) ? rest["data"] : {}), ...Object.fromEntries(encoded) } } as KubeObject;
}

/** Keys of `data` that hold no base64: the server refuses them. Said without the value. */
export function secretNotes({ data }: KubeObject): string[] {
  return Object.entries(isMap(data) ? data : {}).filter(([, value]) => value !== null && !(typeof value === "string" && isBase64(value)))
    .map(([key]) => `/data/${key.replaceAll("~", "~0").replaceAll("/", "~1")} is no base64, which the API server refuses`);
}

/** A value of a Secret's data as dots of the same number. */
export function maskSecret(steps: readonly Step[], value: unknown): unknown {
  if (steps[0] !== "data" && steps[0] !== "stringData") return value;
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskSecret([...steps, key], inner)]));
  return value === undefined ? undefined : "•".repeat(String(value).length);
}
