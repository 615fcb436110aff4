/** Ctrl-C, and whoever else asks a command to end that would otherwise run on. */
import { listen, STOPS } from "../render/ending.ts";
import { print } from "./terminal.ts";

/** Milliseconds in which a command that was asked to end may close what it has open. */
const PATIENCE = 2000;

/**
 * Runs work that a signal stops: it is told by its own signal, closes what it has open and throws, and the exit code is the one that shells give for the
 * signal. Work that is done already when it hears of it ends as it would have. A second signal, or work that does not end, ends the process.
 */
export async function interruptible(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const stopping = new AbortController();
  let stopped: { name: string; code: number } | undefined;
  const handlers = Object.entries(STOPS).map(([name, code]) => {
    const leave = (): void => { print(process.stderr, `stopped by ${name}\n`); process.exit(code); };
    const stop = (): void => {
      if (stopped) leave();
      stopped = { name, code };
      stopping.abort();
      setTimeout(leave, PATIENCE).unref();
    };
    process.on(name, stop);
    return () => { process.off(name, stop); };
  });
  try {
    return await work(stopping.signal);
  } catch (error) {
    // Ctrl-C reaches git too, and what git then fails to do may be heard first.
    await listen();
    if (stopped === undefined) throw error;
    print(process.stderr, `stopped by ${stopped.name} before it had a result\n`);
    return stopped.code;
  } finally {
    for (const off of handlers) off();
  }
}
