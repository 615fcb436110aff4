/** How to put an object back: what on-call may run under `only-gitops` (D8). */
import type { DesiredEntry } from "../desired/side.ts";
import type { LiveObject } from "../live/source.ts";
import type { FindingStatus, PatchOperation, Revert } from "../../model/finding.ts";
import { contentApplication, wallsApplication } from "../../model/names.ts";
import { groupOf, kindName } from "../../model/kinds.ts";
import { shellWord } from "../../model/shell.ts";

/** The Application that holds a file of `dist/`. */
export function applicationOf({ tenant, area }: Pick<DesiredEntry, "tenant" | "area">): string | undefined {
  if (area === "foreign") return undefined;
  if (area === "platform" || tenant === undefined) return "platform";
  return area === "walls" ? wallsApplication(tenant) : contentApplication(tenant);
}

export interface RevertInput {
  status: FindingStatus;
  identity: { apiVersion: string; kind: string; namespace?: string; name: string };
  entry: DesiredEntry | undefined;
  patch: PatchOperation[] | undefined;
  live: LiveObject | undefined;
  /** Something is live that git does not hold: applying leaves it, because its owner is another manager; replacing does not. */
  added: boolean;
}

/** Syncing is what on-call may do: the applier writes. What git does not know, nobody but break-glass takes away. */
export function revertOf({ status, identity, entry, patch, live, added }: RevertInput): Revert {
  const { apiVersion, kind, namespace, name } = identity;
  const application = entry && applicationOf(entry);
  const object = `${shellWord(kindName({ apiVersion, kind }).toLowerCase())} ${shellWord(name)}${namespace ? ` --namespace ${shellWord(namespace)}` : ""}`;
  const sync = application === undefined ? [] : [syncCommand(application, identity, added)];
  switch (status) {
    case "unmanaged": return { commands: [`kubectl delete ${object}`], breakGlass: true, note: "git does not know it: delete it with break-glass rights, or declare it" };
    case "deleting": return { commands: sync, note: `it is being deleted${live?.metadata.deletionTimestamp ? ` since ${live.metadata.deletionTimestamp}` : ""}, which nothing takes back: when it is gone, this makes it anew` };
    case "gone-version": return { commands: [], note: "the API server does not serve this version any more: render another" };
    case "unapplied": return { commands: sync, note: "its operator has not taken the declared state over: look at the operator" };
    default: return { ...(patch && { patch }), commands: application === undefined ? [`kubectl ${added ? "replace" : "apply --server-side --force-conflicts"} -f ${shellWord(entry?.file ?? name)}`] : sync };
  }
}

function syncCommand(application: string, { apiVersion, kind, namespace, name }: RevertInput["identity"], added: boolean): string {
  return `argocd app sync ${shellWord(application)}${added ? " --replace" : ""} --resource ${shellWord(`${groupOf(apiVersion)}:${kind}:${namespace ? `${namespace}/` : ""}${name}`)}`;
}
