/** Changes with who claims them, and what that says in words. */
import type { Change, Claim } from "../model/finding.ts";
import { claims, hasClaims } from "./attribute.ts";
import { DEFAULTED } from "./differences.ts";
import type { KubeObject, Surroundings } from "./types.ts";

/** Managers under which git's own applier writes: Argo CD's server-side apply, and Bulkhead's. */
const APPLIERS: readonly string[] = ["argocd-controller", "bulkhead"];
/** Managers that nobody is any more: fields of a client-side apply stay theirs when the applier has moved to the server. */
const STUCK: readonly string[] = ["kubectl-client-side-apply", "before-first-apply"];

/** Of an object that lost its claims while others have theirs. */
const STRIPPED = "the object has no managedFields, which others here have: who wrote it was taken away, or nobody ever claimed anything of it, so it is not proven that the server or an operator did";

/** The changes of `compareObjects`, each with the managers that claim the live value, and a note where these, or their absence, mean something. */
export function attributed(live: KubeObject, changes: readonly Change[], { tracked = false }: Surroundings = {}): Change[] {
  const isRecorded = hasClaims(live, tracked);
  return changes.map((change) => {
    const claimedBy = change.kind === "removed" ? [] : claims(live, change.pointer);
    const said = isRecorded ? wordsOf(change, claimedBy) : tracked ? STRIPPED : "the live object came without managedFields, so nobody can be named";
    const note = [change.note, said].filter(Boolean).join("; ");
    return { ...change, claimedBy, ...(note && { note }) };
  });
}

function wordsOf({ kind, note }: Change, claimedBy: readonly Claim[]): string | undefined {
  if (kind === "removed") return "what was removed leaves no trace in managedFields";
  if (claimedBy.length === 0) return "nobody claims it: the server set it, or its manager is gone";
  if (kind !== "added" && note !== DEFAULTED) return undefined;
  const owned = (by: readonly string[]): boolean => claimedBy.some(({ manager }) => by.includes(manager));
  if (owned(APPLIERS)) return "stale-owned: git does not declare it any more, and its own applier still owns it";
  return owned(STUCK) ? "stuck-csa: left behind by a client-side apply, which no applier takes away" : undefined;
}
