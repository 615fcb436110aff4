/** What a difference of a bucket or a user breaks. */
import type { Impact } from "../../model/finding.ts";
import type { ItemDifference } from "../../model/plane.ts";

/** Who may reach what is isolation; quotas keep one tenant from filling the store for all; a lifecycle decides how long data lives. */
export function impactOf({ kind, status, changes }: ItemDifference): Impact {
  if (kind === "policy" || kind === "acl") return "isolation";
  if (kind === "lifecycle" || kind === "versioning") return "availability";
  if (status === "unmanaged") return "isolation";
  if (status === "missing") return kind === "user" ? "access" : "availability";
  if (kind === "bucket") return changes.some(({ pointer }) => pointer.startsWith("/owner")) ? "isolation" : "availability";
  if (changes.some(({ pointer }) => /^\/(?:operations|capabilities|system|admin|subusers|keys)(?:\/|$)/.test(pointer))) return "isolation";
  return changes.every(({ pointer }) => pointer === "/displayName" || pointer === "/email") ? "cosmetic" : changes.some(({ pointer }) => pointer === "/suspended") ? "access" : "availability";
}
