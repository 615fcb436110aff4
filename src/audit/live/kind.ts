/** How a kind is named in reports, and which kinds are never read. */
import { notRead } from "../../model/auditor.ts";
import type { LiveKind } from "./source.ts";
import { Unreadable } from "./source.ts";

/** `""` is the core group. */
export const groupOf = (apiVersion: string): string => (apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "");

/** `Deployment.apps`, core kinds without a dot: as Coverage names them. */
export const kindName = ({ apiVersion, kind }: Pick<LiveKind, "apiVersion" | "kind">): string => (groupOf(apiVersion) === "" ? kind : `${kind}.${groupOf(apiVersion)}`);

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
