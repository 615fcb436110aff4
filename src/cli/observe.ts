import type { Observer, Progress, Stage } from "../compile/progress.ts";
import { print } from "./terminal.ts";

/** Milliseconds before a run counts as long, and between two lines. */
const PATIENCE = 1000;
const EVERY = 200;

/** An observer that must be ended before anything else is printed; ending twice prints once. */
export type Watching = Observer & { end: () => void };

/**
 * Tells a person at a terminal how far a long run is, on stderr, in a line that is written over and gone at the end; and with `verbose` how long each
 * stage took, anywhere.
 */
export function observe(verbose: boolean, stream: NodeJS.WriteStream = process.stderr, now: () => number = () => performance.now()): Watching {
  const start = now();
  const stages = new Map<Stage, number>();
  let last = start + PATIENCE - EVERY;
  let shown = false;
  let ended = false;
  const clear = (): void => { if (shown) print(stream, "\r\u001b[K"); shown = false; };
  return {
    onProgress: (progress) => {
      if (!stream.isTTY || now() - last < EVERY) return;
      last = now();
      shown = true;
      print(stream, `\r\u001b[K${progressText(progress, (last - start) / 1000)}`);
    },
    onTiming: (stage, ms) => { stages.set(stage, (stages.get(stage) ?? 0) + ms); },
    end: () => {
      clear();
      if (!verbose || ended) return;
      ended = true;
      for (const [stage, ms] of stages) print(stream, `${stage.padEnd(8)} ${String(Math.round(ms)).padStart(7)} ms\n`);
      print(stream, `${"total".padEnd(8)} ${String(Math.round(now() - start)).padStart(7)} ms\n`);
    },
  };
}

/** `render 1200/10000 tenants, 400/s`. */
function progressText({ stage, done, total }: Progress, seconds: number): string {
  const rate = done > 0 && seconds > 0 ? `, ${Math.round(done / seconds)}/s` : "";
  return `${stage} ${done}/${total} tenants${rate}`;
}
