/** Who must approve a change of the rendered tree, in CODEOWNERS' syntax. */
import type { Platform } from "../../model/fleet.ts";
import { segments } from "./applicationset.ts";

/** `@<organization>/<team>`: the organization is the first path segment of the repository's address; the on-call address where it has none. */
export function ownerHandle(platform: Platform): string {
  const path = /^(?:[a-z+]+:\/\/[^/]+\/|[^/:]+@[^/:]+:)(.+)$/.exec(platform.git.repository)?.[1];
  const organization = path !== undefined && path.includes("/") ? path.split("/")[0] : undefined;
  return organization ? `@${organization}/${platform.onCall.team}` : platform.onCall.email;
}

/** Patterns of one cluster. `*` is one path segment, so no tenant is named and two tenants' pull requests never touch this file (D5a). */
export function codeowners(platform: Platform, cluster: string): string {
  const owner = ownerHandle(platform);
  const folder = ["", ...segments(platform.git.path), cluster].join("/");
  return [
    `# Rendered tree of ${cluster}: what tenants' own appliers may not touch belongs to the platform.`,
    `${folder}/platform/ ${owner}`,
    `${folder}/tenants/*/walls/ ${owner}`,
    `${folder}/tenants/*/inventory.json ${owner}`,
    "",
  ].join("\n");
}
