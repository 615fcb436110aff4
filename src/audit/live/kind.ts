/** How a kind is named as a resource, and which kinds are never read. */
import { notRead } from "../../model/auditor.ts";
import { groupOf } from "../../model/kinds.ts";
import type { LiveKind } from "./source.ts";
import { Unreadable } from "./source.ts";

/** `deployments.apps`, core ones without a dot: as RBAC names them. */
export const resourceName = ({ apiVersion, plural }: Pick<LiveKind, "apiVersion" | "plural">): string => (groupOf(apiVersion) === "" ? plural : `${plural}.${groupOf(apiVersion)}`);

export const isSecret = ({ apiVersion, kind }: Pick<LiveKind, "apiVersion" | "kind">): boolean => kind === "Secret" && groupOf(apiVersion) === "";

/** Why Secrets are `excluded` in coverage. */
export const SECRETS_EXCLUDED = notRead("", "Secret")!;

/** Throws for what no source lists: Secrets, and kinds without the verb. */
export function assertListable(kind: LiveKind): void {
  if (isSecret(kind)) throw new Unreadable(SECRETS_EXCLUDED);
  if (!kind.verbs.includes("list")) throw new Unreadable(`${resourceName(kind)} cannot be listed`);
}
