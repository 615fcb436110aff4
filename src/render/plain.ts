/** What cdk8s makes of a manifest, without cdk8s: for manifests that hold no tokens, which a test compares with `ApiObject.toJson`. */
import type { Manifest } from "../layers/layer.ts";

/** A copy with sorted keys, without nulls, without empty metadata; `apiVersion`, `kind` and `metadata` first. */
export function plainManifest({ apiVersion, kind, metadata, ...rest }: Manifest): Record<string, unknown> {
  return { apiVersion, kind, metadata: plain(metadata, true) ?? {}, ...(plain(rest, false) as Record<string, unknown>) };
}

function plain(value: unknown, dropEmpty: boolean): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return dropEmpty && value.length === 0 ? undefined : value.map((item) => plain(item, dropEmpty));
  const copy: Record<string, unknown> = {};
  let filled = false;
  for (const key of Object.keys(value).sort()) {
    const item = plain((value as Record<string, unknown>)[key], dropEmpty);
    if (item === undefined) continue;
    copy[key] = item;
    filled = true;
  }
  return dropEmpty && !filled ? undefined : copy;
}
