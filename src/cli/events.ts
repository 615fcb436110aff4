import { basename } from "node:path";
import type { Execution } from "../report/event.ts";
import { printProblems } from "./outcome.ts";
import { version } from "./version.ts";

/** What a command finds out about itself while it runs. */
export type ExecutionFacts = Pick<Execution, "tenants" | "counts" | "revision">;

/**
 * Runs a command and sends one event about it when a sink was given, also when it throws. `subject` is what it ran on. Its exit code is the
 * command's: a sink that is down is a warning.
 */
export async function recorded(sink: string | undefined, { command, root, subject = basename(root) }: { command: Execution["command"]; root: string; subject?: string }, work: (facts: ExecutionFacts) => Promise<number>): Promise<number> {
  const facts: ExecutionFacts = { counts: {} };
  if (sink === undefined) return work(facts);
  const started = new Date();
  let exit = 2;
  try {
    exit = await work(facts);
    return exit;
  } finally {
    const { executionEvent, sendEvent } = await import("../report/event.ts");
    const revision = facts.revision ?? (await headOf(root));
    const warning = await sendEvent(executionEvent({ command, version: version(), subject, started, ended: new Date(), exit, ...facts, ...(revision !== undefined && { revision }) }), sink);
    if (warning) printProblems([warning], root);
  }
}

/** The commit the project is at; none where git cannot say. */
async function headOf(root: string): Promise<string | undefined> {
  const { openRevision } = await import("../difference/revision.ts");
  return (await openRevision(root, "HEAD", { repository: false }).catch(() => undefined))?.commit;
}
