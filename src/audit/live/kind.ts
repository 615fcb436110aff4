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

/** The version of a kind to read where git names none: its group's preferred one; where that does not have the kind, the first that does. */
export function firstChoice({ apiVersion, kind }: LiveKind, all: readonly LiveKind[]): LiveKind | undefined {
  const versions = all.filter((one) => one.kind === kind && groupOf(one.apiVersion) === groupOf(apiVersion) && one.verbs.includes("list"));
  return versions.find(({ preferred }) => preferred) ?? versions[0];
}
