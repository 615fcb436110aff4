/** What a difference in a database breaks. */
import type { Impact } from "../../model/finding.ts";
import { IMPACTS } from "../../model/finding.ts";
import type { ItemDifference } from "../../model/plane.ts";

/** Kinds of which one that git does not know reaches into tenants' rows, or may. */
const QUIET: Readonly<Record<string, Impact>> = { unit: "availability", sequence: "availability", column: "availability", index: "availability", type: "availability", object: "availability", schema: "availability", extension: "access", language: "access" };
/** Kinds that keep tenants apart: missing or changed, somebody sees more. */
const WALLS: ReadonlySet<string> = new Set(["policy", "constraint", "view", "function", "server", "setting"]);
const LEAVES: readonly (readonly [RegExp, Impact])[] = [
  [/^\/description$/, "cosmetic"],
  [/^\/(?:connections|validUntil|settings(?:InDatabases)?\/.*(?:statement_timeout|work_mem|lock_timeout))/, "availability"],
  [/^\/(?:persistence|replicaIdentity|options\/(?:fillfactor|autovacuum)|valid|digest)/, "availability"],
  [/^\/(?:ownerMay|login|nullable|type)/, "access"],
];

/** The worst of a difference's leaves. A right taken away is one of access, a right given one of isolation. */
export function impactOf({ kind, status, changes }: ItemDifference): Impact {
  if (status === "unmanaged") return QUIET[kind] ?? "isolation";
  if (status === "missing") return WALLS.has(kind) && kind !== "view" && kind !== "function" ? "isolation" : kind === "membership" || kind === "role" || kind === "view" || kind === "function" ? "access" : "availability";
  const found = changes.map(({ pointer, kind: change }): Impact => {
    if (kind === "unit" || kind === "index") return "availability";
    if (/^\/(?:grants|roles)(?:\/|$)/.test(pointer)) return change === "removed" ? "access" : "isolation";
    return LEAVES.find(([pattern]) => pattern.test(pointer))?.[1] ?? "isolation";
  });
  return IMPACTS.find((impact) => found.includes(impact)) ?? "availability";
}
