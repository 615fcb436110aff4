import { setImmediate as turn } from "node:timers/promises";

/** Signals that ask a command to end, and the exit codes shells give for them. */
export const STOPS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Until the returned function is called, such a signal runs `leave` and ends the process. It waits for the code that runs: putting files in place is
 * one piece, so that a tree is never left half way by Ctrl-C.
 */
export function onEnding(leave: () => void): () => Promise<void> {
  const handlers = Object.entries(STOPS).map(([signal, code]) => {
    const end = (): void => { try { leave(); } finally { process.exit(code); } };
    process.once(signal, end);
    return () => { process.off(signal, end); };
  });
  return async () => {
    await listen();
    for (const off of handlers) off();
  };
}

/** Lets a signal that came meanwhile be heard: in the second turn of the event loop at the latest. */
export async function listen(): Promise<void> {
  await turn();
  await turn();
}
