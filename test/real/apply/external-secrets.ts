/** Stands in for External Secrets: reads only the rendered ExternalSecret and a store of secrets, and knows only the one template that Bulkhead writes. */
import { createHash } from "node:crypto";

// biome-ignore lint/suspicious/noExplicitAny: manifests are read as what they are.
type Manifest = any;

/** Data of the Secret that an ExternalSecret becomes. `vault` gives a property of a key. */
export function secretOf({ spec }: Manifest, vault: (key: string, property: string) => string): Record<string, string> {
  const values: Record<string, string> = Object.fromEntries(spec.data.map((d: Manifest) => [d.secretKey, vault(d.remoteRef.key, d.remoteRef.property)]));
  if (!spec.target.template) return values;
  return Object.fromEntries(Object.entries(spec.target.template.data as Record<string, string>).map(([key, template]) => {
    const found = /^\{\{ \.([a-z0-9]+) \| sha256sum \}\}$/.exec(template);
    if (!found || !Object.hasOwn(values, found[1]!)) throw new Error(`no template that Bulkhead writes: ${template}`);
    return [key, createHash("sha256").update(values[found[1]!]!).digest("hex")];
  }));
}
